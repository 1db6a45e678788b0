// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include "core/device/protocol/byte_order.h"

/// DYNAMIXEL Protocol 2.0: FF FF FD 00 | id | length(2) | instruction | parameters | CRC(2), little endian.
namespace gps::dynamixel {

inline constexpr std::uint8_t kBroadcast = 254;
inline constexpr std::uint8_t kMaxId = 252;
/// Header, id and length.
inline constexpr std::size_t kPrefixSize = 7;
/// Longest packet that is built or accepted, in bytes. A longer length field is noise.
inline constexpr std::size_t kMaxPacket = 1024;

enum class Instruction : std::uint8_t {
  Ping = 0x01,
  Read = 0x02,
  Write = 0x03,
  RegWrite = 0x04,
  Action = 0x05,
  Reboot = 0x08,
  Clear = 0x10,
  Status = 0x55,
  SyncRead = 0x82,
  SyncWrite = 0x83,
  FastSyncRead = 0x8A,
  BulkRead = 0x92,
  BulkWrite = 0x93,
  FastBulkRead = 0x9A,
};

/// Low seven bits of a status packet's error byte. One number, not a bit field.
enum class StatusError : std::uint8_t {
  None = 0,
  ResultFail = 1,
  Instruction = 2,
  Crc = 3,
  DataRange = 4,
  DataLength = 5,
  DataLimit = 6,
  Access = 7,
};

/// A packet inside a parser's buffer; valid until the parser is fed again.
struct Packet {
  std::uint8_t id = 0;
  Instruction instruction = Instruction::Status;
  Bytes params{};  ///< without stuffing; a fast reply (status from the broadcast id) is never stuffed
  Bytes raw{};     ///< the whole packet as it came
};

/// A packet that answers an instruction.
struct StatusReply {
  std::uint8_t id = 0;
  bool alert = false;  ///< something is wrong with the servo, see its hardware error register; the data is good
  StatusError error = StatusError::None;
  Bytes data{};
};

/// The packet as an answer; nothing when it is an instruction (on a bus that echoes, our own).
std::optional<StatusReply> asStatus(const Packet& packet);

/// What a refused instruction means, in words.
const char* meaning(StatusError error);

/// Builds one packet after the other in its own buffer. Never allocates.
///   builder.begin(1, Instruction::Read).add16(132).add16(4).finish()
class PacketBuilder {
 public:
  PacketBuilder& begin(std::uint8_t id, Instruction instruction);
  PacketBuilder& add(std::uint8_t byte);
  PacketBuilder& add16(std::uint16_t value);
  PacketBuilder& add32(std::uint32_t value);
  PacketBuilder& add(Bytes bytes);
  /// Sets length and CRC. The bytes are valid until the next begin().
  Bytes finish();

 private:
  void put(std::uint8_t byte);

  std::array<std::uint8_t, kMaxPacket> m_bytes{};
  std::size_t m_size = 0;
  int m_matched = 0;  // how much of FF FF FD the last parameters were
};

Bytes buildPing(PacketBuilder& builder, std::uint8_t id);
Bytes buildRead(PacketBuilder& builder, std::uint8_t id, std::uint16_t address, std::uint16_t length);
Bytes buildWrite(PacketBuilder& builder, std::uint8_t id, std::uint16_t address, Bytes data);
Bytes buildReboot(PacketBuilder& builder, std::uint8_t id);
/// `instruction` is SyncRead or FastSyncRead.
Bytes buildSyncRead(PacketBuilder& builder, Instruction instruction, std::uint16_t address, std::uint16_t length,
                    Bytes ids);
/// `data` holds `length` bytes per id, in the order of `ids`.
Bytes buildSyncWrite(PacketBuilder& builder, std::uint16_t address, std::uint16_t length, Bytes ids, Bytes data);
/// A servo's answer, for whoever plays one.
Bytes buildStatus(PacketBuilder& builder, std::uint8_t id, std::uint8_t errorByte, Bytes data);

}  // namespace gps::dynamixel
