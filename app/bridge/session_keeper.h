// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "app/bridge/relay_recorder.h"
#include "core/engine/run.h"

namespace gps {
class SessionWriter;
}

namespace gps::ui {

/// A session without a name that a program left behind which no longer runs.
struct LeftSession {
  QString file{};
  QString scene{};
  QString ended{};     ///< when it was last written, in words
  int iterations = 0;  ///< of all its runs
};

/// The session that the window's runs are saved to: a file without a name in the application data folder, from the
/// first start on, until the user gives it one. Lives on the UI thread; the disk is waited for on a thread of its own.
class SessionKeeper : public QObject {
  Q_OBJECT
 public:
  /// `folder`: of sessions without a name. It is made, for this user alone, when there is something to save.
  explicit SessionKeeper(QString folder, QObject* parent = nullptr);
  /// Waits for what is still to be written. A session without a name stays and is offered at the next start.
  ~SessionKeeper() override;

  static QString folderIn(const QString& configFolder);

  // --- runs
  /// What a run is to leave its iterations with that now begins. `known`: its recorder, where it goes on with a run of
  /// the session that was taken over. `place`: "A" or "B", where the window shows it. `plant`: what it is learned on;
  /// empty: the simulation.
  std::shared_ptr<RelayRecorder> record(const RunSetup& setup, const std::string& place,
                                        std::shared_ptr<RelayRecorder> known = nullptr, const std::string& plant = {});
  /// Goes on with a session that was opened; there must be none. Its runs with their iterations.
  void takeOver(const QString& file, std::shared_ptr<SessionWriter> writer, std::map<std::string, int> runs);
  /// A run of it that is shown from now on; whatever was known of it by this name is forgotten.
  void know(std::shared_ptr<RelayRecorder> relay);
  /// Calls back on this thread when all that was recorded until now is on the disk, or why it is not. A session that
  /// ended or is another one by then is the caller's to notice.
  void settle(std::function<void(const Status&)> then);
  /// Changes in the file what is not of its iterations; edited() or editRefused() follows.
  void rename(std::int64_t run, const std::string& from, const std::string& to);
  void note(std::int64_t run, int iteration, const std::string& text);
  /// How the window shows it; nothing depends on whether it could be written.
  void setLayout(const std::string& text);

  // --- the session
  /// Something was recorded, or taken over.
  bool exists() const { return !m_file.isEmpty(); }
  bool named() const { return m_named; }
  /// Where it is, or is to be.
  QString file() const { return m_file; }
  /// Finished iterations of all runs, saved or not.
  int iterations() const;
  /// The iterations would be lost, or lie where nobody looks for them, if it were closed now.
  bool wouldLose() const;
  /// Copies it to a file of the user's choice and writes there from now on; savedAs() or refused() follows.
  void saveAs(const QString& file);
  /// Ends it; nothing is recorded any more. A session without a name stays, unless it is empty or given up.
  void close(bool giveUp);

  // --- sessions without a name
  /// Looks for sessions that were left behind; found() follows.
  void look();
  void remove(const QString& leftFile);
  /// Whether a file is one of those.
  bool isUnnamed(const QString& file) const;

 Q_SIGNALS:
  void savedAs(const QString& file);
  void refused(const gps::Error& error);
  void edited();
  void renamed(const QString& from, const QString& to);  ///< before edited()
  void editRefused(const gps::Error& error);
  void found(const std::vector<gps::ui::LeftSession>& left);

 private:
  struct Book;
  void post(std::function<void()> job);
  void edit(std::function<Status(Book&)> change, std::function<void()> after = {});
  void work(const std::stop_token& ending);

  QString m_folder;
  QString m_file;
  bool m_named = false;
  std::map<std::string, int> m_before;  ///< iterations of runs that were taken over and are not in m_relays
  std::vector<std::shared_ptr<RelayRecorder>> m_relays;
  std::shared_ptr<Book> m_book;  ///< used by the thread alone

  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::deque<std::function<void()>> m_jobs;  // guarded
  std::jthread m_thread;                     // last: ends before what it uses
};

}  // namespace gps::ui
