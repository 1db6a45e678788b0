// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <filesystem>

#include "core/device/link/serial_port.h"
#include "core/device/protocol/dynamixel_fast_reply.h"
#include "core/device/simulation/pty_server.h"
#include "core/device/simulation/simulated_link.h"

using namespace gps;
using dynamixel::Instruction;
using dynamixel::StatusError;

namespace {

struct Answer {
  std::uint8_t id = 0;
  std::uint8_t error = 0;
  std::vector<std::uint8_t> data{};
  Nanos time = 0;
};

const ServoModel& xl330() { return *findServoModel("XL330-M288"); }

std::vector<SimulatedJoint> threeJoints() { return {{&xl330(), 1, 0.1}, {&xl330(), 2, -0.2}, {&xl330(), 3, 0.3}}; }

/// Sends one instruction and returns what comes back until `wait` has passed.
std::vector<Answer> transact(Link& link, Bytes instruction, Nanos wait = 20 * kMillisecond, std::size_t enough = 99) {
  std::vector<Answer> answers;
  if (link.write(instruction) == LinkState::Lost) return answers;
  dynamixel::Parser parser;
  std::array<std::uint8_t, 256> buffer{};
  const Nanos deadline = link.now() + wait;
  while (link.now() < deadline && answers.size() < enough) {
    std::size_t count = 0;
    if (link.read(buffer, deadline, count) == LinkState::Lost) break;
    parser.feed(Bytes(buffer).first(count), [&](const dynamixel::Packet& packet) {
      if (const auto status = dynamixel::asStatus(packet)) {
        answers.push_back({status->id, packet.params[0], {status->data.begin(), status->data.end()}, link.now()});
      }
    });
  }
  return answers;
}

/// One simulated bus in simulated time, spoken to register by register.
struct Rig {
  explicit Rig(const std::vector<SimulatedJoint>& joints = threeJoints()) : bus(Protocol::Dynamixel2, joints) {}

  StatusError write(std::uint8_t id, Item item, std::int32_t value) {
    const Register& reg = bus.servo(id)->model().at(item);
    std::array<std::uint8_t, 4> data{};
    encode(reg, value, data);
    const auto answers = transact(link, dynamixel::buildWrite(builder, id, reg.address, Bytes(data).first(reg.size)));
    return answers.size() == 1 ? static_cast<StatusError>(answers[0].error & 0x7Fu) : StatusError::Crc;
  }
  void wait(Nanos duration) {
    const std::atomic<bool> never{false};
    link.sleepUntil(link.now() + duration, never);
  }
  std::vector<Answer> readAll(const std::vector<std::uint8_t>& ids) {
    return transact(link, dynamixel::buildSyncRead(builder, Instruction::SyncRead, 126, 10, ids));
  }

  SimulatedBus bus;
  SimulatedLink link{bus};
  dynamixel::PacketBuilder builder{};
};

}  // namespace

class TestSimulatedBus : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyServoAnswersABroadcastPing();
  void answersTakeTheTimeOfTheWire();
  void fastSyncReadAnswersInOnePacket();
  void eepromIsLockedWhileTorqueIsOn();
  void goalsBeyondLimitsAreRefused();
  void changeOfModeRaisesTheGoalCurrent();
  void watchdogStopsASilentBus();
  void currentMovesTheJoint();
  void positionModeReachesItsGoal();
  void faultsShowOnTheWire();
  void feetechSpeaksItsOwnProtocol();
  void servesAPseudoTerminal();
  void portNamesWhatIsWrong();
};

void TestSimulatedBus::everyServoAnswersABroadcastPing() {
  Rig rig;
  const auto answers = transact(rig.link, dynamixel::buildPing(rig.builder, dynamixel::kBroadcast));
  QCOMPARE(answers.size(), std::size_t(3));
  for (std::uint8_t i = 0; i < 3; ++i) {
    QCOMPARE(answers[i].id, std::uint8_t(i + 1));
    QCOMPARE(littleEndian(answers[i].data, 2), 1200u);
  }
}

