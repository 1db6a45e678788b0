// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/math/types.h"
#include "core/plant/task.h"

namespace gps {

/// How derivatives of a plant's step are taken.
struct DifferenceOptions {
  double step = 1e-3;         ///< h (1 + |v|) for every coordinate and action v
  int smoothing = 0;          ///< average over so many disturbed states; 0: none
  double smoothingStd = 1e-2; ///< disturbance of a coordinate v: std (1 + |v|)
};

/// x_{t+1} as a function of (x_t, u_t), near one state.
struct StepDerivatives {
  Matrix F;             ///< [f_x f_u] (dX x (dX+dU))
  Vector next;          ///< state after a step of the undisturbed plant (dX)
  double hidden = 0.0;  ///< share of the derivative along coordinates the state does not show, 0 .. 1
};

/// Central differences of one step of fresh plants with coordinates z, under the action u. Let G = dx/dz and
/// N = dx'/dz; where x determines what of z matters, f_x = N G^+ holds along all states that the plant can be in, also
/// where entries of x repeat each other (a tip beside its joint angles) or are constant. hidden = |N (I - G^+ G)| / |N|
/// where actions or what the state shows move the hidden coordinates at all (dz' along them above 1e-3 of all of dz'),
/// else 0: what stays as it was is no part of the state.
/// Actions are not moved beyond their limits: there the difference is one-sided.
///
/// The plants must offer coordinates. Fails where a state is not finite.
Result<StepDerivatives> stepDerivatives(const Task& task, int condition, const VectorRef& z, const VectorRef& u,
                                        const DifferenceOptions& options, Rng rng);

}  // namespace gps
