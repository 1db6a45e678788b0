// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// Prints the ports that an arm may hang on.
int listDevices(const DeviceOptions& options);
/// Prints who answers on a bus.
int scanDevice(const DeviceOptions& options);
/// Prints the registers of one servo.
int showDevice(const DeviceOptions& options);

}  // namespace gps::cli
