// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/forward_pass.h"

#include <algorithm>

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/math/moment_recursion.h"
#include "core/math/riccati.h"
#include "core/math/tile_product.h"

namespace gps {

Marginals forwardPass(const LinearGaussianController& controller, const LinearGaussianDynamics& dynamics) {
  const int T = controller.horizon();
  const int dX = controller.dX();
  const int dU = controller.dU();
  const int n = dX + dU;
  GPS_EXPECTS(dynamics.horizon() >= T && dynamics.dX() == dX && dynamics.dU() == dU,
              "forwardPass: controller and dynamics differ in shape");
  Marginals result;
  result.mean.assign(static_cast<std::size_t>(T), Vector(n));
  result.cov.assign(static_cast<std::size_t>(T), Matrix(n, n));
  MomentRecursion recursion(dX, dU);
  const StageLayout& layout = recursion.layout();
  const int state = layout.stateColumns();
  PanelBuffer map(layout.transposedMapSize()), noise(layout.noiseSize());
  PanelBuffer gain(layout.gainSize()), KP(layout.gainSize());
  recursion.start(dynamics.x1);
  for (int t = 0; t < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const LinearGaussianController::Step& step = controller.step(t);
    layout.packGain(step.K, step.k, gain.data());
    // [K m, K P]
    product(ProductOperands<double>{.rows = dU,
                                    .inner = dX,
                                    .columns = state,
                                    .a = gain.data() + 1,
                                    .aRow = state,
                                    .aCol = 1,
                                    .b = recursion.moments(),
                                    .bRow = state,
                                    .c = KP.data(),
                                    .cRow = state},
            AsSummed());
    using Panel = Eigen::Map<const RowMatrix, 0, Eigen::OuterStride<>>;
    const Panel moments(recursion.moments(), dX, 1 + dX, Eigen::OuterStride<>(state));
    const Panel spread(KP.data(), dU, 1 + dX, Eigen::OuterStride<>(state));
    Vector& mu = result.mean[at];
    mu.head(dX) = moments.col(0);
    mu.tail(dU) = step.k + spread.col(0);
    Matrix& S = result.cov[at];
    S.topLeftCorner(dX, dX) = moments.rightCols(dX);
    S.bottomLeftCorner(dU, dX) = spread.rightCols(dX);
    S.topRightCorner(dX, dU) = S.bottomLeftCorner(dU, dX).transpose();
    for (int i = 0; i < dU; ++i) {
      for (int j = 0; j <= i; ++j) {
        const double covariance = step.C(i, j) + step.K.row(j).dot(S.row(dX + i).head(dX));
        S(dX + i, dX + j) = S(dX + j, dX + i) = covariance;
      }
    }
    if (t == T - 1) break;
    layout.packTransposedMap(dynamics.F[at], dynamics.f[at], map.data());
    layout.packNoise(step.C, noise.data());
    recursion.step(map.data(), gain.data(), noise.data(), dynamics.W[at]);
  }
  return result;
}

Vector expectedCost(const Marginals& marginals, const QuadraticCost& cost) {
  const int T = marginals.horizon();
  GPS_EXPECTS(cost.horizon() >= T, "expectedCost: the cost is shorter than the marginals");
  Vector result(T);
  for (int t = 0; t < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const Vector& mu = marginals.mean[at];
    const Matrix& H = cost.H[at];
    result(t) = cost.c[at] + cost.g[at].dot(mu) + 0.5 * mu.dot(H * mu) +
                0.5 * H.cwiseProduct(marginals.cov[at]).sum();
  }
  return result;
}

Vector klPerStep(const LinearGaussianController& p, const LinearGaussianController& q, const Marginals& marginals) {
  const int T = p.horizon();
  const int dX = p.dX();
  const int dU = p.dU();
  GPS_EXPECTS(q.horizon() == T && q.dX() == dX && q.dU() == dU && marginals.horizon() >= T,
              "klPerStep: the arguments differ in shape");
  Vector result(T);
  Matrix D(dU, dX), DP(dU, dX), L(dU, dU);
  Vector d(dU);
  for (int t = 0; t < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const Matrix& Lq = q.cholC(t);
    D = p.step(t).K - q.step(t).K;
    d = p.step(t).k - q.step(t).k;
    d.noalias() += D.lazyProduct(marginals.mean[at].head(dX));
    L = p.cholC(t);
    solveLower(Lq, L);
    solveLower(Lq, D);
    solveLower(Lq, d);
    DP.noalias() = D.lazyProduct(marginals.cov[at].topLeftCorner(dX, dX));
    const double logDets = logDetFromCholesky(Lq) - logDetFromCholesky(p.cholC(t));
    const double kl =
        0.5 * (L.squaredNorm() - dU + logDets + d.squaredNorm() + DP.cwiseProduct(D).sum());
    result(t) = kl < 0.0 ? 0.0 : kl;  // NaN stays NaN: max() would call it satisfied
  }
  return result;
}

}  // namespace gps
