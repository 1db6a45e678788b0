// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/math/gaussian_mixture.h"
#include "core/math/niw.h"
#include "core/math/types.h"

namespace gps {

/// A prior given from outside: one NIW per time step, or one for all. Used as it stands, without `strength`.
struct FixedPrior {
  std::vector<NiwPrior> steps;  ///< size 1 or T

  const NiwPrior& at(int t) const {
    return steps.size() == 1 ? steps[0] : steps[static_cast<std::size_t>(t)];
  }
};

/// Prior learnt from recent rollouts: a window of joint points and the mixture fitted to it. The same
/// machinery serves dynamics (points [x; u; x']) and the policy linearisation (points [x; mean action]).
struct MixturePrior {
  std::vector<RowMatrix> window;  ///< newest last; one matrix of joint points per rollout
  GaussianMixture mixture;        ///< in the coordinates of the points; empty before the first update
};

/// Prior from neighbouring time steps: mean and covariance of the points of the steps t-halfWidth .. t+halfWidth
/// of recent rollouts (fewer at both ends). The cheap alternative to a mixture where the dynamics change little
/// from step to step. No prior without rollouts or with halfWidth 0.
struct WindowPrior {
  std::vector<RowMatrix> rollouts;  ///< newest last; one matrix of joint points per rollout, all of one shape
  int halfWidth = 0;                ///< time steps
};

/// No prior (plain ridge regression), a fixed one, or one learnt from recent rollouts.
using JointPrior = std::variant<std::monostate, FixedPrior, MixturePrior, WindowPrior>;

/// What a mixture update did, for the log.
struct MixtureUpdate {
  MixturePrior prior;
  bool reinitialised = false;
  std::vector<double> logLikelihood;  ///< of the points in their own coordinates, at each E-step
};

struct MixtureSettings {
  int maxClusters = 20;
  int minPointsPerCluster = 40;
  int maxRollouts = 20;
  bool whiten = true;      ///< scale every dimension to unit deviation while EM runs
  double stdFloor = 1e-3;  ///< smallest deviation a dimension is scaled by
  EmOptions em;
};

/// Appends `fresh` (one matrix of joint points per rollout), drops the oldest beyond maxRollouts, and refits:
/// K = clamp(points / minPointsPerCluster, 2, maxClusters); warm start unless K changed. To replace the
/// window, pass a prior whose window is empty. Fails with the rollout and row of the first point that is not
/// finite.
Result<MixtureUpdate> updateMixture(MixturePrior prior, std::span<const RowMatrix> fresh,
                                    const MixtureSettings& settings, Rng rng);

/// A prior prepared for queries at many time steps: the covariances of a mixture are factored once, those of a
/// window are summed once per time step, so that all queries cost O(steps * (N + window) D^2).
class PriorSource {
 public:
  /// Fails when a covariance of the mixture is not positive definite or a point of the window is not finite.
  static Result<PriorSource> make(const JointPrior& prior);

  /// The prior at one time step given that step's joint points (rows). A mixture gives m = n0 = strength,
  /// mu0 and Phi = n0 * covariance of queryMixture; an empty mixture is no prior. A window gives the same with
  /// its own mean and covariance.
  Result<NiwPrior> at(int t, const MatrixRef& points, double strength) const;

 private:
  PriorSource() = default;
  std::optional<FixedPrior> m_fixed;
  std::optional<MixtureDensity> m_mixture;
  std::vector<Gaussian> m_window;  ///< per time step: mean and covariance over the window
};

/// PriorSource for a single query.
Result<NiwPrior> priorAt(const JointPrior& prior, int t, const MatrixRef& points, double strength);

}  // namespace gps
