// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "core/math/types.h"

namespace gps {

using PanelBuffer = std::vector<double, Eigen::aligned_allocator<double>>;

/// One panel per time step, side by side. All zero at first.
class PanelSeries {
 public:
  PanelSeries(int T, std::size_t size) : m_size(size), m_values(static_cast<std::size_t>(T) * size, 0.0) {}
  double* operator[](int t) { return m_values.data() + static_cast<std::size_t>(t) * m_size; }
  const double* operator[](int t) const { return m_values.data() + static_cast<std::size_t>(t) * m_size; }

 private:
  std::size_t m_size;
  PanelBuffer m_values;
};

/// How the sweeps store the matrices of a stage: row-major panels of whole vectors over the homogeneous
/// coordinates [1, x, pad | u, pad], so that affine terms ride along in the products. Pads are 0.
///     map    (1 + dX rows)   [1 0 | 0], then [f_i, F_ix | F_iu]
///     cost   (dX rows)       [g_i, H_ix], without the second block, then
///            (dU rows)       [g_i, H_ix | H_iu], both on and below the diagonal only
///     map'   (columns rows)  [0, F_ic for all i] for every column c of the map but its first row
///     gain   (dU rows)       [k_i, K_i], the first block alone
///     noise  (dU rows)       C_i, the second block alone
class StageLayout {
 public:
  StageLayout(int dX, int dU);

  int dX() const { return m_dX; }
  int dU() const { return m_dU; }
  int stateColumns() const { return m_stateColumns; }  ///< width of the block [1, x, pad]
  int actionColumns() const { return m_columns - m_stateColumns; }
  int columns() const { return m_columns; }  ///< width of both blocks
  std::size_t mapSize() const { return size(1 + m_dX, m_columns); }
  std::size_t transposedMapSize() const { return size(m_columns, m_stateColumns); }
  std::size_t costSize() const { return actionRows() + size(m_dU, m_columns); }
  std::size_t gainSize() const { return size(m_dU, m_stateColumns); }
  std::size_t noiseSize() const { return size(m_dU, actionColumns()); }
  /// Start of the rows of u in a cost panel.
  std::size_t actionRows() const { return size(m_dX, m_stateColumns); }

  /// F (dX x n), f (dX).
  void packMap(const Matrix& F, const Vector& f, double* map) const;
  void packTransposedMap(const Matrix& F, const Vector& f, double* transposed) const;
  void transposeMap(const double* map, double* transposed) const;
  /// H (n x n, its symmetric part counts), g (n).
  void packCost(const Matrix& H, const Vector& g, double* cost) const;
  /// K (dU x dX), k (dU).
  void packGain(const Matrix& K, const Vector& k, double* gain) const;
  /// C (dU x dU).
  void packNoise(const Matrix& C, double* noise) const;
  /// The matrices and the vector of a gain panel, and the matrix of a noise panel.
  Matrix gainMatrix(const double* gain) const;
  Vector gainVector(const double* gain) const;
  Matrix noiseMatrix(const double* noise) const;

  /// The map of the closed loop: [1 0 | 0], then [f_i + F_iu k, F_ix + F_iu K | F_iu]. `closed` may be `map`.
  void closeLoop(const double* map, const double* gain, double* closed) const;
  /// The same for transposed maps.
  void closeTransposedLoop(const double* transposed, const double* gain, double* closed) const;

 private:
  static std::size_t size(int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }

  int m_dX;
  int m_dU;
  int m_stateColumns;
  int m_columns;
};

}  // namespace gps
