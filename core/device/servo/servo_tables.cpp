// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/device/servo/servo_model.h"

namespace gps {

namespace {

constexpr double kVelocityUnit = 0.0239691;  // [rad/s], printed as 0.229 rpm
constexpr double kPwmUnit = 1.0 / 885.0;
constexpr double kPercent10 = 0.001;
constexpr double kDecivolt = 0.1;

/// What differs between the kinds of the X series.
struct XSeries {
  int model;
  int velocityLimit;
  int temperatureLimit;
  int maxVoltage;
  int minVoltage;
  int shutdown;
  int positionP;
  int positionD;
  int currentLimit;    ///< 0: no current loop
  double currentUnit;  ///< [A]
};

constexpr std::size_t kXSeriesSize = 43;

constexpr std::array<Register, kXSeriesSize> xSeries(const XSeries& x) {
  using enum Item;
  using enum Access;
  using enum Encoding;
  const double rad = kRadiansPerCount;
  std::array<Register, kXSeriesSize> table{{
      {ModelNumber, "model number", 0, 2, ReadOnly, Unsigned, 1.0, x.model},
      {FirmwareVersion, "firmware version", 6, 1, ReadOnly, Unsigned, 1.0, 52},
      {Id, "id", 7, 1, Eeprom, Unsigned, 1.0, 1},
      {BaudRate, "baud rate", 8, 1, Eeprom, Unsigned, 1.0, 1},
      {ReturnDelay, "return delay", 9, 1, Eeprom, Unsigned, 2e-6, 250},
      {DriveMode, "drive mode", 10, 1, Eeprom, Unsigned, 1.0, 0},
      {OperatingMode, "operating mode", 11, 1, Eeprom, Unsigned, 1.0, 3},
      {SecondaryId, "secondary id", 12, 1, Eeprom, Unsigned, 1.0, 255},
      {HomingOffset, "homing offset", 20, 4, Eeprom, TwosComplement, rad, 0},
      {MovingThreshold, "moving threshold", 24, 4, Eeprom, Unsigned, kVelocityUnit, 10},
      {TemperatureLimit, "temperature limit", 31, 1, Eeprom, Unsigned, 1.0, x.temperatureLimit},
      {MaxVoltage, "max voltage", 32, 2, Eeprom, Unsigned, kDecivolt, x.maxVoltage},
      {MinVoltage, "min voltage", 34, 2, Eeprom, Unsigned, kDecivolt, x.minVoltage},
      {PwmLimit, "PWM limit", 36, 2, Eeprom, Unsigned, kPwmUnit, 885},
      {VelocityLimit, "velocity limit", 44, 4, Eeprom, Unsigned, kVelocityUnit, x.velocityLimit},
      {MaxPosition, "max position", 48, 4, Eeprom, Unsigned, rad, 4095},
      {MinPosition, "min position", 52, 4, Eeprom, Unsigned, rad, 0},
      {StartupConfig, "startup configuration", 60, 1, Eeprom, Unsigned, 1.0, 0},
      {ShutdownMask, "shutdown mask", 63, 1, Eeprom, Unsigned, 1.0, x.shutdown},
      {TorqueEnable, "torque enable", 64, 1, Ram, Unsigned, 1.0, 0},
      {Led, "LED", 65, 1, Ram, Unsigned, 1.0, 0},
      {StatusReturn, "status return level", 68, 1, Ram, Unsigned, 1.0, 2},
      {RegisteredInstruction, "registered instruction", 69, 1, ReadOnly, Unsigned, 1.0, 0},
      {HardwareError, "hardware error", 70, 1, ReadOnly, Unsigned, 1.0, 0},
      {PositionGainD, "position D gain", 80, 2, Ram, Unsigned, 1.0, x.positionD},
      {PositionGainI, "position I gain", 82, 2, Ram, Unsigned, 1.0, 0},
      {PositionGainP, "position P gain", 84, 2, Ram, Unsigned, 1.0, x.positionP},
      {BusWatchdog, "bus watchdog", 98, 1, Ram, TwosComplement, 0.02, 0},
      {GoalPwm, "goal PWM", 100, 2, Ram, TwosComplement, kPwmUnit, 885},
      {GoalVelocity, "goal velocity", 104, 4, Ram, TwosComplement, kVelocityUnit, 0},
      {ProfileAcceleration, "profile acceleration", 108, 4, Ram, Unsigned, 0.374532, 0},  // 214.577 rpm/min^2
      {ProfileVelocity, "profile velocity", 112, 4, Ram, Unsigned, kVelocityUnit, 0},
      {GoalPosition, "goal position", 116, 4, Ram, TwosComplement, rad, kCentreCount},
      {RealtimeTick, "realtime tick", 120, 2, ReadOnly, Unsigned, 0.001, 0},
      {Moving, "moving", 122, 1, ReadOnly, Unsigned, 1.0, 0},
      {PresentPwm, "present PWM", 124, 2, ReadOnly, TwosComplement, kPwmUnit, 0},
      {PresentVelocity, "present velocity", 128, 4, ReadOnly, TwosComplement, kVelocityUnit, 0},
      {PresentPosition, "present position", 132, 4, ReadOnly, TwosComplement, rad, kCentreCount},
      {InputVoltage, "input voltage", 144, 2, ReadOnly, Unsigned, kDecivolt, (x.maxVoltage + x.minVoltage) / 2},
      {Temperature, "temperature", 146, 1, ReadOnly, Unsigned, 1.0, 30},
      {PresentLoad, "present load", 126, 2, ReadOnly, TwosComplement, kPercent10, 0},
      {CurrentLimit, "current limit", 38, 2, Eeprom, Unsigned, x.currentUnit, x.currentLimit},
      {GoalCurrent, "goal current", 102, 2, Ram, TwosComplement, x.currentUnit, x.currentLimit},
  }};
  if (x.currentLimit > 0) {
    table[kXSeriesSize - 3] = {PresentCurrent, "present current", 126, 2, ReadOnly, TwosComplement, x.currentUnit, 0};
  }
  return table;
}

constexpr auto kXl330M077 = xSeries({1190, 1620, 70, 70, 35, 53, 400, 0, 1750, 0.001});
constexpr auto kXl330M288 = xSeries({1200, 445, 70, 70, 35, 53, 400, 0, 1750, 0.001});
constexpr auto kXl430W250 = xSeries({1060, 265, 72, 140, 60, 52, 640, 4000, 0, 0.0});
constexpr auto kXm430W210 = xSeries({1030, 330, 80, 160, 95, 52, 800, 0, 1193, 0.00269});
constexpr auto kXm430W350 = xSeries({1020, 200, 80, 160, 95, 52, 800, 0, 1193, 0.00269});

constexpr std::array<Register, 34> sts3215() {
  using enum Item;
  using enum Access;
  using enum Encoding;
  const double rad = kRadiansPerCount;
  return {{
      {FirmwareVersion, "firmware version", 0, 2, ReadOnly, Unsigned, 1.0, 0x0903},
      {ModelNumber, "model number", 3, 2, ReadOnly, Unsigned, 1.0, 777},
      {Id, "id", 5, 1, Eeprom, Unsigned, 1.0, 1},
      {BaudRate, "baud rate", 6, 1, Eeprom, Unsigned, 1.0, 0},
      {ReturnDelay, "return delay", 7, 1, Eeprom, Unsigned, 2e-6, 0},
      {MinPosition, "min angle", 9, 2, Eeprom, Unsigned, rad, 0},
      {MaxPosition, "max angle", 11, 2, Eeprom, Unsigned, rad, 4095},
      {TemperatureLimit, "max temperature", 13, 1, Eeprom, Unsigned, 1.0, 70},
      {MaxVoltage, "max voltage", 14, 1, Eeprom, Unsigned, kDecivolt, 140},
      {MinVoltage, "min voltage", 15, 1, Eeprom, Unsigned, kDecivolt, 40},
      {MaxTorque, "max torque", 16, 2, Eeprom, Unsigned, kPercent10, 1000},
      {Phase, "phase", 18, 1, Eeprom, Unsigned, 1.0, 12},
      {UnloadMask, "unload mask", 19, 1, Eeprom, Unsigned, 1.0, 44},
      {PositionGainP, "position P gain", 21, 1, Eeprom, Unsigned, 1.0, 32},
      {PositionGainD, "position D gain", 22, 1, Eeprom, Unsigned, 1.0, 32},
      {PositionGainI, "position I gain", 23, 1, Eeprom, Unsigned, 1.0, 0},
      {CurrentLimit, "protection current", 28, 2, Eeprom, Unsigned, 0.0065, 500},
      {HomingOffset, "position offset", 31, 2, Eeprom, Sign11, rad, 0},
      {OperatingMode, "operating mode", 33, 1, Eeprom, Unsigned, 1.0, 0},
      {TorqueEnable, "torque enable", 40, 1, Ram, Unsigned, 1.0, 0},
      {ProfileAcceleration, "acceleration", 41, 1, Ram, Unsigned, 0.151844, 0},  // 8.7 degrees/s^2
      {GoalPosition, "goal position", 42, 2, Ram, Sign15, rad, kCentreCount},
      {GoalTime, "goal time", 44, 2, Ram, Sign10, kPercent10, 0},
      {GoalVelocity, "goal speed", 46, 2, Ram, Sign15, rad, 0},
      {TorqueLimit, "torque limit", 48, 2, Ram, Unsigned, kPercent10, 1000},
      {Lock, "lock", 55, 1, Ram, Unsigned, 1.0, 1},
      {PresentPosition, "present position", 56, 2, ReadOnly, Sign15, rad, kCentreCount},
      {PresentVelocity, "present speed", 58, 2, ReadOnly, Sign15, rad, 0},
      {PresentLoad, "present load", 60, 2, ReadOnly, Sign10, kPercent10, 0},
      {InputVoltage, "input voltage", 62, 1, ReadOnly, Unsigned, kDecivolt, 74},
      {Temperature, "temperature", 63, 1, ReadOnly, Unsigned, 1.0, 30},
      {HardwareError, "status bits", 65, 1, ReadOnly, Unsigned, 1.0, 0},
      {Moving, "moving", 66, 1, ReadOnly, Unsigned, 1.0, 0},
      {PresentCurrent, "present current", 69, 2, ReadOnly, Sign15, 0.0065, 0},
  }};
}

constexpr auto kSts3215 = sts3215();

constexpr double kRpm = 0.10471975511965977;  // [rad/s]

/// Without the current registers, which stand at the end.
constexpr std::span<const Register> withoutCurrent(std::span<const Register> table) {
  return table.first(table.size() - 2);
}

constexpr std::array<ServoModel, 6> kModels{{
    {1190, "XL330-M077", Protocol::Dynamixel2, kXl330M077, 228, 0.215, 1.47, 383 * kRpm, 5.0},
    {1200, "XL330-M288", Protocol::Dynamixel2, kXl330M288, 228, 0.52, 1.47, 103 * kRpm, 5.0},
    {1060, "XL430-W250", Protocol::Dynamixel2, withoutCurrent(kXl430W250), 662, 1.4, 1.3, 57 * kRpm, 11.1},
    {1030, "XM430-W210", Protocol::Dynamixel2, kXm430W210, 662, 3.0, 2.3, 77 * kRpm, 12.0},
    {1020, "XM430-W350", Protocol::Dynamixel2, kXm430W350, 662, 4.1, 2.3, 46 * kRpm, 12.0},
    {777, "STS3215", Protocol::FeetechSts, kSts3215, 87, 1.9, 0.0, 52 * kRpm, 7.4},
}};

}  // namespace

std::span<const ServoModel> servoModels() { return kModels; }

}  // namespace gps
