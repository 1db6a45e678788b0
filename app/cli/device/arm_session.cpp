// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/arm_session.h"

#include <chrono>
#include <csignal>

#include "app/cli/device/plugin_arms.h"
#include "app/cli/run_to_end.h"

namespace gps::cli {

namespace {

// What a signal handler may touch: the arm whose stop is pressed. Set while a session lives.
std::atomic<ControlThread*> stoppable{nullptr};

void pressStop() {
  if (ControlThread* const thread = stoppable.load()) thread->pressStop();
}

void onSignal(int) { pressStop(); }

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

}  // namespace

Result<std::unique_ptr<ArmSession>> ArmSession::start(const DeviceOptions& options, const ArmConfig& config) {
  if (namesPlugin(options.port)) {
    Result<MadeArm> made = makePluginArm(options);
    if (!made) return made.error();
    return std::unique_ptr<ArmSession>(new ArmSession(ControlThread::drive(std::move(made->driver), made->config), made->config));
  }
  Result<std::unique_ptr<ControlThread>> thread = ControlThread::connect(options.port, config);
  if (!thread) return thread.error();
  return std::unique_ptr<ArmSession>(new ArmSession(*std::move(thread), config));
}

ArmSession::ArmSession(std::unique_ptr<ControlThread> thread, const ArmConfig& config)
    : m_thread(std::move(thread)), m_config(config) {
  stoppable.store(m_thread.get());
  alsoOnInterrupt(&pressStop);
  for (std::size_t i = 0; i < kSignals.size(); ++i) m_before[i] = std::signal(kSignals[i], onSignal);
}

ArmSession::~ArmSession() {
  // Whoever shares the thread keeps an arm that is off.
  m_thread->close();
  for (std::size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], m_before[i]);
  alsoOnInterrupt(nullptr);
  stoppable.store(nullptr);
}

Status ArmSession::wait(const std::function<bool(const ArmStatus&)>& done, double seconds, const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < deadline) {
    const ArmStatus now = m_thread->status();
    if (now.state == ArmState::Stopped) return stopped(now);
    if (now.state == ArmState::Fault || !now.fault.ok()) return describe(now.fault, m_config);
    if (done(now)) return Done{};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Error{what + " took too long.", "arm", "Check power and load of the arm."};
}

Status ArmSession::connect() {
  return wait([](const ArmStatus& now) { return now.state == ArmState::Connected; }, 30.0, "Connecting");
}

Status ArmSession::arm() {
  if (Status found = connect(); !found) return found.error();
  m_thread->request({.kind = ArmRequest::Kind::Arm});
  // The first cycles after arming only read.
  return wait([](const ArmStatus& now) { return now.state == ArmState::Armed && now.deadlines.cycles > 2; }, 10.0,
              "Switching the torque on");
}

Error ArmSession::stopped(const ArmStatus& now) const {
  return {meaning(now.stopReason), "arm",
          now.torqueOffVerified ? "Torque is off at every joint." : "TORQUE IS NOT CONFIRMED OFF: cut the power."};
}

}  // namespace gps::cli
