// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/algorithms/check_state.h"
#include "core/base/printable.h"
#include "core/scene/scene_reader.h"
#include "core/session/schema.h"
#include "core/session/snapshot_arrays.h"
#include "core/session/state_archive.h"
#include "core/session/step_arrays.h"

namespace gps {

namespace {

constexpr std::int64_t kCheckedAtOnce = 32 << 20;  // bytes; a tenth of a second
constexpr int kMostIterations = 1000000;
constexpr int kMostConditions = 10000;

Error damaged(const std::string& file, const std::string& what) {
  // Names and keys of the file are in it, and a terminal may be where it goes.
  return {"The session is damaged: " + printable(what) + ".", file, "Use a copy, or an earlier iteration."};
}

/// Calls `take` for every row; stops at its first error.
template <class Take>
Status forEachRow(Statement& statement, Take&& take) {
  while (true) {
    Result<bool> row = statement.step();
    if (!row) return row.error();
    if (!*row) return Done{};
    if (Status s = take(); !s) return s;
  }
}

bool validIteration(std::int64_t iteration) {
  return iteration >= 1 && iteration <= kMostIterations;
}

/// "0,2,3".
std::vector<int> parseConditions(const std::string& text) {
  std::vector<int> list;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int value = 0;
    const std::from_chars_result parsed = std::from_chars(at, end, value);
    if (parsed.ec != std::errc() || value < 0 || value > kMostConditions) break;
    list.push_back(value);
    at = parsed.ptr;
    if (at < end) ++at;
  }
  return list;
}

}  // namespace

Result<SessionFile> SessionFile::open(const std::string& file) {
  Result<Database> database = Database::open(file, Database::Access::Read);
  if (!database) return database.error();
  return checked(*std::move(database));
}

Result<SessionFile> SessionFile::fromBytes(std::span<const std::byte> bytes, const std::string& name) {
  Result<Database> database = Database::fromBytes(bytes, name);
  if (!database) return database.error();
  return checked(*std::move(database));
}

Result<SessionFile> SessionFile::checked(Database database) {
  if (Status s = checkSchema(database); !s) return s.error();
  if (database.bytes() <= kCheckedAtOnce) {
    Result<Statement> check = database.prepare("PRAGMA quick_check(1)");
    if (!check) return check.error();
    Result<bool> row = check->step();
    if (!row) return row.error();
    const std::string verdict = *row ? check->text(0, 500) : std::string();
    if (verdict != "ok") return damaged(database.file(), "SQLite says: " + verdict);
  }
  SessionFile session(std::move(database));
  if (Status s = session.readRuns(); !s) return s.error();
  return session;
}

Status SessionFile::readRuns() {
  Result<Statement> statement = m_database.prepare(
      "SELECT id, parent, parent_iteration, name, algorithm, seed, scene, started, "
      "(SELECT max(iteration) FROM iterations WHERE run=runs.id) FROM runs ORDER BY id LIMIT 10001");
  if (!statement) return statement.error();
  return forEachRow(*statement, [&]() -> Status {
    SessionRun run;
    run.id = statement->integer(0);
    if (!statement->isNull(1)) run.parent = statement->integer(1);
    const std::int64_t shared = statement->isNull(2) ? 0 : statement->integer(2);
    run.name = statement->text(3, 200);
    run.algorithm = statement->text(4, 100);
    run.seed = static_cast<std::uint64_t>(statement->integer(5));
    run.scene = statement->integer(6);
    run.started = statement->text(7, 100);
    const std::int64_t last = statement->isNull(8) ? 0 : statement->integer(8);
    if (last != 0 && !validIteration(last)) return damaged(file(), "run " + run.name + " has an impossible iteration");
    if (shared < 0 || shared > kMostIterations) return damaged(file(), "run " + run.name + " has an impossible parent");
    run.parentIteration = static_cast<int>(shared);
    run.iterations = static_cast<int>(last);
    if (m_runs.size() == 10000) return damaged(file(), "it has more than 10000 runs");
    m_runs.push_back(std::move(run));
    return Done{};
  });
}

