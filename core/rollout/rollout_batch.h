// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/rollout/rollout.h"

namespace gps {

/// True when two requests may share a batch: the same task and the same policy.
bool shareBatch(const RolloutRequest& a, const RolloutRequest& b);

/// Runs requests in lock-step. A policy is asked once per time step for all of them; requests of one batch
/// must share it. Each has its own result: one failure does not disturb the others. Private to core/rollout.
std::vector<Result<Rollout>> runBatch(std::span<const RolloutRequest> requests,
                                      const std::atomic<bool>* stop);

}  // namespace gps
