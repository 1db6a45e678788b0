// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/cost/quadratic_cost.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// State-action marginals of a controller: y_t = [x_t; u_t] ~ N(mean_t, cov_t).
struct Marginals {
  std::vector<Vector> mean;  ///< T vectors (dX+dU)
  std::vector<Matrix> cov;   ///< T matrices (n x n)

  int horizon() const { return static_cast<int>(mean.size()); }
};

/// mu_t = [m; K m + k], Sg_t = [[P, P K'], [K P, K P K' + C]], m' = F mu + f, P' = sym(F Sg F' + W).
Marginals forwardPass(const LinearGaussianController& controller, const LinearGaussianDynamics& dynamics);

/// E[cost_t] = c + g'mu + 0.5 mu'H mu + 0.5 tr(H Sg) per t.
Vector expectedCost(const Marginals& marginals, const QuadraticCost& cost);

/// KL(p || q) per t under the state marginals given (normally those of p):
/// 0.5 [tr(Cq^-1 C) - dU + ln|Cq| - ln|C| + d'Cq^-1 d + tr(D'Cq^-1 D P)], D = K - Kq, d = D m + k - kq.
/// Each term clamped at 0 from below.
Vector klPerStep(const LinearGaussianController& p, const LinearGaussianController& q, const Marginals& marginals);

}  // namespace gps
