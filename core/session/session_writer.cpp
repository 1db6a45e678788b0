// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "core/session/file_lock.h"
#include "core/session/schema.h"
#include "core/session/session_rows.h"

namespace gps {

namespace {

/// Which file a name stands for; nothing where there is none.
std::optional<std::pair<dev_t, ino_t>> identityOf(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  return std::pair(found.st_dev, found.st_ino);
}

/// A database that is written to: lock, connection, prepared rows.
struct OpenFile {
  FileLock lock;
  Database database;
  std::optional<IterationRows> rows{};
  std::optional<std::pair<dev_t, ino_t>> identity{identityOf(database.file())};
};

Status writable(Database& database) {
  // Every commit reaches the disk before it is announced. A truncated log keeps the neighbour file small.
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA journal_size_limit=4194304"}) {
    Result<Statement> statement = database.prepare(pragma);
    if (!statement) return statement.error();
    if (Result<bool> row = statement->step(); !row) return row.error();
  }
  database.allowBlobsOf(std::int64_t{1} << 28);
  return Done{};
}

Result<std::unique_ptr<OpenFile>> openExisting(const std::string& file) {
  Result<FileLock> lock = FileLock::take(file);
  if (!lock) return lock.error();
  Result<Database> database = Database::open(file, Database::Access::Write);
  if (!database) return database.error();
  if (Status s = checkSchema(*database); !s) return s.error();
  if (Status s = addMetricColumns(*database); !s) return s.error();
  if (Status s = writable(*database); !s) return s.error();
  auto open = std::make_unique<OpenFile>(OpenFile{*std::move(lock), *std::move(database)});
  Result<IterationRows> rows = IterationRows::make(open->database);
  if (!rows) return rows.error();
  open->rows = *std::move(rows);
  return open;
}

}  // namespace

struct SessionWriter::Impl {
  struct Job {
    std::int64_t run = 0;
    FinishedIteration iteration{};  ///< without a snapshot: `pending`
    std::vector<std::pair<std::string, std::string>> pending{};
  };

