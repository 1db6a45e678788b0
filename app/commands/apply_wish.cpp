// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/apply_wish.h"

#include "app/commands/remove_parts.h"
#include "core/scene/tree_update.h"

namespace gps::ui {

Status applyWish(TreeEditor& editor, const Scene& shown, const SceneEdit& wish,
                 std::vector<std::string>* went) {
  const auto* removal = std::get_if<PartsRemoved>(&wish);
  if (removal && removal->parts.starts.empty() && !removal->parts.target) {
    // On the file, lists per action and per state number follow as well.
    std::vector<PartRef> parts;
    for (const std::string& id : removal->parts.joints) parts.push_back({PartKind::Joint, id});
    for (const std::string& id : removal->parts.bodies) parts.push_back({PartKind::Body, id});
    return removeParts(editor, parts, went);
  }
  const Result<Scene> wanted = applied(shown, wish);
  if (!wanted) return wanted.error();
  return updateTree(editor, shown, *wanted);
}

}  // namespace gps::ui
