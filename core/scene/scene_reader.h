// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/scene/scene.h"
#include "core/scene/scene_text.h"

namespace gps {

/// Reads and validates a scene file: untrusted input. Size (16 MB) and depth (64) are limited before parsing;
/// an unknown or duplicate key is an error that names the nearest known one; every number is finite and in
/// range; every id a reference names exists. Errors name the file and the JSON pointer.
Result<Scene> readScene(const std::filesystem::path& file);

/// The same from memory; `origin` names it in errors.
Result<Scene> parseScene(std::string_view json, const std::string& origin);

/// What the reader makes of a tree that is being edited: the scene, or what is wrong and where. Bodies, actuators,
/// sensors, state, conditions and costs may still be missing, which parseScene() refuses: a task is drawn part by
/// part.
struct SceneReading {
  std::optional<Scene> scene;
  std::optional<Error> error;
  std::string pointer;  ///< JSON pointer of the value the error is about
};
SceneReading readSceneTree(const SceneTree& tree, const std::string& origin);

/// A shipped scene: `name` as listed, without folder and ending.
struct ShippedScene {
  std::string name;
  std::filesystem::path file;
};

/// Shipped scenes found in `folder`, sorted by file name.
std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder);

/// SCENE of the command line: an existing file, or the name of a shipped scene. The error lists the names.
Result<Scene> findScene(const std::string& nameOrFile, const std::filesystem::path& folder);

}  // namespace gps
