// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/device/arm/arm_driver.h"
#include "core/device/servo/joint_scale.h"

namespace gps {

/// One joint of an arm: its servo, its scale and its limits.
struct JointConfig {
  std::uint8_t id = 1;
  const ServoModel* model = nullptr;
  JointScale scale{};
  double lowerLimit = -2.0;     ///< soft limits [rad]
  double upperLimit = 2.0;
  double velocityLimit = 5.0;   ///< soft limit [rad/s]
  double torqueLimit = 0.2;     ///< [N m]
};

/// A serial arm as the user described it.
struct ArmConfig {
  Protocol protocol = Protocol::Dynamixel2;
  int baud = 1'000'000;
  double period = 0.02;         ///< of the control loop [s]
  ActionKind action = ActionKind::Torque;
  double largestOffset = 0.2;   ///< of position-offset actions [rad]
  double watchdog = 0.0;        ///< of the servos [s]; 0: the larger of 60 ms and four periods
  std::vector<JointConfig> joints{};

  /// What is wrong with it, before anything is sent.
  Status check() const;
};

/// A joint with the scale and the limits of its servo.
JointConfig jointOf(const ServoModel& model, std::uint8_t id);

/// The status in the user's words.
Error describe(const DriverStatus& status, const ArmConfig& config);

}  // namespace gps
