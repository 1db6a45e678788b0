// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace gps::ui {

/// One thread beside the window for work whose older results nobody wants: a new job stops the one that runs. Lives on
/// the UI thread; its destruction waits until the running job has seen its stop flag.
class LatestJob : public QObject {
  Q_OBJECT
 public:
  /// What to do with a result; runs on the UI thread.
  using Deliver = std::function<void()>;
  /// Runs on the other thread, with values only; returns early, with anything, once the flag is set.
  using Job = std::function<Deliver(const std::atomic<bool>& stop)>;

  explicit LatestJob(QObject* parent = nullptr);
  ~LatestJob() override;

  void start(Job job);
  /// A job waits, runs or has a result that was not delivered.
  bool busy() const { return m_timer.isActive(); }

 private:
  void work(const std::stop_token& ending);
  void take();

  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  Job m_next;                  // guarded
  Deliver m_result;            // guarded
  quint64 m_asked = 0;         // guarded: number of the newest job
  quint64 m_answered = 0;      // guarded: of m_result
  std::atomic<bool> m_stop = false;
  QTimer m_timer;
  std::jthread m_thread;  // last: ends before what it uses
};

}  // namespace gps::ui
