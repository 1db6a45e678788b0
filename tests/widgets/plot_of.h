// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "widgets/plots/plot_registry.h"
#include "widgets/plots/run_history.h"

namespace gps::test {

using Histories = std::vector<std::shared_ptr<const ui::RunHistory>>;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// What one of the registered plots shows of these runs.
inline ui::PlotContent plot(const char* id, const Histories& runs, int iteration = 0) {
  return ui::buildPlot(*ui::findPlot(id), {.runs = runs, .iteration = iteration});
}

}  // namespace gps::test