  explicit Impl(std::unique_ptr<OpenFile> open) : m_open(std::move(open)), m_file(m_open->database.file()) {
    m_thread = std::thread([this] { loop(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(m_mutex);
      m_closing = true;
    }
    m_changed.notify_all();
    m_thread.join();
    m_open->rows.reset();
    // Who only reads may have made the log, which this connection does not know before its first look; then it would
    // leave it behind.
    if (!m_open->database.number("SELECT count(*) FROM sqlite_schema")) return;
    // One plain file is left, which can be read where nothing can be written.
    if (Result<Statement> plain = m_open->database.prepare("PRAGMA journal_mode=DELETE"); plain) {
      if (!plain->step()) return;  // others still read it; the log stays beside it
    }
  }

  // --- engine threads ----------------------------------------------------------------------------------------------

  void finished(std::int64_t run, FinishedIteration iteration) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_problem || m_closing || !waits(run); });
    // While nothing can be written, only the newest state is worth its memory. The first job may be at work.
    for (std::size_t i = 1; i < m_jobs.size(); ++i) {
      if (m_jobs[i].run == run) m_jobs[i].iteration.state.reset();
    }
    m_jobs.push_back({run, std::move(iteration), {}});
    ++m_handedOver;
    m_retry = true;
    lock.unlock();
    m_changed.notify_all();
  }

  void pending(std::int64_t run, std::vector<std::pair<std::string, std::string>> changes) {
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back({run, FinishedIteration{}, std::move(changes)});
    ++m_handedOver;
    m_changed.notify_all();
  }

  SaveState saved(std::int64_t run) const {
    const std::lock_guard lock(m_mutex);
    return stateOf(run);
  }

  SaveState waitFor(std::int64_t run, int iteration) const {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_problem || stateOf(run).iteration >= iteration; });
    return stateOf(run);
  }

  // --- writer thread -----------------------------------------------------------------------------------------------

  void loop() {
    std::unique_lock lock(m_mutex);
    while (true) {
      m_changed.wait(lock, [this] { return m_closing || (!m_jobs.empty() && (!m_problem || m_retry)); });
      if (m_jobs.empty() || (m_closing && m_problem && m_lastTry)) return;
      m_retry = false;
      if (m_closing) m_lastTry = true;
      // Only this thread takes jobs away, so these stay where they are.
      const std::vector<Job> jobs(m_jobs.begin(), m_jobs.begin() + together());
      lock.unlock();
      Status written = write(jobs);
      lock.lock();
      if (written) {
        m_problem.reset();
        m_lastTry = false;
        for (const Job& job : jobs) {
          if (job.iteration.snapshot) m_saved[job.run] = job.iteration.snapshot->report.iteration;
        }
        m_jobs.erase(m_jobs.begin(), m_jobs.begin() + static_cast<std::ptrdiff_t>(jobs.size()));
        m_written += jobs.size();
      } else {
        m_problem = written.error();
      }
      m_changed.notify_all();
    }
  }

  Status write(const std::vector<Job>& jobs) {
    const std::lock_guard one(m_databaseMutex);
    try {
      Database& database = m_open->database;
      // SQLite would go on writing to a file that nobody finds again.
      if (identityOf(database.file()) != m_open->identity) {
        return Error{"The session's file was deleted, moved or replaced by another program.", database.file(),
                     "Put it back, or save elsewhere: the program still has all of it."};
      }
      Transaction transaction(database);
      if (Status s = transaction.begin(); !s) return s;
      for (const Job& job : jobs) {
        if (job.iteration.snapshot) {
          if (Status s = m_open->rows->insert(job.run, job.iteration, saved(job.run).iteration); !s) return s;
        } else if (Status s = writePending(database, job); !s) {
          return s;
        }
      }
      return transaction.commit();
    } catch (const std::bad_alloc&) {
      return Error{"Memory ran out while the session was saved.", m_file, "Close other programs."};
    }
  }

  static Status writePending(Database& database, const Job& job) {
    Result<Statement> drop = database.prepare("DELETE FROM pending WHERE run=?");
    if (!drop) return drop.error();
    if (Status s = drop->bind(0, job.run).run(); !s) return s;
    Result<Statement> insert = database.prepare("INSERT INTO pending(run, key, new) VALUES (?, ?, ?)");
    if (!insert) return insert.error();
    for (const auto& [key, value] : job.pending) {
      if (Status s = insert->bind(0, job.run).bind(1, key).bind(2, value).run(); !s) return s;
    }
    return Done{};
  }

  // --- under the mutex ---------------------------------------------------------------------------------------------

  /// How many of the waiting jobs one transaction writes: one, or as many as it takes for every run among them to end
  /// with an iteration whose state is there. The file's last iteration is one to go on from at every moment.
  std::ptrdiff_t together() const {
    std::size_t end = 1;
    for (std::size_t i = 0; i < end; ++i) {
      const FinishedIteration& each = m_jobs[i].iteration;
      if (!each.snapshot || each.state) continue;
      for (std::size_t next = i + 1; next < m_jobs.size(); ++next) {
        if (m_jobs[next].run != m_jobs[i].run || !m_jobs[next].iteration.state) continue;
        end = std::max(end, next + 1);
        break;
      }
    }
    return static_cast<std::ptrdiff_t>(end);
  }

  bool waits(std::int64_t run) const {
    for (const Job& job : m_jobs) {
      if (job.run == run && job.iteration.snapshot) return true;
    }
    return false;
  }

  SaveState stateOf(std::int64_t run) const {
    const auto found = m_saved.find(run);
    return SaveState{found == m_saved.end() ? 0 : found->second, m_problem};
  }

  std::unique_ptr<OpenFile> m_open;
  std::mutex m_databaseMutex;  // of m_open

  mutable std::mutex m_mutex;
  mutable std::condition_variable m_changed;
  std::string m_file;
  std::deque<Job> m_jobs;
  std::size_t m_handedOver = 0, m_written = 0;  ///< jobs, since the file was opened
  std::map<std::int64_t, int> m_saved;
  std::optional<Error> m_problem;
  bool m_retry = false;
  bool m_closing = false;
  bool m_lastTry = false;
  std::thread m_thread;
};

namespace {

/// One run of a session, as the engine sees it.
template <class Impl>
class Recorder final : public IterationRecorder {
 public:
  Recorder(std::shared_ptr<Impl> impl, std::int64_t run) : m_impl(std::move(impl)), m_run(run) {}
  void finished(FinishedIteration iteration) override { m_impl->finished(m_run, std::move(iteration)); }
  void pending(std::vector<std::pair<std::string, std::string>> changes) override {
    m_impl->pending(m_run, std::move(changes));
  }
  SaveState saved() const override { return m_impl->saved(m_run); }
  SaveState waitFor(int iteration) const override { return m_impl->waitFor(m_run, iteration); }

