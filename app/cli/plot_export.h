// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/engine/snapshot.h"

namespace gps::cli {

/// Finished iterations of one run, oldest first.
using RunRecord = std::vector<std::shared_ptr<const Snapshot>>;

/// The window's plots as PNG and SVG files, rendered without a display: one subfolder per seed when there are
/// several, runs of one seed overlaid. Returns the files.
Result<std::vector<std::string>> exportPlots(const std::vector<RunRecord>& runs, const std::string& folder);

/// Whether this program was built with the window, and so with plots.
bool canExportPlots();

}  // namespace gps::cli
