// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/device/arm_rig.h"

using namespace gps;
using namespace gps::test;

namespace {

constexpr std::uint8_t kWrite = 0x03;
constexpr std::uint8_t kSyncWrite = 0x83;

/// The first record after `from` that writes `value` to a register, on any servo; null without one.
const BusRecord* firstWrite(const ArmRig& rig, const Register& reg, std::int32_t value, Nanos from) {
  for (const BusRecord& record : rig.bus.log()) {
    if (record.time >= from && (record.instruction == kWrite || record.instruction == kSyncWrite) &&
        record.address == reg.address && record.data.size() >= reg.size && decode(reg, record.data) == value) {
      return &record;
    }
  }
  return nullptr;
}

/// Commands other than the neutral one, after `from`.
int motionCommands(const ArmRig& rig, Nanos from) {
  int count = 0;
  const ServoModel& model = *rig.config.joints[0].model;
  for (const BusRecord& record : rig.bus.log()) {
    if (record.time < from || (record.instruction != kWrite && record.instruction != kSyncWrite)) continue;
    for (const Item item : {Item::GoalCurrent, Item::GoalVelocity, Item::GoalPwm}) {
      const Register* reg = model.find(item);
      if (reg && record.address == reg->address && decode(*reg, record.data) != 0) ++count;
    }
    const Register& torque = model.at(Item::TorqueEnable);
    if (record.address == torque.address && decode(torque, record.data) == 1) ++count;
  }
  return count;
}

std::shared_ptr<Trial> trialOf(int T, double u, double start = 0.0) {
  auto trial = std::make_shared<Trial>(T, std::make_unique<ConstantPolicy>(u));
  trial->startPose.fill(start);
  return trial;
}

/// Lets the loop work until the trial has ended.
bool runTrial(ArmRig& rig, const std::shared_ptr<Trial>& trial) {
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});  // once more is ignored
  for (int i = 0; i < 3000 && trial->end.load() == TrialEnd::Running; ++i) rig.cycles(1);
  return trial->end.load() != TrialEnd::Running;
}

bool reachesRunning(ArmRig& rig) {
  for (int i = 0; i < 1000 && rig.state() != ArmState::Running; ++i) rig.cycles(1);
  return rig.state() == ArmState::Running;
}

ArmConfig xl330Arm(int joints = 2) { return armOf("XL330-M288", joints); }

}  // namespace

class TestControlLoop : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void armingHoldsThePose();
  void movesWithinLimits_data();
  void movesWithinLimits();
  void stopReachesTheWireInTime_data();
  void stopReachesTheWireInTime();
  void stopIsLatchedUntilTheUserConnectsAgain();
  void unconfirmedTorqueOffIsSentAgain();
  void disarmingWithoutProofIsAFault();
  void muteJointIsAFault();
  void servoTroubleIsAFault_data();
  void servoTroubleIsAFault();
  void lostLinkIsAFaultAndNothingArmsByItself();
  void suspendedMachineIsAFault();
  void stalledHostTripsTheWatchdog();
  void guardsStopTheArm_data();
  void guardsStopTheArm();
  void guardsTameTorqueAtLimits();
  void trialRecordsWhatWasSent();
  void trialWithLostRepliesIsInvalid();
  void missedDeadlinesSkipIndicesAndSpoilATrial();
  void requestsThatDoNotFitAreIgnored();
  void jogMovesWhileItIsAskedFor_data();
  void jogMovesWhileItIsAskedFor();
  void jogStopsAtTheLimit();
  void switchingOffIsNotLostToOtherRequests();
};

