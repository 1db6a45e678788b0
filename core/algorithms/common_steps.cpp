// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/common_steps.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

#include "core/algorithms/bounds.h"
#include "core/math/linalg.h"
#include "core/policy/initial_controllers.h"

namespace gps {

namespace {

MixtureSettings mixtureSettings(const Parameters& p, RunContext& run) {
  MixtureSettings settings;
  settings.maxClusters = p.dynamics.gmmClusters;
  settings.minPointsPerCluster = p.dynamics.gmmMinPoints;
  settings.maxRollouts = p.dynamics.gmmMaxRollouts;
  settings.whiten = p.dynamics.whiten;
  settings.em.keepGoing = [&run] { return run.keepGoing(); };
  return settings;
}

/// Prior of the policy linearisation from neighbouring steps, every point re-evaluated with `policy`.
JointPrior policyWindowPrior(const GlobalPolicy& policy, const ConditionState& condition, int halfWidth) {
  WindowPrior prior{{}, halfWidth};
  for (const std::shared_ptr<const Trajectory>& trajectory : condition.policyWindow) {
    prior.rollouts.push_back(policyPoints(policy, *trajectory));
  }
  return prior;
}

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

std::vector<RowMatrix> transitionsOf(const ConditionData& data) {
  std::vector<RowMatrix> fresh;
  for (const Trajectory& trajectory : data.trajectories) fresh.push_back(transitions(trajectory));
  return fresh;
}

/// Adds this iteration's transitions to a condition's kept rollouts; the oldest beyond dyn.gmm_max_rollouts go.
void extendKept(std::vector<RowMatrix>& kept, const ConditionData& data, const DynamicsParams& p) {
  for (RowMatrix& fresh : transitionsOf(data)) kept.push_back(std::move(fresh));
  const std::size_t limit = static_cast<std::size_t>(p.gmmMaxRollouts);
  if (kept.size() > limit) kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(limit));
}

double likelihoodPerPoint(const MixtureUpdate& update) {
  Eigen::Index points = 0;
  for (const RowMatrix& rollout : update.prior.window) points += rollout.rows();
  return update.logLikelihood.empty() || points == 0 ? 0.0
                                                     : update.logLikelihood.back() / static_cast<double>(points);
}

/// Learns one mixture from the kept rollouts of all conditions. Each keeps its own rollouts, so that the prior can
/// be shared and taken apart again at any time. Returns the log likelihood per point.
Result<double> updateSharedPrior(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data) {
  const Parameters& p = run.parameters();
  MixturePrior all;
  all.mixture = std::get<MixturePrior>(state.conditions[0].dynamicsPrior).mixture;
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    MixturePrior& own = std::get<MixturePrior>(state.conditions[i].dynamicsPrior);
    extendKept(own.window, data[i], p.dynamics);
    all.window.insert(all.window.end(), own.window.begin(), own.window.end());
  }
  MixtureSettings settings = mixtureSettings(p, run);
  settings.maxRollouts = static_cast<int>(all.window.size());
  Result<MixtureUpdate> update = updateMixture(std::move(all), {}, settings, run.rng(Purpose::GmmInit, 0));
  if (!update) return update.error();
  for (ConditionState& condition : state.conditions) {
    std::get<MixturePrior>(condition.dynamicsPrior).mixture = update->prior.mixture;
  }
  return likelihoodPerPoint(*update);
}

/// The same for one condition alone.
Result<double> updateOwnPrior(RunContext& run, MixturePrior& prior, const ConditionData& data, int condition) {
  Result<MixtureUpdate> update =
      updateMixture(std::move(prior), transitionsOf(data), mixtureSettings(run.parameters(), run),
                    run.rng(Purpose::GmmInit, condition));
  if (!update) return update.error();
  const double likelihood = likelihoodPerPoint(*update);
  prior = std::move(update->prior);
  return likelihood;
}

/// Standard deviations of the actions (T x dU).
RowMatrix deviations(const LinearGaussianController& controller) {
  RowMatrix result(controller.horizon(), controller.dU());
  for (int t = 0; t < controller.horizon(); ++t) {
    result.row(t) = controller.step(t).C.diagonal().cwiseSqrt().transpose();
  }
  return result;
}

/// Root mean square over t of |K_t|.
double gainNorm(const LinearGaussianController& controller) {
  double sum = 0.0;
  for (const LinearGaussianController::Step& step : controller.steps()) sum += step.K.squaredNorm();
  return std::sqrt(sum / controller.horizon());
}

