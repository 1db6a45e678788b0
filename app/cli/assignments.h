// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"

namespace gps::cli {

/// One --set: KEY=VALUE for all runs, or ALGORITHM:KEY=VALUE for those of one algorithm.
struct Assignment {
  std::string algorithm{};  ///< empty: all
  std::string key{};
  std::string value{};
};

/// Errors: no equals sign; an algorithm that is none of `algorithms`, which are those of the command.
Result<std::vector<Assignment>> parseAssignments(std::span<const std::string> texts,
                                                 std::span<const std::string> algorithms);

/// Sets what holds for this algorithm, what names it last.
Status assign(Parameters& parameters, std::span<const Assignment> assignments, std::string_view algorithm);

/// A sentence for every assignment that none of the algorithms it is meant for reads.
std::vector<std::string> unreadAssignments(std::span<const Assignment> assignments,
                                           std::span<const std::string> algorithms, const Parameters& parameters);

}  // namespace gps::cli
