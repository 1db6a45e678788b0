// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bitset>
#include <optional>

#include "core/device/protocol/feetech_packet.h"

namespace gps::feetech {

/// Finds packets in a stream of bytes that arrives in pieces of any size. Only length and an eight-bit checksum
/// mark a packet, and one may contain another's header: so whoever waits for an answer says which ids and which
/// length it may have, and anything else is noise. Never allocates.
class Parser {
 public:
  /// Takes any packet. How a servo listens.
  void acceptAll();
  /// Takes one packet from each of `ids`, with `params` parameters. How a host listens.
  void expect(Bytes ids, std::size_t params);

  /// Calls `sink(const Packet&)` for every packet that these bytes complete, in order.
  template <class Sink>
  void feed(Bytes bytes, Sink&& sink) {
    for (const std::uint8_t byte : bytes) {
      m_bytes[m_size++] = byte;
      while (const std::optional<Packet> packet = next()) sink(*packet);
    }
  }

  /// Forgets a packet that has begun.
  void reset();
  /// Packets of an awaited id and length whose checksum was wrong, since the parser was made.
  std::uint64_t checksumErrors() const { return m_checksumErrors; }

 private:
  std::optional<Packet> next();
  bool awaited(std::uint8_t id, std::size_t length) const;
  void dropFront(std::size_t count);

  std::array<std::uint8_t, kMaxPacket> m_bytes{};
  std::size_t m_size = 0;
  std::size_t m_delivered = 0;
  std::bitset<256> m_ids = std::bitset<256>().set();
  std::size_t m_length = 0;  // 0: any
  std::uint64_t m_checksumErrors = 0;
};

}  // namespace gps::feetech
