// SPDX-License-Identifier: GPL-3.0-or-later
// Where conditions start bodies, and the target: what editor_parts.h says of both.
#include <cmath>
#include <numbers>

#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

/// Poses are floats; what goes into a file gets no more digits than they have.
double fromFloat(double value) {
  return std::round(value * 1e5) / 1e5;
}

int indexOf(const Scene& scene, const std::string& body) {
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    if (scene.bodies[i].id == body) return static_cast<int>(i);
  }
  return -1;
}

const Condition* conditionOf(const Scene& scene, const std::string& id) {
  for (const Condition& condition : scene.conditions) {
    if (condition.id == id) return &condition;
  }
  return nullptr;
}

}  // namespace

std::vector<Start> startsOf(const Scene& scene) {
  std::vector<Start> starts;
  for (std::size_t c = 0; c < scene.conditions.size(); ++c) {
    const Condition& condition = scene.conditions[c];
    if (condition.overrides.empty() || !condition.enabled) continue;
    const std::vector<Pose> poses = startPoses(scene, &condition);
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
      const Body& body = scene.bodies[i];
      const Pose file = poseOf(body), &pose = poses[i];
      if (pose.x == file.x && pose.y == file.y && pose.angle == file.angle) continue;
      if (!std::isfinite(pose.x) || !std::isfinite(pose.y) || !std::isfinite(pose.angle)) continue;
      starts.push_back({{condition.id, body.id}, i, static_cast<int>(c), pose, condition.test});
    }
  }
  return starts;
}

ConditionStartMoved startDragged(const Scene& scene, const StartRef& start, const Eigen::Vector2d& from,
                                 const Eigen::Vector2d& to) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  ConditionStartMoved edit{start.condition, start.body, start.body + ".position", {0, 0}};
  if (!condition || index < 0) return edit;
  const std::vector<Pose> poses = startPoses(scene, condition);
  const Pose& pose = poses[static_cast<std::size_t>(index)];
  const bool placed = condition->overrides.count(edit.key) > 0;
  const Joint* carrier = nullptr;
  for (const Joint& joint : scene.joints) {
    if (joint.bodyB != start.body) continue;
    const bool turns = joint.type == Joint::Type::Revolute, slides = joint.type == Joint::Type::Prismatic;
    const bool driven = condition->overrides.count(joint.id + (slides ? ".translation" : ".angle")) > 0;
    if ((turns || slides) && (driven || !placed)) carrier = &joint;
  }
  const int a = carrier ? indexOf(scene, carrier->bodyA) : -1;
  if (a < 0) {
    Eigen::Vector2d at(fromFloat(pose.x), fromFloat(pose.y));
    const auto exact = condition->overrides.find(edit.key);
    if (exact != condition->overrides.end() && exact->second.size() == 2)
      at = {exact->second[0], exact->second[1]};
    at += to - from;
    edit.value = {at.x(), at.y()};
    return edit;
  }
  const auto coordinate = [&](const std::string& key, double derived) {
    const auto exact = condition->overrides.find(key);
    return exact != condition->overrides.end() && exact->second.size() == 1 ? exact->second[0]
                                                                            : fromFloat(derived);
  };
  const Pose& base = poses[static_cast<std::size_t>(a)];
  const Eigen::Vector2d pivot = bodyPoint(base, carrier->anchorA);
  if (carrier->type == Joint::Type::Prismatic) {
    const Eigen::Vector2d axis = rotatedBy(base.angle, carrier->axis.normalized());
    edit.key = carrier->id + ".translation";
    edit.value = {coordinate(edit.key, (bodyPoint(pose, carrier->anchorB) - pivot).dot(axis)) +
                  (to - from).dot(axis)};
    return edit;
  }
  const Eigen::Vector2d before = from - pivot, after = to - pivot;
  const double turn = std::remainder(std::atan2(after.y(), after.x()) - std::atan2(before.y(), before.x()),
                                     2 * std::numbers::pi);
  edit.key = carrier->id + ".angle";
  edit.value = {coordinate(edit.key, static_cast<double>(pose.angle) - base.angle - carrier->referenceAngle) +
                turn};
  return edit;
}

std::optional<double> startAngle(const Scene& scene, const StartRef& start) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  if (!condition || index < 0) return std::nullopt;
  if (startDragged(scene, start, {0, 0}, {0, 0}).value.size() != 2) return std::nullopt;
  const auto exact = condition->overrides.find(start.body + ".angle");
  if (exact != condition->overrides.end() && exact->second.size() == 1) return exact->second[0];
  return fromFloat(startPoses(scene, condition)[static_cast<std::size_t>(index)].angle);
}

std::optional<Frame> startFrame(const Scene& scene, const StartRef& start) {
  const Condition* condition = conditionOf(scene, start.condition);
  const int index = indexOf(scene, start.body);
  if (!condition || index < 0) return std::nullopt;
  const auto i = static_cast<std::size_t>(index);
  const Pose pose = startPoses(scene, condition)[i];
  const QRectF box = bodyBounds(scene.bodies[i], Pose{});
  const Eigen::Vector2d middle = bodyPoint(pose, {box.center().x(), box.center().y()});
  return Frame{middle, {box.width() / 2, box.height() / 2}, pose.angle};
}

ConditionStartMoved startTurned(const StartRef& start, double angle) {
  return {start.condition, start.body, start.body + ".angle", {angle}};
}

std::optional<Goal> draggableGoal(const Scene& scene) {
  if (!scene.success) return std::nullopt;
  const Sensor* sensor = scene.sensor(scene.success->sensor);
  // What is measured from a body is aimed at by dragging that body.
  if (sensor == nullptr || (!sensor->relativeBody.empty() && scene.success->targetBody.empty()))
    return std::nullopt;
  const Goal goal = goalOf(scene);
  return goal.point ? std::optional<Goal>(goal) : std::nullopt;
}

std::optional<TargetMoved> targetDragged(const Scene& scene, const Eigen::Vector2d& delta) {
  const std::optional<Goal> goal = draggableGoal(scene);
  if (!goal || scene.success->target.size() < 2) return std::nullopt;
  Eigen::Vector2d along = delta;
  if (!scene.success->targetBody.empty()) {
    const std::vector<const Condition*> trained = trainedConditions(scene);
    const int body = indexOf(scene, scene.success->targetBody);
    if (body < 0) return std::nullopt;
    const std::vector<Pose> poses = startPoses(scene, trained.empty() ? nullptr : trained.front());
    along = rotatedBy(-static_cast<double>(poses[static_cast<std::size_t>(body)].angle), delta);
  }
  TargetMoved edit{scene.success->target, *goal->point, *goal->point + delta};
  edit.target[0] += along.x();
  edit.target[1] += along.y();
  return edit;
}

}  // namespace gps::ui
