// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/iteration_recorder.h"
#include "core/session/database.h"
#include "core/session/session_writer.h"

namespace gps {

/// "2026-11-21T22:48:27Z".
std::string utcNow();

/// The rows of a new run, in a transaction of the caller. Returns its id.
Result<std::int64_t> insertRun(Database& database, const RunSetup& setup, const RunOrigin& origin);
/// Notes that another program goes on with a run after an iteration.
Status insertContinuation(Database& database, std::int64_t run, int iteration, const RunOrigin& origin);

/// The rows of one finished iteration. Statements are prepared once per database.
class IterationRows {
 public:
  static Result<IterationRows> make(Database& database);
  /// In a transaction of the caller. Of the states from iteration `lastSaved` on only those of keyframes stay beside it.
  Status insert(std::int64_t run, const FinishedIteration& iteration, int lastSaved);

 private:
  IterationRows() = default;
  Statement m_iteration, m_metrics, m_seconds, m_warning, m_event, m_array, m_state, m_dropStates, m_dropPending;
};

}  // namespace gps
