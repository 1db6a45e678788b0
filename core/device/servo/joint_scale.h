// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/servo/servo_model.h"

namespace gps {

/// From a servo's counts to a joint's SI units and back. Sign and zero are kept on the host, never in the servo.
struct JointScale {
  int sign = 1;                        ///< +1, or -1 for a servo that is mounted the other way round
  int zeroCount = kCentreCount;        ///< what the servo reads where the joint's angle is 0
  double gearRatio = 1.0;              ///< servo turns per joint turn
  double velocityUnit = 0.0;           ///< [rad/s per count] of the servo's velocity registers
  double currentUnit = 0.0;            ///< [A per count]; 0: the servo has no current loop
  double torqueConstant = 0.0;         ///< [N m/A] at the servo

  /// The scale of a kind of servo, with the torque constant of its data sheet.
  static JointScale of(const ServoModel& model);

  double angle(std::int32_t count) const;              ///< [rad]
  std::int32_t count(double angle) const;              ///< nearest; saturates
  double velocity(std::int32_t raw) const;             ///< [rad/s]
  std::int32_t rawVelocity(double velocity) const;     ///< nearest; saturates
  double torque(std::int32_t rawCurrent) const;        ///< at the joint [N m]
  /// round(sign tau / (gear kt unit)), clamped to +-limit counts; 0 without a current loop.
  std::int32_t rawCurrent(double torque, std::int32_t limit) const;
};

/// The approximate torque of a servo without current loop: the PWM share (-1..1) for `torque` at `omega`,
/// (R tau/kt + ke omega)/V with R = V0/I_stall, ke = V0/omega_noload at the rated V0, clamped to +-limit.
double pwmForTorque(const ServoModel& model, double torque, double omega, double voltage, double limit);

/// The inverse: torque [N m] of a PWM share at `omega`.
double torqueOfPwm(const ServoModel& model, double share, double omega, double voltage);

}  // namespace gps
