// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "widgets/plots/plot_content.h"
#include "widgets/plots/run_history.h"

namespace gps::ui {

/// What plots over iterations have as x.
enum class PlotAbscissa { Iteration, Rollouts, Seconds };
/// What the profile over time shows.
enum class ProfileQuantity { Cost, Kl, Rho, Lambda, Std };

struct PlotRequest {
  std::vector<std::shared_ptr<const RunHistory>> runs;  ///< at most two: A and B
  int iteration = 0;                                    ///< shown one, from 1; 0: the newest
  PlotAbscissa abscissa = PlotAbscissa::Iteration;
  ProfileQuantity profile = ProfileQuantity::Cost;
};

/// One registry entry: tabs, tiles, files and texts follow from it.
struct PlotEntry {
  std::string_view id;  ///< file name and object name; never changes once released
  std::string_view label;
  std::string_view help;   ///< one or two sentences for the tooltip
  std::string_view empty;  ///< what will appear and when
  bool followsIteration;   ///< shows one iteration: depends on the scrubber
  void (*build)(const PlotRequest& request, PlotContent& content);
};

/// In the order of the tabs.
std::span<const PlotEntry> plotRegistry();
/// Null when there is none.
const PlotEntry* findPlot(std::string_view id);

/// The plot's content. Linear in the number of iterations.
PlotContent buildPlot(const PlotEntry& entry, const PlotRequest& request);

std::string_view profileLabel(ProfileQuantity quantity);

}  // namespace gps::ui
