// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/overlap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/scene/body_extent.h"

namespace gps {
namespace {

/// A convex shape in the world: corners with a radius around them. A circle has one corner.
struct Convex {
  std::vector<Eigen::Vector2d> corners;
  double radius = 0.0;
  int group = 0;
};

std::vector<Convex> convexShapes(const PlacedBody& placed) {
  std::vector<Convex> shapes;
  const Eigen::Rotation2Dd turn(placed.angle);
  for (const Shape& shape : placed.body->shapes) {
    if (shape.sensor) continue;
    Convex convex;
    convex.group = shape.group;
    if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
      convex.corners = {circle->centre};
      convex.radius = circle->radius;
    } else if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      const Eigen::Rotation2Dd own(box->angle);
      for (const auto& [x, y] : {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)}) {
        const Eigen::Vector2d corner(x * box->halfExtents.x(), y * box->halfExtents.y());
        convex.corners.push_back(box->centre + own * corner);
      }
    } else if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) {
      convex.corners = polygon->vertices;
    } else {
      continue;
    }
    for (Eigen::Vector2d& corner : convex.corners) corner = placed.position + turn * corner;
    shapes.push_back(std::move(convex));
  }
  return shapes;
}

/// Overlap of the shadows of two shapes along a direction of length 1; negative: they are apart.
double shadowOverlap(const Convex& a, const Convex& b, const Eigen::Vector2d& direction) {
  const auto shadow = [&direction](const Convex& shape) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Eigen::Vector2d& corner : shape.corners) {
      low = std::min(low, corner.dot(direction));
      high = std::max(high, corner.dot(direction));
    }
    return std::pair(low - shape.radius, high + shape.radius);
  };
  const auto [lowA, highA] = shadow(a);
  const auto [lowB, highB] = shadow(b);
  return std::min(highA, highB) - std::max(lowA, lowB);
}

/// Separating axes: normals of all edges, and the lines from a circle's centre to the corners of the other.
double depth(const Convex& a, const Convex& b) {
  double least = std::numeric_limits<double>::infinity();
  const auto along = [&](const Eigen::Vector2d& direction) {
    const double length = direction.norm();
    if (length > 1e-12) least = std::min(least, shadowOverlap(a, b, direction / length));
  };
  for (const Convex* shape : {&a, &b}) {
    const std::size_t count = shape->corners.size();
    for (std::size_t i = 0; count > 2 && i < count; ++i) {
      const Eigen::Vector2d edge = shape->corners[(i + 1) % count] - shape->corners[i];
      along(Eigen::Vector2d(-edge.y(), edge.x()));
    }
    const Convex& other = shape == &a ? b : a;
    if (count != 1) continue;
    for (const Eigen::Vector2d& corner : other.corners) along(corner - shape->corners.front());
  }
  // Two circles with one centre have no direction between them.
  return std::isinf(least) ? a.radius + b.radius : least;
}

const std::vector<double>* overrideOf(const Condition* condition, const std::string& name) {
  if (!condition) return nullptr;
  const auto it = condition->overrides.find(name);
  return it == condition->overrides.end() ? nullptr : &it->second;
}

bool overlaps(const PlacedBody& a, const PlacedBody& b, double allowed) {
  const std::vector<Convex> others = convexShapes(b);
  for (const Convex& one : convexShapes(a)) {
    for (const Convex& other : others) {
      const bool apart = one.group == other.group && one.group < 0;  // Box2D: they never collide
      if (!apart && depth(one, other) > allowed) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<PlacedBody> placedBodies(const Scene& scene, const Condition* condition) {
  std::vector<PlacedBody> placed;
  for (const Body& body : scene.bodies) {
    PlacedBody each{&body, body.position, body.angle};
    const std::vector<double>* position = overrideOf(condition, body.id + ".position");
    const std::vector<double>* angle = overrideOf(condition, body.id + ".angle");
    if (position && position->size() == 2) each.position = {(*position)[0], (*position)[1]};
    if (angle && !angle->empty()) each.angle = angle->front();
    placed.push_back(each);
  }
  return placed;
}

std::vector<std::pair<std::size_t, std::size_t>> overlappingPairs(
    const std::vector<PlacedBody>& bodies, double allowed,
    const std::function<bool(std::size_t, std::size_t)>& wanted, std::size_t most) {
  std::vector<Eigen::AlignedBox2d> extents;
  for (const PlacedBody& each : bodies) extents.push_back(bodyExtent(*each.body, each.position, each.angle));
  // Along x from left to right: only neighbours are compared, so that 500 bodies cost no 125 000 comparisons.
  std::vector<std::size_t> order(bodies.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&extents](std::size_t a, std::size_t b) { return extents[a].min().x() < extents[b].min().x(); });
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < order.size() && pairs.size() < most; ++i) {
    for (std::size_t j = i + 1; j < order.size() && pairs.size() < most; ++j) {
      const std::size_t a = std::min(order[i], order[j]), b = std::max(order[i], order[j]);
      if (extents[order[j]].min().x() > extents[order[i]].max().x()) break;
      const bool moves = bodies[a].body->dynamic || bodies[b].body->dynamic;
      if (bodies[a].body->ghost || bodies[b].body->ghost || !moves || !extents[a].intersects(extents[b]))
        continue;
      if (wanted && !wanted(a, b)) continue;
      if (overlaps(bodies[a], bodies[b], allowed)) pairs.emplace_back(a, b);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace gps
