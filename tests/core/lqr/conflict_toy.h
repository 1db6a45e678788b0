// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/cost/quadratic_cost.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/math/trajectory.h"

namespace gps::test {

/// Two conditions, one step, a policy that is one number, no motion: costs 0.5 w (u - a)^2 with w = a = (1, 3). They
/// conflict; the best number is 2.5.
struct ConflictToy {
  ConflictToy() {
    still.F = {Matrix::Zero(1, 2)};
    still.f = {Vector::Zero(1)};
    still.W = {Matrix::Zero(1, 1)};
    still.x1 = {Vector::Zero(1), Matrix::Zero(1, 1)};
    for (const double w : {1.0, 3.0}) {
      costs[w > 2.0] = {{w * Vector::Unit(2, 1).asDiagonal().toDenseMatrix()}, {-w * w * Vector::Unit(2, 1)}, {0.0}};
    }
    rollout.X = rollout.U = rollout.O = RowMatrix::Zero(1, 1);
  }

  LinearGaussianDynamics still;
  QuadraticCost costs[2];
  Trajectory rollout;
};

}  // namespace gps::test
