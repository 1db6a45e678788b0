// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/scene_painter.h"

#include <QPainter>
#include <QPen>
#include <algorithm>
#include <cmath>

namespace gps::ui {

namespace {

QPen penOf(const QColor& colour, double width, bool dashed = false) {
  QPen pen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
  // Bulk lines stay one device pixel wide, which is the fast case; wider ones grow with the pixel ratio.
  pen.setCosmetic(width <= 1.0);
  if (dashed) {
    pen.setCapStyle(Qt::FlatCap);
    pen.setDashPattern({4.0 / width, 3.0 / width});
  }
  return pen;
}

struct ShapePainter {
  QPainter& painter;
  const Pose& pose;
  const ViewMap& map;

  QPointF pixel(const Eigen::Vector2d& local) const {
    const Eigen::Vector2d p = bodyPoint(pose, local);
    return map.toPixel(p.x(), p.y());
  }
  QPolygonF pixels(const std::vector<Eigen::Vector2d>& vertices) const {
    QPolygonF polygon;
    polygon.reserve(static_cast<qsizetype>(vertices.size()) + 1);
    for (const Eigen::Vector2d& vertex : vertices) polygon << pixel(vertex);
    return polygon;
  }

  void operator()(const CircleShape& circle) const {
    const double radius = circle.radius * map.pixelsPerUnit;
    painter.drawEllipse(pixel(circle.centre), radius, radius);
  }
  void operator()(const BoxShape& box) const {
    const double c = std::cos(box.angle), s = std::sin(box.angle);
    const Eigen::Vector2d right = Eigen::Vector2d(c, s) * box.halfExtents.x();
    const Eigen::Vector2d up = Eigen::Vector2d(-s, c) * box.halfExtents.y();
    painter.drawConvexPolygon(pixels({box.centre - right - up, box.centre + right - up,
                                      box.centre + right + up, box.centre - right + up}));
  }
  void operator()(const PolygonShape& polygon) const { painter.drawConvexPolygon(pixels(polygon.vertices)); }
  void operator()(const ChainShape& chain) const {
    QPolygonF line = pixels(chain.vertices);
    if (chain.closed && !line.isEmpty()) line << line.first();
    painter.drawPolyline(line);
  }
};

bool samePose(const Pose& a, const Pose& b) {
  return a.x == b.x && a.y == b.y && a.angle == b.angle;
}

}  // namespace

double roundLength(double pixels, double pixelsPerUnit) {
  const double length = std::max(pixels / pixelsPerUnit, 1e-12);
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  const double mantissa = length / power * (1 + 1e-9);
  return power * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
}

void paintGrid(QPainter& painter, const ViewMap& map, const Theme& theme) {
  const double spacing = roundLength(80, map.pixelsPerUnit);
  const QPointF low = map.toWorld(QPointF(0, map.size.height()));
  const QPointF high = map.toWorld(QPointF(map.size.width(), 0));
  QVector<QLineF> lines;
  for (double k = std::ceil(low.x() / spacing); k * spacing <= high.x(); ++k) {
    // Whole pixels plus a half: a crisp hairline, not two grey ones.
    const double x = std::floor(map.toPixel(k * spacing, 0).x()) + 0.5;
    lines << QLineF(x, 0, x, map.size.height());
  }
  for (double k = std::ceil(low.y() / spacing); k * spacing <= high.y(); ++k) {
    const double y = std::floor(map.toPixel(0, k * spacing).y()) + 0.5;
    lines << QLineF(0, y, map.size.width(), y);
  }
  painter.setPen(penOf(mixed(theme.background, theme.hairline, 0.75), 1.0));
  painter.drawLines(lines);
}

void paintBody(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
               const BodyLook& look) {
  if (!std::isfinite(pose.x) || !std::isfinite(pose.y) || !std::isfinite(pose.angle)) return;
  painter.setPen(look.outline.isValid() ? penOf(look.outline, look.width, look.dashed) : QPen(Qt::NoPen));
  const ShapePainter shapePainter{painter, pose, map};
  for (const Shape& shape : body.shapes) {
    const bool hollow = shape.sensor || !look.fill.isValid();
    painter.setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(look.fill));
    std::visit(shapePainter, shape.geometry);
  }
}

void paintStaticBodies(QPainter& painter, const Scene& scene, const std::vector<Pose>& poses,
                       const std::vector<std::vector<Pose>>& others, const ViewMap& map, const Theme& theme) {
  const QColor ink = mixed(theme.panel, theme.muted, theme.dark ? 0.75 : 0.7);
  const BodyLook solid{mixed(theme.background, theme.muted, theme.dark ? 0.30 : 0.25), ink, 1.0, false};
  const BodyLook faint{QColor(), mixed(theme.background, ink, 0.5), 1.0, true};
  for (std::size_t i = 0; i < scene.bodies.size() && i < poses.size(); ++i) {
    const Body& body = scene.bodies[i];
    if (body.ghost) {
      QColor tint = theme.goal;
      tint.setAlphaF(0.10f);
      paintBody(painter, body, poses[i], map, {tint, theme.goal, 1.5, true});
    } else if (!body.dynamic) {
      for (const std::vector<Pose>& other : others) {
        if (i < other.size() && !samePose(other[i], poses[i])) paintBody(painter, body, other[i], map, faint);
      }
      paintBody(painter, body, poses[i], map, solid);
    }
  }
}

void paintMovers(QPainter& painter, const Scene& scene, const std::vector<Pose>& poses, const ViewMap& map,
                 const BodyLook& look) {
  for (std::size_t i = 0; i < scene.bodies.size() && i < poses.size(); ++i) {
    if (scene.bodies[i].dynamic && !scene.bodies[i].ghost)
      paintBody(painter, scene.bodies[i], poses[i], map, look);
  }
  if (!look.outline.isValid()) return;
  painter.setPen(Qt::NoPen);
  painter.setBrush(look.outline);
  for (const Joint& joint : scene.joints) {
    if (joint.type != Joint::Type::Revolute) continue;
    for (std::size_t i = 0; i < scene.bodies.size() && i < poses.size(); ++i) {
      if (scene.bodies[i].id != joint.bodyB) continue;
      const Eigen::Vector2d pin = bodyPoint(poses[i], joint.anchorB);
      painter.drawEllipse(map.toPixel(pin.x(), pin.y()), 2.5, 2.5);
    }
  }
}

void paintGoal(QPainter& painter, const Scene& scene, const Goal& goal, const ViewMap& map,
               const Theme& theme) {
  if (!goal.poses.empty()) paintMovers(painter, scene, goal.poses, map, {QColor(), theme.goal, 1.5, true});
  if (!goal.point) return;
  const QPointF at = map.toPixel(goal.point->x(), goal.point->y());
  const double radius = std::max(goal.within * map.pixelsPerUnit, 7.0);
  QColor tint = theme.goal;
  tint.setAlphaF(0.14f);
  painter.setBrush(tint);
  painter.setPen(penOf(theme.goal, 1.5));
  painter.drawEllipse(at, radius, radius);
  // The cross tells the goal from every other circle without its colour.
  painter.setPen(penOf(theme.goal, 2.0));
  const double arm = 5.0;
  painter.drawLine(at - QPointF(arm, 0), at + QPointF(arm, 0));
  painter.drawLine(at - QPointF(0, arm), at + QPointF(0, arm));
}

}  // namespace gps::ui
