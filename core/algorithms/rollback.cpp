// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/rollback.h"

#include <cmath>

namespace gps {

RollbackAdvice adviseRollback(AlgorithmState& state, double currentCost, bool enabled) {
  RollbackState& memory = state.rollback;
  const bool finite = std::isfinite(currentCost);
  if (!finite) {
    ++memory.worse;
  } else if (!memory.bestCost || currentCost < *memory.bestCost) {
    memory.bestCost = currentCost;
    memory.controllers.clear();
    memory.eta.clear();
    memory.multipliers.clear();
    for (const ConditionState& condition : state.conditions) {
      memory.controllers.push_back(condition.controller);
      memory.eta.push_back(condition.eta);
      memory.multipliers.push_back(condition.multipliers);
    }
    memory.policy = state.policy;
    memory.worse = 0;
  } else if (memory.previousCost &&
             currentCost > *memory.previousCost + 0.5 * std::abs(*memory.previousCost - *memory.bestCost)) {
    ++memory.worse;
  } else {
    memory.worse = 0;
  }
  if (finite) memory.previousCost = currentCost;
  if (!enabled || memory.worse < 2 || !memory.bestCost) return RollbackAdvice::Continue;
  memory.worse = 0;
  memory.previousCost = memory.bestCost;
  return RollbackAdvice::Restore;
}

void warnBehindStart(AlgorithmState& state, const std::vector<ConditionData>& data, IterationResult& result) {
  constexpr int kPatience = 5;
  // Sampled, not modelled: in contact a fitted model may expect far more than the rollouts cost.
  double currentCost = 0.0;
  for (const ConditionData& condition : data) currentCost += condition.sampledCost;
  RollbackState& memory = state.rollback;
  if (!memory.firstCost) {
    memory.firstCost = currentCost;
    return;
  }
  // Written so that a cost that is not a number counts as larger.
  memory.behindStart = currentCost <= *memory.firstCost ? 0 : memory.behindStart + 1;
  if (memory.behindStart < kPatience) return;
  std::string text = "For " + std::to_string(memory.behindStart) +
                     " iterations the rollouts have cost more than the initial ones. ";
  text += state.policy ? "Where the policy does not follow them (KL(p || pi)), raise pol.steps or pol.hidden; else lower "
                         "lqr.kl_step or raise run.samples."
                       : "Lower lqr.kl_step or raise run.samples.";
  result.report.warn("behind_start", std::move(text));
}

void restoreBest(AlgorithmState& state, const std::vector<ConditionData>& data,
                 std::span<const LinearGaussianController* const> centres, const Parameters& parameters,
                 IterationResult& result) {
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    const int index = static_cast<int>(i);
    ConditionState& condition = state.conditions[i];
    condition.controller = state.rollback.controllers[i];
    condition.eta = state.rollback.eta[i];
    condition.multipliers = state.rollback.multipliers[i];
    condition.stepMult = smallestStep(parameters.lqr);

    const LinearGaussianController& restored = *condition.controller;
    MetricTable& metrics = result.report.metrics;
    metrics.set(Metric::EntropyLocal, index, restored.entropy());
    metrics.set(Metric::GainNorm, index, gainNorm(restored));
    metrics.set(Metric::StepMult, index, condition.stepMult);
    metrics.set(Metric::Eta, index, condition.eta);
    result.views[i].controller = condition.controller;
    result.report.series[i].std = deviations(restored);
    Marginals marginals = forwardPass(restored, *data[i].dynamics);
    const double cost = expectedCost(marginals, *data[i].quadratic).sum();
    const Vector kl = klPerStep(restored, *centres[i], marginals);
    // The restored controllers never saw these models; a closed loop that overflows under them is not shown.
    if (!std::isfinite(cost) || !kl.allFinite() || !allFinite(marginals)) continue;
    metrics.set(Metric::ModelCost, index, cost);
    metrics.set(Metric::Kl, index, kl.sum());
    result.report.series[i].kl = kl;
    result.views[i].localMarginals = std::make_shared<const Marginals>(std::move(marginals));
  }
  if (state.rollback.policy) state.policy = state.rollback.policy;
  // The models in memory belong to the controllers that were given up.
  state.skipStepRule = true;
  result.report.warn("rollback", "Rolled back to the best controllers: the cost grew twice in a row.");
}

}  // namespace gps
