// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/scene_geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gps::ui {

namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

const std::vector<double>* overrideOf(const Condition* condition, const std::string& key) {
  if (condition == nullptr) return nullptr;
  const auto found = condition->overrides.find(key);
  return found == condition->overrides.end() || found->second.empty() ? nullptr : &found->second;
}

int indexOf(const Scene& scene, const std::string& body) {
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    if (scene.bodies[i].id == body) return static_cast<int>(i);
  }
  return -1;
}

Eigen::Vector2d rotated(double angle, const Eigen::Vector2d& v) {
  const double c = std::cos(angle), s = std::sin(angle);
  return {c * v.x() - s * v.y(), s * v.x() + c * v.y()};
}

Pose poseOf(const Eigen::Vector2d& position, double angle) {
  return {static_cast<float>(position.x()), static_cast<float>(position.y()), static_cast<float>(angle)};
}

/// Hangs body B on body A. A revolute or weld joint keeps its anchors together; a prismatic one keeps its
/// angle and slides `value` along its axis. A distance joint fixes nothing that could be derived.
void hang(const Joint& joint, const Pose& a, Pose& b, double value) {
  const Eigen::Vector2d anchor = bodyPoint(a, joint.anchorA);
  double angle = a.angle + joint.referenceAngle;
  Eigen::Vector2d at = anchor;
  if (joint.type == Joint::Type::Revolute) angle += value;
  if (joint.type == Joint::Type::Prismatic) at += value * rotated(a.angle, joint.axis.normalized());
  b = poseOf(at - rotated(angle, joint.anchorB), angle);
}

/// The joint's coordinate at two poses.
double coordinate(const Joint& joint, const Pose& a, const Pose& b) {
  if (joint.type == Joint::Type::Prismatic) {
    const Eigen::Vector2d apart = bodyPoint(b, joint.anchorB) - bodyPoint(a, joint.anchorA);
    return apart.dot(rotated(a.angle, joint.axis.normalized()));
  }
  return b.angle - a.angle - joint.referenceAngle;
}

struct ExtentVisitor {
  const Pose& pose;
  double left = INFINITY, right = -INFINITY, bottom = INFINITY, top = -INFINITY;

  void add(const Eigen::Vector2d& local, double radius = 0.0) {
    const Eigen::Vector2d p = bodyPoint(pose, local);
    left = std::min(left, p.x() - radius);
    right = std::max(right, p.x() + radius);
    bottom = std::min(bottom, p.y() - radius);
    top = std::max(top, p.y() + radius);
  }
  void operator()(const CircleShape& circle) { add(circle.centre, circle.radius); }
  void operator()(const BoxShape& box) {
    for (const int sx : {-1, 1}) {
      for (const int sy : {-1, 1}) {
        add(box.centre + rotated(box.angle, {sx * box.halfExtents.x(), sy * box.halfExtents.y()}));
      }
    }
  }
  void operator()(const PolygonShape& polygon) {
    for (const Eigen::Vector2d& vertex : polygon.vertices) add(vertex);
  }
  void operator()(const ChainShape& chain) {
    for (const Eigen::Vector2d& vertex : chain.vertices) add(vertex);
  }
};

const Sensor* sensorOf(const Scene& scene, const std::string& id) {
  for (const Sensor& sensor : scene.sensors) {
    if (sensor.id == id) return &sensor;
  }
  return nullptr;
}

}  // namespace

Eigen::Vector2d bodyPoint(const Pose& pose, const Eigen::Vector2d& local) {
  return Eigen::Vector2d(pose.x, pose.y) + rotated(pose.angle, local);
}