/// Widens the range of the stage costs seen so far by some rollouts (N x T).
void extendStageCosts(ConditionState& condition, const RowMatrix& costs) {
  const Vector low = costs.colwise().minCoeff().transpose();
  const Vector high = costs.colwise().maxCoeff().transpose();
  const bool first = condition.stageCostMin.size() == 0;
  condition.stageCostMin = first ? low : Vector(condition.stageCostMin.cwiseMin(low));
  condition.stageCostMax = first ? high : Vector(condition.stageCostMax.cwiseMax(high));
}

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

/// Size and noise of the fitted dynamics over the T-1 transitions.
void recordDynamics(const LinearGaussianDynamics& dynamics, int condition, MetricTable& metrics) {
  const int steps = dynamics.horizon() - 1;
  if (steps < 1) return;
  double norm = 0.0;
  double noise = 0.0;
  for (int t = 0; t < steps; ++t) {
    norm += dynamics.F[static_cast<std::size_t>(t)].squaredNorm() / steps;
    noise += dynamics.W[static_cast<std::size_t>(t)].trace() / steps;
  }
  metrics.setFinite(Metric::DynamicsNorm, condition, std::sqrt(norm));
  metrics.setFinite(Metric::DynamicsNoise, condition, noise);
}

bool allFinite(const Marginals& marginals) {
  const auto finite = [](const auto& part) { return part.allFinite(); };
  return std::all_of(marginals.mean.begin(), marginals.mean.end(), finite) &&
         std::all_of(marginals.cov.begin(), marginals.cov.end(), finite);
}

double meanOf(const Vector& v) {
  return v.size() == 0 ? 0.0 : v.mean();
}

}  // namespace

Error inCondition(const Error& error, const Task& task, int condition) {
  Error placed = error;
  const std::string name = "condition " + task.conditions[static_cast<std::size_t>(condition)];
  placed.where = placed.where.empty() ? name : name + ", " + placed.where;
  return placed;
}

