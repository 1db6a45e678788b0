// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/app/run_program.h"
#include "tests/app/simulator.h"

using gps::test::Outcome;
using gps::test::runProgram;
using gps::test::environmentIn;
using gps::test::Simulator;

class TestDeviceCommand : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void simulatedArmIsFoundMovedAndRun();
  void feetechArmMovesToo();
  void aCalibratedArmIsUsedAsItIsMounted();
  void refusalsSayWhatToDo_data();
  void refusalsSayWhatToDo();
};

void TestDeviceCommand::simulatedArmIsFoundMovedAndRun() {
  const QTemporaryDir runtime;
  const QProcessEnvironment environment = environmentIn(runtime);
  Simulator arm(environment, {"--joints", "XL330-M288:1,XL330-M288:2"});
  QCOMPARE(arm.path, runtime.filePath("gps-studio/arm"));

  QVERIFY(runProgram({"device", "list"}, environment).out.contains(arm.path.toUtf8()));
  const Outcome scan = runProgram({"device", "scan", arm.path, "--last-id", "3"}, environment);
  QCOMPARE(scan.exitCode, 0);
  QCOMPARE(scan.out, QByteArray("  1  XL330-M288\n  2  XL330-M288\n"));
  const Outcome info = runProgram({"device", "info", arm.path, "--id", "2"}, environment);
  QCOMPARE(info.exitCode, 0);
  QVERIFY(info.out.contains("present position"));

  // A long period leaves a busy machine half of it for each answer.
  const QStringList servos{"--joints", "XL330-M288:1,XL330-M288:2", "--period", "0.05"};
  const Outcome jog = runProgram(QStringList{"device", "jog", arm.path, "--to", "0.3,-0.2"} + servos, environment);
  QVERIFY2(jog.exitCode == 0, jog.err);
  QVERIFY(jog.out.contains("joint 2: -0."));

  QFile actions(runtime.filePath("actions.csv"));
  QVERIFY(actions.open(QIODevice::WriteOnly));
  actions.write("# torque in N m\n0.01, 0\n0.01, 0\n0.01, 0\n");
  actions.close();
  const Outcome run =
      runProgram(QStringList{"device", "run", arm.path, "--actions", actions.fileName()} + servos, environment);
  // On a machine that stalls, a trial of three steps may rightly be called invalid; what it says must fit.
  QVERIFY2(run.exitCode == 0 || run.err.contains("Too many"), run.err);
  QVERIFY(run.out.startsWith("step,time,angle_1,velocity_1,wanted_1,sent_1,angle_2"));

  arm.process.terminate();
  QVERIFY(arm.process.waitForFinished(30000));
  QCOMPARE(arm.process.exitCode(), 0);
  QVERIFY(!QFile::exists(arm.path));
}

void TestDeviceCommand::feetechArmMovesToo() {
  const QTemporaryDir runtime;
  const QProcessEnvironment environment = environmentIn(runtime);
  Simulator arm(environment, {"--joints", "STS3215:1,STS3215:2", "--name", "so-arm"});
  const Outcome jog = runProgram({"device", "jog", arm.path, "--joints", "STS3215:1,STS3215:2", "--to", "0.2,0.1",
                                  "--action", "velocity", "--period", "0.1"},
                                 environment);
  QVERIFY2(jog.exitCode == 0, jog.err);
  const Outcome torque = runProgram(
      {"device", "jog", arm.path, "--joints", "STS3215:1,STS3215:2", "--to", "0,0", "--action", "torque"}, environment);
  QCOMPARE(torque.exitCode, 1);
  QVERIFY2(torque.err.contains("position-offset"), torque.err);
}

