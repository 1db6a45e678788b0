// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/bus/servo_bus.h"
#include "core/device/protocol/dynamixel_parser.h"

namespace gps {

class DynamixelBus : public ServoBus {
 public:
  using ServoBus::ServoBus;

  BusReply ping(std::uint8_t id, int& model) noexcept override;
  BusReply read(std::uint8_t id, std::uint16_t address, std::span<std::uint8_t> data) noexcept override;
  BusReply write(std::uint8_t id, std::uint16_t address, Bytes data) noexcept override;
  BusResult broadcast(std::uint16_t address, Bytes data) noexcept override;
  BusResult syncRead(std::uint16_t address, std::size_t length, Bytes ids, std::span<std::uint8_t> data,
                     std::span<BusReply> replies) noexcept override;
  BusResult syncWrite(std::uint16_t address, std::size_t length, Bytes ids, Bytes data) noexcept override;
  /// Clears a hardware error; the servo is silent for half a second.
  BusReply reboot(std::uint8_t id) noexcept;

 protected:
  void expect(const Collector&) noexcept override { m_parser.reset(); }
  void feed(Bytes bytes, Collector& collector) noexcept override;
  std::uint64_t damagedPackets() const noexcept override { return m_parser.crcErrors(); }

 private:
  BusReply one(std::uint8_t id, Bytes request, std::span<std::uint8_t> data) noexcept;

  dynamixel::PacketBuilder m_builder;
  dynamixel::Parser m_parser;
};

}  // namespace gps
