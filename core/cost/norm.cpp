// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/norm.h"

#include <cmath>

namespace gps {

namespace {

/// Share of the rank-one term of the log norm that each mode keeps; the exact factor is 2.
double logRankOneFactor(HessianMode mode) {
  switch (mode) {
    case HessianMode::Exact:
      return 2.0;
    case HessianMode::Factor1:
      return 1.0;
    case HessianMode::Auto:
    case HessianMode::GaussNewton:
      break;
  }
  return 0.0;
}

}  // namespace

double normValue(const Norm& norm, const VectorRef& w, const VectorRef& d) {
  double l = 0.5 * norm.l2 * (w.array() * d.array().square()).sum();
  if (norm.kind == NormKind::L2 || norm.l1 == 0.0) return l;
  const double s = norm.alpha + (w.array() * d.array()).square().sum();
  l += norm.kind == NormKind::L1 ? norm.l1 * std::sqrt(s) : 0.5 * norm.l1 * std::log(s);
  return l;
}

NormExpansion normExpansion(const Norm& norm, const VectorRef& w, const VectorRef& d, HessianMode mode) {
  const Eigen::Index D = d.size();
  NormExpansion out;
  out.l = normValue(norm, w, d);
  out.gradient = norm.l2 * w.cwiseProduct(d);
  out.hessian = Matrix::Zero(D, D);
  out.hessian.diagonal() = norm.l2 * w;
  if (norm.kind == NormKind::L2 || norm.l1 == 0.0) return out;

  const Vector a = w.array().square() * d.array();
  const double s = norm.alpha + (w.array() * d.array()).square().sum();
  // d/dd of sqrt(s) is a / sqrt(s), of 0.5 ln s it is a / s.
  const double slope = norm.kind == NormKind::L1 ? norm.l1 / std::sqrt(s) : norm.l1 / s;
  const double bend = norm.kind == NormKind::L1 ? slope / s : logRankOneFactor(mode) * slope / s;
  out.gradient += slope * a;
  out.hessian.diagonal().array() += slope * w.array().square();
  if (bend != 0.0) out.hessian.noalias() -= bend * a * a.transpose();
  return out;
}

}  // namespace gps
