// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/snapshot.h"

namespace gps::ui {

/// Which requests make sense now; what the buttons offer.
struct RunControls {
  bool start = false;
  bool pause = false;
  bool step = false;
  bool stop = false;
  bool reset = false;
};

/// The state table of run control. `hasData`: at least one iteration is finished.
RunControls controlsFor(RunState state, bool hasData);

/// What a button for two runs offers: whatever one of them can do.
RunControls either(const RunControls& a, const RunControls& b);

}  // namespace gps::ui