Result<SessionRun> SessionFile::run(const std::string& name) const {
  if (m_runs.empty()) return Error{"The session has no runs.", file(), "Choose another session."};
  if (name.empty()) return m_runs.back();
  std::string known;
  for (const SessionRun& each : m_runs) {
    if (each.name == name) return each;
    known += (known.empty() ? "" : ", ") + printable(each.name);
  }
  return Error{"The session has no run \"" + name + "\".", file(), "Use one of " + known + "."};
}

Result<std::vector<std::pair<std::string, std::string>>> SessionFile::pairs(const char* sql, const SessionRun& run) const {
  Result<Statement> statement = m_database.prepare(sql);
  if (!statement) return statement.error();
  statement->bind(0, run.id);
  std::vector<std::pair<std::string, std::string>> found;
  Status read = forEachRow(*statement, [&]() -> Status {
    if (found.size() == 100000) return damaged(file(), "a list is far too long");
    found.emplace_back(statement->text(0, 200), statement->text(1, 100000));
    return Done{};
  });
  if (!read) return read.error();
  return found;
}

std::string SessionFile::layout() const {
  // No table of the schema: written where a window closed, and of no use to anybody else.
  const Result<std::int64_t> real =
      m_database.number("SELECT count(*) FROM sqlite_schema WHERE type='table' AND sql NOT LIKE '%VIRTUAL%' AND name='layout'");
  if (!real || *real != 1) return {};
  Result<Statement> statement = m_database.prepare("SELECT text FROM layout WHERE id=1 AND length(text) < 4000");
  if (!statement) return {};
  const Result<bool> row = statement->step();
  return row && *row ? statement->text(0, 4000) : std::string();
}

Result<std::string> SessionFile::sceneName(const SessionRun& run) const {
  const auto found = pairs("SELECT name, '' FROM scenes WHERE id=(SELECT scene FROM runs WHERE id=?)", run);
  if (!found) return found.error();
  return found->empty() ? std::string() : found->front().first;
}

Result<std::string> SessionFile::sceneText(const SessionRun& run) const {
  Result<Statement> statement = m_database.prepare("SELECT text FROM scenes WHERE id=?");
  if (!statement) return statement.error();
  statement->bind(0, run.scene);
  Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return damaged(file(), "the scene of run " + run.name + " is missing");
  return statement->text(0, 16 << 20);
}

Result<std::shared_ptr<const Task>> SessionFile::task(const SessionRun& run, ConditionSet set) const {
  const Result<std::string> text = sceneText(run);
  if (!text) return text.error();
  Result<Scene> scene = parseScene(*text, file());
  if (!scene) return scene.error();
  return compileTask(std::make_shared<const Scene>(*std::move(scene)), set);
}

Result<std::vector<std::pair<std::string, std::string>>> SessionFile::provenance(const SessionRun& run) const {
  return pairs("SELECT key, value FROM provenance WHERE run=? ORDER BY rowid", run);
}

Result<std::vector<std::pair<std::string, std::string>>> SessionFile::notes(const SessionRun& run) const {
  return pairs("SELECT written, text FROM notes WHERE run=? ORDER BY id", run);
}

Result<std::vector<SessionNote>> SessionFile::placedNotes(const SessionRun& run) const {
  Result<Statement> statement = m_database.prepare("SELECT iteration, written, text FROM notes WHERE run=? ORDER BY id");
  if (!statement) return statement.error();
  statement->bind(0, run.id);
  std::vector<SessionNote> found;
  Status read = forEachRow(*statement, [&]() -> Status {
    if (found.size() == 100000) return damaged(file(), "a list is far too long");
    const std::int64_t iteration = statement->isNull(0) ? 0 : statement->integer(0);
    found.push_back({validIteration(iteration) ? static_cast<int>(iteration) : 0, statement->text(1, 200),
                     statement->text(2, 100000)});
    return Done{};
  });
  if (!read) return read.error();
  return found;
}