void TestSimulatedBus::answersTakeTheTimeOfTheWire() {
  Rig rig({{&xl330(), 1, 0.0}});
  for (const int delay : {0, 250}) {
    rig.bus.servo(1)->set(Item::ReturnDelay, delay);
    rig.wait(kMillisecond);
    const Nanos sent = rig.link.now();
    const auto answers = transact(rig.link, dynamixel::buildRead(rig.builder, 1, 132, 4));
    QCOMPARE(answers.size(), std::size_t(1));
    // 14 bytes there and 15 back at 10 us each, and the return delay in units of 2 us.
    QCOMPARE(answers[0].time - sent, Nanos(29 * 10'000 + delay * 2000));
  }
}

void TestSimulatedBus::fastSyncReadAnswersInOnePacket() {
  Rig rig;
  const std::vector<std::uint8_t> ids{1, 2, 3};
  rig.bus.advance(rig.link.now());
  QCOMPARE(rig.link.write(dynamixel::buildSyncRead(rig.builder, Instruction::FastSyncRead, 132, 4, ids)), LinkState::Up);
  std::array<std::uint8_t, 256> buffer{};
  std::size_t count = 0;
  QCOMPARE(rig.link.read(buffer, rig.link.now() + kSecond, count), LinkState::Up);
  dynamixel::Parser parser;
  int packets = 0;
  parser.feed(Bytes(buffer).first(count), [&](const dynamixel::Packet& packet) {
    ++packets;
    std::array<dynamixel::FastSlot, 3> slots{};
    QCOMPARE(dynamixel::splitFastReply(packet, ids, 4, slots), std::size_t(3));
    QCOMPARE(littleEndian(slots[1].data, 4), static_cast<std::uint32_t>(rig.bus.servo(2)->value(Item::PresentPosition)));
  });
  QCOMPARE(packets, 1);
}

void TestSimulatedBus::eepromIsLockedWhileTorqueIsOn() {
  Rig rig;
  QCOMPARE(rig.write(1, Item::TorqueEnable, 1), StatusError::None);
  QCOMPARE(rig.write(1, Item::ReturnDelay, 0), StatusError::Access);
  QCOMPARE(rig.bus.servo(1)->eepromWrites(), 0);
  QCOMPARE(rig.write(1, Item::TorqueEnable, 0), StatusError::None);
  QCOMPARE(rig.write(1, Item::ReturnDelay, 0), StatusError::None);
  QCOMPARE(rig.bus.servo(1)->eepromWrites(), 1);
  QCOMPARE(rig.write(1, Item::PresentPosition, 0), StatusError::Access);
}

void TestSimulatedBus::goalsBeyondLimitsAreRefused() {
  Rig rig;
  QCOMPARE(rig.write(1, Item::GoalCurrent, 1750), StatusError::None);
  QCOMPARE(rig.write(1, Item::GoalCurrent, -1751), StatusError::DataLimit);
  QCOMPARE(rig.bus.servo(1)->value(Item::GoalCurrent), 1750);
  QCOMPARE(rig.write(1, Item::GoalPosition, 5000), StatusError::DataLimit);
}

void TestSimulatedBus::changeOfModeRaisesTheGoalCurrent() {
  Rig rig;
  QCOMPARE(rig.write(1, Item::GoalCurrent, 0), StatusError::None);
  QCOMPARE(rig.write(1, Item::OperatingMode, 0), StatusError::None);
  QCOMPARE(rig.bus.servo(1)->value(Item::GoalCurrent), 1750);
}

void TestSimulatedBus::watchdogStopsASilentBus() {
  Rig rig;
  QCOMPARE(rig.write(1, Item::OperatingMode, 0), StatusError::None);
  QCOMPARE(rig.write(1, Item::BusWatchdog, 5), StatusError::None);
  QCOMPARE(rig.write(1, Item::GoalCurrent, 50), StatusError::None);
  QCOMPARE(rig.write(1, Item::TorqueEnable, 1), StatusError::None);
  for (int i = 0; i < 10; ++i) {
    rig.wait(50 * kMillisecond);
    (void)transact(rig.link, dynamixel::buildPing(rig.builder, 3), kMillisecond);  // to another servo, yet it counts
  }
  QCOMPARE(rig.bus.servo(1)->value(Item::BusWatchdog), 5);
  rig.wait(110 * kMillisecond);
  QCOMPARE(rig.bus.servo(1)->value(Item::BusWatchdog), -1);
  QCOMPARE(rig.bus.servo(1)->value(Item::GoalCurrent), 0);
  QCOMPARE(rig.bus.servo(1)->value(Item::TorqueEnable), 1);
  QCOMPARE(rig.write(1, Item::GoalCurrent, 1), StatusError::DataRange);
  QCOMPARE(rig.write(1, Item::BusWatchdog, 0), StatusError::None);
  QCOMPARE(rig.write(1, Item::GoalCurrent, 1), StatusError::None);
}

void TestSimulatedBus::currentMovesTheJoint() {
  // v' = (tau - d v)/J from rest: v(t) = tau/d (1 - exp(-d t/J)) with J = 0.005, d = 0.01 and tau = kt 100 mA.
  Rig rig({{&xl330(), 1, 0.0}});
  QCOMPARE(rig.write(1, Item::OperatingMode, 0), StatusError::None);
  QCOMPARE(rig.write(1, Item::GoalCurrent, 100), StatusError::None);
  QCOMPARE(rig.write(1, Item::TorqueEnable, 1), StatusError::None);
  const Nanos sent = rig.link.now();
  rig.wait(100 * kMillisecond);
  const double t = 1e-9 * double(rig.link.now() - sent) + 0.02;  // it moves since the write arrived, up to 20 ms before
  const double torque = 0.1 * 0.52 / 1.47;
  const double fastest = torque / 0.01 * (1.0 - std::exp(-2.0 * t));
  const double slowest = torque / 0.01 * (1.0 - std::exp(-2.0 * (t - 0.02)));
  const double velocity = rig.bus.joints()[0].velocity;
  QVERIFY2(velocity < fastest * 1.01 && velocity > slowest * 0.99, qPrintable(QString::number(velocity)));
}

void TestSimulatedBus::positionModeReachesItsGoal() {
  Rig rig({{&xl330(), 1, 0.5}});
  QCOMPARE(rig.write(1, Item::TorqueEnable, 1), StatusError::None);
  rig.wait(200 * kMillisecond);
  QVERIFY(std::abs(rig.bus.joints()[0].angle - 0.5) < 0.01);  // torque on alone moves nothing
  QCOMPARE(rig.write(1, Item::GoalPosition, 2500), StatusError::None);
  rig.wait(2 * kSecond);
  QVERIFY(std::abs(rig.bus.servo(1)->value(Item::PresentPosition) - 2500) <= 1);

  Rig stale({{&xl330(), 1, 0.5}});
  stale.bus.servo(1)->faults.staleGoal = true;
  QCOMPARE(stale.write(1, Item::TorqueEnable, 1), StatusError::None);
  stale.wait(2 * kSecond);
  QVERIFY(std::abs(stale.bus.joints()[0].angle) < 0.01);  // the old goal was the centre
}

void TestSimulatedBus::faultsShowOnTheWire() {
  Rig rig;
  const std::vector<std::uint8_t> ids{1, 2, 3};
  QCOMPARE(rig.readAll(ids).size(), std::size_t(3));
  rig.bus.servo(2)->faults.dropReplies = 1;
  QCOMPARE(rig.readAll(ids).size(), std::size_t(2));
  rig.bus.servo(2)->faults.corruptReplies = 1;
  QCOMPARE(rig.readAll(ids).size(), std::size_t(2));
  QCOMPARE(rig.readAll(ids).size(), std::size_t(3));
  rig.bus.servo(2)->faults.delay = 15 * kMillisecond;
  const Nanos sent = rig.link.now();
  const auto delayed = rig.readAll(ids);
  QCOMPARE(delayed.size(), std::size_t(3));
  QVERIFY(delayed[2].time - sent >= 15 * kMillisecond);
  rig.bus.servo(2)->faults = {.mute = true};
  QCOMPARE(rig.readAll(ids).size(), std::size_t(1));  // the third waits for the second
  rig.bus.servo(2)->faults = {};
  rig.bus.servo(2)->set(Item::HardwareError, 32);
  const auto alert = rig.readAll(ids);
  QCOMPARE(alert.size(), std::size_t(3));
  QCOMPARE(alert[1].error, std::uint8_t(0x80));
  QCOMPARE(alert[1].data.size(), std::size_t(10));
  rig.link.unplug();
  QCOMPARE(rig.readAll(ids).size(), std::size_t(0));
}

void TestSimulatedBus::feetechSpeaksItsOwnProtocol() {
  const ServoModel& sts = *findServoModel("STS3215");
  SimulatedBus bus(Protocol::FeetechSts, {{&sts, 1, 0.0}, {&sts, 2, 0.5}});
  SimulatedLink link(bus);
  feetech::PacketBuilder builder;
  feetech::Parser parser;
  const std::vector<std::uint8_t> ids{1, 2};
  parser.expect(ids, 15);
  QCOMPARE(link.write(feetech::buildSyncRead(builder, 56, 15, ids)), LinkState::Up);
  std::array<std::uint8_t, 256> buffer{};
  std::vector<int> positions;
  const Nanos deadline = link.now() + 20 * kMillisecond;
  while (link.now() < deadline) {
    std::size_t count = 0;
    QCOMPARE(link.read(buffer, deadline, count), LinkState::Up);
    parser.feed(Bytes(buffer).first(count), [&](const feetech::Packet& packet) {
      positions.push_back(decode(sts.at(Item::PresentPosition), packet.params));
    });
  }
  QCOMPARE(positions, (std::vector<int>{2048, 2048 + qRound(0.5 / kRadiansPerCount)}));
  // With the lock on, EEPROM registers change but wear nothing.
  QCOMPARE(link.write(feetech::buildWrite(builder, 1, 33, std::array<std::uint8_t, 1>{1})), LinkState::Up);
  QCOMPARE(bus.servo(1)->value(Item::OperatingMode), 1);
  QCOMPARE(bus.servo(1)->eepromWrites(), 0);
}

void TestSimulatedBus::servesAPseudoTerminal() {
  const QTemporaryDir folder;
  const std::string link = folder.filePath("arm").toStdString();
  auto server = PtyServer::start(SimulatedBus(Protocol::Dynamixel2, threeJoints()), link);
  QVERIFY2(server, server ? "" : server.error().text().c_str());
  QCOMPARE((*server)->path(), link);
  dynamixel::PacketBuilder builder;
  {
    SerialPort port;
    const Status opened = port.open(link, 1000000);
    QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
    QCOMPARE(transact(port, dynamixel::buildPing(builder, dynamixel::kBroadcast), 10 * kSecond, 3).size(), std::size_t(3));
    SerialPort second;
    const Status refused = second.open(link, 1000000);
    QVERIFY(!refused);
    QVERIFY(refused.error().what.find("Another program") != std::string::npos);
    QCOMPARE(transact(port, dynamixel::buildPing(builder, 2), 10 * kSecond, 1).size(), std::size_t(1));
  }
  SerialPort port;  // the first has let go of it
  const Status opened = port.open(link, 57600);
  QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
  QCOMPARE(transact(port, dynamixel::buildPing(builder, 3), 10 * kSecond, 1).size(), std::size_t(1));
  (*server)->unplug();
  std::array<std::uint8_t, 16> buffer{};
  std::size_t count = 0;
  QCOMPARE(port.read(buffer, port.now() + 10 * kSecond, count), LinkState::Lost);
  QVERIFY(!std::filesystem::exists(link));
}

void TestSimulatedBus::portNamesWhatIsWrong() {
  SerialPort port;
  const Status missing = port.open("/dev/no-such-arm", 1000000);
  QVERIFY(!missing);
  QVERIFY(missing.error().what.find("There is no port") != std::string::npos);
  const QTemporaryDir folder;
  QFile file(folder.filePath("text"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  const Status notAPort = port.open(file.fileName().toStdString(), 1000000);
  QVERIFY(!notAPort);
  QVERIFY(notAPort.error().what.find("not a serial port") != std::string::npos);
  // A file that stands where the link should go is kept.
  const auto server = PtyServer::start(SimulatedBus(Protocol::Dynamixel2, threeJoints()), file.fileName().toStdString());
  QVERIFY(!server);
  QVERIFY(file.exists());
}

QTEST_APPLESS_MAIN(TestSimulatedBus)
#include "tst_simulated_bus.moc"
