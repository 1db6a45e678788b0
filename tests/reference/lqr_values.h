// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <utility>

#include "core/base/error.h"
#include "core/cost/quadratic_cost.h"
#include "core/dynamics/linear_gaussian_dynamics.h"
#include "tests/reference/case_check.h"

namespace gps::reference {

/// {"Fm", "fv", "dyn_covar", "x0mu", "x0sigma"}.
LinearGaussianDynamics dynamicsOf(const Json& j);
/// {"Fm", "fv"} alone: no noise, x0 = 0.
LinearGaussianDynamics noiselessDynamicsOf(const Json& Fm, const Json& fv);
/// {"Cm", "cv", "cc"}.
QuadraticCost costOf(const Json& j);
/// Without constants.
QuadraticCost costOf(const Json& H, const Json& g);
/// Throws unless the values of one case belong together.
void requireSameShape(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost);
void requireSameShape(const LinearGaussianDynamics& dynamics, const LinearGaussianController& controller);
/// Throws unless there is one multiplier of each kind per step of the policy.
void requireMultipliers(const LinearGaussianController& policy, const std::vector<double>& rho,
                        const std::vector<Vector>& lambda, const std::vector<Matrix>& lambdaK);

/// Factor and inverse as the files write them.
std::vector<Matrix> upperFactors(const LinearGaussianController& controller);
std::vector<Matrix> precisions(const LinearGaussianController& controller);
/// Compares K, k, pol_covar, chol_pol_covar and inv_pol_covar.
void compareController(CaseCheck& check, const LinearGaussianController& controller);

/// The value of a production function, or an exception with the text of its error.
template <class T>
T valueOf(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(result).value();
}

}  // namespace gps::reference
