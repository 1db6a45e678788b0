// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/badmm_dual.h"

#include <algorithm>
#include <cmath>

#include "core/base/expects.h"

namespace gps {

double geometricSchedule(std::span<const double> schedule, int iteration, int iterations) {
  GPS_EXPECTS(!schedule.empty(), "geometricSchedule: the schedule is empty");
  if (schedule.size() == 1) return schedule[0];
  const double s = iterations > 1 ? std::min((iteration + 1.0) / (iterations - 1.0), 1.0) : 1.0;
  const double position = s * static_cast<double>(schedule.size() - 1);
  const std::size_t left = std::min(static_cast<std::size_t>(position), schedule.size() - 2);
  const double share = position - static_cast<double>(left);
  return std::exp((1.0 - share) * std::log(schedule[left]) + share * std::log(schedule[left + 1]));
}

Multipliers dualStep(Multipliers multipliers, const LinearGaussianController& controller,
                     const LinearGaussianController& linearisedPolicy, const GlobalPolicy& policy,
                     std::span<const Trajectory> rollouts, const BadmmParams& params) {
  const int T = controller.horizon();
  const int dX = controller.dX();
  const int dU = controller.dU();
  GPS_EXPECTS(!rollouts.empty() && multipliers.rho.size() == T && linearisedPolicy.horizon() == T,
              "dualStep: rollouts, weights and controllers differ in length");
  const std::size_t steps = static_cast<std::size_t>(T);
  if (multipliers.lambda.empty()) multipliers.lambda.assign(steps, Vector::Zero(dU));
  if (multipliers.lambdaK.empty()) multipliers.lambdaK.assign(steps, Matrix::Zero(dU, dX));

  RowMatrix gap = RowMatrix::Zero(T, dU);  // mean over rollouts of mu_pi(o_t) - K_t x_t - k_t
  for (const Trajectory& rollout : rollouts) {
    gap += policy.mean(rollout.O);
    for (int t = 0; t < T; ++t) {
      gap.row(t) -= controller.mean(t, rollout.X.row(t).transpose()).transpose();
    }
  }
  gap /= static_cast<double>(rollouts.size());

  for (int t = 0; t < T; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    const double rho = multipliers.rho(t);
    const Matrix scale = params.precondition ? controller.precision(t) : Matrix::Identity(dU, dU);
    const Vector gapNow = gap.row(t).transpose();
    multipliers.lambda[at] += params.dualRate * rho * scale * gapNow;
    if (params.dualRateGain > 0.0) {
      const Matrix gainGap = linearisedPolicy.step(t).K - controller.step(t).K;
      multipliers.lambdaK[at] += params.dualRateGain * rho * scale * gainGap;
    }
  }
  return multipliers;
}

Vector adaptRho(const VectorRef& rho, const VectorRef& kl, const Vector& previousKl, double step,
                const BadmmParams& params) {
  GPS_EXPECTS(rho.size() == kl.size() && (previousKl.size() == 0 || previousKl.size() == kl.size()),
              "adaptRho: weights and divergences differ in length");
  constexpr double kSmallest = 1e-6;
  constexpr double kLargest = 1e4;
  // Of the ratio rule alone: below the first KL falls fast enough, above the second it stands still.
  constexpr double kFalls = 0.8, kStands = 0.95, kHalve = 0.5, kDouble = 2.0;
  const double mean = kl.mean();
  const double deviation = std::sqrt((kl.array() - mean).square().mean());
  Vector result = rho;
  for (Eigen::Index t = 0; t < rho.size(); ++t) {
    switch (params.rhoRule) {
      case RhoRule::Gradient:
        result(t) += step * kl(t);
        break;
      case RhoRule::Fixed:
        result(t) += step;
        break;
      case RhoRule::Ratio:
        if (previousKl.size() == 0 || !(previousKl(t) > 0.0)) break;
        if (kl(t) < kFalls * previousKl(t)) {
          result(t) *= kHalve;
        } else if (kl(t) >= kStands * previousKl(t)) {
          result(t) *= kDouble;
        }
        break;
      case RhoRule::Deviation:
        if (kl(t) < mean - params.rhoLower * deviation) {
          result(t) *= params.rhoDecrease;
        } else if (kl(t) >= mean + params.rhoUpper * deviation) {
          result(t) *= params.rhoIncrease;
        }
        break;
    }
  }
  return result.cwiseMax(kSmallest).cwiseMin(kLargest);
}

double augmentedCost(const Marginals& marginals, const QuadraticCost& cost, const LinearGaussianController& p,
                     const LinearGaussianController& pibar, const VectorRef& rho) {
  return expectedCost(marginals, cost).sum() + rho.dot(klPerStep(p, pibar, marginals));
}

}  // namespace gps
