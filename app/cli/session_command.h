// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gps::cli {

/// Whether a file is a session: by its first bytes, or by its name where it can't be read.
bool isSession(const std::string& file);

/// Prints runs, iterations, results and origin of a session.
int info(const std::string& file, bool json);

/// Reads every page and array of a session and says what is wrong.
int checkSession(const std::string& file);

}  // namespace gps::cli
