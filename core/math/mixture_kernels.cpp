// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/math/mixture_kernels.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <string>

namespace gps {

namespace {

/// Elimination on [sigma | I], rows of two blocks of `columns` each, leaves L' and L^-1. Returns the
/// logarithm of the determinant, or nothing when sigma is not positive definite.
std::optional<double> invertFactor(PanelBuffer& panel, int D, int columns) {
  using S = Simd<double>;
  double logDet = 0.0;
  for (int j = 0; j < D; ++j) {
    double* pivotRow = panel.data() + j * 2 * columns;
    const double pivot = pivotRow[j];
    if (!(pivot > 0.0) || !std::isfinite(pivot)) return std::nullopt;  // the first test is also true for NaN
    logDet += std::log(pivot);
    // Left of the pivot there is nothing to eliminate, and L^-1 ends at its diagonal.
    const int first = j / S::kWidth * S::kWidth;
    const int last = columns + first + S::kWidth;
    const S::Vec scale = S::broadcast(1.0 / std::sqrt(pivot));
    for (int c = first; c < last; c += S::kWidth) {
      S::store(pivotRow + c, S::mul(scale, S::load(pivotRow + c)));
    }
    for (int i = j + 1; i < D; ++i) {
      double* row = panel.data() + i * 2 * columns;
      const S::Vec factor = S::broadcast(pivotRow[i]);
      for (int c = first; c < last; c += S::kWidth) {
        S::store(row + c, S::fnma(factor, S::load(pivotRow + c), S::load(row + c)));
      }
    }
  }
  return logDet;
}

}  // namespace

Result<MixtureKernels> MixtureKernels::make(const GaussianMixture& mixture) {
  const int K = mixture.clusters();
  const int D = mixture.dimension();
  const int columns = (D + S::kWidth - 1) / S::kWidth * S::kWidth;
  MixtureKernels kernels;
  kernels.m_dimension = D;
  for (int row = 0; row < D; row += kTile) {
    kernels.m_whitenerSize += static_cast<std::size_t>(kTile * std::min(row + kTile, D));
  }
  kernels.m_mu.reserve(static_cast<std::size_t>(K * D));
  kernels.m_whitener.resize(static_cast<std::size_t>(K) * kernels.m_whitenerSize, 0.0);
  kernels.m_logScale.resize(K);
  PanelBuffer panel(static_cast<std::size_t>(D * 2 * columns));
  double* whitener = kernels.m_whitener.data();
  for (int k = 0; k < K; ++k) {
    const std::size_t at = static_cast<std::size_t>(k);
    std::fill(panel.begin(), panel.end(), 0.0);
    for (int i = 0; i < D; ++i) {
      double* row = panel.data() + i * 2 * columns;
      for (int j = i; j < D; ++j) row[j] = mixture.sigma[at](j, i);
      row[columns + i] = 1.0;
    }
    const std::optional<double> logDet = invertFactor(panel, D, columns);
    if (!logDet) {
      return Error{
          "The covariance of cluster " + std::to_string(k) + " of the mixture is not positive definite.",
          "mixture prior", "Turn whitening on, or use fewer clusters."};
    }
    for (int row = 0; row < D; row += kTile) {
      const int end = std::min(row + kTile, D);
      for (int r = row; r < end; ++r) {
        const double* inverse = panel.data() + r * 2 * columns + columns;
        for (int d = 0; d <= r; ++d) whitener[d * kTile + r - row] = inverse[d];
      }
      whitener += kTile * end;
    }
    const Vector& mu = mixture.mu[at];
    kernels.m_mu.insert(kernels.m_mu.end(), mu.data(), mu.data() + D);
    kernels.m_logScale(k) = mixture.logWeight(k) - 0.5 * (D * std::log(2.0 * std::numbers::pi) + *logDet);
  }
  return kernels;
}

}  // namespace gps
