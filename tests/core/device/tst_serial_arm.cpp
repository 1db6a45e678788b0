// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/device/arm_rig.h"

using namespace gps;
using namespace gps::test;

namespace {

const std::atomic<bool> kNoStop{false};

constexpr std::uint8_t kWrite = 0x03;
constexpr std::uint8_t kSyncWrite = 0x83;

/// Where in the log a register was written with a value; -1: nowhere.
int writtenAt(const ArmRig& rig, const Register& reg, std::uint8_t id, std::int32_t value) {
  const auto& log = rig.bus.log();
  for (std::size_t i = 0; i < log.size(); ++i) {
    if ((log[i].instruction == kWrite || log[i].instruction == kSyncWrite) && log[i].id == id &&
        log[i].address == reg.address && log[i].data.size() >= reg.size && decode(reg, log[i].data) == value) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

class TestSerialArm : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void secondConnectWritesNoEeprom_data();
  void secondConnectWritesNoEeprom();
  void goalCurrentIsZeroBeforeTorqueIsOn();
  void staleGoalGivesNoJump_data();
  void staleGoalGivesNoJump();
  void refusesWhatItCannotUse();
  void readsInSiUnits();
  void sentActionIsClampedAndQuantised();
  void oneArmMixesCurrentAndPwm();
  void oneLostReplyIsExtrapolated();
  void lostRepliesAtStartUpAreAskedForAgain();
  void releaseSaysWhoKeepsItsTorque();
  void configurationsAreChecked();
};

void TestSerialArm::secondConnectWritesNoEeprom_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<int>("action");
  QTest::newRow("current") << "XL330-M288" << int(ActionKind::Torque);
  QTest::newRow("pwm") << "XL430-W250" << int(ActionKind::Torque);
  QTest::newRow("velocity") << "XM430-W350" << int(ActionKind::Velocity);
  QTest::newRow("feetech velocity") << "STS3215" << int(ActionKind::Velocity);
  QTest::newRow("feetech position") << "STS3215" << int(ActionKind::PositionOffset);
}

void TestSerialArm::secondConnectWritesNoEeprom() {
  QFETCH(QString, model);
  QFETCH(int, action);
  ArmRig rig(armOf(model.toStdString(), 3, static_cast<ActionKind>(action)));
  const DriverStatus first = rig.driver->open();
  QVERIFY2(first.ok(), describe(first, rig.config).text().c_str());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  rig.driver->close();
  QVERIFY(rig.torqueIsOff());
  const int writes = rig.eepromWrites();
  QVERIFY(writes > 0);
  QVERIFY(rig.driver->open().ok());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  rig.driver->close();
  QCOMPARE(rig.eepromWrites(), writes);
  for (const SimulatedServo& servo : rig.bus.servos()) QCOMPARE(servo.value(Item::BusWatchdog), 0);
}

void TestSerialArm::goalCurrentIsZeroBeforeTorqueIsOn() {
  ArmRig rig(armOf("XL330-M288", 2));
  QVERIFY(rig.driver->open().ok());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  const ServoModel& servo = *findServoModel("XL330-M288");
  for (const std::uint8_t id : {1, 2}) {
    const int mode = writtenAt(rig, servo.at(Item::OperatingMode), id, 0);  // it raised the goal to its limit
    const int zero = writtenAt(rig, servo.at(Item::GoalCurrent), id, 0);
    const int watchdog = writtenAt(rig, servo.at(Item::BusWatchdog), id, 4);  // 80 ms, four periods
    const int on = writtenAt(rig, servo.at(Item::TorqueEnable), id, 1);
    QVERIFY(mode >= 0 && zero > mode && on > zero && on > watchdog && watchdog >= 0);
    QCOMPARE(rig.bus.servo(id)->value(Item::GoalCurrent), 0);
    QCOMPARE(rig.bus.servo(id)->value(Item::TorqueEnable), 1);
    QCOMPARE(rig.bus.servo(id)->value(Item::ReturnDelay), 0);
  }
}

void TestSerialArm::staleGoalGivesNoJump_data() {
  QTest::addColumn<QString>("model");
  QTest::newRow("dynamixel") << "XM430-W350";
  QTest::newRow("feetech") << "STS3215";
}

void TestSerialArm::staleGoalGivesNoJump() {
  QFETCH(QString, model);
  ArmRig rig(armOf(model.toStdString(), 2, ActionKind::PositionOffset), 0.5);
  for (SimulatedServo& servo : rig.bus.servos()) {
    servo.faults.staleGoal = true;  // and its goal is the centre, half a radian away
    QCOMPARE(servo.value(Item::GoalPosition), kCentreCount);
  }
  QVERIFY(rig.driver->open().ok());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  rig.link.stall(kSecond);
  for (const JointState& joint : rig.bus.joints()) QVERIFY(std::abs(joint.angle - 0.5) < 0.003);
}

void TestSerialArm::refusesWhatItCannotUse() {
  {
    ArmConfig config = armOf("XL330-M288", 2);
    ArmRig rig(config);
    rig.bus.servo(2)->set(Item::Id, 9);
    const DriverStatus status = rig.driver->open();
    QCOMPARE(status.code, DriverCode::NoAnswer);
    QCOMPARE(status.joint, 1);
    QCOMPARE(describe(status, config).what, std::string("Servo 2 does not answer."));
  }
  {
    ArmRig rig(armOf("XL330-M288", 2));
    rig.bus.servo(2)->set(Item::ModelNumber, 1060);
    const DriverStatus status = rig.driver->open();
    QCOMPARE(status.code, DriverCode::WrongModel);
    QCOMPARE(status.value, 1060);
  }
  {
    ArmRig rig(armOf("XL330-M288", 2));
    rig.bus.servo(1)->set(Item::HardwareError, 32);
    const DriverStatus status = rig.driver->open();
    QCOMPARE(status.code, DriverCode::HardwareError);
    QVERIFY(describe(status, rig.config).what.find("overload") != std::string::npos);
  }
  {
    ArmRig rig(armOf("XL330-M288", 2));
    rig.bus.servo(1)->set(Item::InputVoltage, 120);
    QCOMPARE(rig.driver->open().code, DriverCode::BadVoltage);
    rig.bus.servo(1)->set(Item::InputVoltage, 50);
    rig.bus.servo(1)->set(Item::Temperature, 66);
    QCOMPARE(rig.driver->open().code, DriverCode::TooHot);
  }
  {
    ArmRig rig(armOf("STS3215", 2));
    QCOMPARE(rig.driver->open().code, DriverCode::NoSuchAction);
  }
  {
    ArmConfig config = armOf("XL330-M288", 6);
    config.baud = 57600;
    ArmRig rig(config);
    const DriverStatus status = rig.driver->open();
    QCOMPARE(status.code, DriverCode::PeriodTooShort);
    QVERIFY(status.value > 30000);  // [us]
  }
  {
    ArmRig rig(armOf("XL330-M288", 2), 2.5);
    QVERIFY(rig.driver->open().ok());
    QCOMPARE(rig.driver->arm(kNoStop).code, DriverCode::OutsideLimits);
    QVERIFY(rig.torqueIsOff());
  }
  {
    ArmRig rig(armOf("XL330-M288", 2));
    QVERIFY(rig.driver->open().ok());
    const std::atomic<bool> stop{true};
    QCOMPARE(rig.driver->arm(stop).code, DriverCode::Interrupted);
    QVERIFY(rig.torqueIsOff());
    rig.link.unplug();
    ArmReading reading;
    QCOMPARE(rig.driver->read(reading).code, DriverCode::LinkLost);
    rig.driver->close();
    QCOMPARE(rig.driver->read(reading).code, DriverCode::NotOpen);
  }
}

void TestSerialArm::readsInSiUnits() {
  ArmConfig config = armOf("XL330-M288", 2);
  config.joints[1].scale.sign = -1;
  config.joints[1].scale.zeroCount = 1948;
  ArmRig rig(config, 0.3);
  QVERIFY(rig.driver->open().ok());
  rig.bus.joints()[0].velocity = 1.0;
  rig.bus.joints()[1].velocity = 1.0;
  rig.link.stall(2 * kMillisecond);
  ArmReading reading;
  QVERIFY(rig.driver->read(reading).ok());
  QCOMPARE(reading.joints, 2);
  QVERIFY(std::abs(reading.joint[0].angle - rig.bus.joints()[0].angle) < 0.01);
  QVERIFY(std::abs(reading.joint[1].angle + rig.bus.joints()[1].angle + 100 * kRadiansPerCount) < 0.01);
  QVERIFY(std::abs(reading.joint[0].velocity - 1.0) < 0.05);
  QVERIFY(std::abs(reading.joint[1].velocity + 1.0) < 0.05);
}

void TestSerialArm::sentActionIsClampedAndQuantised() {
  ArmRig rig(armOf("XM430-W350", 2));
  QVERIFY(rig.driver->open().ok());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  ArmCommand command;
  command.wanted = {0.5, 100.0};
  QVERIFY(rig.driver->write(command).ok());
  const double perCount = 0.00269 * 4.1 / 2.3;
  QCOMPARE(rig.bus.servo(1)->value(Item::GoalCurrent), qRound(0.5 / perCount));
  QCOMPARE(command.sent[0], qRound(0.5 / perCount) * perCount);
  QVERIFY(command.sent[1] <= 0.4 * 4.1 + perCount && command.sent[1] > 0.39 * 4.1);
  QCOMPARE(command.clipped, 2u);
  QVERIFY(rig.driver->neutral().ok());
  QCOMPARE(rig.bus.servo(2)->value(Item::GoalCurrent), 0);
}

void TestSerialArm::oneArmMixesCurrentAndPwm() {
  ArmConfig config = armOf("XL430-W250", 1);
  config.joints.push_back(jointOf(*findServoModel("XL330-M288"), 2));
  ArmRig rig(config);
  const DriverStatus opened = rig.driver->open();
  QVERIFY2(opened.ok(), describe(opened, config).text().c_str());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  ArmReading reading;
  QVERIFY(rig.driver->read(reading).ok());
  ArmCommand command;
  command.wanted = {0.3, 0.1};
  QVERIFY(rig.driver->write(command).ok());
  QVERIFY(rig.bus.servo(1)->value(Item::GoalPwm) > 0);
  QVERIFY(rig.bus.servo(2)->value(Item::GoalCurrent) > 0);
  QVERIFY(std::abs(command.sent[0] - 0.3) < 0.01);
  QCOMPARE(command.clipped, 0u);
  QVERIFY(rig.driver->neutral().ok());
  QCOMPARE(rig.bus.servo(1)->value(Item::GoalPwm), 0);
  QCOMPARE(rig.bus.servo(2)->value(Item::GoalCurrent), 0);
}

void TestSerialArm::oneLostReplyIsExtrapolated() {
  ArmRig rig(armOf("XL330-M288", 2));
  QVERIFY(rig.driver->open().ok());
  rig.bus.joints()[0].velocity = 2.0;
  rig.link.stall(2 * kMillisecond);
  ArmReading first;
  QVERIFY(rig.driver->read(first).ok());
  rig.link.stall(20 * kMillisecond);
  rig.bus.servo(1)->faults.dropReplies = 1;
  ArmReading second;
  const DriverStatus status = rig.driver->read(second);
  QCOMPARE(status.code, DriverCode::Stale);
  QCOMPARE(status.joint, 0);
  QVERIFY(second.joint[0].stale && !second.joint[1].stale);
  const double dt = 1e-9 * double(second.start - first.start);
  QCOMPARE(second.joint[0].angle, first.joint[0].angle + dt * first.joint[0].velocity);
  rig.bus.servo(2)->faults.corruptReplies = 1;
  QCOMPARE(rig.driver->read(second).code, DriverCode::Stale);
  QVERIFY(!second.joint[0].stale && second.joint[1].stale);
}

void TestSerialArm::lostRepliesAtStartUpAreAskedForAgain() {
  ArmRig rig(armOf("XL330-M288", 2));
  rig.bus.servo(1)->faults.dropReplies = 2;
  rig.bus.servo(2)->faults.corruptReplies = 2;
  QVERIFY(rig.driver->open().ok());
}

void TestSerialArm::releaseSaysWhoKeepsItsTorque() {
  ArmRig rig(armOf("XL330-M288", 3));
  QVERIFY(rig.driver->open().ok());
  QVERIFY(rig.driver->arm(kNoStop).ok());
  rig.bus.servo(2)->faults.ignoresTorqueOff = true;
  const DriverStatus status = rig.driver->release();
  QCOMPARE(status.code, DriverCode::NotVerified);
  QCOMPARE(status.joint, 1);
  rig.bus.servo(2)->faults = {.mute = true};
  QCOMPARE(rig.driver->release().code, DriverCode::NoAnswer);
  rig.bus.servo(2)->faults = {};
  QVERIFY(rig.driver->release().ok());
  QVERIFY(rig.torqueIsOff());
}

void TestSerialArm::configurationsAreChecked() {
  ArmConfig config = armOf("XL330-M288", 2);
  QVERIFY(config.check());
  config.joints[1].id = 1;
  QVERIFY(config.check().error().what.find("Two joints") != std::string::npos);
  config = armOf("XL330-M288", 0);
  QVERIFY(!config.check());
  config = armOf("XL330-M288", 9);
  QVERIFY(!config.check());
  config = armOf("XL330-M288", 2);
  config.period = std::nan("");
  QVERIFY(!config.check());
  config = armOf("XL330-M288", 2);
  config.joints[0].lowerLimit = 3.0;
  QVERIFY(!config.check());
  config = armOf("XL330-M288", 2);
  config.joints[0].model = findServoModel("STS3215");
  QVERIFY(!config.check());
}

QTEST_APPLESS_MAIN(TestSerialArm)
#include "tst_serial_arm.moc"
