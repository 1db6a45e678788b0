// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/common_steps.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/algorithms/start_controllers.h"

namespace gps {

namespace {

/// Prior of the policy linearisation where no mixture is wanted: weak, towards small gains (F2).
JointPrior constantPolicyPrior(int dX, int dU) {
  constexpr double kStrength = 1e-4;
  NiwPrior niw;
  niw.mu0 = Vector::Zero(dX + dU);
  niw.Phi = Matrix::Zero(dX + dU, dX + dU);
  niw.Phi.diagonal().head(dX).setConstant(kStrength);
  niw.Phi.diagonal().tail(dU).setConstant(kStrength * 1e-5);
  niw.n0 = kStrength;
  return FixedPrior{{niw}};
}

}  // namespace

RowMatrix deviations(const LinearGaussianController& controller) {
  RowMatrix result(controller.horizon(), controller.dU());
  for (int t = 0; t < controller.horizon(); ++t) {
    result.row(t) = controller.step(t).C.diagonal().cwiseSqrt().transpose();
  }
  return result;
}

double gainNorm(const LinearGaussianController& controller) {
  double sum = 0.0;
  for (const LinearGaussianController::Step& step : controller.steps()) sum += step.K.squaredNorm();
  return std::sqrt(sum / controller.horizon());
}

void extendStageCosts(ConditionState& condition, const RowMatrix& costs) {
  const Vector low = costs.colwise().minCoeff().transpose();
  const Vector high = costs.colwise().maxCoeff().transpose();
  const bool first = condition.stageCostMin.size() == 0;
  condition.stageCostMin = first ? low : Vector(condition.stageCostMin.cwiseMin(low));
  condition.stageCostMax = first ? high : Vector(condition.stageCostMax.cwiseMax(high));
}

bool allFinite(const Marginals& marginals) {
  const auto finite = [](const auto& part) { return part.allFinite(); };
  return std::all_of(marginals.mean.begin(), marginals.mean.end(), finite) &&
         std::all_of(marginals.cov.begin(), marginals.cov.end(), finite);
}

Error inCondition(const Error& error, const Task& task, int condition) {
  Error placed = error;
  const std::string name = "condition " + task.conditions[static_cast<std::size_t>(condition)];
  placed.where = placed.where.empty() ? name : name + ", " + placed.where;
  return placed;
}

Result<AlgorithmState> freshState(const Task& task, const Parameters& p, bool withPolicy) {
  auto controllers = startControllers(task, p.init);
  if (!controllers) return controllers.error();
  AlgorithmState state;
  for (std::shared_ptr<const LinearGaussianController>& controller : *controllers) {
    ConditionState condition;
    condition.controller = std::move(controller);
    condition.eta = p.lqr.eta0;
    if (p.dynamics.gmm) condition.dynamicsPrior = MixturePrior{};
    else condition.dynamicsPrior = WindowPrior{};
    if (withPolicy) {
      condition.policyPrior =
          p.dynamics.gmm ? JointPrior(MixturePrior{}) : constantPolicyPrior(task.dX, task.dU);
    }
    state.conditions.push_back(std::move(condition));
  }
  if (withPolicy) {
    state.policy = NeuralPolicy::create(task.dO, task.dU, p.policy, makeRng(p.run.seed, Purpose::NetInit));
  }
  return state;
}

double modelCost(const LinearGaussianController& controller, const LinearGaussianDynamics& dynamics,
                 const QuadraticCost& cost) {
  return expectedCost(forwardPass(controller, dynamics), cost).sum();
}

CStepProblem cStepProblem(RunContext& run, const AlgorithmState& state, const std::vector<ConditionData>& all,
                          std::size_t index) {
  const Parameters& p = run.parameters();
  const ConditionState& condition = state.conditions[index];
  const ConditionData& data = all[index];
  CStepProblem problem;
  problem.dynamics = data.dynamics.get();
  problem.cost = data.quadratic.get();
  problem.terms.maxEnt = p.lqr.maxEnt;
  problem.epsilon = p.lqr.klStep * condition.stepMult * run.task().T;
  problem.eta = condition.eta;
  problem.covMax = p.lqr.covMax ? *p.lqr.covMax : run.task().defaultCovMax();
  problem.params = p.lqr;
  problem.keepGoing = [&run] { return run.keepGoing(); };
  problem.name = run.task().conditions[index];
  return problem;
}

void recordCStep(RunContext& run, AlgorithmState& state, const std::vector<CStepResult>& steps,
                 IterationResult& result, bool sharedEta) {
  const Parameters& p = run.parameters();
  MetricTable& metrics = result.report.metrics;
  double meanKl = 0.0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CStepResult& step = steps[i];
    meanKl += step.kl / static_cast<double>(steps.size());
    const int index = static_cast<int>(i);
    ConditionState& condition = state.conditions[i];
    condition.eta = step.nextEta;
    condition.controller = std::make_shared<const LinearGaussianController>(step.controller);
    metrics.set(Metric::Kl, index, step.kl);
    metrics.set(Metric::KlBound, index, p.lqr.klStep * condition.stepMult * run.task().T);
    metrics.set(Metric::Eta, index, step.eta);
    metrics.set(Metric::EtaRaises, index, step.raises);
    metrics.set(Metric::StepMult, index, condition.stepMult);
    metrics.set(Metric::EntropyLocal, index, step.controller.entropy());
    metrics.set(Metric::DualEvaluations, index, static_cast<double>(step.trace.size()));
    metrics.set(Metric::GainNorm, index, gainNorm(step.controller));
    metrics.setFinite(Metric::QuuMin, index, step.minQuu.minCoeff());

    TimeSeries& series = result.report.series[i];
    series.kl = step.klPerStep;
    series.minQuu = step.minQuu;
    series.std = deviations(step.controller);
    series.eta = Eigen::Map<const Vector>(step.etaPerStep.data(), static_cast<Eigen::Index>(step.etaPerStep.size()));
    // What a plot cannot show: an eta at which the closed loop overflows.
    result.report.dualTrace[i].clear();
    std::copy_if(step.trace.begin(), step.trace.end(), std::back_inserter(result.report.dualTrace[i]),
                 [](const DualPoint& point) { return std::isfinite(point.kl); });
    ConditionView& view = result.views[i];
    view.controller = condition.controller;
    view.localMarginals = std::make_shared<const Marginals>(step.marginals);
    if (!step.converged && !step.slack) {
      // One search served all: no condition is to blame.
      result.report.warn("eta_search", "The search for eta ended before the KL met its bound.",
                         sharedEta ? std::nullopt : std::optional(index));
    }
  }
  if (sharedEta) metrics.set(Metric::KlMean, meanKl);
}