Result<AlgorithmState> freshState(const Task& task, const Parameters& p, bool withPolicy) {
  AlgorithmState state;
  for (int i = 0; i < task.conditionCount(); ++i) {
    InitProblem problem;
    problem.T = task.T;
    problem.dU = task.dU;
    problem.dt = task.dt;
    problem.x0 = task.x0[static_cast<std::size_t>(i)];
    problem.gains = task.initGains;
    problem.acc = task.initAcc;
    Result<LinearGaussianController> controller = initialController(p.init, problem);
    if (!controller) return inCondition(controller.error(), task, i);
    ConditionState condition;
    condition.controller = std::make_shared<const LinearGaussianController>(*std::move(controller));
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

Result<std::vector<ConditionData>> sampleAndCost(RunContext& run, AlgorithmState& state, bool onPolicy,
                                                 IterationResult& result) {
  const Task& task = run.task();
  const std::size_t M = state.conditions.size();
  std::vector<Actor> actors(M);
  for (std::size_t i = 0; i < M; ++i) {
    if (onPolicy) actors[i].policy = state.policy.get();
    else actors[i].controller = state.conditions[i].controller.get();
  }
  Result<std::vector<std::vector<Rollout>>> drawn = run.sample(actors);
  if (!drawn) return drawn.error();

  MetricTable& metrics = result.report.metrics;
  std::vector<ConditionData> data(M);
  for (std::size_t i = 0; i < M; ++i) {
    ConditionData& d = data[i];
    for (Rollout& rollout : (*drawn)[i]) {
      d.trajectories.push_back(rollout.trajectory);
      d.rollouts.push_back(std::make_shared<const Rollout>(std::move(rollout)));
    }
    state.rollouts += static_cast<long>(d.rollouts.size());
  }
  const ExpansionOptions options{run.parameters().cost.hess, run.parameters().lqr.convexify};
  Status expanded = run.forEachCondition([&](int i) -> Status {
    ConditionData& d = data[static_cast<std::size_t>(i)];
    Result<CostModel> costs = expandAround(run.cost(i), d.trajectories, options);
    if (!costs) return inCondition(costs.error(), task, i);
    d.costs = *std::move(costs);
    d.quadratic = std::make_shared<const QuadraticCost>(d.costs.quadratic);
    return Done{};
  });
  if (!expanded) return expanded.error();

  for (int i = 0; i < static_cast<int>(M); ++i) {
    ConditionData& d = data[static_cast<std::size_t>(i)];
    const Vector totals = d.costs.sampleCosts.rowwise().sum();
    d.sampledCost = totals.mean();
    extendStageCosts(state.conditions[static_cast<std::size_t>(i)], d.costs.sampleCosts);
    metrics.set(Metric::LocalCost, i, d.sampledCost);
    metrics.set(Metric::LocalCostMin, i, totals.minCoeff());
    metrics.set(Metric::LocalCostMax, i, totals.maxCoeff());
    double clipped = 0.0;
    for (const Trajectory& trajectory : d.trajectories) clipped += trajectory.clipFraction;
    clipped /= static_cast<double>(d.trajectories.size());
    metrics.set(Metric::ClipFraction, i, clipped);
    if (clipped > 0.1) {
      result.report.warnings.push_back("Condition " + task.conditions[static_cast<std::size_t>(i)] +
                                       ": more than 10 % of the commanded actions lie beyond the actuator limit.");
    }
    result.views[static_cast<std::size_t>(i)].samples = d.rollouts;
    result.report.series[static_cast<std::size_t>(i)].costMean = d.costs.sampleCosts.colwise().mean().transpose();
  }
  metrics.set(Metric::Rollouts, static_cast<double>(state.rollouts));
  return data;
}

Status fitModels(RunContext& run, AlgorithmState& state, std::vector<ConditionData>& data, IterationResult& result) {
  const Task& task = run.task();
  const Parameters& p = run.parameters();
  const std::size_t M = state.conditions.size();
  const bool shared = p.dynamics.gmmShared && std::holds_alternative<MixturePrior>(state.conditions[0].dynamicsPrior);
  std::vector<double> likelihood(M);
  DynamicsContext context;
  context.velocityEntry = task.velocityEntry;
  context.keepGoing = [&run] { return run.keepGoing(); };
  if (p.dynamics.pooled) {
    std::vector<std::span<const Trajectory>> all;
    for (const ConditionData& d : data) all.emplace_back(d.trajectories);
    Result<Matrix> pooled = fitPooled(all, p.dynamics, context);
    if (!pooled) return pooled.error();
    context.pooled = *std::move(pooled);
  }

  if (shared) {
    const Result<double> found = updateSharedPrior(run, state, data);
    if (!found) return found.error();
    likelihood.assign(M, *found);
  }
  std::vector<std::shared_ptr<const LinearGaussianDynamics>> fitted(M);
  Status status = run.forEachCondition([&](int index) -> Status {
    const std::size_t i = static_cast<std::size_t>(index);
    JointPrior& prior = state.conditions[i].dynamicsPrior;
    if (MixturePrior* mixture = std::get_if<MixturePrior>(&prior); mixture && !shared) {
      const Result<double> found = updateOwnPrior(run, *mixture, data[i], index);
      if (!found) return inCondition(found.error(), task, index);
      likelihood[i] = *found;
    }
    if (WindowPrior* window = std::get_if<WindowPrior>(&prior)) {
      extendKept(window->rollouts, data[i], p.dynamics);
      window->halfWidth = p.dynamics.window;
    }
    Result<LinearGaussianDynamics> dynamics =
        fitDynamics(data[i].trajectories, prior, p.dynamics, context);
    if (!dynamics) return inCondition(dynamics.error(), task, index);
    fitted[i] = std::make_shared<const LinearGaussianDynamics>(*std::move(dynamics));
    return Done{};
  });
  if (!status) return status;
  MetricTable& metrics = result.report.metrics;
  for (std::size_t i = 0; i < M; ++i) {
    const int index = static_cast<int>(i);
    data[i].dynamics = fitted[i];
    metrics.setFinite(Metric::DynamicsR2, index, meanOf(oneStepR2(*fitted[i], data[i].trajectories)));
    metrics.setFinite(Metric::DynamicsError, index, oneStepError(*fitted[i], data[i].trajectories));
    recordDynamics(*fitted[i], index, metrics);
    if (const std::shared_ptr<const LinearGaussianDynamics>& previous = state.conditions[i].dynamics) {
      metrics.setFinite(Metric::DynamicsR2Next, index, meanOf(oneStepR2(*previous, data[i].trajectories)));
      metrics.setFinite(Metric::DynamicsErrorNext, index, oneStepError(*previous, data[i].trajectories));
    }
    if (const MixturePrior* mixture = std::get_if<MixturePrior>(&state.conditions[i].dynamicsPrior)) {
      metrics.set(Metric::GmmLogLikelihood, index, likelihood[i]);
      metrics.set(Metric::GmmClusters, index, mixture->mixture.clusters());
    }
  }
  return Done{};
}

Result<std::vector<ConditionData>> sampleAndFit(RunContext& run, AlgorithmState& state, bool onPolicy,
                                                IterationResult& result) {
  run.beginPhase("sample");
  Result<std::vector<ConditionData>> data = sampleAndCost(run, state, onPolicy, result);
  if (!data) return data.error();
  if (Status s = run.endPhase(result); !s) return s.error();

  run.beginPhase("dynamics");
  if (Status s = fitModels(run, state, *data, result); !s) return s.error();
  if (Status s = run.endPhase(result); !s) return s.error();
  return data;
}

void extendPolicyWindow(AlgorithmState& state, const std::vector<ConditionData>& data, SampleMode mode, int keep) {
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    std::vector<std::shared_ptr<const Trajectory>>& window = state.conditions[i].policyWindow;
    if (mode == SampleMode::Replace) window.clear();
    for (const std::shared_ptr<const Rollout>& rollout : data[i].rollouts) {
      window.emplace_back(rollout, &rollout->trajectory);
    }
    const std::size_t limit = static_cast<std::size_t>(keep);
    if (window.size() > limit) window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(limit));
  }
}

