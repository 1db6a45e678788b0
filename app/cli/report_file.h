// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/session/export/report.h"

namespace gps::cli {

/// Scenes that are shipped as the runs used them are named; others must be saved from the report first.
void nameShippedScenes(Report& report);

/// Draws the pictures and writes the page, whole or not at all. Needs a Drawing.
Status writeReport(Report report, const std::string& path);

/// Whether a report can be written to `path`, asked before hours of training.
Status checkReport(const std::string& path);
/// The same of a folder for plots, which is made.
Status checkPlotFolder(const std::string& folder);

}  // namespace gps::cli
