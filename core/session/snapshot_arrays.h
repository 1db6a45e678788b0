// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/engine/snapshot.h"
#include "core/policy/neural_policy.h"
#include "core/session/array_set.h"

namespace gps {

/// The arrays of one finished iteration: rollouts, controllers, the policy's weights, curves over time. Exact, but for
/// the marginals, which are only drawn: they are kept in single precision, and their covariances only of the state.
/// Fails where rollouts of one iteration differ in shape.
///
/// Arrays of several conditions are stacked, their first extent is the condition. Where some conditions have none,
/// NAME.conditions lists those that do.
Status putSnapshot(const Snapshot& snapshot, const GlobalPolicy* policy, ArraySet& arrays);

/// Fills curves and views of a snapshot whose task is set. The arrays may hold anything; errors name the array.
Status takeSnapshot(const ArraySet& arrays, Snapshot& snapshot);

/// The policy of the iteration without its optimiser; null where there is none.
Result<std::shared_ptr<const GlobalPolicy>> takePolicy(const ArraySet& arrays, const Task& task);

}  // namespace gps
