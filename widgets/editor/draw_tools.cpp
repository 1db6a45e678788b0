// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/draw_tools.h"

#include <algorithm>
#include <cmath>

#include "core/scene/polygon.h"
#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

constexpr double kLeastDrag = 3.0;  // pixels; less is a click

/// The look of what is not in the scene yet.
void usePreview(QPainter& painter, const Theme& theme, bool good) {
  const QColor colour = good ? theme.focus : theme.danger;
  QColor tint = colour;
  tint.setAlphaF(0.12f);
  painter.setPen(penOf(colour, 1.5));
  painter.setBrush(tint);
}

}  // namespace

// Box and circle

void SpanTool::press(const ToolEvent& event) {
  const Eigen::Vector2d point = m_canvas.snapped(event);
  m_pressedAt = event.pixel;
  if (m_from) {
    move(event);
    return;
  }
  m_from = m_to = point;
  m_typed.clear();
  m_canvas.toolNews();
}

void SpanTool::move(const ToolEvent& event) {
  m_to = m_canvas.snapped(event);
  m_square = event.modifiers.testFlag(Qt::ShiftModifier);
  m_canvas.toolNews();
}

void SpanTool::release(const ToolEvent& event) {
  if (!m_from) return;
  move(event);
  const QPointF apart = event.pixel - m_canvas.pixelOf(*m_from);
  const QPointF dragged = event.pixel - m_pressedAt;
  const bool clicked = std::hypot(dragged.x(), dragged.y()) < kLeastDrag;
  // The first click only says where it begins.
  if (clicked && std::hypot(apart.x(), apart.y()) < 2 * kSnapReach) return;
  finish();
}

bool SpanTool::confirm() {
  if (!m_from) return false;
  finish();
  return true;
}

bool SpanTool::cancel() {
  const bool any = m_from.has_value();
  m_from.reset();
  m_typed.clear();
  m_canvas.showGuide(std::nullopt);
  m_canvas.toolNews();
  return any;
}

void SpanTool::type(const std::vector<double>& values) {
  m_typed = values;
  m_canvas.toolNews();
}

std::optional<BodyDrawn> SpanTool::drawn() const {
  if (!m_from) return std::nullopt;
  BodyDrawn body;
  body.dynamic = m_canvas.drawsDynamic();
  Eigen::Vector2d span = m_to - *m_from;
  if (m_form == Form::Circle) {
    const double radius = m_typed.empty() ? span.norm() : m_typed.front();
    if (!(radius > 0)) return std::nullopt;
    body.geometry = CircleShape{*m_from, radius};
    return body;
  }
  if (m_square) {
    const double side = span.cwiseAbs().maxCoeff();
    span = {std::copysign(side, span.x()), std::copysign(side, span.y())};
  }
  // Typed sizes grow to the side where the hand is.
  if (!m_typed.empty())
    span = {std::copysign(m_typed.front(), span.x()), std::copysign(m_typed.back(), span.y())};
  if (!(span.cwiseAbs().minCoeff() > 0)) return std::nullopt;
  body.geometry = BoxShape{*m_from + span / 2, span.cwiseAbs() / 2, 0.0};
  return body;
}

void SpanTool::finish() {
  const std::optional<BodyDrawn> body = drawn();
  if (!body) return;
  m_from.reset();
  m_typed.clear();
  m_canvas.showGuide(std::nullopt);
  m_canvas.editOnce(m_form == Form::Box ? QStringLiteral("Draw box") : QStringLiteral("Draw circle"), *body);
  m_canvas.setTool(EditorTool::Select);
}

void SpanTool::paint(QPainter& painter) const {
  const std::optional<BodyDrawn> body = drawn();
  if (!body) return;
  usePreview(painter, m_canvas.lens().theme, true);
  const Pose origin;
  std::visit(ShapePainter{painter, origin, m_canvas.map()}, body->geometry);
}

QString SpanTool::readout() const {
  const std::optional<BodyDrawn> body = drawn();
  if (!body) return {};
  if (const auto* circle = std::get_if<CircleShape>(&body->geometry))
    return QStringLiteral("radius %1 m").arg(numberText(circle->radius));
  const Eigen::Vector2d half = std::get<BoxShape>(body->geometry).halfExtents;
  return QStringLiteral("%1 × %2 m").arg(numberText(2 * half.x()), numberText(2 * half.y()));
}

QString SpanTool::hint() const {
  if (m_form == Form::Circle)
    return m_from ? QStringLiteral("Release or click at the edge, or type the radius; Esc drops it")
                  : QStringLiteral("Drag from the centre outwards");
  return m_from ? QStringLiteral("Release or click at the other corner, or type width, height; Esc drops it")
                : QStringLiteral("Drag from corner to corner; Shift makes a square");
}

// Polygon and chain

bool CornersTool::onFirst(const QPointF& pixel) const {
  if (m_points.size() < 3) return false;
  const QPointF apart = m_canvas.pixelOf(m_points.front()) - pixel;
  return std::hypot(apart.x(), apart.y()) <= kSnapReach;
}

