// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/run_session.h"

#include <algorithm>
#include <utility>

#include "core/plant/arm/arm_trials.h"

namespace gps::ui {

namespace {

/// The newest iterations of a run that goes on keep their arrays in memory; older ones are read again when they are
/// looked at.
constexpr int kNewestInMemory = 40;
/// So do the last ones that were looked at.
constexpr std::size_t kReadInMemory = 24;

}  // namespace

RunSession::RunSession(RunSetup setup, QString label, QObject* parent) : QObject(parent) {
  adopt(std::move(setup), std::move(label));
}

RunSession::~RunSession() = default;

void RunSession::adopt(RunSetup setup, QString label) {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(setup.algorithm);
  GPS_EXPECTS(entry.ok(), "a session needs a registered algorithm");
  m_algorithm = *entry;
  const std::unique_ptr<Algorithm> algorithm = m_algorithm->make();
  m_phases.assign(algorithm->phases().begin(), algorithm->phases().end());
  m_setup = std::move(setup);
  m_parameters = m_setup.resume ? m_setup.resume->parameters : m_setup.parameters;
  m_label = std::move(label);
  // A new history, not a cleared one: whoever still draws the old one keeps a whole one.
  m_history = std::make_shared<RunHistory>(QString::fromStdString(m_setup.name),
                                           QString::fromStdString(m_setup.algorithm), m_label);
  m_warnings = WarningStreaks{};
  m_progress = Progress{};
  m_progress.iterations = m_parameters.run.iterations;
  m_recorder.reset();
  m_plant = {};
  m_loader.reset();
  m_wanted.clear();
  m_read.clear();
  m_whole = 1;
  if (!m_setup.resume) return;
  m_progress.iteration = m_setup.resume->state->iteration;
  if (m_progress.iteration >= m_progress.iterations) m_progress.state = RunState::Finished;
  for (const auto& [key, value] : m_setup.resume->pending) {
    const Result<std::string> now = parameterText(m_parameters, key);
    m_progress.queued.push_back({m_progress.iteration + 1, key, now ? *now : std::string(), value});
  }
}

void RunSession::takePast(const std::vector<std::shared_ptr<const Snapshot>>& past,
                          std::shared_ptr<RelayRecorder> recorder) {
  GPS_EXPECTS(!m_run, "a past comes before the first request");
  m_recorder = std::move(recorder);
  for (const std::shared_ptr<const Snapshot>& snapshot : past) {
    m_history->append(snapshot);
    m_warnings.take(*snapshot);
  }
  m_history->setStepLimits({m_setup.parameters.lqr.stepMin, m_setup.parameters.lqr.stepMax});
  m_whole = m_history->iterations() + 1;
  if (m_recorder) m_history->setForkedAt(m_recorder->fork().iteration);
  Q_EMIT changed();
}

void RunSession::setHeldAt(int iteration, const QString& reason) {
  m_heldAt = iteration;
  m_readOnly = reason;
  m_progress.iteration = iteration;
  m_progress.iterations = m_parameters.run.iterations;
  Q_EMIT changed();
}

void RunSession::rename(const std::string& name) {
  m_setup.name = name;
  m_history->setName(QString::fromStdString(name));
  if (m_recorder) m_recorder->rename(name);
  Q_EMIT changed();
}

std::optional<SaveState> RunSession::saved() const {
  if (!m_recorder) return std::nullopt;
  return m_recorder->saved();
}

void RunSession::want(int iteration, int before) {
  m_wanted.clear();
  for (int k = iteration; k >= std::max(1, iteration - before); --k) {
    if (k <= m_history->iterations() && !m_history->isWhole(k)) m_wanted.push_back(k);
  }
  loadNext();
}

void RunSession::loadNext() {
  if (m_wanted.empty() || !m_recorder) return;
  const std::optional<RunPlace> place = m_recorder->place();
  if (!place) return;
  if (!m_loader) {
    m_loader = std::make_unique<IterationLoader>(m_setup.task);
    connect(m_loader.get(), &IterationLoader::loaded, this, [this](const std::shared_ptr<const Snapshot>& snapshot) {
      const int iteration = snapshot->report.iteration;
      m_history->restore(snapshot);
      std::erase(m_wanted, iteration);
      m_read.push_back(iteration);
      while (m_read.size() > kReadInMemory) {
        // Not one that is still among the newest.
        if (m_read.front() < m_whole) m_history->lighten(m_read.front());
        m_read.erase(m_read.begin());
      }
      Q_EMIT arraysLoaded(iteration);
      Q_EMIT changed();
      loadNext();
    });
    connect(m_loader.get(), &IterationLoader::failed, this, [this](const Error& error) {
      m_wanted.clear();
      Q_EMIT loadFailed(error);
    });
  }
  m_loader->load(*place, m_wanted.front());
}

void RunSession::lightenOld() {
  const std::optional<SaveState> state = saved();
  if (!state) return;
  const int last = std::min(state->iteration, m_history->iterations() - kNewestInMemory);
  for (; m_whole <= last; ++m_whole) m_history->lighten(m_whole);
}

bool RunSession::active() const {
  switch (state()) {
    case RunState::Starting:
    case RunState::Running:
    case RunState::Pausing:
    case RunState::Paused:
    case RunState::Stepping:
    case RunState::Stopping:
      return true;
    case RunState::Idle:
    case RunState::Finished:
    case RunState::Failed:
      return false;
  }
  return false;
}

QString RunSession::phaseHelp(const std::string& id) const {
  for (const Phase& phase : m_phases) {
    if (phase.id == id) return QString::fromStdString(phase.help);
  }
  return {};
}

void RunSession::begin() {
  if (m_run) return;
  if (!m_setup.resume) {
    m_setup.parameters = m_parameters;
    m_history->setStepLimits({m_parameters.lqr.stepMin, m_parameters.lqr.stepMax});
  }
  if (m_plants && !m_setup.resume) m_plant = m_plants();
  if (m_recording) {
    m_recorder = m_recording(m_setup, m_recorder);
    m_setup.recorder = m_recorder;
  }
  m_mailbox = std::make_shared<Mailbox>();
  RunSetup started = m_setup;
  if (m_plant.trials) started.task = taskOnArm(m_setup.task, m_plant.trials);
  m_run = std::make_unique<Run>(std::move(started), m_mailbox);
}

void RunSession::discardEngine() {
  m_run.reset();
  m_mailbox.reset();
  m_firstRequest = 0;
  m_parameterRequests.clear();
}

void RunSession::setState(RunState state) {
  if (m_progress.state == state) return;
  m_progress.state = state;
  Q_EMIT stateChanged(state);
}

void RunSession::start() {
  if (!m_readOnly.isEmpty()) return;
  if (state() == RunState::Failed) {
    retry();
    return;
  }
  begin();
  const std::uint64_t request = m_run->start();
  // The engine answers within a tick; until then the buttons must not offer Start a second time.
  if (state() == RunState::Idle) {
    m_firstRequest = request;
    setState(RunState::Starting);
    Q_EMIT changed();
  }
}

void RunSession::pause() {
  if (m_run) m_run->pause();
}

void RunSession::step(StepUnit unit) {
  if (!m_readOnly.isEmpty()) return;
  begin();
  const std::uint64_t request = m_run->step(unit);
  if (state() == RunState::Idle) {
    m_firstRequest = request;
    setState(RunState::Starting);
    Q_EMIT changed();
  }
}

void RunSession::stop() {
  if (m_run) m_run->stop();
}

void RunSession::retry() {
  if (m_run) m_run->retry();
}

Status RunSession::setParameter(const QString& key, const QString& value) {
  Parameters changedValues = m_parameters;
  if (Status status = gps::setParameter(changedValues, key.toStdString(), value.toStdString()); !status) {
    return status;
  }
  if (!m_readOnly.isEmpty()) return Error{m_readOnly.toStdString(), key.toStdString(), ""};
  if (!hasData() && !active()) {
    // An engine that was stopped before its first iteration still holds the old set-up.
    discardEngine();
    m_parameters = std::move(changedValues);
    m_setup.parameters = m_parameters;
    m_progress = Progress{};
    m_progress.iterations = m_parameters.run.iterations;
    Q_EMIT parametersChanged();
    Q_EMIT changed();
    return Done{};
  }
  begin();  // a run that was read has no engine yet
  m_parameterRequests[m_run->setParameter(key.toStdString(), value.toStdString())] = key;
  return Done{};
}

void RunSession::cancelParameter(const QString& key) {
  if (m_run) m_parameterRequests[m_run->cancelParameter(key.toStdString())] = key;
}

void RunSession::reset(RunSetup setup, QString label) {
  discardEngine();
  m_readOnly.clear();
  m_heldAt = 0;
  const RunState before = state();
  adopt(std::move(setup), std::move(label));
  if (before != RunState::Idle) Q_EMIT stateChanged(RunState::Idle);
  Q_EMIT parametersChanged();
  Q_EMIT changed();
}

void RunSession::drain() {
  if (!m_mailbox) return;
  const Delivery delivery = m_mailbox->drain();
  if (delivery.snapshots.empty() && delivery.replies.empty() && !delivery.progressChanged) return;

  // Everything is taken in before anything is told, so that a listener sees one consistent session.
  bool parametersMoved = false;
  for (const std::shared_ptr<const Snapshot>& snapshot : delivery.snapshots) {
    m_history->append(snapshot);
    m_warnings.take(*snapshot);
    for (const ParameterEvent& event : snapshot->events) {
      // The engine has checked the value; a key it knows and the form does not is no reason to stop showing.
      if (gps::setParameter(m_parameters, event.key, event.to).ok()) parametersMoved = true;
    }
  }
  for (const Reply& reply : delivery.replies) {
    if (reply.request == m_firstRequest) m_firstRequest = 0;
  }
  lightenOld();
  const RunState before = state();
  const bool stale = m_firstRequest != 0 && delivery.progress.state == RunState::Idle;
  if (delivery.progressChanged && !stale) m_progress = delivery.progress;
  const RunState now = state();

  for (const std::shared_ptr<const Snapshot>& snapshot : delivery.snapshots) {
    Q_EMIT iterationFinished(snapshot->report.iteration);
  }
  if (parametersMoved) Q_EMIT parametersChanged();
  for (const Reply& reply : delivery.replies) {
    const auto about = m_parameterRequests.find(reply.request);
    const QString key = about == m_parameterRequests.end() ? QString() : about->second;
    if (about != m_parameterRequests.end()) m_parameterRequests.erase(about);
    Q_EMIT replied(reply, key);
  }
  if (now != before) Q_EMIT stateChanged(now);
  if (now != before && now == RunState::Failed && m_progress.failure) Q_EMIT failed(*m_progress.failure);
  Q_EMIT changed();
}

}  // namespace gps::ui
