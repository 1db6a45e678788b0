// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/cost_terms.h"

#include <algorithm>
#include <cmath>

namespace gps {

namespace {

/// How deep a point lies in the margin of an obstacle, and the direction that leads out.
struct Hinge {
  double depth = 0.0;  ///< radius + margin - distance, positive when the hinge acts
  Eigen::Vector2d normal{1, 0};
};

Hinge hingeOf(const ObstacleCost::Obstacle& obstacle, double margin, const Eigen::Vector2d& point) {
  const Eigen::Vector2d along = obstacle.b - obstacle.a;
  const double length2 = along.squaredNorm();
  const double s = length2 > 0.0 ? std::clamp((point - obstacle.a).dot(along) / length2, 0.0, 1.0) : 0.0;
  const Eigen::Vector2d nearest = obstacle.a + s * along;
  const Eigen::Vector2d offset = point - nearest;
  const double distance = offset.norm();
  Hinge hinge;
  hinge.depth = obstacle.radius + margin - distance;
  if (distance > 0.0) {
    hinge.normal = offset / distance;
  } else if (length2 > 0.0) {
    // On the segment itself every normal is as good; this one leads out on the shortest way.
    hinge.normal = Eigen::Vector2d(-along.y(), along.x()) / std::sqrt(length2);
  }
  return hinge;
}

/// Where a ramp goes: into the weights inside the norm, or in front of it.
struct Ramped {
  double inside = 1.0;
  double outside = 1.0;
};

Ramped ramped(Ramp ramp, bool onValue, int t, int T, double finalMultiplier) {
  const double weight = rampWeight(ramp, t, T, finalMultiplier);
  return onValue ? Ramped{1.0, weight} : Ramped{weight, 1.0};
}

}  // namespace

double ActionCost::value(int, int, const VectorRef&, const VectorRef& u) const {
  return 0.5 * (m_wu.array() * u.array().square()).sum();
}

void ActionCost::addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u,
                              HessianMode, CostExpansion& out) const {
  out.l += weight * value(t, T, x, u);
  out.lu += weight * m_wu.cwiseProduct(u);
  out.luu.diagonal() += weight * m_wu;
}

double StateCost::value(int t, int T, const VectorRef& x, const VectorRef&) const {
  const Ramped ramp = ramped(m_spec.ramp, m_spec.rampOnValue, t, T, m_spec.finalMultiplier);
  const Vector d = x.segment(m_spec.first, m_spec.target.size()) - m_spec.target;
  return ramp.outside * normValue(m_spec.norm, ramp.inside * m_spec.wp, d);
}

void StateCost::addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef&,
                             HessianMode mode, CostExpansion& out) const {
  const Eigen::Index D = m_spec.target.size();
  const Ramped ramp = ramped(m_spec.ramp, m_spec.rampOnValue, t, T, m_spec.finalMultiplier);
  const Vector d = x.segment(m_spec.first, D) - m_spec.target;
  const NormExpansion norm = normExpansion(m_spec.norm, ramp.inside * m_spec.wp, d, mode);
  weight *= ramp.outside;
  out.l += weight * norm.l;
  out.lx.segment(m_spec.first, D) += weight * norm.gradient;
  out.lxx.block(m_spec.first, m_spec.first, D, D) += weight * norm.hessian;
}

double AngleCost::value(int t, int T, const VectorRef& x, const VectorRef&) const {
  const Vector d = x.segment(m_spec.first, m_spec.target.size()) - m_spec.target;
  return rampWeight(m_spec.ramp, t, T, m_spec.finalMultiplier) * m_spec.wp.dot((1.0 - d.array().cos()).matrix());
}

void AngleCost::addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode,
                             CostExpansion& out) const {
  const Eigen::Index D = m_spec.target.size();
  out.l += weight * value(t, T, x, u);
  const double scale = weight * rampWeight(m_spec.ramp, t, T, m_spec.finalMultiplier);
  const Vector d = x.segment(m_spec.first, D) - m_spec.target;
  out.lx.segment(m_spec.first, D) += scale * m_spec.wp.cwiseProduct(d.array().sin().matrix());
  out.lxx.diagonal().segment(m_spec.first, D) += scale * m_spec.wp.cwiseProduct(d.array().cos().matrix());
}

Eigen::Vector2d PlanarChain::point(const VectorRef& x, const Eigen::Vector2d& at) const {
  Eigen::Vector2d p = base;
  double angle = zeroAngle;
  for (std::size_t j = 0; j < lengths.size(); ++j) {
    angle += x(firstAngle + static_cast<Eigen::Index>(j));
    p += lengths[j] * Eigen::Vector2d(std::cos(angle), std::sin(angle));
  }
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  return p + Eigen::Vector2d(c * at.x() - s * at.y(), s * at.x() + c * at.y());
}

