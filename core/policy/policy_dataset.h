// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/math/trajectory.h"
#include "core/math/types.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// What one S-step is fitted to. Rows: condition-major, then sample, then time: row = ((i N) + j) T + t.
struct PolicyDataset {
  RowMatrix observations;         ///< (n x dO)
  RowMatrix targets;              ///< mu* (n x dU)
  RowMatrix controllerMeans;      ///< K x + k (n x dU); equal to targets when there are no multipliers
  std::vector<Matrix> precision;  ///< C_it^-1, one per (condition, time): index i T + t
  RowMatrix targetCovariance;     ///< forward direction only: mean C (dU x dU); empty otherwise
  Vector weights;                 ///< w per row: rho_t (BADMM) or 1
  int conditions = 0;
  int samples = 0;  ///< N, equal for all conditions
  int horizon = 0;

  int rows() const { return static_cast<int>(observations.rows()); }
  std::size_t precisionIndex(int row) const {
    const int t = row % horizon;
    const int i = row / (horizon * samples);
    return static_cast<std::size_t>(i * horizon + t);
  }
  const Matrix& precisionOf(int row) const { return precision[precisionIndex(row)]; }
};

/// Multipliers of one condition (BADMM). Empty vectors mean none.
struct Multipliers {
  std::vector<Vector> lambda;   ///< T vectors (dU)
  std::vector<Matrix> lambdaK;  ///< T matrices (dU x dX), zero when badmm.dual_rate_gain is 0
  Vector rho;                   ///< (T), > 0
};

struct ConditionTargets {
  std::span<const Trajectory> rollouts;
  const LinearGaussianController* controller = nullptr;
  const Multipliers* multipliers = nullptr;  ///< null for MDGPS
};

/// Regression targets of the S-step [Levine16]:
///     mu*_jt = K_t x_jt + k_t - (1/rho_t) C_t (lambda_t + lambdaK_t x_jt),  precision C_t^-1, weight rho_t
/// and mu* = K x + k, weight 1 without multipliers. All conditions must have equally many rollouts.
/// `keepGoing` is asked before every rollout; false stops with an error "stopped".
Result<PolicyDataset> policyTargets(std::span<const ConditionTargets> conditions,
                                    const std::function<bool()>& keepGoing = {});

/// Sample weights as the loss uses them (J1): scaled to mean 1, cut at cap * median of those above 1e-2,
/// divided by that median.
Vector normalizedWeights(const VectorRef& weights, double cap);

/// Closed-form policy covariance (J2): full (sum w P / sum w)^-1, or diagonal
/// 1 / ([sum w P / sum w]_dd + 2 entropyReg). Eigenvalues/entries limited to [1e-6, 1e4].
Result<Matrix> policyCovariance(const PolicyDataset& data, const VectorRef& weights, bool full,
                                double entropyReg);

/// Covariance for the forward direction (F3): sum w (C + d d') / sum w with `targetCovariance` for the mean C
/// and d = target - policy mean, one row each; its diagonal unless `full`. Same limits.
Matrix forwardCovariance(const PolicyDataset& data, const Eigen::Ref<const RowMatrix>& residuals,
                         const VectorRef& weights, bool full);

}  // namespace gps