/// How far, in ranges that were sampled over the whole horizon, mean and deviation of a state entry leave the
/// middle of that range at most when the linearised policy acts on the fitted dynamics. Infinite where a number is
/// not finite.
static double reachOf(const LinearGaussianController& linearised, const ConditionData& data) {
  const Eigen::Index dX = data.trajectories.front().X.cols();
  Vector low = Vector::Constant(dX, std::numeric_limits<double>::infinity());
  Vector high = -low;
  for (const Trajectory& trajectory : data.trajectories) {
    low = low.cwiseMin(trajectory.X.colwise().minCoeff().transpose());
    high = high.cwiseMax(trajectory.X.colwise().maxCoeff().transpose());
  }
  const Vector centre = 0.5 * (low + high);
  double farthest = 0.0;
  const Marginals marginals = forwardPass(linearised, *data.dynamics);
  for (std::size_t t = 0; t < marginals.mean.size(); ++t) {
    const Vector deviation = (marginals.mean[t].head(dX) - centre).cwiseAbs() +
                             marginals.cov[t].diagonal().head(dX).cwiseMax(0.0).cwiseSqrt();
    if (!deviation.allFinite()) return std::numeric_limits<double>::infinity();
    for (Eigen::Index d = 0; d < dX; ++d) {
      // Constant entries have no range to leave.
      if (high(d) > low(d)) farthest = std::max(farthest, deviation(d) / (0.5 * (high(d) - low(d))));
    }
  }
  return farthest;
}

