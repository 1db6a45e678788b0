// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/warning_streaks.h"

#include <algorithm>

namespace gps {

std::string streakPlace(const WarningStreak& streak) {
  if (streak.first == streak.last) return "Iteration " + std::to_string(streak.first);
  return "Iterations " + std::to_string(streak.first) + " to " + std::to_string(streak.last);
}

void WarningStreaks::take(const Snapshot& snapshot) {
  constexpr std::size_t kKept = 100;
  const int before = m_iteration;
  m_iteration = snapshot.report.iteration;
  const std::vector<std::string> names = snapshot.task ? snapshot.task->conditions : std::vector<std::string>();
  for (const Warning& warning : snapshot.report.warnings) {
    std::string text = warningText(warning, names);
    const auto running = std::find_if(m_streaks.begin(), m_streaks.end(), [&](const WarningStreak& streak) {
      return streak.key == warning.key && streak.last == before;
    });
    if (running == m_streaks.end() || before == 0) {
      m_streaks.push_back({warning.key, std::move(text), m_iteration, m_iteration});
    } else {
      running->text = std::move(text);
      running->last = m_iteration;
    }
  }
  if (m_streaks.size() > kKept) m_streaks.erase(m_streaks.begin(), m_streaks.end() - static_cast<std::ptrdiff_t>(kKept));
}

std::vector<WarningStreak> WarningStreaks::current() const {
  std::vector<WarningStreak> list;
  for (const WarningStreak& streak : m_streaks) {
    if (streak.last == m_iteration) list.push_back(streak);
  }
  return list;
}

}  // namespace gps
