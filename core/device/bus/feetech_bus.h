// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/bus/servo_bus.h"
#include "core/device/protocol/feetech_parser.h"

namespace gps {

/// An STS servo reports no refusals: what matters is read back.
class FeetechBus : public ServoBus {
 public:
  using ServoBus::ServoBus;

  BusReply ping(std::uint8_t id, int& model) noexcept override;
  BusReply read(std::uint8_t id, std::uint16_t address, std::span<std::uint8_t> data) noexcept override;
  BusReply write(std::uint8_t id, std::uint16_t address, Bytes data) noexcept override;
  BusResult broadcast(std::uint16_t address, Bytes data) noexcept override;
  BusResult syncRead(std::uint16_t address, std::size_t length, Bytes ids, std::span<std::uint8_t> data,
                     std::span<BusReply> replies) noexcept override;
  BusResult syncWrite(std::uint16_t address, std::size_t length, Bytes ids, Bytes data) noexcept override;

 protected:
  void expect(const Collector& collector) noexcept override;
  void feed(Bytes bytes, Collector& collector) noexcept override;
  std::uint64_t damagedPackets() const noexcept override { return m_parser.checksumErrors(); }

 private:
  BusReply one(std::uint8_t id, Bytes request, std::span<std::uint8_t> data) noexcept;

  feetech::PacketBuilder m_builder;
  feetech::Parser m_parser;
};

}  // namespace gps
