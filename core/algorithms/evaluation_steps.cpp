// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/evaluation_steps.h"

#include <cmath>
#include <numbers>

#include "core/algorithms/bounds.h"
#include "core/algorithms/model_steps.h"
#include "core/math/linalg.h"

namespace gps {

namespace {

/// F7: what the divergences say about the gap between policy and controller, beside the gap itself.
void recordBounds(const ConditionState& condition, const PolicyDivergence& divergence, int index,
                  MetricTable& metrics) {
  const auto gap = [&](Metric global, Metric local) {
    const std::optional<double> pi = metrics.get(global, index), p = metrics.get(local, index);
    return pi && p ? *pi - *p : std::numeric_limits<double>::quiet_NaN();
  };
  metrics.setFinite(Metric::CostGapSampled, index, gap(Metric::GlobalCost, Metric::LocalCleanCost));
  metrics.setFinite(Metric::CostGapModel, index, gap(Metric::GlobalModelCost, Metric::ModelCost));
  metrics.setFinite(Metric::EpsilonMax, index, divergence.max.maxCoeff());
  metrics.setFinite(Metric::EpsilonMean, index, divergence.mean.mean());
  const PolicyBounds bounds = policyBounds(divergence.max, condition.stageCostMin, condition.stageCostMax);
  metrics.setFinite(Metric::TvBound, index, bounds.tv);
  metrics.setFinite(Metric::TvBoundPrinted, index, bounds.tvPrinted);
  metrics.setFinite(Metric::CostGapBound, index, bounds.costGap);
  metrics.setFinite(Metric::CostGapBoundPrinted, index, bounds.costGapPrinted);
  metrics.setFinite(Metric::StageCostMax, index, condition.stageCostMax.maxCoeff());
}

double meanOf(const Vector& v) {
  return v.size() == 0 ? 0.0 : v.mean();
}

}  // namespace

void recordBeforeTraining(const AlgorithmState& state, const std::vector<ConditionData>& data,
                          IterationResult& result) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Vector kl = klPolicyController(*state.policy, *state.conditions[i].controller, data[i].trajectories);
    result.report.metrics.setFinite(Metric::KlGlobalLocalBefore, static_cast<int>(i), kl.sum());
  }
}

Status evaluateAll(RunContext& run, AlgorithmState& state, IterationResult& result) {
  const std::size_t M = state.conditions.size();
  std::vector<Actor> local(M);
  for (std::size_t i = 0; i < M; ++i) local[i].controller = state.conditions[i].controller.get();
  Result<std::vector<Rollout>> localRollouts = run.evaluate(local);
  if (!localRollouts) return localRollouts.error();
  Result<std::vector<Rollout>> globalRollouts = std::vector<Rollout>();
  if (state.policy) {
    std::vector<Actor> global(M);
    for (std::size_t i = 0; i < M; ++i) global[i].policy = state.policy.get();
    globalRollouts = run.evaluate(global);
    if (!globalRollouts) return globalRollouts.error();
  }
  MetricTable& metrics = result.report.metrics;
  const Task& task = run.task();
  int passed = 0;
  for (std::size_t i = 0; i < M; ++i) {
    const int index = static_cast<int>(i);
    const Rollout& judged = state.policy ? (*globalRollouts)[i] : (*localRollouts)[i];
    if (state.policy) {
      const Vector along = run.cost(index).along(judged.trajectory);
      const double cost = along.sum();
      if (!std::isfinite(cost)) {
        return inCondition(Error{"The cost of the policy's rollout is not finite.", "evaluation",
                                 "Check the cost terms and the state they read."},
                           task, index);
      }
      metrics.set(Metric::GlobalCost, index, cost);
      extendStageCosts(state.conditions[i], along.transpose());
    }
    const Vector alone = run.cost(index).along((*localRollouts)[i].trajectory);
    if (alone.allFinite()) {
      metrics.setFinite(Metric::LocalCleanCost, index, alone.sum());
      extendStageCosts(state.conditions[i], alone.transpose());
    }
    if (const SuccessTest* success = task.successOf(index)) {
      const bool ok = success->passed(judged.trajectory);
      passed += ok ? 1 : 0;
      metrics.set(Metric::Success, index, ok ? 1.0 : 0.0);
      metrics.set(Metric::FinalDistance, index, success->distance(judged.trajectory));
    }
    ConditionView& view = result.views[i];
    view.local = std::make_shared<const Rollout>(std::move((*localRollouts)[i]));
    if (state.policy) view.global = std::make_shared<const Rollout>(std::move((*globalRollouts)[i]));
  }
  if (!task.success.empty()) metrics.set(Metric::SuccessRate, static_cast<double>(passed) / static_cast<double>(M));
  return Done{};
}

