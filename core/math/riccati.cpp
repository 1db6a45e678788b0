// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/riccati.h"

#include <cmath>

namespace gps {

namespace {

constexpr int kLazyLimit = 20;

}  // namespace

bool choleskyInPlace(Matrix& A) {
  const Eigen::Index n = A.rows();
  for (Eigen::Index j = 0; j < n; ++j) {
    double pivot = A(j, j);
    for (Eigen::Index p = 0; p < j; ++p) pivot -= A(j, p) * A(j, p);
    if (!(pivot > 0.0) || !std::isfinite(pivot)) return false;  // the first test is also true for NaN
    const double diagonal = std::sqrt(pivot);
    A(j, j) = diagonal;
    for (Eigen::Index i = j + 1; i < n; ++i) {
      double sum = A(i, j);
      for (Eigen::Index p = 0; p < j; ++p) sum -= A(i, p) * A(j, p);
      A(i, j) = sum / diagonal;
    }
  }
  return true;
}

void solveLower(const Matrix& L, Eigen::Ref<Matrix> X) {
  const Eigen::Index n = L.rows();
  for (Eigen::Index c = 0; c < X.cols(); ++c) {
    for (Eigen::Index i = 0; i < n; ++i) {
      double sum = X(i, c);
      for (Eigen::Index p = 0; p < i; ++p) sum -= L(i, p) * X(p, c);
      X(i, c) = sum / L(i, i);
    }
  }
}

void solveLowerTransposed(const Matrix& L, Eigen::Ref<Matrix> X) {
  const Eigen::Index n = L.rows();
  for (Eigen::Index c = 0; c < X.cols(); ++c) {
    for (Eigen::Index i = n - 1; i >= 0; --i) {
      double sum = X(i, c);
      for (Eigen::Index p = i + 1; p < n; ++p) sum -= L(p, i) * X(p, c);
      X(i, c) = sum / L(i, i);
    }
  }
}

RiccatiRecursion::RiccatiRecursion(int dX, int dU)
    : m_dX(dX),
      m_dU(dU),
      m_V(Matrix::Zero(dX, dX)),
      m_Vnext(dX, dX),
      m_VF(dX, dX + dU),
      m_Q(dX + dU, dX + dU),
      m_Quu(dU, dU),
      m_L(dU, dU),
      m_Y(dU, dX),
      m_K(dU, dX),
      m_half(dU, dU),
      m_v(Vector::Zero(dX)),
      m_q(dX + dU),
      m_qNext(dX),
      m_y(dU),
      m_k(dU) {}

void RiccatiRecursion::restart() { m_last = true; }

RiccatiRecursion::Outcome RiccatiRecursion::step(const Matrix& H, const Vector& g, const Matrix& F, const Vector& f,
                                                 const Matrix* R, double weight) {
  m_Q.noalias() = 0.5 * (H + H.transpose());
  m_q = g;
  if (!m_last) {
    // For small matrices the blocked kernels spend more on packing than on arithmetic.
    if (m_dX + m_dU <= kLazyLimit) {
      m_VF.noalias() = m_V.lazyProduct(F);
      m_Q.noalias() += F.transpose().lazyProduct(m_VF);
    } else {
      m_VF.noalias() = m_V * F;
      m_Q.noalias() += F.transpose() * m_VF;
    }
    m_qNext.noalias() = m_V.lazyProduct(f);
    m_qNext += m_v;
    m_q.noalias() += F.transpose().lazyProduct(m_qNext);
  }
  m_Quu = m_Q.bottomRightCorner(m_dU, m_dU);
  if (R != nullptr) m_Quu += weight * *R;
  if (!m_Q.allFinite() || !m_q.allFinite() || !m_Quu.allFinite()) return Outcome::NotFinite;
  m_L = m_Quu;
  if (!choleskyInPlace(m_L)) return Outcome::NotPositiveDefinite;

  // With Y = L^-1 Qux: V = Qxx - Y'Y. Errors of V shrink like the closed loop, but only its symmetric part: an
  // antisymmetric rest would grow like the open loop and, over an unstable horizon, reach the digits that count.
  m_Y = m_Q.bottomLeftCorner(m_dU, m_dX);
  m_y = m_q.tail(m_dU);
  solveLower(m_L, m_Y);
  solveLower(m_L, m_y);
  m_Vnext = m_Q.topLeftCorner(m_dX, m_dX);
  m_Vnext.noalias() -= m_Y.transpose().lazyProduct(m_Y);
  m_V.noalias() = 0.5 * (m_Vnext + m_Vnext.transpose());
  m_v = m_q.head(m_dX);
  m_v.noalias() -= m_Y.transpose().lazyProduct(m_y);
  m_K = -m_Y;
  m_k = -m_y;
  solveLowerTransposed(m_L, m_K);
  solveLowerTransposed(m_L, m_k);
  m_last = false;
  return Outcome::Ok;
}

void RiccatiRecursion::scaledInverse(double scale, Matrix& result) {
  m_half.setIdentity();
  solveLower(m_L, m_half);
  result.noalias() = scale * m_half.transpose().lazyProduct(m_half);
}

}  // namespace gps
