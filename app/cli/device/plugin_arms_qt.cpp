// SPDX-License-Identifier: GPL-3.0-or-later
#include <QStandardPaths>
#include <cstdio>
#include <deque>
#include <nlohmann/json.hpp>

#include "app/cli/device/plugin_arms.h"
#include "app/cli/exit_code.h"
#include "app/plugins/plugin_folder.h"
#include "core/device/servo/servo_model.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

/// The joints as the guards and the holding motion need them. Kept for the program's life, as joints point to them.
const ServoModel& modelOf(const PluginJoint& joint) {
  static std::deque<ServoModel> models;
  models.push_back({.number = 0,
                    .name = "plugin joint",
                    .protocol = Protocol::Plugin,
                    .registers = {},
                    .tableSize = 0,
                    .stallTorque = joint.stallTorque,
                    .stallCurrent = 0.0,
                    .noLoadSpeed = joint.velocityLimit,
                    .ratedVoltage = 0.0});
  return models.back();
}

/// As the window's settings, which know the program's name.
std::vector<std::string> foldersOf(const DeviceOptions& options) {
  const QString user = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + "/gps-studio";
  return pluginFolders(options.configFolder.empty() ? user.toStdString() : options.configFolder);
}

const char* nameOf(ActionKind action) {
  switch (action) {
    case ActionKind::Torque: return "torque";
    case ActionKind::Velocity: return "velocity";
    case ActionKind::PositionOffset: return "offset";
  }
  return "";
}

}  // namespace

Result<MadeArm> makePluginArm(const DeviceOptions& options) {
  const std::string name = options.port.substr(std::string("plugin:").size());
  for (const PluginInfo& plugin : findArmPlugins(foldersOf(options))) {
    if (plugin.name != name) continue;
    if (plugin.refused) return *plugin.refused;
    const Result<std::vector<double>> settings = settingsOf(plugin, options.settings);
    if (!settings) return settings.error();
    const Result<ArmPlugin*> loaded = loadArmPlugin(plugin);
    if (!loaded) return loaded.error();
    Result<PluginArm> arm = (*loaded)->make(*settings, options.period);
    if (!arm) return arm.error();
    if (arm->joints < 1 || arm->joints > kMaxArmJoints || !arm->driver || arm->driver->joints() != arm->joints) {
      return Error{"The plugin made no proper arm.", plugin.file, "Ask its author for a correct one."};
    }
    if (!options.action.empty() && options.action != nameOf(arm->action)) {
      return Error{"This arm takes the action " + std::string(nameOf(arm->action)) + ", not " + options.action + ".", options.port,
                   "Use a scene or a command with that kind of action."};
    }
    MadeArm made;
    made.config.protocol = Protocol::Plugin;
    made.config.period = options.period;
    made.config.action = arm->action;
    made.config.largestOffset = arm->largestOffset;
    for (int i = 0; i < arm->joints; ++i) {
      const PluginJoint& from = arm->joint[static_cast<std::size_t>(i)];
      JointConfig joint;
      joint.id = static_cast<std::uint8_t>(i + 1);
      joint.model = &modelOf(from);
      joint.lowerLimit = from.lowerLimit;
      joint.upperLimit = from.upperLimit;
      joint.velocityLimit = from.velocityLimit;
      joint.torqueLimit = from.torqueLimit;
      made.config.joints.push_back(joint);
    }
    if (Status checked = made.config.check(); !checked) return checked.error();
    made.driver = std::move(arm->driver);
    return made;
  }
  return Error{"No plugin is called " + name + ".", options.port, "`gps-studio device plugins` shows those there are."};
}

int listPlugins(const DeviceOptions& options) {
  const std::vector<std::string> folders = foldersOf(options);
  const std::vector<PluginInfo> plugins = findArmPlugins(folders);
  if (options.json) {
    Json rows = Json::array();
    for (const PluginInfo& plugin : plugins) {
      Json settings = Json::array();
      for (const PluginSetting& setting : plugin.settings) {
        settings.push_back({{"key", setting.spec.key}, {"label", setting.spec.label}, {"unit", setting.spec.unit},
                            {"default", setting.initial}, {"min", setting.spec.min}, {"max", setting.spec.max}, {"help", setting.spec.help}});
      }
      rows.push_back({{"name", plugin.name}, {"title", plugin.title}, {"version", plugin.version}, {"file", plugin.file},
                      {"settings", settings}, {"refused", plugin.refused ? Json(plugin.refused->text()) : Json(nullptr)}});
    }
    std::printf("%s\n", rows.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
    return kDone;
  }
  for (const PluginInfo& plugin : plugins) {
    if (plugin.refused) {
      std::printf("%-16s refused: %s\n", plugin.name.c_str(), plugin.refused->text().c_str());
      continue;
    }
    std::printf("%-16s %s %s, %s\n", plugin.name.c_str(), plugin.title.c_str(), plugin.version.c_str(), plugin.file.c_str());
    for (const PluginSetting& setting : plugin.settings) {
      std::printf("  --setting %s=%g  %s\n", setting.spec.key.c_str(), setting.initial, setting.spec.help.c_str());
    }
  }
  if (plugins.empty()) {
    std::printf("There is no plugin. They are looked for in:\n");
    for (const std::string& folder : folders) std::printf("  %s\n", folder.c_str());
  }
  return kDone;
}

}  // namespace gps::cli
