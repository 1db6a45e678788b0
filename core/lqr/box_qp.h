// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/math/types.h"

namespace gps {

/// Minimiser of 0.5 d'H d + g'd within lo <= d <= hi (any of them infinite).
struct BoxQpResult {
  Vector d;
  std::vector<bool> clamped;  ///< at a bound with the gradient pointing out
  int iterations = 0;
};

/// Projected Newton: the clamped entries are held, the others take a Newton step, cut at the bounds, with Armijo's rule
/// (0.1, shrink 0.6), until the free gradient is below 1e-8 (1 + |g|)   [Tassa14]. Starts from `start`, cut at the
/// bounds. Nothing where the free block of H is not positive definite or a number is not finite. lo <= hi.
std::optional<BoxQpResult> solveBoxQp(const MatrixRef& H, const VectorRef& g, const VectorRef& lo, const VectorRef& hi,
                                      const VectorRef& start);

}  // namespace gps
