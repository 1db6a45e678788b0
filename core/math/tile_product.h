// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/math/simd.h"

namespace gps {

/// Operands of C = start + A B for matrices small enough to need no cache blocking.
/// A(m, k) lies at a[m aRow + k aCol], B(k, n) at b[k bRow + n], C(m, n) at c[m cRow + n]. `columns` is a
/// multiple of the vector width; every row of C starts from the row `start`, or from 0 when it is null.
template <class Scalar>
struct ProductOperands {
  int rows = 0;
  int inner = 0;
  int columns = 0;
  const Scalar* a = nullptr;
  std::ptrdiff_t aRow = 0;
  std::ptrdiff_t aCol = 0;
  const Scalar* b = nullptr;
  std::ptrdiff_t bRow = 0;
  const Scalar* start = nullptr;
  Scalar* c = nullptr;
  std::ptrdiff_t cRow = 0;
};

/// R rows by V vectors of C, kept in registers over the whole sum. The sum of every element runs over k in
/// ascending order whatever the tile, so no result depends on how the rows were grouped.
template <int R, int V, class Scalar, class Finish>
inline void productTile(const ProductOperands<Scalar>& p, int row, int column, Finish& finish) {
  using S = Simd<Scalar>;
  using Vec = typename S::Vec;
  Vec sum[R][V];
  for (int v = 0; v < V; ++v) {
    const Vec first = p.start ? S::load(p.start + column + v * S::kWidth) : S::broadcast(Scalar(0));
    for (int r = 0; r < R; ++r) sum[r][v] = first;
  }
  const Scalar* a = p.a + row * p.aRow;
  const Scalar* b = p.b + column;
  for (int k = 0; k < p.inner; ++k, a += p.aCol, b += p.bRow) {
    Vec right[V];
    for (int v = 0; v < V; ++v) right[v] = S::load(b + v * S::kWidth);
    for (int r = 0; r < R; ++r) {
      const Vec left = S::broadcast(a[r * p.aRow]);
      for (int v = 0; v < V; ++v) sum[r][v] = S::fma(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) {
      const std::ptrdiff_t at = (row + r) * p.cRow + column + v * S::kWidth;
      S::store(p.c + at, finish(sum[r][v], at));
    }
  }
}

template <int R, int V, class Scalar, class Finish>
inline void productTileOf(int tileRows, const ProductOperands<Scalar>& p, int row, int column,
                          Finish& finish) {
  if constexpr (R > 0) {
    if (tileRows == R) {
      productTile<R, V>(p, row, column, finish);
    } else {
      productTileOf<R - 1, V>(tileRows, p, row, column, finish);
    }
  }
}

/// The rows from `row` on of V vectors of columns, in tiles of nearly equal height: a last tile of one row
/// would wait for the latency of its few sums.
template <int V, class Scalar, class Finish>
inline void productPanel(const ProductOperands<Scalar>& p, int row, int column, Finish& finish) {
  constexpr int kTallest = V == 3 ? 4 : (V == 2 ? 6 : 8);  // sums, operands and one factor fit 16 registers
  const int rows = p.rows - row;
  const int tiles = (rows + kTallest - 1) / kTallest;
  for (int tile = 0; tile < tiles; ++tile) {
    const int height = rows / tiles + (tile < rows % tiles ? 1 : 0);
    productTileOf<kTallest, V>(height, p, row, column, finish);
    row += height;
  }
}

/// C = start + A B where column <= row + diagonal, and what shares a vector with such an element; the rest of
/// C is left alone. finish(vector, index into c) is applied to each vector before it is stored.
template <class Scalar, class Finish>
inline void lowerProduct(const ProductOperands<Scalar>& p, int diagonal, Finish finish) {
  constexpr int kWidth = Simd<Scalar>::kWidth;
  const auto top = [diagonal](int column) { return std::max(0, column - diagonal); };
  int column = 0;
  for (; column + 3 * kWidth <= p.columns; column += 3 * kWidth) {
    productPanel<3>(p, top(column), column, finish);
  }
  if (column + 2 * kWidth <= p.columns) {
    productPanel<2>(p, top(column), column, finish);
  } else if (column + kWidth <= p.columns) {
    productPanel<1>(p, top(column), column, finish);
  }
}

/// A finish that changes nothing. A type, not a function: a pointer to one would be called for every vector.
struct AsSummed {
  template <class Vec>
  Vec operator()(const Vec& sum, std::ptrdiff_t) const {
    return sum;
  }
};

/// All of C = start + A B.
template <class Scalar, class Finish>
inline void product(const ProductOperands<Scalar>& p, Finish finish) {
  lowerProduct(p, p.columns, finish);
}

}  // namespace gps
