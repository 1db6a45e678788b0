// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/servo/joint_scale.h"

#include <algorithm>
#include <cmath>

namespace gps {

namespace {

std::int32_t nearest(double value, double limit) {
  // Casting what does not fit an int is undefined; NaN must not become a command.
  if (std::isnan(value)) return 0;
  return static_cast<std::int32_t>(std::lround(std::clamp(value, -limit, limit)));
}

constexpr double kMaxRaw = 1 << 30;

}  // namespace

JointScale JointScale::of(const ServoModel& model) {
  JointScale scale;
  scale.velocityUnit = model.at(Item::PresentVelocity).unit;
  if (const Register* goal = model.find(Item::GoalCurrent)) scale.currentUnit = goal->unit;
  scale.torqueConstant = model.torqueConstant();
  return scale;
}

double JointScale::angle(std::int32_t count) const {
  // In double: the difference of two 32-bit numbers from a servo may not fit 32 bits.
  return sign * (static_cast<double>(count) - zeroCount) * kRadiansPerCount / gearRatio;
}

std::int32_t JointScale::count(double angle) const {
  return nearest(zeroCount + sign * angle * gearRatio / kRadiansPerCount, kMaxRaw);
}

double JointScale::velocity(std::int32_t raw) const { return sign * raw * velocityUnit / gearRatio; }

std::int32_t JointScale::rawVelocity(double velocity) const {
  return nearest(sign * velocity * gearRatio / velocityUnit, kMaxRaw);
}

double JointScale::torque(std::int32_t rawCurrent) const {
  return sign * rawCurrent * currentUnit * torqueConstant * gearRatio;
}

std::int32_t JointScale::rawCurrent(double torque, std::int32_t limit) const {
  const double perCount = currentUnit * torqueConstant * gearRatio;
  return perCount > 0.0 ? nearest(sign * torque / perCount, limit) : 0;
}

double pwmForTorque(const ServoModel& model, double torque, double omega, double voltage, double limit) {
  const double ke = model.ratedVoltage / model.noLoadSpeed;
  const double resistance = model.ratedVoltage / model.stallCurrent;
  const double share = (resistance * torque / model.torqueConstant() + ke * omega) / voltage;
  return std::isnan(share) ? 0.0 : std::clamp(share, -limit, limit);
}

double torqueOfPwm(const ServoModel& model, double share, double omega, double voltage) {
  const double ke = model.ratedVoltage / model.noLoadSpeed;
  const double resistance = model.ratedVoltage / model.stallCurrent;
  return (share * voltage - ke * omega) / resistance * model.torqueConstant();
}

}  // namespace gps
