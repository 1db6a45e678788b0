// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/riccati.h"

#include <algorithm>
#include <cmath>

#include "core/math/tile_product.h"

namespace gps {

namespace {

using S = Simd<double>;
using Vec = S::Vec;

/// 0 x is 0 unless x is not finite. Panels are whole vectors.
bool allFinite(const PanelBuffer& panel) {
  Vec sum = S::broadcast(0.0);
  for (std::size_t i = 0; i < panel.size(); i += S::kWidth) {
    sum = S::fma(S::load(panel.data() + i), S::broadcast(0.0), sum);
  }
  return S::sum(sum) == 0.0;
}

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

RiccatiRecursion::RiccatiRecursion(int dX, int dU)
    : m_layout(dX, dU),
      m_Q(m_layout.costSize(), 0.0),
      m_VF(static_cast<std::size_t>(dX * m_layout.columns()), 0.0),
      m_gain(m_layout.gainSize(), 0.0),
      m_cost(m_layout.costSize(), 0.0),
      m_map(m_layout.mapSize(), 0.0),
      m_Quu(Matrix::Zero(dU, dU)),
      m_L(Matrix::Zero(dU, dU)) {}

void RiccatiRecursion::restart() { m_last = true; }

RiccatiRecursion::Outcome RiccatiRecursion::step(const Matrix& H, const Vector& g, const Matrix& F,
                                                 const Vector& f) {
  m_layout.packCost(H, g, m_cost.data());
  if (!m_last) m_layout.packMap(F, f, m_map.data());
  return step(m_cost.data(), m_map.data());
}

RiccatiRecursion::Outcome RiccatiRecursion::step(const double* cost, const double* map, const double* R,
                                                 double weight) {
  const int dX = m_layout.dX();
  const int dU = m_layout.dU();
  const int state = m_layout.stateColumns();
  const int all = m_layout.columns();
  double* V = m_Q.data();
  double* Y = m_Q.data() + m_layout.actionRows();
  if (m_last) {
    std::copy_n(cost, m_layout.costSize(), m_Q.data());
  } else {
    // The first row of the map is the homogeneous 1, which picks v.
    product(ProductOperands<double>{.rows = dX,
                                    .inner = 1 + dX,
                                    .columns = all,
                                    .a = V,
                                    .aRow = state,
                                    .aCol = 1,
                                    .b = map,
                                    .bRow = all,
                                    .c = m_VF.data(),
                                    .cRow = all},
            AsSummed());
    // [q, Q] = [g, H] + F'[v + V f, V F]: rows of x, then of u.
    const auto plus = [](const double* start) {
      return [start](const Vec& sum, std::ptrdiff_t at) { return S::add(S::load(start + at), sum); };
    };
    ProductOperands<double> operands{.rows = dX,
                                     .inner = dX,
                                     .columns = state,
                                     .a = map + all + 1,
                                     .aRow = 1,
                                     .aCol = all,
                                     .b = m_VF.data(),
                                     .bRow = all,
                                     .c = V,
                                     .cRow = state};
    lowerProduct(operands, 1, plus(cost));
    operands.rows = dU;
    operands.columns = all;
    operands.a = map + all + state;
    operands.c = Y;
    operands.cRow = all;
    lowerProduct(operands, state, plus(cost + m_layout.actionRows()));
  }
  if (!factorise(R, weight)) {
    return allFinite(m_Q) && m_Quu.allFinite() ? Outcome::NotPositiveDefinite : Outcome::NotFinite;
  }

  // Y = L^-1 [q, Qux | I].
  for (int i = 0; i < dU; ++i) {
    double* row = Y + i * all;
    std::fill(row + state, row + all, 0.0);
    row[state + i] = 1.0;
    const Vec reciprocal = S::broadcast(m_L(i, i));
    for (int c = 0; c < all; c += S::kWidth) {
      Vec sum = S::load(row + c);
      for (int p = 0; p < i; ++p) sum = S::fnma(S::broadcast(m_L(i, p)), S::load(Y + p * all + c), sum);
      S::store(row + c, S::mul(sum, reciprocal));
    }
  }
  // V = Qxx - Y'Y. Its errors shrink like the closed loop, but only their symmetric part: an antisymmetric
  // rest would grow like the open loop and, over an unstable horizon, reach the digits that count. So V is
  // mirrored.
  lowerProduct(ProductOperands<double>{.rows = dX,
                                       .inner = dU,
                                       .columns = state,
                                       .a = Y + 1,
                                       .aRow = 1,
                                       .aCol = all,
                                       .b = Y,
                                       .bRow = all,
                                       .c = V,
                                       .cRow = state},
               1, [V](const Vec& sum, std::ptrdiff_t at) { return S::sub(S::load(V + at), sum); });
  for (int i = 1; i < dX; ++i) {
    for (int j = 0; j < i; ++j) V[j * state + 1 + i] = V[i * state + 1 + j];
  }
  // [k, K] = -L^-T Y.
  for (int i = dU - 1; i >= 0; --i) {
    const double* row = Y + i * all;
    const Vec reciprocal = S::broadcast(m_L(i, i));
    for (int c = 0; c < state; c += S::kWidth) {
      Vec sum = S::sub(S::broadcast(0.0), S::load(row + c));
      for (int p = i + 1; p < dU; ++p) {
        sum = S::fnma(S::broadcast(m_L(p, i)), S::load(m_gain.data() + p * state + c), sum);
      }
      S::store(m_gain.data() + i * state + c, S::mul(sum, reciprocal));
    }
  }
  m_last = false;
  return allFinite(m_Q) ? Outcome::Ok : Outcome::NotFinite;
}

/// Quu and its factor from the rows of u.
bool RiccatiRecursion::factorise(const double* R, double weight) {
  const int dU = m_layout.dU();
  const int state = m_layout.stateColumns();
  const int all = m_layout.columns();
  const double* rows = m_Q.data() + m_layout.actionRows() + state;
  for (int i = 0; i < dU; ++i) {
    for (int j = 0; j <= i; ++j) {
      double value = rows[i * all + j];
      if (R != nullptr) value += weight * R[i * dU + j];
      m_Quu(i, j) = value;
      m_Quu(j, i) = value;
    }
  }
  for (int j = 0; j < dU; ++j) {
    double pivot = m_Quu(j, j);
    for (int p = 0; p < j; ++p) pivot -= m_L(j, p) * m_L(j, p);
    if (!(pivot > 0.0) || !std::isfinite(pivot)) return false;  // the first test is also true for NaN
    const double reciprocal = 1.0 / std::sqrt(pivot);
    m_L(j, j) = reciprocal;
    for (int i = j + 1; i < dU; ++i) {
      double sum = m_Quu(i, j);
      for (int p = 0; p < j; ++p) sum -= m_L(i, p) * m_L(j, p);
      m_L(i, j) = sum * reciprocal;
    }
  }
  return true;
}

double RiccatiRecursion::logDetQuu() const { return -2.0 * m_L.diagonal().array().log().sum(); }

void RiccatiRecursion::scaledInverse(double scale, double* noise) const {
  const int dU = m_layout.dU();
  const int all = m_layout.columns();
  const int action = m_layout.actionColumns();
  const double* inverse = m_Q.data() + m_layout.actionRows() + m_layout.stateColumns();  // L^-1
  for (int i = 0; i < dU; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (int p = i; p < dU; ++p) sum += inverse[p * all + i] * inverse[p * all + j];
      noise[i * action + j] = scale * sum;
      noise[j * action + i] = scale * sum;
    }
  }
}

Matrix RiccatiRecursion::scaledInverse(double scale) const {
  PanelBuffer noise(m_layout.noiseSize(), 0.0);
  scaledInverse(scale, noise.data());
  return m_layout.noiseMatrix(noise.data());
}

}  // namespace gps
