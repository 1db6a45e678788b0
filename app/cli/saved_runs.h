// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/train_command.h"
#include "core/session/session_writer.h"

namespace gps::cli {

/// The run of a session that goes on (--resume) or is repeated (--replay), as a list of one. --set, --iterations and
/// --threads of a run that goes on take effect with its next iteration.
Result<std::vector<RunSetup>> setupsOfSession(const TrainOptions& options);

/// Saves the runs of a command in a session, tells about problems once, and finds a place at the end for what could not
/// be saved. Without --session and --resume it does nothing.
class SavedRuns {
 public:
  static Result<SavedRuns> open(const TrainOptions& options);
  /// What the runs are learned on, when it is no simulation.
  void setPlant(const std::string& plant) { m_origin.plant = plant; }
  /// Gives a run that is about to begin its recorder.
  Status attach(RunSetup& setup);
  /// Waits until this iteration is safe, or saving has a problem.
  void wait(int iteration);
  /// Once no run goes on. Returns the exit code: 1 when something is not where it was to be.
  int finish();

 private:
  RunOrigin m_origin;
  std::int64_t m_resumed = 0;  ///< id of the run that goes on; 0: a new one
  std::shared_ptr<SessionWriter> m_writer;
  std::shared_ptr<IterationRecorder> m_recorder;
  std::string m_told;  ///< the problem that was told last
};

}  // namespace gps::cli
