// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/algorithms/algorithms.h"
#include "core/algorithms/evaluation_steps.h"
#include "core/algorithms/model_steps.h"
#include "core/algorithms/rollback.h"
#include "core/base/expects.h"

namespace gps {

namespace {

/// Mirror-descent GPS [Montgomery16]: C-steps within a KL ball around the linearised policy, S-steps that project
/// the policy back onto the controllers (F1-F4).
class Mdgps final : public Algorithm {
 public:
  std::string_view id() const override { return "mdgps"; }

  std::span<const Phase> phases() const override {
    static const std::array<Phase, 8> kPhases{{
        {"sample", "Sample", "Draw noisy rollouts (from the controllers, or on policy) and evaluate their cost."},
        {"dynamics", "Fit dynamics", "Fit time-varying linear-Gaussian dynamics to the rollouts, with the mixture as prior."},
        {"first_s_step", "First S-step",
         "First iteration only: train the network on the initial controllers, so that it starts near them.", true,
         "s_step"},
        {"linearise", "Linearise policy", "Fit a linear-Gaussian controller to the network around every condition."},
        {"step_rule", "Step rule", "Compare the promised with the actual improvement and adapt the step size."},
        {"c_step", "C-step", "Improve every local controller, within its KL bound from the linearised policy."},
        {"s_step", "S-step", "Train the network to imitate the new controllers: the mirror projection."},
        {"evaluate", "Evaluate", "Roll policy and controllers out without noise."},
    }};
    return kPhases;
  }

  Result<AlgorithmState> start(const Task& task, const Parameters& parameters) const override {
    return freshState(task, parameters, /*withPolicy=*/true);
  }

  Result<IterationResult> iterate(const AlgorithmState& before, RunContext& run) const override {
    IterationResult result = beginResult(before, run);
    AlgorithmState& state = result.state;
    const Parameters& p = run.parameters();
    const bool first = before.iteration == 0;
    const std::vector<std::shared_ptr<const LinearGaussianController>> sampling = controllersOf(state);

    // The first iteration always samples the initial controllers: there is no policy worth sampling yet.
    Result<std::vector<ConditionData>> sampled = sampleAndFit(run, state, p.mdgps.onPolicy && !first, result);
    if (!sampled) return sampled.error();
    std::vector<ConditionData>& data = *sampled;
    warnBehindStart(state, data, result);

    if (first) {
      run.beginPhase("first_s_step");
      if (Status s = trainOn(run, state, data, sampling, false, p.policy.entropyReg, 0, result); !s) return s.error();
      if (Status s = run.endPhase(result); !s) return s.error();
    }

    run.beginPhase("linearise");
    extendPolicyWindow(state, data, p.mdgps.sampleMode, p.dynamics.gmmMaxRollouts);
    Result<std::vector<LinearisedPolicy>> linearised =
        lineariseAll(run, state, data, /*updatePrior=*/true, p.mdgps.sResidual, &result.report);
    if (!linearised) return linearised.error();
    if (Status s = run.endPhase(result); !s) return s.error();

    run.beginPhase("step_rule");
    const double currentCost = applyStepRule(state, data, sampling, *linearised, p, result);
    const RollbackAdvice advice = adviseRollback(state, currentCost, p.step.rollback);
    if (Status s = run.endPhase(result); !s) return s.error();

    if (advice == RollbackAdvice::Restore) {
      std::vector<const LinearGaussianController*> centres;
      for (const LinearisedPolicy& pibar : *linearised) centres.push_back(&pibar.controller);
      restoreBest(state, data, centres, p, result);
    } else {
      run.beginPhase("c_step");
      Result<std::vector<CStepResult>> steps = cSteps(run, state, data, *linearised);
      if (!steps) return steps.error();
      recordCStep(run, state, *steps, result, p.mdgps.sharedEta);
      for (std::size_t i = 0; i < data.size(); ++i) {
        result.report.metrics.set(Metric::ModelCost, static_cast<int>(i),
                                  expectedCost(*result.views[i].localMarginals, *data[i].quadratic).sum());
      }
      if (Status s = run.endPhase(result); !s) return s.error();

      run.beginPhase("s_step");
      recordBeforeTraining(state, data, result);
      if (Status s = trainOn(run, state, data, controllersOf(state), false, p.policy.entropyReg, 1, result); !s) {
        return s.error();
      }
      if (Status s = run.endPhase(result); !s) return s.error();
    }
    rememberModels(state, data, sampling, &*linearised);

    run.beginPhase("evaluate");
    if (Status s = evaluateAll(run, state, result); !s) return s.error();
    if (Status s = recordPolicy(run, state, data, p.mdgps.sResidual, result); !s) return s.error();
    if (Status s = run.endPhase(result); !s) return s.error();
    state.iteration = run.iteration();
    return result;
  }

