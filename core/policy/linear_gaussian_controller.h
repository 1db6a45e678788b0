// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/math/types.h"

namespace gps {

/// Time-varying linear-Gaussian controller,
///     p(u_t | x_t) = N(K_t x_t + k_t, C_t),   t = 0 .. T-1   [Levine16].
///
/// Invariant: all steps share one shape and every C_t is symmetric positive definite. make() checks this
/// once, so no caller has to check again.
class LinearGaussianController {
 public:
  struct Step {
    Matrix K;  ///< feedback gain     (dU x dX)  [action / state]
    Vector k;  ///< feedforward term  (dU)       [action]
    Matrix C;  ///< action covariance (dU x dU)  [action^2]
  };

  /// Fails with the first time step whose shape is wrong, whose numbers are not finite or whose C is not
  /// positive definite.
  static Result<LinearGaussianController> make(std::vector<Step> steps);

  int horizon() const { return static_cast<int>(m_steps.size()); }
  int dX() const { return static_cast<int>(m_steps.front().K.cols()); }
  int dU() const { return static_cast<int>(m_steps.front().K.rows()); }
  const Step& step(int t) const { return m_steps[static_cast<std::size_t>(t)]; }
  const std::vector<Step>& steps() const { return m_steps; }
  /// Lower L_t with L_t L_t' = C_t.
  const Matrix& cholC(int t) const { return m_cholC[static_cast<std::size_t>(t)]; }
  /// K_t x + k_t.
  Vector mean(int t, const VectorRef& x) const { return step(t).K * x + step(t).k; }
  /// C_t^-1 (dU x dU), from the factor.
  Matrix precision(int t) const;
  /// Sum over t of the differential entropy 0.5 dU (1 + ln 2 pi) + sum ln diag L_t   [nat].
  double entropy() const;

 private:
  LinearGaussianController(std::vector<Step> steps, std::vector<Matrix> cholC)
      : m_steps(std::move(steps)), m_cholC(std::move(cholC)) {}
  std::vector<Step> m_steps;
  std::vector<Matrix> m_cholC;  // derived, never set
};

}  // namespace gps
