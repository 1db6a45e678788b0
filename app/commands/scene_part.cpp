// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/scene_part.h"

#include <algorithm>
#include <array>

#include "core/scene/cost_registry.h"
#include "core/scene/json_text.h"
#include "core/scene/part_registry.h"
#include "core/scene/scene_keys.h"

namespace gps::ui {

namespace {

struct KindEntry {
  const char* list;
  const char* object;
  const char* word;
};
constexpr std::array<KindEntry, kPartKinds> kKinds{{{"bodies", "body", "body"},
                                                    {"joints", "joint", "joint"},
                                                    {"actuators", "actuator", "actuator"},
                                                    {"sensors", "sensor", "sensor"},
                                                    {"conditions", "condition", "condition"},
                                                    {"costs", "cost", "cost term"}}};

const KindEntry& entryOf(PartKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

/// Overrides name bodies and joints alike, so these two share one set of names.
std::size_t namesOf(PartKind kind) {
  return static_cast<std::size_t>(kind == PartKind::Joint ? PartKind::Body : kind);
}

bool used(const SceneTree& tree, PartKind kind, const std::string& id) {
  const auto in = [&](PartKind other) { return findPart(tree, {other, id}).has_value(); };
  if (kind == PartKind::Body || kind == PartKind::Joint) return in(PartKind::Body) || in(PartKind::Joint);
  return in(kind);
}

}  // namespace

std::string listKey(PartKind kind) {
  return entryOf(kind).list;
}

std::string partWord(PartKind kind) {
  return entryOf(kind).word;
}

std::string partText(const PartRef& part) {
  return "the " + partWord(part.kind) + " " + part.id;
}

std::span<const std::string_view> partKeys(PartKind kind) {
  return keysOf(entryOf(kind).object);
}

std::span<const TypeEntry> partTypes(PartKind kind) {
  switch (kind) {
    case PartKind::Joint:
      return jointTypes();
    case PartKind::Actuator:
      return actuatorTypes();
    case PartKind::Sensor:
      return sensorTypes();
    case PartKind::Cost:
      return costTypes();
    case PartKind::Body:
    case PartKind::Condition:
      break;
  }
  return {};
}

const SceneTree& partsOf(const SceneTree& tree, PartKind kind) {
  static const SceneTree kNone = SceneTree::array();
  if (!tree.is_object()) return kNone;
  const auto list = tree.find(entryOf(kind).list);
  return list != tree.end() && list->is_array() ? *list : kNone;
}

std::string textAt(const SceneTree& object, const char* key) {
  if (!object.is_object()) return {};
  const auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

std::string idOf(const SceneTree& part) {
  return textAt(part, "id");
}

std::optional<std::size_t> findPart(const SceneTree& tree, const PartRef& part) {
  const SceneTree& list = partsOf(tree, part.kind);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (idOf(list[i]) == part.id) return i;
  }
  return std::nullopt;
}

TreePath pathOf(PartKind kind, std::size_t index) {
  return TreePath() / listKey(kind) / index;
}

FreeIds::FreeIds(const SceneTree& tree) {
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    Names& names = m_names[namesOf(kind)];
    for (const SceneTree& part : partsOf(tree, kind)) names.used.insert(idOf(part));
  }
}

std::string FreeIds::take(PartKind kind, const std::string& wanted) {
  Names& names = m_names[namesOf(kind)];
  if (names.used.insert(wanted).second) return wanted;
  std::string stem = wanted;
  while (!stem.empty() && stem.back() >= '0' && stem.back() <= '9') stem.pop_back();
  stem = stem.substr(0, 56);  // an id has at most 64 letters
  for (int& number = names.next.try_emplace(stem, 2).first->second;; ++number) {
    std::string id = stem + std::to_string(number);
    if (names.used.insert(id).second) return id;
  }
}

std::string freeId(const SceneTree& tree, PartKind kind, const std::string& wanted) {
  return FreeIds(tree).take(kind, wanted);
}

Status checkId(const SceneTree& tree, PartKind kind, const std::string& id, const std::string& self) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (id.empty() || id.size() > 64 || !std::all_of(id.begin(), id.end(), allowed)) {
    return Error{"An id must be 1 to 64 letters, digits, _ or -, but is " + quotedText(id) + ".",
                 listKey(kind), "Choose a short name such as link1."};
  }
  if (id != self && used(tree, kind, id)) {
    return Error{"The id " + id + " is used already.", listKey(kind), "Give every part its own id."};
  }
  return Done{};
}

std::size_t sensorSize(const SceneTree& sensor) {
  const std::string type = textAt(sensor, "type");
  const auto count = [&sensor](const char* key) {
    const auto list = sensor.find(key);
    return list != sensor.end() && list->is_array() ? list->size() : std::size_t{0};
  };
  if (type == "joint_angle" || type == "joint_speed") return count("joints");
  if (type == "constant") return count("value");
  if (type == "body_angle" || type == "body_spin" || type == "distance_ray") return 1;
  return findType(sensorTypes(), type) ? 2 : 0;
}

}  // namespace gps::ui
