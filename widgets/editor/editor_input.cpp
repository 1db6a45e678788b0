// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFocusEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>

#include "widgets/editor/drags.h"
#include "widgets/editor/draw_tools.h"
#include "widgets/editor/editor_canvas.h"
#include "widgets/editor/editor_overlay.h"

namespace gps::ui {

namespace {

bool isArrow(int key) {
  return key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
}

bool commandHeld(const QKeyEvent& event) {
  return event.modifiers() & (Qt::ControlModifier | Qt::MetaModifier);
}

}  // namespace

ToolEvent EditorCanvas::eventAt(const QPointF& pixel, Qt::KeyboardModifiers modifiers) const {
  const QPointF world = map().toWorld(pixel);
  return {pixel, {world.x(), world.y()}, modifiers};
}

void EditorCanvas::updateCursor() {
  if (m_panning)
    viewport()->setCursor(Qt::ClosedHandCursor);
  else if (m_spaceHeld)
    viewport()->setCursor(Qt::OpenHandCursor);
  else
    viewport()->setCursor(m_hand->cursor(eventAt(m_mouse, {})));
}

bool EditorCanvas::event(QEvent* event) {
  switch (event->type()) {
    case QEvent::ShortcutOverride: {
      // Single keys belong to the drawing while it has the focus, also where the window has a use for them.
      auto* key = static_cast<QKeyEvent*>(event);
      const bool plain = !commandHeld(*key) && !key->modifiers().testFlag(Qt::AltModifier);
      if (plain && (!key->text().isEmpty() || isArrow(key->key()))) {
        event->accept();
        return true;
      }
      break;
    }
    case QEvent::KeyPress: {
      auto* key = static_cast<QKeyEvent*>(event);
      const bool back = key->key() == Qt::Key_Backtab;
      if ((key->key() == Qt::Key_Tab || back) && !commandHeld(*key) && stepSelection(!back)) return true;
      break;
    }
    case QEvent::FocusIn: {
      const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
      m_ring = reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ||
               reason == Qt::ShortcutFocusReason;
      break;
    }
    case QEvent::FocusOut:
      m_spaceHeld = false;
      if (m_nudge != 0) endGesture();
      break;
    default:
      break;
  }
  return QGraphicsView::event(event);
}

bool EditorCanvas::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Leave) {
    m_over = false;
    viewport()->update();
  }
  if (event->type() == QEvent::ToolTip) {
    auto* help = static_cast<QHelpEvent*>(event);
    const QString text = m_hand->busy() ? QString() : described(sceneValue(), partAt(help->pos()));
    if (text.isEmpty())
      QToolTip::hideText();
    else
      QToolTip::showText(help->globalPos(), text, viewport());
    return true;
  }
  return QGraphicsView::viewportEvent(event);
}

void EditorCanvas::resizeEvent(QResizeEvent* event) {
  QGraphicsView::resizeEvent(event);
  const bool first = map().size.width() < 50 || !m_seen;
  setSceneRect(QRectF(QPointF(0, 0), viewport()->size()));
  m_seen = m_seen || isVisible();
  if (first && m_value)
    fit();
  else
    setMap(map());
}

void EditorCanvas::mousePressEvent(QMouseEvent* event) {
  m_ring = false;
  m_mouse = event->position();
  m_over = true;
  m_crosshair.reset();
  if (m_nudge != 0) endGesture();
  const bool left = event->button() == Qt::LeftButton;
  if (event->button() == Qt::MiddleButton || (left && (m_spaceHeld || m_tool == EditorTool::Pan))) {
    m_panning = true;
    m_panFrom = m_mouse;
    updateCursor();
  } else if (left && m_value) {
    m_hand->press(eventAt(m_mouse, event->modifiers()));
    updateCursor();
  } else {
    event->ignore();
  }
}

void EditorCanvas::mouseMoveEvent(QMouseEvent* event) {
  m_mouse = event->position();
  m_over = true;
  if (m_panning) {
    ViewMap next = map();
    next.centre += map().toWorld(m_panFrom) - map().toWorld(m_mouse);
    m_panFrom = m_mouse;
    setMap(next);
  } else {
    m_crosshair.reset();
    const ToolEvent now = eventAt(m_mouse, event->modifiers());
    if (m_value) m_hand->move(now);
    Q_EMIT cursorMoved(now.world);
  }
  updateCursor();
  viewport()->update();
}

void EditorCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (m_panning && (event->button() == Qt::MiddleButton || event->button() == Qt::LeftButton)) {
    m_panning = false;
  } else if (event->button() == Qt::LeftButton && m_value) {
    m_mouse = event->position();
    m_hand->release(eventAt(m_mouse, event->modifiers()));
    m_typed.clear();
  }
  updateCursor();
}

void EditorCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && m_value && m_tool != EditorTool::Pan && !m_spaceHeld)
    m_hand->doubleClick(eventAt(event->position(), event->modifiers()));
}

void EditorCanvas::wheelEvent(QWheelEvent* event) {
  zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
  if (m_over && m_value && m_hand->busy()) m_hand->move(eventAt(m_mouse, event->modifiers()));
  event->accept();
}

}  // namespace gps::ui
