// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/lqr/lqr_params.h"
#include "core/math/types.h"

namespace gps {

/// One evaluation of the dual search.
struct DualPoint {
  double eta = 0.0;
  double kl = 0.0;
  std::optional<double> cost{};  ///< E_p[cost] under the model; only where it was asked for
};

/// What one backward and forward pass found at some eta.
struct DualTrial {
  double kl = 0.0;    ///< not defined after a failure
  int failedAt = -1;  ///< time step at which Q_uu was not positive definite
  std::optional<double> cost{};
};
/// An error (not finite, stopped) ends the search.
using DualEvaluator = std::function<Result<DualTrial>(double eta)>;

/// A trial at the first of eta, eta + delta, eta + 2 delta, eta + 4 delta, ... with Q_uu positive definite.
struct RaisedTrial {
  DualPoint point;
  int raises = 0;
  double failedEta = 0.0;  ///< largest eta that failed; 0 when none did
};
/// delta = params.etaRaise. Where eta + 2^j delta would reach `ceiling` (an eta known to succeed) the middle of
/// the logarithms is tried instead. Fails, naming the step, when eta reaches params.etaMax.
Result<RaisedTrial> evaluateRaised(const LqrParams& params, double eta, double ceiling,
                                   const DualEvaluator& evaluate);

struct DualSearchResult {
  DualPoint accepted;    ///< the last evaluation, so the evaluator still holds its controller
  double nextEta = 0.0;  ///< accepted.eta after convergence, else the eta the search had moved on to
  bool converged = false;
  bool slack = false;    ///< KL <= epsilon already at eta_min
  int raises = 0;
  std::vector<DualPoint> trace;
};

/// The eta with |KL(eta) - epsilon| < kl_tol epsilon; KL falls with eta, and KL - epsilon is the slope of the
/// dual. `bracket`: steps of at most a factor 10, then bisection of ln eta. `illinois`: the same until both ends
/// are known, then regula falsi on ln(KL/epsilon) over ln eta. `dgd`: eta += alpha (KL - epsilon). `dgd_log`:
/// eta *= (KL/epsilon)^alpha. Both double alpha after 40 steps on one side, halve it when they step over the
/// solution, stay within the interval known then, and halve that (of ln eta) where it no longer shrinks. At most
/// `evaluations`; 0: 50, and 500 for the gradient rules.
Result<DualSearchResult> searchDual(const LqrParams& params, double epsilon, double eta,
                                    const DualEvaluator& evaluate, int evaluations = 0);

/// What one pass found with one eta per time step.
struct StepwiseTrial {
  Vector kl;
  int failedAt = -1;
};
using StepwiseEvaluator = std::function<Result<StepwiseTrial>(std::span<const double> eta)>;

struct StepwiseSearchResult {
  std::vector<double> eta;
  bool converged = false;
  bool slack = false;  ///< no step needs its bound
  int raises = 0;
  std::vector<DualPoint> trace;  ///< geometric mean of eta, summed KL
};

/// One multiplier per step, KL_t <= epsilon: eta_t *= sqrt(KL_t / epsilon), at most a factor 10 at a time. Ends
/// when every KL_t is within kl_tol, or below epsilon with eta_t = eta_min. At most 200 evaluations.
Result<StepwiseSearchResult> searchDualPerStep(const LqrParams& params, double epsilon, double eta, int T,
                                               const StepwiseEvaluator& evaluate);

}  // namespace gps
