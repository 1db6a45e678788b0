// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/add_part.h"

#include <algorithm>

#include "app/commands/edit_part.h"
#include "app/commands/layout_lists.h"
#include "app/commands/tip_of.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_text.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

using Accepts = bool (*)(const SceneTree& part);

bool any(const SceneTree&) {
  return true;
}
bool physical(const SceneTree& body) {
  const auto ghost = body.find("ghost");
  return ghost == body.end() || *ghost != true;
}
bool movable(const SceneTree& body) {
  return physical(body) && textAt(body, "type") == "dynamic";
}
bool standing(const SceneTree& body) {
  return textAt(body, "type") == "static";
}
bool driven(const SceneTree& joint) {
  const std::string type = textAt(joint, "type");
  return type == "revolute" || type == "prismatic";
}
bool motorised(const SceneTree& joint) {
  const auto motor = joint.find("max_motor");
  return driven(joint) && motor != joint.end() && motor->is_number() && motor->get<double>() > 0.0;
}

/// The first hinted part that is accepted, else the first of the list.
std::optional<std::string> pick(const SceneTree& tree, PartKind kind, Accepts accepts,
                                const std::vector<PartRef>& hints, const std::string& butNot = {}) {
  const SceneTree& list = partsOf(tree, kind);
  for (const PartRef& hint : hints) {
    const auto index = hint.kind == kind ? findPart(tree, hint) : std::nullopt;
    if (index && hint.id != butNot && accepts(list[*index])) return hint.id;
  }
  for (const SceneTree& part : list) {
    const std::string id = idOf(part);
    if (!id.empty() && id != butNot && part.is_object() && accepts(part)) return id;
  }
  return std::nullopt;
}

SceneTree pair(const Eigen::Vector2d& point) {
  return SceneTree::array({numberTree(point.x()), numberTree(point.y())});
}

/// The body a sensor of a point is for: the hinted one, else the last one that hangs on a joint.
std::optional<std::string> lastLink(const SceneTree& tree, const std::vector<PartRef>& hints) {
  for (const PartRef& hint : hints) {
    if (hint.kind == PartKind::Body) return pick(tree, PartKind::Body, physical, hints);
  }
  const SceneTree& joints = partsOf(tree, PartKind::Joint);
  for (std::size_t i = joints.size(); i-- > 0;) {
    const std::string id = joints[i].is_object() ? textAt(joints[i], "body_b") : std::string();
    const auto index = findPart(tree, {PartKind::Body, id});
    if (index && movable(partsOf(tree, PartKind::Body)[*index])) return id;
  }
  const auto moving = pick(tree, PartKind::Body, movable, hints);
  return moving ? moving : pick(tree, PartKind::Body, physical, hints);
}

/// The link a tip is on: of the last hinge the hints or the scene name.
std::string tipLink(const SceneTree& tree, const std::vector<PartRef>& hints) {
  const auto joints = firstValue(tree, PartKind::Cost, "end_effector", "joints", hints);
  if (!joints || joints->empty() || !joints->back().is_string()) return {};
  const auto index = findPart(tree, {PartKind::Joint, joints->back().get<std::string>()});
  return index ? textAt(partsOf(tree, PartKind::Joint)[*index], "body_b") : std::string();
}

std::optional<SceneTree> value(const std::optional<std::string>& id) {
  return id ? std::optional<SceneTree>(*id) : std::nullopt;
}

SceneTree zeros(std::size_t count) {
  SceneTree list = SceneTree::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(0);
  return list;
}

/// A sensor that is part of the state.
std::optional<std::string> stateSensor(const SceneTree& tree, Accepts accepts,
                                       const std::vector<PartRef>& hints) {
  const auto state = tree.find("state");
  if (state == tree.end() || !state->is_array()) return std::nullopt;
  std::vector<PartRef> candidates;
  for (const PartRef& hint : hints) {
    if (hint.kind == PartKind::Sensor &&
        std::find(state->begin(), state->end(), SceneTree(hint.id)) != state->end())
      candidates.push_back(hint);
  }
  for (const SceneTree& id : *state) {
    if (id.is_string()) candidates.push_back({PartKind::Sensor, id.get<std::string>()});
  }
  for (const PartRef& candidate : candidates) {
    const auto index = findPart(tree, candidate);
    if (index && accepts(partsOf(tree, PartKind::Sensor)[*index])) return candidate.id;
  }
  return std::nullopt;
}

