// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/control/pose_motion.h"

#include <algorithm>
#include <cmath>

namespace gps {

namespace {

constexpr double kFullTorqueError = 0.3;    // [rad] at which the proportional part is the torque limit, at the stiffest
constexpr double kDampingTime = 0.15;       // Kd/Kp [s]
constexpr double kInertiaPerStall = 0.002;  // [s^2] least inertia of a joint over its servo's stall torque: rotor and gears
constexpr double kDampingShare = 0.5;       // of a velocity error that damping may take away within one period
constexpr double kIntegralRate = 0.5;       // Ki/Kp [1/s]
constexpr double kIntegralShare = 0.3;      // of the torque limit
constexpr double kVelocityRate = 4.0;       // velocity per error [1/s]
constexpr double kFullIntegralError = 0.1;  // farther away the integral would only wind up [rad]
constexpr double kPeakOverMeanSpeed = 1.875;
constexpr double kJogAcceleration = 1.5;  // [rad/s^2]
constexpr double kJogLead = 0.15;         // a target that the joint cannot follow waits for it [rad]

}  // namespace

PoseMotion::PoseMotion(const ArmConfig& config, double speed) : m_config(config), m_speed(speed) {}

void PoseMotion::moveTo(const ArmReading& from, const std::array<double, kMaxArmJoints>& target) noexcept {
  m_duration = 0.0;
  m_time = 0.0;
  m_jogLeft = 0.0;
  m_jog = {};
  m_drift = {};
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    const JointConfig& joint = m_config.joints[i];
    m_from[i] = from.joint[i].angle;
    m_to[i] = std::clamp(target[i], joint.lowerLimit, joint.upperLimit);
    m_duration = std::max(m_duration, kPeakOverMeanSpeed * std::abs(m_to[i] - m_from[i]) / speedOf(i));
    m_integral[i] = 0.0;
  }
}

double PoseMotion::speedOf(std::size_t joint) const noexcept {
  return std::min(m_speed, 0.5 * m_config.joints[joint].velocityLimit);
}

void PoseMotion::jog(const ArmReading& at, const std::array<double, kMaxArmJoints>& velocity, double seconds) noexcept {
  // An arm that rests keeps its target and integral, so that it does not sag when it begins to move.
  if (!arrived()) hold(at);
  m_from = m_to;
  m_duration = 0.0;
  m_jogLeft = seconds;
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    m_jog[i] = std::isfinite(velocity[i]) ? std::clamp(velocity[i], -speedOf(i), speedOf(i)) : 0.0;
  }
}

void PoseMotion::drift(const ArmReading& reading) noexcept {
  m_jogLeft -= m_config.period;
  if (m_jogLeft <= 0.0) m_jog = {};
  const double change = kJogAcceleration * m_config.period;
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    const JointConfig& joint = m_config.joints[i];
    m_drift[i] += std::clamp(m_jog[i] - m_drift[i], -change, change);
    if (m_drift[i] == 0.0) continue;
    const double now = reading.joint[i].angle;
    const double next = std::clamp(m_to[i] + m_drift[i] * m_config.period, now - kJogLead, now + kJogLead);
    m_to[i] = std::clamp(next, joint.lowerLimit, joint.upperLimit);
    if (m_to[i] != next) m_drift[i] = 0.0;
    m_from[i] = m_to[i];
  }
}

void PoseMotion::hold(const ArmReading& at) noexcept {
  std::array<double, kMaxArmJoints> here{};
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) here[i] = at.joint[i].angle;
  moveTo(at, here);
}

void PoseMotion::action(const ArmReading& reading, ArmCommand& command) noexcept {
  m_time += m_config.period;
  drift(reading);
  const double s = m_duration > 0.0 ? std::min(1.0, m_time / m_duration) : 1.0;
  const double path = s * s * s * (10.0 + s * (-15.0 + 6.0 * s));
  const double rate = m_duration > 0.0 ? 30.0 * s * s * (1.0 - s) * (1.0 - s) / m_duration : 0.0;
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    const JointConfig& joint = m_config.joints[i];
    const JointReading& now = reading.joint[i];
    const double error = m_from[i] + path * (m_to[i] - m_from[i]) - now.angle;
    const double velocity = rate * (m_to[i] - m_from[i]) + m_drift[i];
    if (m_config.action == ActionKind::PositionOffset) {
      command.wanted[i] = error;
      continue;
    }
    if (m_config.action == ActionKind::Velocity) {
      command.wanted[i] = velocity + kVelocityRate * error;
      continue;
    }
    // Damping that is felt one period late turns a light joint round: a long period or a light joint needs soft hands.
    const double gear = joint.scale.gearRatio;
    const double inertia = kInertiaPerStall * joint.model->stallTorque * gear * gear;
    const double damping =
        std::min(kDampingTime * joint.torqueLimit / kFullTorqueError, kDampingShare * inertia / m_config.period);
    const double stiffness = damping / kDampingTime;
    const double most = kIntegralShare * joint.torqueLimit;
    if (std::abs(error) < kFullIntegralError) {
      m_integral[i] = std::clamp(m_integral[i] + kIntegralRate * stiffness * error * m_config.period, -most, most);
    }
    command.wanted[i] = stiffness * error + damping * (velocity - now.velocity) + m_integral[i];
  }
}

double PoseMotion::error(const ArmReading& reading) const noexcept {
  double largest = 0.0;
  for (std::size_t i = 0; i < m_config.joints.size(); ++i) {
    largest = std::max(largest, std::abs(reading.joint[i].angle - m_to[i]));
  }
  return largest;
}

}  // namespace gps
