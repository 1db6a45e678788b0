// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/scene/tree_edit.h"
#include "core/scene/type_entry.h"

namespace gps::ui {

/// The lists of parts a scene file has.
enum class PartKind { Body, Joint, Actuator, Sensor, Condition, Cost };
inline constexpr int kPartKinds = 6;

/// A part by its id, which stays while its place in the list changes.
struct PartRef {
  PartKind kind = PartKind::Body;
  std::string id;
  auto operator<=>(const PartRef&) const = default;
};

/// "bodies": the key of the list in the file.
std::string listKey(PartKind kind);
/// "cost term": in a sentence.
std::string partWord(PartKind kind);
/// "the cost term goal".
std::string partText(const PartRef& part);
/// Keys an object of this list may have, in the order of files.
std::span<const std::string_view> partKeys(PartKind kind);
/// What `type` may be; empty for bodies (static or dynamic) and conditions, which have no registry.
std::span<const TypeEntry> partTypes(PartKind kind);

/// The list; a shared empty one when the file has none.
const SceneTree& partsOf(const SceneTree& tree, PartKind kind);
/// The id of an entry; empty where it has none.
std::string idOf(const SceneTree& part);
std::optional<std::size_t> findPart(const SceneTree& tree, const PartRef& part);
TreePath pathOf(PartKind kind, std::size_t index);

/// Hands out ids that neither a part of a tree nor an earlier answer has. Keeps what it looked up, so that
/// many parts get theirs in a time that grows like their number.
class FreeIds {
 public:
  explicit FreeIds(const SceneTree& tree);
  /// `wanted` if no part of a list it must differ from has it, else with the next free number: link2, link3,
  /// ...
  std::string take(PartKind kind, const std::string& wanted);

 private:
  struct Names {
    std::unordered_set<std::string> used;
    std::map<std::string, int> next;  ///< per stem: numbers below are used
  };
  std::array<Names, kPartKinds> m_names;
};
/// One such id.
std::string freeId(const SceneTree& tree, PartKind kind, const std::string& wanted);
/// Whether a part of this kind may be called so beside the others (`self`: the one that is renamed).
Status checkId(const SceneTree& tree, PartKind kind, const std::string& id, const std::string& self = {});

/// Numbers a sensor of the file contributes; 0 where it is not understood.
std::size_t sensorSize(const SceneTree& sensor);

/// A text at a key of an object, or nothing.
std::string textAt(const SceneTree& object, const char* key);

}  // namespace gps::ui
