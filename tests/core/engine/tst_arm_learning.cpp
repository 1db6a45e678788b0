// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/engine/watched_run.h"
#include "tests/core/plant/arm_world.h"

using namespace gps;
using gps::testing::ArmWorld;
using gps::testing::Watched;

namespace {

RunSetup setupOnArm(const ArmWorld& world, const std::string& algorithm, int iterations) {
  Parameters parameters = *parametersFor(*world.task, algorithm);
  parameters.run.iterations = iterations;
  parameters.run.threads = 2;
  return {algorithm + "-1", algorithm, world.onArm, parameters};
}

}  // namespace

/// Guided policy search on the simulated bus, whose bodies are the scene's: nothing but the plant is another.
class TestArmLearning : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void learnsAReachOnTheArm_data();
  void learnsAReachOnTheArm();
  void anEmergencyStopFailsTheRunAndRetryGoesOn();
  void pausingTakesEffectBetweenTwoTrials();
};

void TestArmLearning::learnsAReachOnTheArm_data() {
  QTest::addColumn<QString>("algorithm");
  for (const char* algorithm : {"trajopt", "mdgps", "badmm"}) QTest::newRow(algorithm) << algorithm;
}

void TestArmLearning::learnsAReachOnTheArm() {
  QFETCH(QString, algorithm);
  ArmWorld world;
  QVERIFY(world.begin());
  Watched w(setupOnArm(world, algorithm.toStdString(), 8));
  w.run.start();
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  if (w.progress.failure) QFAIL(w.progress.failure->error.text().c_str());
  QCOMPARE(w.snapshots.size(), std::size_t{8});
  const double first = *w.snapshots.front()->report.metrics.mean(Metric::LocalCost);
  double best = first;
  for (const auto& snapshot : w.snapshots) best = std::min(best, *snapshot->report.metrics.mean(Metric::LocalCost));
  const double last = *w.snapshots.back()->report.metrics.mean(Metric::LocalCost);
  qInfo("%s: local cost %.1f -> %.1f, best %.1f", qPrintable(algorithm), first, last, best);
  QVERIFY2(last <= 0.5 * first, qPrintable(QString("%1 -> %2").arg(first).arg(last)));
  // Five samples, and one evaluation of the controller (and of the policy, where there is one).
  QVERIFY(world.trials->counts().valid >= 8 * 6);
  const auto& sample = w.snapshots.back()->conditions.front().samples.front();
  QCOMPARE(sample->wanted.rows(), world.task->T);
  QCOMPARE(sample->time.size(), world.task->T);
}

void TestArmLearning::anEmergencyStopFailsTheRunAndRetryGoesOn() {
  ArmWorld world;
  QVERIFY(world.begin());
  Watched w(setupOnArm(world, "trajopt", 4));
  w.run.start();
  QTRY_VERIFY_WITH_TIMEOUT((w.drain(), w.snapshots.size() >= 1), 60000);
  world.arm->pressStop();
  QVERIFY(w.waitFor({RunState::Failed}));
  const std::string what = w.progress.failure->error.what;
  QVERIFY2(what.starts_with("The emergency stop was pressed; torque is off"), what.c_str());
  const std::size_t good = w.snapshots.size();
  world.arm->request({.kind = ArmRequest::Kind::Reconnect});
  QVERIFY(world.waitFor(ArmState::Connected));
  world.arm->request({.kind = ArmRequest::Kind::Arm});
  QVERIFY(world.waitFor(ArmState::Armed));
  const std::uint64_t since = world.arm->status().cycles;
  QTRY_VERIFY(world.arm->status().cycles > since + 4);
  w.run.retry();
  QVERIFY(w.waitFor({RunState::Running}));
  QVERIFY(w.waitFor({RunState::Finished, RunState::Failed}));
  if (w.progress.failure) QFAIL(w.progress.failure->error.text().c_str());
  QVERIFY(w.snapshots.size() > good);
  QCOMPARE(w.snapshots.size(), std::size_t{4});
}

void TestArmLearning::pausingTakesEffectBetweenTwoTrials() {
  ArmWorld world;
  QVERIFY(world.begin());
  Watched w(setupOnArm(world, "trajopt", 100));
  w.run.start();
  QTRY_VERIFY_WITH_TIMEOUT(world.trials->counts().valid >= 2, 60000);
  w.run.pause();
  QVERIFY(w.waitFor({RunState::Paused}));
  const int trials = world.trials->counts().valid;
  const std::uint64_t cycles = world.arm->status().cycles;
  QTRY_VERIFY(world.arm->status().cycles > cycles + 100);
  QCOMPARE(world.trials->counts().valid, trials);
  // The arm is held by its own thread meanwhile.
  QCOMPARE(world.arm->status().state, ArmState::Armed);
  w.run.stop();
  QVERIFY(w.waitFor({RunState::Idle}));
}

QTEST_APPLESS_MAIN(TestArmLearning)
#include "tst_arm_learning.moc"
