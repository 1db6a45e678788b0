// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/scene.h"
#include "core/scene/scene_text.h"

namespace gps {

/// The table as files have it; what is empty is left out.
SceneTree controllerTableTree(const ControllerTable& table);

/// Six significant digits: far finer than any exploration noise, and a file that can be read.
double roundedGain(double value);

}  // namespace gps
