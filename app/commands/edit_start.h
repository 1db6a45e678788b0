// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/scene_part.h"
#include "core/scene/scene.h"

namespace gps::ui {

// The first controllers of a task: their kind and tables stand in initial_controller, their numbers (init.var, ...) among
// the suggested parameters.

/// What the first controllers are made of, "lqr" and so on.
Status setStartKind(TreeEditor& editor, const std::string& kind);

/// Suggests a value of an init parameter, as --set takes it, to all algorithms; without a value takes the suggestion
/// out. A suggestion made to one algorithm follows, or it would go on to win.
Status setStartParameter(TreeEditor& editor, const std::string& key, const std::optional<std::string>& value);

/// Replaces the tables of the conditions that `tables` are about, keeps the others, and makes `kind` the kind.
Status setStartTables(TreeEditor& editor, const std::string& kind, const std::vector<ControllerTable>& tables);

}  // namespace gps::ui
