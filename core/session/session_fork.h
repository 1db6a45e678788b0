// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <string>

#include "core/session/session_file.h"

namespace gps {

/// Where a run was after any of its iterations, from 1 to its last: the next state before it that is kept, and from there
/// the iterations in between are made once more, with the parameter changes of then, which gives the same bytes. Nothing
/// is written. Takes as long as those iterations do; `stop` ends it early with an error.
Result<RunSetup> setupAt(const SessionFile& session, const SessionRun& run, int iteration,
                         const std::atomic<bool>* stop = nullptr);

/// Where a run goes on: after its last iteration; a fork without any of its own where it left its parent; a run without
/// any at its start. With the changes that wait for the next iteration: before the first one they are what it starts
/// with.
Result<RunSetup> setupAtEnd(const SessionFile& session, const SessionRun& run, const std::atomic<bool>* stop = nullptr);

/// The run of the file that made this iteration: the run itself, or the one it was forked from.
Result<SessionRun> ownerOf(const SessionFile& session, const SessionRun& run, int iteration);

/// How many iterations a run made itself; a fork that did not go on yet has none.
int ownIterations(const SessionRun& run);

/// A name that no run of the file has: "mdgps-3".
std::string nameOfFork(const SessionFile& session, const std::string& run);

}  // namespace gps
