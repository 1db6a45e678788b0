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

/// Tables that do not fit the conditions or the horizon: they are used as far as they go.
void tableDoubts(const Scene& scene, Doubts& doubts) {
  const InitialControllerSpec& start = scene.initialController;
  if (start.kind != "demonstration" && start.kind != "run" && start.kind != "table") return;
  const std::string place = "/initial_controller/tables";
  const std::size_t horizon = static_cast<std::size_t>(scene.horizon);
  for (std::size_t i = 0; i < start.tables.size(); ++i) {
    const ControllerTable& table = start.tables[i];
    for (const auto& [key, rows] :
         {std::pair("K", &table.K), std::pair("k", &table.k), std::pair("sigma", &table.sigma)}) {
      if (rows->size() <= 1 || rows->size() == horizon) continue;
      doubts.add(std::string(key) + " of " + table.condition + " has " + std::to_string(rows->size()) +
                     " rows, but the horizon is " + std::to_string(horizon) + "; " +
                     (rows->size() < horizon ? "the last row holds for the rest." : "the rest is not used."),
                 place + "/" + std::to_string(i) + "/" + key, "Make the table anew under Initial controllers.");
      break;
    }
  }
  // A single table that was drawn by hand is meant to be one.
  if (start.kind == "table") return;
  std::string bare;
  for (const Condition& condition : scene.conditions) {
    const bool tabled =
        std::any_of(start.tables.begin(), start.tables.end(),
                    [&condition](const ControllerTable& table) { return table.condition == condition.id; });
    if (!tabled && condition.enabled && !condition.test) bare += (bare.empty() ? "" : ", ") + condition.id;
  }
  if (bare.empty()) return;
  doubts.add("These conditions have no table, so they start as with lqr: " + bare + ".", place,
             "Demonstrate them too, or take them from a run, under Initial controllers.");
}

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
  tableDoubts(scene, doubts);
  return std::move(doubts.list);
}

}  // namespace gps
