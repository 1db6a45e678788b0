// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/coordinates.h"

#include <algorithm>

#include "core/base/expects.h"

namespace gps {

namespace {

Error noTree(const Joint& joint, const std::string& why) {
  return Error{"The joint \"" + joint.id + "\" " + why +
                   ", so that no independent coordinates determine the state of the scene.",
               "joints",
               "Use an algorithm that fits its dynamics to rollouts, such as trajopt or gps_ilqr, or change the joint."};
}

}  // namespace

int Coordinates::size() const {
  int size = 0;
  for (const Entry& entry : entries) size += entry.size();
  return size;
}

Result<Coordinates> coordinatesOf(const Scene& scene) {
  Coordinates coordinates;
  std::vector<int> carriedBy(scene.bodies.size(), -1);
  const auto indexOf = [&scene](const std::string& id) { return scene.body(id) - scene.bodies.data(); };
  for (std::size_t j = 0; j < scene.joints.size(); ++j) {
    const Joint& joint = scene.joints[j];
    if (joint.type == Joint::Type::Distance) return noTree(joint, "is a rod");
    const std::size_t b = static_cast<std::size_t>(indexOf(joint.bodyB));
    if (!scene.bodies[b].dynamic) return noTree(joint, "ends in a static body");
    if (carriedBy[b] >= 0) return noTree(joint, "closes a loop");
    carriedBy[b] = static_cast<int>(j);
    if (joint.type != Joint::Type::Weld) coordinates.entries.push_back({.joint = static_cast<int>(j), .body = -1});
  }
  for (const Joint& joint : scene.joints) {
    // Following the carriers must end; a ring of joints would not.
    std::size_t at = static_cast<std::size_t>(indexOf(joint.bodyB));
    for (std::size_t hops = 0; carriedBy[at] >= 0; ++hops) {
      if (hops > scene.joints.size()) return noTree(joint, "closes a loop");
      at = static_cast<std::size_t>(indexOf(scene.joints[static_cast<std::size_t>(carriedBy[at])].bodyA));
    }
  }
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const Body& body = scene.bodies[b];
    if (body.dynamic && !body.ghost && carriedBy[b] < 0) {
      coordinates.entries.push_back({.joint = -1, .body = static_cast<int>(b)});
    }
  }
  return coordinates;
}

std::vector<BodyStart> startAt(const Scene& scene, const Coordinates& coordinates, const Condition& condition,
                               const VectorRef& z) {
  GPS_EXPECTS(z.size() == coordinates.size(), "one number per coordinate");
  Condition at = condition;
  Eigen::Index next = 0;
  const auto take = [&](std::size_t count) {
    std::vector<double> numbers(z.data() + next, z.data() + next + count);
    next += static_cast<Eigen::Index>(count);
    return numbers;
  };
  for (const Coordinates::Entry& entry : coordinates.entries) {
    if (entry.joint >= 0) {
      const Joint& joint = scene.joints[static_cast<std::size_t>(entry.joint)];
      const std::string coordinate = joint.type == Joint::Type::Revolute ? ".angle" : ".translation";
      at.overrides[joint.id + coordinate] = take(1);
      at.overrides[joint.id + ".speed"] = take(1);
    } else {
      const std::string& id = scene.bodies[static_cast<std::size_t>(entry.body)].id;
      at.overrides[id + ".position"] = take(2);
      at.overrides[id + ".angle"] = take(1);
      at.overrides[id + ".velocity"] = take(2);
      at.overrides[id + ".angular_velocity"] = take(1);
    }
  }
  return startState(scene, at, Vector());
}

}  // namespace gps
