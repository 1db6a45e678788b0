// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "core/base/error.h"
#include "core/math/gaussian_mixture.h"
#include "core/math/simd.h"
#include "core/math/stage_layout.h"

namespace gps {

/// Points side by side, V vectors of them per dimension, so that one operation serves several points. The
/// last block is filled up with the last point.
template <int V>
class PointBlocks {
 public:
  static constexpr int kPoints = V * Simd<double>::kWidth;

  /// One point per row.
  explicit PointBlocks(const MatrixRef& points)
      : m_points(static_cast<int>(points.rows())), m_dimension(static_cast<int>(points.cols())) {
    m_values.resize(static_cast<std::size_t>(blocks() * m_dimension * kPoints));
    double* to = m_values.data();
    for (int block = 0; block < blocks(); ++block) {
      for (int d = 0; d < m_dimension; ++d) {
        for (int i = 0; i < kPoints; ++i) *to++ = points(std::min(block * kPoints + i, m_points - 1), d);
      }
    }
  }

  int points() const { return m_points; }
  int blocks() const { return (m_points + kPoints - 1) / kPoints; }
  /// How many points of the block are not filling.
  int count(int block) const { return std::min(kPoints, m_points - block * kPoints); }
  const double* operator[](int block) const { return m_values.data() + block * m_dimension * kPoints; }

 private:
  int m_points;
  int m_dimension;
  PanelBuffer m_values;
};

/// A mixture prepared for the log densities of many points: inverse factors in tiles of four rows.
class MixtureKernels {
 public:
  using S = Simd<double>;
  using Vec = S::Vec;

  /// Fails when a covariance is not positive definite.
  static Result<MixtureKernels> make(const GaussianMixture& mixture);

  int clusters() const { return static_cast<int>(m_logScale.size()); }
  /// Room for the centred points of one block of V vectors.
  PanelBuffer scratch(int V) const {
    return PanelBuffer(static_cast<std::size_t>(m_dimension * V * S::kWidth));
  }

  /// ln w_k + ln N(z; mu_k, sigma_k) of one block. False, as soon as it is clear, when no point reaches
  /// `atLeast`; the result is then undefined. Null: always all of it.
  template <int V>
  bool logJoint(int k, const double* block, const Vec* atLeast, double* scratch, Vec* result) const {
    const double* mu = m_mu.data() + k * m_dimension;
    const double* a = m_whitener.data() + static_cast<std::size_t>(k) * m_whitenerSize;
    const Vec half = S::broadcast(0.5);
    const Vec scale = S::broadcast(m_logScale(k));
    const auto reached = [&] {
      bool any = atLeast == nullptr;
      for (int v = 0; v < V && !any; ++v) any = S::anyAbove(result[v], atLeast[v]);
      return any;
    };
    Vec distance[V];
    for (int v = 0; v < V; ++v) {
      distance[v] = S::broadcast(0.0);
      result[v] = scale;
    }
    if (!reached()) return false;
    for (int row = 0; row < m_dimension; row += kTile) {
      const int end = std::min(row + kTile, m_dimension);
      for (int d = row; d < end; ++d) {
        const Vec centre = S::broadcast(mu[d]);
        for (int v = 0; v < V; ++v) {
          const int at = (d * V + v) * S::kWidth;
          S::store(scratch + at, S::sub(S::load(block + at), centre));
        }
      }
      Vec sum[kTile][V];
      for (int r = 0; r < kTile; ++r) {
        for (int v = 0; v < V; ++v) sum[r][v] = S::broadcast(0.0);
      }
      const double* z = scratch;
      for (int d = 0; d < end; ++d, a += kTile, z += V * S::kWidth) {
        Vec right[V];
        for (int v = 0; v < V; ++v) right[v] = S::load(z + v * S::kWidth);
        for (int r = 0; r < kTile; ++r) {
          const Vec left = S::broadcast(a[r]);
          for (int v = 0; v < V; ++v) sum[r][v] = S::fma(left, right[v], sum[r][v]);
        }
      }
      for (int r = 0; r < kTile; ++r) {
        for (int v = 0; v < V; ++v) distance[v] = S::fma(sum[r][v], sum[r][v], distance[v]);
      }
      for (int v = 0; v < V; ++v) result[v] = S::fnma(half, distance[v], scale);
      if (!reached()) return false;
    }
    return true;
  }

 private:
  static constexpr int kTile = 4;

  MixtureKernels() = default;

  int m_dimension = 0;
  std::size_t m_whitenerSize = 0;
  PanelBuffer m_mu;        // (K x D)
  PanelBuffer m_whitener;  // L_k^-1, L_k L_k' = sigma_k: per tile of rows, its columns up to the diagonal
  Vector m_logScale;       // ln w_k - 0.5 D ln 2 pi - 0.5 ln |sigma_k|
};

}  // namespace gps
