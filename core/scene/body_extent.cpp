// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/body_extent.h"

namespace gps {

Eigen::AlignedBox2d bodyExtent(const Body& body, const Eigen::Vector2d& position, double angle) {
  const Eigen::Rotation2Dd turn(angle);
  Eigen::AlignedBox2d extent;
  const auto include = [&](const Eigen::Vector2d& local) {
    const Eigen::Vector2d world = position + turn * local;
    extent.extend(world);
  };
  for (const Shape& shape : body.shapes) {
    if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
      const Eigen::Vector2d centre = position + turn * circle->centre;
      const Eigen::Vector2d reach(circle->radius, circle->radius);
      extent.extend(Eigen::Vector2d(centre - reach));
      extent.extend(Eigen::Vector2d(centre + reach));
    } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      const Eigen::Rotation2Dd own(box->angle);
      for (const double sx : {-1.0, 1.0}) {
        for (const double sy : {-1.0, 1.0}) {
          const Eigen::Vector2d corner(sx * box->halfExtents.x(), sy * box->halfExtents.y());
          include(box->centre + own * corner);
        }
      }
    } else if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) {
      for (const Eigen::Vector2d& vertex : polygon->vertices) include(vertex);
    } else if (const auto* chain = std::get_if<ChainShape>(&shape.geometry)) {
      for (const Eigen::Vector2d& vertex : chain->vertices) include(vertex);
    }
  }
  return extent;
}

}  // namespace gps
