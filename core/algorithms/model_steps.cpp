// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/model_steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// The window's rollouts, every point re-evaluated with `policy`. Fails with "stopped".
Result<std::vector<RowMatrix>> reevaluated(RunContext& run, const GlobalPolicy& policy,
                                           const ConditionState& condition) {
  std::vector<RowMatrix> points;
  for (const std::shared_ptr<const Trajectory>& trajectory : condition.policyWindow) {
    if (!run.keepGoing()) return Error{"stopped", "linearisation of the policy", "The run was told to stop."};
    points.push_back(policyPoints(policy, *trajectory));
  }
  return points;
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

double meanOf(const Vector& v) {
  return v.size() == 0 ? 0.0 : v.mean();
}

}  // namespace

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
  const ExpansionOptions options{run.parameters().cost.hess, run.parameters().lqr.convexify,
                                 [&run] { return run.keepGoing(); }};
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
      result.report.warn("clipped", "More than 10 % of the commanded actions lie beyond the actuator limit.", i);
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
/// not finite. Ranges count as at least a hundredth of their root mean square, so that an entry which hardly moves
/// does not decide alone.
static double reachOf(const LinearGaussianController& linearised, const ConditionData& data) {
  const Eigen::Index dX = data.trajectories.front().X.cols();
  Vector low = Vector::Constant(dX, std::numeric_limits<double>::infinity());
  Vector high = -low;
  for (const Trajectory& trajectory : data.trajectories) {
    low = low.cwiseMin(trajectory.X.colwise().minCoeff().transpose());
    high = high.cwiseMax(trajectory.X.colwise().maxCoeff().transpose());
  }
  const Vector centre = 0.5 * (low + high);
  const Vector half = 0.5 * (high - low);
  const double floor = 0.01 * std::sqrt(half.squaredNorm() / static_cast<double>(dX));
  double farthest = 0.0;
  const Marginals marginals = forwardPass(linearised, *data.dynamics);
  for (std::size_t t = 0; t < marginals.mean.size(); ++t) {
    const Vector deviation = (marginals.mean[t].head(dX) - centre).cwiseAbs() +
                             marginals.cov[t].diagonal().head(dX).cwiseMax(0.0).cwiseSqrt();
    if (!deviation.allFinite()) return std::numeric_limits<double>::infinity();
    for (Eigen::Index d = 0; d < dX; ++d) {
      // Constant entries have no range to leave.
      if (half(d) > 0.0) farthest = std::max(farthest, deviation(d) / std::max(half(d), floor));
    }
  }
  return farthest;
}

Result<std::vector<LinearisedPolicy>> lineariseAll(RunContext& run, AlgorithmState& state,
                                                   const std::vector<ConditionData>& data, bool updatePrior,
                                                   ResidualMode residual, IterationReport* report) {
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
  constexpr double kTame = 3.0;
  std::vector<std::optional<LinearisedPolicy>> found(state.conditions.size());
  std::vector<double> reached(state.conditions.size(), 0.0);
  Status status = run.forEachCondition([&](int index) -> Status {
    const std::size_t i = static_cast<std::size_t>(index);
    ConditionState& condition = state.conditions[i];
    if (MixturePrior* prior = std::get_if<MixturePrior>(&condition.policyPrior); prior && updatePrior) {
      const Result<std::vector<RowMatrix>> points = reevaluated(run, policy, condition);
      if (!points) return points.error();
      prior->window.clear();  // every point is re-evaluated with the current policy
      Result<MixtureUpdate> update = updateMixture(std::move(*prior), *points, mixtureSettings(p, run),
                                                   run.rng(Purpose::PolicyGmmInit, index));
      if (!update) return inCondition(update.error(), run.task(), index);
      *prior = std::move(update->prior);
      prior->window.clear();  // kept as rollouts in policyWindow
    }
    JointPrior prior = condition.policyPrior;
    if (!p.dynamics.gmm && p.dynamics.window > 0) {
      Result<std::vector<RowMatrix>> points = reevaluated(run, policy, condition);
      if (!points) return points.error();
      prior = WindowPrior{*std::move(points), p.dynamics.window};
    }
    LineariseOptions own = options;
    constexpr int kTries = 6;
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
    reached[i] = best;
    return Done{};
  });
  if (!status) return status.error();
  for (std::size_t i = 0; report && i < reached.size(); ++i) {
    if (reached[i] <= kTame) continue;
    report->warn("lin_tame",
                 "No ridge tames the linearised policy (pol.lin_tame): on the fitted dynamics it leaves the sampled "
                 "states far behind. Raise run.samples, dyn.reg_rel or pol.lin_reg_rel.",
                 static_cast<int>(i));
  }
  std::vector<LinearisedPolicy> result;
  for (std::optional<LinearisedPolicy>& linear : found) result.push_back(*std::move(linear));
  return result;
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
