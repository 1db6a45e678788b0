// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/cost/cost.h"
#include "core/cost/norm.h"

namespace gps {

/// 0.5 u' diag(wu) u.
class ActionCost final : public CostTerm {
 public:
  explicit ActionCost(Vector wu) : m_wu(std::move(wu)) {}
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const override;
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                    CostExpansion& out) const override;

 private:
  Vector m_wu;
};

/// Norm of d = x[first .. first+D-1] - target. The ramp multiplies wp, inside the norm, or the value.
class StateCost final : public CostTerm {
 public:
  struct Spec {
    int first = 0;  ///< first state entry
    Vector target;  ///< (D)
    Vector wp;      ///< (D) weights
    Norm norm;
    Ramp ramp = Ramp::Constant;
    double finalMultiplier = 1.0;
    bool rampOnValue = false;  ///< the ramp multiplies the value, not wp
  };
  explicit StateCost(Spec spec) : m_spec(std::move(spec)) {}
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const override;
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                    CostExpansion& out) const override;

 private:
  Spec m_spec;
};

/// sum_i wp_i (1 - cos(x[first+i] - target_i)): an angle's distance from its target, the same after a full turn.
/// The ramp multiplies the value. Its curvature cos(.) is indefinite far from the target.
class AngleCost final : public CostTerm {
 public:
  struct Spec {
    int first = 0;
    Vector target;  ///< (D) rad
    Vector wp;      ///< (D)
    Ramp ramp = Ramp::Constant;
    double finalMultiplier = 1.0;
  };
  explicit AngleCost(Spec spec) : m_spec(std::move(spec)) {}
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const override;
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                    CostExpansion& out) const override;

 private:
  Spec m_spec;
};

/// Kinematics of a planar chain of revolute joints, for the end-effector cost: the angle of link j is the sum
/// of the joint angles up to j plus zeroAngle; point p of the chain is base + sum of link vectors.
struct PlanarChain {
  Eigen::Vector2d base{0, 0};
  std::vector<double> lengths;
  double zeroAngle = 0.0;
  int firstAngle = 0;         ///< state entry of joint angle 1
  Eigen::Vector2d tip{0, 0};  ///< point in the frame of the last link, from its far end

  /// Position of the tip (2) and its Jacobian dp/dq (2 x nq).
  Eigen::Vector2d point(const VectorRef& x) const { return point(x, tip); }
  Matrix jacobian(const VectorRef& x) const { return jacobian(x, tip); }
  /// The same for another point in the frame of the last link.
  Eigen::Vector2d point(const VectorRef& x, const Eigen::Vector2d& at) const;
  Matrix jacobian(const VectorRef& x, const Eigen::Vector2d& at) const;
};

/// Norm of d with Jacobian J = dd/dq, written into the entries first .. first+nq-1 of x: lx = J'd1,
/// lxx = J'HJ. With `secondDerivatives` (one nq x nq matrix per entry of d) lxx also holds
/// sym(sum_i d1_i d2d_i/dq2); without, they are dropped, which keeps the curvature of a convex norm convex.
void addThroughJacobian(double weight, const NormExpansion& norm, const MatrixRef& J, int first,
                        CostExpansion& out, std::span<const Matrix> secondDerivatives = {});

/// Norm of d = p_ee(q) - target, differentiated through the joint angles; d holds every point, one below the
/// other. The ramp multiplies wp, or the value.
class EndEffectorCost final : public CostTerm {
 public:
  struct Spec {
    PlanarChain chain;                      ///< its tip is the first point
    std::vector<Eigen::Vector2d> tips{};    ///< the further points, in the frame of chain.tip
    Vector target;                          ///< (2 points)
    Vector wp;                              ///< (2 points)
    Norm norm;
    Ramp ramp = Ramp::Constant;
    double finalMultiplier = 1.0;
    bool rampOnValue = false;  ///< the ramp multiplies the value, not wp
  };
  explicit EndEffectorCost(Spec spec) : m_spec(std::move(spec)) {}
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const override;
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                    CostExpansion& out) const override;
  /// The first point, in the world.
  Eigen::Vector2d tip(const VectorRef& x) const { return m_spec.chain.point(x); }
  /// The value if every point stood `shift` further.
  double valueMoved(const Eigen::Vector2d& shift, int t, int T, const VectorRef& x) const;

 private:
  Vector residual(const VectorRef& x) const;
  Spec m_spec;
};

/// Hinge 0.5 max(0, radius + margin - dist)^2 of the distance from a point of the state to a segment
/// (a == b: a disc), Gauss-Newton curvature n n'. The ramp multiplies the value.
class ObstacleCost final : public CostTerm {
 public:
  struct Obstacle {
    Eigen::Vector2d a{0, 0};
    Eigen::Vector2d b{0, 0};
    double radius = 0.0;
  };
  struct Spec {
    int first = 0;                 ///< state entry of the point's x coordinate
    Eigen::Vector2d offset{0, 0};  ///< added to the state entries to get world coordinates
    double margin = 0.0;
    std::vector<Obstacle> obstacles;  ///< hinges are summed
    Ramp ramp = Ramp::Constant;
    double finalMultiplier = 1.0;
  };
  explicit ObstacleCost(Spec spec) : m_spec(std::move(spec)) {}
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const override;
  void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
                    CostExpansion& out) const override;

 private:
  Spec m_spec;
};

}  // namespace gps
