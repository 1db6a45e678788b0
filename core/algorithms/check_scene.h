// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/plant/task.h"
#include "core/scene/problems.h"

namespace gps {

/// A scene that can be learned, and what is odd about it.
struct CheckedScene {
  std::shared_ptr<const Task> task;
  std::vector<Problem> warnings;
};

/// A scene compiled, when every algorithm can learn it: its suggested parameters are read too. The error is the
/// first thing that prevents it.
Result<std::shared_ptr<const Task>> learnableTask(const std::shared_ptr<const Scene>& scene);

/// Whether a scene can be learned by every algorithm: it is compiled and its suggested parameters are read.
/// The error is the first thing that prevents it.
Result<CheckedScene> checkScene(std::shared_ptr<const Scene> scene);

/// The same from the text of a file; `origin` names it in errors.
Result<CheckedScene> checkSceneText(std::string_view text, const std::string& origin);

}  // namespace gps
