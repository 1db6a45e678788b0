// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QPen>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/canvas/scene_geometry.h"
#include "widgets/canvas/view_map.h"

namespace gps::ui {

inline QPen penOf(const QColor& colour, double width, bool dashed = false) {
  QPen pen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
  // Bulk lines stay one device pixel wide, which is the fast case; wider ones grow with the pixel ratio.
  pen.setCosmetic(width <= 1.0);
  if (dashed) {
    pen.setCapStyle(Qt::FlatCap);
    pen.setDashPattern({4.0 / width, 3.0 / width});
  }
  return pen;
}

/// A circle as a polygon that leaves it by less than a tenth of a pixel: drawn several times faster.
inline QPolygonF circlePolygon(const QPointF& centre, double radius) {
  const double most = std::clamp(1.0 - 0.1 / std::max(radius, 0.5), 0.0, 1.0 - 1e-5);
  const int corners = std::clamp(static_cast<int>(std::ceil(std::numbers::pi / std::acos(most))), 8, 180);
  QPolygonF polygon;
  polygon.reserve(corners);
  for (int k = 0; k < corners; ++k) {
    const double angle = 2 * std::numbers::pi * k / corners;
    polygon << centre + radius * QPointF(std::cos(angle), std::sin(angle));
  }
  return polygon;
}

/// Draws shapes of a body at a pose, with pen and brush of the painter.
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
    painter.drawConvexPolygon(circlePolygon(pixel(circle.centre), radius));
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

}  // namespace gps::ui
