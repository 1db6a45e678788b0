// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/linalg.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

namespace gps {

Matrix symmetrized(const MatrixRef& A) {
  return 0.5 * (A + A.transpose());
}

std::optional<Matrix> choleskyLower(const MatrixRef& A) {
  const Eigen::LLT<Matrix> llt(A);
  // LLT accepts NaN on some paths, so the factor is looked at as well.
  if (llt.info() != Eigen::Success) return std::nullopt;
  Matrix L = llt.matrixL();
  if (!L.allFinite()) return std::nullopt;
  return L;
}

namespace {

Matrix recompose(const Eigen::SelfAdjointEigenSolver<Matrix>& solver, const Vector& eigenvalues) {
  const Matrix& V = solver.eigenvectors();
  const Matrix scaled = V * eigenvalues.asDiagonal();
  const Matrix product = scaled * V.transpose();
  return symmetrized(product);
}

}  // namespace

Matrix psdProject(const MatrixRef& A, double floor) {
  const Matrix S = symmetrized(A);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(S);
  const Vector& values = solver.eigenvalues();
  const double lowest = floor * std::max(1.0, values.cwiseAbs().maxCoeff());
  if (values.minCoeff() >= lowest) return S;
  return recompose(solver, values.cwiseMax(lowest));
}

Matrix clampEigenvalues(const MatrixRef& A, double lo, double hi) {
  const Matrix S = symmetrized(A);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(S);
  const Vector& values = solver.eigenvalues();
  if (values.minCoeff() >= lo && values.maxCoeff() <= hi) return S;
  return recompose(solver, values.cwiseMax(lo).cwiseMin(hi));
}

Matrix inverseFromCholesky(const MatrixRef& L) {
  const Matrix half = L.triangularView<Eigen::Lower>().solve(Matrix::Identity(L.rows(), L.cols()));
  return half.transpose() * half;
}

double logDetFromCholesky(const MatrixRef& L) {
  return 2.0 * L.diagonal().array().log().sum();
}

double logSumExp(const VectorRef& v) {
  if (v.size() == 0) return -std::numeric_limits<double>::infinity();
  const double top = v.maxCoeff();
  if (!std::isfinite(top)) return top;
  return top + std::log((v.array() - top).exp().sum());
}

}  // namespace gps
