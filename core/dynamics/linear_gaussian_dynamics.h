// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/math/types.h"

namespace gps {

/// Time-varying linear-Gaussian dynamics x_{t+1} ~ N(F_t [x_t; u_t] + f_t, W_t), t = 0 .. T-2, and the
/// distribution of x_0. Entry T-1 exists, is zero and is never read.
struct LinearGaussianDynamics {
  std::vector<Matrix> F;  ///< T matrices (dX x (dX+dU))
  std::vector<Vector> f;  ///< T vectors  (dX)
  std::vector<Matrix> W;  ///< T matrices (dX x dX)
  Gaussian x1;            ///< initial state

  int horizon() const { return static_cast<int>(F.size()); }
  int dX() const { return static_cast<int>(x1.mean.size()); }
  int dU() const { return static_cast<int>(F.front().cols()) - dX(); }
};

}  // namespace gps
