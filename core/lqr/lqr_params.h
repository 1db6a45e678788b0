// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>

#include "core/base/param_spec.h"

namespace gps {

enum class DualSolver { Bracket, Illinois, Dgd, DgdLog };
enum class KlMarginals { New, Prev };

/// The C-step: KL-constrained LQR and the size of its step.
struct LqrParams {
  double klStep = 1.0;
  double stepMin = 0.1;
  double stepMax = 3.0;
  double stepGrowth = 2.0;
  double stepShrink = 0.1;
  DualSolver dualSolver = DualSolver::Illinois;
  bool raiseLoOnFailure = true;
  bool acceptSlack = true;
  double klTol = 0.1;
  bool perStep = false;
  KlMarginals klMarginals = KlMarginals::New;
  double eta0 = 1.0;
  double etaMin = 1e-8;
  double etaMax = 1e16;
  double etaRaise = 1e-4;
  double dgdRate = 0.1;
  double covMin = 1e-4;
  std::optional<double> covMax;  ///< absent: (0.25 u_max)^2, nothing where the actuator has no limit
  bool convexify = true;
  double maxEnt = 0.0;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.klStep, ParamSpec{.key = "lqr.kl_step", .label = "KL step", .symbol = "epsilon",
                                   .unit = "nat/step", .min = 0.001, .max = 100.0, .logScale = true,
                                   .level = Level::Basic,
                                   .usedBy = kUsedByFit,
                                   .help = "Bound on the divergence of a C-step: KL <= kl_step * step_mult * T. "
                                           "Larger steps learn faster but trust the fitted dynamics further."});
    visitor(self.stepMin, ParamSpec{.key = "lqr.step_min", .label = "Smallest multiplier", .min = 1e-3, .max = 1,
                                    .logScale = true, .usedBy = kUsedByStepRule,
                                    .help = "Lower limit of step_mult."});
    visitor(self.stepMax, ParamSpec{.key = "lqr.step_max", .label = "Largest multiplier", .min = 0.01, .max = 100,
                                    .logScale = true, .usedBy = kUsedByStepRule,
                                    .help = "Upper limit of step_mult; the first iteration starts at 1 all the same."});
    visitor(self.stepGrowth, ParamSpec{.key = "lqr.step_growth", .label = "Growth limit", .min = 1, .max = 10,
                                       .usedBy = kUsedByStepRule,
                                       .help = "step_mult grows at most by this factor per iteration."});
    visitor(self.stepShrink, ParamSpec{.key = "lqr.step_shrink", .label = "Shrink limit", .min = 0.01, .max = 1,
                                       .usedBy = kUsedByStepRule,
                                       .help = "step_mult shrinks at most to this share per iteration."});
    visitor(self.dualSolver,
            ParamSpec{.key = "lqr.dual_solver", .label = "Dual solver", .symbol = "eta", .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "How eta is found with KL(eta) = epsilon. bracket: log bisection. illinois: regula "
                              "falsi on ln KL once both ends are known. dgd, dgd_log: dual gradient descent.",
                      .choices = {"bracket", "illinois", "dgd", "dgd_log"}});
    visitor(self.raiseLoOnFailure,
            ParamSpec{.key = "lqr.raise_lo_on_failure", .label = "Raise lower end", .level = Level::Expert,
                      .usedBy = kUsedByFit,
                      .help = "An eta at which Q_uu is not positive definite also becomes the lower end of the "
                              "bracket."});
    visitor(self.acceptSlack, ParamSpec{.key = "lqr.accept_slack", .label = "Accept slack", .level = Level::Expert,
                                        .usedBy = kUsedByFit,
                                        .help = "Stop at the smallest eta when the bound holds there already."});
    visitor(self.klTol, ParamSpec{.key = "lqr.kl_tol", .label = "KL tolerance", .min = 1e-3, .max = 0.2,
                                  .level = Level::Expert,
                                  .usedBy = kUsedByFit,
                                  .help = "The search stops when |KL - epsilon| < tol * epsilon."});
    visitor(self.perStep, ParamSpec{.key = "lqr.per_step", .label = "Bound per step", .level = Level::Expert,
                                    .usedBy = kUsedByFit,
                                    .help = "One multiplier eta_t and one bound per time step instead of one for "
                                            "the whole trajectory."});
    visitor(self.klMarginals, ParamSpec{.key = "lqr.kl_marginals", .label = "KL marginals", .level = Level::Expert,
                                        .usedBy = kUsedByFit,
                                        .help = "State distribution under which the KL is taken: of the new or the "
                                                "previous controller.",
                                        .choices = {"new", "prev"}});
    visitor(self.eta0, ParamSpec{.key = "lqr.eta0", .label = "First eta", .symbol = "eta", .min = 1e-8, .max = 1e8,
                                 .logScale = true, .level = Level::Expert, .usedBy = kUsedByFit,
                                 .help = "Start of the first search."});
    visitor(self.etaMin, ParamSpec{.key = "lqr.eta_min", .label = "Smallest eta", .min = 1e-12, .max = 1,
                                   .logScale = true, .level = Level::Expert, .usedBy = kUsedByFit,
                                   .help = "Lower end of the bracket."});
    visitor(self.etaMax, ParamSpec{.key = "lqr.eta_max", .label = "Largest eta", .min = 1, .max = 1e20,
                                   .logScale = true, .level = Level::Expert, .usedBy = kUsedByFit,
                                   .help = "Upper end of the bracket."});
    visitor(self.etaRaise, ParamSpec{.key = "lqr.eta_raise", .label = "First raise", .symbol = "delta", .min = 1e-8,
                                     .max = 1, .logScale = true, .level = Level::Expert,
                                     .usedBy = kUsedByFit,
                                     .help = "When Q_uu is not positive definite eta becomes eta + delta, and delta "
                                             "doubles."});
    visitor(self.dgdRate, ParamSpec{.key = "lqr.dgd_rate", .label = "Dual rate", .symbol = "alpha", .min = 1e-3,
                                    .max = 1, .level = Level::Expert,
                                    .usedBy = kUsedByFit,
                                    .help = "Rate of dual gradient descent: dgd eta += alpha (KL - epsilon), dgd_log "
                                            "eta *= (KL/epsilon)^alpha. Doubled after 40 steps on one side of the "
                                            "solution, halved when the search steps over it."});
    visitor(self.covMin, ParamSpec{.key = "lqr.cov_min", .label = "Smallest variance", .symbol = "c_min",
                                   .unit = "action^2", .min = 0, .max = 1, .level = Level::Expert,
                                   .help = "Floor of the eigenvalues of C_t, so that exploration never dies."});
    visitor(self.covMax, ParamSpec{.key = "lqr.cov_max", .label = "Largest variance", .symbol = "c_max",
                                   .unit = "action^2", .min = 1e-6, .max = 1e6, .level = Level::Expert,
                                   .help = "Ceiling of the eigenvalues of C_t, so that noise does not saturate the "
                                           "actuators.",
                                   .automatic = "(0.25 u_max)^2"});
    visitor(self.convexify, ParamSpec{.key = "lqr.convexify", .label = "Convexify costs", .level = Level::Expert,
                                      .help = "Project every sample's cost Hessian to positive semidefinite."});
    visitor(self.maxEnt, ParamSpec{.key = "lqr.max_ent", .label = "Entropy weight", .min = 0, .max = 1e3,
                                   .level = Level::Expert,
                                   .usedBy = kUsedByFit,
                                   .help = "Extra reward for the controller's entropy in the C-step."});
  }
};

/// The lower limit of step_mult that holds: the two limits are set one by one, so that for a while they may cross.
inline double smallestStep(const LqrParams& params) {
  return std::min(params.stepMin, params.stepMax);
}

}  // namespace gps
