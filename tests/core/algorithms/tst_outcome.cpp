// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/outcome.h"

using namespace gps;

namespace {

constexpr int kT = 10;

/// The report of an iteration of two starts that its policy did not solve, and that shows no cause.
struct Fixture {
  Fixture() {
    task.T = kT;
    task.conditions = {"a", "b"};
    task.success = {SuccessTest{.target = Vector::Zero(1), .within = 0.1}};
    task.actionLimit = Vector::Constant(1, 4.0);  // a ceiling of 1
    report.metrics = MetricTable(2);
    report.series.resize(2);
    views.resize(2);
    for (int i = 0; i < 2; ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      report.metrics.set(Metric::Success, i, 0.0);
      report.metrics.set(Metric::StepMult, i, 1.0);
      report.metrics.set(Metric::Kl, i, 5.0);
      report.metrics.set(Metric::KlBound, i, 10.0);
      report.series[at].std = RowMatrix::Constant(kT, 1, 0.5);
      views[at].local = views[at].global = ending(2.0);
    }
  }
  static std::shared_ptr<const Rollout> ending(double x) {
    Rollout rollout;
    rollout.trajectory.X = RowMatrix::Constant(kT, 1, x);
    return std::make_shared<const Rollout>(std::move(rollout));
  }
  QString likely() const {
    const std::optional<Outcome> outcome = outcomeOf(report, views, task, parameters);
    return outcome ? QString::fromStdString(outcome->likely) : "none";
  }

  Task task;
  Parameters parameters;
  IterationReport report;
  std::vector<ConditionView> views;
};

}  // namespace

/// What a finished run says about the starts it did not solve.
class TestOutcome : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void countsWhatHasATest();
  void namesNoCauseWhereTheMetricsShowNone();
  void controllersThatSolvePointAtThePolicy();
  void shrunkStepsPointAtTheModels();
  void varianceAtItsCeilingPointsAtTheExploration();
  void divergenceAtItsBoundPointsAtTheSteps();
  void iterativeLqrSaysWhetherItGoesOn();
};

void TestOutcome::countsWhatHasATest() {
  Fixture f;
  f.report.metrics.set(Metric::Success, 1, 1.0);
  QCOMPARE(solvedText(*outcomeOf(f.report, f.views, f.task, f.parameters)), std::string("1 of 2 solved"));
  f.task.success.clear();
  f.report.metrics = MetricTable(2);
  QVERIFY(!outcomeOf(f.report, f.views, f.task, f.parameters));
}

void TestOutcome::namesNoCauseWhereTheMetricsShowNone() {
  Fixture f;
  QCOMPARE(f.likely(), QString());
  for (int i = 0; i < 2; ++i) {
    f.report.metrics.set(Metric::Success, i, 1.0);
    f.report.metrics.set(Metric::Kl, i, 10.0);
  }
  QCOMPARE(f.likely(), QString());  // solved: nothing to explain
}

void TestOutcome::controllersThatSolvePointAtThePolicy() {
  Fixture f;
  for (ConditionView& view : f.views) view.local = Fixture::ending(0.0);
  QVERIFY2(f.likely().startsWith("Likely the policy fit"), qPrintable(f.likely()));
  for (ConditionView& view : f.views) view.global = nullptr;  // an algorithm without a policy
  QCOMPARE(f.likely(), QString());
}

void TestOutcome::shrunkStepsPointAtTheModels() {
  Fixture f;
  for (int i = 0; i < 2; ++i) f.report.metrics.set(Metric::StepMult, i, f.parameters.lqr.stepMin);
  QVERIFY2(f.likely().contains("lower limit"), qPrintable(f.likely()));
  f.parameters.step.rule = StepRule::Fixed;  // stays where it was put
  QCOMPARE(f.likely(), QString());
}

void TestOutcome::varianceAtItsCeilingPointsAtTheExploration() {
  Fixture f;
  for (TimeSeries& series : f.report.series) series.std.topRows(6).setConstant(1.0);
  QVERIFY2(f.likely().contains("lqr.cov_max"), qPrintable(f.likely()));
  f.parameters.lqr.covMax = 4.0;
  QCOMPARE(f.likely(), QString());
}

void TestOutcome::divergenceAtItsBoundPointsAtTheSteps() {
  Fixture f;
  for (int i = 0; i < 2; ++i) f.report.metrics.set(Metric::Kl, i, 9.5);
  QVERIFY2(f.likely().startsWith("Likely unfinished"), qPrintable(f.likely()));
  for (int i = 0; i < 2; ++i) f.report.metrics.set(Metric::StepMult, i, f.parameters.lqr.stepMax);
  QVERIFY2(f.likely().contains("lqr.step_max"), qPrintable(f.likely()));
}

void TestOutcome::iterativeLqrSaysWhetherItGoesOn() {
  Fixture f;
  // Its exploration is no cause, as only noise-free rollouts are judged.
  for (TimeSeries& series : f.report.series) series.std.setConstant(1.0);
  const auto at = [&](double alpha, double converged) {
    for (int i = 0; i < 2; ++i) {
      f.report.metrics.set(Metric::IlqrMu, i, 1.0);
      f.report.metrics.set(Metric::IlqrAlpha, i, alpha);
      f.report.metrics.set(Metric::IlqrConverged, i, converged);
    }
    return f.likely();
  };
  QVERIFY(at(0.5, 0.0).startsWith("Likely unfinished"));
  QVERIFY(at(0.5, 1.0).startsWith("Likely a local optimum"));
  QVERIFY(at(0.0, 1.0).startsWith("Likely a local optimum"));
  QVERIFY(at(0.0, 0.0).startsWith("No step lowers the cost"));
}

QTEST_APPLESS_MAIN(TestOutcome)
#include "tst_outcome.moc"
