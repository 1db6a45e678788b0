// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace gps {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
/// One row per time step, contiguous: how rollouts are stored and read.
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixRef = Eigen::Ref<const Matrix>;
using VectorRef = Eigen::Ref<const Vector>;

/// Mean and covariance of a Gaussian.
struct Gaussian {
  Vector mean;
  Matrix cov;
};

}  // namespace gps