 private:
  std::shared_ptr<Impl> m_impl;
  std::int64_t m_run;
};

}  // namespace

SessionWriter::SessionWriter(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}

SessionWriter::~SessionWriter() {
  // A recorder may keep the file open; what waits is written now.
  if (!flush()) return;  // was told by SaveState
}

Result<std::shared_ptr<SessionWriter>> SessionWriter::create(const std::string& file) {
  Result<FileLock> lock = FileLock::take(file);
  if (!lock) return lock.error();
  Result<Database> database = Database::create(file);
  if (!database) return database.error();
  // Whatever fails from here on leaves no half-made file behind.
  const auto giveUp = [&](const Error& error) -> Result<std::shared_ptr<SessionWriter>> {
    { const Database closed = *std::move(database); }
    std::error_code ignored;
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + ending, ignored);
    return error;
  };
  if (Status s = createSchema(*database); !s) return giveUp(s.error());
  if (Status s = writable(*database); !s) return giveUp(s.error());
  auto open = std::make_unique<OpenFile>(OpenFile{*std::move(lock), *std::move(database)});
  Result<IterationRows> rows = IterationRows::make(open->database);
  if (!rows) return rows.error();
  open->rows = *std::move(rows);
  return std::shared_ptr<SessionWriter>(new SessionWriter(std::make_shared<Impl>(std::move(open))));
}

Result<std::shared_ptr<SessionWriter>> SessionWriter::append(const std::string& file) {
  Result<std::unique_ptr<OpenFile>> open = openExisting(file);
  if (!open) return open.error();
  return std::shared_ptr<SessionWriter>(new SessionWriter(std::make_shared<Impl>(*std::move(open))));
}

std::string SessionWriter::file() const {
  const std::lock_guard lock(m_impl->m_mutex);
  return m_impl->m_file;
}

Result<std::shared_ptr<IterationRecorder>> SessionWriter::begin(const RunSetup& setup, const RunOrigin& origin) {
  const std::lock_guard one(m_impl->m_databaseMutex);
  Transaction transaction(m_impl->m_open->database);
  if (Status s = transaction.begin(); !s) return s.error();
  const Result<std::int64_t> run = insertRun(m_impl->m_open->database, setup, origin);
  if (!run) return run.error();
  if (Status s = transaction.commit(); !s) return s.error();
  return std::shared_ptr<IterationRecorder>(std::make_shared<Recorder<Impl>>(m_impl, *run));
}

Result<std::shared_ptr<IterationRecorder>> SessionWriter::resume(std::int64_t run, const RunSetup& setup,
                                                                 const RunOrigin& origin) {
  GPS_EXPECTS(setup.resume, "a run that goes on has a place to go on from");
  const std::lock_guard one(m_impl->m_databaseMutex);
  Database& database = m_impl->m_open->database;
  Transaction transaction(database);
  if (Status s = transaction.begin(); !s) return s.error();
  const int last = setup.resume->state->iteration;
  // A fork without iterations of its own goes on where it left its parent.
  const std::string id = std::to_string(run);
  Result<std::int64_t> newest =
      database.number("SELECT max(ifnull((SELECT max(iteration) FROM iterations WHERE run=" + id +
                      "), 0), ifnull((SELECT parent_iteration FROM runs WHERE id=" + id + "), 0))");
  if (!newest) return newest.error();
  if (*newest != last) {
    return Error{"The run has " + std::to_string(*newest) + " iterations, but was to go on after " + std::to_string(last) + ".",
                 database.file(), "Open the session again."};
  }
  if (Status s = insertContinuation(database, run, last, origin); !s) return s.error();
  if (Status s = transaction.commit(); !s) return s.error();
  const std::lock_guard lock(m_impl->m_mutex);
  m_impl->m_saved[run] = last;
  return std::shared_ptr<IterationRecorder>(std::make_shared<Recorder<Impl>>(m_impl, run));
}

