// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/tip_of.h"

#include <Eigen/Geometry>
#include <array>
#include <cmath>
#include <numbers>

#include "app/commands/edit_shape.h"

namespace gps::ui {

namespace {

const SceneTree* partNamed(const SceneTree& tree, PartKind kind, const std::string& id) {
  const auto index = findPart(tree, {kind, id});
  return index ? &partsOf(tree, kind)[*index] : nullptr;
}

Eigen::Vector2d pointAt(const SceneTree& object, const char* key) {
  const auto value = object.find(key);
  const bool point = value != object.end() && value->is_array() && value->size() == 2 &&
                     (*value)[0].is_number() && (*value)[1].is_number();
  return point ? Eigen::Vector2d((*value)[0].get<double>(), (*value)[1].get<double>()) : Eigen::Vector2d(0, 0);
}

double numberAt(const SceneTree& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_number() ? value->get<double>() : 0.0;
}

Eigen::Vector2d rounded(const Eigen::Vector2d& point) {
  return (point * 1e4).array().round().matrix() / 1e4;
}

Eigen::Vector2d worldPoint(const SceneTree& body, const Eigen::Vector2d& local) {
  return pointAt(body, "position") + Eigen::Rotation2Dd(numberAt(body, "angle")) * local;
}

}  // namespace

Eigen::Vector2d tipOf(const SceneTree& tree, const std::string& id) {
  const SceneTree* body = partNamed(tree, PartKind::Body, id);
  const SceneTree* carrier = nullptr;
  for (const SceneTree& joint : partsOf(tree, PartKind::Joint)) {
    if (joint.is_object() && textAt(joint, "body_b") == id) carrier = &joint;
  }
  if (!body || !carrier || !body->contains("shapes") || !(*body)["shapes"].is_array()) return {0, 0};
  Eigen::AlignedBox2d extent;
  for (const SceneTree& shape : (*body)["shapes"]) {
    if (shape.is_object() && shape.contains("sensor") && shape["sensor"] == true) continue;  // drawn only
    extent.extend(shapeExtent(shape));
  }
  if (extent.isEmpty()) return {0, 0};
  const Eigen::Vector2d centre = extent.center(), half = extent.sizes() / 2, pin = pointAt(*carrier, "anchor_b");
  const std::array<Eigen::Vector2d, 4> sides{centre + Eigen::Vector2d(half.x(), 0), centre - Eigen::Vector2d(half.x(), 0),
                                             centre + Eigen::Vector2d(0, half.y()), centre - Eigen::Vector2d(0, half.y())};
  Eigen::Vector2d tip = pin;
  for (const Eigen::Vector2d& side : sides) {
    if ((side - pin).norm() > (tip - pin).norm() + 1e-9) tip = side;
  }
  return rounded(tip);
}

std::optional<Eigen::Vector2d> reachablePlace(const SceneTree& tree, const SceneTree& joints) {
  if (!joints.is_array() || joints.empty() || !joints.front().is_string() || !joints.back().is_string())
    return std::nullopt;
  const SceneTree* first = partNamed(tree, PartKind::Joint, joints.front().get<std::string>());
  const SceneTree* last = partNamed(tree, PartKind::Joint, joints.back().get<std::string>());
  const SceneTree* base = first ? partNamed(tree, PartKind::Body, textAt(*first, "body_a")) : nullptr;
  const std::string link = last ? textAt(*last, "body_b") : std::string();
  const SceneTree* body = partNamed(tree, PartKind::Body, link);
  if (!base || !body) return std::nullopt;
  const Eigen::Vector2d root = worldPoint(*base, pointAt(*first, "anchor_a"));
  const Eigen::Vector2d tip = worldPoint(*body, tipOf(tree, link));
  // A little nearer than the stretched arm reaches.
  return rounded(root + Eigen::Rotation2Dd(std::numbers::pi / 6) * (0.95 * (tip - root)));
}

}  // namespace gps::ui
