// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/run.h"
#include "core/session/array_set.h"
#include "core/session/database.h"

namespace gps {

/// One run as a session lists it.
struct SessionRun {
  std::int64_t id = 0;
  std::optional<std::int64_t> parent{};  ///< the run it was forked from
  int parentIteration = 0;               ///< the last iteration it shares with it
  std::string name;
  std::string algorithm;
  std::uint64_t seed = 0;
  std::int64_t scene = 0;
  std::string started;  ///< ISO 8601, UTC
  int iterations = 0;   ///< the last finished one
};

/// What a session says about one iteration without its arrays.
struct SessionRow {
  IterationReport report;  ///< without curves
  std::vector<ParameterEvent> events;
};

/// What somebody wrote beside a run.
struct SessionNote {
  int iteration = 0;  ///< the one it is about; 0: the whole run
  std::string written;  ///< ISO 8601, UTC
  std::string text;
};

/// A session that is read. The file may hold anything: every size is checked before memory is taken, every number
/// before it is used; errors name the place. One thread at a time.
class SessionFile {
 public:
  /// Small files are checked page by page; for others see check().
  static Result<SessionFile> open(const std::string& file);
  static Result<SessionFile> fromBytes(std::span<const std::byte> bytes, const std::string& name);

  const std::string& file() const { return m_database.file(); }
  const std::vector<SessionRun>& runs() const { return m_runs; }
  /// The run with this name; an empty name means the last one. The error lists the names.
  Result<SessionRun> run(const std::string& name) const;

  /// How a window showed it, as it wrote that down; empty where none did. The text may be anything of at most 4000 bytes.
  std::string layout() const;
  Result<std::string> sceneName(const SessionRun& run) const;
  Result<std::string> sceneText(const SessionRun& run) const;
  /// The scene as it was learned.
  Result<std::shared_ptr<const Task>> task(const SessionRun& run, ConditionSet set = ConditionSet::Training) const;
  Result<std::vector<std::pair<std::string, std::string>>> provenance(const SessionRun& run) const;
  Result<std::vector<std::pair<std::string, std::string>>> notes(const SessionRun& run) const;  ///< written, text
  /// The same with their places.
  Result<std::vector<SessionNote>> placedNotes(const SessionRun& run) const;
  /// What the run started with: key and value of every parameter, as --set takes them.
  Result<std::vector<std::pair<std::string, std::string>>> startValues(const SessionRun& run) const;
  Result<std::vector<ParameterEvent>> events(const SessionRun& run) const;
  /// Changes (key, value) that wait for the iteration after the last one.
  Result<std::vector<std::pair<std::string, std::string>>> pending(const SessionRun& run) const;
  /// In force at the end of an iteration; 0: at the start.
  Result<Parameters> parameters(const SessionRun& run, const Task& task, int iteration) const;

  /// Metrics of all iterations, oldest first: what plots need.
  Result<std::vector<SessionRow>> rows(const SessionRun& run) const;
  /// The same of one iteration.
  Result<SessionRow> row(const SessionRun& run, int iteration) const;
  /// One iteration with everything that is shown of it.
  Result<std::shared_ptr<const Snapshot>> snapshot(const SessionRun& run, std::shared_ptr<const Task> task,
                                                   int iteration) const;
  /// The policy after an iteration, as it acts; null where there is none.
  Result<std::shared_ptr<const GlobalPolicy>> policy(const SessionRun& run, const Task& task, int iteration) const;

  /// Iterations whose whole state is kept, ascending: the last one, and keyframes.
  Result<std::vector<int>> states(const SessionRun& run) const;
  /// The set-up that goes on after one of states(). The name is the run's.
  Result<RunSetup> resume(const SessionRun& run, int iteration) const;
  /// The set-up that repeats the run with all its parameter changes.
  Result<RunSetup> replay(const SessionRun& run) const;

  /// Arrays of an iteration by name; `table` is "arrays" or "states". `group`: those alone whose names begin so, up to
  /// the first point.
  Result<ArraySet> arrays(const char* table, const SessionRun& run, int iteration, const std::string& group = {}) const;
  /// What the step rule did in an iteration of a run with so many conditions; empty where the file has no record of it.
  Result<StepRecord> step(const SessionRun& run, int iteration, int conditions) const;
  /// Every page, every array, every state. Slow for large files.
  Status check() const;

 private:
  explicit SessionFile(Database database) : m_database(std::move(database)) {}
  static Result<SessionFile> checked(Database database);
  Status readRuns();
  /// Rows of one iteration, or of all.
  Result<std::vector<SessionRow>> rowsWhere(const SessionRun& run, const std::string& condition) const;
  Result<std::vector<std::pair<std::string, std::string>>> pairs(const char* sql, const SessionRun& run) const;

  Database m_database;
  std::vector<SessionRun> m_runs;
};

}  // namespace gps
