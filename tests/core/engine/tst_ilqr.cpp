// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <set>

#include "tests/core/engine/closed_form_task.h"
#include "tests/core/engine/iterations.h"
#include "tests/core/plant/disc_scene.h"

using namespace gps;
using gps::testing::Iterations;
using gps::testing::massTask;

namespace {

std::shared_ptr<const Task> massWithin(double limit) {
  auto task = std::make_shared<Task>(*massTask());
  task->actionLimit.setConstant(limit);
  return task;
}

double nominalCost(const Task& task, const AlgorithmState& state, int condition) {
  const NominalRollout& nominal = *state.conditions[static_cast<std::size_t>(condition)].ilqr.nominal;
  return task.costs.of(condition).along(nominal.trajectory).sum();
}

/// A plant that can only be started where its conditions say.
class FixedPlants final : public PlantFactory {
 public:
  explicit FixedPlants(std::shared_ptr<const PlantFactory> of) : m_of(std::move(of)) {}
  std::unique_ptr<Plant> make(int condition, const VectorRef& noise) const override { return m_of->make(condition, noise); }
  int startNoiseSize(int) const override { return 0; }

 private:
  std::shared_ptr<const PlantFactory> m_of;
};

std::set<std::string> warned(const IterationResult& result) {
  std::set<std::string> keys;
  for (const Warning& warning : result.report.warnings) keys.insert(warning.key);
  return keys;
}

}  // namespace

class TestIlqr : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aLinearQuadraticTaskIsSolvedByOneFullStep();
  void wideLimitsEqualNone();
  void tightLimitsHold();
  void anAcceptedStepNeverRaisesTheCost_data();
  void anAcceptedStepNeverRaisesTheCost();
  void threadsNeverChangeABit();
  void theControllerStandsAroundTheTrajectory();
  void afterTheLastPassNothingMoves();
  void plantsWithoutCoordinatesAreRefused();
  void divergenceNamesTheStep();
  void whatTheStateHidesIsSaid();
  void everyPhaseAsksWhetherToStop();
};

void TestIlqr::aLinearQuadraticTaskIsSolvedByOneFullStep() {
  Iterations ilqr(massTask(), "ilqr");
  ilqr.parameters.ilqr.mu0 = 0.0;
  const IterationResult first = ilqr.next(ilqr.start().value()).value();
  const IterationResult second = ilqr.next(first.state).value();
  const auto metric = [](const IterationResult& r, Metric m, int i) { return r.report.metrics.get(m, i).value(); };
  for (int i = 0; i < 2; ++i) {
    QCOMPARE(metric(first, Metric::IlqrAlpha, i), 1.0);
    QVERIFY(metric(first, Metric::Actual, i) > 0.0);
    QVERIFY(std::abs(metric(first, Metric::StepRatio, i) - 1.0) < 1e-8);
    QVERIFY(metric(second, Metric::IlqrGradient, i) < 1e-8);
    QCOMPARE(metric(second, Metric::IlqrConverged, i), 1.0);
    QVERIFY(metric(second, Metric::IlqrGap, i) < 1e-12 && metric(second, Metric::IlqrHidden, i) < 1e-9);
    QVERIFY(warned(second).empty());
  }
}

void TestIlqr::wideLimitsEqualNone() {
  const auto actions = [](double limit, bool obey) {
    Iterations ilqr(massWithin(limit), "ilqr");
    ilqr.parameters.ilqr.limits = obey;
    IterationResult result = ilqr.next(ilqr.start().value()).value();
    result = ilqr.next(result.state).value();
    return result.state.conditions[0].ilqr.nominal->trajectory.U;
  };
  const RowMatrix none = actions(std::numeric_limits<double>::infinity(), true);
  QVERIFY((actions(1e6, true) - none).cwiseAbs().maxCoeff() < 1e-9);
  QVERIFY((actions(1e6, false) - none).cwiseAbs().maxCoeff() < 1e-9);
}