 private:
  /// F4: one improvement, averaged over the conditions, drives every condition's multiplier. Returns the cost
  /// that the rollback watches: of the local controllers under the current model. (The linearised policy's is too
  /// rough for that: with few rollouts its regression may explode where the network itself is sound.)
  static double applyStepRule(AlgorithmState& state, const std::vector<ConditionData>& data,
                              const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                              const std::vector<LinearisedPolicy>& linearised, const Parameters& p,
                              IterationResult& result) {
    std::vector<StepCosts> all;
    const bool known = state.conditions[0].dynamics != nullptr;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const ConditionState& condition = state.conditions[i];
      StepCosts costs;
      costs.local = modelCost(*sampling[i], *data[i].dynamics, *data[i].quadratic);
      costs.global = modelCost(linearised[i].controller, *data[i].dynamics, *data[i].quadratic);
      costs.sampled = data[i].sampledCost;
      if (known) {
        costs.previous = modelCost(*condition.linearised, *condition.dynamics, *condition.cost);
        costs.promised = modelCost(*sampling[i], *condition.dynamics, *condition.cost);
        costs.sampledPrevious = condition.sampledCost;
      }
      recordStepCosts(costs, static_cast<int>(i), result);
      all.push_back(costs);
    }
    const StepCosts mean = meanCosts(all);
    if (known && !state.skipStepRule) {
      // What a fixed step reports is what the global rule would compare.
      const StepRule rule = p.step.rule == StepRule::Fixed ? StepRule::Global : p.step.rule;
      const std::optional<StepImprovement> improvement = improvementOf(rule, mean);
      GPS_EXPECTS(improvement.has_value(), "the costs of the last iteration are known");
      for (std::size_t i = 0; i < data.size(); ++i) adaptCondition(*improvement, static_cast<int>(i), state, p, result);
      result.report.step.averaged = true;
    }
    state.skipStepRule = false;
    return mean.local;
  }

  static Result<std::vector<CStepResult>> cSteps(RunContext& run, AlgorithmState& state,
                                                 const std::vector<ConditionData>& data,
                                                 const std::vector<LinearisedPolicy>& linearised) {
    const auto problemOf = [&](std::size_t i) {
      CStepProblem problem = cStepProblem(run, state, data, i);
      problem.terms.reference = &linearised[i].controller;
      return problem;
    };
    if (run.parameters().mdgps.sharedEta) {
      std::vector<CStepProblem> problems;
      for (std::size_t i = 0; i < data.size(); ++i) problems.push_back(problemOf(i));
      return cStepShared(problems);
    }
    std::vector<std::optional<CStepResult>> found(data.size());
    Status status = run.forEachCondition([&](int index) -> Status {
      const std::size_t i = static_cast<std::size_t>(index);
      Result<CStepResult> step = cStep(problemOf(i));
      if (!step) return inCondition(step.error(), run.task(), index);
      found[i] = *std::move(step);
      return Done{};
    });
    if (!status) return status.error();
    return unwrapped(std::move(found));
  }
};

}  // namespace

std::unique_ptr<Algorithm> makeMdgps() {
  return std::make_unique<Mdgps>();
}

}  // namespace gps
