// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/comparison_summary.h"

#include <algorithm>

namespace gps {

namespace {

using Record = std::vector<std::shared_ptr<const Snapshot>>;

/// Mean over those that have one.
template <class Of>
std::optional<double> meanOver(const std::vector<const Record*>& runs, Of&& of) {
  double sum = 0.0;
  int count = 0;
  for (const Record* run : runs) {
    if (const std::optional<double> value = of(*run)) {
      sum += *value;
      ++count;
    }
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

}  // namespace

std::vector<AlgorithmSummary> summarise(std::span<const Record> runs) {
  std::vector<AlgorithmSummary> list;
  std::vector<std::vector<const Record*>> members;
  for (const Record& run : runs) {
    if (run.empty()) continue;
    const std::string& algorithm = run.back()->algorithm;
    const auto known = std::find_if(list.begin(), list.end(),
                                    [&](const AlgorithmSummary& each) { return each.algorithm == algorithm; });
    const std::size_t at = static_cast<std::size_t>(known - list.begin());
    if (known == list.end()) {
      list.push_back({.algorithm = algorithm});
      members.emplace_back();
    }
    list[at].seeds.push_back(run.back()->seed);
    members[at].push_back(&run);
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto last = [](const Record& run) -> const MetricTable& { return run.back()->report.metrics; };
    list[i].localCost = meanOver(members[i], [&](const Record& run) { return last(run).mean(Metric::LocalCost); });
    list[i].globalCost = meanOver(members[i], [&](const Record& run) { return last(run).mean(Metric::GlobalCost); });
    list[i].successRate = meanOver(members[i], [&](const Record& run) { return last(run).get(Metric::SuccessRate); });
    list[i].rollouts =
        meanOver(members[i], [&](const Record& run) { return last(run).get(Metric::Rollouts); }).value_or(0.0);
    list[i].seconds = *meanOver(members[i], [](const Record& run) {
      double total = 0.0;
      for (const std::shared_ptr<const Snapshot>& snapshot : run) {
        for (const PhaseTime& time : snapshot->report.seconds) total += time.seconds;
      }
      return std::optional(total);
    });
  }
  return list;
}

}  // namespace gps
