// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/task_problem.h"

#include <algorithm>
#include <string_view>

namespace gps::ui {

namespace {

/// "/costs/2" for the id of the third.
template <class Part>
std::string placeIn(const char* list, const std::vector<Part>& parts, std::string_view id) {
  const auto found = std::find_if(parts.begin(), parts.end(), [id](const Part& part) { return part.id == id; });
  const std::string whole = std::string("/") + list;
  return found == parts.end() ? whole : whole + "/" + std::to_string(found - parts.begin());
}

std::string pointerOf(const Scene& scene, std::string_view where) {
  if (const std::size_t slash = where.find(", /"); slash != std::string_view::npos)
    return std::string(where.substr(slash + 2));
  constexpr std::string_view kController = "initial_controller.", kInit = "init.";
  if (where.starts_with(kController))
    return "/initial_controller/" + std::string(where.substr(kController.size()));
  if (where.starts_with(kInit)) return "/initial_controller/" + std::string(where.substr(kInit.size()));
  const std::size_t comma = where.rfind(", ");
  if (comma == std::string_view::npos) return {};
  const std::string_view place = where.substr(comma + 2);
  constexpr std::string_view kCost = "cost ", kCondition = "condition ";
  if (place.starts_with(kCost)) return placeIn("costs", scene.costs, place.substr(kCost.size()));
  if (place.starts_with(kCondition))
    return placeIn("conditions", scene.conditions, place.substr(kCondition.size()));
  if (place == "costs" || place == "conditions") return "/" + std::string(place);
  return {};
}

}  // namespace

Problem taskProblem(const Scene& scene, const Error& error) {
  return {Problem::Severity::Error, pointerOf(scene, error.where), error.what, error.mend};
}

}  // namespace gps::ui
