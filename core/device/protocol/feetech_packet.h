// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "core/device/protocol/byte_order.h"

/// Feetech FT-SCS as the STS series speaks it: FF FF | id | length | instruction or status | parameters | checksum,
/// little endian, length = parameters + 2, checksum = ~(id + length + instruction + parameters).
namespace gps::feetech {

inline constexpr std::uint8_t kBroadcast = 254;
inline constexpr std::uint8_t kMaxId = 253;
inline constexpr std::size_t kPrefixSize = 4;
inline constexpr std::size_t kMaxPacket = kPrefixSize + 255;

enum class Instruction : std::uint8_t {
  Ping = 0x01,
  Read = 0x02,
  Write = 0x03,
  RegWrite = 0x04,
  Action = 0x05,
  Reboot = 0x08,
  Reset = 0x0A,
  PositionCalibrate = 0x0B,
  SyncRead = 0x82,
  SyncWrite = 0x83,
};

/// A packet inside a parser's buffer; valid until the parser is fed again. Nothing in it tells an instruction from
/// an answer: who sent it does.
struct Packet {
  std::uint8_t id = 0;
  std::uint8_t code = 0;  ///< instruction, or status bits of an answer
  Bytes params{};
};

/// Checksum of everything between the header and the checksum itself.
std::uint8_t checksum(Bytes bytes);

/// Builds one packet after the other in its own buffer. Never allocates.
class PacketBuilder {
 public:
  PacketBuilder& begin(std::uint8_t id, Instruction instruction);
  PacketBuilder& beginAnswer(std::uint8_t id, std::uint8_t statusBits);
  PacketBuilder& add(std::uint8_t byte);
  PacketBuilder& add16(std::uint16_t value);
  PacketBuilder& add(Bytes bytes);
  /// Sets length and checksum. The bytes are valid until the next begin().
  Bytes finish();

 private:
  std::array<std::uint8_t, kMaxPacket> m_bytes{};
  std::size_t m_size = 0;
};

Bytes buildPing(PacketBuilder& builder, std::uint8_t id);
Bytes buildRead(PacketBuilder& builder, std::uint8_t id, std::uint8_t address, std::uint8_t length);
Bytes buildWrite(PacketBuilder& builder, std::uint8_t id, std::uint8_t address, Bytes data);
Bytes buildSyncRead(PacketBuilder& builder, std::uint8_t address, std::uint8_t length, Bytes ids);
/// `data` holds `length` bytes per id, in the order of `ids`.
Bytes buildSyncWrite(PacketBuilder& builder, std::uint8_t address, std::uint8_t length, Bytes ids, Bytes data);
/// A servo's answer, for whoever plays one.
Bytes buildAnswer(PacketBuilder& builder, std::uint8_t id, std::uint8_t statusBits, Bytes data);

}  // namespace gps::feetech
