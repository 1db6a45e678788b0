// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <QTest>

#include "core/engine/engine_context.h"
#include "core/engine/warning_streaks.h"
#include "tests/core/engine/closed_form_task.h"

using namespace gps;
using gps::testing::massTask;

namespace {

/// Iterations of an algorithm without the engine's thread, so that its state can be looked at.
class Iterations {
 public:
  Iterations(std::shared_ptr<const Task> task, const std::string& algorithm)
      : m_task(std::move(task)), parameters(parametersFor(*m_task, algorithm).value()) {
    m_algorithm = findAlgorithm(algorithm).value()->make();
    parameters.policy.hidden = {8};
    parameters.policy.steps = 200;
  }
  /// Starts afresh and runs `count` iterations.
  IterationResult run(int count) {
    IterationResult result;
    result.state = m_algorithm->start(*m_task, parameters).value();
    for (int k = 1; k <= count; ++k) {
      EngineContext context(*m_task, m_task->costs, parameters, k, m_pool, m_stop,
                            {[] { return true; }, [](std::string_view) {}, [](double) {},
                             [](const IterationResult&) { return true; }});
      result = m_algorithm->iterate(result.state, context).value();
    }
    return result;
  }

 private:
  std::shared_ptr<const Task> m_task;
  std::unique_ptr<Algorithm> m_algorithm;
  RolloutPool m_pool{1};
  std::atomic<bool> m_stop{false};

 public:
  Parameters parameters;
};

/// Of the noise-free rollouts.
double largestEvaluated(const IterationResult& result) {
  double largest = 0.0;
  for (const ConditionView& view : result.views) {
    for (const std::shared_ptr<const Rollout>& rollout : {view.local, view.global}) {
      if (rollout) largest = std::max(largest, rollout->trajectory.U.cwiseAbs().maxCoeff());
    }
  }
  return largest;
}

double largestAction(const IterationResult& result) {
  double largest = 0.0;
  for (const ConditionView& view : result.views) {
    for (const std::shared_ptr<const Rollout>& rollout : view.samples) {
      largest = std::max(largest, rollout->trajectory.U.cwiseAbs().maxCoeff());
    }
  }
  return largest;
}

}  // namespace

/// Parameters that must reach the step they are meant for.
class TestEngineOptions : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void residualModeReachesTheLinearisation();
  void clippedMeansReachTheRollouts();
  void tamingAHarmlessRunChangesNothing();
  void repeatedWarningsCountUp();
};

// The linearisation of the first iteration comes before anything that depends on the mode: gains are equal, and the
// covariances are Sigma_pi alone, plus the residual cut at Sigma_pi, plus all of it.
void TestEngineOptions::residualModeReachesTheLinearisation() {
  Iterations mdgps(massTask(), "mdgps");
  // A small Sigma_pi and a stiff ridge, so that there is something to cut.
  mdgps.parameters.policy.entropyReg = 1000.0;
  mdgps.parameters.policy.linRegRelative = 0.1;
  const auto linearised = [&](const char* mode) {
    const Status set = setParameter(mdgps.parameters, "mdgps.s_residual", mode);
    if (!set) qFatal("%s", set.error().text().c_str());
    return mdgps.run(1).state.conditions;
  };
  const auto off = linearised("off"), capped = linearised("capped"), full = linearised("full");
  double largestShare = 0.0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Matrix Sigma = off[i].linearised->step(0).C;
    for (int t = 0; t < 20; ++t) {
      QVERIFY(off[i].linearised->step(t).C == Sigma);
      QVERIFY(off[i].linearised->step(t).K == full[i].linearised->step(t).K);
      QVERIFY(capped[i].linearised->step(t).K == full[i].linearised->step(t).K);
      const auto shares = [&](const LinearGaussianController& controller) -> Vector {
        return Eigen::GeneralizedSelfAdjointEigenSolver<Matrix>(controller.step(t).C - Sigma, Sigma).eigenvalues();
      };
      const Vector all = shares(*full[i].linearised), cut = shares(*capped[i].linearised);
      QVERIFY((cut - all.cwiseMin(1.0)).cwiseAbs().maxCoeff() < 1e-8);
      largestShare = std::max(largestShare, all.maxCoeff());
    }
  }
  QVERIFY2(largestShare > 1.5, qPrintable(QString::number(largestShare)));
}

// After the first iteration the mass is pushed with more than 0.3; noise is held below 0.01.
void TestEngineOptions::clippedMeansReachTheRollouts() {
  auto task = std::make_shared<Task>(*massTask());
  task->actionLimit.setConstant(0.1);
  Iterations trajopt(task, "trajopt");
  trajopt.parameters.lqr.covMin = 0.0;
  trajopt.parameters.lqr.covMax = 1e-6;
  const IterationResult free = trajopt.run(2);
  const double plain = largestAction(free);
  QVERIFY2(largestEvaluated(free) > 0.3, qPrintable(QString::number(largestEvaluated(free))));
  trajopt.parameters.noise.clipMean = true;
  const IterationResult cut = trajopt.run(2);
  const double clipped = largestAction(cut);
  QCOMPARE(largestEvaluated(cut), 0.1);
  QVERIFY2(plain > 0.3, qPrintable(QString::number(plain)));
  QVERIFY2(clipped > 0.1 && clipped < 0.11, qPrintable(QString::number(clipped)));
}

// Nothing explodes here, so the tamed run is the plain one bit by bit.
void TestEngineOptions::tamingAHarmlessRunChangesNothing() {
  Iterations mdgps(massTask(), "mdgps");
  const AlgorithmState plain = mdgps.run(2).state;
  mdgps.parameters.policy.linTame = true;
  const AlgorithmState tamed = mdgps.run(2).state;
  for (std::size_t i = 0; i < 2; ++i) {
    for (int t = 0; t < 20; ++t) {
      QVERIFY(plain.conditions[i].linearised->step(t).K == tamed.conditions[i].linearised->step(t).K);
      QVERIFY(plain.conditions[i].controller->step(t).k == tamed.conditions[i].controller->step(t).k);
    }
  }
}

// What comes iteration after iteration counts up; what comes again after a gap is said again.
void TestEngineOptions::repeatedWarningsCountUp() {
  auto task = std::make_shared<Task>();
  task->conditions = {"a", "b"};
  WarningStreaks streaks;
  const auto take = [&](int iteration, const std::vector<std::pair<const char*, int>>& warnings) {
    Snapshot snapshot;
    snapshot.task = task;
    snapshot.report.iteration = iteration;
    for (const auto& [key, condition] : warnings) snapshot.report.warn(key, "Text.", condition);
    streaks.take(snapshot);
  };
  take(1, {{"clipped", 0}});
  take(2, {{"clipped", 1}, {"eta", 0}});
  take(3, {{"clipped", 0}, {"clipped", 1}});
  QCOMPARE(streaks.all().size(), std::size_t{2});
  QCOMPARE(streaks.current().size(), std::size_t{1});
  QCOMPARE(streakPlace(streaks.all()[0]), std::string("Iterations 1 to 3"));
  QCOMPARE(streaks.all()[0].text, std::string("All conditions: Text."));
  QCOMPARE(streakPlace(streaks.all()[1]), std::string("Iteration 2"));
  take(4, {});
  QVERIFY(streaks.current().empty());
  take(5, {{"clipped", 0}});
  QCOMPARE(streaks.all().size(), std::size_t{3});
  QCOMPARE(streaks.all()[2].first, 5);
}

QTEST_APPLESS_MAIN(TestEngineOptions)
#include "tst_engine_options.moc"
