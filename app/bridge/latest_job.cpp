// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/latest_job.h"

#include <utility>

#include "core/base/thread_priority.h"

namespace gps::ui {

namespace {

/// How often the window looks for a result while one is awaited.
constexpr int kLookMilliseconds = 8;

}  // namespace

LatestJob::LatestJob(QObject* parent) : QObject(parent) {
  m_timer.setInterval(kLookMilliseconds);
  connect(&m_timer, &QTimer::timeout, this, &LatestJob::take);
  m_thread = std::jthread([this](const std::stop_token& ending) { work(ending); });
}

LatestJob::~LatestJob() {
  m_thread.request_stop();
  m_stop = true;
  m_wake.notify_all();
}

void LatestJob::start(Job job) {
  {
    const std::lock_guard lock(m_mutex);
    m_next = std::move(job);
    ++m_asked;
    m_stop = true;
  }
  m_wake.notify_all();
  m_timer.start();
}

void LatestJob::work(const std::stop_token& ending) {
  lowerOwnPriority();
  while (!ending.stop_requested()) {
    Job job;
    quint64 number = 0;
    {
      std::unique_lock lock(m_mutex);
      if (!m_wake.wait(lock, ending, [this] { return static_cast<bool>(m_next); })) return;
      job = std::exchange(m_next, nullptr);
      number = m_asked;
      m_stop = false;
    }
    if (ending.stop_requested()) return;
    Deliver result = job(m_stop);
    const std::lock_guard lock(m_mutex);
    if (number != m_asked) continue;
    m_result = std::move(result);
    m_answered = number;
  }
}

void LatestJob::take() {
  Deliver result;
  {
    const std::lock_guard lock(m_mutex);
    if (m_answered != m_asked) return;
    result = std::exchange(m_result, nullptr);
  }
  m_timer.stop();
  if (result) result();
}

}  // namespace gps::ui