void TestIlqr::tightLimitsHold() {
  const std::shared_ptr<const Task> task = massWithin(0.4);
  Iterations ilqr(task, "ilqr");
  IterationResult result;
  result.state = ilqr.start().value();
  for (int k = 0; k < 8; ++k) {
    result = ilqr.next(result.state).value();
    for (int i = 0; i < 2; ++i) {
      const RowMatrix& U = result.state.conditions[static_cast<std::size_t>(i)].ilqr.nominal->trajectory.U;
      QVERIFY(U.cwiseAbs().maxCoeff() <= 0.4);
    }
  }
  QVERIFY(*result.report.metrics.get(Metric::IlqrClamped, 0) > 0.05);
  QVERIFY(*result.report.metrics.get(Metric::IlqrClamped, 0) < 1.0);
}

void TestIlqr::anAcceptedStepNeverRaisesTheCost_data() {
  QTest::addColumn<QString>("scene");
  QTest::addColumn<int>("iterations");
  QTest::addColumn<double>("share");  // of the initial cost that is left at most
  QTest::newRow("pendulum_swing_up") << "pendulum_swing_up" << 10 << 0.9;
  QTest::newRow("obstacle_navigation") << "obstacle_navigation" << 6 << 0.5;
  QTest::newRow("point_mass") << "point_mass" << 6 << 0.9;
}

void TestIlqr::anAcceptedStepNeverRaisesTheCost() {
  QFETCH(QString, scene);
  QFETCH(int, iterations);
  QFETCH(double, share);
  const std::shared_ptr<const Task> task = test::shipped(scene.toStdString());
  Iterations ilqr(task, "ilqr", 2);
  ilqr.parameters.run.samples = 2;
  IterationResult result;
  result.state = ilqr.start().value();
  std::vector<double> first, before;
  for (int k = 0; k < iterations; ++k) {
    Result<IterationResult> next = ilqr.next(result.state);
    QVERIFY2(next, next ? "" : next.error().text().c_str());
    result = *std::move(next);
    for (int i = 0; i < task->conditionCount(); ++i) {
      const double now = nominalCost(*task, result.state, i);
      const double alpha = result.report.metrics.get(Metric::IlqrAlpha, i).value();
      const double actual = result.report.metrics.get(Metric::Actual, i).value();
      if (k == 0) {
        first.push_back(now + actual);
        before.push_back(now);
        continue;
      }
      double& last = before[static_cast<std::size_t>(i)];
      QVERIFY2(alpha > 0.0 ? now < last : now == last, qPrintable(QStringLiteral("%1 after %2").arg(now).arg(last)));
      QVERIFY(std::abs(last - now - actual) <= 1e-9 * std::abs(last));
      last = now;
    }
  }
  double start = 0.0, end = 0.0;
  for (const double cost : first) start += cost;
  for (const double cost : before) end += cost;
  QVERIFY2(end < share * start, qPrintable(QStringLiteral("%1 -> %2").arg(start).arg(end)));
}

void TestIlqr::threadsNeverChangeABit() {
  const auto run = [](int threads) {
    Iterations ilqr(test::shipped("pendulum_swing_up"), "ilqr", threads);
    ilqr.parameters.ilqr.smoothFd = 3;
    IterationResult result;
    result.state = ilqr.start().value();
    for (int k = 0; k < 3; ++k) result = ilqr.next(result.state).value();
    return result;
  };
  const IterationResult one = run(1), four = run(4);
  for (std::size_t i = 0; i < one.state.conditions.size(); ++i) {
    const ConditionState& a = one.state.conditions[i];
    const ConditionState& b = four.state.conditions[i];
    QVERIFY(a.ilqr.nominal->trajectory.U == b.ilqr.nominal->trajectory.U);
    QVERIFY(a.ilqr.nominal->trajectory.X == b.ilqr.nominal->trajectory.X);
    QVERIFY(a.ilqr.regularisation.mu == b.ilqr.regularisation.mu);
    for (int t = 0; t < a.controller->horizon(); ++t) {
      QVERIFY(a.controller->step(t).K == b.controller->step(t).K && a.controller->step(t).C == b.controller->step(t).C);
    }
  }
}