Status SessionWriter::addNote(std::int64_t run, const std::string& text, int iteration) {
  const std::lock_guard one(m_impl->m_databaseMutex);
  Result<Statement> insert =
      m_impl->m_open->database.prepare("INSERT INTO notes(run, iteration, written, text) VALUES (?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->bind(0, run).bind(2, utcNow()).bind(3, text);
  if (iteration > 0) insert->bind(1, iteration);
  return insert->run();
}

Status SessionWriter::renameRun(std::int64_t run, const std::string& name) {
  const std::lock_guard one(m_impl->m_databaseMutex);
  Database& database = m_impl->m_open->database;
  Transaction transaction(database);
  if (Status s = transaction.begin(); !s) return s;
  {
    Result<Statement> taken = database.prepare("SELECT 1 FROM runs WHERE name=? AND id<>?");
    if (!taken) return taken.error();
    taken->bind(0, name).bind(1, run);
    const Result<bool> other = taken->step();
    if (!other) return other.error();
    if (*other) return Error{"Another run of the session has this name already.", database.file(), "Choose another name."};
  }
  {
    Result<Statement> update = database.prepare("UPDATE runs SET name=? WHERE id=?");
    if (!update) return update.error();
    if (Status s = update->bind(0, name).bind(1, run).run(); !s) return s;
  }
  if (database.rowsChanged() != 1) return Error{"The run is not in the session any more.", database.file(), "Open it again."};
  return transaction.commit();
}

Status SessionWriter::setLayout(const std::string& text) {
  const std::lock_guard one(m_impl->m_databaseMutex);
  Database& database = m_impl->m_open->database;
  if (Status s = database.execute("CREATE TABLE IF NOT EXISTS layout(id INTEGER PRIMARY KEY, text TEXT NOT NULL)"); !s) return s;
  Result<Statement> insert = database.prepare("INSERT OR REPLACE INTO layout(id, text) VALUES (1, ?)");
  if (!insert) return insert.error();
  return insert->bind(0, text).run();
}

Status SessionWriter::setThumbnail(std::int64_t run, std::span<const std::byte> png) {
  const std::lock_guard one(m_impl->m_databaseMutex);
  Result<Statement> insert = m_impl->m_open->database.prepare("INSERT OR REPLACE INTO thumbnails(run, png) VALUES (?, ?)");
  if (!insert) return insert.error();
  return insert->bind(0, run).bind(1, png).run();
}

Status SessionWriter::saveElsewhere(const std::string& file) {
  {
    const std::lock_guard one(m_impl->m_databaseMutex);
    std::error_code ignored;
    if (std::filesystem::equivalent(file, m_impl->m_open->database.file(), ignored)) {
      return Error{"This is the file that is written to already.", file, "Choose another name."};
    }
    Result<FileLock> lock = FileLock::take(file);  // nobody else may write to what is about to be replaced
    if (!lock) return lock.error();
    // What such a file says beside it would be taken for a part of the new one.
    const auto holdsSomething = [&file](const char* ending) {
      std::error_code missing;
      const std::uintmax_t size = std::filesystem::file_size(file + ending, missing);
      return !missing && size > 0;
    };
    if (holdsSomething("-wal") || holdsSomething("-journal")) {
      return Error{"The file that would be replaced was not closed in order.", file,
                   "Choose another name, or open and close that session first."};
    }
    if (Status s = m_impl->m_open->database.backUpTo(file); !s) return s;
    { const FileLock released = *std::move(lock); }
    Result<std::unique_ptr<OpenFile>> open = openExisting(file);
    if (!open) return open.error();
    m_impl->m_open = *std::move(open);
    const std::lock_guard state(m_impl->m_mutex);
    m_impl->m_file = file;
    m_impl->m_retry = true;
    m_impl->m_problem.reset();
  }
  return flush();
}

Status SessionWriter::settle() const {
  std::unique_lock lock(m_impl->m_mutex);
  const std::size_t until = m_impl->m_handedOver;
  m_impl->m_changed.wait(lock, [&] { return m_impl->m_problem || m_impl->m_written >= until; });
  return m_impl->m_problem && m_impl->m_written < until ? Status(*m_impl->m_problem) : Status(Done{});
}

Status SessionWriter::flush() {
  std::unique_lock lock(m_impl->m_mutex);
  m_impl->m_problem.reset();
  m_impl->m_retry = true;
  m_impl->m_changed.notify_all();
  m_impl->m_changed.wait(lock, [this] { return m_impl->m_problem || m_impl->m_jobs.empty(); });
  return m_impl->m_problem ? Status(*m_impl->m_problem) : Status(Done{});
}

}  // namespace gps
