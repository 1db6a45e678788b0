// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "core/device/simulation/simulated_bus.h"

namespace gps {

/// A wire to a simulated bus in simulated time: waiting costs nothing and nothing depends on the machine's load.
class SimulatedLink : public Link {
 public:
  explicit SimulatedLink(SimulatedBus& bus) : m_bus(&bus) {}

  LinkState write(Bytes bytes) noexcept override;
  LinkState read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept override;
  void discardInput() noexcept override;
  Nanos now() const noexcept override { return m_now; }
  void sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept override;
  Nanos suspended() const noexcept override { return m_suspended; }

  /// Called once when the clock passes `time`, as another thread or the world would act.
  void at(Nanos time, std::function<void()> action);
  /// The plug is pulled: everything is lost from now on.
  void unplug() { m_plugged = false; }
  void plugIn();
  /// The machine has slept, which its clock does not count.
  void suspend(Nanos duration) { m_suspended += duration; }
  /// The process does not run for a while, as on a loaded machine.
  void stall(Nanos duration) { moveTo(m_now + duration); }

 private:
  struct Event {
    Nanos time = 0;
    std::function<void()> action{};
  };

  void moveTo(Nanos time);

  SimulatedBus* m_bus;
  std::vector<std::uint8_t> m_input;
  std::vector<Event> m_events;
  Nanos m_now = kSecond;
  Nanos m_suspended = 0;
  bool m_plugged = true;
};

}  // namespace gps
