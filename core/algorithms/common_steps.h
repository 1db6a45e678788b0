// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/algorithms/algorithm.h"

namespace gps {

// The lines that the boxes of several algorithms share: each a function from values to values.

/// One condition's share of an iteration: its rollouts and the models fitted to them.
struct ConditionData {
  std::vector<std::shared_ptr<const Rollout>> rollouts;
  std::vector<Trajectory> trajectories;  ///< of `rollouts`
  CostModel costs;
  std::shared_ptr<const QuadraticCost> quadratic;
  std::shared_ptr<const LinearGaussianDynamics> dynamics;
  double sampledCost = 0.0;  ///< mean over the rollouts
};

/// Empty report and views of the coming iteration around a copy of the state.
IterationResult beginResult(const AlgorithmState& before, RunContext& run);

std::vector<std::shared_ptr<const LinearGaussianController>> controllersOf(const AlgorithmState& state);

/// The same controllers as plain pointers.
std::vector<const LinearGaussianController*> pointersTo(
    const std::vector<std::shared_ptr<const LinearGaussianController>>& controllers);

/// The results of a parallel loop over conditions in which every slot was filled.
template <class T>
std::vector<T> unwrapped(std::vector<std::optional<T>> slots) {
  std::vector<T> values;
  values.reserve(slots.size());
  for (std::optional<T>& slot : slots) values.push_back(*std::move(slot));
  return values;
}

/// Adds "condition NAME" to an error's place.
Error inCondition(const Error& error, const Task& task, int condition);

/// Standard deviations of the actions (T x dU).
RowMatrix deviations(const LinearGaussianController& controller);

/// Root mean square over t of |K_t|.
double gainNorm(const LinearGaussianController& controller);

/// Widens the range of the stage costs seen so far by some rollouts (N x T).
void extendStageCosts(ConditionState& condition, const RowMatrix& costs);

bool allFinite(const Marginals& marginals);

/// Initial controllers, priors and, with a policy, a fresh network.
Result<AlgorithmState> freshState(const Task& task, const Parameters& parameters, bool withPolicy);

/// Expected cost under one condition's model: sum over t.
double modelCost(const LinearGaussianController& controller, const LinearGaussianDynamics& dynamics,
                 const QuadraticCost& cost);

/// A C-step of one condition with the run's parameters filled in.
CStepProblem cStepProblem(RunContext& run, const AlgorithmState& state, const std::vector<ConditionData>& data,
                          std::size_t index);

/// Notes a C-step's outcome: controller, eta, metrics Kl*, Eta*, EntropyLocal, series, traces. With `sharedEta`
/// one search served all conditions.
void recordCStep(RunContext& run, AlgorithmState& state, const std::vector<CStepResult>& steps,
                 IterationResult& result, bool sharedEta = false);

/// The phase "c_step" of an algorithm without a policy: a C-step of every condition around `sampling`, the controllers
/// that drew the rollouts. `adjust` may change each problem first.
Status stepLocally(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                   const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                   IterationResult& result, const std::function<void(CStepProblem&)>& adjust = {});

/// Notes the costs that the step rule may compare, of one condition.
void recordStepCosts(const StepCosts& costs, int condition, IterationResult& result);

/// Applies the step rule to one condition and notes what it decided; step.rule fixed only notes.
void adaptCondition(const StepImprovement& improvement, int condition, AlgorithmState& state, const Parameters& p,
                    IterationResult& result);

/// S-step on targets from `controllers` at this iteration's rollouts; without `multipliers` weights are 1.
Status trainOn(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
               const std::vector<std::shared_ptr<const LinearGaussianController>>& controllers,
               bool withMultipliers, double entropyReg, int round, IterationResult& result);

}  // namespace gps
