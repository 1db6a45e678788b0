// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/select_tool.h"

#include <QApplication>
#include <cmath>
#include <numbers>

#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

SceneSelection united(SceneSelection a, const SceneSelection& b) {
  const auto add = [](auto& to, const auto& from) {
    for (const auto& each : from) {
      if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
    }
  };
  add(a.bodies, b.bodies);
  add(a.joints, b.joints);
  add(a.starts, b.starts);
  add(a.terms, b.terms);
  a.target = a.target || b.target;
  return a;
}

/// The arrow that fits the direction in which a handle of a turned frame grows.
Qt::CursorShape growCursor(const Handle& handle, double angle) {
  const double direction = std::atan2(handle.y, handle.x) + angle;
  const int eighth = static_cast<int>(std::lround(direction / (std::numbers::pi / 4))) & 3;
  constexpr Qt::CursorShape kShapes[] = {Qt::SizeHorCursor, Qt::SizeBDiagCursor, Qt::SizeVerCursor,
                                         Qt::SizeFDiagCursor};
  return kShapes[eighth];
}

}  // namespace

void SelectTool::press(const ToolEvent& event) {
  m_pressed = m_now = event;
  m_typed = false;
  m_handle = handleAt(m_canvas, event.pixel);
  if (m_handle) return;
  m_part = m_canvas.partAt(event.pixel);
  m_wasSelected = m_part && isSelected(m_canvas.selection(), m_part);
  if (!m_part) return;
  const bool adds =
      event.modifiers.testFlag(Qt::ShiftModifier) || event.modifiers.testFlag(Qt::ControlModifier);
  if (adds && !m_wasSelected)
    m_canvas.setSelection(toggled(m_canvas.selection(), m_part));
  else if (!m_wasSelected)
    m_canvas.setSelection(onlyPart(m_part));
}

void SelectTool::move(const ToolEvent& event) {
  m_now = event;
  if (!m_pressed) return;
  const QPointF apart = event.pixel - m_pressed->pixel;
  const bool far = std::hypot(apart.x(), apart.y()) >= 3.0;
  if (!m_drag && !m_band) {
    if (!far) return;
    if (!m_handle && !m_part) {
      m_band = QRectF();
    } else if (m_canvas.readOnly()) {
      return;
    } else {
      m_drag =
          m_handle ? dragHandle(m_canvas, *m_handle, *m_pressed) : dragPart(m_canvas, m_part, *m_pressed);
      if (!m_drag) {
        m_pressed.reset();
        return;
      }
      m_canvas.beginGesture(m_drag->title());
    }
  }
  if (m_band) {
    m_band = QRectF(m_pressed->pixel, event.pixel).normalized();
  } else if (!m_typed) {
    m_drag->to(event);
    report();
  }
  m_canvas.toolNews();
}

void SelectTool::report() {
  if (const std::optional<SceneEdit> edit = m_drag->edit()) m_canvas.edit(*edit);
}

void SelectTool::type(const std::vector<double>& values) {
  if (!m_drag) return;
  m_typed = !values.empty() && m_drag->type(values);
  if (!m_typed) m_drag->to(m_now);
  report();
  m_canvas.toolNews();
}

void SelectTool::finish() {
  m_drag.reset();
  m_band.reset();
  m_pressed.reset();
  m_handle.reset();
  m_part = {};
  m_canvas.showGuide(std::nullopt);
  m_canvas.toolNews();
}

void SelectTool::release(const ToolEvent& event) {
  if (!m_pressed) return;
  const bool adds =
      event.modifiers.testFlag(Qt::ShiftModifier) || event.modifiers.testFlag(Qt::ControlModifier);
  if (m_drag) {
    m_canvas.endGesture();
  } else if (m_band) {
    const SceneSelection caught = m_canvas.partsIn(*m_band);
    m_canvas.setSelection(adds ? united(m_canvas.selection(), caught) : caught);
  } else if (!m_handle && !m_part) {
    if (!adds) m_canvas.setSelection({});
  } else if (m_part && m_wasSelected) {
    const SceneSelection only = onlyPart(m_part);
    if (adds)
      m_canvas.setSelection(toggled(m_canvas.selection(), m_part));
    else if (m_canvas.selection() != only)
      m_canvas.setSelection(only);
    else if (m_part.kind == PickedPart::Kind::Body)
      m_canvas.setEditsCorners(!m_canvas.editsCorners());
  }
  finish();
}

void SelectTool::doubleClick(const ToolEvent& event) {
  const PickedPart part = m_canvas.partAt(event.pixel);
  if (part.kind != PickedPart::Kind::Body) return;
  m_canvas.setEditsCorners(false);
  const std::vector<std::string> assembly = assemblyOf(m_canvas.sceneValue(), part.id);
  SceneSelection selection;
  selection.bodies = assembly;
  m_canvas.setSelection(selection);
}

void SelectTool::sceneChanged() {
  // What was pressed on may be gone before the hand moves.
  if (!m_pressed || m_drag || m_band) return;
  const Scene& scene = m_canvas.sceneValue();
  const bool partGone = m_part && existing(scene, onlyPart(m_part)).empty();
  if (partGone || m_handle) finish();
}

bool SelectTool::confirm() {
  if (!m_drag) return false;
  m_canvas.endGesture();
  finish();
  return true;
}

bool SelectTool::cancel() {
  const bool any = m_drag || m_band;
  if (m_drag) m_canvas.cancelGesture();
  finish();
  return any;
}

void SelectTool::paint(QPainter& painter) const {
  if (!m_band) return;
  const Theme& theme = m_canvas.lens().theme;
  QColor tint = theme.focus;
  tint.setAlphaF(0.10f);
  painter.setPen(penOf(theme.focus, 1.0));
  painter.setBrush(tint);
  painter.drawRect(*m_band);
}

QString SelectTool::readout() const {
  return m_drag ? m_drag->readout() : QString();
}

QString SelectTool::hint() const {
  if (m_drag) return QStringLiteral("Type a number for an exact value; Alt: no snapping; Esc: as it was");
  const SceneSelection& selection = m_canvas.selection();
  if (selection.empty() && m_canvas.sceneValue().bodies.empty() && !m_canvas.readOnly())
    return QStringLiteral("Choose a tool above, or Add on the left; N places a robot");
  if (selection.empty()) return QStringLiteral("Click or drag around what to change; Tab goes to the next");
  if (m_canvas.editsCorners() && selection.bodies.size() == 1)
    return QStringLiteral("Drag corners, + is a new one; by keys: Tab, arrows, Insert, Delete");
  if (selection.bodies.size() == 1)
    return QStringLiteral("Drag to move; click again for corners; arrow keys nudge; [ and ] turn");
  return QStringLiteral("Drag to move; arrow keys nudge, with Shift ten steps");
}

Qt::CursorShape SelectTool::cursor(const ToolEvent& event) const {
  if (m_band) return Qt::CrossCursor;
  const std::optional<Handle> handle = m_drag ? m_handle : handleAt(m_canvas, event.pixel);
  if (handle && handle->kind == Handle::Kind::Grow) {
    const std::optional<Frame> frame = frameOf(m_canvas.sceneValue(), m_canvas.selection().bodies);
    return growCursor(*handle, frame ? frame->angle : 0.0);
  }
  if (handle) return handle->kind == Handle::Kind::Turn ? Qt::PointingHandCursor : Qt::CrossCursor;
  if (m_drag) return Qt::SizeAllCursor;
  return m_canvas.partAt(event.pixel) && !m_canvas.readOnly() ? Qt::SizeAllCursor : Qt::ArrowCursor;
}

}  // namespace gps::ui