void TestDeviceCommand::aCalibratedArmIsUsedAsItIsMounted() {
  const QTemporaryDir runtime;
  const QProcessEnvironment environment = environmentIn(runtime);
  Simulator arm(environment, {"--joints", "XL330-M288:1"});
  const QString file = runtime.filePath("arm.json");
  QProcess calibration;
  calibration.setProcessEnvironment(environment);
  calibration.setReadChannel(QProcess::StandardError);
  calibration.start(QStringLiteral(GPS_BINARY), {"device", "calibrate", arm.path, "--joints", "XL330-M288:1", "--output", file});
  const auto asks = [&](const QByteArray& what) {
    QByteArray said;
    while (!said.contains(what) && calibration.waitForReadyRead(30000)) said += calibration.readAllStandardError();
    return said.contains(what);
  };
  // The hand of the user, and time for some readings.
  const auto turn = [&](int milliradians) {
    arm.process.write("turn 1 " + QByteArray::number(milliradians) + "\n");
    arm.process.waitForBytesWritten(30000);
    QTest::qWait(500);
  };
  QVERIFY(asks("where its angle is to be 0"));
  turn(400);
  calibration.write("\n");
  QVERIFY(asks("the way that is positive"));
  turn(100);  // the servo counts the other way
  calibration.write("\n");
  QVERIFY(asks("from one end of its range"));
  turn(-600);
  turn(900);
  calibration.write("\n");
  QVERIFY(calibration.waitForFinished(30000));
  QVERIFY2(calibration.exitCode() == 0, calibration.readAllStandardError());
  QVERIFY(calibration.readAllStandardOutput().contains("sign -1, limits -0.4"));

  turn(400);
  const Outcome jog = runProgram({"device", "jog", arm.path, "--arm", file, "--to", "0.2", "--period", "0.05"}, environment);
  QVERIFY2(jog.exitCode == 0, jog.err);
  QVERIFY2(jog.out.startsWith("joint 1: 0.2") || jog.out.startsWith("joint 1: 0.1"), jog.out);
  // 0.2 rad the other way from where the servo reads 0.4.
  const Outcome info = runProgram({"device", "info", arm.path, "--id", "1", "--json"}, environment);
  const QRegularExpressionMatch position =
      QRegularExpression("\"present position\",\\s*\"value\": (\\d+)").match(QString::fromUtf8(info.out));
  QVERIFY2(position.hasMatch(), info.out);
  QVERIFY2(std::abs(position.captured(1).toInt() - (2048 + 130)) < 45, qPrintable(position.captured(1)));
}

void TestDeviceCommand::refusalsSayWhatToDo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("message");
  QTest::newRow("no port") << QStringList{"jog", "/dev/no-such-arm", "--to", "0,0"} << QByteArray("There is no port");
  QTest::newRow("no servo") << QStringList{"jog", "/dev/null", "--joints", "XL33:1", "--to", "0"}
                            << QByteArray("No servo is called XL33");
  QTest::newRow("no id") << QStringList{"jog", "/dev/null", "--joints", "XL330-M288", "--to", "0"}
                         << QByteArray("MODEL:ID");
  QTest::newRow("pose too short") << QStringList{"jog", "/dev/null", "--to", "0"} << QByteArray("one angle per joint");
  QTest::newRow("not a port") << QStringList{"scan", "/dev/null"} << QByteArray("not a serial port");
  QTest::newRow("no actions") << QStringList{"run", "/dev/null", "--actions", "/no/such/file"}
                              << QByteArray("Cannot read the actions");
  QTest::newRow("bad name") << QStringList{"simulate", "--name", "../arm"} << QByteArray("plain file name");
  QTest::newRow("mixed protocols") << QStringList{"simulate", "--joints", "STS3215:1,XL330-M288:2"}
                                   << QByteArray("one family");
}

void TestDeviceCommand::refusalsSayWhatToDo() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, message);
  const Outcome outcome = runProgram(QStringList{"device"} + arguments);
  QCOMPARE(outcome.exitCode, 2);
  QVERIFY2(outcome.err.contains(message), outcome.err);
  QVERIFY(outcome.out.isEmpty());
}

QTEST_GUILESS_MAIN(TestDeviceCommand)
#include "tst_device_command.moc"
