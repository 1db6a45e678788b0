// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/surrogate.h"

#include "core/base/expects.h"

namespace gps {

NegLogQuadratic negLogLikelihood(const LinearGaussianController& q, int t) {
  const int dX = q.dX();
  const int dU = q.dU();
  const Matrix& K = q.step(t).K;
  const Matrix P = q.precision(t);
  const Matrix PK = P * K;
  const Vector Pk = P * q.step(t).k;
  NegLogQuadratic result{Matrix(dX + dU, dX + dU), Vector(dX + dU)};
  result.M.topLeftCorner(dX, dX) = K.transpose() * PK;
  result.M.topRightCorner(dX, dU) = -PK.transpose();
  result.M.bottomLeftCorner(dU, dX) = -PK;
  result.M.bottomRightCorner(dU, dU) = P;
  result.v.head(dX) = K.transpose() * Pk;
  result.v.tail(dU) = -Pk;
  return result;
}

void subtractMultipliers(const SurrogateTerms& terms, int t, Matrix& H, Vector& g) {
  const std::size_t at = static_cast<std::size_t>(t);
  if (!terms.lambda.empty()) {
    const Vector& lambda = terms.lambda[at];
    g.tail(lambda.size()) -= lambda;
  }
  if (!terms.lambdaK.empty()) {
    const Matrix& lambdaK = terms.lambdaK[at];
    H.bottomLeftCorner(lambdaK.rows(), lambdaK.cols()) -= lambdaK;
    H.topRightCorner(lambdaK.cols(), lambdaK.rows()) -= lambdaK.transpose();
  }
}

QuadraticCost surrogateCost(const QuadraticCost& cost, const SurrogateTerms& terms, double eta) {
  GPS_EXPECTS(terms.reference != nullptr && terms.reference->horizon() == cost.horizon(),
              "surrogateCost: reference and cost differ in length");
  QuadraticCost result = cost;
  for (int t = 0; t < cost.horizon(); ++t) {
    Matrix& H = result.H[static_cast<std::size_t>(t)];
    Vector& g = result.g[static_cast<std::size_t>(t)];
    subtractMultipliers(terms, t, H, g);
    const NegLogQuadratic q = negLogLikelihood(*terms.reference, t);
    H += eta * q.M;
    g += eta * q.v;
    if (terms.policy != nullptr) {
      const NegLogQuadratic pi = negLogLikelihood(*terms.policy, t);
      H += terms.rhoAt(t) * pi.M;
      g += terms.rhoAt(t) * pi.v;
    }
  }
  return result;
}

}  // namespace gps
