// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/scene.h"
#include "core/scene/type_entry.h"

namespace gps {

// One entry per type, in the order of the enumeration of the same name.

std::span<const TypeEntry> jointTypes();
std::span<const TypeEntry> actuatorTypes();
std::span<const TypeEntry> sensorTypes();

inline const TypeEntry& typeEntry(Joint::Type type) {
  return jointTypes()[static_cast<std::size_t>(type)];
}
inline const TypeEntry& typeEntry(Actuator::Type type) {
  return actuatorTypes()[static_cast<std::size_t>(type)];
}
inline const TypeEntry& typeEntry(Sensor::Type type) {
  return sensorTypes()[static_cast<std::size_t>(type)];
}

}  // namespace gps
