// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/cost/cost.h"
#include "core/lqr/ilqr_pass.h"

namespace gps {

// The steps of iLQR: each a function from values to values.

/// Chooses the action of step t at state x.
using ActionRule = std::function<Vector(int t, const VectorRef& x)>;

/// A noise-free rollout of `rule`, its actions cut at +-limit (empty: not at all). Fails, naming the step, where the
/// state leaves |x| < 1e6 or a number is not finite.
Result<std::shared_ptr<const NominalRollout>> rollOut(const Task& task, int condition, const ActionRule& rule,
                                                      const Vector& limit);

/// The models of one condition along its trajectory.
struct IlqrModels {
  std::shared_ptr<const NominalRollout> nominal;
  CostModel costs;
  double cost = 0.0;                ///< of the trajectory
  LinearGaussianDynamics dynamics;  ///< linear along the trajectory
  double gap = 0.0;                 ///< see Metric::IlqrGap
  double hidden = 0.0;              ///< see Metric::IlqrHidden
};

/// Derivatives of every step of every condition, in parallel over the steps; fills dynamics, gap and hidden.
Status differentiate(RunContext& run, std::vector<IlqrModels>& models);

/// A backward pass with the regularisation raised until Q_uu is positive definite everywhere. Fails where it is not
/// even at ilqr.mu_max.
Result<IlqrPass> backwardRaised(const IlqrModels& models, const Vector& limit, const IlqrParams& params,
                                Regularisation& regularisation, const std::function<bool()>& keepGoing);

/// What the line search found.
struct IlqrSearch {
  std::shared_ptr<const NominalRollout> accepted;  ///< null where no step length was good enough
  double alpha = 0.0;
  double expected = 0.0;  ///< decrease promised for alpha; for 1 where none was accepted
  double actual = 0.0;
};

/// u = uhat + alpha k + K (x - xhat), cut at the limits, for falling alpha: takes the first that lowers the cost by more
/// than ilqr.z_min of what it promises.
Result<IlqrSearch> searchLine(const Task& task, int condition, const Cost& cost, const IlqrModels& models,
                              const IlqrPass& pass, const Vector& limit, const IlqrParams& params,
                              const std::function<bool()>& keepGoing);

/// Step lengths from 1 down to 1e-3 at equal ratios.
std::vector<double> stepLengths(int count);

/// N(uhat + K (x - xhat), Q_uu^-1) around `nominal`, eigenvalues of the covariance within [covMin, covMax].
Result<LinearGaussianController> stochasticController(const Trajectory& nominal, const IlqrPass& pass, double covMin,
                                                      double covMax);

}  // namespace gps
