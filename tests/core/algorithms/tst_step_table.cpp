// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <map>

#include "core/algorithms/step_table.h"
#include "core/scene/scene_reader.h"
#include "tests/core/engine/watched_run.h"

using namespace gps;

/// What another rule would have made of an iteration.
class TestStepTable : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void meanIsAbsentWhereOneIs();
  void globalFallsBackToClassic();
  void whatIfIsTheRunsOwnRule_data();
  void whatIfIsTheRunsOwnRule();

 private:
  IterationReport secondReport(const std::string& algorithm, const std::string& rule);

  std::shared_ptr<const Task> m_task;
  std::map<std::string, IterationReport> m_reports;
};

void TestStepTable::initTestCase() {
  const Result<Scene> scene = findScene("point_mass", GPS_SCENES);
  QVERIFY(scene);
  const auto task = compileTask(std::make_shared<const Scene>(*scene));
  QVERIFY(task);
  m_task = *task;
}

/// Of a run of two iterations; the rule speaks in the second.
IterationReport TestStepTable::secondReport(const std::string& algorithm, const std::string& rule) {
  const auto known = m_reports.find(algorithm + rule);
  if (known != m_reports.end()) return known->second;
  RunSetup setup = testing::setupOf(algorithm, m_task, 2);
  if (Status set = setParameter(setup.parameters, "step.rule", rule); !set) qFatal("step.rule");
  testing::Watched run(setup);
  run.run.start();
  if (!run.waitFor({RunState::Finished, RunState::Failed})) qFatal("the run does not end");
  if (run.snapshots.size() != 2) qFatal("two iterations were wanted");
  return m_reports[algorithm + rule] = run.snapshots[1]->report;
}

void TestStepTable::meanIsAbsentWhereOneIs() {
  StepCosts a, b;
  a.previous = 4.0;
  b.previous = 2.0;
  a.promised = 1.0;
  a.local = 3.0;
  b.local = 5.0;
  const StepCosts mean = meanCosts(std::vector<StepCosts>{a, b});
  QCOMPARE(*mean.previous, 3.0);
  QVERIFY(!mean.promised);
  QCOMPARE(mean.local, 4.0);
  QVERIFY(!improvementOf(StepRule::Classic, mean));
}

void TestStepTable::globalFallsBackToClassic() {
  StepCosts costs;
  costs.previous = 10.0;
  costs.promised = 6.0;
  costs.local = 7.0;
  QCOMPARE(improvementOf(StepRule::Global, costs)->actual, 3.0);
  costs.global = 9.0;
  QCOMPARE(improvementOf(StepRule::Global, costs)->actual, 1.0);
  QCOMPARE(improvementOf(StepRule::Classic, costs)->actual, 3.0);
  QVERIFY(!improvementOf(StepRule::Mc, costs));
  costs.sampledPrevious = 11.0;
  costs.sampled = 8.0;
  QCOMPARE(improvementOf(StepRule::Mc, costs)->predicted, 5.0);
  QCOMPARE(improvementOf(StepRule::Mc, costs)->actual, 3.0);
}

void TestStepTable::whatIfIsTheRunsOwnRule_data() {
  QTest::addColumn<QString>("rule");
  for (const char* algorithm : {"mdgps", "badmm", "trajopt"}) {
    for (const char* rule : {"classic", "global", "mc", "fixed"})
      QTest::addRow("%s", qPrintable(QString("%1 %2").arg(algorithm, rule))) << QString(rule);
  }
}

// Two runs that differ in the rule alone are the same until the rule speaks, in the second iteration: what the table
// says of the other rule is what the other run does.
void TestStepTable::whatIfIsTheRunsOwnRule() {
  QFETCH(QString, rule);
  const std::string algorithm = QString(QTest::currentDataTag()).section(' ', 0, 0).toStdString();
  const std::vector<std::string> names{"classic", "global", "mc", "fixed"};
  const IterationReport ran = secondReport(algorithm, rule.toStdString());
  QVERIFY(!decisionUnder(StepRecord{}, 0, StepRule::Classic));
  for (std::size_t other = 0; other < names.size(); ++other) {
    const IterationReport there = secondReport(algorithm, names[other]);
    const auto whatIf = decisionUnder(ran.step, 0, static_cast<StepRule>(other));
    QVERIFY(whatIf);
    QCOMPARE(whatIf->stepMult, *there.metrics.get(Metric::StepMult, 0));
    if (names[other] == "fixed") continue;
    QCOMPARE(whatIf->predicted, *there.metrics.get(Metric::Predicted, 0));
    QCOMPARE(whatIf->actual, *there.metrics.get(Metric::Actual, 0));
    QCOMPARE(boundOf(ran.step, whatIf->stepMult, m_task->T), *there.metrics.get(Metric::KlBound, 0));
  }
}

QTEST_APPLESS_MAIN(TestStepTable)
#include "tst_step_table.moc"
