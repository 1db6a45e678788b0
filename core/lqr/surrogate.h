// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/cost/quadratic_cost.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// The surrogate besides the true cost: eta KL(p || reference) + rho_t KL(p || policy) - lambda_t'u
/// - u'lambdaK_t x - maxEnt H(p).
struct SurrogateTerms {
  const LinearGaussianController* reference = nullptr;  ///< q of the trust region
  const LinearGaussianController* policy = nullptr;     ///< pibar, weighted by rho; null without
  std::span<const double> rho{};                          ///< (T) or empty
  std::span<const Vector> lambda{};                       ///< (T) or empty
  std::span<const Matrix> lambdaK{};                      ///< (T) or empty
  double maxEnt = 0.0;

  /// rho_t, 0 without a policy.
  double rhoAt(int t) const { return policy == nullptr || rho.empty() ? 0.0 : rho[static_cast<std::size_t>(t)]; }
  /// nu_t = eta + rho_t + maxEnt, the factor of the entropy.
  double temperature(int t, double eta) const { return eta + rhoAt(t) + maxEnt; }
};

/// M = [Kq'PqKq, -Kq'Pq; -PqKq, Pq], v = [Kq'Pq kq; -Pq kq]: -ln q(u|x) = 0.5 y'M y + y'v + const.
struct NegLogQuadratic {
  Matrix M;
  Vector v;
};
NegLogQuadratic negLogLikelihood(const LinearGaussianController& q, int t);

/// The cost with the multipliers of step t: g_u -= lambda_t, H_ux -= lambdaK_t, H_xu -= lambdaK_t'.
void subtractMultipliers(const SurrogateTerms& terms, int t, Matrix& H, Vector& g);

/// The quadratic surrogate in raw units: Hh = H + eta M_q + rho M_pi, gh = g + eta v_q + rho v_pi - [0; lambda].
/// Constants of the likelihoods are left out. What the plots explain and the vectors check; production sweeps
/// use the deviation form.
QuadraticCost surrogateCost(const QuadraticCost& cost, const SurrogateTerms& terms, double eta);

}  // namespace gps
