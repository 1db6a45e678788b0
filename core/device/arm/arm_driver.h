// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace gps {

inline constexpr int kMaxArmJoints = 8;

/// What an action means to an arm.
enum class ActionKind : std::uint8_t {
  Torque,          ///< [N m]
  Velocity,        ///< [rad/s]
  PositionOffset,  ///< goal minus present angle [rad]
};

/// What became of a call to a driver.
enum class DriverCode : std::uint8_t {
  Ok,
  Stale,           ///< a joint did not answer; its state is extrapolated
  LinkLost,
  NoAnswer,        ///< `joint`
  WrongModel,      ///< `joint`; `value`: the model number found
  HardwareError,   ///< `joint`; `value`: the servo's error bits
  Refused,         ///< `joint` would not take `item`; `value`: its error byte
  NotVerified,     ///< `joint`: register `item` reads `value` instead of what was written
  OutsideLimits,   ///< `joint` stands outside its limits
  BadVoltage,      ///< `joint`; `value`: 0.1 V
  TooHot,          ///< `joint`; `value`: degrees C
  NoSuchAction,    ///< `joint`'s servo cannot be commanded so
  PeriodTooShort,  ///< `value`: microseconds that one cycle takes on the wire
  TorqueLost,      ///< `joint` switched its torque off, or started anew
  WatchdogTripped, ///< `joint` heard nothing for too long
  Suspended,       ///< the computer slept while the arm was armed
  Interrupted,     ///< the emergency stop came in between
  NotOpen,
};

/// The result of a driver call: a code and what it is about. -1: nothing.
struct DriverStatus {
  DriverCode code = DriverCode::Ok;
  int joint = -1;  ///< index
  int item = -1;   ///< register, as gps::Item
  int value = 0;

  bool ok() const { return code == DriverCode::Ok; }
};

/// One joint as the arm reports it, in SI units.
struct JointReading {
  double angle = 0.0;        ///< [rad]
  double velocity = 0.0;     ///< [rad/s]
  double torque = 0.0;       ///< estimated by the servo [N m]; 0 where it does not tell
  std::int32_t counts = 0;   ///< position as it came
  bool stale = false;        ///< did not answer: angle is extrapolated
};

/// One reading of the arm. Times in nanoseconds of the monotonic clock.
struct ArmReading {
  int joints = 0;
  std::array<JointReading, kMaxArmJoints> joint{};
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// What the arm shall do for one period, and what it was really told after clamping and rounding.
struct ArmCommand {
  std::array<double, kMaxArmJoints> wanted{};
  std::array<double, kMaxArmJoints> sent{};
  std::uint32_t clipped = 0;  ///< bit per joint: the servo's limits cut the command
};

/// Slowly changing values of one joint.
struct JointHealth {
  double voltage = 0.0;      ///< [V]
  double temperature = 0.0;  ///< [degree C]
  int errorBits = 0;
  bool known = false;
};

/// The narrow waist between a control loop and whatever moves: a real-time interface of plain structs. All calls
/// come from one thread; none throws, allocates, or takes longer than the half of a period, but for open(), arm(),
/// release() and close(), which are not called in the middle of a trial.
class ArmDriver {
 public:
  virtual ~ArmDriver() = default;
  virtual int joints() const noexcept = 0;
  /// Finds the servos and prepares them, torque off.
  virtual DriverStatus open() noexcept = 0;
  /// Torque on, joint by joint, with neutral goals. The arm does not move by it. Interrupted, with torque off again,
  /// when `stop` becomes true.
  virtual DriverStatus arm(const std::atomic<bool>& stop) noexcept = 0;
  /// Reads the arm; Stale when some joints did not answer. Also watches over the arm's health.
  virtual DriverStatus read(ArmReading& reading) noexcept = 0;
  virtual DriverStatus write(ArmCommand& command) noexcept = 0;
  /// No torque, no velocity, or the pose as it is.
  virtual DriverStatus neutral() noexcept = 0;
  /// Torque off everywhere, verified joint by joint; NotVerified or NoAnswer for the first that does not confirm.
  virtual DriverStatus release() noexcept = 0;
  /// Neutral, torque off, watchdog off. Safe at any time, also twice.
  virtual void close() noexcept = 0;
  virtual const JointHealth& health(int joint) const noexcept = 0;
};

}  // namespace gps
