// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/step_arrays.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "core/algorithms/step_table.h"
#include "tests/core/session/session_fixture.h"

using namespace gps;
using namespace gps::testing;

namespace {

StepRecord sample() {
  StepRecord step;
  StepCosts full{1.5, 1.25, 1.0, 0.5, 1.5, 1.25, 3.0, 2.0}, first{};
  first.local = 7.0;
  first.sampled = 8.0;
  step.costs = {full, first};
  step.rule = StepRule::Mc;
  step.params.klStep = 0.3;
  step.decisions = {adaptStep(0.25, 0.5, 1.0, step.params), adaptStep(-1.0, 0.5, 0.7, step.params)};
  return step;
}

}  // namespace

/// The step rule of a past iteration is known as well as it was then.
class TestStepArrays : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatWasRecordedComesBack();
  void whatAnotherRuleMakesOfItIsTheSame();
  void runsRecordEveryIteration_data();
  void runsRecordEveryIteration();
  void filesWithoutARecordHaveAnEmptyOne();
  void hostileArraysAreRefused();
};

void TestStepArrays::whatWasRecordedComesBack() {
  const StepRecord was = sample();
  ArraySet arrays;
  putStep(was, arrays);
  const Result<StepRecord> is = takeStep(arrays, 2);
  QVERIFY2(is.ok(), is.ok() ? "" : is.error().text().c_str());
  QCOMPARE(is->costs.size(), std::size_t{2});
  QCOMPARE(*is->costs[0].plainPromised, 1.25);
  QVERIFY(!is->costs[1].previous && !is->costs[1].global && !is->costs[1].sampledPrevious);
  QCOMPARE(is->costs[1].local, 7.0);
  QCOMPARE(is->decisions.size(), std::size_t{2});
  for (std::size_t i = 0; i < 2; ++i) {
    QCOMPARE(is->decisions[i].rawMult, was.decisions[i].rawMult);
    QCOMPARE(is->decisions[i].stepMult, was.decisions[i].stepMult);
    QCOMPARE(is->decisions[i].before, was.decisions[i].before);
    QCOMPARE(is->decisions[i].negativePrediction, was.decisions[i].negativePrediction);
  }
  QCOMPARE(is->rule, StepRule::Mc);
  ArraySet none;
  putStep({}, none);
  QVERIFY(none.arrays().empty());
}

void TestStepArrays::whatAnotherRuleMakesOfItIsTheSame() {
  const StepRecord was = sample();
  ArraySet arrays;
  putStep(was, arrays);
  const StepRecord is = *takeStep(arrays, 2);
  for (const StepRule rule : {StepRule::Classic, StepRule::Global, StepRule::Mc, StepRule::Fixed}) {
    for (int i = 0; i < 2; ++i) {
      const auto a = decisionUnder(was, i, rule), b = decisionUnder(is, i, rule);
      QCOMPARE(a.has_value(), b.has_value());
      if (!a) continue;
      QCOMPARE(a->stepMult, b->stepMult);
      QCOMPARE(boundOf(was, a->stepMult, 100), boundOf(is, b->stepMult, 100));
    }
  }
}

void TestStepArrays::runsRecordEveryIteration_data() {
  QTest::addColumn<QString>("algorithm");
  for (const char* algorithm : {"trajopt", "badmm", "mdgps"}) QTest::newRow(algorithm) << algorithm;
}

void TestStepArrays::runsRecordEveryIteration() {
  QFETCH(QString, algorithm);
  const QTemporaryDir folder;
  const std::string file = folder.filePath("steps.gpss").toStdString();
  trainTo(file, sceneSetup(algorithm.toStdString(), "point_mass", 3));
  const auto session = SessionFile::open(file);
  const SessionRun run = session->runs().front();
  const auto task = *session->task(run);
  for (int k = 1; k <= 3; ++k) {
    const auto snapshot = session->snapshot(run, task, k);
    QVERIFY(snapshot.ok());
    const Result<StepRecord> alone = session->step(run, k, task->conditionCount());
    QVERIFY(alone.ok());
    QCOMPARE(alone->decisions.size(), (*snapshot)->report.step.decisions.size());
    QCOMPARE(alone->decisions.empty(), k == 1);
  }
}

void TestStepArrays::filesWithoutARecordHaveAnEmptyOne() {
  const auto session = SessionFile::open(GPS_TEST_FILES "/sessions/schema-1.gpss");
  QVERIFY(session.ok());
  const SessionRun run = session->runs().front();
  const auto task = *session->task(run);
  QVERIFY((*session->snapshot(run, task, run.iterations))->report.step.costs.empty());
  QVERIFY(session->step(run, run.iterations, task->conditionCount())->decisions.empty());
}

void TestStepArrays::hostileArraysAreRefused() {
  ArraySet sound;
  putStep(sample(), sound);
  QVERIFY(!takeStep(sound, 3).ok());
  for (const double bad : {-1.0, 4.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    ArraySet arrays = sound;
    std::vector<double> numbers = *arrays.reals("step.numbers");
    numbers[0] = bad;
    arrays.put("step.numbers", {7}, std::span<const double>(numbers));
    QVERIFY(!takeStep(arrays, 2).ok());
  }
  for (const std::size_t limit : {2u, 3u, 4u, 5u, 6u}) {
    ArraySet arrays = sound;
    std::vector<double> numbers = *arrays.reals("step.numbers");
    numbers[limit] = std::numeric_limits<double>::quiet_NaN();
    arrays.put("step.numbers", {7}, std::span<const double>(numbers));
    QVERIFY(!takeStep(arrays, 2).ok());
  }
  ArraySet arrays = sound;
  const std::vector<double> many(21, 1.0);
  arrays.put("step.decisions", {3, 7}, std::span<const double>(many));
  QVERIFY(!takeStep(arrays, 2).ok());
}

QTEST_GUILESS_MAIN(TestStepArrays)
#include "tst_step_arrays.moc"
