// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/linearise.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "core/math/linalg.h"

namespace gps {

namespace {

void requireOneShape(std::span<const Trajectory> rollouts) {
  for (const Trajectory& rollout : rollouts) {
    GPS_EXPECTS(rollout.horizon() == rollouts[0].horizon() && rollout.X.cols() == rollouts[0].X.cols(),
                "all rollouts of a condition must have one shape");
  }
}

std::optional<Error> firstNotFinite(std::span<const RowMatrix> points, Eigen::Index dX) {
  for (std::size_t j = 0; j < points.size(); ++j) {
    if (points[j].allFinite()) continue;
    for (Eigen::Index t = 0; t < points[j].rows(); ++t) {
      if (points[j].row(t).allFinite()) continue;
      const bool badState = !points[j].row(t).head(dX).allFinite();
      return Error{std::string(badState ? "The state" : "The policy's mean action") +
                       " is not finite at time step " + std::to_string(t) + " of rollout " +
                       std::to_string(j) + ".",
                   "policy linearisation", "Lower pol.lr, or check the observations."};
    }
  }
  return std::nullopt;
}

/// Standard deviations of the states seen by the mixture: the units in which its covariances were fitted.
Vector stateScale(const MixturePrior& prior, Eigen::Index dX) {
  const GaussianMixture& mixture = prior.mixture;
  Vector mean = Vector::Zero(dX);
  for (int k = 0; k < mixture.clusters(); ++k) {
    mean += std::exp(mixture.logWeight(k)) * mixture.mu[static_cast<std::size_t>(k)].head(dX);
  }
  Vector variance = Vector::Zero(dX);
  for (int k = 0; k < mixture.clusters(); ++k) {
    const std::size_t at = static_cast<std::size_t>(k);
    const Vector offset = mixture.mu[at].head(dX) - mean;
    variance += std::exp(mixture.logWeight(k)) * (mixture.sigma[at].diagonal().head(dX) + offset.cwiseAbs2());
  }
  return variance.cwiseSqrt().cwiseMax(MixtureSettings{}.stdFloor);
}

/// The residual with its eigenvalues relative to Sigma = L L' cut at 1.
Matrix cappedResidual(const Matrix& W, const Matrix& L) {
  const Matrix half = L.triangularView<Eigen::Lower>().solve(W);
  const Matrix relative = L.triangularView<Eigen::Lower>().solve(half.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(symmetrized(relative));
  const Matrix root = L * eigen.eigenvectors();
  return root * eigen.eigenvalues().cwiseMax(0.0).cwiseMin(1.0).asDiagonal() * root.transpose();
}

/// The part of KL(N(., P) || N(., Q)) that does not depend on the means: 0.5 [tr(Q^-1 P) - d + ln|Q| -
/// ln|P|], from the lower factors.
double shapeKl(const Matrix& cholP, const Matrix& cholQ) {
  const Matrix ratio = cholQ.triangularView<Eigen::Lower>().solve(cholP);
  return 0.5 * (ratio.squaredNorm() - static_cast<double>(cholP.rows()) + logDetFromCholesky(cholQ) -
                logDetFromCholesky(cholP));
}

enum class KlOrder { ControllerFirst, PolicyFirst };

PolicyDivergence divergence(const LinearGaussianController& p, const GlobalPolicy& policy,
                            std::span<const Trajectory> rollouts, KlOrder order) {
  GPS_EXPECTS(!rollouts.empty(), "a Monte Carlo mean needs rollouts");
  requireOneShape(rollouts);
  const int T = rollouts[0].horizon();
  GPS_EXPECTS(p.horizon() == T, "controller and rollouts must have one horizon");
  const std::optional<Matrix> cholPi = choleskyLower(policy.covariance());
  GPS_EXPECTS(cholPi.has_value(), "the covariance of a policy is positive definite");

  PolicyDivergence result{Vector::Zero(T), Vector::Zero(T)};
  Vector& kl = result.mean;
  Vector d(p.dU());
  for (const Trajectory& rollout : rollouts) {
    const RowMatrix means = policy.mean(rollout.O);
    for (int t = 0; t < T; ++t) {
      d = means.row(t).transpose() - p.step(t).k;
      d.noalias() -= p.step(t).K * rollout.X.row(t).transpose();
      // The mean term is weighted by the precision of the second argument.
      const Matrix& second = order == KlOrder::ControllerFirst ? *cholPi : p.cholC(t);
      second.triangularView<Eigen::Lower>().solveInPlace(d);
      const double distance = 0.5 * d.squaredNorm();
      kl(t) += distance;
      result.max(t) = std::max(result.max(t), distance);
    }
  }
  kl /= static_cast<double>(rollouts.size());
  for (int t = 0; t < T; ++t) {
    const double shape =
        order == KlOrder::ControllerFirst ? shapeKl(p.cholC(t), *cholPi) : shapeKl(*cholPi, p.cholC(t));
    kl(t) += shape;
    result.max(t) += shape;
  }
  return result;
}

}  // namespace

RowMatrix policyPoints(const GlobalPolicy& policy, const Trajectory& rollout) {
  RowMatrix points(rollout.X.rows(), rollout.X.cols() + policy.dU());
  points.leftCols(rollout.X.cols()) = rollout.X;
  points.rightCols(policy.dU()) = policy.mean(rollout.O);
  return points;
}

Result<LinearisedPolicy> linearise(const GlobalPolicy& policy, std::span<const Trajectory> rollouts,
                                   const JointPrior& prior, const LineariseOptions& options) {
  if (rollouts.empty() || rollouts[0].horizon() == 0) {
    return Error{"There are no rollouts to linearise the policy on.", "policy linearisation",
                 "Draw at least one rollout."};
  }
  requireOneShape(rollouts);
  const int T = rollouts[0].horizon();
  const Eigen::Index N = static_cast<Eigen::Index>(rollouts.size());
  const Eigen::Index dX = rollouts[0].X.cols();
  const Eigen::Index dU = policy.dU();
  std::vector<RowMatrix> joint;
  joint.reserve(rollouts.size());
  for (const Trajectory& rollout : rollouts) joint.push_back(policyPoints(policy, rollout));
  if (const std::optional<Error> error = firstNotFinite(joint, dX)) return *error;
  const Result<PriorSource> source = PriorSource::make(prior);
  if (!source) return source.error();

  ConditioningOptions conditioning = options.conditioning;
  if (const MixturePrior* learnt = std::get_if<MixturePrior>(&prior);
      learnt && learnt->mixture.clusters() > 0) {
    conditioning.inputScale = stateScale(*learnt, dX);
  }

  std::optional<Matrix> cholPi;
  if (options.residual == ResidualMode::Capped) {
    cholPi = choleskyLower(policy.covariance());
    GPS_EXPECTS(cholPi.has_value(), "the covariance of a policy is positive definite");
  }

  std::vector<LinearGaussianController::Step> steps;
  steps.reserve(static_cast<std::size_t>(T));
  Vector r2(T);
  Matrix points(N, dX + dU);
  for (int t = 0; t < T; ++t) {
    if (options.keepGoing && !options.keepGoing()) {
      return Error{"stopped", "policy linearisation", "The run was told to stop."};
    }
    for (Eigen::Index j = 0; j < N; ++j) points.row(j) = joint[static_cast<std::size_t>(j)].row(t);
    const Result<NiwPrior> niw = source->at(t, points, options.strength);
    if (!niw) return niw.error();
    Result<ConditionalGaussian> fit = fitConditional(points, static_cast<int>(dX), *niw, conditioning);
    if (!fit) {
      Error error = fit.error();
      error.where = "policy linearisation, time step " + std::to_string(t);
      return error;
    }
    const Matrix values = points.rightCols(dU);
    Matrix residuals = values - points.leftCols(dX) * fit->F.transpose();
    residuals.rowwise() -= fit->f.transpose();
    r2(t) = coefficientOfDetermination(values, residuals);
    Matrix S = policy.covariance();
    if (options.residual == ResidualMode::Full) S = fit->W + policy.covariance();
    if (options.residual == ResidualMode::Capped) S += cappedResidual(fit->W, *cholPi);
    steps.push_back({std::move(fit->F), std::move(fit->f), symmetrized(S)});
  }
  Result<LinearGaussianController> controller = LinearGaussianController::make(std::move(steps));
  if (!controller) return controller.error();
  return LinearisedPolicy{std::move(controller).value(), std::move(r2)};
}

PolicyDivergence divergenceControllerPolicy(const LinearGaussianController& p, const GlobalPolicy& policy,
                                            std::span<const Trajectory> rollouts) {
  return divergence(p, policy, rollouts, KlOrder::ControllerFirst);
}

Vector klControllerPolicy(const LinearGaussianController& p, const GlobalPolicy& policy,
                          std::span<const Trajectory> rollouts) {
  return divergence(p, policy, rollouts, KlOrder::ControllerFirst).mean;
}

Vector klPolicyController(const GlobalPolicy& policy, const LinearGaussianController& p,
                          std::span<const Trajectory> rollouts) {
  return divergence(p, policy, rollouts, KlOrder::PolicyFirst).mean;
}

}  // namespace gps
