// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/link/host_clock.h"

#include <time.h>

#include <algorithm>

namespace gps {

namespace {

Nanos read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

}  // namespace

LinkState HostClock::read(std::span<std::uint8_t>, Nanos, std::size_t& count) noexcept {
  count = 0;
  return LinkState::Up;
}

Nanos HostClock::now() const noexcept { return gps::read(CLOCK_MONOTONIC); }

void HostClock::sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept {
  // Absolute, so that nothing adds up; in slices, so that an emergency stop is seen in the middle of a period.
  constexpr Nanos kSlice = 4 * kMillisecond;
  for (Nanos present = now(); present < time && !wake.load(std::memory_order_acquire); present = now()) {
    const Nanos next = std::min(time, present + kSlice);
    const timespec until{next / kSecond, static_cast<long>(next % kSecond)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }
}

Nanos HostClock::suspended() const noexcept {
#ifdef CLOCK_BOOTTIME
  return gps::read(CLOCK_BOOTTIME) - gps::read(CLOCK_MONOTONIC);
#else
  return 0;
#endif
}

}  // namespace gps