IterationResult beginResult(const AlgorithmState& before, RunContext& run) {
  IterationResult result;
  result.state = before;
  const std::size_t M = before.conditions.size();
  result.report.iteration = run.iteration();
  result.report.metrics = MetricTable(static_cast<int>(M));
  result.report.series.resize(M);
  result.report.dualTrace.resize(M);
  result.views.resize(M);
  return result;
}

std::vector<std::shared_ptr<const LinearGaussianController>> controllersOf(const AlgorithmState& state) {
  std::vector<std::shared_ptr<const LinearGaussianController>> controllers;
  for (const ConditionState& condition : state.conditions) controllers.push_back(condition.controller);
  return controllers;
}

std::vector<const LinearGaussianController*> pointersTo(
    const std::vector<std::shared_ptr<const LinearGaussianController>>& controllers) {
  std::vector<const LinearGaussianController*> pointers;
  for (const std::shared_ptr<const LinearGaussianController>& controller : controllers) {
    pointers.push_back(controller.get());
  }
  return pointers;
}

Status stepLocally(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                   const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                   IterationResult& result, const std::function<void(CStepProblem&)>& adjust) {
  run.beginPhase("c_step");
  std::vector<std::optional<CStepResult>> found(data.size());
  Status stepped = run.forEachCondition([&](int index) -> Status {
    const std::size_t i = static_cast<std::size_t>(index);
    CStepProblem problem = cStepProblem(run, state, data, i);
    problem.terms.reference = sampling[i].get();
    if (adjust) adjust(problem);
    Result<CStepResult> step = cStep(problem);
    if (!step) return inCondition(step.error(), run.task(), index);
    found[i] = *std::move(step);
    return Done{};
  });
  if (!stepped) return stepped;
  recordCStep(run, state, unwrapped(std::move(found)), result);
  for (std::size_t i = 0; i < data.size(); ++i) {
    result.report.metrics.set(Metric::ModelCost, static_cast<int>(i),
                              expectedCost(*result.views[i].localMarginals, *data[i].quadratic).sum());
  }
  return run.endPhase(result);
}

