// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/control/guards.h"

#include <algorithm>
#include <cmath>

namespace gps {

Guards::Guards(const ArmConfig& config, GuardSettings settings) : m_config(config), m_settings(settings) {}

GuardVerdict Guards::apply(const ArmReading& reading, ArmCommand& command) noexcept {
  for (int joint = 0; joint < reading.joints; ++joint) {
    const auto i = static_cast<std::size_t>(joint);
    m_joint = joint;
    const GuardVerdict verdict = applyTo(joint, reading.joint[i], command.wanted[i]);
    if (verdict != GuardVerdict::Pass) return verdict;
  }
  m_joint = -1;
  return GuardVerdict::Pass;
}

GuardVerdict Guards::applyTo(int joint, const JointReading& now, double& u) noexcept {
  const auto i = static_cast<std::size_t>(joint);
  const JointConfig& to = m_config.joints[i];
  if (!std::isfinite(u) || !std::isfinite(now.angle) || !std::isfinite(now.velocity)) return GuardVerdict::NotFinite;
  if (now.angle > to.upperLimit + m_settings.hardMargin || now.angle < to.lowerLimit - m_settings.hardMargin) {
    return GuardVerdict::BeyondLimit;
  }
  m_fast[i] = std::abs(now.velocity) > m_settings.overspeed * to.velocityLimit ? m_fast[i] + 1 : 0;
  if (m_fast[i] >= 2) return GuardVerdict::TooFast;

  double largest = to.torqueLimit;
  if (m_config.action == ActionKind::Velocity) largest = to.velocityLimit;
  if (m_config.action == ActionKind::PositionOffset) largest = m_config.largestOffset;
  if (std::abs(u) > largest) ++m_counters.clamped;
  u = std::clamp(u, -largest, largest);
  u = tamedAtLimits(to, now, u);
  if (m_config.action == ActionKind::Torque) u = tamedTorque(to, now, u);
  u = std::clamp(u, -largest, largest);
  return GuardVerdict::Pass;
}

double Guards::tamedAtLimits(const JointConfig& joint, const JointReading& now, double u) noexcept {
  // The distance that is left in the direction of the command.
  const double left = u > 0.0 ? joint.upperLimit - now.angle : now.angle - joint.lowerLimit;
  if (u == 0.0 || left >= m_settings.margin) return u;
  ++m_counters.nearLimit;
  return u * std::max(0.0, left) / m_settings.margin;
}

double Guards::tamedTorque(const JointConfig& joint, const JointReading& now, double u) noexcept {
  // A fast joint would pass the margins before a spring there could stop it: what counts is where it will be soon.
  const double soon = now.angle + m_settings.lookAhead * now.velocity;
  const double beyond = std::max({now.angle - joint.upperLimit, soon - joint.upperLimit, 0.0}) -
                        std::max({joint.lowerLimit - now.angle, joint.lowerLimit - soon, 0.0});
  if (beyond != 0.0) {
    // The spring has all its strength where the arm would be stopped; outward torque has none.
    ++m_counters.beyondLimit;
    if (u * beyond > 0.0) u = 0.0;
    u -= joint.torqueLimit * (beyond / m_settings.hardMargin + 0.5 * now.velocity / joint.velocityLimit);
  }
  const double excess = std::abs(now.velocity) - joint.velocityLimit;
  if (excess > 0.0) {
    ++m_counters.damped;
    if (u * now.velocity > 0.0) u = 0.0;
    const double damping = joint.torqueLimit / ((m_settings.overspeed - 1.0) * joint.velocityLimit);
    u -= std::copysign(damping * excess, now.velocity);
  }
  return u;
}

}  // namespace gps
