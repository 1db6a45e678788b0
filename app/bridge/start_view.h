// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/start_preview.h"
#include "core/engine/snapshot.h"

namespace gps::ui {

/// How a task starts, with what it was made from.
struct StartShown {
  std::shared_ptr<const Task> task{};
  Parameters parameters{};
  Parameters standard{};  ///< of the algorithm alone, without the scene's suggestions
  StartPreview preview{};
  std::shared_ptr<const Snapshot> snapshot{};  ///< for a canvas: paths and tubes of the traced place
};

/// Compiles the scene and tries its first controllers, as `algorithm` would start with them. Any thread.
Result<StartShown> startOf(std::shared_ptr<const Scene> scene, const std::string& algorithm, int samples,
                           const std::atomic<bool>* stop);

}  // namespace gps::ui
