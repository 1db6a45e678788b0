// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/simulation/simulated_link.h"

#include <algorithm>

namespace gps {

void SimulatedLink::at(Nanos time, std::function<void()> action) {
  m_events.push_back({time, std::move(action)});
  std::stable_sort(m_events.begin(), m_events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
}

void SimulatedLink::plugIn() {
  m_plugged = true;
  m_input.clear();
  m_bus->dropTraffic();
}

void SimulatedLink::moveTo(Nanos time) {
  while (!m_events.empty() && m_events.front().time <= time) {
    const Event event = std::move(m_events.front());
    m_events.erase(m_events.begin());
    m_now = std::max(m_now, event.time);
    m_bus->advance(m_now);
    event.action();
  }
  m_now = std::max(m_now, time);
  m_bus->advance(m_now);
}

LinkState SimulatedLink::write(Bytes bytes) noexcept {
  if (!m_plugged) return LinkState::Lost;
  m_bus->receive(bytes, m_now);
  return LinkState::Up;
}

LinkState SimulatedLink::read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept {
  count = 0;
  if (!m_plugged) return LinkState::Lost;
  if (m_input.empty()) {
    moveTo(std::max(m_now, std::min(deadline, m_bus->nextOutput())));
    m_bus->takeOutput(m_now, m_input);
  }
  if (!m_plugged) return LinkState::Lost;
  count = std::min(buffer.size(), m_input.size());
  std::copy_n(m_input.begin(), count, buffer.begin());
  m_input.erase(m_input.begin(), m_input.begin() + static_cast<std::ptrdiff_t>(count));
  return LinkState::Up;
}

void SimulatedLink::discardInput() noexcept {
  m_bus->takeOutput(m_now, m_input);
  m_input.clear();
}

void SimulatedLink::sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept {
  constexpr Nanos kSlice = 2 * kMillisecond;
  while (m_now < time && !wake.load()) moveTo(std::min(time, m_now + kSlice));
}

}  // namespace gps
