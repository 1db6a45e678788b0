// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace gps::cli {

struct Figure {
  double value = 0.0;
  std::optional<double> baseline;  ///< measured in the same run, in the same unit
  std::vector<std::pair<std::string, double>> details;
};

/// One registry entry: the table, the JSON, `--list` and the exit code follow from it.
struct BenchEntry {
  std::string_view name;
  std::string_view what;
  std::string_view unit;
  std::optional<double> budget;  ///< the value must not exceed it; absent: only told
  bool budgetTimesBaseline = false;
  std::string_view baseline;  ///< what it is measured against; empty: nothing
  std::string_view details;   ///< what the details are; empty: none
  Result<Figure> (*measure)();
};

std::span<const BenchEntry> benchRegistry();

}  // namespace gps::cli
