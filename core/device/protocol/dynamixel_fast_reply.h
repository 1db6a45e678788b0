// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/protocol/dynamixel_packet.h"

namespace gps::dynamixel {

/// One servo's part of the answer to a fast sync read.
struct FastSlot {
  std::uint8_t id = 0;
  std::uint8_t errorByte = 0;
  Bytes data{};
};

/// Splits the one packet that answers a fast sync read, {error id data CRC}..., into slots.size() = ids.size()
/// parts of `length` bytes of data each. Each inner CRC runs from the first byte of the packet. Returns how many
/// parts, counted from the front, have the expected id and a good CRC.
std::size_t splitFastReply(const Packet& packet, Bytes ids, std::size_t length, std::span<FastSlot> slots);

}  // namespace gps::dynamixel
