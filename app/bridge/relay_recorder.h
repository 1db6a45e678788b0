// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/iteration_recorder.h"

namespace gps::ui {

/// Where a run's iterations are on the disk.
struct RunPlace {
  std::string file{};
  std::string run{};  ///< its name in that session
};

/// The recorder of a run whose session may not be there yet: it keeps what is finished until one takes it. A run so
/// begins at once and loses nothing, whether its file is made a moment later or, after the user chose another place,
/// much later.
class RelayRecorder final : public IterationRecorder {
 public:
  RelayRecorder() = default;
  /// Of a run that is in a session already, with so many iterations.
  RelayRecorder(std::int64_t run, int iterations, RunPlace place);
  /// Of a run that leaves another one of the session after an iteration.
  struct Fork {
    std::int64_t parent = 0;
    int iteration = 0;
  };
  /// The first, where that run left another one.
  RelayRecorder(std::int64_t run, int iterations, RunPlace place, Fork fork);
  /// `place`: where the past that it shares is read.
  RelayRecorder(Fork fork, RunPlace place);

  // The engine's side.
  void finished(FinishedIteration iteration) override;
  void pending(std::vector<std::pair<std::string, std::string>> changes) override;
  SaveState saved() const override;
  SaveState waitFor(int iteration) const override;

  // The session's side: one thread.
  /// Hands on what waited, and from now on everything at once.
  void connectTo(std::shared_ptr<IterationRecorder> target, RunPlace place);
  void moveTo(const std::string& file);
  void rename(const std::string& run);
  /// Nothing takes the iterations, because of this; they wait.
  void fail(const Error& problem);
  /// What waits and what comes is given up.
  void disconnect();

  // Any thread.
  /// Id of the run it goes on with; 0: a new one.
  std::int64_t run() const { return m_run; }
  Fork fork() const { return m_fork; }
  /// The last finished iteration, saved or not.
  int iterations() const;
  /// How many of them are its own.
  int ownIterations() const { return iterations() - m_fork.iteration; }
  std::optional<RunPlace> place() const;
  /// Whether that place is its own run; a fork that did not begin has that of the run it leaves.
  bool hasOwnRun() const;

 private:
  const std::int64_t m_run = 0;
  const Fork m_fork{};
  std::mutex m_order;          ///< what is handed on keeps its order; held while the target waits for the disk
  mutable std::mutex m_mutex;  ///< of everything below; held for moments
  std::shared_ptr<IterationRecorder> m_target;
  std::deque<FinishedIteration> m_waiting;
  std::optional<std::vector<std::pair<std::string, std::string>>> m_pending;
  std::optional<RunPlace> m_place;
  std::optional<Error> m_problem;
  bool m_hasOwnRun = false;
  int m_before = 0;  ///< safe before this run went on
  int m_iterations = 0;
  bool m_givenUp = false;
};

}  // namespace gps::ui
