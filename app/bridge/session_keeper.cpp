// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/session_keeper.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <filesystem>
#include <set>

#include "core/session/file_lock.h"
#include "core/session/session_file.h"
#include "core/session/session_fork.h"
#include "core/session/session_writer.h"

namespace gps::ui {

namespace {

void removeSession(const std::string& file) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + ending, ignored);
}

/// "mdgps-3" where there are mdgps-1 and mdgps-2 already: a session tells its runs apart by their names.
std::string freeName(const std::string& wanted, const std::set<std::string>& taken) {
  if (!taken.contains(wanted)) return wanted;
  const std::size_t dash = wanted.find_last_of('-');
  const std::string stem = wanted.substr(0, dash);
  for (int n = 2;; ++n) {
    std::string name = stem + "-" + std::to_string(n);
    if (!taken.contains(name)) return name;
  }
}

}  // namespace

/// The session as the keeper's thread knows it.
struct SessionKeeper::Book {
  struct Entry {
    std::weak_ptr<RelayRecorder> relay{};
    RunSetup setup{};
    RunOrigin origin{};
    std::string name{};
    bool begun = false;
  };

  void begin(Entry entry, const std::string& file) {
    entry.name = entry.setup.name;
    const std::shared_ptr<RelayRecorder> relay = entry.relay.lock();
    if (!relay || relay->run() == 0) {
      entry.name = freeName(entry.name, names);
      names.insert(entry.name);
      entry.setup.name = entry.name;
    }
    entries.push_back(std::move(entry));
    if (!writer) {
      if (Status made = create(file); !made) return failAll(made.error());
    }
    beginAll();
  }

  Status create(const std::string& file) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    if (!std::filesystem::exists(folder, error)) {
      std::filesystem::create_directories(folder, error);
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    Result<std::shared_ptr<SessionWriter>> made = SessionWriter::create(file);
    if (!made) return made.error();
    writer = *std::move(made);
    return Done{};
  }

  /// Every run that no session has taken yet.
  void beginAll() {
    for (Entry& entry : entries) {
      const std::shared_ptr<RelayRecorder> relay = entry.relay.lock();
      if (entry.begun || !relay) continue;
      Result<std::shared_ptr<IterationRecorder>> recorder =
          relay->run() != 0 ? writer->resume(relay->run(), entry.setup, entry.origin) : writer->begin(entry.setup, entry.origin);
      if (!recorder) {
        relay->fail(recorder.error());
        continue;
      }
      entry.begun = true;
      entry.setup.resume.reset();  // its state is in the file
      relay->connectTo(*std::move(recorder), {writer->file(), entry.name});
    }
  }

  void failAll(const Error& problem) {
    for (const Entry& entry : entries) {
      if (const std::shared_ptr<RelayRecorder> relay = entry.relay.lock()) relay->fail(problem);
    }
  }

  Status saveAs(const std::string& file) {
    if (!writer) {
      if (Status made = create(file); !made) return made;
    } else if (Status moved = writer->saveElsewhere(file); !moved) {
      return moved;
    }
    for (const Entry& entry : entries) {
      if (const std::shared_ptr<RelayRecorder> relay = entry.relay.lock()) relay->moveTo(file);
    }
    beginAll();
    return Done{};
  }

  std::shared_ptr<SessionWriter> writer;
  std::set<std::string> names;
  std::vector<Entry> entries;
};

SessionKeeper::SessionKeeper(QString folder, QObject* parent)
    : QObject(parent), m_folder(std::move(folder)), m_book(std::make_shared<Book>()) {
  m_thread = std::jthread([this](const std::stop_token& ending) { work(ending); });
}

SessionKeeper::~SessionKeeper() {
  close(false);
  m_thread.request_stop();
  m_wake.notify_all();
  m_thread.join();
}

QString SessionKeeper::folderIn(const QString& configFolder) {
  const QString place =
      configFolder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) : configFolder;
  return QDir(place).filePath("unsaved");
}

void SessionKeeper::post(std::function<void()> job) {
  {
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back(std::move(job));
  }
  m_wake.notify_all();
}

