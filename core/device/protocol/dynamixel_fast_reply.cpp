// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/protocol/dynamixel_fast_reply.h"

#include "core/base/expects.h"
#include "core/device/protocol/dynamixel_crc.h"

namespace gps::dynamixel {

std::size_t splitFastReply(const Packet& packet, Bytes ids, std::size_t length, std::span<FastSlot> slots) {
  GPS_EXPECTS(slots.size() == ids.size(), "a fast reply needs one slot for each servo asked");
  const std::size_t slotSize = length + 4;
  const std::size_t total = kPrefixSize + 1 + ids.size() * slotSize;
  if (packet.id != kBroadcast || packet.instruction != Instruction::Status || packet.raw.size() != total) return 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::size_t begin = kPrefixSize + 1 + i * slotSize;
    const Bytes slot = packet.raw.subspan(begin, slotSize);
    const std::uint16_t crc = crc16(packet.raw.first(begin + length + 2));
    if (slot[1] != ids[i] || crc != littleEndian(slot.last(2), 2)) return i;
    slots[i] = {.id = slot[1], .errorByte = slot[0], .data = slot.subspan(2, length)};
  }
  return ids.size();
}

}  // namespace gps::dynamixel