void TestControlLoop::armingHoldsThePose() {
  ArmRig rig(xl330Arm(3), 0.4);
  QVERIFY(rig.armed());
  rig.cycles(100);
  QCOMPARE(rig.state(), ArmState::Armed);
  for (const JointState& joint : rig.bus.joints()) QVERIFY(std::abs(joint.angle - 0.4) < 0.01);
  const ArmStatus status = rig.loop.status();
  QCOMPARE(status.deadlines.missed, std::uint64_t(0));
  QVERIFY(status.health[2].known);
  QCOMPARE(status.health[0].temperature, 30.0);
  rig.ask({.kind = ArmRequest::Kind::Disarm});
  QCOMPARE(rig.state(), ArmState::Connected);
  QVERIFY(rig.torqueIsOff());
}

void TestControlLoop::movesWithinLimits_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<int>("action");
  QTest::newRow("torque") << "XL330-M288" << int(ActionKind::Torque);
  QTest::newRow("approximate torque") << "XL430-W250" << int(ActionKind::Torque);
  QTest::newRow("velocity") << "XM430-W350" << int(ActionKind::Velocity);
  QTest::newRow("position offset") << "XM430-W350" << int(ActionKind::PositionOffset);
  QTest::newRow("feetech velocity") << "STS3215" << int(ActionKind::Velocity);
  QTest::newRow("feetech position offset") << "STS3215" << int(ActionKind::PositionOffset);
}

void TestControlLoop::movesWithinLimits() {
  QFETCH(QString, model);
  QFETCH(int, action);
  ArmConfig config = armOf(model.toStdString(), 2, static_cast<ActionKind>(action));
  config.joints[1].upperLimit = 0.5;
  ArmRig rig(config);
  QVERIFY(rig.armed());
  ArmRequest move{.kind = ArmRequest::Kind::Move};
  move.pose = {-0.7, 2.0};  // the second beyond its limit
  rig.ask(move);
  double highest = 0.0;
  for (int i = 0; i < 300; ++i) {
    rig.cycles(1);
    highest = std::max(highest, rig.bus.joints()[1].angle);
  }
  QVERIFY2(rig.state() == ArmState::Armed, toText(rig.state()));
  const QByteArray where = QByteArray::number(rig.bus.joints()[0].angle) + " " + QByteArray::number(rig.bus.joints()[1].angle);
  QVERIFY2(std::abs(rig.bus.joints()[0].angle + 0.7) < 0.05, where);
  QVERIFY2(std::abs(rig.bus.joints()[1].angle - 0.5) < 0.1, where);  // commands fade towards the limit
  QVERIFY2(highest < 0.52, where);
}

void TestControlLoop::stopReachesTheWireInTime_data() {
  QTest::addColumn<int>("microseconds");  // into a period of 20 ms
  QTest::addColumn<bool>("muted");
  for (const int time : {100, 700, 1500, 5000, 12000, 19900}) {
    QTest::addRow("%d us into a period", time) << time << false;
    QTest::addRow("%d us, a joint mute", time) << time << true;
  }
}

void TestControlLoop::stopReachesTheWireInTime() {
  QFETCH(int, microseconds);
  QFETCH(bool, muted);
  ArmRig rig(xl330Arm(3));
  QVERIFY(rig.armed());
  ArmRequest move{.kind = ArmRequest::Kind::Move};
  move.pose = {1.0, 1.0, 1.0};
  rig.ask(move);
  rig.cycles(20);
  if (muted) rig.bus.servo(2)->faults.mute = true;
  const Nanos pressed = rig.link.now() + microseconds * 1000;
  rig.link.at(pressed, [&] { rig.loop.pressStop(); });
  rig.cycles(3);
  QCOMPARE(rig.state(), ArmState::Stopped);
  const ServoModel& model = *rig.config.joints[0].model;
  const BusRecord* neutral = firstWrite(rig, model.at(Item::GoalCurrent), 0, pressed);
  const BusRecord* off = firstWrite(rig, model.at(Item::TorqueEnable), 0, pressed);
  QVERIFY(neutral && off);
  QVERIFY2(neutral->time - pressed <= 10 * kMillisecond, qPrintable(QString::number(neutral->time - pressed)));
  QVERIFY(off->time - pressed <= 20 * kMillisecond);
  QCOMPARE(int(off->id), 254);
  QVERIFY(rig.torqueIsOff());
  QCOMPARE(rig.loop.status().torqueOffVerified, !muted);
  rig.cycles(100);
  QCOMPARE(motionCommands(rig, neutral->time), 0);
}