Result<std::vector<std::pair<std::string, std::string>>> SessionFile::startValues(const SessionRun& run) const {
  return pairs("SELECT key, value FROM parameters WHERE run=? ORDER BY rowid", run);
}

Result<std::vector<std::pair<std::string, std::string>>> SessionFile::pending(const SessionRun& run) const {
  return pairs("SELECT key, new FROM pending WHERE run=? ORDER BY id", run);
}

Result<std::vector<ParameterEvent>> SessionFile::events(const SessionRun& run) const {
  Result<Statement> statement =
      m_database.prepare("SELECT iteration, key, old, new FROM events WHERE run=? ORDER BY iteration, id");
  if (!statement) return statement.error();
  statement->bind(0, run.id);
  std::vector<ParameterEvent> events;
  Status read = forEachRow(*statement, [&]() -> Status {
    const std::int64_t iteration = statement->integer(0);
    if (!validIteration(iteration)) return damaged(file(), "a parameter change has an impossible iteration");
    if (events.size() == 1000000) return damaged(file(), "the list of parameter changes is far too long");
    events.push_back({static_cast<int>(iteration), statement->text(1, 200), statement->text(2, 2000),
                      statement->text(3, 2000)});
    return Done{};
  });
  if (!read) return read.error();
  return events;
}

Result<Parameters> SessionFile::parameters(const SessionRun& run, const Task& task, int iteration) const {
  // What a later program knows and this file does not has its default.
  Result<Parameters> parameters = parametersFor(task, run.algorithm);
  if (!parameters) return parameters;
  const auto stored = startValues(run);
  if (!stored) return stored.error();
  if (stored->empty()) return damaged(file(), "the parameters of run " + run.name + " are missing");
  const auto set = [&](const std::string& key, const std::string& value) -> Status {
    Status s = setParameter(*parameters, key, value);
    if (s) return s;
    const Error& error = s.error();
    return Error{printable(error.what), file() + ", " + printable(error.where), printable(error.mend)};
  };
  for (const auto& [key, value] : *stored) {
    if (Status s = set(key, value); !s) return s.error();
  }
  if (parameters->run.seed != run.seed) return damaged(file(), "run " + run.name + " has two seeds");
  Result<std::vector<ParameterEvent>> changes = events(run);
  if (!changes) return changes.error();
  for (const ParameterEvent& event : *changes) {
    if (event.iteration > iteration) break;
    if (Status s = set(event.key, event.to); !s) return s.error();
  }
  return parameters;
}

Result<std::vector<SessionRow>> SessionFile::rows(const SessionRun& run) const {
  return rowsWhere(run, "run=?1");
}

Result<SessionRow> SessionFile::row(const SessionRun& run, int iteration) const {
  Result<std::vector<SessionRow>> found = rowsWhere(run, "run=?1 AND iteration=" + std::to_string(iteration));
  if (!found) return found.error();
  if (found->size() != 1) {
    return Error{"The session has no iteration " + std::to_string(iteration) + " of " + printable(run.name) + ".", file(),
                 "It has the iterations 1 to " + std::to_string(run.iterations) + "."};
  }
  return std::move(found->front());
}

