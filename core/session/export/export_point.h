// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plant/channels.h"
#include "core/session/session_file.h"

namespace gps {

/// The last iteration a run has, its own or one of its parent's; 0: none.
int lastIteration(const SessionRun& run);

/// The iteration that is meant: `wanted`, or the last one. Errors say which there are.
Result<int> chosenIteration(const SessionFile& session, const SessionRun& run, std::optional<int> wanted);

/// One iteration of one run as exports need it. A fork has the iterations of its parent, too.
struct ExportPoint {
  SessionRun run;
  int iteration = 0;  ///< from 1
  std::shared_ptr<const Task> task;
  std::string scene;  ///< its name
  std::vector<Channel> states;        ///< dX
  std::vector<Channel> observations;  ///< dO
  std::vector<Channel> actions;       ///< dU
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const GlobalPolicy> policy;  ///< null where the run has none
};

/// Reads it; `runName` may be empty: the last run.
Result<ExportPoint> readExportPoint(const SessionFile& session, const std::string& runName, std::optional<int> iteration);

}  // namespace gps
