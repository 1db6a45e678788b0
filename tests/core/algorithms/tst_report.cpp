// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "core/algorithms/common_steps.h"
#include "core/algorithms/report.h"
#include "tests/core/algorithms/fake_context.h"

using namespace gps;
using gps::test::FakeContext;

/// What an iteration says beside its numbers.
class TestReport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aWarningIsSaidOnceWithAllItsConditions();
  void theTextNamesTheConditions();
  void aSharedStepRuleWarnsOnce();
  void aSharedSearchBlamesNoCondition();
};

void TestReport::aWarningIsSaidOnceWithAllItsConditions() {
  IterationReport report;
  for (const int i : {2, 0, 2}) report.warn("clipped", "Too much.", i);
  report.warn("rollback", "Back.");
  report.warn("rollback", "Back.");
  QCOMPARE(report.warnings.size(), std::size_t{2});
  QCOMPARE(report.warnings[0].conditions, (std::vector<int>{0, 2}));
  QVERIFY(report.warnings[1].conditions.empty());
}

void TestReport::theTextNamesTheConditions() {
  const std::vector<std::string> names{"a", "b", "c", "d", "e", "f", "g", "h"};
  const auto text = [&names](std::vector<int> conditions) {
    return QString::fromStdString(warningText({"key", "Too much.", std::move(conditions)}, names));
  };
  QCOMPARE(text({}), "Too much.");
  QCOMPARE(text({1}), "Condition b: Too much.");
  QCOMPARE(text({0, 3}), "Conditions a, d: Too much.");
  QCOMPARE(text({0, 1, 2, 3, 4, 5, 6}), "Conditions a, b, c, d, e, f and 1 more: Too much.");
  QCOMPARE(text({0, 1, 2, 3, 4, 5, 6, 7}), "All conditions: Too much.");
}

// MDGPS averages the improvement over the conditions, so that each of them tells the same.
void TestReport::aSharedStepRuleWarnsOnce() {
  Parameters parameters;
  AlgorithmState state;
  state.conditions.resize(4);
  IterationResult result;
  result.report.metrics = MetricTable(4);
  for (int i = 0; i < 4; ++i) adaptCondition({.predicted = -1.0, .actual = -2.0}, i, state, parameters, result);
  QCOMPARE(result.report.warnings.size(), std::size_t{1});
  QCOMPARE(result.report.warnings[0].conditions.size(), std::size_t{4});
}

// One eta for all: when its search ends early, that is not about single conditions.
void TestReport::aSharedSearchBlamesNoCondition() {
  Task task;
  task.T = 1;
  Parameters parameters;
  FakeContext run(task, parameters);
  const LinearGaussianController::Step step{Matrix::Zero(1, 1), Vector::Zero(1), Matrix::Identity(1, 1)};
  for (const bool shared : {true, false}) {
    AlgorithmState state;
    state.conditions.resize(3);
    IterationResult result = beginResult(state, run);
    std::vector<CStepResult> steps;
    for (int i = 0; i < 3; ++i) {
      CStepResult one{.controller = LinearGaussianController::make({step}).value(), .marginals = {}};
      one.minQuu = Vector::Ones(1);
      steps.push_back(std::move(one));
    }
    recordCStep(run, state, steps, result, shared);
    QCOMPARE(result.report.warnings.size(), std::size_t{1});
    QCOMPARE(result.report.warnings[0].conditions.size(), shared ? std::size_t{0} : std::size_t{3});
  }
}

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
