// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtPlugin>
#include <array>
#include <memory>
#include <span>

#include "core/base/error.h"
#include "core/device/arm/arm_driver.h"

namespace gps {

/// The interface below. A plugin names it in its metadata; another number is refused before any code is loaded.
inline constexpr int kArmPluginInterface = 1;

/// A joint as the plugin knows it, in SI units.
struct PluginJoint {
  double lowerLimit = -2.0;    ///< soft limits [rad]
  double upperLimit = 2.0;
  double velocityLimit = 5.0;  ///< [rad/s]
  double torqueLimit = 0.2;    ///< [N m]
  double stallTorque = 0.5;    ///< of its motor, at the joint [N m]
};

/// What a plugin made: an arm that is not connected yet, and what it can do.
struct PluginArm {
  int joints = 0;  ///< 1 to kMaxArmJoints
  std::array<PluginJoint, kMaxArmJoints> joint{};
  ActionKind action = ActionKind::Torque;
  double largestOffset = 0.2;  ///< of position-offset actions [rad]
  /// From here on a real-time interface: open(), then one read() and one write() per period, from one thread. See
  /// ArmDriver for what its calls may do. The program guards limits, speed, deadlines and the emergency stop.
  std::unique_ptr<ArmDriver> driver;
};

/// A way to arms that the program does not know itself. A Qt plugin that implements this is found by its metadata (see
/// spring_arm for all of it), in a folder that nobody else can write to.
class ArmPlugin {
 public:
  virtual ~ArmPlugin() = default;
  /// `settings` hold one number for each entry of the metadata's "settings", in that order and within its bounds.
  /// `period` is that of the control loop [s]. Fails with what, where and how to mend it; sends nothing yet.
  virtual Result<PluginArm> make(std::span<const double> settings, double period) = 0;
};

}  // namespace gps

Q_DECLARE_INTERFACE(gps::ArmPlugin, "gps-studio.ArmPlugin")
