// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <vector>

#include "core/rollout/rollout.h"

namespace gps {

RowMatrix drawNoise(int T, int dU, Rng& rng) {
  RowMatrix noise(T, dU);
  for (int t = 0; t < T; ++t) {
    for (int i = 0; i < dU; ++i) noise(t, i) = rng.normal();
  }
  return noise;
}

RowMatrix smoothedNoise(RowMatrix raw, double sigma, bool renormalise) {
  const Eigen::Index T = raw.rows();
  if (T == 0) return raw;
  const auto radius = static_cast<Eigen::Index>(4.0 * sigma + 0.5);
  std::vector<double> kernel;
  double sum = 0.0;
  for (Eigen::Index j = -radius; j <= radius; ++j) {
    const double z = static_cast<double>(j) / sigma;
    kernel.push_back(std::exp(-0.5 * z * z));
    sum += kernel.back();
  }
  // Reflection about the edges (d c b a | a b c d | d c b a), repeated when the kernel is longer than the
  // signal.
  const auto reflected = [T](Eigen::Index t) {
    const Eigen::Index m = ((t % (2 * T)) + 2 * T) % (2 * T);
    return m < T ? m : 2 * T - 1 - m;
  };
  RowMatrix smooth = RowMatrix::Zero(T, raw.cols());
  for (Eigen::Index t = 0; t < T; ++t) {
    for (Eigen::Index j = -radius; j <= radius; ++j) {
      smooth.row(t) += kernel[static_cast<std::size_t>(j + radius)] / sum * raw.row(reflected(t + j));
    }
  }
  if (!renormalise) return smooth;
  for (Eigen::Index i = 0; i < smooth.cols(); ++i) {
    const double mean = smooth.col(i).mean();
    const double deviation = std::sqrt((smooth.col(i).array() - mean).square().mean());
    // A kernel as long as the horizon leaves a constant, whose deviation about its mean says nothing of its size.
    const double size = std::sqrt(smooth.col(i).array().square().mean());
    const double scale = deviation > 0.1 * size ? deviation : size;
    if (scale > 0.0) smooth.col(i) /= scale;
  }
  return smooth;
}

}  // namespace gps
