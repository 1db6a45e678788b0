// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>

#include "core/base/error.h"
#include "core/math/joint_prior.h"
#include "core/math/trajectory.h"
#include "core/policy/global_policy.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// pibar_i: the global policy linearised around one condition, N(Kb_t x + kb_t, S_t)   [Levine16].
struct LinearisedPolicy {
  LinearGaussianController controller;
  Vector r2;  ///< (T) coefficient of determination of the regression of the mean actions on x
};

/// How much of the regression residual S_t contains.
enum class ResidualMode {
  Full,    ///< all of it
  Capped,  ///< at most Sigma_pi: eigenvalues of L^-1 residual L^-T, Sigma_pi = L L', are cut at 1
  Off,     ///< nothing: S_t = Sigma_pi
};

struct LineariseOptions {
  /// Where the prior is a mixture, reg is in units of the standard deviations of its states.
  ConditioningOptions conditioning{.reg = 1e-6, .regRelative = 1e-2};
  double strength = 1.0;
  ResidualMode residual = ResidualMode::Full;
  std::function<bool()> keepGoing{};  ///< asked once per time step; false stops with an error "stopped"
};

/// Joint points [x_t ; mu_pi(o_t)], t = 0 .. T-1, of one rollout (T x (dX + dU)).
RowMatrix policyPoints(const GlobalPolicy& policy, const Trajectory& rollout);

/// Per time step: regression of mu_pi(o) on x (not o, so it serves policies that see less than the state)
/// with the NIW prior; S_t = residual covariance (by options.residual) + Sigma_pi. Fails with the time step.
Result<LinearisedPolicy> linearise(const GlobalPolicy& policy, std::span<const Trajectory> rollouts,
                                   const JointPrior& prior, const LineariseOptions& options);

/// KL(p(.|x_t) || pi(.|o_t)) over the samples of every step, p the controller   [nat].
struct PolicyDivergence {
  Vector mean;  ///< (T)
  Vector max;   ///< (T) over the samples: eps_t of the bounds
};
PolicyDivergence divergenceControllerPolicy(const LinearGaussianController& p, const GlobalPolicy& policy,
                                            std::span<const Trajectory> rollouts);

/// Monte Carlo mean over samples of KL(p(.|x_t) || pi(.|o_t)) per t (p first), p the controller   [nat].
Vector klControllerPolicy(const LinearGaussianController& p, const GlobalPolicy& policy,
                          std::span<const Trajectory> rollouts);
/// The other direction, KL(pi(.|o_t) || p(.|x_t)).
Vector klPolicyController(const GlobalPolicy& policy, const LinearGaussianController& p,
                          std::span<const Trajectory> rollouts);

}  // namespace gps