Result<std::vector<SessionRow>> SessionFile::rowsWhere(const SessionRun& run, const std::string& condition) const {
  const auto prepare = [&](const std::string& sql) -> Result<Statement> {
    Result<Statement> statement = m_database.prepare(sql);
    if (statement) statement->bind(0, run.id);
    return statement;
  };
  Result<Statement> conditions = prepare("SELECT count(*) FROM conditions WHERE run=?1");
  if (!conditions) return conditions.error();
  Result<bool> counted = conditions->step();
  if (!counted) return counted.error();
  const std::int64_t M = *counted ? conditions->integer(0) : 0;
  if (M < 1 || M > kMostConditions) return damaged(file(), "run " + run.name + " has no conditions");

  std::vector<SessionRow> found;
  std::map<int, std::size_t> place;
  Result<Statement> iterations =
      prepare("SELECT iteration, step_rule FROM iterations WHERE " + condition + " ORDER BY iteration");
  if (!iterations) return iterations.error();
  Status read = forEachRow(*iterations, [&]() -> Status {
    const std::int64_t iteration = iterations->integer(0);
    if (!validIteration(iteration)) return damaged(file(), "an iteration has an impossible number");
    SessionRow row;
    row.report.iteration = static_cast<int>(iteration);
    row.report.metrics = MetricTable(static_cast<int>(M));
    row.report.stepRule = iterations->text(1, 100);
    place.emplace(row.report.iteration, found.size());
    found.push_back(std::move(row));
    return Done{};
  });
  if (!read) return read.error();
  const auto rowOf = [&](std::int64_t iteration) -> SessionRow* {
    if (!validIteration(iteration)) return nullptr;
    const auto at = place.find(static_cast<int>(iteration));
    return at == place.end() ? nullptr : &found[at->second];
  };

  const Result<std::vector<Metric>> known = storedMetrics(m_database);
  if (!known) return known.error();
  std::string columns;
  for (const Metric metric : *known) columns += ", " + metricColumn(metricSpec(metric));
  Result<Statement> metrics = prepare("SELECT iteration, condition" + columns + " FROM metrics WHERE " + condition +
                                      " ORDER BY iteration, condition");
  if (!metrics) return metrics.error();
  read = forEachRow(*metrics, [&]() -> Status {
    SessionRow* row = rowOf(metrics->integer(0));
    const std::int64_t i = metrics->integer(1);
    if (!row || i < 0 || i >= M) return damaged(file(), "a row of metrics belongs to no iteration or condition");
    for (std::size_t c = 0; c < known->size(); ++c) {
      const int column = static_cast<int>(c) + 2;
      if (metrics->isNull(column)) continue;
      const Metric metric = (*known)[c];
      if (metricSpec(metric).per == MetricPer::Condition) row->report.metrics.set(metric, static_cast<int>(i), metrics->real(column));
      else if (i == 0) row->report.metrics.set(metric, metrics->real(column));
    }
    return Done{};
  });
  if (!read) return read.error();

  Result<Statement> seconds = prepare("SELECT iteration, phase, seconds FROM seconds WHERE " + condition + " ORDER BY id");
  if (!seconds) return seconds.error();
  read = forEachRow(*seconds, [&]() -> Status {
    if (SessionRow* row = rowOf(seconds->integer(0))) {
      row->report.seconds.push_back({seconds->text(1, 100), seconds->real(2)});
    }
    return Done{};
  });
  if (!read) return read.error();

  Result<Statement> warnings =
      prepare("SELECT iteration, key, text, conditions FROM warnings WHERE " + condition + " ORDER BY id");
  if (!warnings) return warnings.error();
  read = forEachRow(*warnings, [&]() -> Status {
    if (SessionRow* row = rowOf(warnings->integer(0))) {
      Warning warning{warnings->text(1, 100), warnings->text(2, 4000), parseConditions(warnings->text(3, 100000))};
      std::erase_if(warning.conditions, [M](int i) { return i >= M; });
      row->report.warnings.push_back(std::move(warning));
    }
    return Done{};
  });
  if (!read) return read.error();

  Result<std::vector<ParameterEvent>> changes = events(run);
  if (!changes) return changes.error();
  for (ParameterEvent& event : *changes) {
    if (SessionRow* row = rowOf(event.iteration)) row->events.push_back(std::move(event));
  }
  return found;
}

Result<StepRecord> SessionFile::step(const SessionRun& run, int iteration, int conditions) const {
  const Result<ArraySet> stored = arrays("arrays", run, iteration, "step");
  if (!stored) return stored.error();
  return takeStep(*stored, conditions);
}

