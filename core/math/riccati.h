// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/stage_layout.h"

namespace gps {

/// In-place lower Cholesky factor of the lower half of A; the upper half is left alone. False when A is not
/// positive definite or not finite. Meant for matrices of a few rows, where a library call costs more than
/// the arithmetic.
bool choleskyInPlace(Matrix& A);

/// X <- L^-1 X, column by column; reads the lower half of L.
void solveLower(const Matrix& L, Eigen::Ref<Matrix> X);

/// The value recursion of linear-quadratic control, one stage per call from the last stage down. All buffers
/// are allocated once. With y = [x; u], cost 0.5 y'H y + g'y and x' = F y + f:
///     Q = H + F'V F,  q = g + F'(v + V f)      (no V terms at the last stage),
///     K = -Quu^-1 Qux,  k = -Quu^-1 qu,  V = Qxx + Qxu K,  v = qx + Qxu k.
class RiccatiRecursion {
 public:
  enum class Outcome { Ok, NotPositiveDefinite, NotFinite };

  RiccatiRecursion(int dX, int dU);

  const StageLayout& layout() const { return m_layout; }

  /// The next stage is the last one: forgets V and v.
  void restart();

  /// Panels of the next stage; at the last stage `map` is not read. `weight` times the symmetric `R`
  /// (dU x dU) is added to Quu; null for none. After a failure only Quu() is defined.
  Outcome step(const double* cost, const double* map, const double* R = nullptr, double weight = 0.0);
  /// The same from matrices: H (n x n, its symmetric part counts), g (n), F (dX x n), f (dX).
  Outcome step(const Matrix& H, const Vector& g, const Matrix& F, const Vector& f);

  /// Gain panel of the stage.
  const double* gain() const { return m_gain.data(); }
  Matrix K() const { return m_layout.gainMatrix(gain()); }
  Vector k() const { return m_layout.gainVector(gain()); }
  const Matrix& Quu() const { return m_Quu; }
  double logDetQuu() const;
  /// noise <- the panel of C = scale Quu^-1, symmetric.
  void scaledInverse(double scale, double* noise) const;
  Matrix scaledInverse(double scale) const;

 private:
  bool factorise(const double* R, double weight);

  StageLayout m_layout;
  bool m_last = true;
  PanelBuffer m_Q;     // cost panel; its rows of x become [v, V], those of u L^-1 [q, Qux | I]
  PanelBuffer m_VF;    // [v_i + (V f)_i, (V F)_ix | (V F)_iu]
  PanelBuffer m_gain;
  PanelBuffer m_cost;  // of the overload for matrices
  PanelBuffer m_map;
  Matrix m_Quu;
  Matrix m_L;          // lower factor of Quu, reciprocals on its diagonal
};

}  // namespace gps
