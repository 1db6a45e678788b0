// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plant/channels.h"

namespace gps {

namespace {

bool turns(const Scene& scene, const std::string& joint) {
  const Joint* found = scene.joint(joint);
  return found && found->type == Joint::Type::Revolute;
}

std::string unitOf(const Scene& scene, const Sensor& sensor, int entry) {
  const auto joint = [&] { return turns(scene, sensor.targets[static_cast<std::size_t>(entry)]); };
  switch (sensor.type) {
    case Sensor::Type::JointAngle: return joint() ? "rad" : "m";
    case Sensor::Type::JointSpeed: return joint() ? "rad/s" : "m/s";
    case Sensor::Type::BodyPosition:
    case Sensor::Type::PointPosition:
    case Sensor::Type::DistanceRay: return "m";
    case Sensor::Type::BodyVelocity:
    case Sensor::Type::PointVelocity: return "m/s";
    case Sensor::Type::BodyAngle: return "rad";
    case Sensor::Type::BodySpin: return "rad/s";
    case Sensor::Type::Constant: break;
  }
  return {};
}

}  // namespace

std::vector<Channel> channelsOf(const Scene& scene, const std::vector<std::string>& sensors) {
  std::vector<Channel> channels;
  for (const std::string& id : sensors) {
    const Sensor& sensor = *scene.sensor(id);
    const int size = sensor.size();
    const bool joints = sensor.type == Sensor::Type::JointAngle || sensor.type == Sensor::Type::JointSpeed;
    const bool planar = size == 2 && sensor.type != Sensor::Type::Constant && !joints;
    for (int i = 0; i < size; ++i) {
      std::string name = sensor.id;
      if (planar) {
        name += i == 0 ? ".x" : ".y";
      } else if (size > 1) {
        name += "." + (joints ? sensor.targets[static_cast<std::size_t>(i)] : std::to_string(i + 1));
      }
      channels.push_back({std::move(name), unitOf(scene, sensor, i)});
    }
  }
  return channels;
}

std::vector<Channel> actionChannels(const Scene& scene) {
  std::vector<Channel> channels;
  for (const Actuator& actuator : scene.actuators) {
    std::string unit = "N";
    if (actuator.type == Actuator::Type::JointTorque && turns(scene, actuator.target)) unit = "N m";
    if (actuator.type == Actuator::Type::BodyVelocity) unit = "m/s";
    if (actuator.type == Actuator::Type::JointVelocity) unit = turns(scene, actuator.target) ? "rad/s" : "m/s";
    channels.push_back({actuator.id, std::move(unit)});
  }
  return channels;
}

}  // namespace gps
