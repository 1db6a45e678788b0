// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/cost.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string>

#include "core/math/linalg.h"

namespace gps {

namespace {

bool diagonallyDominant(const Matrix& H) {
  for (Eigen::Index i = 0; i < H.cols(); ++i) {
    const double diagonal = H(i, i);
    if (diagonal < H.col(i).cwiseAbs().sum() - std::abs(diagonal)) return false;
  }
  return true;
}

/// Makes H positive semidefinite. Most Hessians are so already, which a diagonal test or a Cholesky
/// factorisation shows at a fraction of the price of an eigen-decomposition. `scratch` is reused.
void convexify(Matrix& H, Eigen::LLT<Matrix>& llt, Matrix& scratch) {
  if (diagonallyDominant(H)) return;
  scratch = H;
  // Positive semidefinite matrices may be singular; the shift is far below what psdProject would add.
  scratch.diagonal().array() += 1e-10 * std::max(1.0, H.diagonal().cwiseAbs().maxCoeff());
  llt.compute(scratch);
  if (llt.info() != Eigen::Success) H = psdProject(H);
}

bool isFinite(const CostExpansion& e) {
  return std::isfinite(e.l) && e.lx.allFinite() && e.lu.allFinite() && e.lxx.allFinite() &&
         e.luu.allFinite() && e.lux.allFinite();
}

/// The error of a cost that is not finite, naming the first term to blame.
Error notFinite(const Cost& cost, int t, std::size_t sample, const Trajectory& rollout, HessianMode mode) {
  const int T = rollout.horizon();
  const Vector x = rollout.X.row(t).transpose();
  const Vector u = rollout.U.row(t).transpose();
  std::string where = "cost";
  for (const Cost::Entry& entry : cost.entries()) {
    CostExpansion alone;
    alone.setZero(static_cast<int>(x.size()), static_cast<int>(u.size()));
    entry.term->addExpansion(entry.weight, t, T, x, u, mode, alone);
    if (isFinite(alone)) continue;
    where = "cost." + entry.id;
    break;
  }
  return Error{"The cost is not finite at time step " + std::to_string(t) + " of rollout " +
                   std::to_string(sample) + ".",
               where, "Lower the weight of this term, or lower init.var so that rollouts stay bounded."};
}

}  // namespace

void CostExpansion::setZero(int dX, int dU) {
  l = 0.0;
  lx.setZero(dX);
  lu.setZero(dU);
  lxx.setZero(dX, dX);
  luu.setZero(dU, dU);
  lux.setZero(dU, dX);
}

double rampWeight(Ramp ramp, int t, int T, double finalMultiplier) {
  const double share = static_cast<double>(t + 1) / static_cast<double>(T);
  const bool last = t == T - 1;
  double weight = 1.0;
  switch (ramp) {
    case Ramp::Constant:
      break;
    case Ramp::Linear:
      weight = share;
      break;
    case Ramp::Quadratic:
      weight = share * share;
      break;
    case Ramp::Final:
      weight = last ? 1.0 : 0.0;
      break;
  }
  return last ? weight * finalMultiplier : weight;
}

double Cost::value(int t, int T, const VectorRef& x, const VectorRef& u) const {
  double sum = 0.0;
  for (const Entry& entry : m_entries) sum += entry.weight * entry.term->value(t, T, x, u);
  return sum;
}

void Cost::expand(int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                  CostExpansion& out) const {
  out.setZero(m_dX, m_dU);
  for (const Entry& entry : m_entries) entry.term->addExpansion(entry.weight, t, T, x, u, mode, out);
}

Vector Cost::along(const Trajectory& rollout) const {
  const int T = rollout.horizon();
  Vector costs(T);
  Vector x(rollout.X.cols());
  Vector u(rollout.U.cols());
  for (int t = 0; t < T; ++t) {
    x = rollout.X.row(t).transpose();
    u = rollout.U.row(t).transpose();
    costs(t) = value(t, T, x, u);
  }
  return costs;
}

Result<CostModel> expandAround(const Cost& cost, std::span<const Trajectory> rollouts,
                               const ExpansionOptions& options) {
  if (rollouts.empty() || rollouts[0].horizon() == 0) {
    return Error{"There are no rollouts to expand the cost around.", "cost", "Draw at least one rollout."};
  }
  const int T = rollouts[0].horizon();
  const Eigen::Index dX = rollouts[0].X.cols();
  const Eigen::Index dU = rollouts[0].U.cols();
  const Eigen::Index n = dX + dU;
  for (const Trajectory& rollout : rollouts) {
    GPS_EXPECTS(
        rollout.X.rows() == T && rollout.U.rows() == T && rollout.X.cols() == dX && rollout.U.cols() == dU,
        "all rollouts of a condition must have one shape");
  }

  CostModel model;
  const std::size_t steps = static_cast<std::size_t>(T);
  model.quadratic.H.assign(steps, Matrix::Zero(n, n));
  model.quadratic.g.assign(steps, Vector::Zero(n));
  model.quadratic.c.assign(steps, 0.0);
  model.sampleCosts.resize(static_cast<Eigen::Index>(rollouts.size()), T);

  CostExpansion e;
  Vector x(dX), u(dU), y(n), gradient(n), Hy(n);
  Matrix H(n, n), scratch(n, n);
  Eigen::LLT<Matrix> llt(n);
  const double share = 1.0 / static_cast<double>(rollouts.size());
  for (std::size_t j = 0; j < rollouts.size(); ++j) {
    if (options.keepGoing && !options.keepGoing()) return Error{"stopped", "cost", "The run was told to stop."};
    const Trajectory& rollout = rollouts[j];
    for (int t = 0; t < T; ++t) {
      x = rollout.X.row(t).transpose();
      u = rollout.U.row(t).transpose();
      cost.expand(t, T, x, u, options.hessian, e);
      if (!isFinite(e)) return notFinite(cost, t, j, rollout, options.hessian);
      model.sampleCosts(static_cast<Eigen::Index>(j), t) = e.l;

      y << x, u;
      gradient << e.lx, e.lu;
      H.topLeftCorner(dX, dX) = e.lxx;
      H.bottomRightCorner(dU, dU) = e.luu;
      H.bottomLeftCorner(dU, dX) = e.lux;
      H.topRightCorner(dX, dU) = e.lux.transpose();
      if (options.convexify) convexify(H, llt, scratch);

      // From deviations about y to absolute coordinates; the average over samples is the model.
      const std::size_t at = static_cast<std::size_t>(t);
      Hy.noalias() = H * y;
      model.quadratic.H[at] += share * H;
      model.quadratic.g[at] += share * (gradient - Hy);
      model.quadratic.c[at] += share * (e.l - gradient.dot(y) + 0.5 * y.dot(Hy));
    }
  }
  return model;
}

}  // namespace gps
