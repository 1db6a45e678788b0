// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/dynamixel_packet.h"

#include "core/base/expects.h"
#include "core/device/protocol/dynamixel_crc.h"

namespace gps::dynamixel {

std::optional<StatusReply> asStatus(const Packet& packet) {
  if (packet.instruction != Instruction::Status || packet.params.empty()) return std::nullopt;
  const std::uint8_t error = packet.params[0];
  return StatusReply{.id = packet.id,
                     .alert = (error & 0x80u) != 0,
                     .error = static_cast<StatusError>(error & 0x7Fu),
                     .data = packet.params.subspan(1)};
}

const char* meaning(StatusError error) {
  switch (error) {
    case StatusError::None: return "no error";
    case StatusError::ResultFail: return "the servo could not do it";
    case StatusError::Instruction: return "the servo does not know the instruction";
    case StatusError::Crc: return "the servo received a damaged packet";
    case StatusError::DataRange: return "the value is outside the register's range";
    case StatusError::DataLength: return "the register is longer or shorter";
    case StatusError::DataLimit: return "the value exceeds a limit stored in the servo";
    case StatusError::Access: return "the register is read-only, unknown, or locked while torque is on";
  }
  return "an error this program does not know";
}

PacketBuilder& PacketBuilder::begin(std::uint8_t id, Instruction instruction) {
  m_bytes = {0xFF, 0xFF, 0xFD, 0x00, id};
  m_size = kPrefixSize;
  m_matched = 0;
  return add(static_cast<std::uint8_t>(instruction));
}

void PacketBuilder::put(std::uint8_t byte) {
  GPS_EXPECTS(m_size + 2 < kMaxPacket, "a DYNAMIXEL packet is too long");
  m_bytes[m_size++] = byte;
}

PacketBuilder& PacketBuilder::add(std::uint8_t byte) {
  put(byte);
  if (byte == 0xFD && m_matched == 2) {
    put(0xFD);  // so that no parameters look like a header
    m_matched = 0;
  } else if (byte == 0xFF) {
    if (m_matched < 2) ++m_matched;
  } else {
    m_matched = 0;
  }
  return *this;
}

PacketBuilder& PacketBuilder::add16(std::uint16_t value) {
  return add(static_cast<std::uint8_t>(value)).add(static_cast<std::uint8_t>(value >> 8));
}

PacketBuilder& PacketBuilder::add32(std::uint32_t value) {
  return add16(static_cast<std::uint16_t>(value)).add16(static_cast<std::uint16_t>(value >> 16));
}

PacketBuilder& PacketBuilder::add(Bytes bytes) {
  for (const std::uint8_t byte : bytes) add(byte);
  return *this;
}

Bytes PacketBuilder::finish() {
  const std::size_t length = m_size - kPrefixSize + 2;
  putLittleEndian(std::span(m_bytes).subspan(5), static_cast<std::uint32_t>(length), 2);
  const std::uint16_t crc = crc16(Bytes(m_bytes).first(m_size));
  putLittleEndian(std::span(m_bytes).subspan(m_size), crc, 2);
  return Bytes(m_bytes).first(m_size + 2);
}

Bytes buildPing(PacketBuilder& builder, std::uint8_t id) { return builder.begin(id, Instruction::Ping).finish(); }

Bytes buildRead(PacketBuilder& builder, std::uint8_t id, std::uint16_t address, std::uint16_t length) {
  return builder.begin(id, Instruction::Read).add16(address).add16(length).finish();
}

Bytes buildWrite(PacketBuilder& builder, std::uint8_t id, std::uint16_t address, Bytes data) {
  return builder.begin(id, Instruction::Write).add16(address).add(data).finish();
}

Bytes buildReboot(PacketBuilder& builder, std::uint8_t id) {
  return builder.begin(id, Instruction::Reboot).finish();
}

Bytes buildSyncRead(PacketBuilder& builder, Instruction instruction, std::uint16_t address, std::uint16_t length,
                    Bytes ids) {
  return builder.begin(kBroadcast, instruction).add16(address).add16(length).add(ids).finish();
}

Bytes buildSyncWrite(PacketBuilder& builder, std::uint16_t address, std::uint16_t length, Bytes ids, Bytes data) {
  GPS_EXPECTS(data.size() == ids.size() * length, "a sync write needs the same number of bytes for each servo");
  builder.begin(kBroadcast, Instruction::SyncWrite).add16(address).add16(length);
  for (std::size_t i = 0; i < ids.size(); ++i) builder.add(ids[i]).add(data.subspan(i * length, length));
  return builder.finish();
}

Bytes buildStatus(PacketBuilder& builder, std::uint8_t id, std::uint8_t errorByte, Bytes data) {
  return builder.begin(id, Instruction::Status).add(errorByte).add(data).finish();
}

}  // namespace gps::dynamixel
