// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/edit_part.h"

#include <algorithm>
#include <array>

#include "app/commands/add_part.h"
#include "app/commands/layout_lists.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_keys.h"

namespace gps::ui {

std::span<const std::string_view> keysAt(const TreePath& object) {
  if (object.empty()) return keysOf("scene");
  // Below a list stands an entry's number; the last name says what it is an entry of.
  TreePath path = object;
  const auto number = [](const std::string& token) {
    return !token.empty() && token.find_first_not_of("0123456789") == std::string::npos;
  };
  const bool entry = number(path.back());
  if (entry) path = path.parent_pointer();
  if (path.empty()) return {};
  const std::string name = path.back();
  if (entry) {
    if (name == "shapes") return keysOf("shape");
    for (int kind = 0; kind < kPartKinds; ++kind) {
      if (listKey(static_cast<PartKind>(kind)) == name) return partKeys(static_cast<PartKind>(kind));
    }
    return {};
  }
  for (const ObjectKeys& keys : sceneObjects()) {
    if (keys.object == name) return keys.keys;
  }
  return {};
}

Status setField(TreeEditor& editor, const TreePath& object, const std::string& key,
                const std::optional<SceneTree>& value) {
  if (value) return editor.set(object, key, *value, keysAt(object));
  return editor.find(object / key) ? editor.remove(object / key) : Status(Done{});
}

namespace {

Status changeTypeAlone(TreeEditor& editor, const PartRef& part, const std::string& type) {
  const auto index = findPart(editor.tree(), part);
  const TypeEntry* entry = findType(partTypes(part.kind), type);
  if (!index || !entry) {
    return Error{quotedText(type) + " is not a type of " + partWord(part.kind) + ".", listKey(part.kind),
                 "Choose one of the list."};
  }
  const TreePath path = pathOf(part.kind, *index);
  std::vector<std::string> gone;
  for (const auto& item : editor.find(path)->items()) {
    const std::string& key = item.key();
    const bool reads = std::any_of(entry->fields.begin(), entry->fields.end(),
                                   [&key](const TypeField& field) { return field.key == key; });
    if (key != "id" && key != "type" && !reads) gone.push_back(key);
  }
  for (const std::string& key : gone) {
    if (Status done = editor.remove(path / key); !done) return done;
  }
  if (Status done = setField(editor, path, "type", SceneTree(type)); !done) return done;
  for (const TypeField& field : entry->fields) {
    const std::string key(field.key);
    if (!field.required || editor.find(path / key)) continue;
    const auto value = firstValue(editor.tree(), part.kind, type, key, {});
    if (!value) {
      return Error{
          "A " + partWord(part.kind) + " of type " + type + " needs a " + key + ", but there is none.",
          path.to_string(), "Add one first."};
    }
    if (Status done = setField(editor, path, key, *value); !done) return done;
  }
  return Done{};
}

}  // namespace

Status changeType(TreeEditor& editor, const PartRef& part, const std::string& type) {
  if (part.kind != PartKind::Sensor) return changeTypeAlone(editor, part, type);
  return keepingStateColumns(editor, [&] { return changeTypeAlone(editor, part, type); });
}

Status reorderPart(TreeEditor& editor, const PartRef& part, std::size_t to) {
  const auto from = findPart(editor.tree(), part);
  const std::size_t count = partsOf(editor.tree(), part.kind).size();
  if (!from || to >= count) {
    return Error{"There is no such place in the list.", listKey(part.kind), "Select a part that exists."};
  }
  if (part.kind == PartKind::Actuator) {
    std::vector<std::optional<std::size_t>> origin;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != *from) origin.push_back(i);
    }
    origin.insert(origin.begin() + static_cast<std::ptrdiff_t>(to), *from);
    if (Status done = updateActionLists(editor, origin); !done) return done;
  }
  return editor.move(TreePath() / listKey(part.kind), *from, to);
}

}  // namespace gps::ui
