// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/arm_link.h"

#include <utility>

namespace gps::ui {

namespace {

bool isOn(ArmState state) {
  return state == ArmState::Armed || state == ArmState::Resetting || state == ArmState::Settling || state == ArmState::Running;
}

}  // namespace

ArmLink::ArmLink(QObject* parent) : QObject(parent) {
  m_thread = std::jthread([this](const std::stop_token& ending) { work(ending); });
}

ArmLink::~ArmLink() {
  closeNow();
  m_thread.request_stop();
  m_wake.notify_all();
  m_thread.join();
}

void ArmLink::post(std::function<void()> job) {
  {
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back(std::move(job));
  }
  m_wake.notify_all();
}

void ArmLink::work(const std::stop_token& ending) {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, ending, [this] { return !m_jobs.empty(); });
      if (m_jobs.empty()) return;  // ends only when nothing is left to do: an arm may be among it
      job = std::move(m_jobs.front());
      m_jobs.pop_front();
    }
    job();
  }
}

void ArmLink::setPhase(Phase phase) {
  if (m_phase == phase) return;
  m_phase = phase;
  Q_EMIT phaseChanged();
}

bool ArmLink::torqueIsOn() const { return m_phase == Phase::Open && isOn(m_status.state); }

void ArmLink::look() {
  if (std::exchange(m_looking, true)) return;
  post([this] {
    auto ports = std::make_shared<std::vector<PortEntry>>(listPorts());
    QMetaObject::invokeMethod(
        this,
        [this, ports] {
          m_looking = false;
          Q_EMIT portsFound(*ports);
        },
        Qt::QueuedConnection);
  });
}

void ArmLink::open(const QString& port, const ArmConfig& config) {
  openWith(port, config, [path = port.toStdString(), config] { return ControlThread::connect(path, config); });
}

void ArmLink::openWith(const QString& name, const ArmConfig& config, Opening how) {
  if (m_phase != Phase::Closed) return;
  m_port = name;
  m_config = config;
  m_how = std::move(how);
  m_problem.reset();
  m_status = {};
  m_askedAt.reset();
  m_stopIsDue = false;
  m_calledOff = std::make_shared<std::atomic<bool>>(false);
  post([this, opening = m_how, calledOff = m_calledOff] {
    Result<std::unique_ptr<ControlThread>> made = opening();
    if (calledOff->load() && made) *made = nullptr;  // torque off, port given back, here
    auto result = std::make_shared<Result<std::unique_ptr<ControlThread>>>(std::move(made));
    QMetaObject::invokeMethod(
        this,
        [this, result, calledOff] {
          if (calledOff != m_calledOff) return;
          m_calledOff.reset();
          if (!*result) {
            if (!calledOff->load()) m_problem = result->error();
            setPhase(Phase::Closed);
          } else {
            take(std::move(**result));
            if (calledOff->load()) close();
          }
        },
        Qt::QueuedConnection);
  });
  setPhase(Phase::Opening);
}

void ArmLink::take(std::unique_ptr<ControlThread> arm) {
  if (!arm) {
    setPhase(Phase::Closed);
    return;
  }
  m_arm = std::move(arm);
  setPhase(Phase::Open);
  poll();
}

void ArmLink::close() {
  m_again = false;
  if (m_phase == Phase::Opening) {
    // The phase changes when the thread beside the window has come back from the port.
    m_calledOff->store(true);
    return;
  }
  if (m_phase != Phase::Open) return;
  // The last reference goes there, too: giving a port back may take its time.
  post([this, arm = std::exchange(m_arm, nullptr)]() mutable {
    arm->close();
    const ArmStatus last = arm->status();
    arm.reset();
    QMetaObject::invokeMethod(this, [this, last] { ended(last); }, Qt::QueuedConnection);
  });
  setPhase(Phase::Closing);
}

void ArmLink::ended(const ArmStatus& last) {
  if (m_phase != Phase::Closing) return;
  if (last.torqueOffVerified) m_wasOn = false;
  if (m_wasOn) m_problem = Error{"The arm has not confirmed that its torque is off.", m_port.toStdString(), "Cut its power."};
  m_status = last;
  m_stopIsDue = false;
  setPhase(Phase::Closed);
  Q_EMIT stateChanged(m_status.state);
  if (std::exchange(m_again, false)) openWith(m_port, m_config, m_how);
}

void ArmLink::closeNow() {
  m_again = false;
  if (m_calledOff) m_calledOff->store(true);
  if (m_phase == Phase::Open) {
    // Not by way of the other thread, which may be busy with something else.
    const std::shared_ptr<ControlThread> arm = m_arm;
    arm->close();
  }
  close();
}

void ArmLink::stop() {
  if (m_phase == Phase::Opening) return close();
  if (!m_arm) return;
  m_arm->pressStop();
  if (m_status.state == ArmState::Stopped) return;
  m_stopIsDue = true;
  m_waits = 0;
}

void ArmLink::switchOn() {
  if (!m_arm || m_status.state != ArmState::Connected) return;
  m_askedAt = m_status.cycles;
  m_arm->request({.kind = ArmRequest::Kind::Arm});
}

void ArmLink::switchOff() {
  if (m_arm) m_arm->request({.kind = ArmRequest::Kind::Disarm});
}

void ArmLink::jog(int joint, double velocity) {
  if (!m_arm || m_status.state != ArmState::Armed || joint < 0 || joint >= static_cast<int>(m_config.joints.size())) return;
  ArmRequest request{.kind = ArmRequest::Kind::Jog};
  request.velocity[static_cast<std::size_t>(joint)] = velocity;
  m_arm->request(std::move(request));
}

void ArmLink::reset() {
  if (!m_arm) return;
  if (m_status.state != ArmState::Fault && m_status.state != ArmState::Stopped) return;
  if (m_status.state == ArmState::Fault && m_status.fault.code == DriverCode::LinkLost) {
    close();
    m_again = true;
    return;
  }
  m_stopIsDue = false;
  m_arm->request({.kind = ArmRequest::Kind::Reconnect});
}

void ArmLink::poll() {
  if (!m_arm) return;
  const ArmState before = m_status.state;
  m_status = m_arm->status();
  noteTorque();
  if (m_stopIsDue) {
    ++m_waits;
    if (m_status.state == ArmState::Stopped) m_stopIsDue = false;
  }
  if (m_status.state != before) Q_EMIT stateChanged(m_status.state);
}

void ArmLink::noteTorque() {
  const bool ended = m_status.state == ArmState::Fault || m_status.state == ArmState::Stopped;
  if (isOn(m_status.state)) {
    m_wasOn = true;
    m_askedAt.reset();
  } else if (m_status.torqueOffVerified) {
    m_wasOn = false;
    if (m_askedAt && m_status.cycles > *m_askedAt + 2) m_askedAt.reset();
  } else if (ended && m_askedAt) {
    m_wasOn = true;  // some joints may have been on already
  }
}

}  // namespace gps::ui
