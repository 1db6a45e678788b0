// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gps {

/// One prepared statement. Parameters and columns count from 0. Not shared between threads.
class Statement {
 public:
  Statement() = default;

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);
  /// The bytes must live until the statement has run.
  Statement& bind(int index, std::span<const std::byte> bytes);
  Statement& bindNull(int index);

  /// True: there is a row. False: done, and the statement may be bound and run again.
  Result<bool> step();
  /// Runs a statement without rows.
  Status run();
  void reset();

  int columns() const;
  std::string columnName(int column) const;
  bool isNull(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Text of at most `longest` bytes; what is longer is cut.
  std::string text(int column, std::size_t longest = 1 << 20) const;

 private:
  friend class Database;
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalise> m_statement;
  std::string m_file;
};

/// An SQLite connection hardened against what a file may hold (design: a session is untrusted input): no trusted schema,
/// no views, no triggers, no extensions, cells checked, lengths limited to the size of the file, and an end to every
/// statement. One thread at a time.
class Database {
 public:
  enum class Access { Read, Write };

  /// Opens an existing file. Errors name the file.
  static Result<Database> open(const std::string& file, Access access);
  /// Makes a new, empty file; fails where one is.
  static Result<Database> create(const std::string& file);
  /// A copy of a whole database in memory.
  static Result<Database> fromBytes(std::span<const std::byte> bytes, const std::string& name);

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  const std::string& file() const { return m_file; }
  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql) const;
  /// The first column of the first row.
  Result<std::int64_t> number(std::string_view sql) const;
  std::int64_t lastRow() const;
  int rowsChanged() const;

  /// Size of a blob, from its header alone.
  Result<std::int64_t> blobSize(const char* table, const char* column, std::int64_t row) const;
  /// Exactly `to.size()` bytes from the start of a blob.
  Status readBlob(const char* table, const char* column, std::int64_t row, std::span<std::byte> to) const;

  /// Copies the whole database over the file `target`, by way of a temporary neighbour that is renamed into place.
  Status backUpTo(const std::string& target) const;

  /// Size of the database, and so the most that any of its blobs can be.
  std::int64_t bytes() const { return m_bytes; }
  /// Raises that limit to what is written from now on.
  void allowBlobsOf(std::int64_t bytes);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  explicit Database(sqlite3* connection, std::string file);
  Status harden();
  Error error(int code) const;

  std::unique_ptr<sqlite3, Close> m_connection;
  std::string m_file;
  std::int64_t m_bytes = 0;
  struct Budget {
    std::int64_t used = 0;
    std::int64_t most = 0;
  };
  static int onProgress(void* budget);
  std::shared_ptr<Budget> m_budget;  // of the running statement
};

/// BEGIN IMMEDIATE now, ROLLBACK at the end unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& database) : m_database(database) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Status begin();
  Status commit();

 private:
  Database& m_database;
  bool m_open = false;
};

}  // namespace gps
