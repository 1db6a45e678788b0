// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "app/cli/device/device_command.h"
#include "core/device/control/control_thread.h"

namespace gps::cli {

/// One arm for the length of a command. Ctrl-C is its emergency stop from the first moment on; destroying it switches
/// the torque off.
class ArmSession {
 public:
  /// `config` is armOf() of these options.
  static Result<std::unique_ptr<ArmSession>> start(const DeviceOptions& options, const ArmConfig& config);
  ~ArmSession();
  ArmSession(const ArmSession&) = delete;
  ArmSession& operator=(const ArmSession&) = delete;

  ControlThread& thread() { return *m_thread; }
  std::shared_ptr<ControlThread> share() { return m_thread; }
  /// Waits until the servos have been found.
  Status connect();
  /// connect(), then torque on.
  Status arm();
  /// Waits for `done`, at most `seconds`. Fails when the arm stops, or has a fault.
  Status wait(const std::function<bool(const ArmStatus&)>& done, double seconds, const std::string& what);

 private:
  ArmSession(std::unique_ptr<ControlThread> thread, const ArmConfig& config);
  Error stopped(const ArmStatus& now) const;

  std::shared_ptr<ControlThread> m_thread;
  ArmConfig m_config;
  std::array<void (*)(int), 3> m_before{};  // handlers of the signals
};

}  // namespace gps::cli
