// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/edit_condition.h"

#include "core/scene/scene_keys.h"

namespace gps::ui {

std::vector<std::string> possibleOverrides(const SceneTree& tree) {
  std::vector<std::string> names;
  for (const SceneTree& body : partsOf(tree, PartKind::Body)) {
    const std::string id = idOf(body);
    if (id.empty() || (body.contains("ghost") && body["ghost"] == true)) continue;
    names.push_back(id + ".position");
    names.push_back(id + ".angle");
    if (textAt(body, "type") != "dynamic") continue;
    names.push_back(id + ".velocity");
    names.push_back(id + ".angular_velocity");
  }
  for (const SceneTree& joint : partsOf(tree, PartKind::Joint)) {
    const std::string id = idOf(joint), type = textAt(joint, "type");
    if (id.empty()) continue;
    if (type == "revolute") names.push_back(id + ".angle");
    if (type == "prismatic") names.push_back(id + ".translation");
    if (type == "revolute" || type == "prismatic") names.push_back(id + ".speed");
  }
  return names;
}

SceneTree firstOverride(const SceneTree& tree, const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const std::string owner = name.substr(0, dot), key = dot == std::string::npos ? "" : name.substr(dot + 1);
  const bool pair = key == "position" || key == "velocity";
  if (const auto index = findPart(tree, {PartKind::Body, owner})) {
    const SceneTree& body = partsOf(tree, PartKind::Body)[*index];
    const auto value = body.find(key);
    if (value != body.end() && pair && value->is_array() && value->size() == 2) return *value;
    if (value != body.end() && !pair && value->is_number()) return SceneTree::array({*value});
  }
  return pair ? SceneTree::array({0, 0}) : SceneTree::array({0});
}

Status setOverride(TreeEditor& editor, const TreePath& path, const std::string& name,
                   const std::optional<SceneTree>& value) {
  const TreePath overrides = path / "overrides";
  if (value) {
    if (!editor.find(overrides)) {
      Status made = editor.set(path, "overrides", SceneTree::object(), keysOf("condition"));
      if (!made) return made;
    }
    return editor.set(overrides, name, *value);
  }
  if (!editor.find(overrides / name)) return Done{};
  if (Status done = editor.remove(overrides / name); !done) return done;
  if (!editor.find(overrides)->empty()) return Done{};
  if (Status done = editor.remove(overrides); !done) return done;
  return editor.find(path / "spread") ? editor.remove(path / "spread") : Status(Done{});
}

namespace {

bool isPosition(const SceneTree& sensor) {
  const std::string type = textAt(sensor, "type");
  return (type == "body_position" || type == "point_position") && !sensor.contains("relative_body");
}

/// What a cost term asks for already is what success means: its sensor, and its target where it says one.
const SceneTree* aimOf(const SceneTree& tree) {
  for (const SceneTree& cost : partsOf(tree, PartKind::Cost)) {
    const auto index = cost.is_object() ? findPart(tree, {PartKind::Sensor, textAt(cost, "sensor")}) : std::nullopt;
    if (index && textAt(cost, "type") == "state" && isPosition(partsOf(tree, PartKind::Sensor)[*index]))
      return &cost;
  }
  return nullptr;
}

}  // namespace

Status addSuccess(TreeEditor& editor) {
  const SceneTree* state = editor.find(TreePath("/state"));
  const bool any = state && state->is_array() && !state->empty() && (*state)[0].is_string();
  const SceneTree* aim = aimOf(editor.tree());
  auto index = any ? findPart(editor.tree(), {PartKind::Sensor, (*state)[0].get<std::string>()}) : std::nullopt;
  if (any && aim) index = findPart(editor.tree(), {PartKind::Sensor, textAt(*aim, "sensor")});
  for (std::size_t i = 0; any && !aim && i < state->size(); ++i) {
    const auto each = (*state)[i].is_string()
                          ? findPart(editor.tree(), {PartKind::Sensor, (*state)[i].get<std::string>()})
                          : std::nullopt;
    if (!each || !isPosition(partsOf(editor.tree(), PartKind::Sensor)[*each])) continue;
    index = each;
    break;
  }
  if (!index) return Error{"A success test needs a sensor in the state.", "success", "Add a sensor first."};
  const SceneTree& sensor = partsOf(editor.tree(), PartKind::Sensor)[*index];
  SceneTree target = SceneTree::array();
  for (std::size_t i = 0; i < sensorSize(sensor); ++i) target.push_back(0);
  if (aim && aim->contains("target") && (*aim)["target"].is_array() && (*aim)["target"].size() == target.size())
    target = (*aim)["target"];
  SceneTree success;
  success["sensor"] = idOf(sensor);
  success["target"] = target;
  success["within"] = 0.1;
  return editor.set(TreePath(), "success", std::move(success), keysOf("scene"));
}

}  // namespace gps::ui
