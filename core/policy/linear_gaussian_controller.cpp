// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/linear_gaussian_controller.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include "core/math/linalg.h"

namespace gps {

namespace {

Error stepError(std::size_t t, const std::string& what, const std::string& mend) {
  return {what + " at step " + std::to_string(t) + ".", "linear-Gaussian controller", mend};
}

std::string shapeOf(const Matrix& m) { return std::to_string(m.rows()) + " x " + std::to_string(m.cols()); }

}  // namespace

Result<LinearGaussianController> LinearGaussianController::make(std::vector<Step> steps) {
  if (steps.empty()) {
    return Error{"A controller needs at least one time step, but has none.", "linear-Gaussian controller",
                 "Give K, k and C for every step of the horizon."};
  }
  const Eigen::Index dU = steps.front().K.rows();
  const Eigen::Index dX = steps.front().K.cols();
  std::vector<Matrix> cholC;
  cholC.reserve(steps.size());
  for (std::size_t t = 0; t < steps.size(); ++t) {
    Step& step = steps[t];
    if (dU < 1 || dX < 1 || step.K.rows() != dU || step.K.cols() != dX || step.k.size() != dU ||
        step.C.rows() != dU || step.C.cols() != dU) {
      return stepError(t,
                       "K is " + shapeOf(step.K) + ", k has " + std::to_string(step.k.size()) + " entries and C is " +
                           shapeOf(step.C) + ", which do not fit together",
                       "Use one dU x dX gain, a bias of dU and a dU x dU covariance, alike at all steps.");
    }
    if (!step.K.allFinite() || !step.k.allFinite() || !step.C.allFinite()) {
      return stepError(t, "The controller holds a number that is not finite",
                       "Check the dynamics fit and the cost for NaN.");
    }
    std::optional<Matrix> L = choleskyLower(step.C);
    if (!L) {
      return stepError(t, "The action covariance is not positive definite",
                       "Raise lqr.cov_min or the initial variance.");
    }
    cholC.push_back(std::move(*L));
  }
  return LinearGaussianController(std::move(steps), std::move(cholC));
}

Matrix LinearGaussianController::precision(int t) const { return inverseFromCholesky(cholC(t)); }

double LinearGaussianController::entropy() const {
  double sum = 0.5 * horizon() * dU() * (1.0 + std::log(2.0 * std::numbers::pi));
  for (const Matrix& L : m_cholC) sum += L.diagonal().array().log().sum();
  return sum;
}

}  // namespace gps
