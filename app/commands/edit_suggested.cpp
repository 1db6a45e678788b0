// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/edit_suggested.h"

#include "core/scene/scene_keys.h"

namespace gps::ui {

Status setSuggested(TreeEditor& editor, const std::string& algorithm, const std::string& key,
                    const std::optional<SceneTree>& value) {
  const TreePath all("/suggested"), settings = all / algorithm;
  if (value) {
    if (!editor.find(all)) {
      Status made = editor.set(TreePath(), "suggested", SceneTree::object(), keysOf("scene"));
      if (!made) return made;
    }
    if (!editor.find(settings)) {
      if (Status made = editor.set(all, algorithm, SceneTree::object()); !made) return made;
    }
    return editor.set(settings, key, *value);
  }
  if (!editor.find(settings / key)) return Done{};
  if (Status done = editor.remove(settings / key); !done) return done;
  if (!editor.find(settings)->empty()) return Done{};
  if (Status done = editor.remove(settings); !done) return done;
  return editor.find(all)->empty() ? editor.remove(all) : Status(Done{});
}

}  // namespace gps::ui
