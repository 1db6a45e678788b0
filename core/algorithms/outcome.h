// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gps {

struct ConditionView;
struct IterationReport;
struct Parameters;
struct Task;

/// How many starts an iteration solved, and what its metrics say about the others.
struct Outcome {
  int solved = 0;
  int conditions = 0;    ///< that have a success test
  std::string likely{};  ///< whole sentences: what probably keeps the others from being solved; empty: nothing seen
};

/// "1 of 4 solved".
std::string solvedText(const Outcome& outcome);

/// Of one finished iteration, by the same rollouts as Metric::Success; nothing where the scene has no success test.
/// Named as likely is the first of: the controllers solve what the policy does not; step_mult at its lower limit;
/// exploration at lqr.cov_max; the KL at its bound. These are signs, not proofs.
std::optional<Outcome> outcomeOf(const IterationReport& report, const std::vector<ConditionView>& views,
                                 const Task& task, const Parameters& parameters);

}  // namespace gps
