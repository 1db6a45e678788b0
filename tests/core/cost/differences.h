// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <functional>

#include "core/base/rng.h"
#include "core/cost/cost_terms.h"

namespace gps::test {

inline constexpr int kT = 7;
inline constexpr int kStates = 6;
inline constexpr int kActions = 2;
inline constexpr double kStep = 1e-5;

inline const Ramp kRamps[] = {Ramp::Constant, Ramp::Linear, Ramp::Quadratic, Ramp::Final};
inline const NormKind kNorms[] = {NormKind::L2, NormKind::L1, NormKind::Log};

inline Vector randomVector(int n, Rng& rng) {
  Vector v(n);
  for (int i = 0; i < n; ++i) v(i) = rng.normal();
  return v;
}

inline Vector numericGradient(const std::function<double(const Vector&)>& f, Vector at) {
  Vector gradient(at.size());
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    const double x = at(i);
    at(i) = x + kStep;
    const double up = f(at);
    at(i) = x - kStep;
    const double down = f(at);
    at(i) = x;
    gradient(i) = (up - down) / (2.0 * kStep);
  }
  return gradient;
}

inline Matrix numericJacobian(const std::function<Vector(const Vector&)>& f, Vector at) {
  Matrix J;
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    const double x = at(i);
    at(i) = x + kStep;
    const Vector up = f(at);
    at(i) = x - kStep;
    const Vector down = f(at);
    at(i) = x;
    if (J.size() == 0) J.resize(up.size(), at.size());
    J.col(i) = (up - down) / (2.0 * kStep);
  }
  return J;
}

/// 1e-5 relative, as central differences with this step allow.
inline bool agree(const MatrixRef& a, const MatrixRef& b) {
  return (a - b).cwiseAbs().maxCoeff() < 1e-5 * (1.0 + b.cwiseAbs().maxCoeff());
}

inline CostExpansion expansionOf(const CostTerm& term, double weight, int t, const Vector& x, const Vector& u,
                                 HessianMode mode) {
  CostExpansion e;
  e.setZero(kStates, kActions);
  term.addExpansion(weight, t, kT, x, u, mode, e);
  return e;
}

inline bool valueAndGradientAgree(const CostTerm& term, int t, const Vector& x, const Vector& u) {
  const double weight = 1.7;
  const CostExpansion e = expansionOf(term, weight, t, x, u, HessianMode::Exact);
  const Vector lx = numericGradient([&](const Vector& v) { return weight * term.value(t, kT, v, u); }, x);
  const Vector lu = numericGradient([&](const Vector& v) { return weight * term.value(t, kT, x, v); }, u);
  return std::abs(e.l - weight * term.value(t, kT, x, u)) < 1e-12 * (1.0 + std::abs(e.l)) &&
         agree(e.lx, lx) && agree(e.lu, lu);
}

inline bool exactHessianAgrees(const CostTerm& term, int t, const Vector& x, const Vector& u) {
  const CostExpansion e = expansionOf(term, 1.0, t, x, u, HessianMode::Exact);
  const Matrix lxx = numericJacobian(
      [&](const Vector& v) { return expansionOf(term, 1.0, t, v, u, HessianMode::Exact).lx; }, x);
  const Matrix luu = numericJacobian(
      [&](const Vector& v) { return expansionOf(term, 1.0, t, x, v, HessianMode::Exact).lu; }, u);
  return agree(e.lxx, lxx) && agree(e.luu, luu);
}

inline PlanarChain threeLinks() {
  PlanarChain chain;
  chain.base = {0.1, -0.2};
  chain.lengths = {0.35, 0.30, 0.25};
  chain.zeroAngle = 0.4;
  chain.firstAngle = 1;
  chain.tip = {0.1, 0.03};
  return chain;
}

}  // namespace gps::test
