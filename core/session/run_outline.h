// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "core/session/session_file.h"

namespace gps {

/// A parameter that differs between two places.
struct ParameterChange {
  std::string key;
  std::string from;
  std::string to;
};

/// What a list of runs says about one of them, without its iterations.
struct RunOutline {
  SessionRun run{};
  std::string scene{};  ///< its name
  /// Of the last iteration of its own; absent where there is none, or the algorithm does not have it.
  std::optional<double> localCost{};
  std::optional<double> globalCost{};
  std::optional<double> successRate{};
  /// Last values against those the run began with in its parent; for a run without one, against its algorithm's defaults
  /// on its scene. Seed, threads and iteration limit, which have other places, are left out.
  std::vector<ParameterChange> changed{};
  std::vector<SessionNote> notes{};  ///< the newest thousand
};

/// All runs of a session in the order they began: some queries per run, whatever the length of the runs. What of a run
/// can't be read is left out, not the run. `stop` ends it early, with what there is.
std::vector<RunOutline> outlineOf(const SessionFile& session, const std::atomic<bool>* stop = nullptr);

/// Takes a later change into a list of them: what is back where it was is no change.
void noteChange(std::vector<ParameterChange>& changes, const std::string& key, const std::string& from,
                const std::string& to);

}  // namespace gps
