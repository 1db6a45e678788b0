// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace gps {

/// A port that an arm may hang on.
struct PortEntry {
  std::string path;
  std::string description;  ///< the adapter's own name, or what it is
  bool simulated = false;
};

/// Serial adapters of this machine and simulated arms of this user, sorted by path.
std::vector<PortEntry> listPorts();

}  // namespace gps
