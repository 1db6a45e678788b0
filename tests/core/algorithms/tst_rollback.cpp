// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <limits>

#include "core/algorithms/rollback.h"

using namespace gps;

namespace {

constexpr int kT = 3;

std::shared_ptr<const LinearGaussianController> controller(double gain, double variance) {
  const LinearGaussianController::Step step{Matrix::Constant(1, 1, gain), Vector::Constant(1, 0.1 * gain),
                                            Matrix::Constant(1, 1, variance)};
  return std::make_shared<const LinearGaussianController>(
      LinearGaussianController::make(std::vector<LinearGaussianController::Step>(kT, step)).value());
}

/// x' = x + u from x = 1, cost 0.5 (x^2 + u^2).
ConditionData integrator(double F = 1.0) {
  auto dynamics = std::make_shared<LinearGaussianDynamics>();
  dynamics->F.assign(kT, (Matrix(1, 2) << F, 1.0).finished());
  dynamics->f.assign(kT, Vector::Zero(1));
  dynamics->W.assign(kT, Matrix::Constant(1, 1, 1e-4));
  dynamics->x1 = {Vector::Ones(1), Matrix::Constant(1, 1, 1e-6)};
  auto cost = std::make_shared<QuadraticCost>();
  cost->H.assign(kT, Matrix::Identity(2, 2));
  cost->g.assign(kT, Vector::Zero(2));
  cost->c.assign(kT, 0.0);
  ConditionData data;
  data.dynamics = dynamics;
  data.quadratic = cost;
  return data;
}

AlgorithmState stateOf(std::shared_ptr<const LinearGaussianController> p, double eta, double stepMult) {
  AlgorithmState state;
  state.conditions.resize(1);
  state.conditions[0].controller = std::move(p);
  state.conditions[0].eta = eta;
  state.conditions[0].stepMult = stepMult;
  return state;
}

IterationResult emptyResult() {
  IterationResult result;
  result.report.metrics = MetricTable(1);
  result.report.series.resize(1);
  result.views.resize(1);
  return result;
}

}  // namespace

class TestRollback : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void twoGrowthsInARowRestore();
  void oneGrowthDoesNot();
  void switchedOffItOnlyRemembers();
  void everythingThatBelongsToTheBestComesBack();
  void reportDescribesTheRestoredControllers();
  void overflowUnderTheNewModelIsNotShown();
  void costThatIsNoNumberCountsAsGrowth();
  void stayingBehindTheStartIsSaid();
};

void TestRollback::twoGrowthsInARowRestore() {
  AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
  QCOMPARE(adviseRollback(state, 10.0, true), RollbackAdvice::Continue);
  QCOMPARE(adviseRollback(state, 4.0, true), RollbackAdvice::Continue);
  QCOMPARE(adviseRollback(state, 5.0, true), RollbackAdvice::Continue);    // > 4 + 0.5 * 0
  QCOMPARE(adviseRollback(state, 5.6, true), RollbackAdvice::Restore);     // > 5 + 0.5 * 1
  QCOMPARE(adviseRollback(state, 4.1, true), RollbackAdvice::Continue);    // counted from the best again
  QCOMPARE(adviseRollback(state, 4.2, true), RollbackAdvice::Restore);
}

void TestRollback::oneGrowthDoesNot() {
  AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
  for (const double cost : {10.0, 4.0, 9.0, 11.0, 20.0, 21.0, 30.0, 31.0}) {
    // 11 < 9 + 2.5, 21 < 20 + 8, ...: never twice in a row
    QCOMPARE(adviseRollback(state, cost, true), RollbackAdvice::Continue);
  }
}

void TestRollback::switchedOffItOnlyRemembers() {
  AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
  for (const double cost : {1.0, 10.0, 100.0, 1000.0}) {
    QCOMPARE(adviseRollback(state, cost, false), RollbackAdvice::Continue);
  }
  QCOMPARE(adviseRollback(state, 1e4, true), RollbackAdvice::Restore);
}

void TestRollback::everythingThatBelongsToTheBestComesBack() {
  const std::shared_ptr<const LinearGaussianController> best = controller(-0.4, 0.5);
  AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
  adviseRollback(state, 10.0, true);
  state.conditions[0].controller = best;
  state.conditions[0].eta = 7.0;
  state.conditions[0].multipliers.lambda.assign(kT, Vector::Constant(1, 0.25));
  adviseRollback(state, 4.0, true);
  state.conditions[0].controller = controller(3.0, 0.1);
  state.conditions[0].eta = 4000.0;
  state.conditions[0].multipliers.lambda.assign(kT, Vector::Constant(1, 99.0));
  adviseRollback(state, 50.0, true);
  QCOMPARE(adviseRollback(state, 500.0, true), RollbackAdvice::Restore);

  IterationResult result = emptyResult();
  const std::vector<ConditionData> data{integrator()};
  const std::shared_ptr<const LinearGaussianController> given = controller(3.0, 0.1);
  const LinearGaussianController* const centres[] = {given.get()};
  restoreBest(state, data, centres, Parameters(), result);
  const ConditionState& condition = state.conditions[0];
  QCOMPARE(condition.controller, best);
  QCOMPARE(condition.eta, 7.0);
  QCOMPARE(condition.multipliers.lambda[1](0), 0.25);
  QCOMPARE(condition.stepMult, LqrParams().stepMin);
  QVERIFY(state.skipStepRule);
  QCOMPARE(result.report.warnings.size(), std::size_t{1});
}