void TestControlLoop::stopIsLatchedUntilTheUserConnectsAgain() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.loop.pressStop();
  rig.cycles(2);
  QCOMPARE(rig.state(), ArmState::Stopped);
  QCOMPARE(rig.loop.status().stopReason, StopReason::Pressed);
  for (const auto kind : {ArmRequest::Kind::Arm, ArmRequest::Kind::Move, ArmRequest::Kind::Disarm}) {
    rig.ask({.kind = kind});
    QCOMPARE(rig.state(), ArmState::Stopped);
    QVERIFY(rig.torqueIsOff());
  }
  // A period passes although the flag is still set.
  const Nanos before = rig.link.now();
  rig.cycles(10);
  QVERIFY(rig.link.now() - before >= 9 * 20 * kMillisecond);
  rig.ask({.kind = ArmRequest::Kind::Reconnect});
  QCOMPARE(rig.state(), ArmState::Connected);
  QVERIFY(rig.torqueIsOff());
  rig.ask({.kind = ArmRequest::Kind::Arm});
  QCOMPARE(rig.state(), ArmState::Armed);
}

void TestControlLoop::unconfirmedTorqueOffIsSentAgain() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.bus.servo(2)->faults.ignoresTorqueOff = true;
  rig.loop.pressStop();
  rig.cycles(2);
  QVERIFY(!rig.loop.status().torqueOffVerified);
  rig.bus.clearLog();
  const Nanos from = rig.link.now();
  rig.cycles(50);
  int sent = 0;
  for (const BusRecord& record : rig.bus.log()) {
    if (record.address == 64 && record.instruction == kWrite && record.id == 254) ++sent;
  }
  // Every 50 ms at the latest, three times each.
  const double seconds = 1e-9 * double(rig.link.now() - from);
  QVERIFY2(sent >= 3 * int(seconds / 0.07), qPrintable(QString::number(sent)));
  rig.bus.servo(2)->faults = {};
  rig.cycles(5);
  QVERIFY(rig.loop.status().torqueOffVerified);
}

void TestControlLoop::disarmingWithoutProofIsAFault() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.bus.servo(2)->faults.ignoresTorqueOff = true;
  rig.ask({.kind = ArmRequest::Kind::Disarm});
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(rig.loop.status().fault.code, DriverCode::NotVerified);
  QCOMPARE(rig.loop.status().fault.joint, 1);
  QVERIFY(!rig.loop.status().torqueOffVerified);
  rig.bus.servo(2)->faults = {};
  rig.cycles(5);  // it keeps sending torque off
  QVERIFY(rig.torqueIsOff());
  QVERIFY(rig.loop.status().torqueOffVerified);
  QCOMPARE(rig.state(), ArmState::Fault);
}

void TestControlLoop::muteJointIsAFault() {
  ArmRig rig(xl330Arm(3));
  QVERIFY(rig.armed());
  rig.cycles(5);
  rig.bus.servo(2)->faults.mute = true;
  rig.cycles(2);
  QCOMPARE(rig.state(), ArmState::Armed);  // one or two lost answers are bridged
  rig.cycles(2);
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(rig.loop.status().fault.code, DriverCode::NoAnswer);
  QCOMPARE(rig.loop.status().fault.joint, 1);
  QVERIFY(rig.torqueIsOff());  // it hears, it only does not speak
  QVERIFY(!rig.loop.status().torqueOffVerified);
}

