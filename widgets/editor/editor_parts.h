// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/scene/scene_edit.h"
#include "widgets/canvas/scene_geometry.h"

namespace gps::ui {

// What of a scene can be picked, held and snapped to, in task units.

/// One thing a click can mean.
struct PickedPart {
  enum class Kind { None, Body, Joint, Start, Target, Term };
  Kind kind = Kind::None;
  std::string id{};         ///< body, joint or cost term; of a start: its body
  std::string condition{};  ///< of a start
  std::size_t point = 0;    ///< of a term: which of its targets
  bool operator==(const PickedPart&) const = default;
  explicit operator bool() const { return kind != Kind::None; }
};
bool isSelected(const SceneSelection& selection, const PickedPart& part);
/// Adds the part, or takes it out.
SceneSelection toggled(SceneSelection selection, const PickedPart& part);
SceneSelection onlyPart(const PickedPart& part);
/// Without what the scene does not hold.
SceneSelection existing(const Scene& scene, SceneSelection selection);
/// In the order in which Tab walks: bodies, joints, starts that differ from the file's poses, the target.
std::vector<PickedPart> allParts(const Scene& scene, bool withStarts);
/// "link1", "start of link1 in c2".
QString nameOf(const PickedPart& part);
/// The name with what it is: "joint1: hinge of base and link1, -90° to 90°". Empty for what is not there.
QString described(const Scene& scene, const PickedPart& part);

/// At most four digits, no exponent where it can be helped: for readouts and fields.
QString numberText(double value);
QString degreesText(double radians);

inline Eigen::Vector2d rotatedBy(double angle, const Eigen::Vector2d& v) {
  const double c = std::cos(angle), s = std::sin(angle);
  return {c * v.x() - s * v.y(), s * v.x() + c * v.y()};
}
inline Eigen::Vector2d worldPoint(const Body& body, const Eigen::Vector2d& local) {
  return body.position + rotatedBy(body.angle, local);
}
inline Pose poseOf(const Body& body) {
  return {static_cast<float>(body.position.x()), static_cast<float>(body.position.y()),
          static_cast<float>(body.angle)};
}

/// A corner that can be dragged, numbered as VertexMoved counts them.
struct Corner {
  std::size_t shape = 0;
  std::size_t vertex = 0;
  Eigen::Vector2d at{0, 0};
};
std::vector<Corner> cornersOf(const Body& body);
/// The middles of the edges of polygons and chains; `vertex` is the number a new corner there gets.
std::vector<Corner> edgeMiddlesOf(const Body& body);

/// A box around bodies: along the axes of the body where it is one alone, else of the world.
struct Frame {
  Eigen::Vector2d centre{0, 0};
  Eigen::Vector2d half{0, 0};
  double angle = 0.0;
  /// x and y from -1 to 1.
  Eigen::Vector2d at(double x, double y) const {
    return centre + rotatedBy(angle, Eigen::Vector2d(x * half.x(), y * half.y()));
  }
};
std::optional<Frame> frameOf(const Scene& scene, const std::vector<std::string>& bodies);

/// Whether growing by unequal factors keeps every shape what it is (no circles, nothing askew).
bool growsUnevenly(const Body& body);

/// Where a joint is drawn and held: its anchors in the world, as the bodies stand in the file.
struct JointPlace {
  Eigen::Vector2d a{0, 0};
  Eigen::Vector2d b{0, 0};
};
std::optional<JointPlace> placeOf(const Scene& scene, const Joint& joint);
/// The revolute joint that alone carries a body: about it the body turns.
const Joint* hingeOf(const Scene& scene, const std::string& body);
/// All bodies tied to `body` by joints, itself among them.
std::vector<std::string> assemblyOf(const Scene& scene, const std::string& body);

/// A point others may snap to: a corner, a centre, an anchor.
struct SnapPoint {
  Eigen::Vector2d at{0, 0};
  QString name{};
};
/// Of all bodies but those left out.
std::vector<SnapPoint> snapPoints(const Scene& scene, const std::vector<std::string>& leaveOut);
/// Of these bodies alone: what of them may snap to others.
std::vector<Eigen::Vector2d> ownPoints(const Scene& scene, const std::vector<std::string>& bodies);

/// Bodies of a condition that is switched on and starts them elsewhere than the file has them.
struct Start {
  StartRef ref{};
  std::size_t body = 0;  ///< index in the scene
  int condition = 0;     ///< index among all conditions
  Pose pose{};
  bool test = false;  ///< not trained on
};
std::vector<Start> startsOf(const Scene& scene);

/// The override that takes a start's body by the point `from` to `to`. A body that hangs on a joint turns or
/// slides with it; any other moves.
ConditionStartMoved startDragged(const Scene& scene, const StartRef& start, const Eigen::Vector2d& from,
                                 const Eigen::Vector2d& to);

/// The angle at which a start's body stands; nothing where a joint says it, or it is not there.
std::optional<double> startAngle(const Scene& scene, const StartRef& start);
/// Of one start alone, as frameOf().
std::optional<Frame> startFrame(const Scene& scene, const StartRef& start);
ConditionStartMoved startTurned(const StartRef& start, double angle);

/// The wish that takes the target by `delta`; nothing where it belongs to a body that one drags instead.
std::optional<TargetMoved> targetDragged(const Scene& scene, const Eigen::Vector2d& delta);
std::optional<Goal> draggableGoal(const Scene& scene);

}  // namespace gps::ui
