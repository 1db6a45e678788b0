// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/device/link/host_clock.h"

namespace gps {

/// A serial port (raw, 8N1, exclusive) and the monotonic clock.
class SerialPort : public HostClock {
 public:
  SerialPort() = default;
  ~SerialPort() override;
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  /// Opens `path` at `baud` bits per second, also at speeds without a name of their own.
  Status open(const std::string& path, int baud);
  void close() noexcept;
  bool isOpen() const { return m_file >= 0; }

  LinkState write(Bytes bytes) noexcept override;
  LinkState read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept override;
  void discardInput() noexcept override;
  Nanos latency() const noexcept override { return m_latency; }
  Nanos patience() const noexcept override;

 private:
  int m_file = -1;
  Nanos m_latency = kMillisecond;
  bool m_simulated = false;  // a program answers, when it gets a processor
};

}  // namespace gps
