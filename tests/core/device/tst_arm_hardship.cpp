// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <random>

#include "tests/core/device/arm_rig.h"

using namespace gps;
using namespace gps::test;

namespace {

constexpr std::uint8_t kWrite = 0x03;
constexpr std::uint8_t kSyncWrite = 0x83;

bool isWrite(const BusRecord& record) { return record.instruction == kWrite || record.instruction == kSyncWrite; }

/// The first torque-off to everyone or to the first servo from `from` on; kNever without one.
Nanos torqueOffAfter(const ArmRig& rig, Nanos from) {
  const Register& torque = rig.config.joints[0].model->at(Item::TorqueEnable);
  for (const BusRecord& record : rig.bus.log()) {
    if (record.time >= from && isWrite(record) && record.address == torque.address && decode(torque, record.data) == 0) return record.time;
  }
  return kNever;
}

/// Whether anything after `from` asked the arm to move, or switched its torque on.
bool movedAfter(const ArmRig& rig, Nanos from) {
  const ServoModel& model = *rig.config.joints[0].model;
  for (const BusRecord& record : rig.bus.log()) {
    if (record.time <= from || !isWrite(record)) continue;
    for (const Item item : {Item::GoalCurrent, Item::GoalVelocity, Item::GoalPwm}) {
      const Register* reg = model.find(item);
      if (reg && record.address == reg->address && decode(*reg, record.data) != 0) return true;
    }
    const Register& torque = model.at(Item::TorqueEnable);
    if (record.address == torque.address && decode(torque, record.data) == 1) return true;
  }
  return false;
}

/// Pushes the joints about, as learning does.
class SwingPolicy final : public TrialPolicy {
 public:
  explicit SwingPolicy(double u) : m_u(u) {}
  void action(int t, const ArmReading& reading, std::span<double> u) noexcept override {
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = m_u * std::sin(0.2 * t + static_cast<double>(i)) - 0.02 * reading.joint[i].velocity;
  }

 private:
  double m_u;
};

std::shared_ptr<Trial> swing(int T, double u) { return std::make_shared<Trial>(T, std::make_unique<SwingPolicy>(u)); }

/// Into the middle of a trial.
bool inTrial(ArmRig& rig, const std::shared_ptr<Trial>& trial) {
  rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});
  for (int i = 0; i < 1000 && rig.state() != ArmState::Running; ++i) rig.cycles(1);
  rig.cycles(7);
  return rig.state() == ArmState::Running;
}

}  // namespace

/// What happens to real arms, in simulated time: all of it is repeated exactly.
class TestArmHardship : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void twoHundredStopsAtRandomMoments();
  void aKilledProgramLeavesAStillArm_data();
  void aKilledProgramLeavesAStillArm();
  void twentyPulledPlugs();
  void aBadWireSpoilsTrialsButNeverNumbers_data();
  void aBadWireSpoilsTrialsButNeverNumbers();
};

void TestArmHardship::twoHundredStopsAtRandomMoments() {
  std::mt19937 random(11);
  int whileMute = 0, whileStalled = 0, whileRunning = 0;
  for (int k = 0; k < 200; ++k) {
    ArmRig rig(armOf("XL330-M288", 2));
    QVERIFY(rig.armed());
    const auto trial = swing(400, 0.05);
    if (k % 3 == 0) {
      QVERIFY(inTrial(rig, trial));
      ++whileRunning;
    } else if (k % 3 == 1) {
      ArmRequest move{.kind = ArmRequest::Kind::Move};
      move.pose = {0.8, -0.8};
      rig.ask(move);
    }
    rig.cycles(static_cast<int>(random() % 20));
    // A servo that does not answer, or a bus on which nothing is heard for a while.
    const bool mute = k % 4 == 1;
    const bool stalled = k % 4 == 3;
    const Nanos pressed = rig.link.now() + static_cast<Nanos>(random() % 40'000'000);
    Nanos hears = pressed;
    if (mute) {
      rig.link.at(pressed - static_cast<Nanos>(random() % 20'000'000), [&] { rig.bus.servo(2)->faults.mute = true; });
      ++whileMute;
    }
    if (stalled) {
      // The answers are on their way for some milliseconds more.
      const Nanos delay = static_cast<Nanos>(random() % 12'000'000);
      rig.link.at(pressed - static_cast<Nanos>(random() % 10'000'000), [&rig, delay] {
        for (SimulatedServo& servo : rig.bus.servos()) servo.faults.delay = delay;
      });
      hears = pressed + delay;
      ++whileStalled;
    }
    rig.link.at(pressed, [&] { rig.loop.pressStop(); });
    rig.cycles(12);
    const ArmStatus now = rig.loop.status();
    const Nanos off = torqueOffAfter(rig, pressed);
    const QByteArray which = QByteArray::number(k);
    QVERIFY2(off != kNever && off - hears <= 50 * kMillisecond, which);
    QVERIFY2(now.state == ArmState::Stopped || now.state == ArmState::Fault, which);
    QVERIFY2(rig.torqueIsOff(), which);
    // Who cannot confirm it is told so, and asked again and again.
    if (mute) QVERIFY2(!now.torqueOffVerified, which);
    if (!mute && !stalled) QVERIFY2(now.torqueOffVerified, which);
    rig.cycles(30);
    QVERIFY2(!movedAfter(rig, off), which);
    if (k % 3 == 0) QVERIFY2(!trial->valid() && trial->end.load() != TrialEnd::Running, which);
    rig.ask({.kind = ArmRequest::Kind::Arm});
    rig.cycles(5);
    QVERIFY2(rig.torqueIsOff(), which);
    // Only a reset by the user leads back.
    for (SimulatedServo& servo : rig.bus.servos()) servo.faults = {};
    rig.bus.dropTraffic();  // what was on its way has passed
    rig.ask({.kind = ArmRequest::Kind::Reconnect});
    QVERIFY2(rig.state() == ArmState::Connected, which + describe(rig.loop.status().fault, rig.config).text().c_str());
    QVERIFY2(rig.torqueIsOff(), which);
  }
  QVERIFY(whileMute == 50 && whileStalled == 50 && whileRunning == 67);
}

