// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"

namespace gps {

/// Whether a state that came from outside is one that an algorithm may continue on this task: every part that must be
/// there is, every shape fits the task, every number is finite. `fresh` is what the algorithm starts from on this task;
/// what that has, the state must have. Errors name the part.
Status checkState(const AlgorithmState& state, const AlgorithmState& fresh, const Task& task);

}  // namespace gps
