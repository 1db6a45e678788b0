// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/shape_mass.h"

#include <cmath>

namespace gps {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// A shape of this area whose own second moment is `spread` per mass.
Moments about(const Eigen::Vector2d& centre, double area, double spread) {
  return {area, area * centre, area * (spread + centre.squaredNorm())};
}

/// Sum over the triangles between the origin and each edge, signed by the way around.
Moments ofPolygon(const std::vector<Eigen::Vector2d>& vertices) {
  Moments sum;
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    const Eigen::Vector2d &a = vertices[i], &b = vertices[(i + 1) % vertices.size()];
    const double area = (a.x() * b.y() - a.y() * b.x()) / 2;
    sum.mass += area;
    sum.first += area / 3 * (a + b);
    sum.second += area / 6 * (a.squaredNorm() + a.dot(b) + b.squaredNorm());
  }
  const double sign = sum.mass < 0.0 ? -1.0 : 1.0;
  return {sign * sum.mass, sign * sum.first, sign * sum.second};
}

}  // namespace

Moments& Moments::operator+=(const Moments& other) {
  mass += other.mass;
  first += other.first;
  second += other.second;
  return *this;
}

double Moments::central() const {
  return mass > 0.0 ? second - first.squaredNorm() / mass : 0.0;
}

Moments momentsOf(const Shape& shape) {
  Moments filled;
  if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
    filled =
        about(circle->centre, kPi * circle->radius * circle->radius, circle->radius * circle->radius / 2);
  } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
    filled = about(box->centre, 4 * box->halfExtents.prod(), box->halfExtents.squaredNorm() / 3);
  } else if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) {
    filled = ofPolygon(polygon->vertices);
  }
  return {shape.density * filled.mass, shape.density * filled.first, shape.density * filled.second};
}

}  // namespace gps