Result<ArraySet> SessionFile::arrays(const char* table, const SessionRun& run, int iteration, const std::string& group) const {
  const std::string place = "run " + run.name + ", iteration " + std::to_string(iteration) + ", ";
  Result<Statement> statement =
      m_database.prepare("SELECT id, name, dtype, shape, crc FROM " + std::string(table) + " WHERE run=? AND iteration=?" +
                         (group.empty() ? "" : " AND name>=? AND name<?"));
  if (!statement) return statement.error();
  statement->bind(0, run.id).bind(1, iteration);
  if (!group.empty()) statement->bind(2, group + ".").bind(3, group + "/");  // the sign after the point
  ArraySet arrays;
  std::int64_t total = 0;
  Status read = forEachRow(*statement, [&]() -> Status {
    const std::int64_t row = statement->integer(0);
    std::string name = statement->text(1, 300);
    StoredArray array;
    array.dtype = statement->text(2, 20);
    const std::optional<Extents> shape = parseExtents(statement->text(3, 200));
    const auto bad = [&](const std::string& what) { return damaged(file(), place + name + " " + what); };
    if (!shape) return bad("has no shape");
    array.shape = *shape;
    const std::optional<std::int64_t> bytes = arrayBytes(array.dtype, array.shape);
    if (!bytes) return bad("has an unknown type or an impossible shape");
    // The blob's own size, from its header: nothing is allocated that the file does not hold.
    Result<std::int64_t> size = m_database.blobSize(table, "data", row);
    if (!size) return bad("can't be read: " + size.error().what);
    if (*size != *bytes) {
      return bad("has " + std::to_string(*size) + " bytes, but its shape asks for " + std::to_string(*bytes));
    }
    total += *bytes;
    if (total > m_database.bytes()) return bad("and its neighbours claim more bytes than the file has");
    array.data.resize(static_cast<std::size_t>(*bytes));
    if (*bytes > 0) {
      if (Status s = m_database.readBlob(table, "data", row, array.data); !s) return bad("can't be read: " + s.error().what);
    }
    if (static_cast<std::int64_t>(crc32(array.data)) != statement->integer(4)) return bad("does not match its checksum");
    if (arrays.has(name)) return bad("is there twice");
    arrays.insert(std::move(name), std::move(array));
    return Done{};
  });
  if (!read) return read.error();
  return arrays;
}

