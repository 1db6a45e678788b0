// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arm/arm_learning.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/bridge/arm_link.h"
#include "core/device/arm/joint_name.h"

namespace gps::ui {

namespace {

QString percent(double share) { return QString::number(std::round(100.0 * share)) + QStringLiteral(" %"); }

}  // namespace

ArmLearning::ArmLearning(ArmLink& link) : m_link(link) {}

ArmLearning::~ArmLearning() = default;

void ArmLearning::choose(RunSession* run) {
  if (m_run) disconnect(m_run, nullptr, this, nullptr);
  if (m_seat) m_seat->leave();
  m_run = run;
  // A run that began on the arm has its place there.
  m_seat = run ? std::dynamic_pointer_cast<ArmSeat>(run->plant().trials) : nullptr;
  if (run && !m_seat) m_seat = std::make_shared<ArmSeat>();
  restart();
  if (!run) return;
  // What acts first would be another one.
  connect(run, &RunSession::parametersChanged, this, &ArmLearning::restart);
  connect(run, &RunSession::stateChanged, this, [this](RunState state) {
    if (state == RunState::Idle) restart();
  });
  connect(run, &QObject::destroyed, this, [this] { choose(nullptr); });
}

void ArmLearning::restart() {
  if (m_run && (m_run->active() || m_run->hasData())) return;
  m_step = Step::DryRun;
  m_said.clear();
  m_failed = false;
  m_first.reset();
  if (m_seat) m_seat->allow(false);
  if (m_job.busy()) m_job.start([](const std::atomic<bool>&) { return LatestJob::Deliver(); });  // ends the other one
}

void ArmLearning::setFits(bool fits) {
  if (!m_seat) return;
  const std::shared_ptr<ControlThread> arm = m_link.arm();
  if (!fits || !arm || !m_run) return m_seat->leave();
  const std::shared_ptr<ArmTrials> there = m_seat->trials();
  if (there && &there->arm() == arm.get()) return;
  const Result<std::shared_ptr<ArmTrials>> trials = ArmTrials::make(m_run->setup().task, arm, m_link.config());
  if (trials) m_seat->take(*trials);
  else m_seat->leave();
}

RunPlant ArmLearning::plantFor(const RunSession* run) const {
  if (!run || run != m_run) return {};
  return {m_seat, QString::fromStdString(namesOf(m_link.config().joints)) + QStringLiteral(" at ") + m_link.port()};
}

bool ArmLearning::busy() const {
  return m_job.busy() || (m_run && m_run->active() && m_run->plant().trials);
}

void ArmLearning::work(std::function<Result<QString>(const std::atomic<bool>&)> job) {
  m_said.clear();
  m_failed = false;
  m_job.start([this, job = std::move(job)](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    const Result<QString> done = job(stop);
    return [this, done] {
      m_failed = !done;
      m_said = done ? *done : QString::fromStdString(done.error().what + " " + done.error().mend);
      if (done) m_step = static_cast<Step>(static_cast<int>(m_step) + 1);
    };
  });
}

void ArmLearning::confirm() {
  if (!m_run || m_job.busy() || m_run->active() || m_run->hasData()) return;
  const std::shared_ptr<ArmTrials> arm = m_seat->trials();
  if (m_step == Step::DryRun) {
    m_first = std::make_shared<std::shared_ptr<const FirstTrials>>();
    work([first = m_first, setup = m_run->setup(), config = m_link.config()](const std::atomic<bool>&) -> Result<QString> {
      const Result<std::shared_ptr<const FirstTrials>> made = FirstTrials::make(setup.task, setup, config);
      if (!made) return made.error();
      *first = *made;
      const Result<double> fastest = (*first)->dryRun();
      if (!fastest) return fastest.error();
      return tr("Dry run: all joints stay within their limits, none above %1 rad/s.").arg(QString::number(*fastest, 'f', 1));
    });
  } else if (m_step < Step::Begin) {
    if (!arm) return;
    const double share = kFirstShares[static_cast<std::size_t>(m_step) - static_cast<std::size_t>(Step::Tenth)];
    work([first = m_first, arm, share](const std::atomic<bool>& stop) -> Result<QString> {
      const Result<double> cut = (*first)->onArm(arm, share, &stop);
      if (!cut) return cut.error();
      return tr("Trial with %1 of the actions: done, %2 of them cut by a limit.").arg(percent(share), percent(*cut));
    });
  } else if (m_step == Step::Begin) {
    m_seat->allow(true);
    m_step = Step::Begun;
    m_said.clear();
    Q_EMIT ready(m_run);
  }
}

void ArmLearning::show(ArmView& view, const RunSession* selected, bool fits) const {
  const bool armed = m_link.phase() == ArmLink::Phase::Open && m_link.status().state == ArmState::Armed;
  view.canLearn = armed && fits && selected;
  view.learnsOnArm = m_run != nullptr;
  if (!m_run) {
    view.learning = !selected        ? tr("Open a task to learn it on the arm.")
                    : !fits          ? tr("The task does not fit the arm.")
                    : !view.canLearn ? tr("Arm the arm to learn on it.")
                                     : QString();
    return;
  }
  const QString name = QString::fromStdString(m_run->setup().name);
  if (m_run->plant().trials && (m_run->active() || m_run->hasData() || m_run->state() == RunState::Failed)) {
    ArmTrialCounts counts;
    if (const std::shared_ptr<ArmTrials> arm = m_seat->trials()) counts = arm->counts();
    int redone = 0;
    for (const int n : counts.invalid) redone += n;
    view.learning = tr("%1 learns on the arm: %2 valid trials since it was connected, %3 invalid.").arg(name).arg(counts.valid).arg(redone);
    if (m_run->state() == RunState::Failed) {
      view.learning += QLatin1Char(' ') + tr("It has stopped; when the arm is armed again, press Retry.");
    }
    return;
  }
  if (m_run->active() || m_run->hasData()) {
    view.learning = tr("%1 has begun in the simulation. Reset it, or open the task anew, to learn on the arm.").arg(name);
    return;
  }
  view.learning = m_said;
  const auto next = [&view](const QString& text) {
    view.learning += (view.learning.isEmpty() ? QString() : QStringLiteral("\n")) + text;
  };
  if (m_job.busy()) return next(m_step == Step::DryRun ? tr("Dry run in the simulation…") : tr("The trial runs…"));
  if (!armed && m_step != Step::DryRun) return next(tr("Arm the arm to go on."));
  if (!fits) return next(tr("The task does not fit the arm."));
  if (m_failed) next(tr("Mend this, then try again."));
  switch (m_step) {
    case Step::DryRun:
      if (!m_failed) next(tr("Before %1 learns on the arm, what acts first is tried with care.").arg(name));
      view.confirm = tr("Dry run in the simulation");
      break;
    case Step::Tenth:
    case Step::Half:
    case Step::Whole:
      view.confirm = tr("Run one trial with %1 of the actions")
                         .arg(percent(kFirstShares[static_cast<std::size_t>(m_step) - static_cast<std::size_t>(Step::Tenth)]));
      break;
    case Step::Begin:
    case Step::Begun: view.confirm = tr("Start learning on the arm"); break;
  }
}

}  // namespace gps::ui
