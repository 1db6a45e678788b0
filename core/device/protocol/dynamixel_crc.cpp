// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/dynamixel_crc.h"

#include <array>

namespace gps::dynamixel {

namespace {

constexpr std::array<std::uint16_t, 256> makeTable() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    unsigned crc = i << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000u) ? (crc << 1) ^ 0x8005u : crc << 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}

constexpr std::array<std::uint16_t, 256> kTable = makeTable();

}  // namespace

std::uint16_t crc16(Bytes bytes, std::uint16_t start) {
  std::uint16_t crc = start;
  for (const std::uint8_t byte : bytes) {
    crc = static_cast<std::uint16_t>((crc << 8) ^ kTable[((crc >> 8) ^ byte) & 0xFFu]);
  }
  return crc;
}

}  // namespace gps::dynamixel
