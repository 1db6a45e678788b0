// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// Arms the arm, moves it to a pose, and switches its torque off. Ctrl-C is the emergency stop.
int jogDevice(const DeviceOptions& options);
/// Runs the actions of a file, one row per step, and prints what happened as CSV. Ctrl-C is the emergency stop.
int runDevice(const DeviceOptions& options);

}  // namespace gps::cli
