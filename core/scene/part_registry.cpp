// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/part_registry.h"

#include <array>

namespace gps {
namespace {

constexpr TypeField kBodyA{"body_a", true};
constexpr TypeField kBodyB{"body_b", true};

constexpr std::array<TypeField, 9> kRevolute{{kBodyA,
                                              kBodyB,
                                              {"anchor_a"},
                                              {"anchor_b"},
                                              {"collide"},
                                              {"reference_angle"},
                                              {"limits"},
                                              {"max_motor"},
                                              {"damping"}}};
constexpr std::array<TypeField, 10> kPrismatic{{kBodyA,
                                                kBodyB,
                                                {"anchor_a"},
                                                {"anchor_b"},
                                                {"collide"},
                                                {"axis", true},
                                                {"reference_angle"},
                                                {"limits"},
                                                {"max_motor"},
                                                {"damping"}}};
constexpr std::array<TypeField, 6> kWeld{
    {kBodyA, kBodyB, {"anchor_a"}, {"anchor_b"}, {"collide"}, {"reference_angle"}}};
constexpr std::array<TypeField, 6> kDistance{
    {kBodyA, kBodyB, {"anchor_a"}, {"anchor_b"}, {"collide"}, {"limits"}}};

constexpr std::array<TypeField, 2> kJointActuator{{{"joint", true}, {"limit"}}};
constexpr std::array<TypeField, 3> kBodyActuator{{{"body", true}, {"axis", true}, {"limit"}}};
constexpr std::array<TypeField, 4> kThruster{{{"body", true}, {"axis", true}, {"point"}, {"limit"}}};

constexpr std::array<TypeField, 2> kJointSensor{{{"joints", true}, {"relative_to"}}};
constexpr std::array<TypeField, 4> kBodySensor{
    {{"body", true}, {"relative_to"}, {"relative_body"}, {"relative_point"}}};
constexpr std::array<TypeField, 3> kAngleSensor{{{"body", true}, {"relative_to"}, {"relative_body"}}};
constexpr std::array<TypeField, 5> kPointSensor{
    {{"body", true}, {"point", true}, {"relative_to"}, {"relative_body"}, {"relative_point"}}};
constexpr std::array<TypeField, 4> kRay{{{"body", true}, {"point"}, {"direction", true}, {"range", true}}};
constexpr std::array<TypeField, 1> kConstant{{{"value", true}}};

constexpr std::array<TypeEntry, 4> kJoints{{
    {"revolute", "Hinge",
     "Lets body B turn about an anchor on body A. Its angle is angle B - angle A - reference_angle.",
     kRevolute},
    {"prismatic", "Slider", "Lets body B slide along an axis of body A without turning.", kPrismatic},
    {"weld", "Weld", "Holds body B in one place of body A.", kWeld},
    {"distance", "Rod", "Keeps two anchors at the distance they start with, or within `limits` like a rope.",
     kDistance},
}};

constexpr std::array<TypeEntry, 5> kActuators{{
    {"joint_torque", "Joint torque",
     "Torque [N m] of a hinge, force [N] of a slider, held for one control step.", kJointActuator},
    {"joint_velocity", "Joint velocity",
     "Target speed [rad/s, m/s] of a servo that has the joint's max_motor.", kJointActuator},
    {"body_force", "Force on a body", "Force [N] at the centre of mass along a direction of the world.",
     kBodyActuator},
    {"body_velocity", "Velocity of a body",
     "Sets the velocity [m/s] of a body along a direction of the world.", kBodyActuator},
    {"thruster", "Thruster", "Force [N] at a point of a body along a direction of the body.", kThruster},
}};

constexpr std::array<TypeEntry, 10> kSensors{{
    {"joint_angle", "Joint angle", "Angles [rad] of hinges, positions [m] of sliders, one entry per joint.",
     kJointSensor},
    {"joint_speed", "Joint speed", "Speeds [rad/s, m/s] of joints, one entry per joint.", kJointSensor},
    {"body_position", "Position", "Position [m] of a body's origin.", kBodySensor},
    {"body_velocity", "Velocity", "Velocity [m/s] of a body's centre of mass.", kBodySensor},
    {"point_position", "Point position", "Position [m] of a point fixed to a body.", kPointSensor},
    {"point_velocity", "Point velocity", "Velocity [m/s] of a point fixed to a body.", kPointSensor},
    {"body_angle", "Angle", "Angle [rad] of a body.", kAngleSensor},
    {"body_spin", "Spin", "Angular velocity [rad/s] of a body.", kAngleSensor},
    {"distance_ray", "Distance ray", "Distance [m] to the first other body along a ray, at most `range`.",
     kRay},
    {"constant", "Constant", "Numbers that never change.", kConstant},
}};

}  // namespace

std::span<const TypeEntry> jointTypes() {
  return kJoints;
}
std::span<const TypeEntry> actuatorTypes() {
  return kActuators;
}
std::span<const TypeEntry> sensorTypes() {
  return kSensors;
}

}  // namespace gps
