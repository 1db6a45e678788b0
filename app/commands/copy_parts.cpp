// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/copy_parts.h"

#include <algorithm>

#include "app/commands/add_part.h"
#include "app/commands/edit_part.h"
#include "app/commands/layout_lists.h"
#include "app/commands/references.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

constexpr const char* kMark = "gps_studio_parts";
constexpr std::size_t kMostParts = 2000;

bool contains(const std::vector<PartRef>& parts, const PartRef& part) {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

Status shift(TreeEditor& editor, const TreePath& body, const Eigen::Vector2d& offset) {
  if (offset.isZero()) return Done{};
  const SceneTree* position = editor.find(body / "position");
  const bool point = position && position->is_array() && position->size() == 2 &&
                     (*position)[0].is_number() && (*position)[1].is_number();
  if (!point) return Done{};
  const double x = (*position)[0].get<double>() + offset.x(), y = (*position)[1].get<double>() + offset.y();
  return editor.replace(body / "position", SceneTree::array({numberTree(x), numberTree(y)}));
}

}  // namespace

SceneTree copyParts(const SceneTree& tree, const std::vector<PartRef>& parts) {
  SceneTree copy;
  copy[kMark] = 1;
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    SceneTree list = SceneTree::array();
    for (const SceneTree& part : partsOf(tree, kind)) {
      const std::string id = idOf(part);
      if (id.empty()) continue;
      const bool between = kind == PartKind::Joint &&
                           contains(parts, {PartKind::Body, textAt(part, "body_a")}) &&
                           contains(parts, {PartKind::Body, textAt(part, "body_b")});
      if (between || contains(parts, {kind, id})) list.push_back(part);
    }
    if (!list.empty()) copy[listKey(kind)] = std::move(list);
  }
  return copy;
}

Result<SceneTree> parseParts(std::string_view text) {
  Result<SceneTree> parts = parseSceneTree(text, "clipboard");
  if (!parts) return parts;
  const Error other{"The clipboard holds no parts of a task.", "clipboard",
                    "Copy parts in the editor first."};
  if (!parts->is_object() || !parts->contains(kMark)) return other;
  std::size_t count = 0;
  for (int k = 0; k < kPartKinds; ++k) {
    for (const SceneTree& part : partsOf(*parts, static_cast<PartKind>(k))) {
      if (!part.is_object() || !checkId(SceneTree::object(), static_cast<PartKind>(k), idOf(part)))
        return other;
      ++count;
    }
  }
  if (count == 0 || count > kMostParts) return other;
  return parts;
}

Result<std::vector<PartRef>> pasteParts(TreeEditor& editor, const SceneTree& parts,
                                        const Eigen::Vector2d& offset) {
  SceneTree copy = parts;
  std::vector<PartRef> added;
  // Names change in the copy first: the parts then fit among each other and into the scene. Two steps, since
  // a new name may be one that another copied part still has.
  FreeIds names(editor.tree());
  std::vector<std::pair<PartRef, std::string>> renamed;
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    for (const SceneTree& part : partsOf(parts, kind))
      renamed.emplace_back(PartRef{kind, idOf(part)}, names.take(kind, idOf(part)));
  }
  TreeEditor local(copy);
  std::vector<std::pair<TreePath, std::string>> values;
  std::vector<std::pair<TreePath, std::string>> keys;
  for (const auto& [part, id] : renamed) {
    for (const Reference& reference : referencesTo(copy, part)) {
      if (reference.form == Reference::Form::OverrideKey) {
        keys.emplace_back(reference.path, id);
      } else {
        values.emplace_back(reference.path, id);
      }
    }
    if (const auto index = findPart(copy, part)) values.emplace_back(pathOf(part.kind, *index) / "id", id);
  }
  for (const auto& [path, id] : values) {
    if (Status done = local.replace(path, id); !done) return done.error();
  }
  for (const auto& [path, id] : keys) {
    const std::string key = path.back(), name = id + key.substr(key.rfind('.'));
    if (key == name) continue;
    if (Status done = local.renameKey(path.parent_pointer(), key, name); !done) return done.error();
  }
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    for (const SceneTree& part : partsOf(copy, kind)) {
      if (Status done = insertPart(editor, kind, part); !done) return done.error();
      if (kind == PartKind::Body) {
        const std::size_t last = partsOf(editor.tree(), kind).size() - 1;
        if (Status done = shift(editor, pathOf(kind, last), offset); !done) return done.error();
      }
      added.push_back({kind, idOf(part)});
    }
  }
  return added;
}

namespace {

/// Lets the views draw the path of a dropped robot's tip, or of its body, where the task draws none yet.
Status traceTip(TreeEditor& editor, const std::vector<PartRef>& added) {
  const TreePath camera("/camera");
  if (const SceneTree* present = editor.find(camera); present && present->contains("trace")) return Done{};
  for (const char* type : {"point_position", "body_position"}) {
    for (const PartRef& part : added) {
      const auto index = part.kind == PartKind::Sensor ? findPart(editor.tree(), part) : std::nullopt;
      if (!index) continue;
      const SceneTree& sensor = partsOf(editor.tree(), PartKind::Sensor)[*index];
      if (textAt(sensor, "type") != type || sensor.contains("relative_body")) continue;
      if (!editor.find(camera)) {
        if (Status made = setField(editor, TreePath(), "camera", SceneTree::object()); !made) return made;
      }
      return setField(editor, camera, "trace", SceneTree(part.id));
    }
  }
  return Done{};
}

}  // namespace

Status dropRobot(TreeEditor& editor, std::string_view parts, const Eigen::Vector2d& position) {
  const Result<SceneTree> read = parseParts(parts);
  if (!read) return read.error();
  const Result<std::vector<PartRef>> added = pasteParts(editor, *read, position);
  if (!added) return added.error();
  std::vector<std::string> state;
  if (const SceneTree* present = editor.find(TreePath("/state")); present && present->is_array()) {
    for (const SceneTree& id : *present) {
      if (id.is_string()) state.push_back(id.get<std::string>());
    }
  }
  for (const PartRef& part : *added) {
    if (part.kind == PartKind::Sensor) state.push_back(part.id);
  }
  if (Status done = setSensorList(editor, "state", state); !done) return done;
  return traceTip(editor, *added);
}

}  // namespace gps::ui
