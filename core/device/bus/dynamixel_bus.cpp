// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/bus/dynamixel_bus.h"

namespace gps {

namespace {

// Header, id, length, instruction, error and CRC of a status packet.
constexpr std::size_t kStatusOverhead = 11;

}  // namespace

void DynamixelBus::feed(Bytes bytes, Collector& collector) noexcept {
  m_parser.feed(bytes, [&](const dynamixel::Packet& packet) {
    const std::optional<dynamixel::StatusReply> status = dynamixel::asStatus(packet);
    if (!status) return;  // an adapter that echoes
    const bool refused = status->error != dynamixel::StatusError::None;
    collector.take(status->id,
                   {.result = refused ? BusResult::Refused : BusResult::Ok,
                    .alert = status->alert,
                    .errorByte = packet.params[0]},
                   status->data);
  });
}

BusReply DynamixelBus::one(std::uint8_t id, Bytes request, std::span<std::uint8_t> data) noexcept {
  BusReply reply;
  Collector collector{.ids = Bytes(&id, 1), .length = data.size(), .data = data, .replies = std::span(&reply, 1)};
  (void)transact(request, collector, kStatusOverhead);
  return reply;
}

BusReply DynamixelBus::ping(std::uint8_t id, int& model) noexcept {
  std::array<std::uint8_t, 3> data{};
  const BusReply reply = one(id, dynamixel::buildPing(m_builder, id), data);
  if (reply.ok()) model = static_cast<int>(littleEndian(data, 2));
  return reply;
}

BusReply DynamixelBus::read(std::uint8_t id, std::uint16_t address, std::span<std::uint8_t> data) noexcept {
  return one(id, dynamixel::buildRead(m_builder, id, address, static_cast<std::uint16_t>(data.size())), data);
}

BusReply DynamixelBus::write(std::uint8_t id, std::uint16_t address, Bytes data) noexcept {
  return one(id, dynamixel::buildWrite(m_builder, id, address, data), {});
}

BusReply DynamixelBus::reboot(std::uint8_t id) noexcept { return one(id, dynamixel::buildReboot(m_builder, id), {}); }

BusResult DynamixelBus::broadcast(std::uint16_t address, Bytes data) noexcept {
  return send(dynamixel::buildWrite(m_builder, dynamixel::kBroadcast, address, data));
}

BusResult DynamixelBus::syncRead(std::uint16_t address, std::size_t length, Bytes ids, std::span<std::uint8_t> data,
                                 std::span<BusReply> replies) noexcept {
  Collector collector{.ids = ids, .length = length, .data = data, .replies = replies};
  return transact(dynamixel::buildSyncRead(m_builder, dynamixel::Instruction::SyncRead, address,
                                           static_cast<std::uint16_t>(length), ids),
                  collector, kStatusOverhead);
}

BusResult DynamixelBus::syncWrite(std::uint16_t address, std::size_t length, Bytes ids, Bytes data) noexcept {
  return send(dynamixel::buildSyncWrite(m_builder, address, static_cast<std::uint16_t>(length), ids, data));
}

}  // namespace gps
