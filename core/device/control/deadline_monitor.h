// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/link/link.h"

namespace gps {

/// How well the loop keeps its schedule t_k = t_0 + k period.
struct DeadlineCounters {
  std::uint64_t cycles = 0;
  std::uint64_t late = 0;      ///< command on the wire after t_k + period/2
  std::uint64_t missed = 0;    ///< indices skipped because a command went out after t_{k+1}; the schedule never shifts
  int missedInARow = 0;
  Nanos worst = 0;             ///< longest time from t_k to the command on the wire
};

class DeadlineMonitor {
 public:
  explicit DeadlineMonitor(Nanos period) : m_period(period) {}
  void reset() { m_counters = {}; }
  /// The command of the cycle that was due at `scheduled` went out at `written`.
  void note(Nanos scheduled, Nanos written) {
    const Nanos delay = written - scheduled;
    ++m_counters.cycles;
    if (delay > m_counters.worst) m_counters.worst = delay;
    if (delay > m_period / 2) ++m_counters.late;
    if (delay > m_period) {
      const auto skipped = static_cast<int>(delay / m_period);
      m_counters.missed += static_cast<std::uint64_t>(skipped);
      m_counters.missedInARow += skipped;
    } else {
      m_counters.missedInARow = 0;
    }
  }
  /// Whether a trial of `steps` steps is spoilt: two misses in a row, or more than 2 %.
  bool broken(int steps) const {
    return m_counters.missedInARow >= 2 || 50 * m_counters.missed > static_cast<std::uint64_t>(steps);
  }
  const DeadlineCounters& counters() const { return m_counters; }

 private:
  Nanos m_period;
  DeadlineCounters m_counters;
};

}  // namespace gps
