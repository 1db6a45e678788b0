// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/servo_arms.h"

#include <algorithm>
#include <cmath>

namespace gps {

int DynamixelArm::wantedMode(int joint) const noexcept {
  switch (action()) {
    case ActionKind::Torque:
      return model(joint).modeNumber(model(joint).has(Item::GoalCurrent) ? ServoMode::Current : ServoMode::Pwm);
    case ActionKind::Velocity: return model(joint).modeNumber(ServoMode::Velocity);
    case ActionKind::PositionOffset: return model(joint).modeNumber(ServoMode::Position);
  }
  return -1;
}

DriverStatus DynamixelArm::configure(int joint) noexcept {
  const ServoModel& servo = model(joint);
  const JointConfig& to = config(joint);
  std::int32_t mask = 0;
  if (const DriverStatus status = get(joint, Item::ShutdownMask, mask); !status.ok()) return status;
  struct Stored {
    Item item;
    std::int32_t value;
  };
  // The servo's own limits are the last line, a little beyond those of the host.
  const std::int32_t currentLimit =
      servo.has(Item::CurrentLimit)
          ? std::abs(to.scale.rawCurrent(to.torqueLimit, servo.at(Item::CurrentLimit).initial))
          : 0;
  const std::int32_t velocityLimit =
      std::min(servo.at(Item::VelocityLimit).initial, std::abs(to.scale.rawVelocity(1.25 * to.velocityLimit)) + 1);
  for (const Stored& stored : {Stored{Item::ReturnDelay, 0}, Stored{Item::DriveMode, 0},
                               Stored{Item::OperatingMode, wantedMode(joint)}, Stored{Item::StartupConfig, 0},
                               Stored{Item::ShutdownMask, mask | servo.at(Item::ShutdownMask).initial},
                               Stored{Item::TemperatureLimit, servo.at(Item::TemperatureLimit).initial},
                               Stored{Item::CurrentLimit, currentLimit}, Stored{Item::VelocityLimit, velocityLimit}}) {
    if (const DriverStatus status = ensureStored(joint, stored.item, stored.value); !status.ok()) return status;
  }
  // A tripped watchdog makes goals read-only until it is cleared. The change of mode above may have raised them.
  std::int32_t present = 0;
  if (const DriverStatus status = get(joint, Item::PresentPosition, present); !status.ok()) return status;
  for (const Stored& ram : {Stored{Item::BusWatchdog, 0}, Stored{Item::GoalCurrent, 0}, Stored{Item::GoalVelocity, 0},
                            Stored{Item::ProfileAcceleration, 0}, Stored{Item::ProfileVelocity, 0},
                            Stored{Item::PositionGainP, servo.at(Item::PositionGainP).initial},
                            Stored{Item::PositionGainI, 0},
                            Stored{Item::PositionGainD, servo.at(Item::PositionGainD).initial}}) {
    if (const DriverStatus status = ensure(joint, ram.item, ram.value); !status.ok()) return status;
  }
  if (action() == ActionKind::PositionOffset) return ensure(joint, Item::GoalPosition, present);
  // In PWM mode this is the command; elsewhere the servo's own loop needs it.
  return wantedMode(joint) == servo.modeNumber(ServoMode::Pwm) ? ensure(joint, Item::GoalPwm, 0) : DriverStatus{};
}

int FeetechArm::wantedMode(int joint) const noexcept {
  switch (action()) {
    case ActionKind::Torque: return -1;
    case ActionKind::Velocity: return model(joint).modeNumber(ServoMode::Velocity);
    case ActionKind::PositionOffset: return model(joint).modeNumber(ServoMode::Position);
  }
  return -1;
}

DriverStatus FeetechArm::store(int joint) noexcept {
  std::int32_t phase = 0;
  if (const DriverStatus status = get(joint, Item::Phase, phase); !status.ok()) return status;
  struct Stored {
    Item item;
    std::int32_t value;
  };
  constexpr std::int32_t kMultiTurn = 16;
  const std::array stored{Stored{Item::ReturnDelay, 0},    Stored{Item::OperatingMode, wantedMode(joint)},
                          Stored{Item::PositionGainP, 16}, Stored{Item::PositionGainI, 0},
                          Stored{Item::PositionGainD, 32}, Stored{Item::Phase, phase & ~kMultiTurn}};
  bool unlocked = false;
  for (const Stored& one : stored) {
    std::int32_t found = 0;
    if (const DriverStatus status = get(joint, one.item, found); !status.ok()) return status;
    if (found == one.value) continue;
    if (!unlocked) {
      if (const DriverStatus status = ensure(joint, Item::Lock, 0); !status.ok()) return status;
      unlocked = true;
    }
    if (const DriverStatus status = ensure(joint, one.item, one.value); !status.ok()) return status;
  }
  return unlocked ? ensure(joint, Item::Lock, 1) : DriverStatus{};
}

DriverStatus FeetechArm::configure(int joint) noexcept {
  if (const DriverStatus status = store(joint); !status.ok()) return status;
  const JointConfig& to = config(joint);
  const int torqueLimit = std::min(500, static_cast<int>(std::ceil(1000.0 * to.torqueLimit / model(joint).stallTorque)));
  if (const DriverStatus status = ensure(joint, Item::TorqueLimit, torqueLimit); !status.ok()) return status;
  std::int32_t present = 0;
  if (const DriverStatus status = get(joint, Item::PresentPosition, present); !status.ok()) return status;
  if (const DriverStatus status = ensure(joint, Item::GoalPosition, present); !status.ok()) return status;
  // In position mode the goal speed bounds the motion (0 may mean no bound); in velocity mode it is the command.
  const std::int32_t speed =
      action() == ActionKind::Velocity ? 0 : std::max(1, std::abs(to.scale.rawVelocity(to.velocityLimit)));
  return ensure(joint, Item::GoalVelocity, speed);
}

}  // namespace gps
