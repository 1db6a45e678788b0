// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "core/algorithms/algorithms.h"
#include "core/algorithms/evaluation_steps.h"
#include "core/algorithms/model_steps.h"
#include "core/algorithms/rollback.h"

namespace gps {

namespace {

/// GPS by Bregman ADMM [Levine16]: controllers and policy are pulled together by KL penalties rho_t and
/// multipliers lambda_t on the mean action; the trust region is around the previous controller (E).
class Badmm final : public Algorithm {
 public:
  std::string_view id() const override { return "badmm"; }

  std::span<const Phase> phases() const override {
    static const std::array<Phase, 8> kPhases{{
        {"sample", "Sample", "Draw noisy rollouts from every local controller and evaluate their cost."},
        {"dynamics", "Fit dynamics", "Fit time-varying linear-Gaussian dynamics to the rollouts, with the mixture as prior."},
        {"step_rule", "Step rule", "Compare the promised with the actual improvement and adapt the step size."},
        {"s_step", "S-step", "Train the network on the controllers' actions, shifted by the multipliers."},
        {"linearise", "Linearise policy", "Fit a linear-Gaussian controller to the network around every condition."},
        {"dual", "Dual step", "Raise lambda where policy and controller disagree in their mean action."},
        {"c_step", "C-step", "Improve every controller under penalties that pull it towards the policy."},
        {"evaluate", "Evaluate", "Roll policy and controllers out without noise."},
    }};
    return kPhases;
  }

  Result<AlgorithmState> start(const Task& task, const Parameters& p) const override {
    Result<AlgorithmState> state = freshState(task, p, /*withPolicy=*/true);
    if (!state) return state;
    for (ConditionState& condition : state->conditions) {
      const std::size_t T = static_cast<std::size_t>(task.T);
      condition.multipliers.lambda.assign(T, Vector::Zero(task.dU));
      condition.multipliers.lambdaK.assign(T, Matrix::Zero(task.dU, task.dX));
      condition.multipliers.rho = Vector::Constant(task.T, p.badmm.rho0);
    }
    return state;
  }

  Result<IterationResult> iterate(const AlgorithmState& before, RunContext& run) const override {
    IterationResult result = beginResult(before, run);
    AlgorithmState& state = result.state;
    const Parameters& p = run.parameters();
    const bool first = before.iteration == 0;
    const std::vector<std::shared_ptr<const LinearGaussianController>> sampling = controllersOf(state);
    const double entropyReg = geometricSchedule(p.badmm.entropyReg, run.iteration() - 1, p.run.iterations);
    const double rhoStep = geometricSchedule(p.badmm.rhoStep, run.iteration() - 1, p.run.iterations);

    Result<std::vector<ConditionData>> sampled = sampleAndFit(run, state, /*onPolicy=*/false, result);
    if (!sampled) return sampled.error();
    std::vector<ConditionData>& data = *sampled;
    warnBehindStart(state, data, result);

    run.beginPhase("step_rule");
    extendPolicyWindow(state, data, SampleMode::Add, p.dynamics.gmmMaxRollouts);
    Result<std::vector<LinearisedPolicy>> linearised =
        lineariseAll(run, state, data, /*updatePrior=*/true, ResidualMode::Full, &result.report);
    if (!linearised) return linearised.error();
    const double currentCost = applyStepRule(state, data, sampling, *linearised, p, result);
    const RollbackAdvice advice = adviseRollback(state, currentCost, p.step.rollback);
    if (Status s = run.endPhase(result); !s) return s.error();

    if (advice == RollbackAdvice::Restore) {
      restoreBest(state, data, pointersTo(sampling), p, result);
    } else {
      for (int inner = 0; inner < p.badmm.inner; ++inner) {
        const bool last = inner == p.badmm.inner - 1;
        // The very first controllers are not worth imitating: the policy joins after the first C-step.
        const bool withPolicy = !(first && inner == 0);
        if (withPolicy) {
          run.beginPhase("s_step");
          recordBeforeTraining(state, data, result);
          if (Status s = trainOn(run, state, data, controllersOf(state), true, entropyReg, inner, result); !s) {
            return s.error();
          }
          if (Status s = run.endPhase(result); !s) return s.error();
        }
        run.beginPhase("linearise");
        linearised = lineariseAll(run, state, data, /*updatePrior=*/true, ResidualMode::Full, &result.report);
        if (!linearised) return linearised.error();
        if (Status s = run.endPhase(result); !s) return s.error();
        if (withPolicy) {
          run.beginPhase("dual");
          dualSteps(state, data, sampling, *linearised, rhoStep, last, p);
          if (Status s = run.endPhase(result); !s) return s.error();
        }
        run.beginPhase("c_step");
        if (Status s = cSteps(run, state, data, sampling, *linearised, result); !s) return s.error();
        recordMultipliers(state, result);
        if (Status s = run.endPhase(result); !s) return s.error();
      }
    }
    rememberModels(state, data, sampling, &*linearised);

    run.beginPhase("evaluate");
    if (Status s = evaluateAll(run, state, result); !s) return s.error();
    if (Status s = recordPolicy(run, state, data, ResidualMode::Full, result); !s) return s.error();
    recordMultipliers(state, result);
    if (Status s = run.endPhase(result); !s) return s.error();
    state.iteration = run.iteration();
    return result;
  }

