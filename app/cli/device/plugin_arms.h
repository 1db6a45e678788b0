// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "app/cli/device/device_command.h"
#include "core/device/arm/arm_config.h"

namespace gps::cli {

/// Whether a port names a plugin, as "plugin:spring-arm".
inline bool namesPlugin(const std::string& port) { return port.starts_with("plugin:"); }

/// An arm of a plugin, not connected yet.
struct MadeArm {
  ArmConfig config{};
  std::unique_ptr<ArmDriver> driver{};
};

/// The arm of the plugin that options.port names, with options.settings; options.action must fit it where it is given.
/// Fails in a program that was built without Qt.
Result<MadeArm> makePluginArm(const DeviceOptions& options);

/// The plugins, where they are, their settings, and why one is refused.
int listPlugins(const DeviceOptions& options);

}  // namespace gps::cli
