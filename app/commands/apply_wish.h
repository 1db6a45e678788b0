// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"
#include "core/scene/scene_edit.h"

namespace gps::ui {

/// Grants a wish of the graphical editor in the file. `shown` is what the editor showed, read from the tree
/// of `editor`. Removing parts removes all that depends on them; `went`, when given, gets a text for each.
Status applyWish(TreeEditor& editor, const Scene& shown, const SceneEdit& wish,
                 std::vector<std::string>* went = nullptr);

}  // namespace gps::ui
