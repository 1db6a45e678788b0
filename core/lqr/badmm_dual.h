// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/param_spec.h"
#include "core/lqr/forward_pass.h"
#include "core/math/trajectory.h"
#include "core/math/types.h"
#include "core/policy/global_policy.h"
#include "core/policy/linear_gaussian_controller.h"
#include "core/policy/policy_dataset.h"

namespace gps {

enum class RhoRule { Gradient, Fixed, Ratio, Deviation };

/// BADMM's multipliers and weights (algorithms' section E).
struct BadmmParams {
  double rho0 = 0.01;
  double dualRate = 0.1;
  double dualRateGain = 0.0;
  bool precondition = true;
  RhoRule rhoRule = RhoRule::Deviation;
  std::vector<double> rhoStep{1e-4, 1e-3, 1e-2, 1e-2};
  double rhoUpper = 0.5;
  double rhoLower = 1.0;
  double rhoIncrease = 2.0;
  double rhoDecrease = 0.5;
  int inner = 4;
  std::vector<double> entropyReg{1e-3, 1e-3, 1e-2, 1e-1};

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.rho0, ParamSpec{.key = "badmm.rho0", .label = "Initial weight", .symbol = "rho", .min = 1e-5,
                                 .max = 10, .logScale = true, .level = Level::Basic, .applies = Applies::Reset,
                                 .usedBy = kUsedByBadmm,
                                 .help = "Weight of KL(p || pi) in the C-step at the first iteration."});
    visitor(self.dualRate, ParamSpec{.key = "badmm.dual_rate", .label = "Dual rate", .symbol = "alpha", .min = 0,
                                     .max = 1, .level = Level::Basic, .usedBy = kUsedByBadmm,
                                     .help = "lambda_t += alpha rho_t C_t^-1 mean(mu_pi - K x - k)."});
    visitor(self.dualRateGain,
            ParamSpec{.key = "badmm.dual_rate_gain", .label = "Dual rate of gains", .symbol = "alpha_K", .min = 0,
                      .max = 1, .level = Level::Expert, .usedBy = kUsedByBadmm,
                      .help = "lambdaK_t += alpha_K rho_t C_t^-1 (Kb_t - K_t). Zero constrains means only."});
    visitor(self.precondition,
            ParamSpec{.key = "badmm.precondition", .label = "Precondition", .level = Level::Expert,
                      .usedBy = kUsedByBadmm, .help = "Multiply the dual step by C_t^-1."});
    visitor(self.rhoRule,
            ParamSpec{.key = "badmm.rho_rule", .label = "Weight rule", .symbol = "rho", .usedBy = kUsedByBadmm,
                      .help = "gradient: rho += step KL. fixed: rho += step. ratio: compares KL with the previous "
                              "one. deviation: halves or doubles where KL_t lies far from its mean over t.",
                      .choices = {"gradient", "fixed", "ratio", "deviation"}});
    visitor(self.rhoStep, ParamSpec{.key = "badmm.rho_step", .label = "Weight steps", .min = 1e-9, .max = 1e3,
                                    .level = Level::Expert, .usedBy = kUsedByBadmm,
                                    .help = "gradient and fixed only: step of rho, interpolated geometrically over "
                                            "the iterations."});
    visitor(self.rhoUpper, ParamSpec{.key = "badmm.rho_upper", .label = "Upper deviations", .min = 0, .max = 10,
                                     .level = Level::Expert, .usedBy = kUsedByBadmm,
                                     .help = "deviation: rho_t grows where KL_t >= mean + this * std."});
    visitor(self.rhoLower, ParamSpec{.key = "badmm.rho_lower", .label = "Lower deviations", .min = 0, .max = 10,
                                     .level = Level::Expert, .usedBy = kUsedByBadmm,
                                     .help = "deviation: rho_t shrinks where KL_t < mean - this * std."});
    visitor(self.rhoIncrease, ParamSpec{.key = "badmm.rho_increase", .label = "Increase factor", .min = 1,
                                        .max = 10, .level = Level::Expert, .usedBy = kUsedByBadmm,
                                        .help = "Factor of growth of rho_t."});
    visitor(self.rhoDecrease, ParamSpec{.key = "badmm.rho_decrease", .label = "Decrease factor", .min = 0.01,
                                        .max = 1, .level = Level::Expert, .usedBy = kUsedByBadmm,
                                        .help = "Factor of shrinkage of rho_t."});
    visitor(self.inner, ParamSpec{.key = "badmm.inner", .label = "Inner iterations", .min = 1, .max = 20,
                                  .level = Level::Basic, .usedBy = kUsedByBadmm,
                                  .help = "Rounds of S-step, linearisation, dual step and C-step per iteration."});
    visitor(self.entropyReg,
            ParamSpec{.key = "badmm.entropy_reg", .label = "Variance shrinkage", .min = 1e-9, .max = 1e3,
                      .level = Level::Expert, .usedBy = kUsedByBadmm,
                      .help = "Shrinkage of the policy variance, interpolated geometrically over the iterations."});
  }
};

/// exp(interp(s, nodes 0..1 evenly spaced, ln schedule)), s = min((iteration+1)/(iterations-1), 1), iteration
/// from 0. One value is a constant.
double geometricSchedule(std::span<const double> schedule, int iteration, int iterations);

/// lambda_t += alpha rho_t C_t^-1 mean_j(mu_pi(o_jt) - K_t x_jt - k_t), lambdaK_t += alphaK rho_t C_t^-1 (Kb_t - K_t).
Multipliers dualStep(Multipliers multipliers, const LinearGaussianController& controller,
                     const LinearGaussianController& linearisedPolicy, const GlobalPolicy& policy,
                     std::span<const Trajectory> rollouts, const BadmmParams& params);

/// New rho_t from KL_t = `kl` and, for the ratio rule, the previous one (empty: unchanged). Clamped to [1e-6, 1e4].
Vector adaptRho(const VectorRef& rho, const VectorRef& kl, const Vector& previousKl, double step,
                const BadmmParams& params);

/// Augmented objective of BADMM's step rule: sum_t E[cost_t] + rho_t KL_t(p || pibar) under the marginals of p.
double augmentedCost(const Marginals& marginals, const QuadraticCost& cost, const LinearGaussianController& p,
                     const LinearGaussianController& pibar, const VectorRef& rho);

}  // namespace gps
