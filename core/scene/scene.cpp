// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/scene.h"

#include <algorithm>

namespace gps {
namespace {

template <class Part>
const Part* findById(const std::vector<Part>& parts, const std::string& id) {
  const auto it = std::find_if(parts.begin(), parts.end(), [&id](const Part& part) { return part.id == id; });
  return it == parts.end() ? nullptr : &*it;
}

}  // namespace

int Sensor::size() const {
  switch (type) {
    case Type::JointAngle:
    case Type::JointSpeed:
      return static_cast<int>(targets.size());
    case Type::BodyPosition:
    case Type::BodyVelocity:
    case Type::PointPosition:
    case Type::PointVelocity:
      return 2;
    case Type::Constant:
      return static_cast<int>(value.size());
    case Type::BodyAngle:
    case Type::BodySpin:
    case Type::DistanceRay:
      break;
  }
  return 1;
}

const Body* Scene::body(const std::string& id) const {
  return findById(bodies, id);
}
const Joint* Scene::joint(const std::string& id) const {
  return findById(joints, id);
}
const Sensor* Scene::sensor(const std::string& id) const {
  return findById(sensors, id);
}

namespace {

std::optional<int> offsetIn(const Scene& scene, const std::vector<std::string>& sensors,
                            const std::string& sensorId) {
  int offset = 0;
  for (const std::string& id : sensors) {
    if (id == sensorId) return offset;
    if (const Sensor* part = scene.sensor(id)) offset += part->size();
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> Scene::stateOffset(const std::string& sensorId) const {
  return offsetIn(*this, state, sensorId);
}
std::optional<int> Scene::observationOffset(const std::string& sensorId) const {
  return offsetIn(*this, observation, sensorId);
}

}  // namespace gps
