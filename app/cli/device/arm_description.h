// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/device/device_command.h"
#include "core/device/arm/arm_config.h"

namespace gps::cli {

/// "dynamixel" or "feetech".
Result<Protocol> protocolNamed(const std::string& name);
/// The arm that --joints MODEL:ID,… and the other options describe.
Result<ArmConfig> armOf(const DeviceOptions& options);

}  // namespace gps::cli
