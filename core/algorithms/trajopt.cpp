// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/algorithms/algorithms.h"
#include "core/algorithms/evaluation_steps.h"
#include "core/algorithms/model_steps.h"
#include "core/algorithms/rollback.h"

namespace gps {

namespace {

/// Plain trajectory optimisation: local controllers only, KL-constrained around the previous ones (C1, C2).
class Trajopt final : public Algorithm {
 public:
  std::string_view id() const override { return "trajopt"; }

  std::span<const Phase> phases() const override {
    static const std::array<Phase, 5> kPhases{{
        {"sample", "Sample", "Draw noisy rollouts from every local controller and evaluate their cost."},
        {"dynamics", "Fit dynamics", "Fit time-varying linear-Gaussian dynamics to the rollouts, with the mixture as prior."},
        {"step_rule", "Step rule", "Compare the promised with the actual improvement and adapt the step size."},
        {"c_step", "C-step", "Improve every local controller by a backward pass, within its KL bound from the previous one."},
        {"evaluate", "Evaluate", "Roll the new controllers out without noise."},
    }};
    return kPhases;
  }

  Result<AlgorithmState> start(const Task& task, const Parameters& parameters) const override {
    return freshState(task, parameters, /*withPolicy=*/false);
  }

  Result<IterationResult> iterate(const AlgorithmState& before, RunContext& run) const override {
    IterationResult result = beginResult(before, run);
    AlgorithmState& state = result.state;
    const Parameters& p = run.parameters();
    const std::vector<std::shared_ptr<const LinearGaussianController>> sampling = controllersOf(state);

    Result<std::vector<ConditionData>> sampled = sampleAndFit(run, state, /*onPolicy=*/false, result);
    if (!sampled) return sampled.error();
    std::vector<ConditionData>& data = *sampled;
    warnBehindStart(state, data, result);

    run.beginPhase("step_rule");
    double currentCost = 0.0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      ConditionState& condition = state.conditions[i];
      const double current = modelCost(*sampling[i], *data[i].dynamics, *data[i].quadratic);
      currentCost += current / static_cast<double>(data.size());
      const int index = static_cast<int>(i);
      StepCosts costs;
      costs.local = current;
      costs.sampled = data[i].sampledCost;
      const bool compared = condition.dynamics && !state.skipStepRule;
      if (compared) {
        costs.previous = modelCost(*condition.samplingController, *condition.dynamics, *condition.cost);
        costs.promised = modelCost(*sampling[i], *condition.dynamics, *condition.cost);
        costs.sampledPrevious = condition.sampledCost;
      }
      recordStepCosts(costs, index, result);
      if (compared) adaptCondition(*improvementOf(p.step.rule, costs), index, state, p, result);
    }
    state.skipStepRule = false;
    if (p.step.rule == StepRule::Global) {
      result.report.warn("step_rule", "step.rule global needs a global policy; classic was used.");
    }
    const RollbackAdvice advice = adviseRollback(state, currentCost, p.step.rollback);
    if (Status s = run.endPhase(result); !s) return s.error();

    if (advice == RollbackAdvice::Restore) {
      restoreBest(state, data, pointersTo(sampling), p, result);
    } else {
      if (Status stepped = stepLocally(run, state, data, sampling, result); !stepped) return stepped.error();
    }
    rememberModels(state, data, sampling, nullptr);

    run.beginPhase("evaluate");
    if (Status s = evaluateAll(run, state, result); !s) return s.error();
    if (Status s = run.endPhase(result); !s) return s.error();
    state.iteration = run.iteration();
    return result;
  }
};

}  // namespace

std::unique_ptr<Algorithm> makeTrajopt() {
  return std::make_unique<Trajopt>();
}

}  // namespace gps
