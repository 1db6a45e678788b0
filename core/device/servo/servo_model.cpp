// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/servo/servo_model.h"

#include <array>

#include "core/base/expects.h"

namespace gps {

namespace {

constexpr std::array<int, 8> kDynamixelBauds{9600, 57600, 115200, 1000000, 2000000, 3000000, 4000000, 4500000};
constexpr std::array<int, 8> kFeetechBauds{1000000, 500000, 250000, 128000, 115200, 76800, 57600, 38400};

std::span<const int> bauds(Protocol protocol) {
  return protocol == Protocol::Dynamixel2 ? std::span<const int>(kDynamixelBauds) : kFeetechBauds;
}

int signBit(Encoding encoding) {
  switch (encoding) {
    case Encoding::Sign10: return 10;
    case Encoding::Sign11: return 11;
    case Encoding::Sign15: return 15;
    case Encoding::Unsigned:
    case Encoding::TwosComplement: break;
  }
  return 0;
}

}  // namespace

std::int32_t decode(const Register& reg, Bytes bytes) {
  const std::uint32_t raw = littleEndian(bytes, reg.size);
  if (reg.encoding == Encoding::TwosComplement) return signExtended(raw, reg.size);
  if (const int bit = signBit(reg.encoding)) return fromSignMagnitude(raw, bit);
  return static_cast<std::int32_t>(raw);
}

void encode(const Register& reg, std::int32_t value, std::span<std::uint8_t> bytes) {
  const int bit = signBit(reg.encoding);
  putLittleEndian(bytes, bit ? toSignMagnitude(value, bit) : static_cast<std::uint32_t>(value), reg.size);
}

const Register* ServoModel::find(Item item) const {
  for (const Register& reg : registers) {
    if (reg.item == item) return &reg;
  }
  return nullptr;
}

const Register& ServoModel::at(Item item) const {
  const Register* reg = find(item);
  GPS_EXPECTS(reg, "this kind of servo has no such register");
  return *reg;
}

int ServoModel::modeNumber(ServoMode mode) const {
  if (protocol == Protocol::FeetechSts) {
    switch (mode) {
      case ServoMode::Position: return 0;
      case ServoMode::Velocity: return 1;
      case ServoMode::Pwm: return 2;
      case ServoMode::Current: return -1;
    }
    return -1;
  }
  switch (mode) {
    case ServoMode::Current: return has(Item::GoalCurrent) ? 0 : -1;
    case ServoMode::Velocity: return 1;
    case ServoMode::Position: return 3;
    case ServoMode::Pwm: return 16;
  }
  return -1;
}

const ServoModel* findServoModel(Protocol protocol, int number) {
  for (const ServoModel& model : servoModels()) {
    if (model.protocol == protocol && model.number == number) return &model;
  }
  return nullptr;
}

const ServoModel* findServoModel(std::string_view name) {
  for (const ServoModel& model : servoModels()) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

int baudRate(Protocol protocol, int code) {
  const std::span<const int> all = bauds(protocol);
  return code >= 0 && code < static_cast<int>(all.size()) ? all[static_cast<std::size_t>(code)] : 0;
}

int baudCode(Protocol protocol, int baud) {
  const std::span<const int> all = bauds(protocol);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == baud) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace gps
