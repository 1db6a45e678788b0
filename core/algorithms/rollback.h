// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/algorithms/common_steps.h"

namespace gps {

// The way back to the best controllers seen (step.rollback).

/// What step.rollback says after this iteration's cost is known.
enum class RollbackAdvice { Continue, Restore };
/// J(cur) > J(prev) + 0.5 |J(prev) - best| twice in a row: restore. Remembers the best state seen. A cost that is not
/// finite counts as growth and is not remembered.
RollbackAdvice adviseRollback(AlgorithmState& state, double currentCost, bool enabled);

/// Counts the iterations whose rollouts cost more than those of the initial controllers; from the fifth in a row on
/// the report says so and what may help.
void warnBehindStart(AlgorithmState& state, const std::vector<ConditionData>& data, IterationResult& result);

/// Puts the best controllers, their eta and the policy back and takes the smallest step; says so in the report.
/// The report describes the restored controllers under this iteration's models: their KL is that from `centres`,
/// around which the C-step would have searched. No bound applies to it, so there is none.
void restoreBest(AlgorithmState& state, const std::vector<ConditionData>& data,
                 std::span<const LinearGaussianController* const> centres, const Parameters& parameters,
                 IterationResult& result);

}  // namespace gps
