// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace gps {

/// Keys one kind of object in a scene file may have. The reader refuses all others and the schema lists the
/// same.
struct ObjectKeys {
  std::string_view object;  ///< "scene" is the file itself; the others are the schema's $defs
  std::span<const std::string_view> keys;
};

std::span<const ObjectKeys> sceneObjects();

/// Keys of one object; `object` must be one of sceneObjects().
std::span<const std::string_view> keysOf(std::string_view object);

}  // namespace gps