std::vector<Pose> startPoses(const Scene& scene, const Condition* condition) {
  std::vector<Pose> poses;
  std::vector<bool> moved;
  for (const Body& body : scene.bodies) {
    Eigen::Vector2d position = body.position;
    double angle = body.angle;
    const std::vector<double>* at = overrideOf(condition, body.id + ".position");
    const std::vector<double>* turned = overrideOf(condition, body.id + ".angle");
    if (at != nullptr && at->size() == 2) position = {(*at)[0], (*at)[1]};
    if (turned != nullptr) angle = turned->front();
    poses.push_back(poseOf(position, angle));
    moved.push_back(at != nullptr || turned != nullptr);
  }
  const std::vector<Pose> file = condition == nullptr ? poses : startPoses(scene, nullptr);
  for (const Joint& joint : scene.joints) {
    if (joint.type == Joint::Type::Distance) continue;
    const int a = indexOf(scene, joint.bodyA), b = indexOf(scene, joint.bodyB);
    if (a < 0 || b < 0) continue;
    const auto ia = static_cast<std::size_t>(a), ib = static_cast<std::size_t>(b);
    const char* suffix = joint.type == Joint::Type::Prismatic ? ".translation" : ".angle";
    const std::vector<double>* value = overrideOf(condition, joint.id + suffix);
    if (value == nullptr && (!moved[ia] || moved[ib])) continue;
    hang(joint, poses[ia], poses[ib],
         value != nullptr ? value->front() : coordinate(joint, file[ia], file[ib]));
    moved[ib] = true;
  }
  return poses;
}

std::vector<const Condition*> trainedConditions(const Scene& scene) {
  std::vector<const Condition*> trained;
  for (const Condition& condition : scene.conditions) {
    if (condition.enabled && !condition.test) trained.push_back(&condition);
  }
  return trained;
}

std::vector<const Condition*> testConditions(const Scene& scene) {
  std::vector<const Condition*> tests;
  for (const Condition& condition : scene.conditions) {
    if (condition.enabled && condition.test) tests.push_back(&condition);
  }
  return tests;
}

bool sameMovers(const Scene& scene, const std::vector<Pose>& a, const std::vector<Pose>& b) {
  for (std::size_t i = 0; i < scene.bodies.size() && i < a.size() && i < b.size(); ++i) {
    if (!scene.bodies[i].dynamic) continue;
    if (a[i].x != b[i].x || a[i].y != b[i].y || a[i].angle != b[i].angle) return false;
  }
  return true;
}

std::vector<Pose> posesAt(const std::vector<Pose>& poses, int bodies, double step) {
  if (bodies <= 0 || static_cast<int>(poses.size()) < bodies) return {};
  const int T = static_cast<int>(poses.size()) / bodies;
  const double clamped = std::clamp(std::isfinite(step) ? step : 0.0, 0.0, static_cast<double>(T - 1));
  const int from = static_cast<int>(clamped);
  const int to = std::min(from + 1, T - 1);
  const float share = static_cast<float>(clamped - from);
  std::vector<Pose> now(static_cast<std::size_t>(bodies));
  for (int body = 0; body < bodies; ++body) {
    const Pose& a = poses[static_cast<std::size_t>(from * bodies + body)];
    const Pose& b = poses[static_cast<std::size_t>(to * bodies + body)];
    const float turn = static_cast<float>(std::remainder(static_cast<double>(b.angle - a.angle), kTurn));
    now[static_cast<std::size_t>(body)] = {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y),
                                           a.angle + share * turn};
  }
  return now;
}

QRectF bodyBounds(const Body& body, const Pose& pose) {
  ExtentVisitor extent{pose};
  for (const Shape& shape : body.shapes) std::visit(extent, shape.geometry);
  if (!(extent.left <= extent.right)) return {};
  return {QPointF(extent.left, extent.bottom), QPointF(extent.right, extent.top)};
}

