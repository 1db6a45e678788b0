// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/arm_description.h"

#include <charconv>

#include "app/cli/device/plugin_arms.h"
#include "core/device/arm/arm_file.h"

namespace gps::cli {

namespace {

Result<JointConfig> jointNamed(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  int id = -1;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, id);
    if (error != std::errc() || stop != end) id = -1;
  }
  if (id < 0 || id > 252) {
    return Error{"A joint is MODEL:ID with an id from 0 to 252, but this is " + text + ".", "--joints",
                 "Write for example XL330-M288:1."};
  }
  const ServoModel* model = findServoModel(name);
  if (!model) {
    std::string known;
    for (const ServoModel& each : servoModels()) known += (known.empty() ? "" : ", ") + std::string(each.name);
    return Error{"No servo is called " + name + ".", "--joints", "Use one of " + known + "."};
  }
  return jointOf(*model, static_cast<std::uint8_t>(id));
}

}  // namespace

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
      Result<JointConfig> joint = jointNamed(text);
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
