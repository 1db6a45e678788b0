// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// What conditions may override: "link1.position", "hinge.angle", ... in the order of bodies and joints.
std::vector<std::string> possibleOverrides(const SceneTree& tree);
/// The value the file starts with.
SceneTree firstOverride(const SceneTree& tree, const std::string& name);

/// Sets or takes away (no value) an override of the condition at `path`. With the last one goes the spread,
/// which needs numbers to spread.
Status setOverride(TreeEditor& editor, const TreePath& path, const std::string& name,
                   const std::optional<SceneTree>& value);

/// A test of success on the first sensor of the state, with a target of zeros.
Status addSuccess(TreeEditor& editor);

}  // namespace gps::ui
