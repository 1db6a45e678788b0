// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/policy_dataset.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/base/expects.h"
#include "core/math/linalg.h"

namespace gps {
namespace {

constexpr double kSmallestVariance = 1e-6;
constexpr double kLargestVariance = 1e4;
/// Weights below this share of the mean say nothing about the typical weight.
constexpr double kIgnoredWeight = 1e-2;

double medianOf(std::vector<double> values) {
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

void checkMultipliers(const Multipliers& multipliers, std::size_t horizon) {
  GPS_EXPECTS(static_cast<std::size_t>(multipliers.rho.size()) == horizon && multipliers.rho.minCoeff() > 0.0,
              "rho has one positive number per time step");
  GPS_EXPECTS(multipliers.lambda.empty() || multipliers.lambda.size() == horizon, "lambda has T vectors");
  GPS_EXPECTS(multipliers.lambdaK.empty() || multipliers.lambdaK.size() == horizon, "lambdaK has T matrices");
}

/// mu* - (K x + k) = -(1/rho_t) C_t (lambda_t + lambdaK_t x).
Vector targetShift(const Multipliers& multipliers, const Matrix& C, int t, const VectorRef& x) {
  const std::size_t index = static_cast<std::size_t>(t);
  Vector lambda = Vector::Zero(C.rows());
  if (!multipliers.lambda.empty()) lambda += multipliers.lambda[index];
  if (!multipliers.lambdaK.empty()) lambda += multipliers.lambdaK[index] * x;
  return -(C * lambda) / multipliers.rho[t];
}

Matrix diagonalOnly(const Matrix& A) {
  return A.diagonal().asDiagonal();
}

}  // namespace

Result<PolicyDataset> policyTargets(std::span<const ConditionTargets> conditions,
                                    const std::function<bool()>& keepGoing) {
  GPS_EXPECTS(!conditions.empty() && !conditions.front().rollouts.empty(), "targets need rollouts");
  const Trajectory& first = conditions.front().rollouts.front();
  PolicyDataset data;
  data.conditions = static_cast<int>(conditions.size());
  data.samples = static_cast<int>(conditions.front().rollouts.size());
  data.horizon = first.horizon();
  const int n = data.conditions * data.samples * data.horizon;
  const int dU = conditions.front().controller->dU();
  data.observations.resize(n, first.O.cols());
  data.targets.resize(n, dU);
  data.controllerMeans.resize(n, dU);
  data.weights = Vector::Ones(n);
  int row = 0;
  for (int i = 0; i < data.conditions; ++i) {
    const ConditionTargets& condition = conditions[static_cast<std::size_t>(i)];
    const LinearGaussianController& p = *condition.controller;
    GPS_EXPECTS(p.horizon() == data.horizon && p.dU() == dU, "all controllers have one shape");
    if (static_cast<int>(condition.rollouts.size()) != data.samples) {
      return Error{.what = "Every condition must have equally many rollouts, but condition " +
                           std::to_string(i) + " has " + std::to_string(condition.rollouts.size()) +
                           " instead of " + std::to_string(data.samples) + ".",
                   .where = "targets of the global policy",
                   .mend = "Draw run.samples rollouts for each condition."};
    }
    if (condition.multipliers) {
      checkMultipliers(*condition.multipliers, static_cast<std::size_t>(data.horizon));
    }
    for (int t = 0; t < data.horizon; ++t) data.precision.push_back(p.precision(t));
    for (const Trajectory& rollout : condition.rollouts) {
      if (keepGoing && !keepGoing()) {
        return Error{.what = "stopped", .where = "targets of the global policy", .mend = "The run was told to stop."};
      }
      GPS_EXPECTS(rollout.horizon() == data.horizon, "all rollouts have one horizon");
      data.observations.middleRows(row, data.horizon) = rollout.O;
      for (int t = 0; t < data.horizon; ++t, ++row) {
        const Vector x = rollout.X.row(t).transpose();
        const Vector mean = p.mean(t, x);
        data.controllerMeans.row(row) = mean.transpose();
        data.targets.row(row) = mean.transpose();
        if (!condition.multipliers) continue;
        data.targets.row(row) += targetShift(*condition.multipliers, p.step(t).C, t, x).transpose();
        data.weights[row] = condition.multipliers->rho[t];
      }
    }
  }
  for (row = 0; row < n; ++row) {
    if (data.targets.row(row).allFinite() && data.observations.row(row).allFinite()) continue;
    const int rollout = row / data.horizon;
    return Error{.what = "The target action or the observation of condition " +
                         std::to_string(rollout / data.samples) + ", sample " +
                         std::to_string(rollout % data.samples) + ", step " +
                         std::to_string(row % data.horizon) + " is not finite.",
                 .where = "targets of the global policy",
                 .mend = "Lower lqr.kl_step, or badmm.dual_rate where there are multipliers."};
  }
  return data;
}

Vector normalizedWeights(const VectorRef& weights, double cap) {
  const double sum = weights.sum();
  GPS_EXPECTS(weights.size() > 0 && sum > 0.0, "weights have a positive sum");
  const Vector scaled = weights * (static_cast<double>(weights.size()) / sum);
  std::vector<double> typical;
  for (const double w : scaled) {
    if (w > kIgnoredWeight) typical.push_back(w);
  }
  const double median = medianOf(std::move(typical));
  return scaled.cwiseMin(cap * median) / median;
}

Result<Matrix> policyCovariance(const PolicyDataset& data, const VectorRef& weights, bool full,
                                double entropyReg) {
  GPS_EXPECTS(weights.size() == data.rows(), "one weight per row");
  // Rows that share a precision are summed first: N times fewer matrix sums.
  Vector perPrecision = Vector::Zero(static_cast<Eigen::Index>(data.precision.size()));
  for (int row = 0; row < data.rows(); ++row) {
    perPrecision[static_cast<Eigen::Index>(data.precisionIndex(row))] += weights[row];
  }
  const Eigen::Index dU = data.targets.cols();
  Matrix mean = Matrix::Zero(dU, dU);
  for (std::size_t index = 0; index < data.precision.size(); ++index) {
    mean += perPrecision[static_cast<Eigen::Index>(index)] * data.precision[index];
  }
  mean /= weights.sum();
  if (!full) {
    mean.diagonal().array() += 2.0 * entropyReg;
    mean = diagonalOnly(mean);
  }
  const std::optional<Matrix> L = choleskyLower(symmetrized(mean));
  if (!L) {
    return Error{.what = "The mean precision of the local controllers is not positive definite.",
                 .where = "covariance of the global policy",
                 .mend = "Limit the controllers' covariances with lqr.cov_min and lqr.cov_max."};
  }
  return clampEigenvalues(inverseFromCholesky(*L), kSmallestVariance, kLargestVariance);
}

Matrix forwardCovariance(const PolicyDataset& data, const Eigen::Ref<const RowMatrix>& residuals,
                         const VectorRef& weights, bool full) {
  GPS_EXPECTS(residuals.rows() == data.rows() && weights.size() == data.rows(),
              "one residual and weight per row");
  const Matrix scatter = residuals.transpose() * weights.asDiagonal() * residuals;
  Matrix covariance = data.targetCovariance + scatter / weights.sum();
  if (!full) covariance = diagonalOnly(covariance);
  return clampEigenvalues(symmetrized(covariance), kSmallestVariance, kLargestVariance);
}

}  // namespace gps