bool CornersTool::fits(const std::vector<Eigen::Vector2d>& points) const {
  return m_form == Form::Chain || points.size() < 3 || (points.size() <= 8 && isConvexPolygon(points));
}

void CornersTool::add(const Eigen::Vector2d& point) {
  if (!m_points.empty() && (m_points.back() - point).norm() < 1e-9) return;
  m_points.push_back(point);
  m_typed.clear();
  m_refusal.clear();
  m_canvas.toolNews();
}

void CornersTool::press(const ToolEvent& event) {
  if (onFirst(event.pixel)) {
    finish(true);
    return;
  }
  move(event);
  add(m_to);
}

void CornersTool::move(const ToolEvent& event) {
  m_to = m_canvas.snapped(event);
  if (event.modifiers.testFlag(Qt::ShiftModifier) && !m_points.empty()) {
    // Along the nearest multiple of 15 degrees, as far as the hand.
    const Eigen::Vector2d edge = event.world - m_points.back();
    const double angle = std::round(std::atan2(edge.y(), edge.x()) / kSnapTurn) * kSnapTurn;
    const Eigen::Vector2d along(std::cos(angle), std::sin(angle));
    const double step = m_canvas.snaps(event.modifiers) ? gridStep(m_canvas.map()) : 0.0;
    const double length = edge.dot(along);
    m_to = m_points.back() + (step > 0 ? std::round(length / step) * step : length) * along;
    m_canvas.showGuide(std::nullopt);
  }
  m_canvas.toolNews();
}

void CornersTool::doubleClick(const ToolEvent&) {
  // Its first click has placed the last corner.
  finish(false);
}

bool CornersTool::confirm() {
  if (m_points.empty()) return false;
  if (!m_typed.empty() && m_typed.size() == 2) {
    // Typed: how far the next corner lies from the last one.
    add(m_points.back() + Eigen::Vector2d(m_typed[0], m_typed[1]));
    return true;
  }
  finish(false);
  return true;
}

bool CornersTool::cancel() {
  const bool any = !m_points.empty();
  m_points.clear();
  m_typed.clear();
  m_refusal.clear();
  m_canvas.showGuide(std::nullopt);
  m_canvas.toolNews();
  return any;
}

bool CornersTool::stepBack() {
  if (m_points.empty()) return false;
  m_points.pop_back();
  m_refusal.clear();
  m_canvas.toolNews();
  return true;
}

void CornersTool::type(const std::vector<double>& values) {
  m_typed = values;
  m_canvas.toolNews();
}

void CornersTool::finish(bool closed) {
  const std::size_t least = m_form == Form::Polygon ? 3 : 2;
  if (m_points.size() < least) {
    m_refusal = QStringLiteral("It needs at least %1 corners").arg(least);
  } else if (m_form == Form::Polygon && m_points.size() > 8) {
    m_refusal = QStringLiteral("At most 8 corners: Backspace takes the last one back");
  } else if (!fits(m_points)) {
    m_refusal = QStringLiteral("Not convex: Backspace takes the last corner back");
  } else {
    BodyDrawn body;
    body.dynamic = m_canvas.drawsDynamic() && m_form == Form::Polygon;
    if (m_form == Form::Polygon)
      body.geometry = PolygonShape{m_points};
    else
      body.geometry = ChainShape{m_points, closed};
    cancel();
    m_canvas.editOnce(m_form == Form::Polygon ? QStringLiteral("Draw polygon") : QStringLiteral("Draw chain"),
                      body);
    m_canvas.setTool(EditorTool::Select);
    return;
  }
  m_canvas.toolNews();
}

void CornersTool::paint(QPainter& painter) const {
  if (m_points.empty()) return;
  const Theme& theme = m_canvas.lens().theme;
  std::vector<Eigen::Vector2d> points = m_points;
  if ((points.back() - m_to).norm() > 1e-9) points.push_back(m_to);
  usePreview(painter, theme, fits(points) && m_refusal.isEmpty());
  QPolygonF line;
  for (const Eigen::Vector2d& point : points) line << m_canvas.pixelOf(point);
  if (m_form == Form::Polygon) {
    painter.drawPolygon(line);
  } else {
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
  }
  painter.setBrush(theme.panel);
  for (const Eigen::Vector2d& point : m_points) painter.drawEllipse(m_canvas.pixelOf(point), 3.5, 3.5);
}

QString CornersTool::readout() const {
  if (m_points.empty()) return {};
  const Eigen::Vector2d edge = m_to - m_points.back();
  return QStringLiteral("edge %1 m   %2")
      .arg(numberText(edge.norm()), degreesText(std::atan2(edge.y(), edge.x())));
}

QString CornersTool::hint() const {
  if (!m_refusal.isEmpty()) return m_refusal;
  if (m_points.empty())
    return m_form == Form::Polygon
               ? QStringLiteral("Click corner by corner, 3 to 8, convex; Shift: edges at steps of 15°")
               : QStringLiteral("Click point by point: a wall, open or closed; Shift: edges at steps of 15°");
  return QStringLiteral(
      "Enter or a double click ends it; a click on the first corner closes it; Esc drops it");
}

}  // namespace gps::ui