Status recordPolicy(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                    ResidualMode residual, IterationResult& result) {
  // The mixture of the last linearisation serves again: this one is for the eye, not for learning.
  Result<std::vector<LinearisedPolicy>> linearised =
      lineariseAll(run, state, data, /*updatePrior=*/false, residual);
  if (!linearised) return linearised.error();
  MetricTable& metrics = result.report.metrics;
  const Matrix& Sigma = state.policy->covariance();
  const double dU = static_cast<double>(Sigma.rows());
  const std::optional<Matrix> L = choleskyLower(Sigma);
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    const int index = static_cast<int>(i);
    const ConditionState& condition = state.conditions[i];
    const PolicyDivergence forward =
        divergenceControllerPolicy(*condition.controller, *state.policy, data[i].trajectories);
    metrics.setFinite(Metric::KlLocalGlobal, index, forward.mean.sum());
    metrics.setFinite(Metric::KlGlobalLocal, index,
                      klPolicyController(*state.policy, *condition.controller, data[i].trajectories).sum());
    metrics.setFinite(Metric::LinearisationR2, index, meanOf((*linearised)[i].r2));
    if (L) {
      const double perStep =
          0.5 * dU * (1.0 + std::log(2.0 * std::numbers::pi)) + 0.5 * logDetFromCholesky(*L);
      metrics.set(Metric::EntropyGlobal, index, perStep * run.task().T);
    }
    if (data[i].dynamics) {
      Marginals marginals = forwardPass((*linearised)[i].controller, *data[i].dynamics);
      metrics.setFinite(Metric::GlobalModelCost, index, expectedCost(marginals, *data[i].quadratic).sum());
      // The linearised policy's closed loop may overflow under the fitted dynamics where the network's does not.
      if (allFinite(marginals)) {
        result.views[i].globalMarginals = std::make_shared<const Marginals>(std::move(marginals));
      }
    }
    recordBounds(condition, forward, index, metrics);
    // Action gap: mean over rollouts of mu_pi(o) - K x - k, root mean square over t.
    const int T = run.task().T;
    RowMatrix gap = RowMatrix::Zero(T, static_cast<Eigen::Index>(dU));
    for (const Trajectory& trajectory : data[i].trajectories) {
      gap += state.policy->mean(trajectory.O);
      for (int t = 0; t < T; ++t) {
        gap.row(t) -= condition.controller->mean(t, trajectory.X.row(t).transpose()).transpose();
      }
    }
    gap /= static_cast<double>(data[i].trajectories.size());
    metrics.set(Metric::ActionGap, index, std::sqrt(gap.squaredNorm() / T));
  }
  metrics.set(Metric::PolicyStd, std::sqrt(Sigma.trace() / dU));
  const TrainingLog& training = result.report.training;
  if (!training.loss.empty()) {
    metrics.set(Metric::PolicyLoss, training.loss.back());
    metrics.set(Metric::PolicySteps, training.steps);
    metrics.set(Metric::PrecisionScale, training.precisionScale);
    metrics.set(Metric::GradientNorm, training.gradientNorm);
    metrics.set(Metric::WeightNorm, training.weightNorm);
  }
  return Done{};
}

}  // namespace gps
