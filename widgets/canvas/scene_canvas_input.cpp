// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, wheel, keys and tooltips of the canvas.
#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include "widgets/canvas/scene_canvas_impl.h"

namespace gps::ui {

namespace {

constexpr double kReach = 6.0;  // pixels around a path that count as the path

}  // namespace

bool SceneCanvas::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (m_impl->legendPlace.tests.contains(help->pos())) {
      QToolTip::showText(help->globalPos(),
                         QStringLiteral("Starts and goals that no run trains on. Click to show or hide them."), this);
      return true;
    }
    const int condition = conditionAt(m_impl->paths, m_impl->map, help->pos(), kReach);
    if (condition < 0) {
      QToolTip::hideText();
    } else {
      // Names come from files: shown as plain text, whatever they look like.
      const QString text = QStringLiteral("%1: %2").arg(condition + 1).arg(m_impl->conditionName(condition));
      QToolTip::showText(help->globalPos(), text.toHtmlEscaped(), this);
    }
    return true;
  }
  if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
    const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
    const bool window = reason == Qt::ActiveWindowFocusReason || reason == Qt::PopupFocusReason;
    m_impl->ring = event->type() == QEvent::FocusIn && !window && reason != Qt::MouseFocusReason;
    update();
  }
  return QWidget::event(event);
}

void SceneCanvas::wheelEvent(QWheelEvent* event) {
  const double notches = event->angleDelta().y() / 120.0;
  if (notches != 0) m_impl->zoomAt(event->position(), std::pow(1.2, notches));
  event->accept();
}

void SceneCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
    return QWidget::mousePressEvent(event);
  m_impl->pressed = m_impl->dragged = event->position();
  m_impl->dragging = false;
}

void SceneCanvas::mouseMoveEvent(QMouseEvent* event) {
  Impl& d = *m_impl;
  if (!(event->buttons() & (Qt::LeftButton | Qt::MiddleButton))) return QWidget::mouseMoveEvent(event);
  if (!d.dragging && (event->position() - d.pressed).manhattanLength() < QApplication::startDragDistance())
    return;
  if (!d.dragging) setCursor(Qt::ClosedHandCursor);
  d.dragging = true;
  const QPointF moved = event->position() - d.dragged;
  d.dragged = event->position();
  ViewMap next = d.map;
  next.centre += QPointF(-moved.x(), moved.y()) / d.map.pixelsPerUnit;
  d.moveByUser(next);
}

void SceneCanvas::mouseReleaseEvent(QMouseEvent* event) {
  Impl& d = *m_impl;
  unsetCursor();
  if (!d.dragging && event->button() == Qt::LeftButton) {
    if (d.legendPlace.tests.contains(event->position())) {
      Q_EMIT testsClicked();
      return;
    }
    const int clicked = conditionAt(d.paths, d.map, event->position(), kReach);
    if (clicked >= 0) Q_EMIT conditionClicked(clicked);
  }
  d.dragging = false;
}

void SceneCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  fit();
  Q_EMIT viewChanged();
}

void SceneCanvas::keyPressEvent(QKeyEvent* event) {
  Impl& d = *m_impl;
  const double pan = std::min(width(), height()) / 8.0 / d.map.pixelsPerUnit;
  const auto panBy = [&](double x, double y) {
    ViewMap next = d.map;
    next.centre += QPointF(x, y);
    d.moveByUser(next);
  };
  const auto walk = [&](int by) {
    const int n = d.conditionCount();
    if (n < 1) return;
    const int from = d.paths.condition < 0 ? (by > 0 ? -1 : n) : d.paths.condition;
    Q_EMIT conditionClicked((from + by + n) % n);
  };
  // Ctrl+0, Ctrl++ and their like belong to the window.
  if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
    return QWidget::keyPressEvent(event);
  }
  const QPointF middle(width() / 2.0, height() / 2.0);
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return d.zoomAt(middle, 1.25);
    case Qt::Key_Minus:
      return d.zoomAt(middle, 0.8);
    case Qt::Key_Left:
      return panBy(-pan, 0);
    case Qt::Key_Right:
      return panBy(pan, 0);
    case Qt::Key_Up:
      return panBy(0, pan);
    case Qt::Key_Down:
      return panBy(0, -pan);
    case Qt::Key_PageDown:
      return walk(1);
    case Qt::Key_PageUp:
      return walk(-1);
    case Qt::Key_F:
      fit();
      Q_EMIT viewChanged();
      return;
    case Qt::Key_0:
      d.aimAt(Impl::Aim::Camera);
      Q_EMIT viewChanged();
      return;
    case Qt::Key_Escape:
      if (d.paths.condition >= 0) {
        Q_EMIT conditionClicked(-1);
        return;
      }
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace gps::ui
