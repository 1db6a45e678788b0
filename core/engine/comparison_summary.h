// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps {

/// Where the runs of one algorithm ended: means over its seeds. Costs and success are those of each run's last
/// finished iteration (absent where the algorithm has none), rollouts and seconds those of a whole run.
struct AlgorithmSummary {
  std::string algorithm{};
  std::vector<std::uint64_t> seeds{};
  std::optional<double> localCost{};
  std::optional<double> globalCost{};
  std::optional<double> successRate{};
  double rollouts = 0.0;
  double seconds = 0.0;
};

/// One entry per algorithm in the order of first appearance; runs without a finished iteration are left out.
/// `runs`: the finished iterations of each run, oldest first.
std::vector<AlgorithmSummary> summarise(std::span<const std::vector<std::shared_ptr<const Snapshot>>> runs);

}  // namespace gps