Result<std::shared_ptr<const Snapshot>> SessionFile::snapshot(const SessionRun& run, std::shared_ptr<const Task> task,
                                                              int iteration) const {
  Result<SessionRow> stored = row(run, iteration);
  if (!stored) return stored.error();
  if (stored->report.metrics.conditions() != task->conditionCount()) {
    return damaged(file(), "run " + run.name + " has another number of conditions than its scene");
  }
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->run = run.name;
  snapshot->algorithm = run.algorithm;
  snapshot->seed = run.seed;
  snapshot->task = std::move(task);
  snapshot->report = std::move(stored->report);
  snapshot->events = std::move(stored->events);
  const Result<ArraySet> numbers = arrays("arrays", run, iteration);
  if (!numbers) return numbers.error();
  if (Status s = takeSnapshot(*numbers, *snapshot); !s) return s.error();
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Result<std::shared_ptr<const GlobalPolicy>> SessionFile::policy(const SessionRun& run, const Task& task, int iteration) const {
  const Result<ArraySet> stored = arrays("arrays", run, iteration);
  if (!stored) return stored.error();
  return takePolicy(*stored, task);
}

Result<std::vector<int>> SessionFile::states(const SessionRun& run) const {
  Result<Statement> statement =
      m_database.prepare("SELECT DISTINCT iteration FROM states WHERE run=? ORDER BY iteration");
  if (!statement) return statement.error();
  statement->bind(0, run.id);
  std::vector<int> found;
  Status read = forEachRow(*statement, [&]() -> Status {
    const std::int64_t iteration = statement->integer(0);
    if (!validIteration(iteration)) return damaged(file(), "a state belongs to no iteration");
    found.push_back(static_cast<int>(iteration));
    return Done{};
  });
  if (!read) return read.error();
  return found;
}

Result<RunSetup> SessionFile::replay(const SessionRun& run) const {
  Result<std::shared_ptr<const Task>> compiled = task(run);
  if (!compiled) return compiled.error();
  Result<Parameters> start = parameters(run, **compiled, 0);
  if (!start) return start.error();
  Result<std::vector<ParameterEvent>> changes = events(run);
  if (!changes) return changes.error();
  RunSetup setup{run.name, run.algorithm, *std::move(compiled), *std::move(start)};
  setup.replay = *std::move(changes);
  return setup;
}

Result<RunSetup> SessionFile::resume(const SessionRun& run, int iteration) const {
  Result<RunSetup> setup = replay(run);
  if (!setup) return setup;
  setup->replay.clear();
  Result<Parameters> now = parameters(run, *setup->task, iteration);
  if (!now) return now.error();
  const Result<ArraySet> stored = arrays("states", run, iteration);
  if (!stored) return stored.error();
  if (stored->arrays().empty()) {
    return Error{"The session does not keep the state of iteration " + std::to_string(iteration) + " of " + printable(run.name) + ".",
                 file(), "Go on from its last iteration."};
  }
  auto state = std::make_shared<AlgorithmState>();
  StateReader reader(*stored);
  visitFields(*state, reader);
  if (Status s = reader.status(); !s) return s.error();
  if (state->iteration != iteration) return damaged(file(), "a state belongs to another iteration");
  const Result<const AlgorithmEntry*> entry = findAlgorithm(run.algorithm);
  if (!entry) return entry.error();
  const Result<AlgorithmState> fresh = (*entry)->make()->start(*setup->task, setup->parameters);
  if (!fresh) return fresh.error();
  if (Status s = checkState(*state, *fresh, *setup->task); !s) return s.error();
  auto point = std::make_shared<ResumePoint>();
  point->state = std::move(state);
  point->parameters = *std::move(now);
  if (iteration == run.iterations) {
    auto waiting = pending(run);
    if (!waiting) return waiting.error();
    Parameters trial = point->parameters;
    for (const auto& [key, value] : *waiting) {
      if (Status s = setParameter(trial, key, value); !s) return s.error();
    }
    point->pending = *std::move(waiting);
  }
  Result<std::shared_ptr<const Snapshot>> newest = snapshot(run, setup->task, iteration);
  if (!newest) return newest.error();
  point->newest = *std::move(newest);
  setup->resume = std::move(point);
  return setup;
}

Status SessionFile::check() const {
  Result<Statement> check = m_database.prepare("PRAGMA integrity_check(1)");
  if (!check) return check.error();
  Result<bool> verdict = check->step();
  if (!verdict) return verdict.error();
  if (!*verdict || check->text(0, 500) != "ok") return damaged(file(), "SQLite says: " + check->text(0, 500));
  for (const SessionRun& each : m_runs) {
    Result<std::shared_ptr<const Task>> compiled = task(each);
    if (!compiled) return compiled.error();
    const Result<Parameters> now = parameters(each, **compiled, each.iterations);
    if (!now) return now.error();
    const Result<std::vector<SessionRow>> all = rows(each);
    if (!all) return all.error();
    int expected = each.parent ? each.parentIteration + 1 : 1;
    for (const SessionRow& row : *all) {
      if (row.report.iteration != expected++) {
        return damaged(file(), "iteration " + std::to_string(expected - 1) + " of " + each.name + " is missing");
      }
      const Result<std::shared_ptr<const Snapshot>> one = snapshot(each, *compiled, row.report.iteration);
      if (!one) return one.error();
      const Result<std::shared_ptr<const GlobalPolicy>> acts = policy(each, **compiled, row.report.iteration);
      if (!acts) return acts.error();
    }
    const Result<std::vector<int>> kept = states(each);
    if (!kept) return kept.error();
    if (!all->empty() && (kept->empty() || kept->back() != each.iterations)) {
      return damaged(file(), "the state of the last iteration of " + each.name + " is missing");
    }
    for (const int iteration : *kept) {
      const Result<RunSetup> setup = resume(each, iteration);
      if (!setup) return setup.error();
    }
  }
  return Done{};
}

}  // namespace gps
