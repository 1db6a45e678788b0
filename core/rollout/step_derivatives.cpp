// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rollout/step_derivatives.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace gps {

namespace {

/// Below this share of the largest singular value a coordinate counts as not shown: rounding of the simulator reaches
/// about 1e-3 h^-1 eps = 1e-4.
constexpr double kShown = 1e-4;

/// Below this share of dz' hidden coordinates count as not moved by the others.
constexpr double kMoved = 1e-3;

struct Pair {
  Vector before;
  Vector after;
  Vector coordinates;  ///< after
};

/// State of a fresh plant before and after one step.
Pair step(const Task& task, int condition, const Vector& z, const Vector& u) {
  const std::unique_ptr<Plant> plant = task.plants->makeAt(condition, z);
  Pair pair{Vector(task.dX), Vector(task.dX), Vector(z.size())};
  plant->state(pair.before);
  plant->step(u);
  plant->state(pair.after);
  plant->coordinates(pair.coordinates);
  return pair;
}

/// [f_x f_u] at one state, and the hidden share.
StepDerivatives derivativesAt(const Task& task, int condition, const Vector& z, const Vector& u, double h) {
  const Eigen::Index dX = task.dX, dU = task.dU, dZ = z.size();
  Matrix G(dX, dZ), N(dX, dZ), M(dZ, dZ), Mu = Matrix::Zero(dZ, dU);  // M, Mu: dz' / dz, dz' / du
  Vector moved = z;
  for (Eigen::Index j = 0; j < dZ; ++j) {
    const double size = h * (1.0 + std::abs(z(j)));
    moved(j) = z(j) + size;
    const Pair up = step(task, condition, moved, u);
    moved(j) = z(j) - size;
    const Pair down = step(task, condition, moved, u);
    moved(j) = z(j);
    G.col(j) = (up.before - down.before) / (2.0 * size);
    N.col(j) = (up.after - down.after) / (2.0 * size);
    M.col(j) = (up.coordinates - down.coordinates) / (2.0 * size);
  }
  StepDerivatives result;
  result.F.setZero(dX, dX + dU);
  if (!G.allFinite() || !N.allFinite()) {
    result.F.setConstant(std::numeric_limits<double>::quiet_NaN());
    return result;
  }
  double share = 0.0;
  Matrix shownV, hiddenV;  // directions of z
  if (dZ > 0) {
    const Eigen::JacobiSVD<Matrix> svd(G, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const Vector sigma = svd.singularValues();
    Eigen::Index rank = 0;
    while (rank < sigma.size() && sigma(rank) > kShown * sigma(0)) ++rank;
    shownV = svd.matrixV().leftCols(rank);
    hiddenV = svd.matrixV().rightCols(dZ - rank);
    const Matrix shown = N * shownV;
    result.F.leftCols(dX) =
        shown * sigma.head(rank).cwiseInverse().asDiagonal() * svd.matrixU().leftCols(rank).transpose();
    const double all = N.norm();
    share = all > 0.0 ? (N * hiddenV).norm() / all : 0.0;
  }
  Vector action = u;
  for (Eigen::Index k = 0; k < dU; ++k) {
    const double size = h * (1.0 + std::abs(u(k)));
    const double limit = task.actionLimit(k);
    // Beyond its limit an action changes nothing: a difference across it would halve the derivative.
    const double high = u(k) <= limit ? std::min(u(k) + size, limit) : u(k) + size;
    const double low = u(k) >= -limit ? std::max(u(k) - size, -limit) : u(k) - size;
    if (!(high > low)) continue;
    action(k) = high;
    const Pair up = step(task, condition, z, action);
    action(k) = low;
    const Pair down = step(task, condition, z, action);
    action(k) = u(k);
    result.F.col(dX + k) = (up.after - down.after) / (high - low);
    Mu.col(k) = (up.coordinates - down.coordinates) / (high - low);
  }
  if (dZ > 0) {
    const double all = std::hypot((M * shownV).norm(), Mu.norm());
    const double across = std::hypot((hiddenV.transpose() * M * shownV).norm(), (hiddenV.transpose() * Mu).norm());
    result.hidden = across > kMoved * all ? share : 0.0;
  }
  return result;
}

}  // namespace

Result<StepDerivatives> stepDerivatives(const Task& task, int condition, const VectorRef& z, const VectorRef& u,
                                        const DifferenceOptions& options, Rng rng) {
  const Vector centre = z, action = u;
  StepDerivatives result;
  if (options.smoothing < 1) {
    result = derivativesAt(task, condition, centre, action, options.step);
  } else {
    result.F.setZero(task.dX, task.dX + task.dU);
    Vector disturbed(centre.size());
    for (int s = 0; s < options.smoothing; ++s) {
      for (Eigen::Index j = 0; j < centre.size(); ++j) {
        disturbed(j) = centre(j) + options.smoothingStd * (1.0 + std::abs(centre(j))) * rng.normal();
      }
      const StepDerivatives one = derivativesAt(task, condition, disturbed, action, options.step);
      result.F += one.F / options.smoothing;
      result.hidden = std::max(result.hidden, one.hidden);
    }
  }
  result.next = step(task, condition, centre, action).after;
  if (!result.F.allFinite() || !result.next.allFinite()) {
    return Error{"A derivative of the dynamics is not finite.", "differences of the simulator step",
                 "Raise ilqr.fd_step, shorten the time step or raise the substeps."};
  }
  return result;
}

}  // namespace gps
