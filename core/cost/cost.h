// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/cost/quadratic_cost.h"
#include "core/math/trajectory.h"
#include "core/math/types.h"

namespace gps {

/// Value and derivatives of a cost at one (t, x, u). Terms add themselves to it.
struct CostExpansion {
  double l = 0.0;
  Vector lx;   ///< (dX)
  Vector lu;   ///< (dU)
  Matrix lxx;  ///< (dX x dX)
  Matrix luu;  ///< (dU x dU)
  Matrix lux;  ///< (dU x dX)

  void setZero(int dX, int dU);
};

/// Curvature of norms that are not convex.
enum class HessianMode {
  Auto,         ///< gauss_newton for log, exact for the others
  Exact,        ///< exact, may be indefinite; expandAround projects it to positive semidefinite
  GaussNewton,  ///< drop the rank-one term of the log norm
  Factor1,      ///< rank-one term with factor 1, as the reference implementation
};

/// How a weight depends on time: 1; (t+1)/T; ((t+1)/T)^2; 0 except at the last step. The last step is then
/// multiplied by finalMultiplier.
enum class Ramp { Constant, Linear, Quadratic, Final };
double rampWeight(Ramp ramp, int t, int T, double finalMultiplier);

/// One term of a cost. Immutable; a live change of weight, alpha or ramp makes a new one.
class CostTerm {
 public:
  virtual ~CostTerm() = default;
  /// Value at (t, x, u), without the term's weight.
  virtual double value(int t, int T, const VectorRef& x, const VectorRef& u) const = 0;
  /// Adds weight times value, gradient and Hessian.
  virtual void addExpansion(double weight, int t, int T, const VectorRef& x, const VectorRef& u,
                            HessianMode mode, CostExpansion& out) const = 0;
};

/// Weighted sum of terms.
class Cost {
 public:
  struct Entry {
    std::string id;
    double weight = 1.0;
    std::shared_ptr<const CostTerm> term;
  };

  Cost() = default;
  Cost(std::vector<Entry> entries, int dX, int dU) : m_entries(std::move(entries)), m_dX(dX), m_dU(dU) {}

  const std::vector<Entry>& entries() const { return m_entries; }
  double value(int t, int T, const VectorRef& x, const VectorRef& u) const;
  void expand(int t, int T, const VectorRef& x, const VectorRef& u, HessianMode mode,
              CostExpansion& out) const;
  /// Cost of every step of a rollout (T).
  Vector along(const Trajectory& rollout) const;

 private:
  std::vector<Entry> m_entries;
  int m_dX = 0;
  int m_dU = 0;
};

struct ExpansionOptions {
  HessianMode hessian = HessianMode::Auto;
  bool convexify = true;  ///< project every sample's Hessian to positive semidefinite
  std::function<bool()> keepGoing{};  ///< asked before every sample; false stops with an error "stopped"
};

/// Second-order model in absolute coordinates y = [x; u], averaged over rollouts: with value l, gradient l_y
/// and Hessian l_yy at a sample, H = l_yy, g = l_y - l_yy y, c = l - l_y'y + 0.5 y'l_yy y. And the true cost
/// of every sample.
struct CostModel {
  QuadraticCost quadratic;
  RowMatrix sampleCosts;  ///< (N x T)
};
/// Fails with the sample, the time step and the term of the first non-finite number. All rollouts have one
/// shape.
Result<CostModel> expandAround(const Cost& cost, std::span<const Trajectory> rollouts,
                               const ExpansionOptions& options);

}  // namespace gps
