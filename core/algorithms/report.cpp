// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/report.h"

#include <algorithm>

namespace gps {

void IterationReport::warn(std::string_view key, std::string text, std::optional<int> condition) {
  auto same = std::find_if(warnings.begin(), warnings.end(), [&](const Warning& known) { return known.key == key; });
  if (same == warnings.end()) same = warnings.insert(same, Warning{std::string(key), std::move(text), {}});
  if (!condition) return;
  std::vector<int>& list = same->conditions;
  const auto place = std::lower_bound(list.begin(), list.end(), *condition);
  if (place == list.end() || *place != *condition) list.insert(place, *condition);
}

std::string warningText(const Warning& warning, std::span<const std::string> conditionNames) {
  constexpr std::size_t kNamed = 6;  // more make a line that nobody reads
  const std::size_t count = warning.conditions.size();
  if (count == 0) return warning.text;
  if (count > 1 && count == conditionNames.size()) return "All conditions: " + warning.text;
  std::string names;
  for (std::size_t i = 0; i < std::min(count, kNamed); ++i) {
    const std::size_t index = static_cast<std::size_t>(warning.conditions[i]);
    names += (i == 0 ? "" : ", ") + (index < conditionNames.size() ? conditionNames[index] : std::to_string(index + 1));
  }
  if (count > kNamed) names += " and " + std::to_string(count - kNamed) + " more";
  return (count == 1 ? "Condition " : "Conditions ") + names + ": " + warning.text;
}

}  // namespace gps
