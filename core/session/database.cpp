// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace gps {

namespace {

constexpr int kTickOperations = 100000;  // of SQLite's machine between two looks at the budget
constexpr std::int64_t kLargestBlob = 1 << 28;

/// What to do about an error code.
std::string mendOf(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return "Free some space, or save elsewhere.";
    case SQLITE_IOERR: return "Check the disk and the free space, or save elsewhere.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return "Check that the folder exists and that you may write there, or save elsewhere.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "Close the other program that uses the file.";
    case SQLITE_NOTADB: return "Choose a session file (*.gpss).";
    case SQLITE_CORRUPT: return "The file is damaged; use a copy, or an earlier session.";
    default: return "Use another copy of the file.";
  }
}

std::string whatOf(int code, const char* message) {
  switch (code & 0xff) {
    case SQLITE_FULL: return "There is no space left for the session.";
    case SQLITE_IOERR: return std::string("The session could not be read or written (") + message + ").";
    case SQLITE_READONLY: return "The session may not be written to.";
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return "The session could not be opened.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "The session is in use by another program.";
    case SQLITE_NOTADB: return "This is not a session.";
    case SQLITE_INTERRUPT: return "Reading the session takes far longer than a sound file needs; it was given up.";
    case SQLITE_TOOBIG: return "The session holds an entry that is larger than the file.";
    default: return std::string("The session is damaged (") + message + ").";
  }
}

}  // namespace

// --- Statement -----------------------------------------------------------------------------------------------------

