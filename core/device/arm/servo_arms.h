// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/arm/serial_arm.h"

namespace gps {

/// An arm of DYNAMIXEL X servos.
class DynamixelArm : public SerialArm {
 public:
  using SerialArm::SerialArm;

 protected:
  int wantedMode(int joint) const noexcept override;
  DriverStatus configure(int joint) noexcept override;
};

/// An arm of Feetech STS servos: velocity or position-offset actions, no watchdog in the servo.
class FeetechArm : public SerialArm {
 public:
  using SerialArm::SerialArm;

 protected:
  int wantedMode(int joint) const noexcept override;
  DriverStatus configure(int joint) noexcept override;

 private:
  DriverStatus store(int joint) noexcept;
};

}  // namespace gps
