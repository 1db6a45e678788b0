// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/algorithms/outcome.h"
#include "core/engine/run.h"
#include "core/session/session_file.h"

namespace gps {

/// What a report says of one run.
struct ReportRun {
  std::string name{};
  std::string algorithm{};
  std::string label{};  ///< "MDGPS"
  std::uint64_t seed = 0;
  std::string started{};  ///< ISO 8601, UTC; may be empty
  std::string forkedFrom{};
  int forkedAfter = 0;
  std::string sceneName{};
  std::string sceneText{};   ///< JSON, as the run used it
  std::string sceneTitle{};
  std::string sceneWords{};
  /// What `train` is to be given for the scene: its name where it is a shipped one, else a file of that text.
  std::string sceneArgument{};
  bool sceneIsShipped = false;
  std::shared_ptr<const Task> task{};
  /// All iterations, oldest first, those of the run it left included. The shown one and some before it have what is
  /// drawn of them.
  std::vector<std::shared_ptr<const Snapshot>> past{};
  int shown = 0;  ///< the iteration that is drawn, from 1; 0: none
  std::vector<ParamField> parameters{};  ///< at the start; defaults are the scene's for the algorithm
  std::vector<ParameterEvent> events{};
  std::vector<std::pair<std::string, std::string>> provenance{};
  std::vector<std::pair<std::string, std::string>> notes{};  ///< written, text
  std::optional<Outcome> outcome{};                          ///< of the last iteration
};

struct Report {
  std::string program{};  ///< "GPS Studio 0.1.0"
  std::string session{};  ///< its file name without folder; empty: the runs were not saved
  std::vector<ReportRun> runs{};
};

/// The values of a run's start and how they differ from what the scene suggests.
Result<std::vector<ParamField>> reportParameters(const Task& task, const std::string& algorithm, const Parameters& start);

/// Reads a report: of one run, or with an empty name of all that have iterations; `iteration` is the one that is drawn, of
/// each run the last one where nothing is said.
Result<Report> readReport(const SessionFile& session, const std::string& runName, std::optional<int> iteration,
                          const std::string& program);

/// The same from runs that just ended, saved or not. `records` belong to the set-ups one by one.
Result<Report> reportOf(const std::vector<RunSetup>& setups, const std::vector<std::vector<std::shared_ptr<const Snapshot>>>& records,
                        const std::string& session, const std::vector<std::pair<std::string, std::string>>& provenance,
                        const std::string& program);

/// A command line, and what must be known to use it; both may be empty.
struct ReportCommand {
  std::string command{};
  std::string remark{};
};
/// What repeats a run. The first is the shortest that gives the same numbers.
std::vector<ReportCommand> reproducingCommands(const Report& report, const ReportRun& run);

/// One word for a POSIX shell.
std::string shellWord(const std::string& text);

}  // namespace gps