void TestControlLoop::servoTroubleIsAFault_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<int>("code");
  QTest::newRow("overload") << 0 << int(DriverCode::HardwareError);
  QTest::newRow("silent reboot") << 1 << int(DriverCode::TorqueLost);
  QTest::newRow("torque lost") << 2 << int(DriverCode::TorqueLost);
  QTest::newRow("low voltage") << 3 << int(DriverCode::BadVoltage);
  QTest::newRow("hot") << 4 << int(DriverCode::TooHot);
}

void TestControlLoop::servoTroubleIsAFault() {
  QFETCH(int, kind);
  QFETCH(int, code);
  ArmRig rig(xl330Arm(3));
  QVERIFY(rig.armed());
  rig.cycles(5);
  SimulatedServo& servo = *rig.bus.servo(3);
  if (kind == 0) servo.set(Item::HardwareError, 32);
  if (kind == 1) servo.reboot();
  if (kind == 2) servo.set(Item::TorqueEnable, 0);
  if (kind == 3) servo.set(Item::InputVoltage, 30);
  if (kind == 4) servo.set(Item::Temperature, 68);
  rig.cycles(50);  // a second
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(int(rig.loop.status().fault.code), code);
  QCOMPARE(rig.loop.status().fault.joint, 2);
  QVERIFY(rig.torqueIsOff());
  QVERIFY(rig.loop.status().torqueOffVerified);
}

void TestControlLoop::lostLinkIsAFaultAndNothingArmsByItself() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.cycles(5);
  rig.link.unplug();
  rig.cycles(1);
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(rig.loop.status().fault.code, DriverCode::LinkLost);
  QVERIFY(!rig.loop.status().torqueOffVerified);
  rig.cycles(10);
  for (const SimulatedServo& servo : rig.bus.servos()) QCOMPARE(servo.value(Item::BusWatchdog), -1);  // it stopped them
  rig.link.plugIn();
  rig.cycles(50);
  QCOMPARE(rig.state(), ArmState::Fault);
  rig.ask({.kind = ArmRequest::Kind::Reconnect});
  QCOMPARE(rig.state(), ArmState::Connected);
  QVERIFY(rig.torqueIsOff());
  rig.ask({.kind = ArmRequest::Kind::Arm});
  rig.cycles(20);
  QCOMPARE(rig.state(), ArmState::Armed);
}

void TestControlLoop::suspendedMachineIsAFault() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.cycles(5);
  rig.link.suspend(kSecond);
  rig.cycles(1);
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(rig.loop.status().fault.code, DriverCode::Suspended);
  QVERIFY(rig.torqueIsOff());
}

void TestControlLoop::stalledHostTripsTheWatchdog() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  rig.cycles(5);
  rig.link.stall(150 * kMillisecond);  // 80 ms are allowed
  QCOMPARE(rig.bus.servo(1)->value(Item::BusWatchdog), -1);
  rig.cycles(50);
  QCOMPARE(rig.state(), ArmState::Fault);
  QCOMPARE(rig.loop.status().fault.code, DriverCode::WatchdogTripped);
  QVERIFY(rig.loop.status().deadlines.missed >= 1);
}

void TestControlLoop::guardsStopTheArm_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<int>("reason");
  QTest::newRow("not a number") << 0 << int(StopReason::NotFinite);
  QTest::newRow("beyond the limit") << 1 << int(StopReason::BeyondLimit);
  QTest::newRow("too fast") << 2 << int(StopReason::TooFast);
}

