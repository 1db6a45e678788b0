// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/scene_painter.h"

#include <algorithm>
#include <cmath>

#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

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

}  // namespace gps::ui
