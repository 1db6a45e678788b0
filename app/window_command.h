// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps::ui {

/// The window command: opens the window, or saves a picture of it (--grab). Returns the exit code: 2 for
/// wrong usage, and without a display after saying what to do instead.
int runWindow(int argc, char** argv);

}  // namespace gps::ui
