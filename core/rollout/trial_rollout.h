// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rollout/rollout.h"

namespace gps {

/// Hands a rollout to the plant, which keeps its own time: PlantFactory::trials() must not be null. The rollout's
/// actions are those that reached the actuators. Private to core/rollout.
Result<Rollout> runTrial(const RolloutRequest& request, const std::atomic<bool>* stop);

}  // namespace gps
