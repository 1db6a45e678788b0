// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/scene/scene.h"

namespace gps {

/// Something a person who designs a task should know. An error keeps it from being learned; a warning does
/// not.
struct Problem {
  enum class Severity { Error, Warning };
  Severity severity = Severity::Warning;
  std::string pointer;  ///< JSON pointer of the culprit
  std::string what;     ///< whole sentences, as in Error
  std::string mend;
};

/// What is wrong with a scene that readSceneTree() understands: parts it lacks to be a task (errors; without
/// them parseScene() accepts it) and what is valid but hardly meant (warnings). Errors come first.
std::vector<Problem> problemsOf(const Scene& scene);

}  // namespace gps
