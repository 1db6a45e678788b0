// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/rename_part.h"

#include "app/commands/references.h"

namespace gps::ui {

Status renamePart(TreeEditor& editor, const PartRef& part, const std::string& id) {
  if (Status allowed = checkId(editor.tree(), part.kind, id, part.id); !allowed) return allowed;
  const auto index = findPart(editor.tree(), part);
  if (!index) {
    return Error{"There is no " + partWord(part.kind) + " " + part.id + " to rename.", listKey(part.kind),
                 "Select a part that exists."};
  }
  for (const Reference& reference : referencesTo(editor.tree(), part)) {
    Status done = Done{};
    if (reference.form == Reference::Form::OverrideKey) {
      const std::string key = reference.path.back();
      done = editor.renameKey(reference.path.parent_pointer(), key, id + key.substr(key.rfind('.')));
    } else {
      done = editor.replace(reference.path, id);
    }
    if (!done) return done;
  }
  return editor.replace(pathOf(part.kind, *index) / "id", id);
}

}  // namespace gps::ui
