// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/common_steps.h"

namespace gps {

// What the policy is worth: noise-free rollouts, divergences, bounds.

/// KL(pi || p) before the S-step that follows.
void recordBeforeTraining(const AlgorithmState& state, const std::vector<ConditionData>& data,
                          IterationResult& result);

/// Noise-free rollouts of policy and local controllers; fills LocalCleanCost, GlobalCost, Success, FinalDistance,
/// SuccessRate and the views.
Status evaluateAll(RunContext& run, AlgorithmState& state, IterationResult& result);

/// KL(p || pi), KL(pi || p), policy metrics, bounds, and the marginals of the new policy for the views.
Status recordPolicy(RunContext& run, AlgorithmState& state, const std::vector<ConditionData>& data,
                    ResidualMode residual, IterationResult& result);

}  // namespace gps
