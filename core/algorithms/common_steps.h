// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
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

/// Initial controllers, priors and, with a policy, a fresh network.
Result<AlgorithmState> freshState(const Task& task, const Parameters& parameters, bool withPolicy);

/// Rollouts of every condition and their costs; fills samples, LocalCost*, ClipFraction, Rollouts.
Result<std::vector<ConditionData>> sampleAndCost(RunContext& run, AlgorithmState& state, bool onPolicy,
                                                 IterationResult& result);

/// Mixture priors and dynamics of every condition; fills DynamicsR2*, GmmLogLikelihood.
Status fitModels(RunContext& run, AlgorithmState& state, std::vector<ConditionData>& data, IterationResult& result);

/// The phases "sample" and "dynamics", with which every iteration begins.
Result<std::vector<ConditionData>> sampleAndFit(RunContext& run, AlgorithmState& state, bool onPolicy,
                                                IterationResult& result);

/// Adds this iteration's rollouts to the data of the policy prior: the newest dyn.gmm_max_rollouts (add) or only
/// these (replace).
void extendPolicyWindow(AlgorithmState& state, const std::vector<ConditionData>& data, SampleMode mode, int keep);

/// pibar_i of every condition at this iteration's rollouts. With `updatePrior` the mixture prior is refitted to
/// the window re-evaluated with the current policy; a window prior always is.
Result<std::vector<LinearisedPolicy>> lineariseAll(RunContext& run, AlgorithmState& state,
                                                   const std::vector<ConditionData>& data, bool updatePrior,
                                                   ResidualMode residual);

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

/// The costs that the step rule may compare, of one condition; `global` only where there is a policy.
struct StepCosts {
  std::optional<double> previous{};
  std::optional<double> promised{};
  double local = 0.0;
  std::optional<double> global{};
};
void recordStepCosts(const StepCosts& costs, int condition, IterationResult& result);

/// Applies the step rule to one condition and notes what it decided; step.rule fixed only notes.
void adaptCondition(double predicted, double actual, int condition, AlgorithmState& state, const Parameters& p,
                    IterationResult& result);

/// S-step on targets from `controllers` at this iteration's rollouts; without `multipliers` weights are 1.
Status trainOn(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
               const std::vector<std::shared_ptr<const LinearGaussianController>>& controllers,
               bool withMultipliers, double entropyReg, int round, IterationResult& result);

/// What step.rollback says after this iteration's cost is known.
enum class RollbackAdvice { Continue, Restore };
/// J(cur) > J(prev) + 0.5 |J(prev) - best| twice in a row: restore. Remembers the best state seen. A cost that is not
/// finite counts as growth and is not remembered.
RollbackAdvice adviseRollback(AlgorithmState& state, double currentCost, bool enabled);

/// Counts the iterations that cost more than the initial controllers; from the fifth in a row on the report says so
/// and what may help.
void warnBehindStart(AlgorithmState& state, double currentCost, IterationResult& result);

/// Puts the best controllers, their eta and the policy back and takes the smallest step; says so in the report.
/// The report describes the restored controllers under this iteration's models: their KL is that from `centres`,
/// around which the C-step would have searched. No bound applies to it, so there is none.
void restoreBest(AlgorithmState& state, const std::vector<ConditionData>& data,
                 std::span<const LinearGaussianController* const> centres, const Parameters& parameters,
                 IterationResult& result);

/// KL(pi || p) before the S-step that follows.
void recordBeforeTraining(const AlgorithmState& state, const std::vector<ConditionData>& data,
                          IterationResult& result);

/// Noise-free rollouts of policy and local controllers; fills LocalCleanCost, GlobalCost, Success, FinalDistance,
/// SuccessRate and the views.
Status evaluateAll(RunContext& run, AlgorithmState& state, IterationResult& result);

/// KL(p || pi), KL(pi || p), policy metrics, bounds, and the marginals of the new policy for the views.
Status recordPolicy(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                    ResidualMode residual, IterationResult& result);

/// Moves this iteration's models into the state for the next step rule.
void rememberModels(AlgorithmState& state, std::vector<ConditionData>& data,
                    const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                    const std::vector<LinearisedPolicy>* linearised);

}  // namespace gps