void recordStepCosts(const StepCosts& costs, int condition, IterationResult& result) {
  MetricTable& metrics = result.report.metrics;
  if (costs.previous) metrics.setFinite(Metric::CostPrevious, condition, *costs.previous);
  if (costs.promised) metrics.setFinite(Metric::CostPromised, condition, *costs.promised);
  metrics.setFinite(Metric::CostLocalNow, condition, costs.local);
  if (costs.global) metrics.setFinite(Metric::CostGlobalNow, condition, *costs.global);
  result.report.step.costs.resize(result.state.conditions.size());
  result.report.step.costs[static_cast<std::size_t>(condition)] = costs;
}

void adaptCondition(const StepImprovement& improvement, int condition, AlgorithmState& state, const Parameters& p,
                    IterationResult& result) {
  const double predicted = improvement.predicted, actual = improvement.actual;
  constexpr const char* kNames[] = {"classic", "global", "mc", "fixed"};
  result.report.stepRule = kNames[static_cast<std::size_t>(p.step.rule)];
  ConditionState& memory = state.conditions[static_cast<std::size_t>(condition)];
  StepDecision decision = adaptStep(predicted, actual, memory.stepMult, p.lqr);
  if (p.step.rule == StepRule::Fixed) decision.stepMult = memory.stepMult;
  memory.stepMult = decision.stepMult;
  StepRecord& record = result.report.step;
  record.decisions.resize(state.conditions.size());
  record.decisions[static_cast<std::size_t>(condition)] = decision;
  record.params = p.lqr;
  record.rule = p.step.rule;
  result.report.metrics.setFinite(Metric::Predicted, condition, predicted);
  result.report.metrics.setFinite(Metric::Actual, condition, actual);
  result.report.metrics.setFinite(Metric::StepRatio, condition, actual / predicted);
  if (!std::isfinite(predicted) || !std::isfinite(actual)) {
    result.report.warn("cost_not_finite",
                       "A cost behind the step rule is not finite: under the fitted models a closed loop explodes. "
                       "The step shrinks; ridges (dyn.reg_rel, pol.lin_reg_rel) may help.",
                       condition);
  }
  if (decision.negativePrediction && p.step.rule != StepRule::Fixed) {
    result.report.warn("negative_prediction",
                       "The last C-step predicted no improvement (negative_predicted_improvement).", condition);
  }
}

Status trainOn(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
               const std::vector<std::shared_ptr<const LinearGaussianController>>& controllers,
               bool withMultipliers, double entropyReg, int round, IterationResult& result) {
  std::vector<ConditionTargets> targets(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    targets[i].rollouts = data[i].trajectories;
    targets[i].controller = controllers[i].get();
    targets[i].multipliers = withMultipliers ? &state.conditions[i].multipliers : nullptr;
  }
  Result<PolicyDataset> dataset = policyTargets(targets, [&run] { return run.keepGoing(); });
  if (!dataset) return dataset.error();
  const Parameters& p = run.parameters();
  if (!withMultipliers && p.mdgps.sStepKl == SStepKl::Forward) {
    // Unweighted likelihood: every precision is I, and Sigma_pi = mean[C + d d'] (F3).
    const int dU = run.task().dU;
    RowMatrix meanC = RowMatrix::Zero(dU, dU);
    int count = 0;
    for (const std::shared_ptr<const LinearGaussianController>& controller : controllers) {
      for (const LinearGaussianController::Step& step : controller->steps()) {
        meanC += step.C;
        ++count;
      }
    }
    dataset->targetCovariance = meanC / count;
    for (Matrix& precision : dataset->precision) precision.setIdentity();
  }
  Result<TrainedPolicy> trained = run.trainPolicy(*state.policy, *dataset, entropyReg, round);
  if (!trained) return trained.error();
  state.policy = trained->policy;
  result.report.training = std::move(trained->log);
  return Done{};
}

}  // namespace gps
