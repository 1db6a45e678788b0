// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/editor_items.h"

#include <QPainter>
#include <QPainterPathStroker>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

constexpr double kPin = 5.0;        // pixels, radius of a joint's mark
constexpr double kPinReach = 8.0;   // pixels, what a click near it hits
constexpr double kLimitArc = 22.0;  // pixels, radius of a hinge's range
constexpr double kRail = 60.0;      // pixels, half a rail without limits

QColor faded(QColor colour, double opacity) {
  colour.setAlphaF(static_cast<float>(opacity));
  return colour;
}

/// Adds shapes to a path, in pixels.
struct PathVisitor {
  QPainterPath& path;
  const Pose& pose;
  const ViewMap& map;
  double reach;

  QPointF pixel(const Eigen::Vector2d& local) const {
    const Eigen::Vector2d p = bodyPoint(pose, local);
    return map.toPixel(p.x(), p.y());
  }
  void polygon(const std::vector<Eigen::Vector2d>& vertices) const {
    QPolygonF corners;
    for (const Eigen::Vector2d& vertex : vertices) corners << pixel(vertex);
    if (!corners.isEmpty()) corners << corners.first();
    path.addPolygon(corners);
  }
  void operator()(const CircleShape& circle) const {
    const double radius = std::max(circle.radius * map.pixelsPerUnit, reach / 2);
    path.addEllipse(pixel(circle.centre), radius, radius);
  }
  void operator()(const BoxShape& box) const {
    const Eigen::Vector2d right = rotatedBy(box.angle, {box.halfExtents.x(), 0});
    const Eigen::Vector2d up = rotatedBy(box.angle, {0, box.halfExtents.y()});
    polygon(
        {box.centre - right - up, box.centre + right - up, box.centre + right + up, box.centre - right + up});
  }
  void operator()(const PolygonShape& shape) const { polygon(shape.vertices); }
  void operator()(const ChainShape& chain) const {
    QPainterPath line;
    for (std::size_t i = 0; i < chain.vertices.size(); ++i) {
      if (i == 0)
        line.moveTo(pixel(chain.vertices[i]));
      else
        line.lineTo(pixel(chain.vertices[i]));
    }
    if (chain.closed && !chain.vertices.empty()) line.lineTo(pixel(chain.vertices.front()));
    QPainterPathStroker stroker;
    stroker.setWidth(std::max(reach, 1.0));
    stroker.setCurveThreshold(1.0);
    path.addPath(stroker.createStroke(line));
  }
};

QRectF bodyPixels(const Body& body, const Pose& pose, const ViewMap& map) {
  const QRectF box = bodyBounds(body, pose);
  return QRectF(map.toPixel(box.topLeft()), map.toPixel(box.bottomRight())).normalized();
}

}  // namespace

QPainterPath bodyPath(const Body& body, const Pose& pose, const ViewMap& map, double reach) {
  QPainterPath path;
  path.setFillRule(Qt::WindingFill);
  const PathVisitor visitor{path, pose, map, reach};
  for (const Shape& shape : body.shapes) std::visit(visitor, shape.geometry);
  return path;
}

void PartItem::refresh() {
  prepareGeometryChange();
  m_outline.reset();
  m_extent.reset();
}

QRectF PartItem::boundingRect() const {
  if (!m_extent) m_extent = extent().adjusted(-4, -4, 4, 4);
  return *m_extent;
}

QPainterPath PartItem::shape() const {
  if (!m_outline) m_outline = outline();
  return *m_outline;
}

void BodyItem::setBody(const Body& body, int place, bool changed) {
  m_body = &body;
  setZValue(1000 + place);
  if (changed) refresh();
}

PickedPart BodyItem::part() const {
  return {PickedPart::Kind::Body, m_body->id, {}};
}

QPainterPath BodyItem::outline() const {
  return bodyPath(*m_body, poseOf(*m_body), lens().map, 10.0);
}

QRectF BodyItem::extent() const {
  return bodyPixels(*m_body, poseOf(*m_body), lens().map);
}

void BodyItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  const Theme& theme = lens().theme;
  const Pose pose = poseOf(*m_body);
  if (m_body->ghost || (!m_body->dynamic && lens().fine)) {
    paintStaticBody(*painter, *m_body, pose, lens().map, theme);
    return;
  }
  BodyLook look{mixed(theme.background, theme.arm, theme.dark ? 0.55 : 0.45), theme.arm, 1.5, false};
  if (!m_body->dynamic)
    look = {mixed(theme.background, theme.muted, 0.28), mixed(theme.panel, theme.muted, 0.7), 1.0, false};
  if (!lens().fine) look.width = 1.0;
  // What never collides is drawn hollow; here it must still be seen as a body one can hold.
  for (const gps::Shape& each : m_body->shapes) {
    if (!each.sensor || std::holds_alternative<ChainShape>(each.geometry)) continue;
    painter->setPen(Qt::NoPen);
    painter->setBrush(faded(look.fill, 0.35));
    std::visit(ShapePainter{*painter, pose, lens().map}, each.geometry);
  }
  paintBody(*painter, *m_body, pose, lens().map, look);
}

void StartItem::setStart(const Start& start, const Body& body) {
  m_start = start;
  m_body = &body;
  refresh();
}

void StartItem::setSelectedLook(bool selected) {
  m_selected = selected;
  // What is selected comes to the front, where one can see and hold it.
  setZValue(selected ? 5e5 : 100 + m_start.condition);
}

PickedPart StartItem::part() const {
  return {PickedPart::Kind::Start, m_start.ref.body, m_start.ref.condition};
}

QPainterPath StartItem::outline() const {
  return bodyPath(*m_body, m_start.pose, lens().map, 10.0);
}

QRectF StartItem::extent() const {
  return bodyPixels(*m_body, m_start.pose, lens().map).adjusted(-2, -2, 18, 2);
}

void StartItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  const QColor hue = lens().theme.localCondition(m_start.condition);
  const double strength = m_selected ? 1.0 : 0.55;
  paintBody(
      *painter, *m_body, m_start.pose, lens().map,
      {faded(hue, m_selected ? 0.20 : 0.06), faded(hue, strength), m_selected ? 1.5 : 1.0, m_start.test});
}

void JointItem::setJoint(const Joint& joint, const Body& a, const Body& b) {
  m_joint = &joint;
  m_place = {worldPoint(a, joint.anchorA), worldPoint(b, joint.anchorB)};
  m_angleA = a.angle;
  m_angleB = b.angle;
  m_toward = 0.0;
  if (joint.type == Joint::Type::Revolute && joint.limits) {
    const QPointF middle = bodyBounds(b, Pose{}).center();
    const Eigen::Vector2d from = Eigen::Vector2d(middle.x(), middle.y()) - joint.anchorB;
    if (from.norm() > 1e-9) m_toward = std::atan2(from.y(), from.x());
  }
  refresh();
}

void JointItem::setSelectedLook(bool selected) {
  m_selected = selected;
  setZValue(selected ? 1e6 + 1 : 1e6);
}

PickedPart JointItem::part() const {
  return {PickedPart::Kind::Joint, m_joint->id, {}};
}

QPainterPath JointItem::outline() const {
  QPainterPath path;
  path.setFillRule(Qt::WindingFill);
  path.addEllipse(pixel(m_place.b), kPinReach, kPinReach);
  if (m_joint->type != Joint::Type::Distance) return path;
  path.addEllipse(pixel(m_place.a), kPinReach, kPinReach);
  QPainterPath line(pixel(m_place.a));
  line.lineTo(pixel(m_place.b));
  QPainterPathStroker stroker;
  stroker.setWidth(8.0);
  path.addPath(stroker.createStroke(line));
  return path;
}

QRectF JointItem::extent() const {
  const QPointF a = pixel(m_place.a), b = pixel(m_place.b);
  QRectF box = QRectF(a, b).normalized();
  double reach = kLimitArc + 12;
  if (m_joint->type == Joint::Type::Prismatic) {
    reach = kRail + 8;
    if (m_joint->limits)
      reach = std::max(reach, m_joint->limits->cwiseAbs().maxCoeff() * lens().map.pixelsPerUnit + 12);
  }
  return box.adjusted(-reach, -reach, reach, reach);
}