void SessionKeeper::work(const std::stop_token& ending) {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, ending, [this] { return !m_jobs.empty(); });
      if (m_jobs.empty()) return;  // ends only when nothing is left to do
      job = std::move(m_jobs.front());
      m_jobs.pop_front();
    }
    job();
  }
}

std::shared_ptr<RelayRecorder> SessionKeeper::record(const RunSetup& setup, const std::string& place,
                                                     std::shared_ptr<RelayRecorder> known, const std::string& plant) {
  if (m_file.isEmpty()) {
    m_file = QDir(m_folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + ".gpss");
    m_named = false;
  }
  const bool again = known && setup.resume;
  std::shared_ptr<RelayRecorder> relay = again ? std::move(known) : std::make_shared<RelayRecorder>();
  if (!again) m_relays.push_back(relay);
  Book::Entry entry{relay, setup, {}, {}, false};
  entry.setup.recorder.reset();
  entry.origin.program = "GPS Studio " GPS_STUDIO_VERSION;
  entry.origin.shownAs = place;
  entry.origin.plant = plant;
  entry.origin.parent = relay->fork().parent;
  entry.origin.parentIteration = relay->fork().iteration;
  post([book = m_book, entry = std::move(entry), file = m_file.toStdString()]() mutable {
    book->begin(std::move(entry), file);
  });
  return relay;
}

void SessionKeeper::takeOver(const QString& file, std::shared_ptr<SessionWriter> writer, std::map<std::string, int> runs) {
  GPS_EXPECTS(!exists(), "one session at a time");
  m_file = file;
  m_named = !isUnnamed(file);
  m_before = std::move(runs);
  m_book->writer = std::move(writer);  // nobody else has this book yet
  for (const auto& [name, iterations] : m_before) m_book->names.insert(name);
}

void SessionKeeper::know(std::shared_ptr<RelayRecorder> relay) {
  if (const std::optional<RunPlace> place = relay->place(); place && relay->run() != 0) {
    m_before.erase(place->run);
    // Its engine has ended, and what it made is with the writer.
    std::erase_if(m_relays, [&place](const auto& each) {
      const std::optional<RunPlace> other = each->place();
      return other && other->run == place->run;
    });
  }
  m_relays.push_back(std::move(relay));
}

void SessionKeeper::settle(std::function<void(const Status&)> then) {
  post([this, book = m_book, then = std::move(then)] {
    const Status settled = book->writer ? book->writer->settle() : Status(Done{});
    QMetaObject::invokeMethod(this, [then, settled] { then(settled); }, Qt::QueuedConnection);
  });
}

void SessionKeeper::edit(std::function<Status(Book&)> change, std::function<void()> after) {
  post([this, book = m_book, change = std::move(change), after = std::move(after)] {
    const Status done = book->writer ? change(*book) : Status(Error{"There is no file yet.", "", "Try again in a moment."});
    QMetaObject::invokeMethod(
        this,
        [this, book, done, after] {
          if (done && after && book == m_book) after();
          if (done) Q_EMIT edited();
          else Q_EMIT editRefused(done.error());
        },
        Qt::QueuedConnection);
  });
}

void SessionKeeper::rename(std::int64_t run, const std::string& from, const std::string& to) {
  const auto inFile = [run, from, to](Book& book) -> Status {
    if (Status s = book.writer->renameRun(run, to); !s) return s;
    book.names.erase(from);
    book.names.insert(to);
    for (Book::Entry& entry : book.entries) {
      if (entry.name == from) entry.name = to;
    }
    return Done{};
  };
  edit(inFile, [this, from, to] {
    for (const std::shared_ptr<RelayRecorder>& relay : m_relays) {
      if (const std::optional<RunPlace> place = relay->place(); place && place->run == from) relay->rename(to);
    }
    if (auto known = m_before.extract(from)) {
      known.key() = to;
      m_before.insert(std::move(known));
    }
    Q_EMIT renamed(QString::fromStdString(from), QString::fromStdString(to));
  });
}

