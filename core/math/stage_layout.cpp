// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/stage_layout.h"

#include <algorithm>

#include "core/math/tile_product.h"

namespace gps {

namespace {

using S = Simd<double>;
using Vec = S::Vec;

int wholeVectors(int n) { return (n + S::kWidth - 1) / S::kWidth * S::kWidth; }

}  // namespace

StageLayout::StageLayout(int dX, int dU)
    : m_dX(dX),
      m_dU(dU),
      m_stateColumns(wholeVectors(1 + dX)),
      m_columns(m_stateColumns + wholeVectors(dU)) {}

void StageLayout::packMap(const Matrix& F, const Vector& f, double* map) const {
  std::fill_n(map, mapSize(), 0.0);
  map[0] = 1.0;
  for (int i = 0; i < m_dX; ++i) {
    double* row = map + (1 + i) * m_columns;
    row[0] = f(i);
    for (int j = 0; j < m_dX; ++j) row[1 + j] = F(i, j);
    for (int j = 0; j < m_dU; ++j) row[m_stateColumns + j] = F(i, m_dX + j);
  }
}

void StageLayout::packTransposedMap(const Matrix& F, const Vector& f, double* transposed) const {
  std::fill_n(transposed, transposedMapSize(), 0.0);
  std::copy_n(f.data(), m_dX, transposed + 1);
  for (int c = 0; c < m_dX + m_dU; ++c) {
    const int row = c < m_dX ? 1 + c : m_stateColumns + c - m_dX;
    std::copy_n(F.col(c).data(), m_dX, transposed + row * m_stateColumns + 1);
  }
}

void StageLayout::transposeMap(const double* map, double* transposed) const {
  for (int c = 0; c < m_columns; ++c) {
    double* row = transposed + c * m_stateColumns;
    std::fill_n(row, m_stateColumns, 0.0);
    for (int i = 0; i < m_dX; ++i) row[1 + i] = map[(1 + i) * m_columns + c];
  }
}

void StageLayout::packCost(const Matrix& H, const Vector& g, double* cost) const {
  std::fill_n(cost, costSize(), 0.0);
  for (int i = 0; i < m_dX + m_dU; ++i) {
    const int action = i - m_dX;
    double* row = action < 0 ? cost + i * m_stateColumns : cost + actionRows() + action * m_columns;
    row[0] = g(i);
    const int states = std::min(i + 1, m_dX);
    for (int j = 0; j < states; ++j) row[1 + j] = 0.5 * (H(i, j) + H(j, i));
    for (int j = 0; j <= action; ++j) row[m_stateColumns + j] = 0.5 * (H(i, m_dX + j) + H(m_dX + j, i));
  }
}

void StageLayout::packGain(const Matrix& K, const Vector& k, double* gain) const {
  std::fill_n(gain, gainSize(), 0.0);
  for (int i = 0; i < m_dU; ++i) {
    double* row = gain + i * m_stateColumns;
    row[0] = k(i);
    for (int j = 0; j < m_dX; ++j) row[1 + j] = K(i, j);
  }
}

void StageLayout::closeLoop(const double* map, const double* gain, double* closed) const {
  if (closed != map) std::copy_n(map, mapSize(), closed);
  double* rows = closed + m_columns;
  product(ProductOperands<double>{.rows = m_dX,
                                  .inner = m_dU,
                                  .columns = m_stateColumns,
                                  .a = rows + m_stateColumns,
                                  .aRow = m_columns,
                                  .aCol = 1,
                                  .b = gain,
                                  .bRow = m_stateColumns,
                                  .c = rows,
                                  .cRow = m_columns},
          [rows](const Vec& sum, std::ptrdiff_t at) { return S::add(S::load(rows + at), sum); });
}

void StageLayout::closeTransposedLoop(const double* transposed, const double* gain, double* closed) const {
  const double* actionRows = transposed + m_stateColumns * m_stateColumns;
  product(ProductOperands<double>{.rows = m_stateColumns,
                                  .inner = m_dU,
                                  .columns = m_stateColumns,
                                  .a = gain,
                                  .aRow = 1,
                                  .aCol = m_stateColumns,
                                  .b = actionRows,
                                  .bRow = m_stateColumns,
                                  .c = closed,
                                  .cRow = m_stateColumns},
          [transposed](const Vec& sum, std::ptrdiff_t at) { return S::add(S::load(transposed + at), sum); });
  std::copy(actionRows, transposed + transposedMapSize(), closed + m_stateColumns * m_stateColumns);
}

void StageLayout::packNoise(const Matrix& C, double* noise) const {
  std::fill_n(noise, noiseSize(), 0.0);
  for (int i = 0; i < m_dU; ++i) {
    for (int j = 0; j < m_dU; ++j) noise[i * actionColumns() + j] = C(i, j);
  }
}

Matrix StageLayout::gainMatrix(const double* gain) const {
  Matrix K(m_dU, m_dX);
  for (int i = 0; i < m_dU; ++i) {
    for (int j = 0; j < m_dX; ++j) K(i, j) = gain[i * m_stateColumns + 1 + j];
  }
  return K;
}

Vector StageLayout::gainVector(const double* gain) const {
  Vector k(m_dU);
  for (int i = 0; i < m_dU; ++i) k(i) = gain[i * m_stateColumns];
  return k;
}

Matrix StageLayout::noiseMatrix(const double* noise) const {
  Matrix C(m_dU, m_dU);
  for (int i = 0; i < m_dU; ++i) {
    for (int j = 0; j < m_dU; ++j) C(i, j) = noise[i * actionColumns() + j];
  }
  return C;
}

}  // namespace gps