 private:
  /// C2 on the augmented objective, per condition: previous and promised with the previous linearisation, actual
  /// with the current one, the current rho in all three.
  static double applyStepRule(AlgorithmState& state, const std::vector<ConditionData>& data,
                              const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                              const std::vector<LinearisedPolicy>& linearised, const Parameters& p,
                              IterationResult& result) {
    double mean = 0.0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      ConditionState& condition = state.conditions[i];
      const Vector& rho = condition.multipliers.rho;
      const Marginals nowMarginals = forwardPass(*sampling[i], *data[i].dynamics);
      mean += expectedCost(nowMarginals, *data[i].quadratic).sum() / static_cast<double>(data.size());
      const int index = static_cast<int>(i);
      StepCosts costs;
      costs.local = augmentedCost(nowMarginals, *data[i].quadratic, *sampling[i], linearised[i].controller, rho);
      costs.global = modelCost(linearised[i].controller, *data[i].dynamics, *data[i].quadratic);
      costs.sampled = data[i].sampledCost;
      const bool compared = condition.dynamics && !state.skipStepRule;
      if (compared) {
        const Marginals before = forwardPass(*condition.samplingController, *condition.dynamics);
        const Marginals promised = forwardPass(*sampling[i], *condition.dynamics);
        costs.previous = augmentedCost(before, *condition.cost, *condition.samplingController, *condition.linearised, rho);
        costs.promised = augmentedCost(promised, *condition.cost, *sampling[i], *condition.linearised, rho);
        costs.plainPrevious = modelCost(*condition.linearised, *condition.dynamics, *condition.cost);
        costs.plainPromised = expectedCost(promised, *condition.cost).sum();
        costs.sampledPrevious = condition.sampledCost;
      }
      recordStepCosts(costs, index, result);
      if (compared) adaptCondition(*improvementOf(p.step.rule, costs), index, state, p, result);
    }
    state.skipStepRule = false;
    return mean;
  }

  static void dualSteps(AlgorithmState& state, const std::vector<ConditionData>& data,
                        const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                        const std::vector<LinearisedPolicy>& linearised, double rhoStep, bool last,
                        const Parameters& p) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      ConditionState& condition = state.conditions[i];
      condition.multipliers = dualStep(std::move(condition.multipliers), *condition.controller,
                                       linearised[i].controller, *state.policy, data[i].trajectories, p.badmm);
      if (!last) continue;
      // The divergence belongs to the controllers that drew the rollouts; lambda has used the old rho.
      const Vector kl = klControllerPolicy(*sampling[i], *state.policy, data[i].trajectories);
      condition.multipliers.rho = adaptRho(condition.multipliers.rho, kl, condition.previousKl, rhoStep, p.badmm);
      condition.previousKl = kl;
    }
  }

  static Status cSteps(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                       const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                       const std::vector<LinearisedPolicy>& linearised, IterationResult& result) {
    std::vector<std::optional<CStepResult>> found(data.size());
    Status status = run.forEachCondition([&](int index) -> Status {
      const std::size_t i = static_cast<std::size_t>(index);
      const Multipliers& multipliers = state.conditions[i].multipliers;
      CStepProblem problem = cStepProblem(run, state, data, i);
      problem.terms.reference = sampling[i].get();
      problem.terms.policy = &linearised[i].controller;
      problem.terms.rho = {multipliers.rho.data(), static_cast<std::size_t>(multipliers.rho.size())};
      problem.terms.lambda = multipliers.lambda;
      problem.terms.lambdaK = multipliers.lambdaK;
      Result<CStepResult> step = cStep(problem);
      if (!step) return inCondition(step.error(), run.task(), index);
      found[i] = *std::move(step);
      return Done{};
    });
    if (!status) return status;
    recordCStep(run, state, unwrapped(std::move(found)), result);
    for (std::size_t i = 0; i < data.size(); ++i) {
      result.report.metrics.set(Metric::ModelCost, static_cast<int>(i),
                                expectedCost(*result.views[i].localMarginals, *data[i].quadratic).sum());
    }
    return Done{};
  }

  static void recordMultipliers(const AlgorithmState& state, IterationResult& result) {
    for (std::size_t i = 0; i < state.conditions.size(); ++i) {
      const int index = static_cast<int>(i);
      const Multipliers& multipliers = state.conditions[i].multipliers;
      TimeSeries& series = result.report.series[i];
      series.rho = multipliers.rho;
      series.lambda.resize(multipliers.rho.size());
      for (Eigen::Index t = 0; t < series.lambda.size(); ++t) {
        series.lambda[t] = multipliers.lambda[static_cast<std::size_t>(t)].norm();
      }
      Vector sorted = multipliers.rho;
      std::sort(sorted.begin(), sorted.end());
      const Eigen::Index top = sorted.size() - 1;
      MetricTable& metrics = result.report.metrics;
      metrics.set(Metric::Rho, index, multipliers.rho.mean());
      metrics.set(Metric::RhoLow, index, sorted[top / 10]);
      metrics.set(Metric::RhoHigh, index, sorted[top - top / 10]);
      metrics.set(Metric::LambdaNorm, index, series.lambda.norm());
    }
  }
};

}  // namespace

std::unique_ptr<Algorithm> makeBadmm() {
  return std::make_unique<Badmm>();
}

}  // namespace gps
