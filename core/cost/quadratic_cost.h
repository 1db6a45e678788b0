// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/math/types.h"

namespace gps {

/// Quadratic cost model in absolute coordinates y = [x; u]: cost_t(y) = 0.5 y'H_t y + g_t'y + c_t.
struct QuadraticCost {
  std::vector<Matrix> H;  ///< T matrices (n x n), symmetric
  std::vector<Vector> g;  ///< T vectors (n)
  std::vector<double> c;  ///< T numbers

  int horizon() const { return static_cast<int>(H.size()); }
};

}  // namespace gps
