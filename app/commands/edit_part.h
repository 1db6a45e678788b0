// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// Sets a key of the object at `object`, or takes it out again (no value): then its default holds. A new key
/// is put where files have it.
Status setField(TreeEditor& editor, const TreePath& object, const std::string& key,
                const std::optional<SceneTree>& value);

/// Makes a joint, actuator, sensor or cost term one of another type: keys the new one does not read go, those
/// it needs get a first value. Fails when the scene has nothing that could be named.
Status changeType(TreeEditor& editor, const PartRef& part, const std::string& type);

/// Moves a part to another place of its list; `to` counts after it was taken out. Later bodies are drawn over
/// earlier ones; the order of actuators is that of the actions, and lists per action follow.
Status reorderPart(TreeEditor& editor, const PartRef& part, std::size_t to);

/// Keys of the object at a path of a scene, in the order of files; empty where any key may stand.
std::span<const std::string_view> keysAt(const TreePath& object);

}  // namespace gps::ui
