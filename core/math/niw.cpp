// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/niw.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/math/linalg.h"

namespace gps {

namespace {

/// psdProject(W, floor) + floor I, without the eigen-decomposition when a Cholesky factorisation shows that
/// the projection would change nothing.
Matrix floored(const Matrix& W, double floor) {
  const Eigen::Index n = W.rows();
  // The largest row sum bounds every eigenvalue, so this shift is at least the one of the projection.
  const double bound = W.cwiseAbs().rowwise().sum().maxCoeff();
  Matrix shifted = W;
  shifted.diagonal().array() -= floor * std::max(1.0, bound);
  Matrix result = choleskyLower(shifted) ? W : psdProject(W, floor);
  result += floor * Matrix::Identity(n, n);
  return result;
}

Error notPositiveDefinite() {
  return Error{"The covariance of the inputs is not positive definite, so the regression has no solution.",
               "regression", "Raise the ridge or draw more samples."};
}

}  // namespace

Result<ConditionalGaussian> fitConditional(const MatrixRef& points, int dIn, const NiwPrior& prior,
                                           const ConditioningOptions& options) {
  const Eigen::Index D = points.cols();
  GPS_EXPECTS(
      prior.Phi.size() == 0 || (prior.Phi.rows() == D && prior.Phi.cols() == D && prior.mu0.size() == D),
      "the prior must have the dimension of the points");
  if (points.rows() == 0) {
    return Error{"There are no samples to fit.", "regression", "Draw at least one rollout."};
  }
  if (!points.allFinite()) {
    return Error{"A sample is not finite.", "regression", "Check the simulation and the initial controller."};
  }

  const double N = static_cast<double>(points.rows());
  Vector mean = points.colwise().mean().transpose();
  const Matrix centred = points.rowwise() - mean.transpose();
  Matrix S(D, D);
  S.noalias() = centred.transpose() * centred;
  if (prior.Phi.size() > 0) {
    const Vector shift = mean - prior.mu0;
    S += prior.Phi;
    S.noalias() += (N * prior.m / (N + prior.m)) * shift * shift.transpose();
    if (options.mapMean) mean = (prior.m * prior.mu0 + N * mean) / (prior.m + N);
  }
  S /= N + prior.n0;
  return conditionGaussian({std::move(mean), symmetrized(S)}, dIn, options);
}

Result<ConditionalGaussian> conditionGaussian(const Gaussian& joint, int dIn, const ConditioningOptions& options) {
  const Vector& mean = joint.mean;
  const Matrix& S = joint.cov;
  const Eigen::Index dOut = mean.size() - dIn;
  GPS_EXPECTS(dIn >= 0 && dOut >= 0 && S.rows() == mean.size() && S.cols() == mean.size(),
              "the inputs must be a part of the joint Gaussian");
  GPS_EXPECTS(options.inputScale.size() == 0 || options.inputScale.size() == dIn,
              "one scale per input is needed");
  GPS_EXPECTS((options.inputRidge.size() == 0 || options.inputRidge.size() == dIn) &&
                  (options.outputNoise.size() == 0 || options.outputNoise.size() == dOut),
              "one ridge per input and one noise per output are needed");
  GPS_EXPECTS(options.centre.size() == 0 || (options.centre.rows() == dOut && options.centre.cols() == dIn),
              "the centre must have the shape of F");
  Matrix Saa = S.topLeftCorner(dIn, dIn);
  Saa.diagonal() *= 1.0 + options.regRelative;
  if (options.inputScale.size() > 0) {
    Saa.diagonal().array() += options.reg * options.inputScale.array().square();
  } else {
    Saa.diagonal().array() += options.reg;
  }
  if (options.inputRidge.size() > 0) Saa.diagonal() += options.inputRidge;
  const Eigen::LLT<Matrix> llt(Saa);
  if (llt.info() != Eigen::Success) return notPositiveDefinite();

  ConditionalGaussian fit;
  if (options.centre.size() > 0) {
    const Matrix remainder = S.topRightCorner(dIn, dOut) - S.topLeftCorner(dIn, dIn) * options.centre.transpose();
    fit.F = options.centre + llt.solve(remainder).transpose();
    // [-F I] S [-F I]', the covariance of b - F a under S; the floor below mends what rounding leaves.
    Matrix residual = S.bottomRightCorner(dOut, dOut);
    const Matrix cross = fit.F * S.topRightCorner(dIn, dOut);
    residual -= cross + cross.transpose();
    residual.noalias() += fit.F * S.topLeftCorner(dIn, dIn) * fit.F.transpose();
    fit.W = symmetrized(residual);
  } else {
    fit.F = llt.solve(S.topRightCorner(dIn, dOut)).transpose();
    const Matrix residual = S.bottomRightCorner(dOut, dOut) - fit.F * S.topRightCorner(dIn, dOut);
    fit.W = symmetrized(residual);
  }
  fit.f = mean.tail(dOut) - fit.F * mean.head(dIn);
  if (!fit.F.allFinite() || !fit.f.allFinite() || !fit.W.allFinite()) return notPositiveDefinite();
  if (options.covFloor > 0.0) fit.W = floored(fit.W, options.covFloor);
  if (options.outputNoise.size() > 0) fit.W.diagonal() += options.outputNoise;
  return fit;
}

double coefficientOfDetermination(const MatrixRef& values, const MatrixRef& residuals) {
  GPS_EXPECTS(values.rows() == residuals.rows() && values.cols() == residuals.cols(),
              "values and residuals must have one shape");
  double sum = 0.0;
  int varying = 0;
  for (Eigen::Index i = 0; i < values.cols(); ++i) {
    const double mean = values.col(i).mean();
    const double total = (values.col(i).array() - mean).square().sum();
    // Below this the variation is rounding of the mean, not signal.
    if (total <= 1e-20 * static_cast<double>(values.rows()) * (1.0 + mean * mean)) continue;
    sum += 1.0 - residuals.col(i).squaredNorm() / total;
    ++varying;
  }
  return varying == 0 ? 1.0 : sum / varying;
}

}  // namespace gps
