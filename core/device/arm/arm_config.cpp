// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/arm_config.h"

#include <cmath>
#include <set>

#include "core/device/protocol/dynamixel_packet.h"

namespace gps {

namespace {

std::string registerName(const ServoModel& model, int item) {
  const Register* reg = item < 0 ? nullptr : model.find(static_cast<Item>(item));
  return reg ? std::string(reg->name) : "a register";
}

std::string errorBits(Protocol protocol, int bits) {
  struct Bit {
    int mask;
    const char* name;
  };
  static constexpr Bit kDynamixel[] = {
      {1, "voltage"}, {4, "overheating"}, {8, "encoder"}, {16, "electrical shock"}, {32, "overload"}};
  static constexpr Bit kFeetech[] = {
      {1, "voltage"}, {2, "encoder"}, {4, "overheating"}, {8, "current"}, {32, "overload"}};
  if (protocol == Protocol::Plugin) return "error " + std::to_string(bits);
  std::string text;
  for (const Bit& bit : protocol == Protocol::Dynamixel2 ? std::span<const Bit>(kDynamixel) : kFeetech) {
    if (bits & bit.mask) text += (text.empty() ? "" : ", ") + std::string(bit.name);
  }
  return text.empty() ? "an unknown error" : text;
}

}  // namespace

Status ArmConfig::check() const {
  if (joints.empty() || joints.size() > kMaxArmJoints) {
    return Error{"An arm has 1 to " + std::to_string(kMaxArmJoints) + " joints, but this one has " +
                     std::to_string(joints.size()) + ".",
                 "joints", "List the servos that move the planar arm."};
  }
  if (!(period >= 0.001 && period <= 1.0)) {
    return Error{"The control period must be between 1 ms and 1 s.", "period", "Use for example 0.02 s."};
  }
  if (baud < 9600) {
    return Error{"A speed of " + std::to_string(baud) + " bits per second is too slow.", "baud", "Use 1000000."};
  }
  std::set<int> ids;
  for (const JointConfig& joint : joints) {
    const std::string where = "joint with id " + std::to_string(joint.id);
    if (!ids.insert(joint.id).second) {
      return Error{"Two joints have the id " + std::to_string(joint.id) + ".", where, "Give each servo its own id."};
    }
    if (joint.id > dynamixel::kMaxId) return Error{"A servo's id is 0 to 252.", where, "Use the id of the servo."};
    if (!joint.model || joint.model->protocol != protocol) {
      return Error{"The servo does not speak the arm's protocol.", where, "Use servos of one family on one bus."};
    }
    if (!(joint.lowerLimit < joint.upperLimit) || !std::isfinite(joint.upperLimit - joint.lowerLimit)) {
      return Error{"The lower limit must be below the upper one.", where, "Exchange the limits."};
    }
    if (!(joint.velocityLimit > 0.0 && joint.torqueLimit > 0.0 && joint.scale.gearRatio > 0.0) ||
        std::abs(joint.scale.sign) != 1) {
      return Error{"Speed limit, torque limit and gear ratio must be above 0, the sign +1 or -1.", where,
                   "Correct the joint's values."};
    }
  }
  return Done{};
}

JointConfig jointOf(const ServoModel& model, std::uint8_t id) {
  JointConfig joint;
  joint.id = id;
  joint.model = &model;
  joint.scale = JointScale::of(model);
  joint.velocityLimit = 0.8 * model.noLoadSpeed;
  joint.torqueLimit = 0.4 * model.stallTorque;
  return joint;
}

Error describe(const DriverStatus& status, const ArmConfig& config) {
  const bool named = status.joint >= 0 && status.joint < static_cast<int>(config.joints.size());
  const JointConfig* joint = named ? &config.joints[static_cast<std::size_t>(status.joint)] : nullptr;
  const std::string who = joint ? "Servo " + std::to_string(joint->id) : std::string("A servo");
  const std::string where = joint ? std::string(joint->model->name) + ", id " + std::to_string(joint->id) : "arm";
  const std::string item = joint ? registerName(*joint->model, status.item) : "a register";
  const std::string value = std::to_string(status.value);
  switch (status.code) {
    case DriverCode::Ok: return {"Everything is in order.", where, ""};
    case DriverCode::Stale: return {who + " did not answer once.", where, "Check cable and power if it happens often."};
    case DriverCode::LinkLost:
      return {"The connection to the arm is lost.", "serial port", "Plug the adapter in, then connect again."};
    case DriverCode::NoAnswer:
      return {who + " does not answer.", where, "Check power, cable, id and baud rate; then connect again."};
    case DriverCode::WrongModel:
      return {who + " is of another kind: its model number is " + value + ".", where,
              "Correct the arm's description, or the id."};
    case DriverCode::HardwareError:
      return {who + " reports " + errorBits(config.protocol, status.value) + ".", where,
              "Remove the cause, switch the servo off and on, then connect again."};
    case DriverCode::Refused:
      return {who + " refuses to change " + item + ": " +
                  dynamixel::meaning(static_cast<dynamixel::StatusError>(status.value & 0x7F)) + ".",
              where, "Check the limits in the arm's description."};
    case DriverCode::NotVerified:
      return {who + " did not take " + item + ", which reads " + value + ".", where,
              "Switch the servo off and on, then connect again."};
    case DriverCode::OutsideLimits:
      return {who + " stands outside the limits of its joint.", where, "Move the joint inside by hand, or widen the limits."};
    case DriverCode::BadVoltage:
      return {who + " measures a supply of " + value + " tenths of a volt.", where, "Check the power supply."};
    case DriverCode::TooHot:
      return {who + " is at " + value + " degrees C, close to its limit.", where, "Let it cool down."};
    case DriverCode::NoSuchAction:
      return {who + " cannot be commanded by this kind of action.", where,
              "Use velocity or position-offset actions for this arm."};
    case DriverCode::PeriodTooShort:
      return {"One cycle takes " + value + " microseconds on the wire, too much for the control period.", "period",
              "Use a longer period, a higher baud rate, or a shorter latency of the adapter."};
    case DriverCode::TorqueLost:
      return {who + " has switched its torque off.", where, "Check the power supply, then connect again."};
    case DriverCode::WatchdogTripped:
      return {who + " heard nothing for too long and stopped.", where,
              "Close other programs or use a longer period, then connect again."};
    case DriverCode::Suspended:
      return {"The computer was suspended while the arm was armed.", "arm", "Check the arm, then connect again."};
    case DriverCode::Interrupted:
      return {"The emergency stop was pressed while torque was being switched on.", "arm", "Connect again when it is safe."};
    case DriverCode::NotOpen: return {"The arm is not connected.", "arm", "Connect it."};
  }
  return {"The arm reports something unknown.", where, "Connect again."};
}

}  // namespace gps
