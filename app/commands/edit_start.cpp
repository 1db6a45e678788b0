// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/edit_start.h"

#include <algorithm>

#include "app/commands/edit_part.h"
#include "core/scene/controller_tables.h"
#include "core/scene/scene_keys.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

const TreePath kStart("/initial_controller");

Status needStart(TreeEditor& editor) {
  if (editor.find(kStart)) return Done{};
  return editor.set(TreePath(), "initial_controller", SceneTree::object(), keysOf("scene"));
}

/// A number, true or false as such, everything else as a text: how people write suggestions.
SceneTree suggestion(const std::string& text) {
  const SceneTree value = SceneTree::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_boolean()) return value;
  if (value.is_number()) return numberTree(value.get<double>());
  return text;
}

}  // namespace

Status setStartKind(TreeEditor& editor, const std::string& kind) {
  if (Status done = needStart(editor); !done) return done;
  return editor.set(kStart, "kind", kind, keysOf("initial_controller"));
}

Status setStartParameter(TreeEditor& editor, const std::string& key, const std::optional<std::string>& value) {
  const TreePath groups("/suggested");
  if (value) {
    if (!editor.find(groups)) {
      Status made = editor.set(TreePath(), "suggested", SceneTree::object(), keysOf("scene"));
      if (!made) return made;
    }
    if (!editor.find(groups / "all")) {
      if (Status made = editor.set(groups, "all", SceneTree::object()); !made) return made;
    }
    if (Status done = editor.set(groups / "all", key, suggestion(*value)); !done) return done;
  }
  const SceneTree* suggested = editor.find(groups);
  if (!suggested || !suggested->is_object()) return Done{};
  std::vector<std::string> holders;
  for (const auto& group : suggested->items()) {
    if (group.value().is_object() && group.value().contains(key)) holders.push_back(group.key());
  }
  for (const std::string& group : holders) {
    const TreePath place = groups / group;
    Status done = value ? editor.set(place, key, suggestion(*value)) : editor.remove(place / key);
    if (!done) return done;
  }
  return Done{};
}

Status setStartTables(TreeEditor& editor, const std::string& kind, const std::vector<ControllerTable>& tables) {
  if (Status done = needStart(editor); !done) return done;
  const SceneTree* old = editor.find(kStart / "tables");
  SceneTree all = old && old->is_array() ? *old : SceneTree::array();
  for (const ControllerTable& table : tables) {
    const auto same = std::find_if(all.begin(), all.end(), [&table](const SceneTree& entry) {
      return textAt(entry, "condition") == table.condition;
    });
    if (same == all.end()) {
      all.push_back(controllerTableTree(table));
    } else {
      *same = controllerTableTree(table);
    }
  }
  if (Status done = editor.set(kStart, "tables", std::move(all), keysOf("initial_controller")); !done) return done;
  return setStartKind(editor, kind);
}

}  // namespace gps::ui
