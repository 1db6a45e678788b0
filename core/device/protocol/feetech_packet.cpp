// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/feetech_packet.h"

#include "core/base/expects.h"

namespace gps::feetech {

std::uint8_t checksum(Bytes bytes) {
  unsigned sum = 0;
  for (const std::uint8_t byte : bytes) sum += byte;
  return static_cast<std::uint8_t>(~sum);
}

PacketBuilder& PacketBuilder::begin(std::uint8_t id, Instruction instruction) {
  return beginAnswer(id, static_cast<std::uint8_t>(instruction));
}

PacketBuilder& PacketBuilder::beginAnswer(std::uint8_t id, std::uint8_t statusBits) {
  m_bytes[0] = m_bytes[1] = 0xFF;
  m_bytes[2] = id;
  m_size = kPrefixSize;
  return add(statusBits);
}

PacketBuilder& PacketBuilder::add(std::uint8_t byte) {
  GPS_EXPECTS(m_size + 1 < kMaxPacket, "a Feetech packet is too long");
  m_bytes[m_size++] = byte;
  return *this;
}

PacketBuilder& PacketBuilder::add16(std::uint16_t value) {
  return add(static_cast<std::uint8_t>(value)).add(static_cast<std::uint8_t>(value >> 8));
}

PacketBuilder& PacketBuilder::add(Bytes bytes) {
  for (const std::uint8_t byte : bytes) add(byte);
  return *this;
}

Bytes PacketBuilder::finish() {
  m_bytes[3] = static_cast<std::uint8_t>(m_size - kPrefixSize + 1);
  m_bytes[m_size] = checksum(Bytes(m_bytes).subspan(2, m_size - 2));
  return Bytes(m_bytes).first(m_size + 1);
}

Bytes buildPing(PacketBuilder& builder, std::uint8_t id) { return builder.begin(id, Instruction::Ping).finish(); }

Bytes buildRead(PacketBuilder& builder, std::uint8_t id, std::uint8_t address, std::uint8_t length) {
  return builder.begin(id, Instruction::Read).add(address).add(length).finish();
}

Bytes buildWrite(PacketBuilder& builder, std::uint8_t id, std::uint8_t address, Bytes data) {
  return builder.begin(id, Instruction::Write).add(address).add(data).finish();
}

Bytes buildSyncRead(PacketBuilder& builder, std::uint8_t address, std::uint8_t length, Bytes ids) {
  return builder.begin(kBroadcast, Instruction::SyncRead).add(address).add(length).add(ids).finish();
}

Bytes buildSyncWrite(PacketBuilder& builder, std::uint8_t address, std::uint8_t length, Bytes ids, Bytes data) {
  GPS_EXPECTS(data.size() == ids.size() * length, "a sync write needs the same number of bytes for each servo");
  builder.begin(kBroadcast, Instruction::SyncWrite).add(address).add(length);
  for (std::size_t i = 0; i < ids.size(); ++i) builder.add(ids[i]).add(data.subspan(i * length, length));
  return builder.finish();
}

Bytes buildAnswer(PacketBuilder& builder, std::uint8_t id, std::uint8_t statusBits, Bytes data) {
  return builder.beginAnswer(id, statusBits).add(data).finish();
}

}  // namespace gps::feetech
