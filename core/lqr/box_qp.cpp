// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/box_qp.h"

#include <Eigen/Cholesky>

#include "core/base/expects.h"

namespace gps {

namespace {

constexpr int kIterations = 100;
constexpr double kGradient = 1e-8;
constexpr double kArmijo = 0.1;
constexpr double kShrink = 0.6;
constexpr double kShortest = 1e-20;

double objective(const MatrixRef& H, const VectorRef& g, const Vector& d) {
  return 0.5 * d.dot(H * d) + g.dot(d);
}

}  // namespace

std::optional<BoxQpResult> solveBoxQp(const MatrixRef& H, const VectorRef& g, const VectorRef& lo, const VectorRef& hi,
                                      const VectorRef& start) {
  const Eigen::Index n = g.size();
  GPS_EXPECTS(H.rows() == n && H.cols() == n && lo.size() == n && hi.size() == n && start.size() == n,
              "one bound and one start per entry");
  if (!H.allFinite() || !g.allFinite()) return std::nullopt;
  const auto cut = [&](const Vector& d) { return Vector(d.cwiseMax(lo).cwiseMin(hi)); };

  BoxQpResult result;
  result.d = cut(start);
  double value = objective(H, g, result.d);
  const double smallEnough = kGradient * (1.0 + g.norm());
  std::vector<Eigen::Index> free;
  for (; result.iterations < kIterations; ++result.iterations) {
    const Vector gradient = H * result.d + g;
    result.clamped.assign(static_cast<std::size_t>(n), false);
    free.clear();
    for (Eigen::Index i = 0; i < n; ++i) {
      const bool out = (result.d(i) <= lo(i) && gradient(i) > 0.0) || (result.d(i) >= hi(i) && gradient(i) < 0.0);
      result.clamped[static_cast<std::size_t>(i)] = out;
      if (!out) free.push_back(i);
    }
    if (free.empty()) return result;
    // Factored even where the gradient is small already: an indefinite free block has no minimum.
    const Eigen::LLT<Matrix> factor(Matrix(H(free, free)));
    if (factor.info() != Eigen::Success) return std::nullopt;
    if (Vector(gradient(free)).norm() < smallEnough) return result;

    Vector step = Vector::Zero(n);
    step(free) = -factor.solve(Vector(gradient(free)));
    double length = 1.0;
    for (; length > kShortest; length *= kShrink) {
      const Vector candidate = cut(result.d + length * step);
      const double now = objective(H, g, candidate);
      if (value - now >= kArmijo * gradient.dot(result.d - candidate)) {
        result.d = candidate;
        value = now;
        break;
      }
    }
    if (!(length > kShortest)) return result;  // what is left to gain is rounding
  }
  return result;
}

}  // namespace gps
