// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/algorithms/parameters.h"
#include "core/lqr/forward_pass.h"
#include "core/rollout/rollout.h"

namespace gps {

/// What is wrong with a first controller, found by trying it.
struct StartWarning {
  enum class Kind { Unstable, Diverges, Saturates };
  Kind kind = Kind::Diverges;
  std::string what{};  ///< which, where, when and by how much; whole sentences
  std::string mend{};
  int condition = 0;
  int action = -1;  ///< Saturates: of which action
};

/// One condition under its first controller.
struct StartRollouts {
  std::shared_ptr<const LinearGaussianController> controller{};
  std::shared_ptr<const Rollout> mean{};                  ///< without noise; null where it is not finite
  std::vector<std::shared_ptr<const Rollout>> samples{};  ///< finite ones; those of iteration 1, as the run will draw them
  /// Mean and covariance over `samples` of the traced place in task units: T times 2 and 2 x 2. Empty for fewer than two.
  Marginals tube{};
};

struct StartPreview {
  std::vector<StartRollouts> conditions{};
  std::vector<StartWarning> warnings{};  ///< one per kind and action, and in how many conditions
};

/// Where the task's trace point is at every step, task units (T x 2); of the last moving body where the task names none.
RowMatrix tracedPlaces(const Task& task, const Rollout& rollout);

/// Starts the task with the initial controllers of `parameters`, `samples` noisy rollouts and one without noise per
/// condition, and looks for loops that are unstable or ask for more than the actuators give. Checks `stop` within
/// every rollout and fails with "stopped". Fails where there is no controller.
Result<StartPreview> previewStart(const Task& task, const Parameters& parameters, int samples,
                                  const std::atomic<bool>* stop);

}  // namespace gps
