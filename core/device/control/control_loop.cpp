// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/control/control_loop.h"

#include <cmath>

namespace gps {

namespace {

constexpr double kResetSpeed = 0.8;  // [rad/s]
constexpr Nanos kResetTimeout = 20 * kSecond;
constexpr Nanos kSettleTimeout = 10 * kSecond;
constexpr Nanos kCalmTime = 300 * kMillisecond;
constexpr double kCalmError = 0.03;      // [rad]
constexpr double kCalmVelocity = 0.05;   // [rad/s]
constexpr double kArrivedError = 0.185;  // [rad]
constexpr int kLostRepliesToFault = 3;
constexpr Nanos kReleaseAgain = 50 * kMillisecond;
constexpr Nanos kSuspension = 100 * kMillisecond;
constexpr double kJogPatience = 0.3;  // [s] without a further request: whoever asked may hang

StopReason reasonOf(GuardVerdict verdict) {
  switch (verdict) {
    case GuardVerdict::Pass: break;
    case GuardVerdict::NotFinite: return StopReason::NotFinite;
    case GuardVerdict::BeyondLimit: return StopReason::BeyondLimit;
    case GuardVerdict::TooFast: return StopReason::TooFast;
  }
  return StopReason::None;
}

/// What must not be lost because somebody else asks for something at the same time.
int importance(ArmRequest::Kind kind) {
  if (kind == ArmRequest::Kind::Quit) return 2;
  return kind == ArmRequest::Kind::Disarm ? 1 : 0;
}

}  // namespace

const char* toText(ArmState state) {
  switch (state) {
    case ArmState::Disconnected: return "disconnected";
    case ArmState::Connected: return "connected";
    case ArmState::Armed: return "armed";
    case ArmState::Resetting: return "resetting";
    case ArmState::Settling: return "settling";
    case ArmState::Running: return "running";
    case ArmState::Fault: return "fault";
    case ArmState::Stopped: return "stopped";
  }
  return "unknown";
}

const char* meaning(StopReason reason) {
  switch (reason) {
    case StopReason::None: break;
    case StopReason::Pressed: return "The emergency stop was pressed.";
    case StopReason::NotFinite: return "An action was not a number, so the arm was stopped.";
    case StopReason::BeyondLimit: return "A joint went beyond its limits, so the arm was stopped.";
    case StopReason::TooFast: return "A joint was too fast, so the arm was stopped.";
  }
  return "The arm was stopped.";
}

ControlLoop::ControlLoop(ArmDriver& driver, Link& link, const ArmConfig& config)
    : m_driver(&driver),
      m_link(&link),
      m_config(config),
      m_period(static_cast<Nanos>(1e9 * config.period)),
      m_guards(config),
      m_deadlines(m_period),
      m_motion(config, kResetSpeed) {}

void ControlLoop::request(ArmRequest request) {
  std::shared_ptr<Trial> lost;
  {
    const std::lock_guard lock(m_mutex);
    if (m_request && importance(m_request->kind) > importance(request.kind)) {
      lost = std::move(request.trial);
    } else {
      if (m_request) lost = std::move(m_request->trial);
      m_request = std::move(request);
    }
  }
  // Whoever waits for it would wait in vain.
  if (lost) lost->end.store(TrialEnd::Aborted);
}

ArmStatus ControlLoop::status() const {
  const std::lock_guard lock(m_mutex);
  return m_published;
}

void ControlLoop::publish() noexcept {
  // Whoever looks on must not make the arm wait: it gets the next one.
  const std::unique_lock lock(m_mutex, std::try_to_lock);
  if (!lock) return;
  m_now.guards = m_guards.counters();
  m_now.deadlines = m_deadlines.counters();
  m_now.target = m_motion.target();
  for (int i = 0; i < m_driver->joints(); ++i) m_now.health[static_cast<std::size_t>(i)] = m_driver->health(i);
  m_published = m_now;
}

bool ControlLoop::open() noexcept {
  m_linkLost = false;
  m_lostInARow = 0;
  m_now.fault = m_driver->open();
  m_now.state = m_now.fault.ok() ? ArmState::Connected : ArmState::Fault;
  m_now.torqueOffVerified = m_now.fault.ok();  // the start-up sequence reads it back
  m_now.stopReason = StopReason::None;
  m_now.stopJoint = -1;
  m_linkLost = m_now.fault.code == DriverCode::LinkLost;
  if (!m_now.fault.ok() && !m_linkLost) release();
  m_next = m_link->now() + m_period;
  publish();
  return m_now.fault.ok();
}

void ControlLoop::close() noexcept {
  endTrial(TrialEnd::Aborted);
  if (torqueIsOn()) {
    (void)m_driver->neutral();
    release();
  }
  m_driver->close();
  m_now.state = ArmState::Disconnected;
  publish();
}

bool ControlLoop::cycle() noexcept {
  // A press that has been dealt with stays latched, and must not keep the loop awake.
  const bool heeds = m_now.state != ArmState::Stopped && !m_linkLost;
  m_link->sleepUntil(m_next, heeds ? m_stop : m_never);
  takeRequest();
  if (m_quit) return false;
  const Nanos scheduled = m_next;
  work(scheduled);
  ++m_now.cycles;
  publish();
  // An index whose time has passed is skipped: the schedule, and with it a trial's gains, stay where they are.
  const bool stopEarly = m_link->now() < scheduled;
  m_next = stopEarly ? m_link->now() + m_period : scheduled + m_period;
  if (m_now.state == ArmState::Running) ++m_step;
  while (m_next <= m_link->now()) {
    m_next += m_period;
    if (m_now.state == ArmState::Running) ++m_step;
  }
  return true;
}

void ControlLoop::takeRequest() noexcept {
  std::optional<ArmRequest> request;
  {
    const std::unique_lock lock(m_mutex, std::try_to_lock);
    if (!lock || !m_request) return;
    request = std::move(m_request);
    m_request.reset();
  }
  handle(*request);
}

void ControlLoop::handle(ArmRequest& request) noexcept {
  switch (request.kind) {
    case ArmRequest::Kind::Arm: {
      if (m_now.state != ArmState::Connected || m_stop.load()) return;
      m_now.torqueOffVerified = false;
      m_now.fault = m_driver->arm(m_stop);
      if (m_now.fault.code == DriverCode::LinkLost) return fail(m_now.fault);
      if (!m_now.fault.ok()) {
        // Refused with some joints perhaps on already: without their word that they are off this is more than that.
        const DriverStatus refused = m_now.fault;
        release();
        if (!m_now.torqueOffVerified) fail(refused);
        return;
      }
      m_now.state = ArmState::Armed;
      m_guards.reset();
      m_deadlines.reset();
      m_suspended = m_link->suspended();
      m_lostInARow = 0;
      m_firstCycle = true;
      m_next = m_link->now();  // switching on took longer than a period
      return;
    }
    case ArmRequest::Kind::Disarm:
      if (!torqueIsOn()) return;
      endTrial(TrialEnd::Aborted);
      (void)m_driver->neutral();
      if (const DriverStatus off = m_driver->release(); !off.ok()) return fail(off);
      m_now.torqueOffVerified = true;
      m_now.state = ArmState::Connected;
      return;
    case ArmRequest::Kind::Move:
      if (m_now.state == ArmState::Armed && !m_firstCycle) m_motion.moveTo(m_now.reading, request.pose);
      return;
    case ArmRequest::Kind::Jog:
      if (m_now.state == ArmState::Armed && !m_firstCycle) m_motion.jog(m_now.reading, request.velocity, kJogPatience);
      return;
    case ArmRequest::Kind::Run:
      if (!request.trial || request.trial == m_trial) return;
      if (m_now.state != ArmState::Armed || m_firstCycle) {
        request.trial->end.store(TrialEnd::Aborted);
        return;
      }
      m_trial = std::move(request.trial);
      m_motion.moveTo(m_now.reading, m_trial->startPose);
      m_now.state = ArmState::Resetting;
      m_since = m_link->now();
      return;
    case ArmRequest::Kind::Abort:
      if (m_trial) {
        endTrial(TrialEnd::Aborted);
        m_motion.hold(m_now.reading);
        m_now.state = ArmState::Armed;
      }
      return;
    case ArmRequest::Kind::Reconnect:
      if (m_now.state != ArmState::Fault && m_now.state != ArmState::Stopped) return;
      m_stop.store(false);  // a press from here on is a new one
      (void)open();
      return;
    case ArmRequest::Kind::Quit: m_quit = true; return;
  }
}

void ControlLoop::release() noexcept {
  m_now.torqueOffVerified = m_driver->release().ok();
  m_releasedAt = m_link->now();
}

void ControlLoop::endTrial(TrialEnd end) noexcept {
  if (!m_trial) return;
  m_trial->deadlines = m_deadlines.counters();
  m_trial->end.store(end);
  m_trial.reset();  // whoever asked for it has a reference too, so nothing is freed here
}

void ControlLoop::stopArm(StopReason reason, int joint) noexcept {
  m_stop.store(true);  // latched, whoever stopped it
  (void)m_driver->neutral();
  release();
  endTrial(TrialEnd::Stopped);
  m_now.state = ArmState::Stopped;
  m_now.stopReason = reason;
  m_now.stopJoint = joint;
}

void ControlLoop::fail(const DriverStatus& status) noexcept {
  m_linkLost = status.code == DriverCode::LinkLost;
  if (!m_linkLost) {
    (void)m_driver->neutral();
    release();
  } else {
    m_now.torqueOffVerified = false;  // the watchdog, where there is one, is what stops it
  }
  endTrial(TrialEnd::Fault);
  m_now.state = ArmState::Fault;
  m_now.fault = status;
}

void ControlLoop::work(Nanos scheduled) noexcept {
  const bool ended = m_now.state == ArmState::Stopped || m_now.state == ArmState::Fault;
  if (m_stop.load() && m_now.state != ArmState::Stopped && !m_linkLost) return stopArm(StopReason::Pressed, -1);
  if (m_linkLost || m_now.state == ArmState::Disconnected) return;
  if (ended && !m_now.torqueOffVerified && m_link->now() - m_releasedAt >= kReleaseAgain) release();
  if (torqueIsOn() && m_link->suspended() - m_suspended > kSuspension) return fail({DriverCode::Suspended});

  const DriverStatus status = m_driver->read(m_now.reading);
  if (ended) {
    // Only looking on; but a lost link is worth knowing.
    if (status.code == DriverCode::LinkLost) m_linkLost = true;
    return;
  }
  if (!judge(status)) return;
  if (!torqueIsOn()) return;
  if (m_firstCycle) {
    m_firstCycle = false;
    m_motion.hold(m_now.reading);
    return;
  }
  decide();
  if (!torqueIsOn()) return;
  command(scheduled);
}

bool ControlLoop::judge(const DriverStatus& status) noexcept {
  if (status.ok()) {
    m_lostInARow = 0;
    return true;
  }
  if (status.code != DriverCode::Stale) {
    fail(status);
    return false;
  }
  ++m_lostInARow;
  if (m_lostInARow >= kLostRepliesToFault) {
    fail({DriverCode::NoAnswer, status.joint});
    return false;
  }
  if (m_now.state == ArmState::Running) {
    ++m_trial->lostReplies;
    if (m_lostInARow > 1 || 50 * m_trial->lostReplies > m_trial->stride * static_cast<int>(m_trial->steps.size())) {
      endTrial(TrialEnd::LostReplies);
      m_motion.hold(m_now.reading);
      m_now.state = ArmState::Armed;
    }
  }
  return true;
}

void ControlLoop::decide() noexcept {
  switch (m_now.state) {
    case ArmState::Resetting:
      m_motion.action(m_now.reading, m_command);
      if (m_motion.arrived() && m_motion.error(m_now.reading) < kArrivedError) {
        m_now.state = ArmState::Settling;
        m_since = m_link->now();
        m_calmSince = 0;
      } else if (m_link->now() - m_since > kResetTimeout) {
        endTrial(TrialEnd::NotSettled);
        m_motion.hold(m_now.reading);
        m_now.state = ArmState::Armed;
      }
      return;
    case ArmState::Settling: return settle();
    case ArmState::Running: return takeStep();
    default: m_motion.action(m_now.reading, m_command);
  }
}

void ControlLoop::settle() noexcept {
  m_motion.action(m_now.reading, m_command);
  const Nanos now = m_link->now();
  bool calm = m_motion.error(m_now.reading) < kCalmError;
  for (int i = 0; i < m_now.reading.joints; ++i) {
    calm = calm && std::abs(m_now.reading.joint[static_cast<std::size_t>(i)].velocity) < kCalmVelocity;
  }
  if (!calm) m_calmSince = 0;
  if (calm && m_calmSince == 0) m_calmSince = now;
  if (calm && now - m_calmSince >= kCalmTime) {
    m_now.state = ArmState::Running;
    m_step = -1;  // the next period is its first
    m_chosen = {};
    m_deadlines.reset();
  } else if (now - m_since > kSettleTimeout) {
    endTrial(TrialEnd::NotSettled);
    m_motion.hold(m_now.reading);
    m_now.state = ArmState::Armed;
  }
}

void ControlLoop::takeStep() noexcept {
  const int periods = m_trial->stride * static_cast<int>(m_trial->steps.size());
  const bool spoilt = m_deadlines.broken(periods);
  if (spoilt || m_step >= periods) {
    endTrial(spoilt ? TrialEnd::MissedDeadlines : TrialEnd::Completed);
    m_motion.hold(m_now.reading);
    m_now.state = ArmState::Armed;
    m_motion.action(m_now.reading, m_command);
    return;
  }
  if (m_step % m_trial->stride == 0) {
    m_trial->policy->action(m_step / m_trial->stride, m_now.reading,
                            std::span(m_chosen).first(static_cast<std::size_t>(m_now.reading.joints)));
  }
  m_command.wanted = m_chosen;
}

void ControlLoop::command(Nanos scheduled) noexcept {
  const GuardVerdict verdict = m_guards.apply(m_now.reading, m_command);
  if (verdict != GuardVerdict::Pass) return stopArm(reasonOf(verdict), m_guards.joint());
  if (m_stop.load()) return stopArm(StopReason::Pressed, -1);  // pressed since the reading
  const DriverStatus status = m_driver->write(m_command);
  const Nanos written = m_link->now();
  if (!status.ok()) return fail(status);
  m_deadlines.note(scheduled, written);
  if (m_now.state != ArmState::Running || m_step < 0 || m_step % m_trial->stride != 0) return;
  m_trial->steps[static_cast<std::size_t>(m_step / m_trial->stride)] = {
      .reading = m_now.reading, .command = m_command, .scheduled = scheduled, .written = written, .taken = true};
}

}  // namespace gps
