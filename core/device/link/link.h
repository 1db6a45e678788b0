// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <limits>

#include "core/device/protocol/byte_order.h"

namespace gps {

/// Nanoseconds of a clock that never jumps.
using Nanos = std::int64_t;
inline constexpr Nanos kMillisecond = 1'000'000;
inline constexpr Nanos kSecond = 1'000'000'000;
inline constexpr Nanos kNever = std::numeric_limits<Nanos>::max();

enum class LinkState : std::uint8_t { Up, Lost };

/// The wire to an arm, and the clock beside it. A simulated link has a clock of its own, so what is tested on it
/// does not depend on how busy the machine is. Nothing here throws or allocates.
class Link {
 public:
  virtual ~Link() = default;
  /// Sends all bytes.
  virtual LinkState write(Bytes bytes) noexcept = 0;
  /// Waits until bytes are there or `deadline` has passed; `count` is 0 then.
  virtual LinkState read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept = 0;
  /// Drops what has arrived and was not read.
  virtual void discardInput() noexcept = 0;
  virtual Nanos now() const noexcept = 0;
  /// Returns at `time`, or within some milliseconds after `wake` has become true.
  virtual void sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept = 0;
  /// How long the machine was suspended since some fixed moment; now() does not count that time.
  virtual Nanos suspended() const noexcept { return 0; }
  /// How long an adapter may hold back bytes that have arrived.
  virtual Nanos latency() const noexcept { return kMillisecond; }
  /// How long to wait for an answer beyond the time it needs on the wire.
  virtual Nanos patience() const noexcept { return std::max(2 * kMillisecond, 2 * latency()); }
};

}  // namespace gps