Goal goalOf(const Scene& scene, const Condition* condition) {
  Goal goal;
  if (!scene.success) return goal;
  const Sensor* sensor = sensorOf(scene, scene.success->sensor);
  if (sensor == nullptr) return goal;
  const std::vector<double>& target = scene.success->target;
  if (sensor->type == Sensor::Type::BodyPosition || sensor->type == Sensor::Type::PointPosition) {
    if (target.size() < 2) return goal;
    goal.point = Eigen::Vector2d(target[0], target[1]);
    const std::string& owner =
        scene.success->targetBody.empty() ? sensor->relativeBody : scene.success->targetBody;
    if (const int body = owner.empty() ? -1 : indexOf(scene, owner); body >= 0) {
      const std::vector<const Condition*> trained = trainedConditions(scene);
      if (!condition && !trained.empty()) condition = trained.front();
      const Pose pose = startPoses(scene, condition)[static_cast<std::size_t>(body)];
      if (scene.success->targetBody.empty())
        *goal.point += bodyPoint(pose, sensor->relativePoint);
      else
        goal.point = bodyPoint(pose, *goal.point);
    } else if (sensor->relativeTo.size() >= 2) {
      *goal.point += Eigen::Vector2d(sensor->relativeTo[0], sensor->relativeTo[1]);
    }
    goal.within = scene.success->within;
  } else if (sensor->type == Sensor::Type::JointAngle && target.size() == sensor->targets.size()) {
    Condition reached;
    for (std::size_t i = 0; i < target.size(); ++i) {
      const double offset = i < sensor->relativeTo.size() ? sensor->relativeTo[i] : 0.0;
      reached.overrides[sensor->targets[i] + ".angle"] = {target[i] + offset};
    }
    goal.poses = startPoses(scene, &reached);
  }
  return goal;
}

/// Around the goals of all conditions; null without any.
static QRectF goalBounds(const Scene& scene) {
  QRectF bounds;
  std::vector<const Condition*> conditions = trainedConditions(scene);
  if (conditions.empty()) conditions.push_back(nullptr);
  for (const Condition* condition : conditions) {
    const Goal goal = goalOf(scene, condition);
    if (goal.point) {
      const double r = std::max(goal.within, 1e-3);
      bounds = bounds.united(QRectF(goal.point->x() - r, goal.point->y() - r, 2 * r, 2 * r));
    }
    for (std::size_t i = 0; i < goal.poses.size(); ++i) {
      if (scene.bodies[i].dynamic) bounds = bounds.united(bodyBounds(scene.bodies[i], goal.poses[i]));
    }
  }
  return bounds;
}

QRectF sceneBounds(const Scene& scene) {
  QRectF bounds;
  const auto unite = [&bounds](const QRectF& box) {
    if (box.isNull()) return;
    bounds = bounds.isNull() ? box : bounds.united(box);
  };
  std::vector<const Condition*> conditions = trainedConditions(scene);
  if (conditions.empty()) conditions.push_back(nullptr);
  for (const Condition* condition : conditions) {
    const std::vector<Pose> poses = startPoses(scene, condition);
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) unite(bodyBounds(scene.bodies[i], poses[i]));
  }
  unite(goalBounds(scene));
  if (bounds.isNull()) return {-2, -1.5, 4, 3};
  // A line of no width (a floor) still needs room around it.
  const double least = std::max({bounds.width(), bounds.height(), 1e-3}) * 0.1;
  const double dx = std::max(0.0, least - bounds.width()) / 2,
               dy = std::max(0.0, least - bounds.height()) / 2;
  return bounds.adjusted(-dx, -dy, dx, dy);
}

QRectF cameraBounds(const Scene& scene) {
  const Camera unset;
  const Camera& camera = scene.camera;
  if (camera.width == unset.width && camera.centre == unset.centre) return sceneBounds(scene);
  const double height = camera.width * 0.75;
  const QRectF frame(camera.centre.x() - camera.width / 2, camera.centre.y() - height / 2, camera.width,
                     height);
  // A camera has one shape and windows another: empty ground at its edges is not worth a smaller scene.
  const QRectF content = sceneBounds(scene);
  const double dx = 0.10 * content.width(), dy = 0.15 * content.height();
  const QRectF used = frame.intersected(content.adjusted(-dx, -dy, dx, dy));
  // One has to see where it should go, even beyond the camera.
  return (used.isEmpty() ? frame : used).united(goalBounds(scene));
}

}  // namespace gps::ui
