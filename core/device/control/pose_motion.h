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
  /// Moves the joints with these velocities [rad/s], with bounded acceleration, no faster than the motion to a pose and
  /// not beyond the limits; after `seconds` they come to rest and are held. To go on, ask again before.
  void jog(const ArmReading& at, const std::array<double, kMaxArmJoints>& velocity, double seconds) noexcept;
  /// One period's action. Call it once each period.
  void action(const ArmReading& reading, ArmCommand& command) noexcept;
  bool arrived() const { return m_time >= m_duration; }
  /// Largest distance of a joint from the final pose [rad].
  double error(const ArmReading& reading) const noexcept;
  const std::array<double, kMaxArmJoints>& target() const { return m_to; }

 private:
  double speedOf(std::size_t joint) const noexcept;
  void drift(const ArmReading& reading) noexcept;

  ArmConfig m_config;
  double m_speed;
  double m_time = 0.0;
  double m_duration = 0.0;
  std::array<double, kMaxArmJoints> m_from{};
  std::array<double, kMaxArmJoints> m_to{};
  std::array<double, kMaxArmJoints> m_integral{};  // [N m]
  double m_jogLeft = 0.0;                          // [s]
  std::array<double, kMaxArmJoints> m_jog{};       // velocities that are wanted [rad/s]
  std::array<double, kMaxArmJoints> m_drift{};     // velocities of the target now [rad/s]
};

}  // namespace gps
