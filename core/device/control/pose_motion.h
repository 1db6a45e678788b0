// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/arm/arm_config.h"

namespace gps {

/// Moves the arm from pose to pose and holds it there, in the arm's own kind of action.
/// Path: q(s) = a + (b - a)(10 s^3 - 15 s^4 + 6 s^5), s = t/T, of least jerk, no joint faster than `speed` [rad/s].
/// Torque: Kp(q* - q) - Kd(q' - q*') + integral, with gains from the joint's torque limit, and no more than its
/// servo's own inertia bears at the control period.
class PoseMotion {
 public:
  PoseMotion(const ArmConfig& config, double speed);
  /// From the pose as it is to `target` (clamped to the joint limits).
  void moveTo(const ArmReading& from, const std::array<double, kMaxArmJoints>& target) noexcept;
  /// Holds the pose as it is.
  void hold(const ArmReading& at) noexcept;
  /// One period's action. Call it once each period.
  void action(const ArmReading& reading, ArmCommand& command) noexcept;
  bool arrived() const { return m_time >= m_duration; }
  /// Largest distance of a joint from the final pose [rad].
  double error(const ArmReading& reading) const noexcept;
  const std::array<double, kMaxArmJoints>& target() const { return m_to; }

 private:
  ArmConfig m_config;
  double m_speed;
  double m_time = 0.0;
  double m_duration = 0.0;
  std::array<double, kMaxArmJoints> m_from{};
  std::array<double, kMaxArmJoints> m_to{};
  std::array<double, kMaxArmJoints> m_integral{};  // [N m]
};

}  // namespace gps
