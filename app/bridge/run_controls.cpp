// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/run_controls.h"

namespace gps::ui {

RunControls controlsFor(RunState state, bool hasData) {
  switch (state) {
    case RunState::Idle:
      return {.start = true, .step = true, .reset = hasData};
    case RunState::Starting:
      return {.stop = true};
    case RunState::Running:
      return {.pause = true, .stop = true, .reset = true};
    case RunState::Pausing:
      return {.start = true, .stop = true, .reset = true};
    case RunState::Paused:
      return {.start = true, .step = true, .stop = true, .reset = true};
    case RunState::Stepping:
      return {.pause = true, .stop = true, .reset = true};
    case RunState::Stopping:
      return {.stop = true};
    case RunState::Finished:
      return {.start = true, .step = true, .reset = true};
    case RunState::Failed:
      return {.start = true, .reset = true};
  }
  return {};
}

RunControls either(const RunControls& a, const RunControls& b) {
  return {.start = a.start || b.start,
          .pause = a.pause || b.pause,
          .step = a.step || b.step,
          .stop = a.stop || b.stop,
          .reset = a.reset || b.reset};
}

}  // namespace gps::ui
