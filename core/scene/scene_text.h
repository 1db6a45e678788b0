// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gps {

/// A scene file as a tree that keeps the order of its keys and whether a number was written whole: what the
/// editor edits. Numbers are doubles, or whole numbers of 64 bits; 0.50 and 5e-1 are the same value and are
/// written as 0.5.
using SceneTree = nlohmann::ordered_json;

/// The tree of a file's text, under the limits of parseJson(). It need not be a valid scene.
Result<SceneTree> parseSceneTree(std::string_view text, const std::string& origin);

/// The one layout of scene files: an object or list stands on one line where that line ends within 120 columns
/// (its indentation, key and comma included), else one entry per line, indented by two spaces. Ends with a
/// newline. parseSceneTree() of it is the same tree.
std::string sceneText(const SceneTree& tree);

/// One value on one line, as sceneText() writes it.
std::string valueText(const SceneTree& value);

}  // namespace gps
