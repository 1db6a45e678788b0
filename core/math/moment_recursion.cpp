// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/moment_recursion.h"

#include <algorithm>

#include "core/math/tile_product.h"

namespace gps {

MomentRecursion::MomentRecursion(int dX, int dU)
    : m_layout(dX, dU),
      m_moments(static_cast<std::size_t>(dX * m_layout.stateColumns()), 0.0),
      m_closed(m_layout.transposedMapSize(), 0.0),
      m_spread(static_cast<std::size_t>(dX * m_layout.columns()), 0.0) {}

void MomentRecursion::start(const Gaussian& x) {
  const int state = m_layout.stateColumns();
  for (int i = 0; i < m_layout.dX(); ++i) {
    double* row = m_moments.data() + i * state;
    row[0] = x.mean(i);
    for (int j = 0; j < m_layout.dX(); ++j) row[1 + j] = x.cov(i, j);
  }
}

void MomentRecursion::step(const double* map, const double* gain, const double* noise, const Matrix& W) {
  const int dX = m_layout.dX();
  const int state = m_layout.stateColumns();
  const int all = m_layout.columns();
  m_layout.closeTransposedLoop(map, gain, m_closed.data());
  const double* closed = m_closed.data();
  product(ProductOperands<double>{.rows = dX,
                                  .inner = dX,
                                  .columns = state,
                                  .a = closed + state + 1,
                                  .aRow = 1,
                                  .aCol = state,
                                  .b = m_moments.data(),
                                  .bRow = state,
                                  .c = m_spread.data(),
                                  .cRow = all},
          AsSummed());
  product(ProductOperands<double>{.rows = dX,
                                  .inner = m_layout.dU(),
                                  .columns = m_layout.actionColumns(),
                                  .a = closed + state * state + 1,
                                  .aRow = 1,
                                  .aCol = state,
                                  .b = noise,
                                  .bRow = m_layout.actionColumns(),
                                  .c = m_spread.data() + state,
                                  .cRow = all},
          AsSummed());
  // (Fx + Fu K) P (Fx + Fu K)' + Fu C Fu' in one product; the pads between the blocks are 0.
  lowerProduct(ProductOperands<double>{.rows = dX,
                                       .inner = all - 1,
                                       .columns = state,
                                       .a = m_spread.data() + 1,
                                       .aRow = all,
                                       .aCol = 1,
                                       .b = closed + state,
                                       .bRow = state,
                                       .c = m_moments.data(),
                                       .cRow = state},
               1, AsSummed());
  for (int i = 0; i < dX; ++i) {
    double* row = m_moments.data() + i * state;
    row[0] = m_spread[static_cast<std::size_t>(i * all)] + closed[1 + i];
    for (int j = 0; j <= i; ++j) row[1 + j] += W(j, i);
    for (int j = 0; j < i; ++j) m_moments[static_cast<std::size_t>(j * state + 1 + i)] = row[1 + j];
  }
}

}  // namespace gps