bool worldPosition(const SceneTree& sensor) {
  const std::string type = textAt(sensor, "type");
  return (type == "body_position" || type == "point_position") && !sensor.contains("relative_body");
}

/// What the type is called in an id: "hinge" rather than "revolute".
std::string firstName(PartKind kind, const std::string& type) {
  if (kind == PartKind::Body) return type == "static" ? "wall1" : "body1";
  if (kind == PartKind::Condition) return "c1";
  if (kind == PartKind::Joint && type == "revolute") return "hinge1";
  if (kind == PartKind::Joint && type == "prismatic") return "slider1";
  if (kind == PartKind::Joint && type == "distance") return "rod1";
  if (kind == PartKind::Cost && type == "action") return "effort1";
  if (kind == PartKind::Cost && type == "state") return "goal1";
  std::string name = type;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name + "1";
}

SceneTree bodyOf(const std::string& type) {
  SceneTree body;
  body["type"] = type;
  body["position"] = zeros(2);
  SceneTree shape;
  shape["box"]["half_extents"] = SceneTree::array({0.1, 0.1});
  if (type == "dynamic") shape["density"] = 1;
  body["shapes"] = SceneTree::array({shape});
  return body;
}

}  // namespace

std::optional<SceneTree> firstValue(const SceneTree& tree, PartKind kind, const std::string& type,
                                    const std::string& key, const std::vector<PartRef>& hints) {
  if (key == "body_b") return value(pick(tree, PartKind::Body, movable, hints));
  if (key == "body_a") {
    const auto b = pick(tree, PartKind::Body, movable, hints);
    return b ? value(pick(tree, PartKind::Body, physical, hints, *b)) : std::nullopt;
  }
  if (key == "body" && kind == PartKind::Actuator) return value(pick(tree, PartKind::Body, movable, hints));
  if (key == "body" && type.starts_with("point_")) return value(lastLink(tree, hints));
  if (key == "body") {
    const auto moving = pick(tree, PartKind::Body, movable, hints);
    return value(moving ? moving : pick(tree, PartKind::Body, physical, hints));
  }
  if (key == "joint") {
    return value(pick(tree, PartKind::Joint, type == "joint_velocity" ? motorised : driven, hints));
  }
  if (key == "joints") {
    SceneTree joints = SceneTree::array();
    for (const PartRef& hint : hints) {
      const auto index = hint.kind == PartKind::Joint ? findPart(tree, hint) : std::nullopt;
      if (index && driven(partsOf(tree, PartKind::Joint)[*index])) joints.push_back(hint.id);
    }
    for (const SceneTree& joint : partsOf(tree, PartKind::Joint)) {
      if (hints.empty() && joint.is_object() && driven(joint)) joints.push_back(idOf(joint));
    }
    if (joints.empty()) {
      if (const auto first = pick(tree, PartKind::Joint, driven, {})) joints.push_back(*first);
    }
    return joints.empty() ? std::nullopt : std::optional(joints);
  }
  if (key == "bodies") {
    const auto still = pick(tree, PartKind::Body, standing, hints);
    return still ? std::optional(SceneTree::array({*still})) : std::nullopt;
  }
  if (key == "sensor") return value(stateSensor(tree, type == "obstacle" ? worldPosition : any, hints));
  if (key == "wu") {
    SceneTree weights = SceneTree::array();
    for (std::size_t i = 0; i < partsOf(tree, PartKind::Actuator).size(); ++i) weights.push_back(1);
    return weights;
  }
  if (key == "axis" || key == "direction") return SceneTree::array({1, 0});
  if (key == "value") return zeros(1);
  if (key == "range") return SceneTree(1);
  // A tip is what arms are aimed with, and a target that can be reached is one that can be seen and dragged.
  if (key == "point" && type == "end_effector") return pair(tipOf(tree, tipLink(tree, hints)));
  if (key == "point" && type.starts_with("point_")) {
    const auto body = lastLink(tree, hints);
    return body ? pair(tipOf(tree, *body)) : zeros(2);
  }
  if (key == "target" && type == "end_effector") {
    const auto joints = firstValue(tree, kind, type, "joints", hints);
    const auto place = joints ? reachablePlace(tree, *joints) : std::nullopt;
    if (place) return pair(*place);
  }
  if (key == "point" || key == "target") return zeros(2);
  return std::nullopt;
}

