// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>
#include <array>
#include <memory>

namespace gps::ui {

/// SIGINT, SIGTERM and SIGHUP end the program as closing its window does, without asking: an arm's torque goes off and
/// what is finished is saved. The second one ends it at once. One per program.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

 private:
  std::array<int, 2> m_pipe{-1, -1};
  std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace gps::ui
