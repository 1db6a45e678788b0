// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arm/arm_control.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QKeyEvent>

#include "app/arm/arm_checks.h"
#include "app/arm/arm_words.h"
#include "app/main_window.h"
#include "core/plant/arm/arm_joints.h"
#include "widgets/panels/arm/arm_panel.h"
#include "widgets/panels/arm/device_form.h"

namespace gps::ui {

namespace {

/// Ports come and go while somebody looks at the list.
constexpr int kTicksPerLook = 60;
constexpr int kTicksOfVainStop = 90;
/// Of jogging at 100 %; no more than the motion to a start.
constexpr double kJogSpeed = 0.8;  // [rad/s]

}  // namespace

ArmControl::ArmControl(MainWindow& window)
    : QObject(nullptr), m_window(window), m_panel(new ArmPanel(&window)), m_dock(new QDockWidget(tr("Arm"), &window)) {
  m_dock->setObjectName("dock.arm");
  m_dock->setWidget(m_panel);
  m_dock->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
  window.addDockWidget(Qt::LeftDockWidgetArea, m_dock);
  m_dock->hide();
  connect(m_panel, &ArmPanel::stopRequested, this, &ArmControl::pressStop);
  connect(m_panel, &ArmPanel::resetRequested, &m_link, &ArmLink::reset);
  connect(m_panel, &ArmPanel::armRequested, this, &ArmControl::armNow);
  connect(m_panel, &ArmPanel::disarmRequested, &m_link, &ArmLink::switchOff);
  connect(m_panel, &ArmPanel::learnOnArmChosen, this, &ArmControl::chooseWhere);
  connect(m_panel, &ArmPanel::confirmed, &m_learning, &ArmLearning::confirm);
  connect(&m_learning, &ArmLearning::ready, this, [this](RunSession* run) { m_window.startRun(run); });
  DeviceForm* form = m_panel->form();
  connect(form, &DeviceForm::portsWanted, &m_link, &ArmLink::look);
  connect(form, &DeviceForm::connectRequested, this, &ArmControl::connectArm);
  connect(form, &DeviceForm::disconnectRequested, &m_link, &ArmLink::close);
  connect(&m_link, &ArmLink::portsFound, form, &DeviceForm::setPorts);
  connect(&m_link, &ArmLink::stateChanged, this, &ArmControl::showState);
  connect(&m_link, &ArmLink::phaseChanged, this, [this] {
    m_judged = false;
    if (m_link.phase() != ArmLink::Phase::Open) m_learning.setFits(false);
    if (m_link.phase() != ArmLink::Phase::Closed) return;
    m_panel->clearChecklist();
    m_armedBefore = false;
    keepInSight();
  });
  connect(m_dock, &QDockWidget::visibilityChanged, this, [this](bool visible) {
    if (visible && m_link.phase() == ArmLink::Phase::Closed) m_link.look();
  });
  // The stop key holds wherever the keyboard is, also in a dialog.
  qApp->installEventFilter(this);
}

ArmControl::~ArmControl() = default;

bool ArmControl::eventFilter(QObject*, QEvent* event) {
  if (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride) return false;
  const auto* key = static_cast<QKeyEvent*>(event);
  if (key->key() == Qt::Key_Pause && !key->isAutoRepeat()) pressStop();
  return false;
}

void ArmControl::pressStop() {
  if (m_link.phase() == ArmLink::Phase::Closed) m_vainStop = kTicksOfVainStop;
  m_link.stop();
  if (m_panel->isVisible()) m_panel->setView(view());  // requested is seen at once
}

void ArmControl::connectArm() {
  if (m_link.phase() != ArmLink::Phase::Closed) return;
  judgeTask();
  const ArmForm form = m_panel->form()->form();
  const Result<ArmConfig> config = configOf(form, m_task.get());
  m_wrongForm.reset();
  if (config) {
    m_link.open(form.port, *config);
  } else {
    m_wrongForm = config.error();
  }
  m_panel->setView(view());
}

void ArmControl::armNow() {
  // The lines may have changed since the button was drawn.
  if (!view().canArm) return;
  m_link.switchOn();
}

void ArmControl::showState(ArmState state) {
  if (m_link.torqueIsOn()) {
    if (state == ArmState::Armed) m_dock->raise();  // before other panels in the same place
    m_armedBefore = true;
  } else if (state == ArmState::Stopped || state == ArmState::Fault) {
    m_panel->clearChecklist();
  }
  keepInSight();
}

void ArmControl::keepInSight() {
  // What stops an arm that is on is not to be hidden.
  const bool on = m_link.torqueIsOn();
  m_dock->toggleViewAction()->setEnabled(!on);
  m_dock->setFeatures(on ? QDockWidget::DockWidgetMovable
                         : QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
  if (on && m_dock->isHidden()) m_dock->show();
}

void ArmControl::judgeTask() {
  const RunSession* run = m_window.shownRun();
  std::shared_ptr<const Task> task = run ? run->setup().task : nullptr;
  if (m_judged && task == m_task) return;
  m_judged = true;
  m_task = std::move(task);
  m_misfit.reset();
  if (!m_task || m_link.phase() == ArmLink::Phase::Closed) return;
  if (!m_task->scene) {
    m_misfit = Error{"The task has no scene.", "task", "Open a scene."};
  } else if (const Result<ArmJoints> match = matchArm(*m_task, m_link.config()); !match) {
    m_misfit = match.error();
    m_misfit->mend += " An arm that is connected anew takes the task's period and kind of action.";
  }
}

bool ArmControl::fits() const { return m_link.phase() == ArmLink::Phase::Open && m_task && !m_misfit; }

void ArmControl::chooseWhere(bool onArm) {
  // What is going on there goes on.
  if (!m_learning.busy()) m_learning.choose(onArm && fits() ? m_window.shownRun() : nullptr);
  m_learning.setFits(fits());  // now: it may be started before the next look
  m_panel->setView(view());
}

void ArmControl::jog() {
  if (m_learning.busy()) return;
  const auto [joint, direction] = m_panel->jogging();
  if (joint < 0) return;
  m_link.jog(joint, direction * kJogSpeed * m_panel->speed() / 100.0);
}

ArmView ArmControl::view() {
  judgeTask();
  ArmView view = viewOf(m_link);
  if (!view.opened && m_wrongForm) {
    view.lamp = Lamp::Bad;
    view.cause = QString::fromStdString(m_wrongForm->what);
    view.mend = QString::fromStdString(m_wrongForm->mend);
  }
  if (!view.opened && m_vainStop > 0 && view.stop == ArmView::Stop::None) view.stopWords = tr("No arm is connected, so there is nothing to stop");
  ArmCircumstances now;
  if (m_link.phase() == ArmLink::Phase::Open) now.config = &m_link.config();
  now.status = m_link.status();
  now.hasTask = m_task != nullptr;
  now.misfit = m_misfit;
  now.checklist = m_panel->checklist();
  now.speed = m_panel->speed();
  now.armedBefore = m_armedBefore;
  view.interlocks = interlocksOf(now);
  m_learning.show(view, m_window.shownRun(), fits());
  if (m_learning.busy()) view.canJog = false;
  view.canArm = now.config && now.status.state == ArmState::Connected && allMet(view.interlocks);
  return view;
}

void ArmControl::tick() {
  m_link.poll();
  if (m_vainStop > 0) --m_vainStop;
  judgeTask();
  m_learning.setFits(fits());
  jog();
  if (m_link.torqueIsOn()) keepInSight();
  if (!m_panel->isVisible()) return;
  if (++m_ticks % kTicksPerLook == 0 && m_link.phase() == ArmLink::Phase::Closed) m_link.look();
  m_panel->setView(view());
}

}  // namespace gps::ui
