// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "core/base/param_spec.h"

namespace gps {

/// Iterative LQR with known dynamics   [Tassa12].
struct IlqrParams {
  double mu0 = 1.0;
  double factor = 1.6;
  double muMin = 1e-6;
  double muMax = 1e10;
  int alphas = 11;
  double zMin = 0.0;
  double tol = 1e-7;
  int maxIter = 500;
  double fdStep = 1e-3;
  bool limits = true;
  int smoothFd = 0;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.mu0, ParamSpec{.key = "ilqr.mu0", .label = "First regularisation", .symbol = "mu", .min = 0,
                                .max = 1e10, .level = Level::Basic, .applies = Applies::Reset, .usedBy = kUsedByIlqr,
                                .help = "Added to the diagonal of Q_uu in the first backward pass. Larger values begin "
                                        "with shorter steps."});
    visitor(self.factor, ParamSpec{.key = "ilqr.factor", .label = "Regularisation factor", .min = 1.01, .max = 10,
                                   .usedBy = kUsedByIlqr,
                                   .help = "mu grows by this factor after a failure and shrinks by it after a "
                                           "success; the factor itself is multiplied with every one in a row."});
    visitor(self.muMin, ParamSpec{.key = "ilqr.mu_min", .label = "Smallest regularisation", .min = 1e-12, .max = 1,
                                  .logScale = true, .level = Level::Expert, .usedBy = kUsedByIlqr,
                                  .help = "Where mu falls below this it becomes 0, and rises to this from 0."});
    visitor(self.muMax, ParamSpec{.key = "ilqr.mu_max", .label = "Largest regularisation", .min = 1, .max = 1e16,
                                  .logScale = true, .level = Level::Expert, .usedBy = kUsedByIlqr,
                                  .help = "Beyond this mu does not rise: no step can be found."});
    visitor(self.alphas, ParamSpec{.key = "ilqr.alphas", .label = "Step lengths", .symbol = "alpha", .min = 1,
                                   .max = 30, .usedBy = kUsedByIlqr,
                                   .help = "The line search tries this many step lengths, from 1 down to 1e-3 at "
                                           "equal ratios, and takes the first that is good enough."});
    visitor(self.zMin, ParamSpec{.key = "ilqr.z_min", .label = "Smallest ratio", .min = 0, .max = 1,
                                 .level = Level::Expert, .usedBy = kUsedByIlqr,
                                 .help = "A step is good enough when actual / predicted decrease exceeds this."});
    visitor(self.tol, ParamSpec{.key = "ilqr.tol", .label = "Tolerance", .min = 0, .max = 0.1,
                                .level = Level::Expert, .usedBy = kUsedByIlqr,
                                .help = "A pass that lowers the cost by less than this share of it has converged."});
    visitor(self.maxIter, ParamSpec{.key = "ilqr.max_iter", .label = "Most passes", .min = 1, .max = 100000,
                                    .level = Level::Expert, .usedBy = kUsedByIlqr,
                                    .help = "After this many iterations the trajectories stay as they are. One "
                                            "iteration is one backward pass and one line search."});
    visitor(self.fdStep, ParamSpec{.key = "ilqr.fd_step", .label = "Difference step", .symbol = "h", .min = 1e-6,
                                   .max = 0.1, .logScale = true, .level = Level::Expert, .usedBy = kUsedByIlqr,
                                   .help = "Central differences of one simulator step use h (1 + |v|) for every "
                                           "coordinate and action v. The simulator rounds to single precision: below "
                                           "1e-4 that shows."});
    visitor(self.limits, ParamSpec{.key = "ilqr.limits", .label = "Obey action limits", .usedBy = kUsedByIlqr,
                                   .help = "Keep every action within its actuator's limit, by a box-constrained "
                                           "quadratic program per time step."});
    visitor(self.smoothFd, ParamSpec{.key = "ilqr.smooth_fd", .label = "Smooth differences", .max = 64,
                                     .usedBy = kUsedByIlqr,
                                     .help = "Average the derivatives over this many states, disturbed by 0.01 "
                                             "(1 + |v|) per coordinate v: for scenes with contacts, for example 8 to "
                                             "16. 0: at the state itself."});
  }
};

/// The multiplicative schedule of the regularisation, quadratic in the failures or successes in a row.
struct Regularisation {
  double mu = 1.0;
  double d = 1.0;

  /// After a failure: d = max(factor d, factor), mu = max(mu d, mu_min). False when mu was at mu_max already.
  bool raise(const IlqrParams& p) {
    const bool room = mu < p.muMax;
    d = std::max(d * p.factor, p.factor);
    mu = std::min(std::max(mu * d, p.muMin), p.muMax);
    return room;
  }
  /// After a success: d = min(d / factor, 1 / factor), mu = mu d, or 0 below mu_min.
  void lower(const IlqrParams& p) {
    d = std::min(d / p.factor, 1.0 / p.factor);
    mu *= d;
    if (mu < p.muMin) mu = 0.0;
  }
};

}  // namespace gps