void Statement::Finalise::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(m_statement.get(), index + 1, value);
  return *this;
}

Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(m_statement.get(), index + 1, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(m_statement.get(), index + 1, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(int index, std::span<const std::byte> bytes) {
  // An empty span may have no address, which SQLite would take for NULL.
  if (bytes.empty()) sqlite3_bind_zeroblob(m_statement.get(), index + 1, 0);
  else sqlite3_bind_blob64(m_statement.get(), index + 1, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bindNull(int index) {
  sqlite3_bind_null(m_statement.get(), index + 1);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(m_statement.get());
  if (code == SQLITE_ROW) return true;
  sqlite3* connection = sqlite3_db_handle(m_statement.get());
  const std::string message = sqlite3_errmsg(connection);
  sqlite3_reset(m_statement.get());
  if (code == SQLITE_DONE) return false;
  return Error{whatOf(code, message.c_str()), m_file, mendOf(code)};
}

Status Statement::run() {
  Result<bool> row = step();
  if (!row) return row.error();
  reset();
  return Done{};
}

void Statement::reset() {
  sqlite3_reset(m_statement.get());
}

int Statement::columns() const {
  return sqlite3_column_count(m_statement.get());
}

std::string Statement::columnName(int column) const {
  const char* name = sqlite3_column_name(m_statement.get(), column);
  return name ? name : "";
}

bool Statement::isNull(int column) const {
  return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(m_statement.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(m_statement.get(), column);
}

std::string Statement::text(int column, std::size_t longest) const {
  const unsigned char* text = sqlite3_column_text(m_statement.get(), column);
  if (!text) return {};
  const std::size_t size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
  return std::string(reinterpret_cast<const char*>(text), std::min(size, longest));
}

// --- Database ------------------------------------------------------------------------------------------------------

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Database::Database(sqlite3* connection, std::string file)
    : m_connection(connection), m_file(std::move(file)), m_budget(std::make_shared<Budget>()) {}

int Database::onProgress(void* budget) {
  Budget& spent = *static_cast<Budget*>(budget);
  return ++spent.used > spent.most ? 1 : 0;
}

Error Database::error(int code) const {
  return {whatOf(code, sqlite3_errmsg(m_connection.get())), m_file, mendOf(code)};
}

Status Database::harden() {
  sqlite3* db = m_connection.get();
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, 2000);
  for (const auto& [option, on] : {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
                                   std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0), std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
                                   std::pair(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
                                   std::pair(SQLITE_DBCONFIG_DQS_DDL, 0), std::pair(SQLITE_DBCONFIG_DQS_DML, 0)}) {
    sqlite3_db_config(db, option, on, nullptr);
  }
  for (const auto& [limit, value] :
       {std::pair(SQLITE_LIMIT_SQL_LENGTH, 100000), std::pair(SQLITE_LIMIT_COLUMN, 500),
        std::pair(SQLITE_LIMIT_EXPR_DEPTH, 100), std::pair(SQLITE_LIMIT_COMPOUND_SELECT, 10),
        std::pair(SQLITE_LIMIT_VDBE_OP, 100000), std::pair(SQLITE_LIMIT_FUNCTION_ARG, 16),
        std::pair(SQLITE_LIMIT_ATTACHED, 0), std::pair(SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
        std::pair(SQLITE_LIMIT_VARIABLE_NUMBER, 500), std::pair(SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        std::pair(SQLITE_LIMIT_WORKER_THREADS, 0)}) {
    sqlite3_limit(db, limit, value);
  }
  m_budget->most = 1000;
  sqlite3_progress_handler(db, kTickOperations, &Database::onProgress, m_budget.get());
  for (const char* pragma : {"PRAGMA cell_size_check=ON", "PRAGMA mmap_size=0", "PRAGMA foreign_keys=OFF"}) {
    if (Status s = execute(pragma); !s) return s;
  }
  Result<std::int64_t> pages = number("PRAGMA page_count");
  if (!pages) return pages.error();
  Result<std::int64_t> size = number("PRAGMA page_size");
  if (!size) return size.error();
  // No entry can be larger than the file that holds it, so none is allocated before that is known.
  m_bytes = *pages * *size;
  allowBlobsOf(m_bytes);
  return Done{};
}

void Database::allowBlobsOf(std::int64_t bytes) {
  constexpr std::int64_t kRoomForText = 1 << 20;
  m_bytes = std::max(m_bytes, bytes);
  // Four operations per byte: a scan of sound tables needs a small part of that.
  m_budget->most = 200 + m_bytes * 4 / kTickOperations;
  sqlite3_limit(m_connection.get(), SQLITE_LIMIT_LENGTH,
                static_cast<int>(std::clamp(m_bytes, kRoomForText, kLargestBlob)));
}

Result<Database> Database::open(const std::string& file, Access access) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Error{"There is no such file.", file, "Check the name."};
  }
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return Error{"This is not a file.", file, "Choose a session file (*.gpss)."};
  }
  if (::access(file.c_str(), R_OK) != 0) {
    return Error{"The session may not be read.", file, "Check the file's permissions."};
  }
  if (access == Access::Write && ::access(file.c_str(), W_OK) != 0) {
    return Error{"The session may not be written to.", file, "Check the file's permissions, or save elsewhere."};
  }
  sqlite3* raw = nullptr;
  // NOMUTEX: one thread at a time is this class's contract.
  int flags = SQLITE_OPEN_NOMUTEX | (access == Access::Read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  std::string name = file;
  const std::filesystem::path folder = std::filesystem::absolute(file, ignored).parent_path();
  if (access == Access::Read && ::access(folder.c_str(), W_OK) != 0 && !std::filesystem::exists(file + "-wal", ignored)) {
    // WAL needs a file beside the session, which cannot be made here. Nobody can write here either.
    std::string escaped;
    for (const char c : std::filesystem::absolute(file, ignored).string()) {
      if (c == '%' || c == '?' || c == '#') {
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        escaped += code;
      } else {
        escaped += c;
      }
    }
    name = "file:" + escaped + "?immutable=1";
    flags |= SQLITE_OPEN_URI;
  }
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  Database database(raw, file);
  if (code != SQLITE_OK) return database.error(code);
  if (Status s = database.harden(); !s) return s.error();
  return database;
}

Result<Database> Database::create(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    return Error{"There is a file of this name already.", file, "Choose another name."};
  }
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw,
                                   SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(raw, file);
  if (code != SQLITE_OK) return database.error(code);
  if (Status s = database.harden(); !s) return s.error();
  database.allowBlobsOf(kLargestBlob);
  return database;
}

Result<Database> Database::fromBytes(std::span<const std::byte> bytes, const std::string& name) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, nullptr);
  Database database(raw, name);
  if (code != SQLITE_OK) return database.error(code);
  // SQLite frees it, also where it refuses it.
  auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(std::max<std::size_t>(bytes.size(), 1)));
  if (!copy) return Error{"Memory ran out.", name, "Close other programs."};
  std::memcpy(copy, bytes.data(), bytes.size());
  const int loaded =
      sqlite3_deserialize(raw, "main", copy, static_cast<sqlite3_int64>(bytes.size()),
                          static_cast<sqlite3_int64>(bytes.size()), SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY);
  if (loaded != SQLITE_OK) return database.error(loaded);
  if (Status s = database.harden(); !s) return s.error();
  return database;
}

