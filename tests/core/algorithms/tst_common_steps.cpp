// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "core/algorithms/model_steps.h"
#include "core/cost/cost_terms.h"
#include "core/policy/neural_policy.h"
#include "tests/core/algorithms/fake_context.h"

using namespace gps;
using gps::test::FakeContext;

namespace {

constexpr int kT = 20;

/// Rollouts of x' = a x + u with a of the condition.
ConditionData drawn(double a, Rng& rng) {
  ConditionData data;
  for (int j = 0; j < 3; ++j) {
    Trajectory rollout;
    rollout.X.resize(kT, 1);
    rollout.U.resize(kT, 1);
    double x = rng.normal();
    for (int t = 0; t < kT; ++t) {
      rollout.X(t, 0) = x;
      rollout.U(t, 0) = rng.normal();
      x = a * x + rollout.U(t, 0);
    }
    data.trajectories.push_back(std::move(rollout));
  }
  return data;
}

struct Fixture {
  Fixture() {
    task.T = kT;
    task.dX = task.dU = 1;
    task.conditions = {"a", "b"};
    parameters.dynamics.gmmMaxRollouts = 6;
    state.conditions.resize(2);
    for (ConditionState& condition : state.conditions) condition.dynamicsPrior = MixturePrior{};
  }
  Status fit() {
    data = {drawn(0.5, rng), drawn(-0.9, rng)};
    IterationResult result;
    result.report.metrics = MetricTable(2);
    FakeContext run(task, parameters);
    run.stopAt = stopAt;
    const Status status = fitModels(run, state, data, result);
    asked = run.asked;
    metrics = result.report.metrics;
    return status;
  }
  const MixturePrior& prior(std::size_t i) const { return std::get<MixturePrior>(state.conditions[i].dynamicsPrior); }
  /// The last rows of a condition's window are the rollouts just drawn.
  bool windowEndsWithOwn(std::size_t i) const {
    const std::vector<RowMatrix>& window = prior(i).window;
    for (std::size_t j = 0; j < 3; ++j) {
      if (window.size() < 3 || window[window.size() - 3 + j] != transitions(data[i].trajectories[j])) return false;
    }
    return true;
  }
  /// Every transition kept follows the condition's own law.
  bool windowIsPure(std::size_t i, double a) const {
    for (const RowMatrix& rollout : prior(i).window) {
      if ((rollout.col(2) - a * rollout.col(0) - rollout.col(1)).norm() > 1e-12) return false;
    }
    return true;
  }

  Task task;
  Parameters parameters;
  AlgorithmState state;
  std::vector<ConditionData> data;
  MetricTable metrics{2};
  Rng rng{3};
  int stopAt = 0;
  int asked = 0;
};

}  // namespace

class TestCommonSteps : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void priorsCanBeSharedAndTakenApart();
  void sharedPriorSeesAllConditions();
  void everyFitAsksWhetherToStop();
  void pooledFitReachesEveryCondition();
  void longLoopsAskWhetherToStop();
};

void TestCommonSteps::priorsCanBeSharedAndTakenApart() {
  Fixture f;
  for (const bool shared : {false, true, true, false, true}) {
    f.parameters.dynamics.gmmShared = shared;
    QVERIFY(f.fit());
    for (const std::size_t i : {0u, 1u}) {
      QVERIFY(f.windowEndsWithOwn(i));
      QVERIFY(f.windowIsPure(i, i == 0 ? 0.5 : -0.9));
      QVERIFY(f.prior(i).window.size() <= 6);
    }
    QCOMPARE(f.prior(0).mixture.mu[0] == f.prior(1).mixture.mu[0], shared);
    QCOMPARE(*f.metrics.get(Metric::GmmLogLikelihood, 0) == *f.metrics.get(Metric::GmmLogLikelihood, 1), shared);
  }
  QCOMPARE(f.prior(0).window.size(), std::size_t{6});
}

void TestCommonSteps::sharedPriorSeesAllConditions() {
  Fixture f;
  f.parameters.dynamics.gmmShared = true;
  QVERIFY(f.fit() && f.fit());
  // 2 conditions x 6 rollouts x 19 transitions / 40 = 5 clusters; one condition alone has points for 2.
  QCOMPARE(f.prior(0).mixture.clusters(), 5);
  f.parameters.dynamics.gmmShared = false;
  QVERIFY(f.fit());
  QCOMPARE(f.prior(0).mixture.clusters(), 2);
}

