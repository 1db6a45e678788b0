// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/bus/feetech_bus.h"

namespace gps {

namespace {

// Header, id, length, status and checksum of an answer.
constexpr std::size_t kAnswerOverhead = 6;
constexpr std::uint16_t kModelAddress = 3;

}  // namespace

void FeetechBus::expect(const Collector& collector) noexcept {
  m_parser.reset();
  m_parser.expect(collector.ids, collector.length);
}

void FeetechBus::feed(Bytes bytes, Collector& collector) noexcept {
  m_parser.feed(bytes, [&](const feetech::Packet& packet) {
    collector.take(packet.id, {.result = BusResult::Ok, .alert = packet.code != 0, .errorByte = packet.code},
                   packet.params);
  });
}

BusReply FeetechBus::one(std::uint8_t id, Bytes request, std::span<std::uint8_t> data) noexcept {
  BusReply reply;
  Collector collector{.ids = Bytes(&id, 1), .length = data.size(), .data = data, .replies = std::span(&reply, 1)};
  (void)transact(request, collector, kAnswerOverhead);
  return reply;
}

BusReply FeetechBus::ping(std::uint8_t id, int& model) noexcept {
  const BusReply reply = one(id, feetech::buildPing(m_builder, id), {});
  if (!reply.ok()) return reply;
  std::array<std::uint8_t, 2> number{};
  const BusReply answer = read(id, kModelAddress, number);
  if (answer.ok()) model = static_cast<int>(littleEndian(number, 2));
  return answer;
}

BusReply FeetechBus::read(std::uint8_t id, std::uint16_t address, std::span<std::uint8_t> data) noexcept {
  return one(id, feetech::buildRead(m_builder, id, static_cast<std::uint8_t>(address),
                                    static_cast<std::uint8_t>(data.size())),
             data);
}

BusReply FeetechBus::write(std::uint8_t id, std::uint16_t address, Bytes data) noexcept {
  return one(id, feetech::buildWrite(m_builder, id, static_cast<std::uint8_t>(address), data), {});
}

BusResult FeetechBus::broadcast(std::uint16_t address, Bytes data) noexcept {
  return send(feetech::buildWrite(m_builder, feetech::kBroadcast, static_cast<std::uint8_t>(address), data));
}

BusResult FeetechBus::syncRead(std::uint16_t address, std::size_t length, Bytes ids, std::span<std::uint8_t> data,
                               std::span<BusReply> replies) noexcept {
  Collector collector{.ids = ids, .length = length, .data = data, .replies = replies};
  return transact(feetech::buildSyncRead(m_builder, static_cast<std::uint8_t>(address),
                                         static_cast<std::uint8_t>(length), ids),
                  collector, kAnswerOverhead);
}

BusResult FeetechBus::syncWrite(std::uint16_t address, std::size_t length, Bytes ids, Bytes data) noexcept {
  return send(feetech::buildSyncWrite(m_builder, static_cast<std::uint8_t>(address),
                                      static_cast<std::uint8_t>(length), ids, data));
}

}  // namespace gps
