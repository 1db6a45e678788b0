// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/types.h"

namespace gps {

/// In-place lower Cholesky factor of the lower half of A; the upper half is left alone. False when A is not
/// positive definite or not finite. Meant for matrices of a few rows, where a library call costs more than
/// the arithmetic.
bool choleskyInPlace(Matrix& A);

/// X <- L^-1 X, column by column; reads the lower half of L.
void solveLower(const Matrix& L, Eigen::Ref<Matrix> X);
/// X <- L^-T X, column by column; reads the lower half of L.
void solveLowerTransposed(const Matrix& L, Eigen::Ref<Matrix> X);

/// The value recursion of linear-quadratic control, one stage per call from the last stage down. All buffers
/// are allocated once. With y = [x; u], cost 0.5 y'H y + g'y and x' = F y + f:
///     Q = H + F'V F,  q = g + F'(v + V f)      (no V terms at the last stage),
///     K = -Quu^-1 Qux,  k = -Quu^-1 qu,  V = Qxx + Qxu K,  v = qx + Qxu k.
class RiccatiRecursion {
 public:
  enum class Outcome { Ok, NotPositiveDefinite, NotFinite };

  RiccatiRecursion(int dX, int dU);

  /// The next stage is the last one: forgets V and v.
  void restart();

  /// H (n x n, its symmetric part counts), g (n), F (dX x n), f (dX). At the last stage F and f are not read.
  /// `weight` times `R` (dU x dU) is added to Quu; null for none. After a failure only Quu() is defined.
  Outcome step(const Matrix& H, const Vector& g, const Matrix& F, const Vector& f, const Matrix* R = nullptr,
               double weight = 0.0);

  const Matrix& K() const { return m_K; }
  const Vector& k() const { return m_k; }
  const Matrix& Quu() const { return m_Quu; }
  /// Lower factor of Quu; the upper half is not zeroed.
  const Matrix& cholQuu() const { return m_L; }
  /// result = scale Quu^-1, symmetric.
  void scaledInverse(double scale, Matrix& result);

 private:
  int m_dX;
  int m_dU;
  bool m_last = true;
  Matrix m_V, m_Vnext, m_VF, m_Q, m_Quu, m_L, m_Y, m_K, m_half;
  Vector m_v, m_q, m_qNext, m_y, m_k;
};

}  // namespace gps
