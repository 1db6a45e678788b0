// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/bus/servo_bus.h"

#include <algorithm>
#include <array>

namespace gps {

BusReply ServoBus::get(std::uint8_t id, const Register& reg, std::int32_t& value) noexcept {
  std::array<std::uint8_t, 4> bytes{};
  const BusReply reply = read(id, reg.address, std::span(bytes).first(reg.size));
  if (reply.ok()) value = decode(reg, bytes);
  return reply;
}

BusReply ServoBus::put(std::uint8_t id, const Register& reg, std::int32_t value) noexcept {
  std::array<std::uint8_t, 4> bytes{};
  encode(reg, value, bytes);
  return write(id, reg.address, Bytes(bytes).first(reg.size));
}

Nanos ServoBus::wireTime(std::size_t bytes, std::size_t replies, std::size_t replyBytes) const {
  return static_cast<Nanos>(bytes + replyBytes) * m_byteTime + static_cast<Nanos>(replies) * m_returnDelay;
}

void ServoBus::Collector::take(std::uint8_t id, const BusReply& reply, Bytes content) noexcept {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] != id || replies[i].result != BusResult::NoAnswer) continue;
    // A refusal carries no data. Any other length answers something else.
    if (content.size() != length && reply.result == BusResult::Ok) return;
    replies[i] = reply;
    if (reply.ok()) std::copy(content.begin(), content.end(), data.begin() + static_cast<std::ptrdiff_t>(i * length));
    ++answered;
    return;
  }
}

BusResult ServoBus::send(Bytes request) noexcept {
  ++m_counters.requests;
  m_link->discardInput();
  return m_link->write(request) == LinkState::Up ? BusResult::Ok : BusResult::LinkLost;
}

BusResult ServoBus::transact(Bytes request, Collector& collector, std::size_t replyOverhead) noexcept {
  const std::size_t asked = collector.ids.size();
  for (BusReply& reply : collector.replies) reply = {};
  expect(collector);
  if (send(request) == BusResult::LinkLost) {
    for (BusReply& reply : collector.replies) reply.result = BusResult::LinkLost;
    return BusResult::LinkLost;
  }
  const Nanos needed = wireTime(request.size(), asked, asked * (replyOverhead + collector.length)) + m_link->patience();
  const Nanos deadline = m_link->now() + std::min(needed, m_longestWait);
  std::array<std::uint8_t, 512> buffer{};
  while (collector.answered < asked) {
    std::size_t count = 0;
    if (m_link->read(buffer, deadline, count) == LinkState::Lost) {
      for (BusReply& reply : collector.replies) reply.result = BusResult::LinkLost;
      return BusResult::LinkLost;
    }
    if (count == 0) break;
    feed(Bytes(buffer).first(count), collector);
  }
  m_counters.missingReplies += asked - collector.answered;
  m_counters.damagedPackets = damagedPackets();
  BusResult worst = BusResult::Ok;
  for (const BusReply& reply : collector.replies) {
    if (reply.result == BusResult::Refused) {
      ++m_counters.refusals;
      if (worst == BusResult::Ok) worst = BusResult::Refused;
    }
    if (reply.result == BusResult::NoAnswer) worst = BusResult::NoAnswer;
  }
  return worst;
}

}  // namespace gps