Matrix PlanarChain::jacobian(const VectorRef& x, const Eigen::Vector2d& at) const {
  const Eigen::Vector2d end = point(x, at);
  Matrix J(2, static_cast<Eigen::Index>(lengths.size()));
  Eigen::Vector2d joint = base;
  double angle = zeroAngle;
  for (std::size_t j = 0; j < lengths.size(); ++j) {
    // A joint turns everything beyond it about itself: dp/dq = z x (p - joint).
    const Eigen::Vector2d arm = end - joint;
    J.col(static_cast<Eigen::Index>(j)) << -arm.y(), arm.x();
    angle += x(firstAngle + static_cast<Eigen::Index>(j));
    joint += lengths[j] * Eigen::Vector2d(std::cos(angle), std::sin(angle));
  }
  return J;
}

void addThroughJacobian(double weight, const NormExpansion& norm, const MatrixRef& J, int first,
                        CostExpansion& out, std::span<const Matrix> secondDerivatives) {
  GPS_EXPECTS(secondDerivatives.empty() || static_cast<Eigen::Index>(secondDerivatives.size()) == J.rows(),
              "one matrix of second derivatives per entry of d is needed");
  const Eigen::Index nq = J.cols();
  out.l += weight * norm.l;
  out.lx.segment(first, nq).noalias() += weight * J.transpose() * norm.gradient;
  Matrix lxx = J.transpose() * norm.hessian * J;
  for (std::size_t d = 0; d < secondDerivatives.size(); ++d) {
    lxx += norm.gradient(static_cast<Eigen::Index>(d)) * secondDerivatives[d];
  }
  out.lxx.block(first, first, nq, nq) += 0.5 * weight * (lxx + lxx.transpose());
}

Vector EndEffectorCost::residual(const VectorRef& x) const {
  Vector d(m_spec.target.size());
  d.head<2>() = m_spec.chain.point(x);
  for (std::size_t i = 0; i < m_spec.tips.size(); ++i) {
    d.segment<2>(2 * static_cast<Eigen::Index>(i + 1)) = m_spec.chain.point(x, m_spec.tips[i]);
  }
  return d - m_spec.target;
}

double EndEffectorCost::value(int t, int T, const VectorRef& x, const VectorRef&) const {
  const Ramped ramp = ramped(m_spec.ramp, m_spec.rampOnValue, t, T, m_spec.finalMultiplier);
  return ramp.outside * normValue(m_spec.norm, ramp.inside * m_spec.wp, residual(x));
}

double EndEffectorCost::valueMoved(const Eigen::Vector2d& shift, int t, int T, const VectorRef& x) const {
  const Ramped ramp = ramped(m_spec.ramp, m_spec.rampOnValue, t, T, m_spec.finalMultiplier);
  Vector d = residual(x);
  for (Eigen::Index i = 0; i + 1 < d.size(); i += 2) d.segment<2>(i) += shift;
  return ramp.outside * normValue(m_spec.norm, ramp.inside * m_spec.wp, d);
}

void EndEffectorCost::addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef&,
                                   HessianMode mode, CostExpansion& out) const {
  const Ramped ramp = ramped(m_spec.ramp, m_spec.rampOnValue, t, T, m_spec.finalMultiplier);
  if (ramp.outside == 0.0) return;
  const NormExpansion norm = normExpansion(m_spec.norm, ramp.inside * m_spec.wp, residual(x), mode);
  Matrix J(m_spec.target.size(), static_cast<Eigen::Index>(m_spec.chain.lengths.size()));
  J.topRows<2>() = m_spec.chain.jacobian(x);
  for (std::size_t i = 0; i < m_spec.tips.size(); ++i) {
    J.middleRows<2>(2 * static_cast<Eigen::Index>(i + 1)) = m_spec.chain.jacobian(x, m_spec.tips[i]);
  }
  addThroughJacobian(weight * ramp.outside, norm, J, m_spec.chain.firstAngle, out);
}

double ObstacleCost::value(int t, int T, const VectorRef& x, const VectorRef&) const {
  const Eigen::Vector2d point = x.segment<2>(m_spec.first) + m_spec.offset;
  double sum = 0.0;
  for (const Obstacle& obstacle : m_spec.obstacles) {
    const double depth = std::max(0.0, hingeOf(obstacle, m_spec.margin, point).depth);
    sum += 0.5 * depth * depth;
  }
  return rampWeight(m_spec.ramp, t, T, m_spec.finalMultiplier) * sum;
}

void ObstacleCost::addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef&,
                                HessianMode, CostExpansion& out) const {
  const double scale = weight * rampWeight(m_spec.ramp, t, T, m_spec.finalMultiplier);
  const Eigen::Vector2d point = x.segment<2>(m_spec.first) + m_spec.offset;
  for (const Obstacle& obstacle : m_spec.obstacles) {
    const Hinge hinge = hingeOf(obstacle, m_spec.margin, point);
    if (hinge.depth <= 0.0) continue;
    out.l += scale * 0.5 * hinge.depth * hinge.depth;
    out.lx.segment<2>(m_spec.first) -= scale * hinge.depth * hinge.normal;
    out.lxx.block<2, 2>(m_spec.first, m_spec.first) += scale * hinge.normal * hinge.normal.transpose();
  }
}

}  // namespace gps