void TestControlLoop::guardsStopTheArm() {
  QFETCH(int, kind);
  QFETCH(int, reason);
  ArmConfig config = xl330Arm();
  config.joints[1].velocityLimit = 2.0;
  ArmRig rig(config);
  QVERIFY(rig.armed());
  const auto trial = trialOf(100, kind == 0 ? std::nan("") : 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});
  QVERIFY(reachesRunning(rig));
  const Nanos from = rig.link.now();
  if (kind == 1) rig.bus.joints()[1].angle = 2.1;
  for (int i = 0; i < 3; ++i) {
    if (kind == 2) rig.bus.joints()[1].velocity = 6.0;
    rig.cycles(1);
  }
  QCOMPARE(rig.state(), ArmState::Stopped);
  QCOMPARE(int(rig.loop.status().stopReason), reason);
  QCOMPARE(rig.loop.status().stopJoint, kind == 0 ? 0 : 1);
  QCOMPARE(trial->end.load(), TrialEnd::Stopped);
  QVERIFY(rig.torqueIsOff());
  if (kind == 0) QCOMPARE(motionCommands(rig, from), 0);
}

void TestControlLoop::guardsTameTorqueAtLimits() {
  ArmConfig config = xl330Arm(1);
  config.joints[0].lowerLimit = -1.0;
  config.joints[0].upperLimit = 1.0;
  config.joints[0].torqueLimit = 0.2;
  config.joints[0].velocityLimit = 4.0;
  Guards guards(config);
  ArmReading reading;
  reading.joints = 1;
  const auto guarded = [&](double angle, double velocity, double u) {
    reading.joint[0] = {.angle = angle, .velocity = velocity};
    ArmCommand command;
    command.wanted[0] = u;
    return guards.apply(reading, command) == GuardVerdict::Pass ? command.wanted[0] : 99.0;
  };
  QCOMPARE(guarded(0.0, 0.0, 0.15), 0.15);
  QCOMPARE(guarded(0.0, 0.0, 5.0), 0.2);
  QCOMPARE(guarded(0.95, 0.0, 0.1), 0.05);   // half of the margin is left
  QCOMPARE(guarded(0.95, 0.0, -0.1), -0.1);  // inward stays
  QCOMPARE(guarded(-0.95, 0.0, -0.1), -0.05);
  QCOMPARE(guarded(1.025, 0.0, 0.2), -0.1);  // half of the spring, no outward torque
  QCOMPARE(guarded(1.0 + 1e-9, 0.0, 0.2) < 1e-6, true);
  QCOMPARE(guarded(1.06, 0.0, 0.0), 99.0);
  QVERIFY(guarded(0.0, 4.5, 0.2) < 0.0);     // too fast: damping, no acceleration
  QVERIFY(guarded(0.0, -4.5, -0.2) > 0.0);
  QCOMPARE(guarded(0.0, 4.5, 0.0), -0.1);
  QCOMPARE(guarded(0.0, 5.1, 0.0) != 99.0, true);
  QCOMPARE(guarded(0.0, 5.1, 0.0), 99.0);    // the second time in a row
  QVERIFY(guards.counters().clamped > 0 && guards.counters().nearLimit > 0 && guards.counters().beyondLimit > 0 &&
          guards.counters().damped > 0);
}

void TestControlLoop::trialRecordsWhatWasSent() {
  ArmRig rig(xl330Arm(), 0.2);
  QVERIFY(rig.armed());
  const auto trial = trialOf(40, 0.01, -0.3);
  QVERIFY(runTrial(rig, trial));
  QCOMPARE(trial->end.load(), TrialEnd::Completed);
  QVERIFY(std::abs(trial->steps[0].reading.joint[0].angle + 0.3) < 0.03);
  const double perCount = 0.001 * 0.52 / 1.47;
  for (std::size_t k = 0; k < trial->steps.size(); ++k) {
    const TrialStep& step = trial->steps[k];
    QVERIFY(step.taken);
    QCOMPARE(step.command.sent[0], qRound(0.01 / perCount) * perCount);
    QVERIFY(step.reading.start >= step.scheduled && step.written > step.reading.end);
    if (k > 0) QCOMPARE(step.scheduled - trial->steps[k - 1].scheduled, Nanos(20 * kMillisecond));
  }
  QVERIFY(trial->steps[39].reading.joint[0].angle > trial->steps[0].reading.joint[0].angle);
  QCOMPARE(rig.state(), ArmState::Armed);
  rig.cycles(100);
  QVERIFY(std::abs(rig.bus.joints()[0].velocity) < 0.1);  // it brakes and holds

  const auto second = trialOf(5, 0.0);
  QVERIFY(runTrial(rig, second));
  QVERIFY(second->valid());
}

