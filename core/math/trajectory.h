// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/types.h"

namespace gps {

/// One rollout as the learner sees it. Row t belongs to time step t = 0 .. T-1. The action of the last row
/// is computed and costed but moves nothing.
struct Trajectory {
  RowMatrix X;  ///< states                           (T x dX)
  RowMatrix U;  ///< commanded actions, before clipping (T x dU)
  RowMatrix O;  ///< observations                     (T x dO)
  double clipFraction = 0.0;  ///< share of action components cut by an actuator limit

  int horizon() const { return static_cast<int>(X.rows()); }
};

}  // namespace gps
