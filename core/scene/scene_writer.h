// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/scene.h"
#include "core/scene/scene_text.h"

namespace gps {

/// Whether keys that hold their default are written.
enum class Defaults { Written, LeftOut };

/// The tree that readSceneTree() makes this scene of, keys in the order of scene files. Suggested parameters
/// come out as texts, as --set takes them.
SceneTree sceneTree(const Scene& scene, Defaults defaults);

/// Shortest form of a number in a file: whole numbers without a point.
SceneTree numberTree(double value);

}  // namespace gps
