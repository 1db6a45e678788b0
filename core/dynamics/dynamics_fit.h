// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/base/error.h"
#include "core/dynamics/dynamics_params.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/math/joint_prior.h"
#include "core/math/trajectory.h"

namespace gps {

/// Joint points [x_t, u_t, x_{t+1}], t = 0 .. T-2, of one rollout.
RowMatrix transitions(const Trajectory& rollout);

/// Linear-Gaussian dynamics of one condition from its rollouts: per time step the regression of x_{t+1} on
/// [x_t; u_t] under the prior (fitConditional), and the initial state with x1 mean = sample mean, covariance
/// = diag(max(var, init.state_var)). Fails with the time step.
Result<LinearGaussianDynamics> fitDynamics(std::span<const Trajectory> rollouts, const JointPrior& prior,
                                           const DynamicsParams& params);

/// One-step coefficient of determination per t = 0 .. T-2 of `dynamics` on `rollouts`, averaged over state
/// entries that vary. Logged on the training rollouts and on the next iteration's.
Vector oneStepR2(const LinearGaussianDynamics& dynamics, std::span<const Trajectory> rollouts);

}  // namespace gps
