// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gps {

/// Lets the calling thread give way to the window (nice +5). Where the system refuses, it runs on as it was.
void lowerOwnPriority();

}  // namespace gps
