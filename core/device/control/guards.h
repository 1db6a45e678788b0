// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/arm/arm_config.h"

namespace gps {

/// Distances within which commands are tamed.
struct GuardSettings {
  double margin = 0.1;       ///< before a soft limit: outward commands shrink in proportion to the distance [rad]
  double hardMargin = 0.05;  ///< beyond a soft limit: the arm is stopped [rad]
  double lookAhead = 0.1;    ///< a limit counts from where the joint will be after this time [s]
  double overspeed = 1.25;   ///< times the speed limit, twice in a row: the arm is stopped
};

/// How often each guard acted.
struct GuardCounters {
  std::uint64_t clamped = 0;      ///< command beyond its own limit
  std::uint64_t nearLimit = 0;    ///< outward command shrunk
  std::uint64_t beyondLimit = 0;  ///< joint outside its soft limits, or soon to be
  std::uint64_t damped = 0;       ///< joint faster than its limit
};

enum class GuardVerdict : std::uint8_t { Pass, NotFinite, BeyondLimit, TooFast };

/// Every command passes through here on its way to the arm.
class Guards {
 public:
  explicit Guards(const ArmConfig& config, GuardSettings settings = {});
  /// Changes `command.wanted` where it must be; anything but Pass means: stop the arm now. `joint()` is the culprit.
  GuardVerdict apply(const ArmReading& reading, ArmCommand& command) noexcept;
  int joint() const { return m_joint; }
  const GuardCounters& counters() const { return m_counters; }
  /// Before the arm is armed anew.
  void reset() { m_fast = {}; }

 private:
  GuardVerdict applyTo(int joint, const JointReading& now, double& u) noexcept;
  double tamedTorque(const JointConfig& joint, const JointReading& now, double u) noexcept;
  double tamedAtLimits(const JointConfig& joint, const JointReading& now, double u) noexcept;

  ArmConfig m_config;
  GuardSettings m_settings;
  GuardCounters m_counters;
  std::array<int, kMaxArmJoints> m_fast{};  // samples in a row that were too fast
  int m_joint = -1;
};

}  // namespace gps
