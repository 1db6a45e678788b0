// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <thread>

#include "core/device/bus/servo_bus.h"
#include "core/device/control/control_loop.h"
#include "core/device/link/serial_port.h"

namespace gps {

/// The bus of a protocol, and the arm on it.
std::unique_ptr<ServoBus> makeBus(Protocol protocol, Link& link, int baud);
std::unique_ptr<ArmDriver> makeArm(ServoBus& bus, const ArmConfig& config);

/// A serial arm with the one thread that talks to it, from open to close. Real-time priority where the system
/// allows it. Destroying it makes the arm neutral and switches its torque off.
class ControlThread {
 public:
  /// Opens the port; the servos are looked for by the new thread (follow status()).
  static Result<std::unique_ptr<ControlThread>> connect(const std::string& port, const ArmConfig& config);
  /// The same over a link that is open already, such as a simulated one. `config` must have passed check().
  static std::unique_ptr<ControlThread> over(std::unique_ptr<Link> link, const ArmConfig& config);
  /// An arm whose driver has a way of its own to it, such as a plugin's. `config` must have passed check().
  static std::unique_ptr<ControlThread> drive(std::unique_ptr<ArmDriver> arm, const ArmConfig& config);
  ~ControlThread();
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  /// Latched; any thread, also a signal handler.
  void pressStop() noexcept { m_loop.pressStop(); }
  /// Neutral, torque off, and the thread ended; the port stays open until this is destroyed. Not from its own thread.
  void close();
  void request(ArmRequest request) { m_loop.request(std::move(request)); }
  ArmStatus status() const { return m_loop.status(); }
  /// Whether the thread runs with real-time priority.
  bool realTime() const { return m_realTime.load(); }

 private:
  ControlThread(std::unique_ptr<Link> link, std::unique_ptr<ServoBus> bus, std::unique_ptr<ArmDriver> arm, const ArmConfig& config);

  std::unique_ptr<Link> m_link;
  std::unique_ptr<ServoBus> m_bus;
  std::unique_ptr<ArmDriver> m_arm;
  ControlLoop m_loop;
  std::atomic<bool> m_realTime{false};
  std::jthread m_thread;
};

}  // namespace gps
