// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/cost/quadratic_cost.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps::test {

inline Matrix randomMatrix(int rows, int cols, Rng& rng) {
  Matrix m(rows, cols);
  for (int c = 0; c < cols; ++c) {
    for (int r = 0; r < rows; ++r) m(r, c) = rng.normal();
  }
  return m;
}

/// A A'/n + floor I.
inline Matrix randomSpd(int n, double floor, Rng& rng) {
  const Matrix A = randomMatrix(n, n, rng);
  return A * A.transpose() / n + floor * Matrix::Identity(n, n);
}

inline LinearGaussianController randomController(int T, int dX, int dU, Rng& rng) {
  std::vector<LinearGaussianController::Step> steps;
  for (int t = 0; t < T; ++t) {
    steps.push_back({0.3 * randomMatrix(dU, dX, rng), randomMatrix(dU, 1, rng), randomSpd(dU, 0.2, rng)});
  }
  return LinearGaussianController::make(std::move(steps)).value();
}

/// `growth` scales the state part of F, 1 is marginally stable.
inline LinearGaussianDynamics randomDynamics(int T, int dX, int dU, double growth, Rng& rng) {
  LinearGaussianDynamics dynamics;
  for (int t = 0; t < T; ++t) {
    Matrix F(dX, dX + dU);
    F.leftCols(dX) = growth * (Matrix::Identity(dX, dX) + 0.05 * randomMatrix(dX, dX, rng));
    F.rightCols(dU) = 0.3 * randomMatrix(dX, dU, rng);
    dynamics.F.push_back(F);
    dynamics.f.push_back(0.1 * randomMatrix(dX, 1, rng));
    dynamics.W.push_back(0.01 * randomSpd(dX, 0.1, rng));
  }
  dynamics.F.back().setZero();
  dynamics.f.back().setZero();
  dynamics.W.back().setZero();
  dynamics.x1 = {randomMatrix(dX, 1, rng), 0.05 * randomSpd(dX, 0.1, rng)};
  return dynamics;
}

inline QuadraticCost randomCost(int T, int n, Rng& rng) {
  QuadraticCost cost;
  for (int t = 0; t < T; ++t) {
    cost.H.push_back(randomSpd(n, 0.1, rng));
    cost.g.push_back(randomMatrix(n, 1, rng));
    cost.c.push_back(rng.normal());
  }
  return cost;
}

}  // namespace gps::test
