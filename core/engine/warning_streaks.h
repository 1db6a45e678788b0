// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps {

/// One warning in consecutive iterations.
struct WarningStreak {
  std::string key{};
  std::string text{};  ///< of the newest of them, with its conditions by name
  int first = 0;       ///< iteration, from 1
  int last = 0;
};

/// "Iteration 4" or "Iterations 4 to 9".
std::string streakPlace(const WarningStreak& streak);

/// The warnings of one run, iteration by iteration: what comes again in the next one counts up instead of being
/// said anew.
class WarningStreaks {
 public:
  /// Finished iterations in order.
  void take(const Snapshot& snapshot);
  /// Oldest first; a run that warns for ever keeps the newest hundred.
  const std::vector<WarningStreak>& all() const { return m_streaks; }
  /// Those that the newest iteration has.
  std::vector<WarningStreak> current() const;

 private:
  std::vector<WarningStreak> m_streaks;
  int m_iteration = 0;
};

}  // namespace gps
