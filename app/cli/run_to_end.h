// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "app/cli/plot_export.h"
#include "core/engine/run.h"

namespace gps::cli {

/// How a run in the terminal ended.
struct RunOutcome {
  RunRecord snapshots;             ///< finished iterations
  std::optional<Failure> failure;
  bool interrupted = false;        ///< Ctrl+C
  std::optional<Outcome> outcome{};  ///< reached its limit, in a scene with a success test
};

/// What else an interrupt does at once, from the signal handler itself; null: nothing. Only what is safe there.
void alsoOnInterrupt(void (*action)());

/// Runs to the iteration limit on the calling thread's time. `finished` is called for every iteration in order,
/// `advanced` about 15 times a second.
RunOutcome runToEnd(RunSetup setup, const std::function<void(const Snapshot&)>& finished,
                    const std::function<void(const Progress&)>& advanced);

}  // namespace gps::cli
