// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/scene/problems.h"

namespace gps::ui {

/// What keeps a scene that reads well from being compiled, as a finding with the place of its culprit. Compiling
/// names places in words ("arm, cost goal"); the pointer is empty where they name none of the scene.
Problem taskProblem(const Scene& scene, const Error& error);

}  // namespace gps::ui
