// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/apply_wish.h"

#include "app/commands/edit_condition.h"
#include "app/commands/edit_part.h"
#include "app/commands/remove_parts.h"
#include "core/scene/tree_update.h"

namespace gps::ui {

namespace {

/// The body starts where the file puts it again.
Status removeStart(TreeEditor& editor, const StartRef& start) {
  const auto index = findPart(editor.tree(), {PartKind::Condition, start.condition});
  if (!index) return Done{};
  const TreePath condition = pathOf(PartKind::Condition, *index);
  std::vector<std::string> names;
  const SceneTree* overrides = editor.find(condition / "overrides");
  if (overrides && overrides->is_object()) {
    for (const auto& item : overrides->items()) {
      if (item.key().starts_with(start.body + ".")) names.push_back(item.key());
    }
  }
  for (const std::string& name : names) {
    if (Status done = setOverride(editor, condition, name, std::nullopt); !done) return done;
  }
  return Done{};
}

/// On the file, so that lists per action and per state number follow as well.
Status removeSelection(TreeEditor& editor, const SceneSelection& selection, std::vector<std::string>* went) {
  // First what was asked for by itself: it then does not count as gone along with a body.
  for (const StartRef& start : selection.starts) {
    if (Status done = removeStart(editor, start); !done) return done;
  }
  if (selection.target) {
    if (Status done = setField(editor, TreePath(), "success", std::nullopt); !done) return done;
  }
  std::vector<PartRef> parts;
  for (const std::string& id : selection.joints) parts.push_back({PartKind::Joint, id});
  for (const std::string& id : selection.terms) parts.push_back({PartKind::Cost, id});
  for (const std::string& id : selection.bodies) parts.push_back({PartKind::Body, id});
  return removeParts(editor, parts, went);
}

}  // namespace

Status applyWish(TreeEditor& editor, const Scene& shown, const SceneEdit& wish,
                 std::vector<std::string>* went) {
  if (const auto* removal = std::get_if<PartsRemoved>(&wish))
    return removeSelection(editor, removal->parts, went);
  const Result<Scene> wanted = applied(shown, wish);
  if (!wanted) return wanted.error();
  return updateTree(editor, shown, *wanted);
}

}  // namespace gps::ui
