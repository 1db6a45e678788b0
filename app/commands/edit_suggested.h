// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"

namespace gps::ui {

/// Sets a parameter that the task suggests to an algorithm ("all": to every one), or takes it out (no value);
/// objects that are left empty go too.
Status setSuggested(TreeEditor& editor, const std::string& algorithm, const std::string& key,
                    const std::optional<SceneTree>& value);

}  // namespace gps::ui
