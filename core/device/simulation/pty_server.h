// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/error.h"
#include "core/device/simulation/simulated_bus.h"

namespace gps {

/// Where simulated arms are found: <runtime folder>/gps-studio/, the user's alone (mode 0700). The runtime folder is
/// XDG_RUNTIME_DIR, or a folder of the user's in the temporary folder.
Result<std::string> simulatedDeviceFolder();

/// Serves a simulated bus on a pseudo-terminal in real time, with its own thread, until it is destroyed.
class PtyServer {
 public:
  /// `link`: path of a symbolic link to the terminal; an old link of that name is replaced, anything else is an
  /// error. Empty: no link.
  static Result<std::unique_ptr<PtyServer>> start(SimulatedBus bus, const std::string& link);
  ~PtyServer();
  PtyServer(const PtyServer&) = delete;
  PtyServer& operator=(const PtyServer&) = delete;

  /// What a client opens: the link, or the terminal itself.
  const std::string& path() const { return m_path; }
  /// Runs `action` on the bus between two of the server's steps.
  void with(const std::function<void(SimulatedBus&)>& action);
  /// Pulls the plug; the path is gone until a new server is started.
  void unplug();

 private:
  PtyServer(SimulatedBus bus, int terminal, std::string path, bool linked);
  void serve(const std::stop_token& stop);

  std::mutex m_mutex;  // the bus and the terminal
  SimulatedBus m_bus;
  int m_terminal;
  std::string m_path;
  bool m_linked;
  std::jthread m_thread;
};

}  // namespace gps
