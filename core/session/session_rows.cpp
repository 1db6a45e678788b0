// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_rows.h"

#include <sys/utsname.h>

#include <ctime>
#include <fstream>

#include "core/scene/scene_writer.h"
#include "core/session/schema.h"
#include "core/session/snapshot_arrays.h"
#include "core/session/state_archive.h"

namespace gps {

namespace {

/// "model name" of /proc/cpuinfo, where there is one.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string operatingSystem() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

Status insertPairs(Database& database, const char* table, std::int64_t run,
                   const std::vector<std::pair<std::string, std::string>>& pairs) {
  Result<Statement> statement =
      database.prepare("INSERT INTO " + std::string(table) + "(run, key, value) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  for (const auto& [key, value] : pairs) {
    if (Status s = statement->bind(0, run).bind(1, key).bind(2, value).run(); !s) return s;
  }
  return Done{};
}

/// The id of the scene with this text, which several runs may share.
Result<std::int64_t> sceneId(Database& database, const Scene& scene) {
  const std::string text = sceneText(sceneTree(scene, Defaults::LeftOut));
  Result<Statement> known = database.prepare("SELECT id FROM scenes WHERE text=?");
  if (!known) return known.error();
  known->bind(0, text);
  Result<bool> row = known->step();
  if (!row) return row.error();
  if (*row) return known->integer(0);
  Result<Statement> insert = database.prepare("INSERT INTO scenes(name, text) VALUES (?, ?)");
  if (!insert) return insert.error();
  if (Status s = insert->bind(0, scene.name).bind(1, text).run(); !s) return s.error();
  return database.lastRow();
}

Status insertArrays(Statement& statement, std::int64_t run, int iteration, const ArraySet& arrays) {
  for (const auto& [name, array] : arrays.arrays()) {
    Status s = statement.bind(0, run)
                   .bind(1, iteration)
                   .bind(2, name)
                   .bind(3, array.dtype)
                   .bind(4, extentsText(array.shape))
                   .bind(5, static_cast<std::int64_t>(crc32(array.data)))
                   .bind(6, std::span<const std::byte>(array.data))
                   .run();
    if (!s) return s;
  }
  return Done{};
}

}  // namespace

std::string utcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Result<std::int64_t> insertRun(Database& database, const RunSetup& setup, const RunOrigin& origin) {
  if (!setup.task->scene) {
    return Error{"Only a run of a scene can be saved.", setup.name, "Load the task from a scene."};
  }
  Result<std::int64_t> scene = sceneId(database, *setup.task->scene);
  if (!scene) return scene.error();
  Result<Statement> insert = database.prepare(
      "INSERT INTO runs(parent, parent_iteration, name, algorithm, seed, scene, started) VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  if (origin.parent != 0) insert->bind(0, origin.parent).bind(1, origin.parentIteration);
  // A fork starts with what was in force where it leaves its parent.
  const Parameters& start = setup.resume ? setup.resume->parameters : setup.parameters;
  Status inserted = insert->bind(2, setup.name)
                        .bind(3, setup.algorithm)
                        .bind(4, static_cast<std::int64_t>(start.run.seed))
                        .bind(5, *scene)
                        .bind(6, utcNow())
                        .run();
  if (!inserted) return inserted.error();
  const std::int64_t run = database.lastRow();

  std::vector<std::pair<std::string, std::string>> values;
  for (const ParamField& field : describe(start, start)) values.emplace_back(field.spec.key, field.value);
  if (Status s = insertPairs(database, "parameters", run, values); !s) return s.error();
  std::vector<std::pair<std::string, std::string>> provenance{
      {"program", origin.program}, {"command_line", origin.commandLine}, {"compiler", __VERSION__},
      {"system", operatingSystem()}, {"processor", processor()},
  };
  if (!origin.plant.empty()) provenance.emplace_back("plant", origin.plant);
  if (!origin.shownAs.empty()) provenance.emplace_back("shown_as", origin.shownAs);
  if (Status s = insertPairs(database, "provenance", run, provenance); !s) return s.error();

  Result<Statement> condition = database.prepare("INSERT INTO conditions(run, condition, name) VALUES (?, ?, ?)");
  if (!condition) return condition.error();
  for (std::size_t i = 0; i < setup.task->conditions.size(); ++i) {
    Status s = condition->bind(0, run).bind(1, static_cast<std::int64_t>(i)).bind(2, setup.task->conditions[i]).run();
    if (!s) return s.error();
  }
  return run;
}

Status insertContinuation(Database& database, std::int64_t run, int iteration, const RunOrigin& origin) {
  // The same key twice only where nothing was added in between; the newer one holds.
  Result<Statement> statement = database.prepare("INSERT OR REPLACE INTO provenance(run, key, value) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  return statement->bind(0, run)
      .bind(1, "resumed_after_" + std::to_string(iteration))
      .bind(2, utcNow() + " " + origin.program + " " + origin.commandLine)
      .run();
}

Result<IterationRows> IterationRows::make(Database& database) {
  IterationRows rows;
  std::string columns, places;
  for (const MetricSpec& spec : metricRegistry()) {
    columns += ", " + metricColumn(spec);
    places += ", ?";
  }
  const std::string array = "(run, iteration, name, dtype, shape, crc, data) VALUES (?, ?, ?, ?, ?, ?, ?)";
  const std::pair<Statement*, std::string> wanted[] = {
      {&rows.m_iteration, "INSERT INTO iterations(run, iteration, finished, step_rule) VALUES (?, ?, ?, ?)"},
      {&rows.m_metrics, "INSERT INTO metrics(run, iteration, condition" + columns + ") VALUES (?, ?, ?" + places + ")"},
      {&rows.m_seconds, "INSERT INTO seconds(run, iteration, phase, seconds) VALUES (?, ?, ?, ?)"},
      {&rows.m_warning, "INSERT INTO warnings(run, iteration, key, text, conditions) VALUES (?, ?, ?, ?, ?)"},
      {&rows.m_event, "INSERT INTO events(run, iteration, key, old, new) VALUES (?, ?, ?, ?, ?)"},
      {&rows.m_array, "INSERT INTO arrays" + array},
      {&rows.m_state, "INSERT INTO states" + array},
      {&rows.m_dropStates, "DELETE FROM states WHERE run=? AND iteration BETWEEN ? AND ? AND iteration % ? <> 0"},
      {&rows.m_dropPending, "DELETE FROM pending WHERE run=?"},
  };
  for (const auto& [statement, sql] : wanted) {
    Result<Statement> prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = *std::move(prepared);
  }
  return rows;
}

Status IterationRows::insert(std::int64_t run, const FinishedIteration& finished, int lastSaved) {
  const Snapshot& snapshot = *finished.snapshot;
  const IterationReport& report = snapshot.report;
  const int k = report.iteration;
  ArraySet arrays;
  if (Status s = putSnapshot(snapshot, finished.policy.get(), arrays); !s) return s;

  if (Status s = m_iteration.bind(0, run).bind(1, k).bind(2, utcNow()).bind(3, report.stepRule).run(); !s) return s;
  for (int i = 0; i < report.metrics.conditions(); ++i) {
    m_metrics.bind(0, run).bind(1, k).bind(2, i);
    int column = 3;
    for (const MetricSpec& spec : metricRegistry()) {
      const std::optional<double> value = report.metrics.get(spec.id, spec.per == MetricPer::Condition ? i : 0);
      if (value) m_metrics.bind(column, *value);
      else m_metrics.bindNull(column);
      ++column;
    }
    if (Status s = m_metrics.run(); !s) return s;
  }
  for (const PhaseTime& time : report.seconds) {
    if (Status s = m_seconds.bind(0, run).bind(1, k).bind(2, time.phase).bind(3, time.seconds).run(); !s) return s;
  }
  for (const Warning& warning : report.warnings) {
    std::string conditions;
    for (const int i : warning.conditions) conditions += (conditions.empty() ? "" : ",") + std::to_string(i);
    Status s = m_warning.bind(0, run).bind(1, k).bind(2, warning.key).bind(3, warning.text).bind(4, conditions).run();
    if (!s) return s;
  }
  for (const ParameterEvent& event : snapshot.events) {
    Status s = m_event.bind(0, run).bind(1, event.iteration).bind(2, event.key).bind(3, event.from).bind(4, event.to).run();
    if (!s) return s;
  }
  if (Status s = insertArrays(m_array, run, k, arrays); !s) return s;
  if (Status s = m_dropPending.bind(0, run).run(); !s) return s;
  if (!finished.state) return Done{};

  ArraySet state;
  StateWriter writer(state);
  visitFields(*finished.state, writer);
  if (Status s = writer.status(); !s) return s;
  // What an arm did cannot be made again, so that every state of such a run is kept.
  const int every = snapshot.task && snapshot.task->plants->trials() ? 1 : kKeyframeEvery;
  if (Status s = m_dropStates.bind(0, run).bind(1, lastSaved).bind(2, k - 1).bind(3, every).run(); !s) return s;
  return insertArrays(m_state, run, k, state);
}

}  // namespace gps
