// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

void requireWhole(const LinearGaussianDynamics& dynamics) {
  constexpr const char* kMessage = "Fm, fv, dyn_covar, x0mu and x0sigma differ in shape";
  require(!dynamics.F.empty() && dynamics.f.size() == dynamics.F.size() && dynamics.W.size() == dynamics.F.size(),
          kMessage);
  const Eigen::Index dX = dynamics.F.front().rows();
  const Eigen::Index n = dynamics.F.front().cols();
  require(n > dX && dynamics.x1.mean.size() == dX && dynamics.x1.cov.rows() == dX && dynamics.x1.cov.cols() == dX,
          kMessage);
  for (std::size_t t = 0; t < dynamics.F.size(); ++t) {
    require(dynamics.F[t].rows() == dX && dynamics.F[t].cols() == n && dynamics.f[t].size() == dX &&
                dynamics.W[t].rows() == dX && dynamics.W[t].cols() == dX,
            kMessage);
  }
}

}  // namespace

LinearGaussianDynamics dynamicsOf(const Json& j) {
  const LinearGaussianDynamics dynamics{matricesOf(j.at("Fm")), vectorsOf(j.at("fv")), matricesOf(j.at("dyn_covar")),
                                        {vectorOf(j.at("x0mu")), matrixOf(j.at("x0sigma"))}};
  requireWhole(dynamics);
  return dynamics;
}

LinearGaussianDynamics noiselessDynamicsOf(const Json& Fm, const Json& fv) {
  LinearGaussianDynamics dynamics{matricesOf(Fm), vectorsOf(fv), {}, {}};
  require(!dynamics.F.empty(), "Fm is empty");
  const Eigen::Index dX = dynamics.F.front().rows();
  dynamics.W.assign(dynamics.F.size(), Matrix::Zero(dX, dX));
  dynamics.x1 = {Vector::Zero(dX), Matrix::Zero(dX, dX)};
  requireWhole(dynamics);
  return dynamics;
}

QuadraticCost costOf(const Json& H, const Json& g) {
  QuadraticCost cost{matricesOf(H), vectorsOf(g), {}};
  require(!cost.H.empty() && cost.g.size() == cost.H.size(), "the cost's matrices and vectors differ in length");
  const Eigen::Index n = cost.g.front().size();
  for (std::size_t t = 0; t < cost.H.size(); ++t) {
    require(cost.H[t].rows() == n && cost.H[t].cols() == n && cost.g[t].size() == n,
            "the cost's matrices and vectors differ in shape");
  }
  cost.c.assign(cost.H.size(), 0.0);
  return cost;
}

QuadraticCost costOf(const Json& j) {
  QuadraticCost cost = costOf(j.at("Cm"), j.at("cv"));
  const Vector c = vectorOf(j.at("cc"));
  require(c.size() == cost.horizon(), "cc and Cm differ in length");
  cost.c.assign(c.begin(), c.end());
  return cost;
}

void requireSameShape(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost) {
  require(dynamics.horizon() == cost.horizon() && dynamics.F.front().cols() == cost.g.front().size(),
          "dynamics and cost differ in shape");
}

void requireSameShape(const LinearGaussianDynamics& dynamics, const LinearGaussianController& controller) {
  require(dynamics.horizon() == controller.horizon() && dynamics.dX() == controller.dX() &&
              dynamics.dU() == controller.dU(),
          "dynamics and controller differ in shape");
}

void requireMultipliers(const LinearGaussianController& policy, const std::vector<double>& rho,
                        const std::vector<Vector>& lambda, const std::vector<Matrix>& lambdaK) {
  constexpr const char* kMessage = "pol_wt, lambda_k or lambda_K does not fit the policy";
  const std::size_t T = static_cast<std::size_t>(policy.horizon());
  require(rho.size() == T && lambda.size() == T && lambdaK.size() == T, kMessage);
  for (std::size_t t = 0; t < T; ++t) {
    require(lambda[t].size() == policy.dU() && lambdaK[t].rows() == policy.dU() && lambdaK[t].cols() == policy.dX(),
            kMessage);
  }
}

std::vector<Matrix> upperFactors(const LinearGaussianController& controller) {
  std::vector<Matrix> factors;
  for (int t = 0; t < controller.horizon(); ++t) factors.emplace_back(controller.cholC(t).transpose());
  return factors;
}

std::vector<Matrix> precisions(const LinearGaussianController& controller) {
  std::vector<Matrix> result;
  for (int t = 0; t < controller.horizon(); ++t) result.push_back(controller.precision(t));
  return result;
}

void compareController(CaseCheck& check, const LinearGaussianController& controller) {
  std::vector<Matrix> K, C;
  std::vector<Vector> k;
  for (const LinearGaussianController::Step& step : controller.steps()) {
    K.push_back(step.K);
    k.push_back(step.k);
    C.push_back(step.C);
  }
  check.compare("K", toJson(K));
  check.compare("k", toJson(k));
  check.compare("pol_covar", toJson(C));
  check.compare("chol_pol_covar", toJson(upperFactors(controller)));
  check.compare("inv_pol_covar", toJson(precisions(controller)));
}

}  // namespace gps::reference
