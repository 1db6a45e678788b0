// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gps {

/// The command line of the window. Known without Qt, so that it can be checked before a display is opened and
/// described by --help.
struct WindowOptions {
  std::string file;       ///< scene to open; empty: the start page
  std::string configDir;  ///< empty: the user's configuration folder
  std::string theme;      ///< light, dark, system; empty: as last time

  std::string grab;  ///< picture to save; empty: an ordinary window
  int width = 1280;
  int height = 800;
  std::string scene;                    ///< name or file
  std::vector<std::string> algorithms;  ///< one or two
  int iterations = 0;                   ///< 0: as the scene suggests
  std::string pauseAfter;               ///< phase of the last iteration after which the picture is taken
  int condition = 0;                    ///< the one singled out, from 1; 0: all
  bool design = false;                  ///< the design view instead of the runs
};

/// Fails with what is wrong and what would be right.
Result<WindowOptions> parseWindowOptions(int argc, const char* const* argv);

/// The lines of --help about the window.
std::string_view windowOptionsHelp();

}  // namespace gps
