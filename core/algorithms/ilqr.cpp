// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/algorithms/algorithms.h"
#include "core/algorithms/evaluation_steps.h"
#include "core/algorithms/ilqr_steps.h"
#include "core/algorithms/model_steps.h"

namespace gps {

namespace {

/// Below this change of the actions a trajectory counts as optimal.
constexpr double kSmallChange = 1e-4;
constexpr double kSmallMu = 1e-5;
/// From here on the user should know: a state that hides this share of what moves the plant.
constexpr double kHidden = 0.01;
/// And fresh worlds that miss the rollout's next state by this share of a step.
constexpr double kGap = 0.1;

/// Iterative LQR with control limits on known dynamics [Tassa12, Tassa14]: one iteration is one backward pass and one
/// line search. Around the trajectory that results stands the controller N(uhat + K (x - xhat), Q_uu^-1).
class Ilqr final : public Algorithm {
 public:
  std::string_view id() const override { return "ilqr"; }

  std::span<const Phase> phases() const override {
    static const std::array<Phase, 6> kPhases{{
        {"sample", "Sample", "Draw noisy rollouts from every local controller. They show its exploration; nothing is learned from them."},
        {"nominal", "Roll out", "Take every trajectory without noise, and expand the cost along it.", false, "sample"},
        {"derivatives", "Differentiate", "Central differences of every simulator step, each from a fresh world.", false,
         "dynamics"},
        {"backward", "Backward pass", "Sweep back in time for the change of every action and its feedback gains.", false,
         "c_step"},
        {"line_search", "Line search", "Try shorter and shorter steps until one lowers the cost.", false, "c_step"},
        {"evaluate", "Evaluate", "Roll the new controllers out without noise."},
    }};
    return kPhases;
  }

  Result<AlgorithmState> start(const Task& task, const Parameters& p) const override {
    if (const Result<int> coordinates = task.plants->coordinateCount(); !coordinates) {
      Error error = coordinates.error();
      error.where = task.name + (error.where.empty() ? "" : ", " + error.where);
      return error;
    }
    Result<AlgorithmState> state = freshState(task, p, /*withPolicy=*/false);
    if (!state) return state;
    for (ConditionState& condition : state->conditions) condition.ilqr.regularisation.mu = p.ilqr.mu0;
    return state;
  }

  Result<IterationResult> iterate(const AlgorithmState& before, RunContext& run) const override {
    IterationResult result = beginResult(before, run);
    AlgorithmState& state = result.state;
    const Parameters& p = run.parameters();
    const Vector limit = p.ilqr.limits ? run.task().actionLimit : Vector();

    run.beginPhase("sample");
    if (Result<std::vector<ConditionData>> data = sampleAndCost(run, state, /*onPolicy=*/false, result); !data) {
      return data.error();
    }
    if (Status s = run.endPhase(result); !s) return s.error();

    run.beginPhase("nominal");
    std::vector<IlqrModels> models(state.conditions.size());
    if (Status s = takeTrajectories(run, state, limit, models); !s) return s.error();
    if (Status s = run.endPhase(result); !s) return s.error();

    if (before.iteration < p.ilqr.maxIter) {
      run.beginPhase("derivatives");
      if (Status s = differentiate(run, models); !s) return s.error();
      recordModels(models, p, result);
      if (Status s = run.endPhase(result); !s) return s.error();

      run.beginPhase("backward");
      Result<std::vector<IlqrPass>> passes = backward(run, state, models, limit, result);
      if (!passes) return passes.error();
      if (Status s = run.endPhase(result); !s) return s.error();

      run.beginPhase("line_search");
      if (Status s = improve(run, state, models, *passes, limit, result); !s) return s.error();
      if (Status s = run.endPhase(result); !s) return s.error();
    } else {
      result.report.warn("ilqr_max_iter", "The trajectories stay as they are: ilqr.max_iter passes are done.");
    }
    recordControllers(state, run.task().actionLimit, result);

    run.beginPhase("evaluate");
    if (Status s = evaluateAll(run, state, result); !s) return s.error();
    if (Status s = run.endPhase(result); !s) return s.error();
    state.iteration = run.iteration();
    return result;
  }