void TestArmHardship::aKilledProgramLeavesAStillArm_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<ActionKind>("action");
  QTest::newRow("current") << "XL330-M288" << ActionKind::Torque;
  QTest::newRow("approximate torque") << "XL430-W250" << ActionKind::Torque;
  QTest::newRow("velocity") << "XM430-W350" << ActionKind::Velocity;
  QTest::newRow("position offset") << "STS3215" << ActionKind::PositionOffset;
}

void TestArmHardship::aKilledProgramLeavesAStillArm() {
  QFETCH(QString, model);
  QFETCH(ActionKind, action);
  for (int k = 0; k < 20; ++k) {
    ArmRig rig(armOf(model.toStdString(), 2, action));
    QVERIFY(rig.armed());
    QVERIFY(inTrial(rig, swing(400, action == ActionKind::Torque ? 0.1 : 0.15)));
    rig.cycles(3 + k);
    // From here on nobody sends anything: the process is gone.
    const Nanos killed = rig.link.now();
    const Nanos allowed = std::max<Nanos>(60 * kMillisecond, static_cast<Nanos>(4e9 * rig.config.period)) + 25 * kMillisecond;
    rig.bus.advance(killed + allowed);
    for (std::size_t i = 0; i < 2; ++i) {
      const SimulatedServo& servo = rig.bus.servos()[i];
      if (rig.config.protocol == Protocol::Dynamixel2) {
        QCOMPARE(servo.value(Item::BusWatchdog), -1);
        if (action == ActionKind::Torque) QCOMPARE(servo.torque({rig.bus.joints()[i].angle, 0.0}), 0.0);
      } else {
        // It has no watchdog: it goes to its last goal, which is near.
        const double goal = rig.config.joints[i].scale.angle(servo.value(Item::GoalPosition));
        QVERIFY(std::abs(goal - rig.bus.joints()[i].angle) <= rig.config.largestOffset + 0.01);
      }
    }
    const double angle = rig.bus.joints()[0].angle;
    rig.bus.advance(killed + allowed + 900 * kMillisecond);
    rig.bus.advance(killed + allowed + 1800 * kMillisecond);
    // Without a current a joint runs out against its own friction.
    const double most = action == ActionKind::Torque ? 0.2 : 0.05;
    QVERIFY2(std::abs(rig.bus.joints()[0].velocity) < most, qPrintable(QString::number(rig.bus.joints()[0].velocity)));
    if (action == ActionKind::PositionOffset) QVERIFY(std::abs(rig.bus.joints()[0].angle - angle) <= rig.config.largestOffset + 0.01);
  }
}

