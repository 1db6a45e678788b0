// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/lqr/forward_pass.h"
#include "core/lqr/lqr_params.h"
#include "core/lqr/surrogate.h"

namespace gps {

/// A backward pass that found Q_uu not positive definite, or a number that is not finite.
struct BackwardFailure {
  int t = -1;
  bool nonFinite = false;

  bool any() const { return t >= 0; }
};
struct BackwardResult {
  std::vector<LinearGaussianController::Step> steps;  ///< empty on failure
  Vector minQuu;                                      ///< (T) smallest eigenvalue of Q_uu (or its raw form)
  BackwardFailure failure;
  bool ok() const { return failure.t < 0; }
};

/// Maximum-entropy LQR for fixed multipliers, raw form: stage cost `cost`, temperature nu_t (T):
/// K = -Quu^-1 Qux, k = -Quu^-1 qu, C = nu Quu^-1   [Levine14].
BackwardResult backwardPass(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost,
                            std::span<const double> nu);

/// The same solution for eta KL(p || q) in deviation coordinates w = u - Kq x - kq, where eta enters only
/// Q_ww += eta Cq^-1: no cancellation for large eta. Holds F T and T'HT, computed once per C-step, and all
/// buffers. Everything given to the constructor must outlive it.
class DeviationSweep {
 public:
  DeviationSweep(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost, const SurrogateTerms& terms);
  ~DeviationSweep();
  DeviationSweep(DeviationSweep&&) noexcept;
  /// `eta` has 1 entry or T (per-step duals).
  BackwardResult backward(std::span<const double> eta);

  /// The sweep of backward() without handing the controller out.
  BackwardFailure solve(std::span<const double> eta);
  /// Eigenvalues of every C_t of the last solution to [lo, hi]; true when one changed.
  bool clampCovariance(double lo, double hi);
  /// KL_t of the last solution from the reference under the state marginals of the new controller or of the
  /// reference, each clamped at 0 from below, in the shifted coordinates: D = Kw, d = Kw m + kw.
  const Vector& kl(KlMarginals marginals);
  /// The last solution as a controller's steps.
  BackwardResult result() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps
