// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/algorithms/common_steps.h"

namespace gps {

// From rollouts to models: the first phases of every iteration.

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
/// the window re-evaluated with the current policy; a window prior always is. `report`, if any, is told where
/// pol.lin_tame finds no ridge that is enough.
Result<std::vector<LinearisedPolicy>> lineariseAll(RunContext& run, AlgorithmState& state,
                                                   const std::vector<ConditionData>& data, bool updatePrior,
                                                   ResidualMode residual, IterationReport* report = nullptr);

/// Moves this iteration's models into the state for the next step rule.
void rememberModels(AlgorithmState& state, std::vector<ConditionData>& data,
                    const std::vector<std::shared_ptr<const LinearGaussianController>>& sampling,
                    const std::vector<LinearisedPolicy>* linearised);

}  // namespace gps
