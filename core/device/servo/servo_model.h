// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/device/protocol/byte_order.h"

namespace gps {

enum class Protocol : std::uint8_t {
  Dynamixel2,
  FeetechSts,
  Plugin,  ///< whatever a plugin speaks
};

/// What a register of a servo means, whatever its address.
enum class Item : std::uint8_t {
  ModelNumber,
  FirmwareVersion,
  Id,
  BaudRate,
  ReturnDelay,
  DriveMode,
  OperatingMode,
  SecondaryId,
  HomingOffset,
  MovingThreshold,
  TemperatureLimit,
  MaxVoltage,
  MinVoltage,
  PwmLimit,
  CurrentLimit,
  VelocityLimit,
  MaxPosition,
  MinPosition,
  StartupConfig,
  ShutdownMask,
  MaxTorque,
  Phase,
  UnloadMask,
  TorqueEnable,
  Led,
  StatusReturn,
  RegisteredInstruction,
  HardwareError,
  VelocityGainI,
  VelocityGainP,
  PositionGainD,
  PositionGainI,
  PositionGainP,
  BusWatchdog,
  GoalPwm,
  GoalCurrent,
  GoalVelocity,
  ProfileAcceleration,
  ProfileVelocity,
  GoalPosition,
  GoalTime,
  TorqueLimit,
  Lock,
  RealtimeTick,
  Moving,
  PresentPwm,
  PresentCurrent,
  PresentLoad,
  PresentVelocity,
  PresentPosition,
  InputVoltage,
  Temperature,
};

enum class Encoding : std::uint8_t { Unsigned, TwosComplement, Sign10, Sign11, Sign15 };
enum class Access : std::uint8_t { ReadOnly, Ram, Eeprom };

/// One line of a control table.
struct Register {
  Item item = Item::ModelNumber;
  std::string_view name{};
  std::uint16_t address = 0;
  std::uint8_t size = 1;  ///< bytes
  Access access = Access::Ram;
  Encoding encoding = Encoding::Unsigned;
  double unit = 1.0;            ///< SI value of one count: rad, rad/s, A, V, s; share of the full value; degree C
  std::int32_t initial = 0;     ///< as delivered
};

/// The number that `bytes` (register.size of them) stand for, in counts.
std::int32_t decode(const Register& reg, Bytes bytes);
/// Writes `value` into register.size bytes; what does not fit a sign-magnitude register is clamped.
void encode(const Register& reg, std::int32_t value, std::span<std::uint8_t> bytes);

/// How a servo can be commanded, as the number for its operating mode register.
enum class ServoMode : std::uint8_t { Current, Velocity, Position, Pwm };

/// A kind of servo.
struct ServoModel {
  std::uint16_t number = 0;  ///< what its model number register says
  std::string_view name{};
  Protocol protocol = Protocol::Dynamixel2;
  std::span<const Register> registers{};
  std::uint16_t tableSize = 0;     ///< bytes of the control table
  double stallTorque = 0.0;        ///< [N m]
  double stallCurrent = 0.0;       ///< [A]; 0: unknown
  double noLoadSpeed = 0.0;        ///< [rad/s]
  double ratedVoltage = 0.0;       ///< [V] of the three above

  /// The register, or null where this kind has none.
  const Register* find(Item item) const;
  /// The register; it must exist.
  const Register& at(Item item) const;
  bool has(Item item) const { return find(item) != nullptr; }
  /// Number of a mode in the operating mode register; -1 where this kind does not have it.
  int modeNumber(ServoMode mode) const;
  /// Stall torque over stall current [N m/A], within some 40 % of the truth; 0 where unknown.
  double torqueConstant() const { return stallCurrent > 0.0 ? stallTorque / stallCurrent : 0.0; }
};

inline constexpr int kCountsPerTurn = 4096;
inline constexpr int kCentreCount = 2048;
inline constexpr double kRadiansPerCount = 6.283185307179586 / kCountsPerTurn;

std::span<const ServoModel> servoModels();
/// Null for a number that no table knows.
const ServoModel* findServoModel(Protocol protocol, int number);
/// Null for an unknown name, for example "XL330-M288".
const ServoModel* findServoModel(std::string_view name);

/// Bits per second for a number of the baud rate register; 0 for an unknown one.
int baudRate(Protocol protocol, int code);
/// The number of the baud rate register; -1 for a speed the servos do not have.
int baudCode(Protocol protocol, int baud);

}  // namespace gps
