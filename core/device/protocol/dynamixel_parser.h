// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/protocol/dynamixel_packet.h"

namespace gps::dynamixel {

/// Finds packets in a stream of bytes that arrives in pieces of any size. After damage it looks again at every
/// byte it has taken, so a good packet behind or inside a broken one is not lost. Never allocates.
class Parser {
 public:
  /// Calls `sink(const Packet&)` for every packet that these bytes complete, in order.
  template <class Sink>
  void feed(Bytes bytes, Sink&& sink) {
    for (const std::uint8_t byte : bytes) {
      push(byte);
      while (const std::optional<Packet> packet = next()) sink(*packet);
    }
  }

  /// Forgets a packet that has begun.
  void reset();
  /// Packets whose CRC was wrong, since the parser was made.
  std::uint64_t crcErrors() const { return m_crcErrors; }

 private:
  void push(std::uint8_t byte);
  std::optional<Packet> next();
  void dropFront(std::size_t count);
  void dropToHeader();
  std::size_t headerInside(std::size_t total);
  Packet unstuffed(std::size_t total);

  std::array<std::uint8_t, kMaxPacket> m_bytes{};
  std::array<std::uint8_t, kMaxPacket> m_params{};
  std::size_t m_size = 0;
  std::size_t m_scanned = 0;    // no header begins inside before this index
  std::size_t m_delivered = 0;  // bytes of the packet the sink has just seen
  std::uint64_t m_crcErrors = 0;
};

}  // namespace gps::dynamixel
