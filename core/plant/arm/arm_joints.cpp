// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/arm/arm_joints.h"

#include <algorithm>
#include <cmath>

#include "core/plant/coordinates.h"

namespace gps {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

const char* nameOf(ActionKind kind) {
  switch (kind) {
    case ActionKind::Torque: return "torques";
    case ActionKind::Velocity: return "velocities";
    case ActionKind::PositionOffset: return "position offsets";
  }
  return "";
}

/// The first starting state that the arm cannot or should not be brought to.
Status checkStarts(const Task& task, const ArmConfig& arm, const ArmJoints& joints, int coordinates) {
  for (int c = 0; c < task.conditionCount(); ++c) {
    Vector z(coordinates);
    task.plants->make(c, Vector())->coordinates(z);
    for (int i = 0; i < joints.count(); ++i) {
      const JointConfig& joint = arm.joints[static_cast<std::size_t>(i)];
      const double angle = z(joints.coordinate[static_cast<std::size_t>(i)]);
      const double speed = z(joints.coordinate[static_cast<std::size_t>(i)] + 1);
      const std::string where = "condition " + task.conditions[static_cast<std::size_t>(c)] + ", joint " + std::to_string(i + 1);
      if (angle < joint.lowerLimit || angle > joint.upperLimit) {
        return Error{"The start is at " + number(angle) + " rad, but the joint's limits are " + number(joint.lowerLimit) +
                         " and " + number(joint.upperLimit) + " rad.",
                     where, "Start inside the limits, or correct the arm's limits."};
      }
      if (std::abs(speed) > 1e-6) {
        return Error{"The start moves with " + number(speed) + " rad/s; an arm starts from rest.", where, "Set the speed to 0."};
      }
    }
  }
  return Done{};
}

}  // namespace

Result<ActionKind> actionOf(const Scene& scene) {
  for (const Actuator& actuator : scene.actuators) {
    const bool joint = actuator.type == Actuator::Type::JointTorque || actuator.type == Actuator::Type::JointVelocity;
    const Joint* driven = joint ? scene.joint(actuator.target) : nullptr;
    if (!driven || driven->type != Joint::Type::Revolute) {
      return Error{"The actuator \"" + actuator.id + "\" drives no hinge, and an arm has nothing else.", scene.name,
                   "Use a scene whose actuators are torques or velocities of hinges."};
    }
    if (actuator.type != scene.actuators.front().type) {
      return Error{"Some actuators are torques and some velocities; an arm takes one kind.", scene.name,
                   "Use one kind for all joints."};
    }
  }
  if (scene.actuators.empty()) return Error{"The scene has no actuator.", scene.name, "Add one for every joint."};
  return scene.actuators.front().type == Actuator::Type::JointTorque ? ActionKind::Torque : ActionKind::Velocity;
}

double controlPeriod(double dt, double longest) {
  return dt / std::max(1.0, std::ceil(dt / longest - 1e-9));
}

Result<ArmJoints> matchArm(const Task& task, const ArmConfig& arm) {
  const Scene& scene = *task.scene;
  const Result<ActionKind> action = actionOf(scene);
  if (!action) return action.error();
  if (*action != arm.action) {
    return Error{"The scene's actions are " + std::string(nameOf(*action)) + ", but the arm takes " + nameOf(arm.action) + ".",
                 scene.name, "Change the scene's actuators, or the arm's kind of action."};
  }
  if (scene.actuators.size() != arm.joints.size()) {
    return Error{"The scene drives " + std::to_string(scene.actuators.size()) + " joints, but the arm has " +
                     std::to_string(arm.joints.size()) + ".",
                 scene.name, "List the arm's joints from the base on, as many as the scene has actuators."};
  }
  const Result<Coordinates> coordinates = coordinatesOf(scene);
  if (!coordinates) return coordinates.error();

  ArmJoints joints;
  for (std::size_t i = 0; i < scene.actuators.size(); ++i) {
    const Actuator& actuator = scene.actuators[i];
    Eigen::Index next = 0;
    for (const Coordinates::Entry& entry : coordinates->entries) {
      if (entry.joint >= 0 && scene.joints[static_cast<std::size_t>(entry.joint)].id == actuator.target) {
        if (std::find(joints.coordinate.begin(), joints.coordinate.end(), next) != joints.coordinate.end()) {
          return Error{"Two actuators drive the joint \"" + actuator.target + "\".", scene.name, "Remove one of them."};
        }
        joints.coordinate.push_back(next);
      }
      next += entry.size();
    }
    const JointConfig& joint = arm.joints[i];
    const double largest = arm.action == ActionKind::Torque ? joint.torqueLimit : joint.velocityLimit;
    const char* unit = arm.action == ActionKind::Torque ? " N m" : " rad/s";
    if (!actuator.limit || *actuator.limit > 1.001 * largest) {
      return Error{"The actuator \"" + actuator.id + "\" " +
                       (actuator.limit ? "goes up to " + number(*actuator.limit) + unit : "has no limit") +
                       ", but the arm's joint " + std::to_string(i + 1) + " is limited to " + number(largest) + unit + ".",
                   scene.name, "Give the actuator a limit that the arm can hold, so that what is learned can be done."};
    }
  }
  for (const Coordinates::Entry& entry : coordinates->entries) {
    const bool driven = entry.joint >= 0 && std::any_of(scene.actuators.begin(), scene.actuators.end(), [&](const Actuator& a) {
                          return a.target == scene.joints[static_cast<std::size_t>(entry.joint)].id;
                        });
    if (driven) continue;
    const std::string part = entry.joint >= 0 ? "joint \"" + scene.joints[static_cast<std::size_t>(entry.joint)].id
                                              : "body \"" + scene.bodies[static_cast<std::size_t>(entry.body)].id;
    return Error{"The " + part + "\" moves, but the arm cannot measure it.", scene.name,
                 "Use a scene in which only the driven joints move."};
  }
  const double cycles = task.dt / arm.period;
  joints.stride = static_cast<int>(std::lround(cycles));
  if (joints.stride < 1 || std::abs(cycles - joints.stride) > 1e-6 * cycles) {
    return Error{"The scene's time step of " + number(task.dt) + " s is no multiple of the arm's control period of " +
                     number(arm.period) + " s.",
                 scene.name, "Use a period of " + number(controlPeriod(task.dt)) + " s."};
  }
  if (Status starts = checkStarts(task, arm, joints, coordinates->size()); !starts) return starts.error();
  return joints;
}

}  // namespace gps