Status Database::execute(const std::string& sql) {
  m_budget->used = 0;
  const int code = sqlite3_exec(m_connection.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Done{};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  m_budget->used = 0;
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(m_connection.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  if (code != SQLITE_OK) return error(code);
  Statement statement;
  statement.m_statement.reset(raw);
  statement.m_file = m_file;
  return statement;
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return Error{"The session is damaged (a value is missing).", m_file, mendOf(SQLITE_CORRUPT)};
  return statement->integer(0);
}

std::int64_t Database::lastRow() const {
  return sqlite3_last_insert_rowid(m_connection.get());
}

int Database::rowsChanged() const {
  return sqlite3_changes(m_connection.get());
}

namespace {

struct CloseBlob {
  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};
using Blob = std::unique_ptr<sqlite3_blob, CloseBlob>;

}  // namespace

Result<std::int64_t> Database::blobSize(const char* table, const char* column, std::int64_t row) const {
  sqlite3_blob* raw = nullptr;
  const int code = sqlite3_blob_open(m_connection.get(), "main", table, column, row, 0, &raw);
  const Blob blob(raw);
  if (code != SQLITE_OK) return error(code);
  return static_cast<std::int64_t>(sqlite3_blob_bytes(raw));
}

Status Database::readBlob(const char* table, const char* column, std::int64_t row, std::span<std::byte> to) const {
  m_budget->used = 0;
  sqlite3_blob* raw = nullptr;
  int code = sqlite3_blob_open(m_connection.get(), "main", table, column, row, 0, &raw);
  const Blob blob(raw);
  if (code == SQLITE_OK) code = sqlite3_blob_read(raw, to.data(), static_cast<int>(to.size()), 0);
  if (code != SQLITE_OK) return error(code);
  return Done{};
}

Status Database::backUpTo(const std::string& target) const {
  const std::string temporary = target + ".part";
  std::remove(temporary.c_str());
  sqlite3* raw = nullptr;
  int code = sqlite3_open_v2(temporary.c_str(), &raw,
                             SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database copy(raw, target);
  if (code != SQLITE_OK) return copy.error(code);
  sqlite3_backup* backup = sqlite3_backup_init(raw, "main", m_connection.get(), "main");
  if (backup) {
    sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  code = sqlite3_errcode(raw);
  std::optional<Error> failure;
  if (code != SQLITE_OK) failure = copy.error(code);
  // A copy made while the original is in WAL mode says so in its header; on its own it is one plain file.
  if (!failure) {
    if (Status s = copy.execute("PRAGMA journal_mode=DELETE"); !s) failure = s.error();
  }
  copy.m_connection.reset();
  if (!failure) {
    std::error_code renamed;
    std::filesystem::rename(temporary, target, renamed);
    if (renamed) failure = Error{"The session could not be written: " + renamed.message() + ".", target, "Save elsewhere."};
  }
  if (!failure) return Done{};
  std::remove(temporary.c_str());
  return *failure;
}

// --- Transaction ---------------------------------------------------------------------------------------------------

Transaction::~Transaction() {
  if (m_open && !m_database.execute("ROLLBACK")) return;  // SQLite has rolled back itself after a full disk
}

Status Transaction::begin() {
  Status s = m_database.execute("BEGIN IMMEDIATE");
  m_open = s.ok();
  return s;
}

Status Transaction::commit() {
  Status s = m_database.execute("COMMIT");
  if (s) m_open = false;
  return s;
}

}  // namespace gps