Status insertPart(TreeEditor& editor, PartKind kind, SceneTree part, std::optional<std::size_t> place) {
  if (Status allowed = checkId(editor.tree(), kind, idOf(part)); !allowed) return allowed;
  const std::string key = listKey(kind);
  if (!editor.find(TreePath() / key)) {
    if (Status done = editor.set(TreePath(), key, SceneTree::array(), keysOf("scene")); !done) return done;
  }
  const std::size_t count = partsOf(editor.tree(), kind).size();
  const std::size_t at = std::min(place.value_or(count), count);
  if (kind == PartKind::Actuator) {
    std::vector<std::optional<std::size_t>> origin;
    for (std::size_t i = 0; i < count; ++i) origin.push_back(i);
    origin.insert(origin.begin() + static_cast<std::ptrdiff_t>(at), std::nullopt);
    if (Status done = updateActionLists(editor, origin); !done) return done;
  }
  return editor.insert(TreePath() / key, std::move(part), at);
}

Result<PartRef> addPart(TreeEditor& editor, PartKind kind, const std::string& type,
                        const std::vector<PartRef>& hints) {
  const SceneTree& tree = editor.tree();
  const std::string id = freeId(tree, kind, firstName(kind, type));
  SceneTree part;
  part["id"] = id;
  if (kind == PartKind::Body) {
    const SceneTree body = bodyOf(type);
    for (const auto& item : body.items()) part[item.key()] = item.value();
  } else if (kind != PartKind::Condition) {
    const TypeEntry* entry = findType(partTypes(kind), type);
    if (!entry)
      return Error{"There is no such type of " + partWord(kind) + ".", listKey(kind),
                   "Choose one of the list."};
    part["type"] = type;
    for (const std::string_view key : partKeys(kind)) {
      const auto field = std::find_if(entry->fields.begin(), entry->fields.end(),
                                      [key](const TypeField& each) { return each.key == key; });
      // What the far end of a chain is for: without a point it would be the last hinge.
      const bool tip = type == "end_effector" && key == "point";
      if (field == entry->fields.end() || (!field->required && !tip)) continue;
      const auto first = firstValue(tree, kind, type, std::string(key), hints);
      if (!first) {
        const bool motor = type == "joint_velocity" && pick(tree, PartKind::Joint, driven, {});
        const std::string what = motor                      ? "joint with a motor"
                                 : key == "sensor"          ? "sensor in the state"
                                 : key.starts_with("joint") ? "hinge or slider"
                                 : key == "bodies"          ? "static body"
                                                            : "body it can name";
        return Error{std::string(entry->label) + " needs a " + what + ", but the scene has none.",
                     listKey(kind), motor ? "Set max_motor of a joint first." : "Add one first."};
      }
      part[std::string(key)] = *first;
    }
  }
  if (Status done = insertPart(editor, kind, part); !done) return done.error();
  // What is measured is meant to be seen: a sensor in no list would only be warned about.
  const SceneTree* state = kind == PartKind::Sensor ? editor.find(TreePath("/state")) : nullptr;
  if (state && state->is_array()) {
    std::vector<std::string> sensors;
    for (const SceneTree& entry : *state) {
      if (entry.is_string()) sensors.push_back(entry.get<std::string>());
    }
    sensors.push_back(id);
    if (Status done = setSensorList(editor, "state", sensors); !done) return done.error();
  }
  return PartRef{kind, id};
}

SceneTree emptyTask(const std::string& name) {
  SceneTree task;
  task["version"] = 1;
  task["name"] = name;
  task["text"] = {{"title", "New task"}, {"description", ""}};
  task["world"] = {{"dt", 0.05},
                   {"substeps", 10},
                   {"gravity", SceneTree::array({0, -9.81})},
                   {"scale", 10},
                   {"sleeping", false}};
  for (const char* key : {"bodies", "joints", "actuators", "sensors", "state", "conditions", "costs"})
    task[key] = SceneTree::array();
  task["horizon"] = 100;
  task["camera"] = {{"centre", SceneTree::array({0, 0})}, {"width", 4}};
  return task;
}

}  // namespace gps::ui
