// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/arm/arm_config.h"

namespace gps {

/// Finds out how one joint is mounted, from its counts while the user moves it by hand with the torque off
/// (serial-arms, 7): where it stands at angle 0, which way is positive, how far it goes.
class JointCalibration {
 public:
  /// `before`: servo, gear ratio and limits that calibration leaves alone.
  explicit JointCalibration(const JointConfig& before) : m_joint(before) {}

  /// Every reading goes through here, in the order it was taken.
  void feed(std::int32_t counts);
  std::int32_t counts() const { return m_now; }

  /// The joint stands where its angle is to be 0.
  void takeZero();
  /// The user has turned it in the positive direction since: at least 5 degrees.
  Status takeDirection();
  /// From here on the user moves it through all of its range.
  void beginRange();
  /// Fails for less than 10 degrees, and where the servo's count wraps inside. The soft limits end 3 degrees inside.
  Status takeRange();

  const JointConfig& joint() const { return m_joint; }
  double lowest() const { return m_joint.scale.angle(m_low); }    ///< seen since beginRange() [rad], at one end
  double highest() const { return m_joint.scale.angle(m_high); }  ///< at the other

 private:
  JointConfig m_joint;
  std::int32_t m_now = 0;
  std::int32_t m_low = 0;
  std::int32_t m_high = 0;
  bool m_known = false;
  bool m_wrapped = false;
};

/// The arm as it has to be opened for a calibration: no joint stands outside its limits.
ArmConfig openForCalibration(ArmConfig arm);

}  // namespace gps
