// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "core/engine/comparison_summary.h"

namespace gps {

/// One finished iteration as one JSON object without line end: what `train --json` prints and the window
/// exports. Numbers in shortest round-trip form; a quantity the algorithm does not have is null.
std::string iterationJson(const Snapshot& snapshot);

/// The closing object {"summary":{"runs":[...]}} of one or more runs, given the last snapshot of each. A comparison
/// adds "algorithms": the means over the seeds.
std::string summaryJson(std::span<const std::shared_ptr<const Snapshot>> last,
                        std::span<const AlgorithmSummary> algorithms = {});

/// Metrics as CSV: one header, then one row per (run, iteration, condition); empty cells where a quantity does
/// not exist. Cells are sanitised against spreadsheet formulas.
std::string csvHeader();
std::string csvRows(const Snapshot& snapshot);

}  // namespace gps
