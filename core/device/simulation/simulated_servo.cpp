// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/simulation/simulated_servo.h"

#include <algorithm>
#include <cmath>

namespace gps {

namespace {

using dynamixel::StatusError;

constexpr double kPositionStiffness = 20.0;  // stall torques per radian of error
constexpr double kPositionDamping = 1.0;     // stall torques per rad/s
constexpr double kVelocityGain = 1.0;        // stall torques per rad/s of error

bool isGoal(Item item) {
  return item == Item::GoalPwm || item == Item::GoalCurrent || item == Item::GoalVelocity ||
         item == Item::GoalPosition;
}

}  // namespace

SimulatedServo::SimulatedServo(const ServoModel& model, std::uint8_t id)
    : m_model(&model), m_memory(model.tableSize, 0) {
  for (const Register& reg : model.registers) set(reg.item, reg.initial);
  set(Item::Id, id);
}

std::int32_t SimulatedServo::value(Item item) const {
  const Register* reg = m_model->find(item);
  return reg ? decode(*reg, Bytes(m_memory).subspan(reg->address)) : 0;
}

void SimulatedServo::set(Item item, std::int32_t value) {
  if (const Register* reg = m_model->find(item)) encode(*reg, value, std::span(m_memory).subspan(reg->address));
}

Bytes SimulatedServo::read(std::uint16_t address, std::size_t length) const {
  if (address + length > m_memory.size()) return {};
  return Bytes(m_memory).subspan(address, length);
}

StatusError SimulatedServo::refusal(const Register& reg, std::int32_t value) const {
  if (reg.access == Access::ReadOnly) return StatusError::Access;
  if (m_model->protocol == Protocol::FeetechSts) return StatusError::None;  // it reports no refusals
  if (reg.access == Access::Eeprom && this->value(Item::TorqueEnable) != 0) return StatusError::Access;
  if (isGoal(reg.item) && this->value(Item::BusWatchdog) == -1) return StatusError::DataRange;
  const auto beyond = [&](Item limit) { return std::abs(static_cast<double>(value)) > this->value(limit); };
  switch (reg.item) {
    case Item::GoalCurrent: return beyond(Item::CurrentLimit) ? StatusError::DataLimit : StatusError::None;
    case Item::GoalVelocity: return beyond(Item::VelocityLimit) ? StatusError::DataLimit : StatusError::None;
    case Item::GoalPwm: return beyond(Item::PwmLimit) ? StatusError::DataLimit : StatusError::None;
    case Item::GoalPosition:
      if (this->value(Item::OperatingMode) != 3) return StatusError::None;
      return value < this->value(Item::MinPosition) || value > this->value(Item::MaxPosition)
                 ? StatusError::DataLimit
                 : StatusError::None;
    case Item::OperatingMode:
      if (value == 0 && !m_model->has(Item::GoalCurrent)) return StatusError::DataRange;
      return value == 0 || value == 1 || value == 3 || value == 4 || value == 5 || value == 16
                 ? StatusError::None
                 : StatusError::DataRange;
    case Item::TorqueEnable:
      return value != 0 && (this->value(Item::HardwareError) & this->value(Item::ShutdownMask)) != 0
                 ? StatusError::ResultFail
                 : StatusError::None;
    default: return StatusError::None;
  }
}

void SimulatedServo::afterWrite(const Register& reg, std::int32_t before) {
  const bool dynamixel = m_model->protocol == Protocol::Dynamixel2;
  if (reg.item == Item::TorqueEnable) {
    if (faults.ignoresTorqueOff && before != 0) set(Item::TorqueEnable, before);
    if (before == 0 && value(Item::TorqueEnable) == 1 && dynamixel && !faults.staleGoal) {
      set(Item::GoalPosition, value(Item::PresentPosition));
    }
  }
  // A change of mode restores gains and profile, and raises the goals to their limits.
  if (reg.item == Item::OperatingMode && dynamixel) {
    set(Item::GoalCurrent, value(Item::CurrentLimit));
    set(Item::GoalPwm, value(Item::PwmLimit));
    for (const Item item : {Item::PositionGainP, Item::PositionGainI, Item::PositionGainD,
                            Item::ProfileAcceleration, Item::ProfileVelocity}) {
      if (const Register* other = m_model->find(item)) set(item, other->initial);
    }
  }
}

StatusError SimulatedServo::write(std::uint16_t address, Bytes data) {
  if (address + data.size() > m_memory.size()) return StatusError::Access;
  const auto inside = [&](const Register& reg) {
    return reg.address >= address && reg.address + reg.size <= address + data.size();
  };
  for (const Register& reg : m_model->registers) {
    if (!inside(reg)) continue;
    const StatusError error = refusal(reg, decode(reg, data.subspan(reg.address - address)));
    if (error != StatusError::None) return error;
  }
  const std::vector<std::uint8_t> before = m_memory;
  std::copy(data.begin(), data.end(), m_memory.begin() + address);
  for (const Register& reg : m_model->registers) {
    if (!inside(reg)) continue;
    const bool locked = m_model->protocol == Protocol::FeetechSts && value(Item::Lock) != 0;
    if (reg.access == Access::Eeprom && !locked) ++m_eepromWrites;
    afterWrite(reg, decode(reg, Bytes(before).subspan(reg.address)));
  }
  return StatusError::None;
}

void SimulatedServo::checkWatchdog(Nanos now) {
  const std::int32_t setting = value(Item::BusWatchdog);
  if (setting < 1 || value(Item::TorqueEnable) == 0) return;
  if (now - m_lastInstruction <= setting * 20 * kMillisecond) return;
  set(Item::BusWatchdog, -1);
  set(Item::GoalCurrent, 0);
  set(Item::GoalVelocity, 0);
  set(Item::GoalPwm, 0);
  set(Item::GoalPosition, value(Item::PresentPosition));
}

void SimulatedServo::reboot() {
  for (const Register& reg : m_model->registers) {
    if (reg.access == Access::Ram) set(reg.item, reg.initial);
  }
  set(Item::HardwareError, 0);
}

bool SimulatedServo::alert() const { return value(Item::HardwareError) != 0; }

double SimulatedServo::torque(const JointState& joint) const {
  const double stall = m_model->stallTorque;
  const std::int32_t enabled = value(Item::TorqueEnable);
  if (enabled == 2) return -0.2 * stall * joint.velocity;  // Feetech's damping
  if (enabled != 1) return 0.0;
  const int mode = value(Item::OperatingMode);
  const auto goal = [&](Item item) { return value(item) * m_model->at(item).unit; };
  double torque = 0.0;
  if (mode == m_model->modeNumber(ServoMode::Current)) {
    torque = goal(Item::GoalCurrent) * m_model->torqueConstant();
  } else if (mode == m_model->modeNumber(ServoMode::Velocity)) {
    torque = stall * kVelocityGain * (goal(Item::GoalVelocity) - joint.velocity);
  } else if (mode == m_model->modeNumber(ServoMode::Pwm)) {
    const double duty = goal(m_model->has(Item::GoalPwm) ? Item::GoalPwm : Item::GoalTime);
    torque = stall * (duty - joint.velocity / m_model->noLoadSpeed);
  } else {
    const double wanted = (value(Item::GoalPosition) - presentCount(0.0)) * kRadiansPerCount;
    torque = stall * (kPositionStiffness * (wanted - joint.angle) - kPositionDamping * joint.velocity);
  }
  return std::clamp(torque, -stall, stall);
}

std::int32_t SimulatedServo::presentCount(double angle) const {
  const std::int32_t offset = value(Item::HomingOffset);
  const auto count = static_cast<std::int32_t>(std::lround(kCentreCount + angle / kRadiansPerCount));
  return m_model->protocol == Protocol::Dynamixel2 ? count + offset : count - offset;
}

void SimulatedServo::observe(const JointState& joint, double torque) {
  set(Item::PresentPosition, presentCount(std::clamp(joint.angle, -1e4, 1e4)));
  const double rawVelocity = joint.velocity / m_model->at(Item::PresentVelocity).unit;
  set(Item::PresentVelocity, static_cast<std::int32_t>(std::lround(std::clamp(rawVelocity, -30000.0, 30000.0))));
  if (m_model->has(Item::PresentCurrent) && m_model->torqueConstant() > 0.0) {
    const double current = torque / m_model->torqueConstant() / m_model->at(Item::PresentCurrent).unit;
    set(Item::PresentCurrent, static_cast<std::int32_t>(std::lround(current)));
  }
  if (m_model->has(Item::PresentLoad)) {
    set(Item::PresentLoad, static_cast<std::int32_t>(std::lround(1000.0 * torque / m_model->stallTorque)));
  }
}

}  // namespace gps
