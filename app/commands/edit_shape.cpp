// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/edit_shape.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "core/scene/scene_keys.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

constexpr std::array<const char*, 4> kKinds{"box", "circle", "polygon", "chain"};

std::optional<Eigen::Vector2d> pointOf(const SceneTree& value) {
  const bool point = value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number();
  if (!point) return std::nullopt;
  return Eigen::Vector2d(value[0].get<double>(), value[1].get<double>());
}

SceneTree pointTree(const Eigen::Vector2d& point) {
  const auto tidy = [](double value) { return numberTree(std::round(value * 1e9) / 1e9); };
  return SceneTree::array({tidy(point.x()), tidy(point.y())});
}

}  // namespace

Eigen::AlignedBox2d shapeExtent(const SceneTree& shape) {
  Eigen::AlignedBox2d extent;
  const std::string kind = shapeKind(shape);
  if (kind.empty() || !shape[kind].is_object())
    return {Eigen::Vector2d(-0.1, -0.1), Eigen::Vector2d(0.1, 0.1)};
  const SceneTree& geometry = shape[kind];
  const Eigen::Vector2d centre = geometry.contains("centre")
                                     ? pointOf(geometry["centre"]).value_or(Eigen::Vector2d(0, 0))
                                     : Eigen::Vector2d(0, 0);
  if (kind == "circle" && geometry.contains("radius") && geometry["radius"].is_number()) {
    const double radius = geometry["radius"].get<double>();
    extent.extend(Eigen::Vector2d(centre.array() - radius));
    extent.extend(Eigen::Vector2d(centre.array() + radius));
  } else if (kind == "box" && geometry.contains("half_extents")) {
    const Eigen::Vector2d half = pointOf(geometry["half_extents"]).value_or(Eigen::Vector2d(0.1, 0.1));
    extent.extend(Eigen::Vector2d(centre - half));
    extent.extend(Eigen::Vector2d(centre + half));
  } else if (geometry.contains("vertices") && geometry["vertices"].is_array()) {
    for (const SceneTree& vertex : geometry["vertices"]) {
      if (const auto point = pointOf(vertex)) extent.extend(*point);
    }
  }
  const bool usable = !extent.isEmpty() && extent.sizes().maxCoeff() > 1e-3;
  return usable ? extent : Eigen::AlignedBox2d(Eigen::Vector2d(-0.1, -0.1), Eigen::Vector2d(0.1, 0.1));
}

namespace {

SceneTree corners(const Eigen::AlignedBox2d& extent) {
  const Eigen::Vector2d low = extent.min(), high = extent.max();
  return SceneTree::array(
      {pointTree(low), pointTree({high.x(), low.y()}), pointTree(high), pointTree({low.x(), high.y()})});
}

}  // namespace

std::span<const char* const> shapeKinds() {
  return kKinds;
}

std::string shapeKind(const SceneTree& shape) {
  for (const char* kind : kKinds) {
    if (shape.is_object() && shape.contains(kind)) return kind;
  }
  return {};
}

Status changeShape(TreeEditor& editor, const TreePath& path, const std::string& kind) {
  const SceneTree* shape = editor.find(path);
  const bool known = std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
  if (!shape || !known)
    return Error{"There is no such shape.", path.to_string(), "Select a body that exists."};
  const std::string before = shapeKind(*shape);
  if (before == kind) return Done{};
  Eigen::AlignedBox2d extent = shapeExtent(*shape);
  const double thin = 0.02 * extent.sizes().maxCoeff();
  // A line has no width; a box must have one.
  for (int axis = 0; axis < 2; ++axis) {
    if (extent.sizes()[axis] < thin) {
      extent.min()[axis] -= thin;
      extent.max()[axis] += thin;
    }
  }
  SceneTree geometry = SceneTree::object();
  if (kind == "box" || kind == "circle") {
    if (!extent.center().isZero(1e-12)) geometry["centre"] = pointTree(extent.center());
    if (kind == "box") {
      geometry["half_extents"] = pointTree(extent.sizes() / 2);
    } else {
      geometry["radius"] = numberTree(std::round(extent.sizes().minCoeff() / 2 * 1e9) / 1e9);
    }
  } else {
    geometry["vertices"] = corners(extent);
    if (kind == "chain") geometry["closed"] = true;
  }
  if (!before.empty()) {
    if (Status done = editor.remove(path / before); !done) return done;
  }
  return editor.set(path, kind, std::move(geometry), keysOf("shape"));
}

Status addShape(TreeEditor& editor, const TreePath& body) {
  const SceneTree* shapes = editor.find(body / "shapes");
  SceneTree shape = SceneTree::object();
  if (shapes && shapes->is_array() && !shapes->empty() && shapes->back().is_object()) shape = shapes->back();
  Eigen::AlignedBox2d extent = shapeExtent(shape);
  extent.translate(Eigen::Vector2d(extent.sizes().x(), 0));  // beside it, to be seen
  const std::string kind = shapeKind(shape);
  SceneTree box;
  box["box"]["centre"] = pointTree(extent.center());
  box["box"]["half_extents"] = pointTree((extent.sizes() / 2).cwiseMax(0.01));
  for (const auto& item : shape.items()) {
    if (item.key() != kind) box[item.key()] = item.value();
  }
  if (!shapes) return editor.set(body, "shapes", SceneTree::array({box}), keysOf("body"));
  return editor.insert(body / "shapes", std::move(box));
}

}  // namespace gps::ui
