// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/snapshot.h"

namespace gps {

std::string_view runStateName(RunState state) {
  switch (state) {
    case RunState::Idle: return "idle";
    case RunState::Starting: return "starting";
    case RunState::Running: return "running";
    case RunState::Pausing: return "pausing";
    case RunState::Paused: return "paused";
    case RunState::Stepping: return "stepping";
    case RunState::Stopping: return "stopping";
    case RunState::Finished: return "finished";
    case RunState::Failed: return "failed";
  }
  return "";
}

}  // namespace gps