void TestArmHardship::twentyPulledPlugs() {
  ArmRig rig(armOf("XL330-M288", 2));
  QVERIFY(rig.loop.open());
  std::mt19937 random(3);
  for (int k = 0; k < 20; ++k) {
    rig.ask({.kind = ArmRequest::Kind::Arm});
    rig.cycles(3);
    QCOMPARE(rig.state(), ArmState::Armed);
    const auto trial = swing(400, 0.05);
    QVERIFY(inTrial(rig, trial));
    const Nanos pulled = rig.link.now() + static_cast<Nanos>(random() % 40'000'000);
    rig.link.at(pulled, [&] { rig.link.unplug(); });
    Nanos shown = kNever;
    for (int i = 0; i < 8 && shown == kNever; ++i) {
      rig.cycles(1);
      if (rig.state() == ArmState::Fault) shown = rig.link.now();
    }
    QVERIFY2(shown != kNever && shown - pulled <= 50 * kMillisecond, qPrintable(QString::number(shown - pulled)));
    QCOMPARE(rig.loop.status().fault.code, DriverCode::LinkLost);
    QVERIFY(trial->end.load() == TrialEnd::Fault && !trial->valid());
    rig.cycles(10);
    rig.link.plugIn();
    rig.cycles(20);
    QCOMPARE(rig.state(), ArmState::Fault);  // nothing comes back by itself
    rig.ask({.kind = ArmRequest::Kind::Reconnect});
    QCOMPARE(rig.state(), ArmState::Connected);
    QVERIFY(rig.torqueIsOff());
  }
}

void TestArmHardship::aBadWireSpoilsTrialsButNeverNumbers_data() {
  QTest::addColumn<QString>("fault");
  for (const char* fault : {"dropped", "corrupted", "delayed", "all three"}) QTest::newRow(fault) << fault;
}

void TestArmHardship::aBadWireSpoilsTrialsButNeverNumbers() {
  QFETCH(QString, fault);
  std::mt19937 random(5);
  int valid = 0, invalid = 0, stops = 0;
  ArmRig rig(armOf("XL330-M288", 2));
  QVERIFY(rig.armed());
  for (int k = 0; k < 60; ++k) {
    const auto trial = swing(100, 0.03);
    rig.ask({.kind = ArmRequest::Kind::Run, .trial = trial});
    for (int i = 0; i < 1500 && trial->end.load() == TrialEnd::Running; ++i) {
      // One answer in a hundred of each servo.
      for (SimulatedServo& servo : rig.bus.servos()) {
        servo.faults.delay = 0;
        const auto hit = [&] { return random() % 100 == 0; };
        if ((fault == "dropped" || fault == "all three") && hit()) servo.faults.dropReplies = 1;
        if ((fault == "corrupted" || fault == "all three") && hit()) servo.faults.corruptReplies = 1;
        if ((fault == "delayed" || fault == "all three") && hit()) servo.faults.delay = 15 * kMillisecond;  // later than is waited for, before the next period
      }
      rig.cycles(1);
    }
    const TrialEnd end = trial->end.load();
    QVERIFY(end != TrialEnd::Running);
    if (!trial->valid()) {
      ++invalid;
      QVERIFY2(end == TrialEnd::LostReplies || end == TrialEnd::MissedDeadlines || end == TrialEnd::Fault || end == TrialEnd::NotSettled,
               qPrintable(QString::number(static_cast<int>(end))));
      for (SimulatedServo& servo : rig.bus.servos()) servo.faults = {};
      rig.cycles(5);  // what was on its way has passed
      if (rig.state() == ArmState::Fault) {
        ++stops;
        rig.ask({.kind = ArmRequest::Kind::Reconnect});
        rig.ask({.kind = ArmRequest::Kind::Arm});
        rig.cycles(3);
      }
      QVERIFY2(rig.state() == ArmState::Armed, describe(rig.loop.status().fault, rig.config).text().c_str());
      continue;
    }
    ++valid;
    // Whatever reaches the learner is near what the joints did.
    double before = trial->steps[0].reading.joint[0].angle;
    for (const TrialStep& step : trial->steps) {
      if (!step.taken) continue;
      for (std::size_t i = 0; i < 2; ++i) {
        const JointReading& joint = step.reading.joint[i];
        QVERIFY(std::isfinite(joint.angle) && std::isfinite(joint.velocity));
        QVERIFY2(std::abs(joint.angle) < 1.5 && std::abs(joint.velocity) < 6.0, "a wild state");
      }
      QVERIFY2(std::abs(step.reading.joint[0].angle - before) < 0.2, "a jump");
      before = step.reading.joint[0].angle;
    }
  }
  qInfo("%s: %d trials valid, %d invalid, %d of them faults", qPrintable(fault), valid, invalid, stops);
  QCOMPARE(valid + invalid, 60);
  QVERIFY(valid > 0);
}

QTEST_APPLESS_MAIN(TestArmHardship)
#include "tst_arm_hardship.moc"