 private:
  /// The trajectory of the last accepted step, at first that of the initial controller, and the cost along it.
  static Status takeTrajectories(RunContext& run, AlgorithmState& state, const Vector& limit,
                                 std::vector<IlqrModels>& models) {
    const Task& task = run.task();
    const ExpansionOptions options{run.parameters().cost.hess, run.parameters().lqr.convexify,
                                   [&run] { return run.keepGoing(); }};
    return run.forEachCondition([&](int index) -> Status {
      const std::size_t i = static_cast<std::size_t>(index);
      ConditionState& condition = state.conditions[i];
      if (!condition.ilqr.nominal) {
        const LinearGaussianController& controller = *condition.controller;
        Result<std::shared_ptr<const NominalRollout>> first = rollOut(
            task, index, [&](int t, const VectorRef& x) { return controller.mean(t, x); }, limit);
        if (!first) return inCondition(first.error(), task, index);
        condition.ilqr.nominal = *std::move(first);
      }
      models[i].nominal = condition.ilqr.nominal;
      Result<CostModel> costs =
          expandAround(run.cost(index), std::span(&models[i].nominal->trajectory, 1), options);
      if (!costs) return inCondition(costs.error(), task, index);
      models[i].costs = *std::move(costs);
      models[i].cost = models[i].costs.sampleCosts.sum();
      return Done{};
    });
  }

  /// Whether the derivatives can be what the pass takes them for.
  static void recordModels(const std::vector<IlqrModels>& models, const Parameters& p, IterationResult& result) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      const int index = static_cast<int>(i);
      result.report.metrics.setFinite(Metric::IlqrGap, index, models[i].gap);
      result.report.metrics.setFinite(Metric::IlqrHidden, index, models[i].hidden);
      if (models[i].hidden > kHidden) {
        result.report.warn("ilqr_hidden",
                           "The state does not determine the next one: part of what moves the plant is not observed, "
                           "and iLQR does not see it. Add sensors to the list state, or use trajopt.",
                           index);
      }
      if (models[i].gap > kGap) {
        result.report.warn("ilqr_gap",
                           "A fresh world steps elsewhere than the rollout, by more than a tenth of a step: impulses of "
                           "contacts or joints are remembered there. Raise the world's velocity iterations or substeps.",
                           index);
      }
      if (models[i].nominal->touching > 0 && p.ilqr.smoothFd == 0) {
        result.report.warn("ilqr_contacts",
                           "The trajectory touches something. Derivatives jump there; ilqr.smooth_fd averages over "
                           "neighbouring states.",
                           index);
      }
    }
  }

  static Result<std::vector<IlqrPass>> backward(RunContext& run, AlgorithmState& state,
                                                const std::vector<IlqrModels>& models, const Vector& limit,
                                                IterationResult& result) {
    std::vector<IlqrPass> passes(models.size());
    const bool limited = limit.size() > 0 && (limit.array() < std::numeric_limits<double>::infinity()).any();
    Status status = run.forEachCondition([&](int index) -> Status {
      const std::size_t i = static_cast<std::size_t>(index);
      Result<IlqrPass> pass =
          backwardRaised(models[i], limited ? limit : Vector(), run.parameters().ilqr,
                         state.conditions[i].ilqr.regularisation, [&run] { return run.keepGoing(); });
      if (!pass) return inCondition(pass.error(), run.task(), index);
      passes[i] = *std::move(pass);
      return Done{};
    });
    if (!status) return status.error();
    MetricTable& metrics = result.report.metrics;
    for (std::size_t i = 0; i < passes.size(); ++i) {
      const int index = static_cast<int>(i);
      metrics.set(Metric::IlqrMu, index, state.conditions[i].ilqr.regularisation.mu);
      metrics.setFinite(Metric::IlqrGradient, index, passes[i].gradient);
      metrics.setFinite(Metric::QuuMin, index, passes[i].minQuu.minCoeff());
      result.report.series[i].minQuu = passes[i].minQuu;
    }
    return passes;
  }