void JointItem::paintHinge(QPainter& painter, const QPointF& at) const {
  const Theme& theme = lens().theme;
  const QColor ink = m_selected ? theme.focus : theme.text;
  if (m_joint->limits) {
    // The range of directions in which body B may lie.
    const double zero = m_angleA + m_joint->referenceAngle + m_toward;
    const double low = zero + m_joint->limits->x(), high = zero + m_joint->limits->y();
    const QRectF around(at.x() - kLimitArc, at.y() - kLimitArc, 2 * kLimitArc, 2 * kLimitArc);
    const auto sixteenths = [](double radians) {
      return static_cast<int>(std::round(radians * 180 / std::numbers::pi * 16));
    };
    const double span = std::min(high - low, 2 * std::numbers::pi);
    painter.setPen(penOf(faded(ink, 0.7), 1.0));
    painter.setBrush(faded(ink, 0.10));
    painter.drawPie(around, sixteenths(low), sixteenths(span));
    const double now = m_angleB + m_toward;
    painter.setPen(penOf(ink, 1.5));
    painter.drawLine(at, at + kLimitArc * QPointF(std::cos(now), -std::sin(now)));
  }
  if (m_joint->maxMotor > 0) {
    // A motor: an arrow around the pin.
    const double radius = kPin + 4;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(penOf(ink, 1.5));
    painter.drawArc(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius), 60 * 16, 240 * 16);
    // Its head, across the end of the arc, pointing on around.
    const double end = 60 * std::numbers::pi / 180;
    const QPointF out(std::cos(end), -std::sin(end)), on(std::sin(end), std::cos(end));
    QPolygonF head;
    head << at + radius * out + 5 * on << at + (radius + 3.5) * out << at + (radius - 3.5) * out;
    painter.setBrush(ink);
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(head);
  }
  painter.setPen(penOf(ink, 1.5));
  painter.setBrush(theme.panel);
  painter.drawConvexPolygon(circlePolygon(at, kPin));
  painter.setBrush(ink);
  painter.setPen(Qt::NoPen);
  painter.drawConvexPolygon(circlePolygon(at, 1.75));
}

void JointItem::paintSlide(QPainter& painter, const QPointF& at) const {
  const Theme& theme = lens().theme;
  const QColor ink = m_selected ? theme.focus : theme.text;
  const Eigen::Vector2d axis = rotatedBy(m_angleA, m_joint->axis.normalized());
  const QPointF along(axis.x(), -axis.y()), across(-along.y(), along.x());
  const QPointF zero = pixel(m_place.a);
  double low = -kRail, high = kRail;
  if (m_joint->limits) {
    low = m_joint->limits->x() * lens().map.pixelsPerUnit;
    high = m_joint->limits->y() * lens().map.pixelsPerUnit;
  }
  painter.setPen(penOf(faded(ink, 0.8), 1.5));
  painter.drawLine(zero + low * along, zero + high * along);
  for (const double end : {low, high}) {
    const QPointF tip = zero + end * along;
    if (m_joint->limits) {
      painter.drawLine(tip - 7 * across, tip + 7 * across);
    } else {
      const QPointF back = (end < 0 ? 6.0 : -6.0) * along;
      painter.drawLine(tip, tip + back + 4 * across);
      painter.drawLine(tip, tip + back - 4 * across);
    }
  }
  painter.setPen(penOf(ink, 1.5));
  painter.setBrush(theme.panel);
  QPolygonF block;
  block << at + kPin * 1.4 * along + kPin * across << at - kPin * 1.4 * along + kPin * across
        << at - kPin * 1.4 * along - kPin * across << at + kPin * 1.4 * along - kPin * across;
  painter.drawPolygon(block);
}

void JointItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  const Theme& theme = lens().theme;
  const QColor ink = m_selected ? theme.focus : theme.text;
  const QPointF a = pixel(m_place.a), b = pixel(m_place.b);
  switch (m_joint->type) {
    case Joint::Type::Revolute:
      paintHinge(*painter, b);
      break;
    case Joint::Type::Prismatic:
      paintSlide(*painter, b);
      break;
    case Joint::Type::Weld: {
      painter->setPen(penOf(ink, 1.5));
      painter->setBrush(theme.panel);
      painter->drawRect(QRectF(b.x() - kPin, b.y() - kPin, 2 * kPin, 2 * kPin));
      painter->drawLine(b - QPointF(kPin, kPin), b + QPointF(kPin, kPin));
      painter->drawLine(b - QPointF(kPin, -kPin), b + QPointF(kPin, -kPin));
      break;
    }
    case Joint::Type::Distance:
      painter->setPen(penOf(ink, 2.0));
      painter->drawLine(a, b);
      painter->setPen(penOf(ink, 1.5));
      painter->setBrush(theme.panel);
      painter->drawEllipse(a, kPin - 1, kPin - 1);
      painter->drawEllipse(b, kPin - 1, kPin - 1);
      break;
  }
}

}  // namespace gps::ui
