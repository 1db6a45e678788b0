// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/json_node.h"
#include "core/scene/scene.h"
#include "core/scene/type_entry.h"

namespace gps {

// Readers of the parts of a scene, in the order in which they refer to each other. Each appends to `scene`
// and records what is wrong in the node's findings.

constexpr NumberRange kCoordinate{-1e5, 1e5};  ///< m
constexpr NumberRange kAngle{-1e3, 1e3};       ///< rad
constexpr NumberRange kSpeed{-1e5, 1e5};       ///< m/s, rad/s
constexpr NumberRange kNotNegative{0.0, 1e9};
constexpr NumberRange kAnyNumber{-1e9, 1e9};
constexpr std::size_t kMaxStateSize = 200;

void readWorld(const JsonNode& node, World& world);
void readBody(const JsonNode& node, Scene& scene);
void readJoint(const JsonNode& node, Scene& scene);
void readActuator(const JsonNode& node, Scene& scene);
void readSensor(const JsonNode& node, Scene& scene);

void readCondition(const JsonNode& node, Scene& scene);
void readCost(const JsonNode& node, Scene& scene);
void readSuccess(const JsonNode& node, Scene& scene);
void readInitialController(const JsonNode& node, Scene& scene);
/// `tables` of an initial controller; its kind has been read.
void readControllerTables(const JsonNode& node, Scene& scene);
void readSuggested(const JsonNode& node, Scene& scene);
void readCamera(const JsonNode& node, Scene& scene);

/// Reads `type` into `out` as an index into `types` and checks that the object has the keys the type requires
/// and none that it does not read. `what` names the kind of object in messages.
bool readType(const JsonNode& node, std::span<const TypeEntry> types, const std::string& what, int& out);

/// Records a finding when `id` is not among `ids`; `what` names the kind of thing.
void requireKnown(const JsonNode& node, const std::string& id, const std::vector<std::string>& ids,
                  const std::string& what);

template <class Part>
std::vector<std::string> idsOf(const std::vector<Part>& parts) {
  std::vector<std::string> ids;
  for (const Part& part : parts) ids.push_back(part.id);
  return ids;
}

/// Records a finding when one of `parts` has this id already.
template <class Part>
void requireNew(const JsonNode& node, const std::string& id, const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    if (part.id == id) node.fail("The id " + id + " is used twice.", "Give every part its own id.");
  }
}

}  // namespace gps
