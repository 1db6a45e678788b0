// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cstdlib>
#include <new>

#include "core/device/simulation/pty_server.h"
#include "tests/core/device/arm_rig.h"

namespace {

// Of the calling thread: what the simulator's thread allocates is its own affair.
thread_local long allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace gps;
using namespace gps::test;

namespace {

/// Counts what the control thread allocates between two steps, and can press the stop in the middle of a trial.
class WatchingPolicy : public TrialPolicy {
 public:
  explicit WatchingPolicy(std::atomic<long>& allocated) : m_allocated(&allocated) {}
  void action(int t, const ArmReading&, std::span<double> u) noexcept override {
    if (t == 0) m_before = allocations;
    m_allocated->store(allocations - m_before);
    for (double& entry : u) entry = 0.0;
  }

 private:
  std::atomic<long>* m_allocated;
  long m_before = 0;
};

/// A real-time rig on a pseudo-terminal. Its period is long, so that a busy machine changes nothing but the time
/// the test takes.
struct PtyRig {
  explicit PtyRig(const ArmConfig& armConfig) : config(armConfig) {
    config.period = 0.1;
    config.watchdog = 2.5;
    auto started = PtyServer::start(SimulatedBus(config.protocol, jointsOf(config)), "");
    if (started) server = *std::move(started);
  }
  bool connect() {
    auto connected = ControlThread::connect(server->path(), config);
    if (connected) thread = *std::move(connected);
    return thread != nullptr;
  }
  bool reaches(ArmState state) {
    return QTest::qWaitFor([&] { return thread->status().state == state; }, 20000);
  }
  bool armed() {
    if (!connect() || !reaches(ArmState::Connected)) return false;
    thread->request({.kind = ArmRequest::Kind::Arm});
    return reaches(ArmState::Armed) && QTest::qWaitFor([&] { return thread->status().deadlines.cycles > 2; }, 20000);
  }
  int torqueOn() {
    int count = 0;
    server->with([&](SimulatedBus& bus) {
      for (const SimulatedServo& servo : bus.servos()) count += servo.value(Item::TorqueEnable) != 0;
    });
    return count;
  }

  ArmConfig config;
  std::unique_ptr<PtyServer> server{};
  std::unique_ptr<ControlThread> thread{};
};

}  // namespace

class TestControlThread : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void destroyingItSwitchesTheTorqueOff();
  void pressedStopIsTheLastCommand();
  void trialAllocatesNothing();
  void pulledPlugIsALostLink();
  void wrongPortIsAnError();
};

void TestControlThread::destroyingItSwitchesTheTorqueOff() {
  for (const char* model : {"XL330-M288", "STS3215"}) {
    const bool feetech = findServoModel(model)->protocol == Protocol::FeetechSts;
    PtyRig rig(test::armOf(model, 2, feetech ? ActionKind::PositionOffset : ActionKind::Torque));
    QVERIFY(rig.server);
    QVERIFY(rig.armed());
    QCOMPARE(rig.torqueOn(), 2);
    rig.thread.reset();
    QCOMPARE(rig.torqueOn(), 0);
  }
}

void TestControlThread::pressedStopIsTheLastCommand() {
  PtyRig rig(test::armOf("XL330-M288", 3));
  QVERIFY(rig.armed());
  ArmRequest move{.kind = ArmRequest::Kind::Move};
  move.pose = {1.0, 1.0, 1.0};
  rig.thread->request(move);
  QTest::qWait(300);
  rig.thread->pressStop();
  QVERIFY(rig.reaches(ArmState::Stopped));
  QVERIFY(QTest::qWaitFor([&] { return rig.thread->status().torqueOffVerified; }, 20000));
  const auto cycles = rig.thread->status().cycles;
  QVERIFY(QTest::qWaitFor([&] { return rig.thread->status().cycles > cycles + 3; }, 20000));
  QCOMPARE(rig.torqueOn(), 0);
  rig.server->with([&](SimulatedBus& bus) {
    bool off = false;
    int afterwards = 0;
    for (const BusRecord& record : bus.log()) {
      if (off && record.instruction == 0x83) ++afterwards;  // goals travel by sync write
      off = off || (record.instruction == 0x03 && record.id == 254 && record.address == 64);
    }
    QVERIFY(off);
    QCOMPARE(afterwards, 0);
  });
}

void TestControlThread::trialAllocatesNothing() {
  for (const char* model : {"XL330-M288", "STS3215"}) {
    const bool feetech = findServoModel(model)->protocol == Protocol::FeetechSts;
    PtyRig rig(test::armOf(model, 2, feetech ? ActionKind::Velocity : ActionKind::Torque));
    QVERIFY(rig.armed());
    std::atomic<long> allocated{-1};
    const auto trial = std::make_shared<Trial>(10, std::make_unique<WatchingPolicy>(allocated));
    rig.thread->request({.kind = ArmRequest::Kind::Run, .trial = trial});
    QVERIFY(QTest::qWaitFor([&] { return trial->end.load() != TrialEnd::Running; }, 60000));
    QVERIFY(allocated.load() >= 0);  // it has acted
    QCOMPARE(allocated.load(), 0L);
  }
}

void TestControlThread::pulledPlugIsALostLink() {
  PtyRig rig(test::armOf("XL330-M288", 2));
  QVERIFY(rig.armed());
  rig.server->unplug();
  QVERIFY(rig.reaches(ArmState::Fault));
  QCOMPARE(rig.thread->status().fault.code, DriverCode::LinkLost);
  const auto cycles = rig.thread->status().cycles;
  QVERIFY(QTest::qWaitFor([&] { return rig.thread->status().cycles > cycles + 2; }, 20000));  // it lives on
  rig.thread->pressStop();
  rig.thread.reset();
}

void TestControlThread::wrongPortIsAnError() {
  const auto none = ControlThread::connect("/dev/no-such-arm", test::armOf("XL330-M288", 2));
  QVERIFY(!none);
  const auto empty = ControlThread::connect("/dev/no-such-arm", test::armOf("XL330-M288", 0));
  QVERIFY(!empty);
  QVERIFY(empty.error().what.find("joints") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestControlThread)
#include "tst_control_thread.moc"
