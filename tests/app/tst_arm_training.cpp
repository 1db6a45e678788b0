// SPDX-License-Identifier: GPL-3.0-or-later
#include <signal.h>

#include <QtTest>

#include "tests/app/run_program.h"
#include "tests/app/simulator.h"

using gps::test::environmentIn;
using gps::test::Outcome;
using gps::test::runProgram;
using gps::test::Simulator;

namespace {

/// What a machine that stalls rightly leads to, three trials in a row or in the middle of one.
bool keptNoTime(const Outcome& outcome) {
  for (const char* reason : {"Too many control periods were missed", "Too many answers of the servos were lost", "does not answer",
                             "heard nothing for too long"}) {
    if (outcome.err.contains(reason)) return true;
  }
  return false;
}

}  // namespace

/// `train --device` against a simulated arm in another process, in real time.
class TestArmTraining : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void learnsOnTheArm();
  void interruptIsTheEmergencyStop();
  void nothingMovesUnconfirmed();
  void refusalsSayWhatToDo_data();
  void refusalsSayWhatToDo();

 private:
  /// The desk arm for half a second, with a time step that leaves a busy machine its time.
  QString shortScene() const { return m_folder.filePath("short.scene.json"); }
  QTemporaryDir m_folder;
};

void TestArmTraining::initTestCase() {
  QFile shipped(GPS_SCENES "/desk_arm.scene.json");
  QVERIFY(shipped.open(QIODevice::ReadOnly));
  QByteArray text = shipped.readAll();
  QVERIFY(text.contains("\"horizon\": 50") && text.contains("\"dt\": 0.05"));
  text.replace("\"horizon\": 50", "\"horizon\": 6").replace("\"dt\": 0.05", "\"dt\": 0.1");
  QFile file(shortScene());
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text);
}

void TestArmTraining::learnsOnTheArm() {
  const QProcessEnvironment environment = environmentIn(m_folder);
  Simulator arm(environment, {"--scene", "desk_arm"});
  const QString session = m_folder.filePath("arm.gpss");
  const Outcome outcome =
      runProgram({"train", shortScene(), "--algorithm", "trajopt", "--device", arm.path, "--period", "0.05", "--confirmed", "--iterations", "1",
                  "--set", "run.samples=2", "--session", session},
                 environment);
  if (outcome.exitCode != 0) {
    QVERIFY2(keptNoTime(outcome), outcome.err);
    QSKIP("the machine is too busy to keep time");
  }
  QVERIFY2(outcome.err.contains("Trial with 100 % of the actions: done"), outcome.err);
  QVERIFY2(outcome.err.contains("6 trials on the arm"), outcome.err);
  QVERIFY2(outcome.err.contains("Its torque is off."), outcome.err);
  const Outcome info = runProgram({"info", session}, environment);
  QVERIFY2(info.out.contains("plant: XL330-M288:1, XL330-M288:2 at " + arm.path.toUtf8()), info.out);
  const Outcome replay = runProgram({"train", "--replay", session}, environment);
  QCOMPARE(replay.exitCode, 2);
  QVERIFY2(replay.err.contains("was learned on an arm"), replay.err);
  const Outcome played = runProgram({"device", "play", arm.path, session, "--period", "0.05", "--confirmed", "--rollouts", "2"}, environment);
  if (played.exitCode == 0) {
    QVERIFY2(played.out.contains("trajopt-1 after iteration 1: the local controller, start beside"), played.out);
    QVERIFY2(QRegularExpression("\nsimulation .*\narm 1 .*\narm 2 .*\n").match(QString::fromUtf8(played.out)).hasMatch(), played.out);
    QVERIFY2(played.err.contains("5 trials on the arm"), played.err);
  }
  QVERIFY2(played.exitCode == 0 || keptNoTime(played), played.err);
  const Outcome resumed = runProgram({"train", "--resume", session, "--iterations", "2"}, environment);
  QCOMPARE(resumed.exitCode, 0);
  QVERIFY2(resumed.err.contains("goes on in simulation"), resumed.err);
}

void TestArmTraining::interruptIsTheEmergencyStop() {
  const QProcessEnvironment environment = environmentIn(m_folder);
  Simulator arm(environment, {"--scene", "desk_arm"});
  QProcess training;
  training.setProcessEnvironment(environment);
  training.setReadChannel(QProcess::StandardError);
  training.start(QStringLiteral(GPS_BINARY), {"train", shortScene(), "--algorithm", "trajopt", "--device", arm.path, "--period", "0.05", "--confirmed"});
  QByteArray said;
  while (!said.contains("Dry run") && training.waitForReadyRead(60000)) said += training.readAllStandardError();
  // In the middle of the first trials, or a little before.
  QVERIFY2(said.contains("Dry run"), said);
  QTest::qWait(700);
  QCOMPARE(::kill(static_cast<pid_t>(training.processId()), SIGINT), 0);
  QVERIFY(training.waitForFinished(60000));
  said += training.readAllStandardError();
  QCOMPARE(training.exitCode(), 1);
  QVERIFY2(said.contains("emergency stop"), said);
  const Outcome info = runProgram({"device", "info", arm.path, "--id", "1"}, environment);
  QVERIFY2(QRegularExpression("torque enable +0\n").match(QString::fromUtf8(info.out)).hasMatch(), info.out);
}

void TestArmTraining::nothingMovesUnconfirmed() {
  const QProcessEnvironment environment = environmentIn(m_folder);
  Simulator arm(environment, {"--scene", "desk_arm"});
  const Outcome outcome = runProgram({"train", shortScene(), "--device", arm.path}, environment);
  QCOMPARE(outcome.exitCode, 1);
  QVERIFY2(outcome.err.contains("Nobody is there to confirm the first trials."), outcome.err);
  const Outcome info = runProgram({"device", "info", arm.path, "--id", "1"}, environment);
  QVERIFY2(QRegularExpression("torque enable +0\n").match(QString::fromUtf8(info.out)).hasMatch(), info.out);
}

void TestArmTraining::refusalsSayWhatToDo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("message");
  QTest::newRow("no port") << QStringList{"desk_arm", "--device", "/dev/no-such-arm"} << QByteArray("There is no port");
  QTest::newRow("no arm") << QStringList{"point_mass", "--device", "/dev/null"} << QByteArray("drives no hinge");
  QTest::newRow("too many joints") << QStringList{"reach", "--device", "/dev/null"} << QByteArray("The scene drives 3 joints, but the arm has 2.");
  QTest::newRow("no file") << QStringList{"desk_arm", "--device", "/dev/null", "--arm", "/no/such/arm.json"}
                           << QByteArray("The arm's description can't be read.");
  QTest::newRow("without a device") << QStringList{"desk_arm", "--confirmed"} << QByteArray("--device");
}

void TestArmTraining::refusalsSayWhatToDo() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, message);
  const Outcome outcome = runProgram(QStringList{"train"} + arguments);
  QVERIFY(outcome.exitCode != 0);
  QVERIFY2(outcome.err.contains(message), outcome.err);
  QVERIFY(outcome.out.isEmpty());
}

QTEST_GUILESS_MAIN(TestArmTraining)
#include "tst_arm_training.moc"
