// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// A new part at the end of its list, complete enough to be read: names of others are those of `hints` (ids
/// of selected parts) where they fit, else the first that do. `type` as the registry has it; "static" or
/// "dynamic" for bodies; anything for conditions. Fails, saying what is needed first, when there is nothing
/// to name. An actuator also takes its place in the efforts, a sensor in the state.
Result<PartRef> addPart(TreeEditor& editor, PartKind kind, const std::string& type,
                        const std::vector<PartRef>& hints = {});

/// Inserts a part as it is; lists that depend on the actuators follow. Fails on an id that is taken.
Status insertPart(TreeEditor& editor, PartKind kind, SceneTree part,
                  std::optional<std::size_t> place = std::nullopt);

/// First value of a key that a type of part requires, or nothing when the scene has nothing to name.
std::optional<SceneTree> firstValue(const SceneTree& tree, PartKind kind, const std::string& type,
                                    const std::string& key, const std::vector<PartRef>& hints);

/// A task without any part: world, camera and empty lists.
SceneTree emptyTask(const std::string& name);

}  // namespace gps::ui
