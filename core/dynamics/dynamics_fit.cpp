// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dynamics/dynamics_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "core/math/linalg.h"

namespace gps {

namespace {

/// The first rollout and time step whose state or action is not finite.
std::optional<Error> firstNotFinite(std::span<const Trajectory> rollouts) {
  for (std::size_t j = 0; j < rollouts.size(); ++j) {
    const Trajectory& rollout = rollouts[j];
    if (rollout.X.allFinite() && rollout.U.allFinite()) continue;
    for (Eigen::Index t = 0; t < rollout.X.rows(); ++t) {
      const bool badState = !rollout.X.row(t).allFinite();
      if (!badState && rollout.U.row(t).allFinite()) continue;
      return Error{std::string(badState ? "The state" : "The action") + " is not finite at time step " +
                       std::to_string(t) + " of rollout " + std::to_string(j) + ".",
                   "dynamics fit", "Lower init.var or the gains of the initial controller."};
    }
  }
  return std::nullopt;
}

void requireOneShape(std::span<const Trajectory> rollouts) {
  for (const Trajectory& rollout : rollouts) {
    GPS_EXPECTS(rollout.X.rows() == rollouts[0].X.rows() && rollout.X.cols() == rollouts[0].X.cols() &&
                    rollout.U.rows() == rollouts[0].X.rows() && rollout.U.cols() == rollouts[0].U.cols(),
                "all rollouts of a condition must have one shape");
  }
}

Gaussian initialState(std::span<const Trajectory> rollouts, double varianceFloor) {
  const double N = static_cast<double>(rollouts.size());
  const Eigen::Index dX = rollouts[0].X.cols();
  Vector mean = Vector::Zero(dX);
  for (const Trajectory& rollout : rollouts) mean += rollout.X.row(0).transpose();
  mean /= N;
  Vector variance = Vector::Zero(dX);
  for (const Trajectory& rollout : rollouts) {
    variance += (rollout.X.row(0).transpose() - mean).cwiseAbs2();
  }
  variance = (variance / N).cwiseMax(varianceFloor);
  return Gaussian{mean, variance.asDiagonal()};
}

ConditioningOptions conditioning(const DynamicsParams& params, const std::vector<bool>& velocityEntry,
                                 Eigen::Index dX, Eigen::Index dU) {
  ConditioningOptions options;
  options.reg = params.reg;
  options.regRelative = params.regRelative;
  options.covFloor = params.covFloor;
  options.mapMean = params.mapMean;
  options.outputNoise = squaresByKind(velocityEntry, dX, params.noisePosition, params.noiseVelocity);
  const Vector ridge = squaresByKind(velocityEntry, dX, params.ridgePosition, params.ridgeVelocity);
  if (ridge.size() > 0 || params.ridgeAction > 0.0) {
    options.inputRidge = Vector::Constant(dX + dU, params.ridgeAction * params.ridgeAction);
    options.inputRidge.head(dX).setZero();
    if (ridge.size() > 0) options.inputRidge.head(dX) = ridge;
  }
  return options;
}

Error stopped() {
  return Error{"stopped", "dynamics fit", "The run was told to stop."};
}

Error noFit(Error error, const std::string& where) {
  error.where = where;
  error.mend = "Raise dyn.reg or run.samples, or turn on dyn.gmm.";
  return error;
}

}  // namespace

Vector squaresByKind(const std::vector<bool>& velocityEntry, Eigen::Index dX, double position, double velocity) {
  GPS_EXPECTS(velocityEntry.empty() || static_cast<Eigen::Index>(velocityEntry.size()) == dX,
              "one kind per state entry is needed");
  if (position == 0.0 && velocity == 0.0) return {};
  Vector squares = Vector::Constant(dX, position * position);
  for (std::size_t i = 0; i < velocityEntry.size(); ++i) {
    if (velocityEntry[i]) squares(static_cast<Eigen::Index>(i)) = velocity * velocity;
  }
  return squares;
}

Result<Matrix> fitPooled(std::span<const std::span<const Trajectory>> conditions, const DynamicsParams& params,
                         const DynamicsContext& context) {
  GPS_EXPECTS(!conditions.empty() && !conditions[0].empty(), "a pooled fit needs rollouts");
  const Eigen::Index dX = conditions[0][0].X.cols();
  const Eigen::Index dU = conditions[0][0].U.cols();
  // Moments of the rollouts, each about its own mean, merged one after the other.
  double count = 0.0;
  Gaussian joint{Vector::Zero(2 * dX + dU), Matrix::Zero(2 * dX + dU, 2 * dX + dU)};
  for (const std::span<const Trajectory> rollouts : conditions) {
    if (const std::optional<Error> error = firstNotFinite(rollouts)) return *error;
    for (const Trajectory& rollout : rollouts) {
      if (context.keepGoing && !context.keepGoing()) return stopped();
      RowMatrix points = transitions(rollout);
      const double n = static_cast<double>(points.rows());
      if (n == 0.0) continue;
      const Vector mean = points.colwise().mean().transpose();
      points.rowwise() -= mean.transpose();
      const Vector offset = mean - joint.mean;
      joint.cov.noalias() += points.transpose() * points;
      joint.cov.noalias() += (count * n / (count + n)) * offset * offset.transpose();
      joint.mean += (n / (count + n)) * offset;
      count += n;
    }
  }
  if (count == 0.0) return Matrix();
  joint.cov = symmetrized(joint.cov / count);
  Result<ConditionalGaussian> fit = conditionGaussian(joint, static_cast<int>(dX + dU),
                                                      conditioning(params, context.velocityEntry, dX, dU));
  if (!fit) return noFit(fit.error(), "pooled dynamics fit");
  return std::move(fit->F);
}

RowMatrix transitions(const Trajectory& rollout) {
  const Eigen::Index dX = rollout.X.cols();
  const Eigen::Index dU = rollout.U.cols();
  const Eigen::Index steps = std::max<Eigen::Index>(rollout.X.rows() - 1, 0);
  RowMatrix points(steps, 2 * dX + dU);
  points.leftCols(dX) = rollout.X.topRows(steps);
  points.middleCols(dX, dU) = rollout.U.topRows(steps);
  points.rightCols(dX) = rollout.X.bottomRows(steps);
  return points;
}

Result<LinearGaussianDynamics> fitDynamics(std::span<const Trajectory> rollouts, const JointPrior& prior,
                                           const DynamicsParams& params, const DynamicsContext& context) {
  if (rollouts.empty() || rollouts[0].horizon() == 0) {
    return Error{"There are no rollouts to fit the dynamics to.", "dynamics fit",
                 "Draw at least one rollout."};
  }
  requireOneShape(rollouts);
  if (const std::optional<Error> error = firstNotFinite(rollouts)) return *error;
  const Result<PriorSource> source = PriorSource::make(prior);
  if (!source) return source.error();

  const int T = rollouts[0].horizon();
  const Eigen::Index N = static_cast<Eigen::Index>(rollouts.size());
  const Eigen::Index dX = rollouts[0].X.cols();
  const Eigen::Index dU = rollouts[0].U.cols();
  ConditioningOptions options = conditioning(params, context.velocityEntry, dX, dU);
  options.centre = context.pooled;

  LinearGaussianDynamics dynamics;
  dynamics.x1 = initialState(rollouts, params.initialStateVar);
  dynamics.F.reserve(static_cast<std::size_t>(T));
  dynamics.f.reserve(static_cast<std::size_t>(T));
  dynamics.W.reserve(static_cast<std::size_t>(T));
  Matrix points(N, 2 * dX + dU);
  for (int t = 0; t + 1 < T; ++t) {
    if (context.keepGoing && !context.keepGoing()) return stopped();
    for (Eigen::Index j = 0; j < N; ++j) {
      const Trajectory& rollout = rollouts[static_cast<std::size_t>(j)];
      points.row(j) << rollout.X.row(t), rollout.U.row(t), rollout.X.row(t + 1);
    }
    const Result<NiwPrior> niw = source->at(t, points, params.strength);
    if (!niw) return niw.error();
    Result<ConditionalGaussian> fit = fitConditional(points, static_cast<int>(dX + dU), *niw, options);
    if (!fit) {
      return noFit(fit.error(), "dynamics fit, time step " + std::to_string(t));
    }
    dynamics.F.push_back(std::move(fit->F));
    dynamics.f.push_back(std::move(fit->f));
    dynamics.W.push_back(std::move(fit->W));
  }
  dynamics.F.push_back(Matrix::Zero(dX, dX + dU));
  dynamics.f.push_back(Vector::Zero(dX));
  dynamics.W.push_back(Matrix::Zero(dX, dX));
  return dynamics;
}

Vector oneStepR2(const LinearGaussianDynamics& dynamics, std::span<const Trajectory> rollouts) {
  GPS_EXPECTS(!rollouts.empty(), "R^2 needs rollouts");
  requireOneShape(rollouts);
  const int T = rollouts[0].horizon();
  GPS_EXPECTS(dynamics.horizon() == T && dynamics.dX() == rollouts[0].X.cols(),
              "rollouts and dynamics must have one shape");
  const Eigen::Index N = static_cast<Eigen::Index>(rollouts.size());
  const Eigen::Index dX = rollouts[0].X.cols();
  Matrix values(N, dX);
  Matrix residuals(N, dX);
  Vector y(dX + rollouts[0].U.cols());
  Vector result(std::max(T - 1, 0));
  for (int t = 0; t + 1 < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    for (Eigen::Index j = 0; j < N; ++j) {
      const Trajectory& rollout = rollouts[static_cast<std::size_t>(j)];
      y << rollout.X.row(t).transpose(), rollout.U.row(t).transpose();
      const Vector predicted = dynamics.F[at] * y + dynamics.f[at];
      values.row(j) = rollout.X.row(t + 1);
      residuals.row(j) = rollout.X.row(t + 1) - predicted.transpose();
    }
    result(t) = coefficientOfDetermination(values, residuals);
  }
  return result;
}

double oneStepError(const LinearGaussianDynamics& dynamics, std::span<const Trajectory> rollouts) {
  GPS_EXPECTS(!rollouts.empty(), "a prediction error needs rollouts");
  requireOneShape(rollouts);
  const int T = rollouts[0].horizon();
  const Eigen::Index dX = rollouts[0].X.cols();
  GPS_EXPECTS(dynamics.horizon() == T && dynamics.dX() == dX, "rollouts and dynamics must have one shape");
  if (T < 2) return 0.0;
  Vector y(dX + rollouts[0].U.cols());
  Vector e(dX);
  double sum = 0.0;
  for (int t = 0; t + 1 < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const std::optional<Matrix> L = choleskyLower(dynamics.W[at]);
    if (!L) return std::numeric_limits<double>::infinity();
    for (const Trajectory& rollout : rollouts) {
      y << rollout.X.row(t).transpose(), rollout.U.row(t).transpose();
      e = rollout.X.row(t + 1).transpose() - dynamics.f[at];
      e.noalias() -= dynamics.F[at] * y;
      L->triangularView<Eigen::Lower>().solveInPlace(e);
      sum += e.squaredNorm();
    }
  }
  return std::sqrt(sum / (static_cast<double>(rollouts.size()) * (T - 1) * static_cast<double>(dX)));
}

}  // namespace gps
