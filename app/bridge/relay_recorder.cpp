// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/relay_recorder.h"

namespace gps::ui {

RelayRecorder::RelayRecorder(std::int64_t run, int iterations, RunPlace place)
    : RelayRecorder(run, iterations, std::move(place), Fork{}) {}

RelayRecorder::RelayRecorder(std::int64_t run, int iterations, RunPlace place, Fork fork)
    : m_run(run), m_fork(fork), m_place(std::move(place)), m_hasOwnRun(true), m_before(iterations), m_iterations(iterations) {}

RelayRecorder::RelayRecorder(Fork fork, RunPlace place)
    : m_fork(fork), m_place(std::move(place)), m_before(fork.iteration), m_iterations(fork.iteration) {}

void RelayRecorder::finished(FinishedIteration iteration) {
  const std::lock_guard order(m_order);
  std::shared_ptr<IterationRecorder> target;
  {
    const std::lock_guard lock(m_mutex);
    if (m_givenUp) return;
    m_iterations = iteration.snapshot->report.iteration;
    target = m_target;
    if (!target) {
      // Only the newest state is worth its memory.
      if (!m_waiting.empty()) m_waiting.back().state.reset();
      m_waiting.push_back(std::move(iteration));
      return;
    }
  }
  target->finished(std::move(iteration));
}

void RelayRecorder::pending(std::vector<std::pair<std::string, std::string>> changes) {
  const std::lock_guard order(m_order);
  std::shared_ptr<IterationRecorder> target;
  {
    const std::lock_guard lock(m_mutex);
    if (m_givenUp) return;
    target = m_target;
    if (!target) {
      m_pending = std::move(changes);
      return;
    }
  }
  target->pending(std::move(changes));
}

SaveState RelayRecorder::saved() const {
  std::shared_ptr<IterationRecorder> target;
  {
    const std::lock_guard lock(m_mutex);
    if (!m_target) return {m_before, m_problem};
    target = m_target;
  }
  return target->saved();
}

SaveState RelayRecorder::waitFor(int iteration) const {
  std::shared_ptr<IterationRecorder> target;
  {
    const std::lock_guard lock(m_mutex);
    if (!m_target) return {m_before, m_problem};
    target = m_target;
  }
  return target->waitFor(iteration);
}

void RelayRecorder::connectTo(std::shared_ptr<IterationRecorder> target, RunPlace place) {
  const std::lock_guard order(m_order);
  std::deque<FinishedIteration> waiting;
  std::optional<std::vector<std::pair<std::string, std::string>>> changes;
  {
    const std::lock_guard lock(m_mutex);
    if (m_givenUp) return;
    m_target = target;
    m_place = std::move(place);
    m_hasOwnRun = true;
    m_problem.reset();
    waiting.swap(m_waiting);
    changes.swap(m_pending);
  }
  for (FinishedIteration& each : waiting) target->finished(std::move(each));
  if (changes) target->pending(*std::move(changes));
}

void RelayRecorder::moveTo(const std::string& file) {
  const std::lock_guard lock(m_mutex);
  if (m_place) m_place->file = file;
}

void RelayRecorder::rename(const std::string& run) {
  const std::lock_guard lock(m_mutex);
  if (m_place) m_place->run = run;
}

void RelayRecorder::fail(const Error& problem) {
  const std::lock_guard lock(m_mutex);
  m_problem = problem;
}

void RelayRecorder::disconnect() {
  const std::lock_guard lock(m_mutex);
  m_givenUp = true;
  m_target.reset();
  m_waiting.clear();
  m_pending.reset();
  m_problem.reset();
}

int RelayRecorder::iterations() const {
  const std::lock_guard lock(m_mutex);
  return m_iterations;
}

bool RelayRecorder::hasOwnRun() const {
  const std::lock_guard lock(m_mutex);
  return m_hasOwnRun;
}

std::optional<RunPlace> RelayRecorder::place() const {
  const std::lock_guard lock(m_mutex);
  return m_place;
}

}  // namespace gps::ui