void SessionKeeper::note(std::int64_t run, int iteration, const std::string& text) {
  edit([=](Book& book) { return book.writer->addNote(run, text, iteration); });
}

void SessionKeeper::setLayout(const std::string& text) {
  post([book = m_book, text] {
    if (book->writer && !book->writer->setLayout(text)) return;  // a full disk is said by what matters
  });
}

int SessionKeeper::iterations() const {
  int count = 0;
  for (const auto& [name, iterations] : m_before) count += iterations;
  for (const std::shared_ptr<RelayRecorder>& relay : m_relays) count += relay->ownIterations();
  return count;
}

bool SessionKeeper::wouldLose() const {
  if (!exists()) return false;
  if (!m_named) return iterations() > 0;
  return std::any_of(m_relays.begin(), m_relays.end(), [](const auto& relay) {
    const SaveState saved = relay->saved();
    return saved.problem && saved.iteration < relay->iterations();
  });
}

void SessionKeeper::saveAs(const QString& file) {
  const std::string old = exists() && !m_named ? m_file.toStdString() : std::string();
  post([this, book = m_book, file, old] {
    const Status done = book->saveAs(file.toStdString());
    if (done && !old.empty()) removeSession(old);
    QMetaObject::invokeMethod(
        this,
        [this, book, file, done] {
          if (!done) {
            Q_EMIT refused(done.error());
          } else if (book == m_book) {
            // Also of the runs that are shown and did not go on here.
            for (const std::shared_ptr<RelayRecorder>& relay : m_relays) relay->moveTo(file.toStdString());
            m_file = file;
            m_named = true;
            Q_EMIT savedAs(file);
          }
        },
        Qt::QueuedConnection);
  });
}

void SessionKeeper::close(bool giveUp) {
  if (!exists()) return;
  const bool remove = !m_named && (giveUp || iterations() == 0);
  // A run that just began may still wait for its place in the file: until then nobody else keeps what it leaves.
  post([book = std::exchange(m_book, std::make_shared<Book>()), relays = m_relays, remove] {
    const std::string file = book->writer ? book->writer->file() : std::string();
    for (const Book::Entry& entry : book->entries) {
      if (const std::shared_ptr<RelayRecorder> relay = entry.relay.lock()) relay->disconnect();
    }
    book->writer.reset();
    if (remove && !file.empty()) removeSession(file);
  });
  m_file.clear();
  m_named = false;
  m_before.clear();
  m_relays.clear();
}

bool SessionKeeper::isUnnamed(const QString& file) const {
  return QFileInfo(file).absolutePath() == QFileInfo(m_folder).absoluteFilePath();
}

void SessionKeeper::look() {
  post([this, folder = m_folder] {
    std::vector<LeftSession> left;
    for (const QFileInfo& entry : QDir(folder).entryInfoList({"*.gpss"}, QDir::Files, QDir::Time)) {
      const std::string file = entry.absoluteFilePath().toStdString();
      const Result<FileLock> lock = FileLock::take(file);
      if (!lock) continue;  // its program lives
      LeftSession found{entry.absoluteFilePath(), {}, QLocale().toString(entry.lastModified(), QLocale::ShortFormat), 0};
      {
        const Result<SessionFile> session = SessionFile::open(file);
        if (!session) continue;  // no reason to throw it away
        for (const SessionRun& run : session->runs()) {
          found.iterations += ownIterations(run);
          if (const Result<std::string> name = session->sceneName(run)) found.scene = QString::fromStdString(*name);
        }
      }
      if (found.iterations > 0) left.push_back(std::move(found));
      else removeSession(file);
    }
    if (left.empty()) return;
    QMetaObject::invokeMethod(this, [this, left] { Q_EMIT found(left); }, Qt::QueuedConnection);
  });
}

void SessionKeeper::remove(const QString& leftFile) {
  post([file = leftFile.toStdString()] {
    const Result<FileLock> lock = FileLock::take(file);
    if (lock) removeSession(file);
  });
}

}  // namespace gps::ui