void TestControlLoop::trialWithLostRepliesIsInvalid() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  const auto one = trialOf(100, 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = one});
  QVERIFY(reachesRunning(rig));
  rig.bus.servo(1)->faults.dropReplies = 1;
  QVERIFY(runTrial(rig, one));
  QCOMPARE(one->end.load(), TrialEnd::Completed);
  QCOMPARE(one->lostReplies, 1);
  const auto two = trialOf(100, 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = two});
  QVERIFY(reachesRunning(rig));
  rig.cycles(3);
  rig.bus.servo(1)->faults.dropReplies = 2;
  rig.cycles(3);
  QCOMPARE(two->end.load(), TrialEnd::LostReplies);
  QCOMPARE(rig.state(), ArmState::Armed);  // the arm itself is in order
}

void TestControlLoop::missedDeadlinesSkipIndicesAndSpoilATrial() {
  ArmConfig config = xl330Arm();
  config.watchdog = 2.0;
  ArmRig rig(config);
  QVERIFY(rig.armed());
  const auto trial = trialOf(100, 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});
  QVERIFY(reachesRunning(rig));
  rig.cycles(5);
  rig.link.stall(45 * kMillisecond);  // one command goes out late; one or two indices pass without one
  QVERIFY(runTrial(rig, trial));
  const auto skipped = std::count_if(trial->steps.begin(), trial->steps.end(), [](const TrialStep& s) { return !s.taken; });
  QVERIFY(skipped >= 1);
  for (std::size_t k = 1; k < trial->steps.size(); ++k) {
    if (!trial->steps[k].taken || !trial->steps[0].taken) continue;
    // Time and index stay aligned.
    QCOMPARE(trial->steps[k].scheduled - trial->steps[0].scheduled, Nanos(k) * 20 * kMillisecond);
  }
  const auto spoilt = trialOf(100, 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = spoilt});
  QVERIFY(reachesRunning(rig));
  rig.cycles(5);
  rig.link.stall(130 * kMillisecond);
  rig.cycles(3);
  QCOMPARE(spoilt->end.load(), TrialEnd::MissedDeadlines);
  QVERIFY(!spoilt->valid());
}

void TestControlLoop::requestsThatDoNotFitAreIgnored() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.loop.open());
  const auto trial = trialOf(5, 0.0);
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});
  QCOMPARE(trial->end.load(), TrialEnd::Aborted);
  rig.ask({.kind = ArmRequest::Kind::Reconnect});
  rig.ask({.kind = ArmRequest::Kind::Move});
  rig.ask({.kind = ArmRequest::Kind::Run});
  QCOMPARE(rig.state(), ArmState::Connected);
  QVERIFY(rig.torqueIsOff());
  rig.loop.request({.kind = ArmRequest::Kind::Quit});
  QVERIFY(!rig.loop.cycle());
  rig.loop.close();
  QCOMPARE(rig.state(), ArmState::Disconnected);
}

void TestControlLoop::jogMovesWhileItIsAskedFor_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<int>("action");
  QTest::newRow("torque") << "XL330-M288" << int(ActionKind::Torque);
  QTest::newRow("velocity") << "XL330-M288" << int(ActionKind::Velocity);
  QTest::newRow("offset") << "STS3215" << int(ActionKind::PositionOffset);
}

