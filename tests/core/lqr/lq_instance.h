// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lqr/c_step.h"
#include "core/lqr/forward_pass.h"
#include "tests/core/lqr/random_problem.h"

namespace gps::test {

/// Owns what a CStepProblem points to.
struct Instance {
  LinearGaussianDynamics dynamics;
  QuadraticCost cost;
  LinearGaussianController q;  ///< centre of the trust region

  /// `growth`: of the state, see randomDynamics().
  static Instance random(std::uint64_t seed, int T, int dX, int dU, double growth) {
    Rng rng(seed);
    LinearGaussianDynamics dynamics = randomDynamics(T, dX, dU, growth, rng);
    QuadraticCost cost = randomCost(T, dX + dU, rng);
    return {std::move(dynamics), std::move(cost), randomController(T, dX, dU, rng)};
  }
  /// Without a floor of the covariance.
  CStepProblem problem(double epsilon) const {
    CStepProblem problem;
    problem.dynamics = &dynamics;
    problem.cost = &cost;
    problem.terms.reference = &q;
    problem.epsilon = epsilon;
    problem.params.covMin = 0.0;
    return problem;
  }
  double costOf(const LinearGaussianController& p) const { return expectedCost(forwardPass(p, dynamics), cost).sum(); }
  Vector klOf(const LinearGaussianController& p, const LinearGaussianController& from) const {
    return klPerStep(p, from, forwardPass(p, dynamics));
  }
};

}  // namespace gps::test
