// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/dynamics/dynamics_params.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/math/joint_prior.h"
#include "core/math/trajectory.h"

namespace gps {

/// Joint points [x_t, u_t, x_{t+1}], t = 0 .. T-2, of one rollout.
RowMatrix transitions(const Trajectory& rollout);

/// What a fit knows beyond the rollouts of its condition.
struct DynamicsContext {
  std::vector<bool> velocityEntry{};  ///< (dX) which state entries are velocities; empty: none
  Matrix pooled{};                    ///< (dX x (dX+dU)) F0 of fitPooled; empty: the ridge pulls towards 0
  std::function<bool()> keepGoing{};  ///< asked once per time step; false stops with an error "stopped"
};

/// Squares of the deviations of every state entry by its kind: (dX). Empty when both are 0.
Vector squaresByKind(const std::vector<bool>& velocityEntry, Eigen::Index dX, double position, double velocity);

/// F0 of the ridge regression x' = F0 [x; u] + f0 of the transitions of all steps and conditions together, with
/// the ridge of `params` (dyn.pooled). f0 drops out of the fits that shrink to it. Empty when T is 1. Of the
/// context it reads the kinds of the state entries and keepGoing, asked once per rollout.
Result<Matrix> fitPooled(std::span<const std::span<const Trajectory>> conditions, const DynamicsParams& params,
                         const DynamicsContext& context = {});

/// Linear-Gaussian dynamics of one condition from its rollouts: per time step the regression of x_{t+1} on
/// [x_t; u_t] under the prior (fitConditional), and the initial state with x1 mean = sample mean, covariance
/// = diag(max(var, init.state_var)). Fails with the time step.
Result<LinearGaussianDynamics> fitDynamics(std::span<const Trajectory> rollouts, const JointPrior& prior,
                                           const DynamicsParams& params, const DynamicsContext& context = {});

/// One-step coefficient of determination per t = 0 .. T-2 of `dynamics` on `rollouts`, averaged over state
/// entries that vary. Logged on the training rollouts and on the next iteration's.
Vector oneStepR2(const LinearGaussianDynamics& dynamics, std::span<const Trajectory> rollouts);

/// One-step prediction error in units of the model's noise, sqrt(mean over rollouts and steps of e'W^-1 e / dX);
/// 1 where the errors are as large as W says. 0 when T is 1; not finite where a W is not positive definite.
double oneStepError(const LinearGaussianDynamics& dynamics, std::span<const Trajectory> rollouts);

}  // namespace gps
