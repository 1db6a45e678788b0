// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/action_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

namespace gps::cli {

Result<std::vector<std::vector<double>>> readActions(const std::string& file, std::size_t columns) {
  constexpr std::size_t kMostSteps = 20000;
  std::ifstream stream(file);
  if (!stream) return Error{"Cannot read the actions.", file, "Give a file with one action per line."};
  std::vector<std::vector<double>> actions;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const std::string where = file + ", line " + std::to_string(number);
    if (line.size() > 4096) return Error{"The line is too long.", where, "Write one action per line."};
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.front() == '#') continue;
    std::vector<double> action;
    const char* at = line.data();
    const char* const end = at + line.size();
    while (true) {
      while (at != end && (*at == ' ' || *at == ',' || *at == '\t' || *at == '\r')) ++at;
      if (at == end) break;
      double value = 0.0;
      const auto [stop, error] = std::from_chars(at, end, value);
      if (error != std::errc() || !std::isfinite(value)) {
        return Error{"This is not a number: " + std::string(at, std::min(end, at + 12)) + ".", where,
                     "Write numbers separated by commas."};
      }
      action.push_back(value);
      at = stop;
    }
    if (action.size() != columns) {
      return Error{"The action has " + std::to_string(action.size()) + " numbers, but the arm has " +
                       std::to_string(columns) + " joints.",
                   where, "Write one number per joint."};
    }
    actions.push_back(std::move(action));
    if (actions.size() > kMostSteps) {
      return Error{"There are more than " + std::to_string(kMostSteps) + " actions.", file, "Use fewer steps."};
    }
  }
  if (actions.empty()) return Error{"There is no action.", file, "Write one action per line."};
  return actions;
}

}  // namespace gps::cli
