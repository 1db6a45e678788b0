// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gps::cli {

/// What `list parameters` is asked for beside the defaults; both empty: those alone.
struct ListedFor {
  std::string scene{};      ///< file or name; empty: no scene
  std::string algorithm{};  ///< empty: mdgps where a scene is given
};

/// Lists scenes, algorithms, parameters, metrics or devices from their registries.
int list(const std::string& what, bool json, const ListedFor& listed);

/// Validates a scene, a file or a shipped one, and says what is wrong, where, and how to mend it.
int check(const std::string& nameOrFile);

}  // namespace gps::cli
