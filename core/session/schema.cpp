// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/schema.h"

#include <algorithm>
#include <set>
#include <span>

namespace gps {

namespace {

struct Table {
  const char* name;
  std::vector<std::string> columns;
  const char* definition;
};

/// The README describes these.
const std::vector<Table>& tables() {
  static const std::vector<Table> kTables{
      {"scenes", {"id", "name", "text"}, "id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL"},
      {"runs",
       {"id", "parent", "parent_iteration", "name", "algorithm", "seed", "scene", "started"},
       "id INTEGER PRIMARY KEY, parent INTEGER, parent_iteration INTEGER, name TEXT NOT NULL, algorithm TEXT NOT NULL, "
       "seed INTEGER NOT NULL, scene INTEGER NOT NULL, started TEXT NOT NULL"},
      {"provenance", {"run", "key", "value"}, "run INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY (run, key)"},
      {"parameters", {"run", "key", "value"}, "run INTEGER, key TEXT, value TEXT NOT NULL, PRIMARY KEY (run, key)"},
      {"events",
       {"id", "run", "iteration", "key", "old", "new"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, iteration INTEGER NOT NULL, key TEXT NOT NULL, old TEXT NOT NULL, "
       "new TEXT NOT NULL"},
      {"pending",
       {"id", "run", "key", "new"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, key TEXT NOT NULL, new TEXT NOT NULL"},
      {"conditions", {"run", "condition", "name"}, "run INTEGER, condition INTEGER, name TEXT NOT NULL, PRIMARY KEY (run, condition)"},
      {"iterations",
       {"run", "iteration", "finished", "step_rule"},
       "run INTEGER, iteration INTEGER, finished TEXT NOT NULL, step_rule TEXT NOT NULL, PRIMARY KEY (run, iteration)"},
      {"seconds",
       {"id", "run", "iteration", "phase", "seconds"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, iteration INTEGER NOT NULL, phase TEXT NOT NULL, seconds REAL NOT NULL"},
      {"warnings",
       {"id", "run", "iteration", "key", "text", "conditions"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, iteration INTEGER NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, "
       "conditions TEXT NOT NULL"},
      {"arrays",
       {"id", "run", "iteration", "name", "dtype", "shape", "crc", "data"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, iteration INTEGER NOT NULL, name TEXT NOT NULL, dtype TEXT NOT NULL, "
       "shape TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL"},
      {"states",
       {"id", "run", "iteration", "name", "dtype", "shape", "crc", "data"},
       "id INTEGER PRIMARY KEY, run INTEGER NOT NULL, iteration INTEGER NOT NULL, name TEXT NOT NULL, dtype TEXT NOT NULL, "
       "shape TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL"},
      {"notes",
       {"id", "run", "iteration", "written", "text"},
       "id INTEGER PRIMARY KEY, run INTEGER, iteration INTEGER, written TEXT NOT NULL, text TEXT NOT NULL"},
      {"thumbnails", {"run", "png"}, "run INTEGER PRIMARY KEY, png BLOB NOT NULL"},
  };
  return kTables;
}

Result<std::set<std::string>> columnsOf(const Database& database, const std::string& table) {
  Result<Statement> statement = database.prepare("SELECT name FROM pragma_table_info('" + table + "')");
  if (!statement) return statement.error();
  std::set<std::string> columns;
  while (true) {
    Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return columns;
    columns.insert(statement->text(0, 200));
  }
}

Error damaged(const Database& database, const std::string& what) {
  return {"The session is damaged: " + what + ".", database.file(), "Use a copy, or an earlier session."};
}

}  // namespace

std::string metricColumn(const MetricSpec& spec) {
  std::string name(spec.jsonKey.empty() ? spec.key : spec.jsonKey);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Status createSchema(Database& database) {
  std::string sql;
  for (const Table& table : tables()) sql += "CREATE TABLE " + std::string(table.name) + "(" + table.definition + ");";
  std::string columns, means;
  for (const MetricSpec& spec : metricRegistry()) {
    const std::string column = metricColumn(spec);
    columns += ", " + column + " REAL";
    means += ", avg(" + column + ") AS " + column;
  }
  sql += "CREATE TABLE metrics(run INTEGER, iteration INTEGER, condition INTEGER" + columns +
         ", PRIMARY KEY (run, iteration, condition));";
  sql += "CREATE INDEX arrays_of ON arrays(run, iteration, name);"
         "CREATE INDEX states_of ON states(run, iteration, name);"
         "CREATE INDEX events_of ON events(run, iteration);"
         "CREATE INDEX seconds_of ON seconds(run, iteration);"
         "CREATE INDEX warnings_of ON warnings(run, iteration);";
  // For people with an SQLite tool; this program never reads a view.
  sql += "CREATE VIEW progress AS SELECT run, iteration" + means + " FROM metrics GROUP BY run, iteration;";
  sql += "CREATE VIEW sizes AS SELECT run, iteration, count(*) AS arrays, sum(length(data)) AS bytes FROM arrays "
         "GROUP BY run, iteration;";
  sql += "PRAGMA application_id=" + std::to_string(kSessionId) + ";PRAGMA user_version=" + std::to_string(kSessionSchema) + ";";
  return database.execute(sql);
}

Status checkSchema(const Database& database) {
  const Result<std::int64_t> id = database.number("PRAGMA application_id");
  if (!id) return id.error();
  if (*id != kSessionId) return Error{"This is a database, but no session.", database.file(), "Choose a session file (*.gpss)."};
  const Result<std::int64_t> schema = database.number("PRAGMA user_version");
  if (!schema) return schema.error();
  if (*schema > kSessionSchema) {
    return Error{"This session was written with schema " + std::to_string(*schema) + "; this program reads up to " +
                     std::to_string(kSessionSchema) + ".",
                 database.file(), "Update GPS Studio."};
  }
  if (*schema < 1) return damaged(database, "it has the schema " + std::to_string(*schema));
  std::vector<std::pair<std::string, std::vector<std::string>>> wanted{{"metrics", {"run", "iteration", "condition"}}};
  for (const Table& table : tables()) wanted.emplace_back(table.name, table.columns);
  for (const auto& [table, columns] : wanted) {
    // A view of that name would run what the file's author wrote.
    const Result<std::int64_t> real =
        database.number("SELECT count(*) FROM sqlite_schema WHERE type='table' AND sql NOT LIKE '%VIRTUAL%' AND name='" + table + "'");
    if (!real) return real.error();
    if (*real != 1) return damaged(database, "the table " + table + " is missing");
    const Result<std::set<std::string>> found = columnsOf(database, table);
    if (!found) return found.error();
    for (const std::string& column : columns) {
      if (!found->contains(column)) return damaged(database, "the column " + table + "." + column + " is missing");
    }
  }
  return Done{};
}

Status addMetricColumns(Database& database) {
  const Result<std::set<std::string>> found = columnsOf(database, "metrics");
  if (!found) return found.error();
  for (const MetricSpec& spec : metricRegistry()) {
    const std::string column = metricColumn(spec);
    if (found->contains(column)) continue;
    if (Status s = database.execute("ALTER TABLE metrics ADD COLUMN " + column + " REAL"); !s) return s;
  }
  return Done{};
}

Result<std::vector<Metric>> storedMetrics(const Database& database) {
  const Result<std::set<std::string>> found = columnsOf(database, "metrics");
  if (!found) return found.error();
  std::vector<Metric> metrics;
  for (const MetricSpec& spec : metricRegistry()) {
    if (found->contains(metricColumn(spec))) metrics.push_back(spec.id);
  }
  return metrics;
}

}  // namespace gps
