// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/link/link.h"

namespace gps {

/// The computer's monotonic clock, and no wire: what a control loop needs where the driver has a way of its own to the
/// arm.
class HostClock : public Link {
 public:
  LinkState write(Bytes) noexcept override { return LinkState::Up; }
  LinkState read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept override;
  void discardInput() noexcept override {}
  Nanos now() const noexcept override;
  void sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept override;
  Nanos suspended() const noexcept override;
};

}  // namespace gps
