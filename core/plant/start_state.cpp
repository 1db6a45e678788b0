// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/start_state.h"

#include <Eigen/Geometry>
#include <map>
#include <optional>
#include <string>

namespace gps {
namespace {

using Eigen::Rotation2Dd;
using Eigen::Vector2d;

/// z x r, the velocity of a point r on a body that turns with 1 rad/s.
Vector2d perpendicular(const Vector2d& r) {
  return Vector2d(-r.y(), r.x());
}

/// A joint or a dynamic body; static bodies are furniture.
bool moves(const Scene& scene, const std::string& id) {
  const Body* body = scene.body(id);
  return !body || body->dynamic;
}

}  // namespace

void placeBodyB(const Joint& joint, const JointStart& start, const BodyStart& modelA, const BodyStart& modelB,
                const BodyStart& a, BodyStart& b) {
  const bool revolute = joint.type == Joint::Type::Revolute;
  const bool prismatic = joint.type == Joint::Type::Prismatic;
  const Vector2d axis = joint.axis.normalized();
  const Rotation2Dd modelTurnA(modelA.angle);
  const Rotation2Dd modelTurnB(modelB.angle);
  const Vector2d modelGap =
      modelB.position + modelTurnB * joint.anchorB - modelA.position - modelTurnA * joint.anchorA;
  const Rotation2Dd turnA(a.angle);

  double relativeAngle = modelB.angle - modelA.angle;
  if (revolute && start.coordinate) relativeAngle = *start.coordinate + joint.referenceAngle;
  if (prismatic) relativeAngle = joint.referenceAngle;

  // Gap between the anchors in the frame of body A.
  Vector2d gap(0, 0);
  if (prismatic) {
    const double translation =
        start.coordinate ? *start.coordinate : (modelTurnA.inverse() * modelGap).dot(axis);
    gap = translation * axis;
  } else if (joint.type == Joint::Type::Distance) {
    gap = modelTurnA.inverse() * modelGap;
  }

  b.angle = a.angle + relativeAngle;
  const Rotation2Dd turnB(b.angle);
  const Vector2d anchor = a.position + turnA * (joint.anchorA + gap);
  b.position = anchor - turnB * joint.anchorB;

  const double speed = start.speed.value_or(0.0);
  b.angularVelocity = a.angularVelocity + (revolute ? speed : 0.0);
  const Vector2d slide = prismatic ? Vector2d(speed * (turnA * axis)) : Vector2d(0, 0);
  b.velocity = a.velocity + a.angularVelocity * perpendicular(anchor - a.position) + slide +
               b.angularVelocity * perpendicular(b.position - anchor);
}

int disturbedCoordinates(const Scene& scene, const Condition& condition) {
  if (!(condition.spread > 0.0)) return 0;
  int count = 0;
  for (const auto& [name, numbers] : condition.overrides) {
    if (moves(scene, name.substr(0, name.rfind('.')))) count += static_cast<int>(numbers.size());
  }
  return count;
}

std::vector<BodyStart> startState(const Scene& scene, const Condition& condition, const VectorRef& noise) {
  std::map<std::string, std::size_t> bodyIndex;
  std::vector<BodyStart> model;
  for (const Body& body : scene.bodies) {
    bodyIndex[body.id] = model.size();
    model.push_back(BodyStart{body.position, body.angle, body.velocity, body.angularVelocity});
  }
  std::vector<BodyStart> start = model;
  std::vector<bool> moved(start.size(), false);
  std::map<std::string, JointStart> jointStarts;

  Eigen::Index drawn = 0;
  for (const auto& [name, numbers] : condition.overrides) {
    std::vector<double> value = numbers;
    const std::size_t dot = name.rfind('.');
    const std::string id = name.substr(0, dot);
    if (noise.size() > 0 && moves(scene, id)) {
      for (double& number : value) number += condition.spread * noise(drawn++);
    }
    const std::string property = name.substr(dot + 1);
    if (const auto it = bodyIndex.find(id); it != bodyIndex.end()) {
      BodyStart& body = start[it->second];
      moved[it->second] = true;
      if (property == "position") body.position = Vector2d(value[0], value[1]);
      if (property == "angle") body.angle = value[0];
      if (property == "velocity") body.velocity = Vector2d(value[0], value[1]);
      if (property == "angular_velocity") body.angularVelocity = value[0];
    } else if (property == "speed") {
      jointStarts[id].speed = value[0];
    } else {
      jointStarts[id].coordinate = value[0];
    }
  }

  // Joints are taken only once their body A stands where it will stay: no other joint still moves it.
  std::vector<bool> done(scene.joints.size(), false);
  const auto mayStillMove = [&](std::size_t body) {
    for (std::size_t k = 0; k < scene.joints.size(); ++k) {
      if (!done[k] && bodyIndex.at(scene.joints[k].bodyB) == body) return true;
    }
    return false;
  };
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t k = 0; k < scene.joints.size(); ++k) {
      if (done[k]) continue;
      const Joint& joint = scene.joints[k];
      const std::size_t a = bodyIndex.at(joint.bodyA);
      const std::size_t b = bodyIndex.at(joint.bodyB);
      if (mayStillMove(a)) continue;
      done[k] = true;
      progress = true;
      const auto own = jointStarts.find(joint.id);
      const bool overridden = own != jointStarts.end();
      if ((!overridden && !moved[a]) || (moved[b] && !overridden) || !scene.bodies[b].dynamic) continue;
      placeBodyB(joint, overridden ? own->second : JointStart{}, model[a], model[b], start[a], start[b]);
      moved[b] = true;
    }
  }
  return start;
}

Vector pointsOnBody(const Scene& scene, const Condition& condition, const std::string& body,
                    const VectorRef& points) {
  const std::vector<BodyStart> start = startState(scene, condition, Vector());
  const BodyStart& frame = start[static_cast<std::size_t>(scene.body(body) - scene.bodies.data())];
  Vector world(points.size());
  for (Eigen::Index i = 0; i + 1 < points.size(); i += 2) {
    world.segment<2>(i) = frame.position + Rotation2Dd(frame.angle) * points.segment<2>(i);
  }
  return world;
}

}  // namespace gps
