// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/scene/scene.h"

namespace gps {

// What a person may wish to change in a scene with mouse and keys, as plain values. Points are in task units
// along the world's axes unless said otherwise, angles in radians.

/// Where a body stands at the start of a condition.
struct StartRef {
  std::string condition;
  std::string body;
  bool operator==(const StartRef&) const = default;
};

/// What is selected. Ids that a scene does not hold (any more) are left out by whoever reads it.
struct SceneSelection {
  std::vector<std::string> bodies{};  ///< in the order of picking
  std::vector<std::string> joints{};
  std::vector<StartRef> starts{};
  bool target = false;  ///< the place of the success test
  std::vector<std::string> terms{};  ///< cost terms, by the marks of their targets
  bool operator==(const SceneSelection&) const = default;
  bool empty() const { return bodies.empty() && joints.empty() && starts.empty() && !target && terms.empty(); }
};

struct BodiesMoved {
  std::vector<std::string> bodies{};
  Eigen::Vector2d delta{0, 0};
};
/// Turned about a common centre, so their positions move as well.
struct BodiesRotated {
  std::vector<std::string> bodies{};
  double angle = 0.0;
  Eigen::Vector2d centre{0, 0};
};
/// Sizes and positions of bodies, with all points in their frames, grow from a common centre. `factor` holds
/// along axes turned by `frame`; unequal factors come for one body alone, with `frame` its angle. A circle
/// grows by the geometric mean, a box that stands askew in its body by the factors of its own sides.
struct BodiesScaled {
  std::vector<std::string> bodies{};
  Eigen::Vector2d factor{1, 1};
  Eigen::Vector2d centre{0, 0};
  double frame = 0.0;
};
/// Sets what the numeric fields show of one body.
struct BodyPosed {
  std::string body{};
  Eigen::Vector2d position{0, 0};
  double angle = 0.0;
};
/// A corner follows the hand. Polygon and chain: that vertex. Box: corner 0..3 (counter-clockwise from the
/// lower left one); the opposite one stays. Circle: vertex 0 lies on its edge, so the radius changes.
struct VertexMoved {
  std::string body{};
  std::size_t shape = 0;
  std::size_t vertex = 0;
  Eigen::Vector2d position{0, 0};
};
/// Polygon and chain: a new vertex before `vertex` (its number afterwards).
struct VertexInserted {
  std::string body{};
  std::size_t shape = 0;
  std::size_t vertex = 0;
  Eigen::Vector2d position{0, 0};
};
/// Polygon (down to 3) and chain (down to 2).
struct VertexRemoved {
  std::string body{};
  std::size_t shape = 0;
  std::size_t vertex = 0;
};
/// A distance joint has two ends; the anchors of the others lie on one point, which both bodies keep.
struct JointAnchorMoved {
  enum class End { Both, A, B };
  std::string joint{};
  Eigen::Vector2d position{0, 0};
  End end = End::Both;
};
/// The ghost of a condition was dragged: `key` is "mass.position" with two numbers, "table.angle" or, where
/// the body hangs on a joint, "joint1.angle" or "slide.translation" with one.
struct ConditionStartMoved {
  std::string condition{};
  std::string body{};  ///< whose ghost it was
  std::string key{};
  std::vector<double> value{};
};
/// The place of the success test, as its `target` says it. What marks the same place moves along: targets of
/// cost terms that were equal to it on the same sensor, and ghost bodies that stand at `from`.
struct TargetMoved {
  std::vector<double> target{};
  Eigen::Vector2d from{0, 0};  ///< of the mark in the world, as it was
  Eigen::Vector2d to{0, 0};
};
/// The target of a cost term, as the file says it. Terms of the same kind that looked at the same thing and
/// had the same target move along.
struct CostTargetMoved {
  std::string cost{};
  std::vector<double> target{};
};
/// A new body of one shape. `geometry` is in world coordinates; the body's frame gets the shape's centre.
struct BodyDrawn {
  decltype(Shape::geometry) geometry{};
  bool dynamic = false;
};
/// A new joint. Anchors in world coordinates; equal except for a distance joint. `axis` (prismatic) too.
struct JointDrawn {
  Joint::Type type = Joint::Type::Revolute;
  std::string bodyA{};
  std::string bodyB{};
  Eigen::Vector2d anchorA{0, 0};
  Eigen::Vector2d anchorB{0, 0};
  Eigen::Vector2d axis{1, 0};
};
/// Remove what is selected, with all that cannot stand without it.
struct PartsRemoved {
  SceneSelection parts{};
};
/// Copies of the selected bodies and of the joints between them, moved by `offset`; they become the
/// selection.
struct PartsDuplicated {
  SceneSelection parts{};
  Eigen::Vector2d offset{0, 0};
};
/// A ready robot (widgets/editor lists them by name), its origin at `position`.
struct TemplateDropped {
  std::string name{};
  int links = 0;  ///< of an arm, 1..6; 0: as the template says
  Eigen::Vector2d position{0, 0};
};

/// One wish. Steps of one drag are each measured from the scene as it was when the drag began: applying the
/// last one to that scene gives the result, so nothing drifts.
using SceneEdit =
    std::variant<BodiesMoved, BodiesRotated, BodiesScaled, BodyPosed, VertexMoved, VertexInserted,
                 VertexRemoved, JointAnchorMoved, ConditionStartMoved, TargetMoved, CostTargetMoved, BodyDrawn, JointDrawn,
                 PartsRemoved, PartsDuplicated, TemplateDropped>;

/// The scene with a wish granted: a new value, the old one untouched. A body that moves takes its pins along:
/// where a joint's anchors lay together, the one in the other body follows. New parts come last in their
/// lists and get the next free id ("box2", "hinge1"). Numbers are rounded to ten decimals, so that files stay
/// readable. Fails on ids, shapes or vertices that the scene does not hold and on what would break it (a
/// polygon that is no longer convex, a size of nothing). TemplateDropped is not known here and fails.
Result<Scene> applied(const Scene& scene, const SceneEdit& edit);

}  // namespace gps
