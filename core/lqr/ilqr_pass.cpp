// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/ilqr_pass.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <optional>

#include "core/base/expects.h"
#include "core/lqr/box_qp.h"
#include "core/math/linalg.h"

namespace gps {

namespace {

/// Full step and gain of one time step; false where Q_uu is not positive definite.
bool solveStep(const Matrix& Quu, const Vector& qu, const Matrix& Qux, const Vector& lo, const Vector& hi,
               const Vector& start, IlqrStep& step) {
  if (lo.size() == 0) {
    const Eigen::LLT<Matrix> factor(Quu);
    if (factor.info() != Eigen::Success) return false;
    step.k = -factor.solve(qu);
    step.K = -factor.solve(Qux);
    return true;
  }
  const std::optional<BoxQpResult> box = solveBoxQp(Quu, qu, lo, hi, start);
  if (!box) return false;
  step.k = box->d;
  step.K.setZero(Qux.rows(), Qux.cols());
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < qu.size(); ++i) {
    if (!box->clamped[static_cast<std::size_t>(i)]) free.push_back(i);
  }
  if (free.empty()) return true;
  const Eigen::LLT<Matrix> factor(Matrix(Quu(free, free)));
  if (factor.info() != Eigen::Success) return false;
  step.K(free, Eigen::all) = -factor.solve(Matrix(Qux(free, Eigen::all)));
  return true;
}

}  // namespace

IlqrPass ilqrBackward(const IlqrProblem& problem) {
  GPS_EXPECTS(problem.nominal && problem.F && problem.cost, "ilqrBackward: trajectory, derivatives and cost are needed");
  const Trajectory& nominal = *problem.nominal;
  const int T = nominal.horizon();
  const Eigen::Index dX = nominal.X.cols(), dU = nominal.U.cols(), n = dX + dU;
  GPS_EXPECTS(problem.cost->horizon() == T && static_cast<int>(problem.F->size()) == T, "one model per time step");

  IlqrPass pass;
  pass.steps.resize(static_cast<std::size_t>(T));
  pass.minQuu.setZero(T);
  Matrix V = Matrix::Zero(dX, dX), Q(n, n), Quu(dU, dU), Qux(dU, dX);
  Vector v = Vector::Zero(dX), q(n), y(n), lo, hi, start = Vector::Zero(dU);
  for (int t = T - 1; t >= 0; --t) {
    const std::size_t at = static_cast<std::size_t>(t);
    y << nominal.X.row(t).transpose(), nominal.U.row(t).transpose();
    Q = problem.cost->H[at];
    q = problem.cost->g[at];
    q.noalias() += Q * y;
    if (t + 1 < T) {
      const Matrix& F = (*problem.F)[at];
      Q += F.transpose() * V * F;
      q.noalias() += F.transpose() * v;
    }
    Quu = Q.bottomRightCorner(dU, dU);
    Qux = Q.bottomLeftCorner(dU, dX);
    Quu.diagonal().array() += problem.reg1;
    if (t + 1 < T && problem.reg2 > 0.0) {
      const Matrix& F = (*problem.F)[at];
      Quu += problem.reg2 * F.rightCols(dU).transpose() * F.rightCols(dU);
      Qux += problem.reg2 * F.rightCols(dU).transpose() * F.leftCols(dX);
    }
    Quu = symmetrized(Quu);
    const Vector qu = q.tail(dU);
    if (!Q.allFinite() || !q.allFinite() || !Quu.allFinite()) {
      pass.failure = {t, /*nonFinite=*/true};
      pass.steps.clear();
      return pass;
    }
    if (problem.limit.size() > 0) {
      lo = -problem.limit - y.tail(dU);
      hi = problem.limit - y.tail(dU);
    }
    IlqrStep& step = pass.steps[at];
    if (!solveStep(Quu, qu, Qux, lo, hi, start, step)) {
      pass.failure = {t, /*nonFinite=*/false};
      pass.steps.clear();
      return pass;
    }
    step.Quu = Quu;
    start = step.k;
    pass.minQuu(t) = Eigen::SelfAdjointEigenSolver<Matrix>(Quu, Eigen::EigenvaluesOnly).eigenvalues()(0);
    pass.linear += step.k.dot(qu);
    pass.quadratic += 0.5 * step.k.dot(Q.bottomRightCorner(dU, dU) * step.k);
    pass.gradient += (step.k.array().abs() / (y.tail(dU).array().abs() + 1.0)).maxCoeff() / T;

    const Matrix QuuK = Q.bottomRightCorner(dU, dU) * step.K;
    const Matrix KQux = step.K.transpose() * Q.bottomLeftCorner(dU, dX);
    v = q.head(dX) + QuuK.transpose() * step.k + step.K.transpose() * qu +
        Q.bottomLeftCorner(dU, dX).transpose() * step.k;
    V = symmetrized(Q.topLeftCorner(dX, dX) + step.K.transpose() * QuuK + KQux + KQux.transpose());
  }
  return pass;
}

}  // namespace gps
