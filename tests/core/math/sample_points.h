// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"

namespace gps {

/// N points (rows) of a Gaussian of D dimensions with full covariance.
inline Matrix gaussianPoints(int N, int D, Rng& rng) {
  Matrix mixing(D, D);
  for (Eigen::Index i = 0; i < mixing.size(); ++i) mixing(i) = rng.normal();
  Matrix points(N, D);
  for (Eigen::Index i = 0; i < points.size(); ++i) points(i) = rng.normal();
  return points * mixing;
}

/// Points around `clusters` well separated centres, in turn.
inline Matrix clusteredPoints(int N, int D, int clusters, Rng& rng) {
  Matrix points(N, D);
  for (int j = 0; j < N; ++j) {
    for (int d = 0; d < D; ++d) points(j, d) = rng.normal() + 20.0 * ((j % clusters) == (d % clusters));
  }
  return points;
}

inline double largestDifference(const MatrixRef& a, const MatrixRef& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

}  // namespace gps
