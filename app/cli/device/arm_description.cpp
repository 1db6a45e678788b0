// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/arm_description.h"

#include "app/cli/device/plugin_arms.h"
#include "core/device/arm/arm_file.h"
#include "core/device/arm/joint_name.h"

namespace gps::cli {

Result<Protocol> protocolNamed(const std::string& name) {
  if (name == "dynamixel") return Protocol::Dynamixel2;
  if (name == "feetech") return Protocol::FeetechSts;
  return Error{"No protocol is called " + name + ".", "--protocol", "Use dynamixel or feetech."};
}

Result<ArmConfig> armOf(const DeviceOptions& options) {
  if (namesPlugin(options.port)) {
    Result<MadeArm> made = makePluginArm(options);
    if (!made) return made.error();
    return made->config;
  }
  ArmConfig config;
  if (!options.armFile.empty()) {
    Result<ArmFile> arm = readArm(options.armFile);
    if (!arm) return arm.error();
    config = std::move(arm->config);
  } else {
    config.baud = options.baud;
    for (const std::string& text : options.joints) {
      Result<JointConfig> joint = jointNamed(text, "--joints");
      if (!joint) return joint.error();
      config.joints.push_back(*std::move(joint));
    }
  }
  config.period = options.period;
  if (!config.joints.empty()) config.protocol = config.joints[0].model->protocol;
  if (options.action == "torque") {
    config.action = ActionKind::Torque;
  } else if (options.action == "velocity") {
    config.action = ActionKind::Velocity;
  } else if (options.action == "offset") {
    config.action = ActionKind::PositionOffset;
  } else if (options.action.empty()) {
    config.action = config.protocol == Protocol::Dynamixel2 ? ActionKind::Torque : ActionKind::PositionOffset;
  } else {
    return Error{"No kind of action is called " + options.action + ".", "--action", "Use torque, velocity or offset."};
  }
  if (Status checked = config.check(); !checked) return checked.error();
  return config;
}

}  // namespace gps::cli
