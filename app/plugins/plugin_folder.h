// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/plugins/arm_plugin.h"
#include "core/base/error.h"
#include "core/base/param_spec.h"

namespace gps {

/// A number that a plugin wants to know. spec.min and spec.max bound it where they differ.
struct PluginSetting {
  ParamSpec spec{};
  double initial = 0.0;
};

/// What the metadata of a plugin says; none of its code is loaded for it.
struct PluginInfo {
  std::string file;
  std::string name;     ///< "spring-arm"; empty where the metadata can't be read
  std::string title{};
  std::string version{};
  std::vector<PluginSetting> settings{};
  std::optional<Error> refused{};  ///< why it can't be used
};

/// The kind of compiler and processor this program, and so every plugin of it, was built for.
std::string pluginAbi();

/// Where plugins are looked for: beside the program, and plugins/ in the folder of the settings.
std::vector<std::string> pluginFolders(const std::string& configFolder);

/// The arm plugins in these folders, by name. Nothing is loaded; folders and files that others can write to are refused,
/// and so are other interfaces and other compilers, with both numbers.
std::vector<PluginInfo> findArmPlugins(const std::vector<std::string>& folders);

/// One number per setting, from "key=value" texts; the others keep their defaults.
Result<std::vector<double>> settingsOf(const PluginInfo& plugin, const std::vector<std::string>& assignments);

/// Loads the library. It stays loaded for the rest of the program's life.
Result<ArmPlugin*> loadArmPlugin(const PluginInfo& plugin);

}  // namespace gps