Result<std::vector<LinearisedPolicy>> lineariseAll(RunContext& run, AlgorithmState& state,
                                                   const std::vector<ConditionData>& data, bool updatePrior,
                                                   ResidualMode residual) {
  const Parameters& p = run.parameters();
  const GlobalPolicy& policy = *state.policy;
  LineariseOptions options;
  options.conditioning.reg = p.policy.linReg;
  options.conditioning.regRelative = p.policy.linRegRelative;
  options.conditioning.inputRidge = squaresByKind(run.task().velocityEntry, run.task().dX,
                                                  p.policy.linRidgePosition, p.policy.linRidgeVelocity);
  options.strength = p.dynamics.strength;
  options.residual = residual;
  options.keepGoing = [&run] { return run.keepGoing(); };
  std::vector<std::optional<LinearisedPolicy>> found(state.conditions.size());
  Status status = run.forEachCondition([&](int index) -> Status {
    const std::size_t i = static_cast<std::size_t>(index);
    ConditionState& condition = state.conditions[i];
    if (MixturePrior* prior = std::get_if<MixturePrior>(&condition.policyPrior); prior && updatePrior) {
      std::vector<RowMatrix> points;
      for (const std::shared_ptr<const Trajectory>& trajectory : condition.policyWindow) {
        points.push_back(policyPoints(policy, *trajectory));
      }
      prior->window.clear();  // every point is re-evaluated with the current policy
      Result<MixtureUpdate> update = updateMixture(std::move(*prior), points, mixtureSettings(p, run),
                                                   run.rng(Purpose::PolicyGmmInit, index));
      if (!update) return inCondition(update.error(), run.task(), index);
      *prior = std::move(update->prior);
      prior->window.clear();  // kept as rollouts in policyWindow
    }
    const bool window = !p.dynamics.gmm && p.dynamics.window > 0;
    const JointPrior prior =
        window ? policyWindowPrior(policy, condition, p.dynamics.window) : condition.policyPrior;
    LineariseOptions own = options;
    constexpr int kTries = 6;
    constexpr double kTame = 3.0;
    double best = std::numeric_limits<double>::infinity();
    for (int attempt = 1; attempt <= kTries; ++attempt) {
      Result<LinearisedPolicy> linear = linearise(policy, data[i].trajectories, prior, own);
      if (!linear) return inCondition(linear.error(), run.task(), index);
      const double reach = p.policy.linTame ? reachOf(linear->controller, data[i]) : 0.0;
      if (reach < best || !found[i]) {
        found[i] = *std::move(linear);
        best = reach;
      }
      if (best <= kTame) break;
      own.conditioning.regRelative *= 4.0;
      own.conditioning.inputRidge *= 4.0;
    }
    return Done{};
  });
  if (!status) return status.error();
  std::vector<LinearisedPolicy> result;
  for (std::optional<LinearisedPolicy>& linear : found) result.push_back(*std::move(linear));
  return result;
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
    if (!step.converged && !step.slack && (i == 0 || !sharedEta)) {
      result.report.warnings.push_back(
          (sharedEta ? "All conditions" : "Condition " + run.task().conditions[i]) +
          ": the search for eta ended before the KL met its bound.");
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

void recordStepCosts(const StepCosts& costs, int condition, IterationResult& result) {
  MetricTable& metrics = result.report.metrics;
  if (costs.previous) metrics.setFinite(Metric::CostPrevious, condition, *costs.previous);
  if (costs.promised) metrics.setFinite(Metric::CostPromised, condition, *costs.promised);
  metrics.setFinite(Metric::CostLocalNow, condition, costs.local);
  if (costs.global) metrics.setFinite(Metric::CostGlobalNow, condition, *costs.global);
}

void adaptCondition(double predicted, double actual, int condition, AlgorithmState& state, const Parameters& p,
                    IterationResult& result) {
  constexpr const char* kNames[] = {"classic", "global", "mc", "fixed"};
  result.report.stepRule = kNames[static_cast<std::size_t>(p.step.rule)];
  ConditionState& memory = state.conditions[static_cast<std::size_t>(condition)];
  const StepDecision decision = adaptStep(predicted, actual, memory.stepMult, p.lqr);
  if (p.step.rule != StepRule::Fixed) memory.stepMult = decision.stepMult;
  result.report.metrics.setFinite(Metric::Predicted, condition, predicted);
  result.report.metrics.setFinite(Metric::Actual, condition, actual);
  result.report.metrics.setFinite(Metric::StepRatio, condition, actual / predicted);
  if (!std::isfinite(predicted) || !std::isfinite(actual)) {
    result.report.warnings.push_back("A cost behind the step rule is not finite: under the fitted models a closed loop "
                                     "explodes. The step shrinks; ridges (dyn.reg_rel, pol.lin_reg_rel) may help.");
  }
  if (decision.negativePrediction && p.step.rule != StepRule::Fixed) {
    result.report.warnings.push_back("The last C-step predicted no improvement (negative_predicted_improvement).");
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
  Result<PolicyDataset> dataset = policyTargets(targets);
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

void warnBehindStart(AlgorithmState& state, double currentCost, IterationResult& result) {
  constexpr int kPatience = 5;
  RollbackState& memory = state.rollback;
  if (!memory.firstCost) {
    memory.firstCost = currentCost;
    return;
  }
  // Written so that a cost that is not a number counts as larger.
  memory.behindStart = currentCost <= *memory.firstCost ? 0 : memory.behindStart + 1;
  if (memory.behindStart < kPatience) return;
  std::string text = "For " + std::to_string(memory.behindStart) +
                     " iterations the local controllers have cost more than the initial ones. ";
  text += state.policy ? "Where the policy does not follow them (KL(p || pi)), raise pol.steps or pol.hidden; else lower "
                         "lqr.kl_step or raise run.samples."
                       : "Lower lqr.kl_step or raise run.samples.";
  result.report.warnings.push_back(std::move(text));
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
    condition.stepMult = parameters.lqr.stepMin;

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
  result.report.warnings.push_back("Rolled back to the best controllers: the cost grew twice in a row.");
}

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

void rememberModels(AlgorithmState& state, std::vector<ConditionData>& data,
                    const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                    const std::vector<LinearisedPolicy>* linearised) {
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    ConditionState& condition = state.conditions[i];
    condition.samplingController = sampling[i];
    condition.dynamics = data[i].dynamics;
    condition.cost = data[i].quadratic;
    condition.sampledCost = data[i].sampledCost;
    if (linearised) {
      condition.linearised = std::make_shared<const LinearGaussianController>((*linearised)[i].controller);
    }
  }
}

}  // namespace gps
