// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// Serves a simulated arm until the process is interrupted. Prints the path to connect to, then takes one fault per
/// line on standard input.
int simulateDevice(const DeviceOptions& options);

}  // namespace gps::cli
