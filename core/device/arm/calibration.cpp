// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace gps {

namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kLeastTurn = 5.0 * kDegree;
constexpr double kLeastRange = 10.0 * kDegree;
constexpr double kSoftEnd = 3.0 * kDegree;

std::string place(const JointConfig& joint) { return std::string(joint.model->name) + ", id " + std::to_string(joint.id); }

std::string degrees(double angle) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", angle / kDegree);
  return text;
}

}  // namespace

void JointCalibration::feed(std::int32_t counts) {
  // By hand nobody turns a joint by half a turn between two readings.
  if (m_known && std::abs(static_cast<std::int64_t>(counts) - m_now) > kCountsPerTurn / 2) m_wrapped = true;
  m_known = true;
  m_now = counts;
  m_low = std::min(m_low, counts);
  m_high = std::max(m_high, counts);
}

void JointCalibration::takeZero() {
  m_joint.scale.zeroCount = m_now;
  m_joint.scale.sign = 1;
}

Status JointCalibration::takeDirection() {
  const double turned = m_joint.scale.sign * m_joint.scale.angle(m_now);
  if (std::abs(turned) < kLeastTurn) {
    return Error{"The joint turned by " + degrees(std::abs(turned)) + " degrees only.", place(m_joint),
                 "Turn it by at least 5 degrees in the positive direction."};
  }
  m_joint.scale.sign = turned > 0.0 ? 1 : -1;
  return Done{};
}

void JointCalibration::beginRange() {
  m_low = m_high = m_now;
  m_wrapped = false;
}

Status JointCalibration::takeRange() {
  if (m_wrapped) {
    return Error{"Inside its range the joint crosses the place where the servo's count starts anew.", place(m_joint),
                 "Mount the horn half a turn round, so that the middle of the range is near count 2048."};
  }
  const double from = std::min(lowest(), highest());
  const double to = std::max(lowest(), highest());
  if (to - from < kLeastRange) {
    return Error{"The joint moved by " + degrees(to - from) + " degrees only.", place(m_joint),
                 "Move it through all of its range, at least 10 degrees."};
  }
  m_joint.lowerLimit = from + kSoftEnd;
  m_joint.upperLimit = to - kSoftEnd;
  return Done{};
}

ArmConfig openForCalibration(ArmConfig arm) {
  for (JointConfig& joint : arm.joints) {
    joint.lowerLimit = -1e4;
    joint.upperLimit = 1e4;
  }
  return arm;
}

}  // namespace gps