void TestRollback::reportDescribesTheRestoredControllers() {
  AlgorithmState state = stateOf(controller(-0.4, 0.5), 7.0, 1.0);
  adviseRollback(state, 4.0, true);
  IterationResult result = emptyResult();
  const std::vector<ConditionData> data{integrator()};
  const std::shared_ptr<const LinearGaussianController> given = controller(-0.1, 0.2);
  const LinearGaussianController* const centres[] = {given.get()};
  restoreBest(state, data, centres, Parameters(), result);

  const MetricTable& m = result.report.metrics;
  const Marginals marginals = forwardPass(*state.conditions[0].controller, *data[0].dynamics);
  QVERIFY(m.get(Metric::Kl, 0) && m.get(Metric::Eta, 0) && m.get(Metric::ModelCost, 0));
  QCOMPARE(*m.get(Metric::Eta, 0), 7.0);
  QCOMPARE(*m.get(Metric::Kl, 0), klPerStep(*state.conditions[0].controller, *given, marginals).sum());
  QCOMPARE(*m.get(Metric::ModelCost, 0), expectedCost(marginals, *data[0].quadratic).sum());
  QCOMPARE(*m.get(Metric::EntropyLocal, 0), state.conditions[0].controller->entropy());
  QVERIFY(!m.has(Metric::KlBound));
  QVERIFY(result.views[0].localMarginals);
  QCOMPARE(result.views[0].localMarginals->mean[2], marginals.mean[2]);
  QCOMPARE(result.views[0].controller, state.conditions[0].controller);
  QCOMPARE(result.report.series[0].kl.size(), Eigen::Index{kT});
  QCOMPARE(result.report.series[0].std(1, 0), std::sqrt(0.5));
}

void TestRollback::overflowUnderTheNewModelIsNotShown() {
  AlgorithmState state = stateOf(controller(-0.4, 0.5), 7.0, 1.0);
  adviseRollback(state, 4.0, true);
  IterationResult result = emptyResult();
  const std::vector<ConditionData> data{integrator(1e200)};
  const LinearGaussianController* const centres[] = {state.conditions[0].controller.get()};
  restoreBest(state, data, centres, Parameters(), result);
  QVERIFY(!result.report.metrics.has(Metric::ModelCost) && !result.report.metrics.has(Metric::Kl));
  QVERIFY(!result.views[0].localMarginals);
  QCOMPARE(*result.report.metrics.get(Metric::Eta, 0), 7.0);
}

void TestRollback::costThatIsNoNumberCountsAsGrowth() {
  for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
    QCOMPARE(adviseRollback(state, bad, true), RollbackAdvice::Continue);
    QCOMPARE(adviseRollback(state, bad, true), RollbackAdvice::Continue);  // nothing to restore yet
    QCOMPARE(adviseRollback(state, 4.0, true), RollbackAdvice::Continue);
    QCOMPARE(*state.rollback.bestCost, 4.0);
    QCOMPARE(adviseRollback(state, bad, true), RollbackAdvice::Continue);
    QCOMPARE(adviseRollback(state, bad, true), RollbackAdvice::Restore);
    QCOMPARE(adviseRollback(state, 3.0, true), RollbackAdvice::Continue);
    QCOMPARE(*state.rollback.bestCost, 3.0);
  }
}

void TestRollback::stayingBehindTheStartIsSaid() {
  AlgorithmState state = stateOf(controller(0.0, 1.0), 1.0, 1.0);
  const auto warnings = [&state](double cost) {
    IterationResult result = emptyResult();
    std::vector<ConditionData> data(2);
    data[1].sampledCost = cost;
    warnBehindStart(state, data, result);
    return result.report.warnings.size();
  };
  QCOMPARE(warnings(10.0), std::size_t{0});
  for (int i = 0; i < 4; ++i) QCOMPARE(warnings(11.0), std::size_t{0});
  QCOMPARE(warnings(11.0), std::size_t{1});
  QCOMPARE(warnings(std::numeric_limits<double>::quiet_NaN()), std::size_t{1});
  QCOMPARE(warnings(10.0), std::size_t{0});  // as at the start
  for (int i = 0; i < 4; ++i) QCOMPARE(warnings(11.0), std::size_t{0});
}

QTEST_APPLESS_MAIN(TestRollback)
#include "tst_rollback.moc"
