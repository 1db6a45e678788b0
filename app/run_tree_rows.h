// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/bridge/run_session.h"
#include "core/session/run_outline.h"
#include "widgets/panels/run_tree_model.h"

namespace gps::ui {

/// What the window saw last of a run that it no longer shows: newer than what was read, until that is read again.
struct LastSeen {
  int iterations = 0;
  std::optional<double> localCost{}, globalCost{}, successRate{};
};

/// The rows of the run tree: what was read of the session, and over it what the window knows of the runs it shows,
/// which are newer. `seen` is kept up to date with them.
std::vector<RunTreeRow> treeRows(const std::vector<RunOutline>& outline, const std::vector<RunSession*>& shown,
                                 std::map<std::string, LastSeen>& seen);

/// The name of a run in its session; empty while it has none.
std::string nameInSession(const RunSession& run);

/// "MDGPS".
QString algorithmLabel(const std::string& id);

}  // namespace gps::ui