void TestControlLoop::jogMovesWhileItIsAskedFor() {
  QFETCH(QString, model);
  QFETCH(int, action);
  ArmRig rig(armOf(model.toStdString(), 2, static_cast<ActionKind>(action)));
  QVERIFY(rig.armed());
  ArmRequest jog{.kind = ArmRequest::Kind::Jog};
  jog.velocity = {0.2, 0.0};
  double fastest = 0.0;
  for (int i = 0; i < 100; ++i) {  // two seconds
    rig.ask(jog);
    fastest = std::max(fastest, std::abs(rig.bus.joints()[0].velocity));
  }
  const double there = rig.bus.joints()[0].angle;
  QVERIFY2(there > 0.25 && there < 0.45, QByteArray::number(there));
  QVERIFY2(fastest < 0.5, QByteArray::number(fastest));
  QVERIFY2(std::abs(rig.bus.joints()[1].angle) < 0.03, QByteArray::number(rig.bus.joints()[1].angle));
  // Nobody asks any more: it rests soon, and is held.
  rig.cycles(50);
  const double rest = rig.bus.joints()[0].angle;
  QVERIFY2(rest - there < 0.12, QByteArray::number(rest));
  rig.cycles(100);
  QVERIFY2(std::abs(rig.bus.joints()[0].angle - rest) < 0.02, QByteArray::number(rig.bus.joints()[0].angle));
  QVERIFY(std::abs(rig.loop.status().target[0] - rest) < 0.05);
  QCOMPARE(rig.state(), ArmState::Armed);
}

void TestControlLoop::jogStopsAtTheLimit() {
  ArmConfig config = xl330Arm(1);
  config.joints[0].upperLimit = 0.3;
  ArmRig rig(config);
  QVERIFY(rig.armed());
  ArmRequest jog{.kind = ArmRequest::Kind::Jog};
  jog.velocity = {100.0};  // more than it may
  double fastest = 0.0;
  double highest = 0.0;
  for (int i = 0; i < 200; ++i) {
    rig.ask(jog);
    fastest = std::max(fastest, std::abs(rig.bus.joints()[0].velocity));
    highest = std::max(highest, rig.bus.joints()[0].angle);
  }
  QCOMPARE(rig.state(), ArmState::Armed);
  QVERIFY2(highest < 0.35, QByteArray::number(highest));
  QVERIFY2(fastest < 1.2, QByteArray::number(fastest));
  jog.velocity = {std::nan("")};
  rig.ask(jog);
  rig.cycles(5);
  QCOMPARE(rig.state(), ArmState::Armed);
}

void TestControlLoop::switchingOffIsNotLostToOtherRequests() {
  ArmRig rig(xl330Arm());
  QVERIFY(rig.armed());
  // Both in one period, as from two threads.
  const auto late = trialOf(5, 0.0);
  rig.loop.request({.kind = ArmRequest::Kind::Disarm});
  rig.loop.request({.kind = ArmRequest::Kind::Run, .trial = late});
  QCOMPARE(late->end.load(), TrialEnd::Aborted);
  rig.cycles(1);
  QCOMPARE(rig.state(), ArmState::Connected);
  QVERIFY(rig.torqueIsOff());
  // A trial that was replaced before it was taken has ended.
  const auto early = trialOf(5, 0.0);
  rig.loop.request({.kind = ArmRequest::Kind::Run, .trial = early});
  rig.loop.request({.kind = ArmRequest::Kind::Abort});
  QCOMPARE(early->end.load(), TrialEnd::Aborted);
  rig.cycles(1);
  rig.ask({.kind = ArmRequest::Kind::Arm});
  rig.cycles(2);
  QCOMPARE(rig.state(), ArmState::Armed);
  rig.loop.request({.kind = ArmRequest::Kind::Quit});
  rig.loop.request({.kind = ArmRequest::Kind::Run, .trial = trialOf(5, 0.0)});
  QVERIFY(!rig.loop.cycle());
  rig.loop.close();
  QVERIFY(rig.torqueIsOff());
  QVERIFY(rig.loop.status().torqueOffVerified);
}

QTEST_APPLESS_MAIN(TestControlLoop)
#include "tst_control_loop.moc"
