// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene_doubts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/scene/json_node.h"
#include "core/scene/json_text.h"

namespace gps {
namespace {

constexpr double kFullTurn = 2.0 * std::numbers::pi;
constexpr double kLargestShape = 100.0;  // m
constexpr double kSmallestStep = 1e-4;   // s

/// Width and height of the box around a shape, in its body's frame before the shape's own angle.
Eigen::Vector2d extentOf(const Shape& shape) {
  if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
    return Eigen::Vector2d::Constant(2.0 * circle->radius);
  }
  if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) return 2.0 * box->halfExtents;
  const auto* polygon = std::get_if<PolygonShape>(&shape.geometry);
  const std::vector<Eigen::Vector2d>& corners = polygon ? polygon->vertices : std::get<ChainShape>(shape.geometry).vertices;
  if (corners.empty()) return Eigen::Vector2d::Zero();
  Eigen::Vector2d low = corners.front(), high = corners.front();
  for (const Eigen::Vector2d& corner : corners) {
    low = low.cwiseMin(corner);
    high = high.cwiseMax(corner);
  }
  return high - low;
}

class Doubts {
 public:
  void angle(double value, double turns, const std::string& what, const std::string& pointer) {
    if (std::abs(value) <= turns * kFullTurn) return;
    const double radians = std::round(value / 360.0 * kFullTurn * 1e4) / 1e4;
    add(what + " is " + shortestNumber(value) + ", more than a full turn; angles are in radians.", pointer,
        shortestNumber(value) + " degrees are " + shortestNumber(radians) + ".");
  }
  void add(std::string what, const std::string& pointer, std::string mend) {
    list.push_back({Problem::Severity::Warning, pointer, std::move(what), std::move(mend)});
  }

  std::vector<Problem> list;
};

}  // namespace

std::vector<Problem> doubtsOf(const Scene& scene) {
  Doubts doubts;
  if (scene.world.dt < kSmallestStep || scene.world.dt > 1.0) {
    doubts.add("dt is " + shortestNumber(scene.world.dt) + "; time is in seconds.", "/world/dt",
               "Control steps are mostly between 0.01 and 0.1.");
  }
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const Body& body = scene.bodies[i];
    const std::string place = "/bodies/" + std::to_string(i);
    // A body that hangs on others adds up their angles.
    doubts.angle(body.angle, 2, "The angle of " + body.id, place + "/angle");
    for (std::size_t j = 0; j < body.shapes.size(); ++j) {
      const double size = extentOf(body.shapes[j]).maxCoeff();
      if (size <= kLargestShape) continue;
      doubts.add("A shape of " + body.id + " is " + shortestNumber(size) + " m large; lengths are in metres.",
                 place + "/shapes/" + std::to_string(j),
                 "Millimetres times 0.001 are metres; for a world in other units see world.scale.");
    }
  }
  for (std::size_t i = 0; i < scene.joints.size(); ++i) {
    const Joint& joint = scene.joints[i];
    doubts.angle(joint.referenceAngle, 2, "The reference_angle of " + joint.id,
                 "/joints/" + std::to_string(i) + "/reference_angle");
  }
  for (std::size_t i = 0; i < scene.conditions.size(); ++i) {
    for (const auto& [key, values] : scene.conditions[i].overrides) {
      if (!key.ends_with(".angle") || values.empty()) continue;
      doubts.angle(values.front(), 1, key + " of " + scene.conditions[i].id,
                   "/conditions/" + std::to_string(i) + "/overrides/" + pointerToken(key));
    }
  }
  return std::move(doubts.list);
}

}  // namespace gps
