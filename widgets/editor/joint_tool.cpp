// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/joint_tool.h"

#include <cmath>

#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

QString jointName(Joint::Type type) {
  switch (type) {
    case Joint::Type::Revolute:
      return QStringLiteral("hinge");
    case Joint::Type::Prismatic:
      return QStringLiteral("slider");
    case Joint::Type::Weld:
      return QStringLiteral("weld");
    case Joint::Type::Distance:
      break;
  }
  return QStringLiteral("rod");
}

}  // namespace

bool JointTool::movable(const std::string& id) const {
  const Body* body = m_canvas.sceneValue().body(id);
  return body && body->dynamic;
}

std::vector<std::string> JointTool::bodiesAtAnchor() const {
  if (!m_anchor) return {};
  const PickedPart upper = m_canvas.bodyAt(m_canvas.pixelOf(*m_anchor));
  const PickedPart lower = upper ? m_canvas.bodyAt(m_canvas.pixelOf(*m_anchor), upper.id) : PickedPart{};
  if (!lower) return {};
  return {lower.id, upper.id};
}

void JointTool::press(const ToolEvent& event) {
  m_refusal.clear();
  if (m_anchor) {
    pick(event);
    return;
  }
  m_anchor = m_to = m_canvas.snapped(event);
  m_axis = {1, 0};
  m_aiming = m_type == Joint::Type::Prismatic;
  if (m_type == Joint::Type::Distance) {
    const PickedPart body = m_canvas.bodyAt(event.pixel);
    if (body)
      m_bodyA = body.id;
    else
      m_refusal = QStringLiteral("Click on a body: a rod ties two of them");
    if (!body) m_anchor.reset();
  }
  m_canvas.toolNews();
}

void JointTool::move(const ToolEvent& event) {
  m_to = m_anchor && !m_aiming && m_type != Joint::Type::Distance ? event.world : m_canvas.snapped(event);
  m_under = m_canvas.bodyAt(event.pixel);
  if (m_aiming && m_anchor) {
    const Eigen::Vector2d along = event.world - *m_anchor;
    if (along.norm() * m_canvas.map().pixelsPerUnit > 8) {
      double angle = std::atan2(along.y(), along.x());
      if (m_canvas.snaps(event.modifiers)) angle = std::round(angle / kSnapTurn) * kSnapTurn;
      m_axis = {std::cos(angle), std::sin(angle)};
    }
  }
  m_canvas.toolNews();
}

void JointTool::release(const ToolEvent&) {
  m_aiming = false;
  m_canvas.toolNews();
}

void JointTool::pick(const ToolEvent& event) {
  const PickedPart body = m_canvas.bodyAt(event.pixel);
  if (!body) {
    m_refusal = QStringLiteral("There is no body: click on one, or Esc");
  } else if (m_bodyA.empty()) {
    m_bodyA = body.id;
  } else if (m_bodyA == body.id) {
    m_refusal = QStringLiteral("A joint needs two different bodies");
  } else if (!movable(m_bodyA) && !movable(body.id)) {
    m_refusal = QStringLiteral("Neither body can move: click a dynamic one");
  } else {
    finish(body.id, m_type == Joint::Type::Distance ? m_canvas.snapped(event) : *m_anchor);
    return;
  }
  m_canvas.toolNews();
}

bool JointTool::confirm() {
  if (!m_anchor || !m_bodyA.empty()) return false;
  const std::vector<std::string> bodies = bodiesAtAnchor();
  if (bodies.size() != 2 || (!movable(bodies[0]) && !movable(bodies[1]))) return false;
  m_bodyA = bodies[0];
  finish(bodies[1], *m_anchor);
  return true;
}

void JointTool::finish(const std::string& bodyB, const Eigen::Vector2d& anchorB) {
  const JointDrawn joint{m_type, m_bodyA, bodyB, *m_anchor, anchorB, m_axis};
  cancel();
  m_canvas.editOnce(QStringLiteral("Add ") + jointName(m_type), joint);
  m_canvas.setTool(EditorTool::Select);
}

bool JointTool::cancel() {
  const bool any = m_anchor.has_value();
  m_anchor.reset();
  m_bodyA.clear();
  m_refusal.clear();
  m_aiming = false;
  m_canvas.showGuide(std::nullopt);
  m_canvas.toolNews();
  return any;
}

void JointTool::sceneChanged() {
  if (!m_bodyA.empty() && !m_canvas.sceneValue().body(m_bodyA)) cancel();
}

void JointTool::paint(QPainter& painter) const {
  const Theme& theme = m_canvas.lens().theme;
  QColor tint = theme.focus;
  tint.setAlphaF(0.18f);
  painter.setPen(penOf(theme.focus, 1.5));
  painter.setBrush(tint);
  for (const std::string& id : {m_bodyA, m_anchor && m_under ? m_under.id : std::string()}) {
    if (const Body* body = m_canvas.sceneValue().body(id))
      painter.drawPath(bodyPath(*body, poseOf(*body), m_canvas.map(), 4.0));
  }
  if (!m_anchor) return;
  const QPointF at = m_canvas.pixelOf(*m_anchor);
  painter.setBrush(Qt::NoBrush);
  if (m_type == Joint::Type::Prismatic) {
    const QPointF along(60 * m_axis.x(), -60 * m_axis.y());
    painter.drawLine(at - along, at + along);
  }
  if (!m_aiming) {
    painter.setPen(penOf(theme.focus, 1.0, true));
    painter.drawLine(at, m_canvas.pixelOf(m_to));
  }
  painter.setPen(penOf(theme.focus, 1.5));
  painter.setBrush(theme.panel);
  painter.drawEllipse(at, 5, 5);
}

QString JointTool::readout() const {
  if (!m_anchor) return {};
  if (m_aiming) return QStringLiteral("axis ") + degreesText(std::atan2(m_axis.y(), m_axis.x()));
  if (m_type == Joint::Type::Distance)
    return QStringLiteral("length %1 m").arg(numberText((m_to - *m_anchor).norm()));
  return m_under ? QString::fromStdString(m_under.id) : QString();
}

QString JointTool::hint() const {
  if (!m_refusal.isEmpty()) return m_refusal;
  if (!m_anchor) {
    if (m_type == Joint::Type::Distance)
      return QStringLiteral("Click where the rod begins, on the first body");
    if (m_type == Joint::Type::Prismatic)
      return QStringLiteral("Click the anchor of the slider; drag from it along the axis");
    return QStringLiteral("Click the anchor of the %1").arg(jointName(m_type));
  }
  if (m_type == Joint::Type::Distance) return QStringLiteral("Click where the rod ends, on the second body");
  if (!m_bodyA.empty())
    return QStringLiteral("From %1: click the second body, which it moves")
        .arg(QString::fromStdString(m_bodyA));
  const std::vector<std::string> bodies = bodiesAtAnchor();
  if (bodies.size() != 2) return QStringLiteral("Click the first body, which holds it");
  return QStringLiteral("Click the first body, which holds it; Enter takes %1 and %2")
      .arg(QString::fromStdString(bodies[0]), QString::fromStdString(bodies[1]));
}

}  // namespace gps::ui
