// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace gps {

/// Where the shipped scenes are: beside the installed program (../share/gps-studio/scenes), beside the build
/// folder the program lies in, or in the sources it was built from. An empty path when none of them exists.
std::filesystem::path sceneFolder();

}  // namespace gps
