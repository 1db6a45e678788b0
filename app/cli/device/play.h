// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// Runs the policy or a local controller of a session on an arm, and tells how far the simulation is from it.
int playDevice(const DeviceOptions& options);

}  // namespace gps::cli
