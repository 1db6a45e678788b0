// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps::cli {

/// Whether the arguments name a sub-command, --help or --version rather than the window.
bool isCommand(int argc, const char* const* argv);

/// Runs a sub-command. Exit codes: 0 done, 1 the run failed (message on stderr, what was finished is intact),
/// 2 wrong usage or bad input.
int main(int argc, char** argv);

}  // namespace gps::cli
