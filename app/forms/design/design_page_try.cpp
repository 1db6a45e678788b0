// SPDX-License-Identifier: GPL-3.0-or-later
// The sandbox of the design view: the task as it is drawn, moving, and nothing of it changed.
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>

#include "app/forms/design/design_page.h"
#include "app/forms/design/inspector.h"
#include "app/forms/design/try_panel.h"
#include "app/forms/design/try_session.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/editor/try_canvas.h"

namespace gps::ui {

QString DesignPage::whyNotTried() const {
  if (!m_document || !m_document->scene()) return tr("There is no task.");
  if (!m_document->readable()) {
    const std::vector<Problem>& problems = m_document->problems();
    const QString first = problems.empty() ? QString() : QString::fromStdString(problems.front().what);
    return tr("The task has an error, so it cannot move: %1").arg(first);
  }
  if (m_document->scene()->bodies.empty()) return tr("The task has no body, so nothing can move. Draw one first.");
  return {};
}

void DesignPage::setTrying(bool on) {
  if (on == trying()) return;
  if (on) {
    settle();
    if (const QString why = whyNotTried(); !why.isEmpty()) {
      const QSignalBlocker blocker(m_tryButton);
      m_tryButton->setChecked(false);
      Q_EMIT refused({why.toStdString(), "", "Mend what the list of problems names, then try again."});
      return;
    }
    startTrying();
  } else {
    m_tryPanel->setSession(nullptr);
    m_session.reset();
    showPages();
    m_left->setEnabled(true);
    m_view->setFocus(Qt::OtherFocusReason);
  }
  const QSignalBlocker blocker(m_tryButton);
  m_tryButton->setChecked(on);
  Q_EMIT tryingChanged(on);
}

void DesignPage::startTrying() {
  const std::shared_ptr<const Scene> scene = m_document->scene();
  const int condition = shownCondition();
  Condition start;
  start.id = "start";
  if (condition >= 0) start = scene->conditions[static_cast<std::size_t>(condition)];
  m_session = std::make_unique<TrySession>(scene, start);
  m_tryTitle->setText(tr("Trying: nothing here changes the task  (start: %1)")
                          .arg(condition < 0 ? tr("as drawn") : QString::fromStdString(start.id)));
  m_tryCanvas->begin(scene, m_session->poses());
  m_tryPanel->setSession(m_session.get());
  TrySession* session = m_session.get();
  connect(session, &TrySession::moved, m_tryCanvas, [this, session] { m_tryCanvas->setPoses(session->poses()); });
  connect(session, &TrySession::failed, this, [this] {
    Q_EMIT refused({"The world came apart: a position was no number any more.", "Try it",
                    "It stands at its start again. Smaller time steps, or lighter joints, may hold."});
  });
  m_left->setEnabled(false);
  showPages();
  m_tryCanvas->setFocus(Qt::OtherFocusReason);
  session->run();
}

void DesignPage::connectTry() {
  connect(m_tryButton, &QToolButton::clicked, this, &DesignPage::setTrying);
  connect(m_tryPanel, &TryPanel::leaveAsked, this, [this] { setTrying(false); }, Qt::QueuedConnection);
  connect(m_tryCanvas, &TryCanvas::leaveAsked, this, [this] { setTrying(false); });
  const auto startOver = [this] {
    if (!m_session) return;
    m_session->startOver();
    m_session->run();
  };
  connect(m_tryPanel, &TryPanel::startOverAsked, this, startOver);
  connect(m_tryCanvas, &TryCanvas::startOverAsked, this, startOver);
  connect(m_tryCanvas, &TryCanvas::grabbed, this,
          [this](int body, const Eigen::Vector2d& local, const Eigen::Vector2d& at) {
            if (m_session) m_session->hold(body, local, at);
          });
  connect(m_tryCanvas, &TryCanvas::dragged, this, [this](const Eigen::Vector2d& to) {
    if (m_session) m_session->pull(to);
  });
  connect(m_tryCanvas, &TryCanvas::released, this, [this] {
    if (m_session) m_session->release();
  });
  connect(m_tryCanvas, &TryCanvas::keyChanged, this, [this](int key, bool down) {
    if (m_session) m_session->key(key, down);
  });
}

void DesignPage::hideEvent(QHideEvent* event) {
  setTrying(false);
  QWidget::hideEvent(event);
}

}  // namespace gps::ui
