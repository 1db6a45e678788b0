// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

namespace gps::cli {

struct EvaluateOptions {
  std::string session{};
  std::string run{};                ///< empty: the last one
  std::optional<int> iteration{};   ///< the last one
  std::optional<int> rollouts{};    ///< per start, from its spread; none: one from its middle
  bool json = false;
};

/// Noise-free rollouts of what a run has learned, of the policy or, where there is none, of the local controllers. A
/// policy is also tried on the scene's test starts.
int evaluate(const EvaluateOptions& options);

}  // namespace gps::cli
