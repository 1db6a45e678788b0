// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/math/types.h"

namespace gps {

/// Normal-inverse-Wishart prior on a joint Gaussian of dimension D. `m` counts pseudo-samples of the mean,
/// `n0` of the covariance; Phi is n0-scaled. Empty mu0 and Phi with m = n0 = 0 are no prior at all.
struct NiwPrior {
  Vector mu0;  ///< (D)
  Matrix Phi;  ///< (D x D)
  double m = 0.0;
  double n0 = 0.0;
};

/// How a joint Gaussian is regularised before it is conditioned: S_aa += R with the diagonal matrix
/// R = reg I + regRelative diag(S_aa) + diag(inputRidge).
struct ConditioningOptions {
  double reg = 1e-6;         ///< added to the diagonal of the input block
  double regRelative = 0.0;  ///< times the diagonal of the input block, added to it
  double covFloor = 1e-10;   ///< W = psdProject(W, covFloor) + covFloor I; 0 leaves W as it is
  bool mapMean = false;      ///< mean (m mu0 + N mu)/(m+N) instead of the empirical mean
  Vector inputScale{};       ///< (dIn) units of the inputs: reg is added times their squares; empty: all 1
  Vector inputRidge{};       ///< (dIn) added to the diagonal of the input block; empty: 0
  Vector outputNoise{};      ///< (dOut) added to the diagonal of W; empty: 0
  /// (dOut x dIn) F0 of a fit to shrink to: the ridge pulls F towards F0 instead of towards 0. Empty: 0.
  Matrix centre{};
};

/// Linear-Gaussian map out ~ N(F in + f, W).
struct ConditionalGaussian {
  Matrix F;  ///< (dOut x dIn)
  Vector f;  ///< (dOut)
  Matrix W;  ///< (dOut x dOut), symmetric
};

/// Posterior joint covariance of the rows of `points` (N x D) under `prior`,
///     S = [Phi + N S_z + (N m/(N+m)) (mu-mu0)(mu-mu0)'] / (N + n0),   S_z with 1/N,
/// conditioned on the first dIn components a: F = S_ba S_aa^-1, f = mu_b - F mu_a, W = S_bb - F S_ab. With a
/// centre F0 this is the ridge regression of the remainder b - F0 a,
///     F = ((S_aa + R)^-1 (S_ab + R F0'))',   W = S_bb - F S_ab - S_ba F' + F S_aa F'.
/// Fails when there are no points, when they are not finite or when S_aa is not positive definite.
Result<ConditionalGaussian> fitConditional(const MatrixRef& points, int dIn, const NiwPrior& prior,
                                           const ConditioningOptions& options);

/// The second half of fitConditional: conditions a joint Gaussian of which the covariance is known already.
Result<ConditionalGaussian> conditionGaussian(const Gaussian& joint, int dIn, const ConditioningOptions& options);

/// Coefficient of determination 1 - |residual|^2 / |value - mean|^2 per column, averaged over the columns of
/// `values` that vary. 1 when none does: nothing is left to explain.
double coefficientOfDetermination(const MatrixRef& values, const MatrixRef& residuals);

}  // namespace gps
