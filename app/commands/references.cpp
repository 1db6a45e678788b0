// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/references.h"

#include <array>

namespace gps::ui {

namespace {

/// Keys that name parts: in which list (or single object) and what they name.
struct NamingKey {
  const char* holder;  ///< list key, or "success", "camera"
  const char* key;
  PartKind names;
};
constexpr std::array<NamingKey, 14> kNaming{{
    {"joints", "body_a", PartKind::Body},
    {"joints", "body_b", PartKind::Body},
    {"actuators", "body", PartKind::Body},
    {"actuators", "joint", PartKind::Joint},
    {"sensors", "body", PartKind::Body},
    {"sensors", "relative_body", PartKind::Body},
    {"sensors", "joints", PartKind::Joint},
    {"costs", "sensor", PartKind::Sensor},
    {"costs", "target_body", PartKind::Body},
    {"costs", "bodies", PartKind::Body},
    {"costs", "joints", PartKind::Joint},
    {"success", "sensor", PartKind::Sensor},
    {"success", "target_body", PartKind::Body},
    {"camera", "trace", PartKind::Sensor},
}};

class Collector {
 public:
  explicit Collector(const std::string& id) : m_id(id) {}

  /// A value that is the id, or a list that has it.
  void look(const SceneTree& object, const std::string& key, const TreePath& path,
            const std::optional<PartRef>& owner) {
    if (!object.is_object()) return;
    const auto value = object.find(key);
    if (value == object.end()) return;
    if (value->is_string() && value->get_ref<const std::string&>() == m_id) {
      m_found.push_back({Reference::Form::Value, path / key, owner});
    } else if (value->is_array()) {
      for (std::size_t i = 0; i < value->size(); ++i) {
        const SceneTree& entry = (*value)[i];
        if (entry.is_string() && entry.get_ref<const std::string&>() == m_id)
          m_found.push_back({Reference::Form::ListEntry, path / key / i, owner});
      }
    }
  }
  void lookInOverrides(const SceneTree& condition, const TreePath& path) {
    if (!condition.is_object()) return;
    const auto overrides = condition.find("overrides");
    if (overrides == condition.end() || !overrides->is_object()) return;
    for (const auto& item : overrides->items()) {
      // A key without a dot names no part; it is for the reader to refuse.
      const std::size_t dot = item.key().rfind('.');
      if (dot == std::string::npos || item.key().substr(0, dot) != m_id) continue;
      m_found.push_back({Reference::Form::OverrideKey, path / "overrides" / item.key(),
                         PartRef{PartKind::Condition, idOf(condition)}});
    }
  }
  std::vector<Reference> take() { return std::move(m_found); }

 private:
  const std::string& m_id;
  std::vector<Reference> m_found;
};

}  // namespace

std::vector<Reference> referencesTo(const SceneTree& tree, const PartRef& part) {
  Collector collector(part.id);
  if (part.id.empty() || !tree.is_object()) return {};
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    const SceneTree& list = partsOf(tree, kind);
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (const NamingKey& naming : kNaming) {
        if (naming.names == part.kind && listKey(kind) == naming.holder)
          collector.look(list[i], naming.key, pathOf(kind, i), PartRef{kind, idOf(list[i])});
      }
      const bool overridable = part.kind == PartKind::Body || part.kind == PartKind::Joint;
      if (kind == PartKind::Condition && overridable) collector.lookInOverrides(list[i], pathOf(kind, i));
    }
  }
  if (part.kind == PartKind::Sensor) {
    for (const char* key : {"state", "observation"}) collector.look(tree, key, TreePath(), std::nullopt);
  }
  for (const NamingKey& naming : kNaming) {
    if (naming.names != part.kind) continue;
    const std::string holder = naming.holder;
    if (holder != "success" && holder != "camera") continue;
    const auto object = tree.find(holder);
    if (object != tree.end()) collector.look(*object, naming.key, TreePath() / holder, std::nullopt);
  }
  if (part.kind == PartKind::Condition) {
    const TreePath tables("/initial_controller/tables");
    if (tree.contains(tables) && tree.at(tables).is_array()) {
      for (std::size_t i = 0; i < tree.at(tables).size(); ++i)
        collector.look(tree.at(tables)[i], "condition", tables / i, std::nullopt);
    }
  }
  return collector.take();
}

}  // namespace gps::ui