// Its noise-free rollout is the trajectory, its covariance Q_uu^-1 within the bounds.
void TestIlqr::theControllerStandsAroundTheTrajectory() {
  const std::shared_ptr<const Task> task = massTask();
  Iterations ilqr(task, "ilqr");
  ilqr.parameters.ilqr.mu0 = 0.0;
  const IterationResult result = ilqr.next(ilqr.start().value()).value();
  for (std::size_t i = 0; i < 2; ++i) {
    const ConditionState& condition = result.state.conditions[i];
    const Trajectory& nominal = condition.ilqr.nominal->trajectory;
    QVERIFY((result.views[i].local->trajectory.U - nominal.U).cwiseAbs().maxCoeff() < 1e-9);
    QVERIFY(result.views[i].localMarginals && result.views[i].controller == condition.controller);
    // The last action moves nothing: Q_uu is the action's own weight, 0.01, and 1 the variance of the start.
    QVERIFY((condition.controller->step(19).C - Matrix::Identity(2, 2)).cwiseAbs().maxCoeff() < 1e-9);
    QVERIFY((condition.controller->step(19).K).isZero(1e-9));
    for (int t = 0; t < 20; ++t) {
      QVERIFY((nominal.U.row(t).transpose() -
               condition.controller->mean(t, nominal.X.row(t).transpose())).cwiseAbs().maxCoeff() < 1e-9);
    }
  }
}

void TestIlqr::afterTheLastPassNothingMoves() {
  Iterations ilqr(massTask(), "ilqr");
  ilqr.parameters.ilqr.maxIter = 1;
  const IterationResult first = ilqr.next(ilqr.start().value()).value();
  const IterationResult second = ilqr.next(first.state).value();
  QVERIFY(second.state.conditions[0].controller == first.state.conditions[0].controller);
  QVERIFY(warned(second).contains("ilqr_max_iter") && !warned(first).contains("ilqr_max_iter"));
  QVERIFY(second.report.metrics.get(Metric::LocalCleanCost, 1));
}

void TestIlqr::plantsWithoutCoordinatesAreRefused() {
  auto task = std::make_shared<Task>(*massTask());
  task->plants = std::make_shared<FixedPlants>(task->plants);
  const Result<AlgorithmState> refused = Iterations(task, "ilqr").start();
  QVERIFY(!refused);
  QVERIFY2(refused.error().text().find("cannot be set") != std::string::npos &&
               refused.error().mend.find("trajopt") != std::string::npos,
           refused.error().text().c_str());
  QVERIFY(Iterations(task, "gps_ilqr").start());
}

void TestIlqr::divergenceNamesTheStep() {
  auto task = std::make_shared<Task>(*massTask());
  task->x0[0](2) = 2e6;  // the first condition flies off
  task->plants = std::make_shared<testing::MassPlants>(task->x0, task->dt);
  Iterations ilqr(task, "ilqr");
  ilqr.parameters.init.kind = InitKind::Zero;
  const Result<IterationResult> failed = ilqr.next(ilqr.start().value());
  QVERIFY(!failed);
  QVERIFY2(failed.error().text().find("diverges") != std::string::npos &&
               failed.error().text().find("condition left") != std::string::npos && !failed.error().mend.empty(),
           failed.error().text().c_str());
}

// Without the velocities the next position is not determined.
void TestIlqr::whatTheStateHidesIsSaid() {
  Scene scene = test::discScene(R"({"id": "fx", "type": "body_force", "body": "disc", "axis": [1, 0]})");
  const auto warnings = [](const Scene& of) {
    Iterations ilqr(test::taskOf(of), "ilqr");
    return warned(ilqr.next(ilqr.start().value()).value());
  };
  QVERIFY(!warnings(scene).contains("ilqr_hidden"));
  scene.state = {"p"};
  QVERIFY(warnings(scene).contains("ilqr_hidden"));
}

void TestIlqr::everyPhaseAsksWhetherToStop() {
  Iterations counting(massTask(), "ilqr");
  const AlgorithmState state = counting.start().value();
  QVERIFY(counting.next(state));
  const int asked = counting.asked;
  QVERIFY2(asked > 2 * 19, qPrintable(QString::number(asked)));  // once per derivative at least
  for (int at = 1; at <= asked; ++at) {
    Iterations stopping(massTask(), "ilqr");
    stopping.stopAt = at;
    const Result<IterationResult> stopped = stopping.next(state);
    QVERIFY2(!stopped && stopped.error().text().find("stop") != std::string::npos, qPrintable(QString::number(at)));
  }
}

QTEST_GUILESS_MAIN(TestIlqr)
#include "tst_ilqr.moc"
