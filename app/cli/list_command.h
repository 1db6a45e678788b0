// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gps::cli {

/// Lists scenes, algorithms, parameters, metrics or devices from their registries.
int list(const std::string& what, bool json);

/// Validates a scene file and says what is wrong, where, and how to mend it.
int check(const std::string& file);

}  // namespace gps::cli
