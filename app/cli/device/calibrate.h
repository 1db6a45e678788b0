// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// Asks the user to move each joint by hand, torque off, and writes options.armFile.
int calibrateDevice(const DeviceOptions& options);

}  // namespace gps::cli
