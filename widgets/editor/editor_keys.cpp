// SPDX-License-Identifier: GPL-3.0-or-later
// What the keys do in the canvas.
#include <QKeyEvent>
#include <QLocale>
#include <cmath>

#include "widgets/editor/cost_targets.h"
#include "widgets/editor/drags.h"
#include "widgets/editor/draw_tools.h"
#include "widgets/editor/editor_canvas.h"
#include "widgets/editor/editor_overlay.h"

namespace gps::ui {

namespace {

constexpr double kPanStep = 60.0;  // pixels

struct ToolKey {
  int key;
  EditorTool tool;
};
constexpr ToolKey kToolKeys[] = {{Qt::Key_S, EditorTool::Select},   {Qt::Key_H, EditorTool::Pan},
                                 {Qt::Key_B, EditorTool::Box},      {Qt::Key_C, EditorTool::Circle},
                                 {Qt::Key_P, EditorTool::Polygon},  {Qt::Key_L, EditorTool::Chain},
                                 {Qt::Key_R, EditorTool::Revolute}, {Qt::Key_T, EditorTool::Prismatic},
                                 {Qt::Key_W, EditorTool::Weld},     {Qt::Key_D, EditorTool::Distance}};

Eigen::Vector2d arrowOf(int key) {
  switch (key) {
    case Qt::Key_Left:
      return {-1, 0};
    case Qt::Key_Right:
      return {1, 0};
    case Qt::Key_Up:
      return {0, 1};
    case Qt::Key_Down:
      return {0, -1};
    default:
      return {0, 0};
  }
}

bool commandHeld(const QKeyEvent& event) {
  return event.modifiers() & (Qt::ControlModifier | Qt::MetaModifier);
}

}  // namespace

bool EditorCanvas::stepSelection(bool forward) {
  // Past the last part the focus goes on to the next widget, so nobody is locked in.
  if (!m_value || m_hand->busy() || m_tool != EditorTool::Select) return false;
  if (const Body* body = corneredBody()) {
    // Escape leads out of the corners.
    const int corners = static_cast<int>(cornersOf(*body).size());
    if (corners == 0) return false;
    m_cornerAt =
        m_cornerAt < 0 ? (forward ? 0 : corners - 1) : (m_cornerAt + (forward ? 1 : corners - 1)) % corners;
    viewport()->update();
    return true;
  }
  const std::vector<PickedPart> parts = allParts(*m_value, m_ghosts);
  if (parts.empty()) return false;
  int at = forward ? -1 : static_cast<int>(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (isSelected(m_selection, parts[i])) at = static_cast<int>(i);
  }
  const int next = at + (forward ? 1 : -1);
  if (next < 0 || next >= static_cast<int>(parts.size())) return false;
  setSelection(onlyPart(parts[static_cast<std::size_t>(next)]));
  return true;
}

void EditorCanvas::nudge(const Eigen::Vector2d& delta) {
  if (m_readOnly || (m_gesture != 0 && m_nudge == 0)) return;
  if (m_nudge == 0) {
    m_base = m_value;
    m_nudged = {0, 0};
    m_nudge = beginGesture(tr("Nudge"));
  }
  m_nudged += delta;
  const Scene& base = *m_base;
  const bool inHand = m_corners && m_cornerAt >= 0 && m_selection.bodies.size() == 1;
  const Body* cornered = inHand ? base.body(m_selection.bodies.front()) : nullptr;
  const std::vector<Corner> corners = cornered ? cornersOf(*cornered) : std::vector<Corner>{};
  if (m_cornerAt < static_cast<int>(corners.size()) && cornered) {
    const Corner& corner = corners[static_cast<std::size_t>(m_cornerAt)];
    edit(VertexMoved{cornered->id, corner.shape, corner.vertex, corner.at + m_nudged});
  } else if (!m_selection.bodies.empty()) {
    edit(BodiesMoved{m_selection.bodies, m_nudged});
  } else if (!m_selection.joints.empty()) {
    const Joint* joint = base.joint(m_selection.joints.front());
    const std::optional<JointPlace> place = joint ? placeOf(base, *joint) : std::nullopt;
    if (place)
      edit(JointAnchorMoved{
          joint->id, place->b + m_nudged,
          joint->type == Joint::Type::Distance ? JointAnchorMoved::End::B : JointAnchorMoved::End::Both});
  } else if (!m_selection.starts.empty()) {
    for (const Start& start : startsOf(base)) {
      if (start.ref != m_selection.starts.front()) continue;
      const Eigen::Vector2d from(start.pose.x, start.pose.y);
      edit(startDragged(base, start.ref, from, from + m_nudged));
      break;
    }
  } else if (m_selection.target) {
    if (const std::optional<TargetMoved> moved = targetDragged(base, m_nudged)) edit(*moved);
  } else if (!m_selection.terms.empty()) {
    if (const auto moved = costTargetDragged(base, m_selection.terms.front(), 0, m_nudged)) edit(*moved);
  }
}

bool EditorCanvas::arrow(QKeyEvent* event) {
  const Eigen::Vector2d way = arrowOf(event->key());
  if (way.norm() == 0) return false;
  const double step = gridStep(map()) * (event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1);
  if (m_hand->placesPoints()) {
    if (!m_crosshair) {
      // The middle of what the rulers leave: of a new task, its origin.
      const QPointF middle = QRectF(viewport()->rect()).adjusted(kRuler, kRuler, 0, 0).center();
      const QPointF at = map().toWorld(m_over ? m_mouse : middle);
      m_crosshair = onGrid({at.x(), at.y()}, gridStep(map()));
    } else {
      *m_crosshair += step * way;
    }
    m_crosshairMoved = true;
    const QRectF inside = QRectF(viewport()->rect()).adjusted(kRuler + 8, kRuler + 8, -8, -8);
    const QPointF pixel = pixelOf(*m_crosshair);
    if (!inside.contains(pixel)) {
      ViewMap next = map();
      next.centre = QPointF(m_crosshair->x(), m_crosshair->y());
      setMap(next);
    }
    m_hand->move(eventAt(pixelOf(*m_crosshair), {}));
    viewport()->update();
  } else if (m_hand->busy()) {
    return true;
  } else if (m_tool == EditorTool::Select && !m_selection.empty()) {
    nudge(step * way);
  } else {
    ViewMap next = map();
    next.centre += QPointF(way.x(), way.y()) * kPanStep / map().pixelsPerUnit;
    setMap(next);
  }
  return true;
}

void EditorCanvas::turnSelected(double angle) {
  if (m_selection.bodies.empty() && m_selection.starts.size() == 1) {
    const StartRef start = m_selection.starts.front();
    if (const std::optional<double> now = startAngle(sceneValue(), start))
      editOnce(tr("Turn start of %1").arg(QString::fromStdString(start.body)),
               startTurned(start, *now + angle));
    return;
  }
  const std::optional<Frame> frame = frameOf(sceneValue(), m_selection.bodies);
  if (m_readOnly || !frame) return;
  Eigen::Vector2d centre = frame->centre;
  if (m_selection.bodies.size() == 1) {
    const Body& body = *sceneValue().body(m_selection.bodies.front());
    const Joint* hinge = hingeOf(sceneValue(), body.id);
    centre = hinge ? worldPoint(body, hinge->anchorB) : body.position;
  }
  editOnce(tr("Turn"), BodiesRotated{m_selection.bodies, angle, centre});
}

bool EditorCanvas::typed(QKeyEvent* event) {
  if (!m_hand->busy() || commandHeld(*event)) return false;
  const QString text = event->text();
  if (event->key() == Qt::Key_Backspace && !m_typed.isEmpty()) {
    m_typed.chop(1);
  } else if (text.size() == 1 && QStringLiteral("0123456789.,-").contains(text)) {
    m_typed += text;
  } else {
    return false;
  }
  std::vector<double> values;
  bool whole = true;
  for (const QString& part : m_typed.split(u',', Qt::SkipEmptyParts)) {
    bool ok = false;
    const double value = QLocale::c().toDouble(part, &ok);
    whole = whole && ok && std::isfinite(value);
    values.push_back(value);
  }
  m_hand->type(whole ? values : std::vector<double>{});
  viewport()->update();
  return true;
}

void EditorCanvas::placeAtCrosshair() {
  const ToolEvent at = eventAt(pixelOf(*m_crosshair), {});
  m_crosshairMoved = false;
  m_hand->press(at);
  m_hand->release(at);
}

bool EditorCanvas::enter() {
  if (m_hand->placesPoints() && m_crosshair && m_crosshairMoved && m_typed.isEmpty()) {
    placeAtCrosshair();
    return true;
  }
  const bool meant = m_hand->confirm();
  m_typed.clear();
  if (meant) return true;
  if (m_tool != EditorTool::Select || m_selection.bodies.size() != 1) return false;
  setEditsCorners(!m_corners);
  return true;
}

bool EditorCanvas::erase(bool backspace) {
  if (auto* corners = dynamic_cast<CornersTool*>(m_hand.get()); corners && corners->busy())
    return backspace && corners->stepBack();
  if (m_hand->busy() || m_readOnly) return false;
  if (m_corners && m_over) {
    const std::optional<Handle> handle = handleAt(*this, m_mouse);
    if (handle && handle->kind == Handle::Kind::Corner) {
      editOnce(tr("Remove corner"),
               VertexRemoved{handle->owner, handle->corner.shape, handle->corner.vertex});
      return true;
    }
  }
  const Body* body = corneredBody();
  const std::vector<Corner> corners = body ? cornersOf(*body) : std::vector<Corner>{};
  if (m_cornerAt >= 0 && m_cornerAt < static_cast<int>(corners.size())) {
    const Corner corner = corners[static_cast<std::size_t>(m_cornerAt)];
    editOnce(tr("Remove corner"), VertexRemoved{body->id, corner.shape, corner.vertex});
    m_cornerAt = -1;
    return true;
  }
  removeSelected();
  return true;
}

bool EditorCanvas::insertCorner() {
  const Body* body = corneredBody();
  const std::vector<Corner> corners = body ? cornersOf(*body) : std::vector<Corner>{};
  if (m_cornerAt < 0 || m_cornerAt >= static_cast<int>(corners.size())) return false;
  const Corner& before = corners[static_cast<std::size_t>(m_cornerAt)];
  for (const Corner& middle : edgeMiddlesOf(*body)) {
    if (middle.shape != before.shape || middle.vertex != before.vertex + 1) continue;
    // A little outwards: on the edge itself it would be no corner.
    const Eigen::Vector2d out = middle.at - frameOf(sceneValue(), {body->id})->centre;
    const double step = out.norm() > 0 ? gridStep(map()) / out.norm() : 0.0;
    editOnce(tr("Add corner"), VertexInserted{body->id, middle.shape, middle.vertex, middle.at + step * out});
    ++m_cornerAt;
    return true;
  }
  return false;
}

bool EditorCanvas::escape() {
  m_typed.clear();
  if (m_nudge != 0) {
    cancelGesture();
  } else if (m_hand->cancel()) {
    return true;
  } else if (m_tool != EditorTool::Select) {
    setTool(EditorTool::Select);
  } else if (m_corners) {
    setEditsCorners(false);
  } else if (!m_selection.empty()) {
    setSelection({});
  } else {
    return false;
  }
  return true;
}

bool EditorCanvas::letter(QKeyEvent* event) {
  if (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
  switch (event->key()) {
    case Qt::Key_F:
      fit();
      return true;
    case Qt::Key_G:
      setSnapping(!m_snapping);
      return true;
    case Qt::Key_M:
      setDrawsDynamic(!m_drawsDynamic);
      return true;
    case Qt::Key_N:
      if (!m_readOnly && m_value) Q_EMIT robotsAsked();
      return true;
    case Qt::Key_E:
      setEditsCorners(!m_corners);
      return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      zoomAt(QRectF(viewport()->rect()).center(), 1.25);
      return true;
    case Qt::Key_Minus:
      zoomAt(QRectF(viewport()->rect()).center(), 0.8);
      return true;
    case Qt::Key_BracketLeft:
      turnSelected(kSnapTurn);
      return true;
    case Qt::Key_BracketRight:
      turnSelected(-kSnapTurn);
      return true;
    default:
      break;
  }
  for (const ToolKey& each : kToolKeys) {
    if (each.key != event->key()) continue;
    if (!m_readOnly || each.tool == EditorTool::Select || each.tool == EditorTool::Pan) setTool(each.tool);
    return true;
  }
  return false;
}

void EditorCanvas::keyPressEvent(QKeyEvent* event) {
  const bool used = [&] {
    switch (event->key()) {
      case Qt::Key_Escape:
        return escape();
      case Qt::Key_Return:
      case Qt::Key_Enter:
        return enter();
      case Qt::Key_Space:
        if (!event->isAutoRepeat()) m_spaceHeld = true;
        updateCursor();
        return true;
      default:
        break;
    }
    if (arrow(event) || typed(event)) return true;
    if (event->key() == Qt::Key_Insert) return insertCorner();
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
      return erase(event->key() == Qt::Key_Backspace);
    if (event->matches(QKeySequence::SelectAll)) {
      selectAll();
      return true;
    }
    if (event->key() == Qt::Key_D && commandHeld(*event)) {
      duplicateSelected();
      return true;
    }
    return letter(event);
  }();
  if (used)
    event->accept();
  else
    event->ignore();
}

void EditorCanvas::keyReleaseEvent(QKeyEvent* event) {
  if (event->isAutoRepeat()) return;
  if (event->key() == Qt::Key_Space) {
    m_spaceHeld = false;
    updateCursor();
  }
  if (m_nudge != 0 && arrowOf(event->key()).norm() > 0) endGesture();
}

}  // namespace gps::ui