void TestCommonSteps::everyFitAsksWhetherToStop() {
  Fixture f;
  f.parameters.dynamics.gmm = false;
  f.parameters.dynamics.pooled = true;
  for (ConditionState& condition : f.state.conditions) condition.dynamicsPrior = WindowPrior{};
  QVERIFY(f.fit());
  QCOMPARE(f.asked, 6 + 2 * (kT - 1));  // once per rollout of the pooled fit, then once per transition
  for (const int at : {3, 12, 30}) {
    f.stopAt = at;
    const Status status = f.fit();
    QVERIFY(!status);
    QCOMPARE(status.error().what, std::string("stopped"));
    QCOMPARE(f.asked, at);
  }
}

void TestCommonSteps::pooledFitReachesEveryCondition() {
  Fixture f;
  f.parameters.dynamics.gmm = false;
  for (ConditionState& condition : f.state.conditions) condition.dynamicsPrior = std::monostate{};
  // With an enormous ridge only the centre is left: 0 without the pooled fit, else that of both conditions.
  f.parameters.dynamics.ridgePosition = 1e4;
  QVERIFY(f.fit());
  QVERIFY(std::abs(f.data[0].dynamics->F[3](0, 0)) < 1e-6);
  f.parameters.dynamics.ridgePosition = 0.0;
  f.parameters.dynamics.pooled = true;
  f.parameters.dynamics.regRelative = 0.1;
  QVERIFY(f.fit());
  const std::vector<std::span<const Trajectory>> both{f.data[0].trajectories, f.data[1].trajectories};
  const Result<Matrix> F0 = fitPooled(both, f.parameters.dynamics);
  QVERIFY(F0);
  for (const ConditionData& data : f.data) {
    const Result<LinearGaussianDynamics> expected =
        fitDynamics(data.trajectories, {}, f.parameters.dynamics, {.pooled = *F0});
    QVERIFY(expected);
    QCOMPARE(data.dynamics->F[3], expected->F[3]);
    QVERIFY(fitDynamics(data.trajectories, {}, f.parameters.dynamics)->F[3] != expected->F[3]);
  }
}

// Once per rollout: costs, targets of the policy, and the policy over its window.
void TestCommonSteps::longLoopsAskWhetherToStop() {
  Rng rng(4);
  std::vector<Trajectory> rollouts = drawn(0.5, rng).trajectories;
  for (Trajectory& rollout : rollouts) rollout.O = rollout.X;
  for (const int stopAt : {1, 3, 4}) {
    int asked = 0;
    const auto keepGoing = [&] { return ++asked != stopAt; };
    const Cost cost({{"effort", 1.0, std::make_shared<ActionCost>(Vector::Ones(1))}}, 1, 1);
    const Result<CostModel> costs = expandAround(cost, rollouts, {.keepGoing = keepGoing});
    QCOMPARE(costs.ok(), stopAt > 3);
    QCOMPARE(asked, std::min(stopAt, 3));

    asked = 0;
    const std::vector<LinearGaussianController::Step> steps(
        kT, {Matrix::Zero(1, 1), Vector::Zero(1), Matrix::Identity(1, 1)});
    const LinearGaussianController controller = LinearGaussianController::make(steps).value();
    const std::vector<ConditionTargets> targets{{.rollouts = rollouts, .controller = &controller}};
    QCOMPARE(policyTargets(targets, keepGoing).ok(), stopAt > 3);
    QCOMPARE(asked, std::min(stopAt, 3));
  }
  for (const bool mixture : {true, false}) {
    Fixture f;
    f.task.conditions = {"a"};
    f.state.conditions.resize(1);
    f.parameters.dynamics.gmm = mixture;
    f.parameters.dynamics.window = 2;
    f.state.policy = NeuralPolicy::create(1, 1, f.parameters.policy, Rng(5));
    for (const Trajectory& rollout : rollouts) {
      f.state.conditions[0].policyWindow.push_back(std::make_shared<const Trajectory>(rollout));
    }
    if (mixture) f.state.conditions[0].policyPrior = MixturePrior{};
    f.data.resize(1);
    f.data[0].trajectories = rollouts;
    FakeContext run(f.task, f.parameters);
    run.stopAt = 2;
    const Result<std::vector<LinearisedPolicy>> stopped = lineariseAll(run, f.state, f.data, true, ResidualMode::Full);
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().what, std::string("stopped"));
    QCOMPARE(run.asked, 2);
  }
}

QTEST_APPLESS_MAIN(TestCommonSteps)
#include "tst_common_steps.moc"