  static Status improve(RunContext& run, AlgorithmState& state, const std::vector<IlqrModels>& models,
                        const std::vector<IlqrPass>& passes, const Vector& limit, IterationResult& result) {
    const Parameters& p = run.parameters();
    std::vector<IlqrSearch> found(models.size());
    Status status = run.forEachCondition([&](int index) -> Status {
      const std::size_t i = static_cast<std::size_t>(index);
      Result<IlqrSearch> search = searchLine(run.task(), index, run.cost(index), models[i], passes[i], limit, p.ilqr,
                                             [&run] { return run.keepGoing(); });
      if (!search) return inCondition(search.error(), run.task(), index);
      found[i] = *std::move(search);
      return Done{};
    });
    if (!status) return status;

    // Without a limit of the actuators, exploration stays within that of the initial controller.
    double covMax = p.lqr.covMax ? *p.lqr.covMax : run.task().defaultCovMax();
    if (!(covMax > 0.0)) covMax = p.init.var;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const int index = static_cast<int>(i);
      ConditionState& condition = state.conditions[i];
      const bool optimal = isOptimal(models[i], passes[i], found[i], condition.ilqr.regularisation, p.ilqr);
      record(found[i], optimal, index, result);
      if (!found[i].accepted) {
        if (!optimal) shorten(condition.ilqr.regularisation, index, p.ilqr, result);
        continue;
      }
      condition.ilqr.regularisation.lower(p.ilqr);
      condition.ilqr.nominal = found[i].accepted;
      Result<LinearGaussianController> controller =
          stochasticController(found[i].accepted->trajectory, passes[i], p.lqr.covMin, covMax);
      if (!controller) return inCondition(controller.error(), run.task(), index);
      condition.controller = std::make_shared<const LinearGaussianController>(*std::move(controller));
      Marginals marginals = forwardPass(*condition.controller, models[i].dynamics);
      if (!allFinite(marginals)) continue;
      result.report.metrics.setFinite(Metric::ModelCost, index,
                                      expectedCost(marginals, models[i].costs.quadratic).sum());
      result.views[i].localMarginals = std::make_shared<const Marginals>(std::move(marginals));
    }
    return Done{};
  }

  /// The stop rule. A step that fails says nothing once mu had to be raised: short steps promise little anywhere.
  static bool isOptimal(const IlqrModels& models, const IlqrPass& pass, const IlqrSearch& search,
                        const Regularisation& regularisation, const IlqrParams& p) {
    if (pass.gradient < kSmallChange && regularisation.mu < kSmallMu) return true;
    const double little = p.tol * std::abs(models.cost);
    return search.accepted ? search.actual <= little
                           : search.expected <= little && regularisation.mu <= std::max(p.mu0, kSmallMu);
  }

  static void record(const IlqrSearch& search, bool optimal, int index, IterationResult& result) {
    MetricTable& metrics = result.report.metrics;
    metrics.set(Metric::IlqrAlpha, index, search.alpha);
    metrics.setFinite(Metric::Predicted, index, search.expected);
    metrics.setFinite(Metric::Actual, index, search.actual);
    metrics.set(Metric::IlqrConverged, index, optimal ? 1.0 : 0.0);
    if (search.accepted) metrics.setFinite(Metric::StepRatio, index, search.actual / search.expected);
  }

  static void shorten(Regularisation& regularisation, int index, const IlqrParams& p, IterationResult& result) {
    if (regularisation.raise(p)) return;
    regularisation = {p.mu0, 1.0};
    result.report.warn("ilqr_stuck",
                       "No step lowers the cost, however short: the trajectory is as good as differences of the "
                       "simulator can tell. Where it touches something, ilqr.smooth_fd may lead on.",
                       index);
  }

  static void recordControllers(const AlgorithmState& state, const Vector& limit, IterationResult& result) {
    for (std::size_t i = 0; i < state.conditions.size(); ++i) {
      const ConditionState& condition = state.conditions[i];
      const int index = static_cast<int>(i);
      result.views[i].controller = condition.controller;
      result.report.series[i].std = deviations(*condition.controller);
      result.report.metrics.set(Metric::EntropyLocal, index, condition.controller->entropy());
      result.report.metrics.set(Metric::GainNorm, index, gainNorm(*condition.controller));
      const RowMatrix& U = condition.ilqr.nominal->trajectory.U;
      Eigen::Index clamped = 0;
      for (Eigen::Index d = 0; d < U.cols(); ++d) clamped += (U.col(d).array().abs() >= limit(d)).count();
      result.report.metrics.set(Metric::IlqrClamped, index,
                                static_cast<double>(clamped) / static_cast<double>(U.size()));
    }
  }
};

}  // namespace

std::unique_ptr<Algorithm> makeIlqr() {
  return std::make_unique<Ilqr>();
}

}  // namespace gps
