// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/cost/quadratic_cost.h"
#include "core/lqr/backward_pass.h"
#include "core/math/trajectory.h"
#include "core/math/types.h"

namespace gps {

/// What one backward pass of iLQR starts from: a trajectory (xhat, uhat) and derivatives along it.
struct IlqrProblem {
  const Trajectory* nominal = nullptr;
  const std::vector<Matrix>* F = nullptr;  ///< T matrices [f_x f_u] (dX x n); the last is never read
  const QuadraticCost* cost = nullptr;     ///< expanded around the trajectory, in absolute coordinates
  Vector limit{};                          ///< (dU) |u| <= limit, infinite where there is none; empty: none at all
  double reg1 = 0.0;                       ///< added to Q_uu: keeps actions near uhat
  double reg2 = 0.0;                       ///< added to V in Q_uu and Q_ux: keeps states near xhat
};

struct IlqrStep {
  Vector k;    ///< full step of the action (dU)
  Matrix K;    ///< feedback on x - xhat    (dU x dX)
  Matrix Quu;  ///< regularised             (dU x dU)
};

struct IlqrPass {
  std::vector<IlqrStep> steps;  ///< empty on failure
  double linear = 0.0;          ///< sum k'q_u
  double quadratic = 0.0;       ///< 0.5 sum k'Q_uu k, without regularisation
  double gradient = 0.0;        ///< mean over t of max |k_t| / (|u_t| + 1)
  Vector minQuu;                ///< (T) smallest eigenvalue of Q_uu, regularised
  BackwardFailure failure;

  bool ok() const { return !failure.any(); }
  /// Decrease of the cost that a step of length alpha promises; exact on linear-quadratic problems
  /// without regularisation, and with it for alpha = 1.
  double expectedDecrease(double alpha) const { return -(alpha * linear + alpha * alpha * quadratic); }
};

/// Gauss-Newton sweep from t = T-1 down   [Tassa12]:
///     Q = l_yy + F'V F,  q = l_y + F'v,  Q_uu += reg1 I + reg2 f_u'f_u,  Q_ux += reg2 f_u'f_x
///     k = -Q_uu^-1 q_u (within the limits),  K = -Q_uu^-1 Q_ux (0 in rows at a limit)
///     v = q_x + K'Q_uu^0 k + K'q_u + Q_ux^0'k,  V = sym(Q_xx + K'Q_uu^0 K + K'Q_ux^0 + Q_ux^0'K)
/// with ^0 for the values without regularisation. Fails with the step at which Q_uu (of the free actions) is not
/// positive definite or a number is not finite.
IlqrPass ilqrBackward(const IlqrProblem& problem);

}  // namespace gps
