// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/engine/iteration_recorder.h"
#include "core/engine/mailbox.h"

namespace gps {

/// Everything a run starts from: values, validated and copied.
struct RunSetup {
  std::string name;       ///< "mdgps-1"
  std::string algorithm;  ///< registry id
  std::shared_ptr<const Task> task;
  Parameters parameters;
  std::shared_ptr<const ResumePoint> resume{};     ///< null: from the start. `parameters` are those of the start
  std::shared_ptr<IterationRecorder> recorder{};   ///< null: nothing is saved
  std::vector<ParameterEvent> replay{};            ///< changes that take effect again, each at its iteration
};

enum class StepUnit { Phase, Iteration };

/// One run: a state machine on its own thread (ui: "run control state machine"). Every call posts a request and
/// returns its id at once; the mailbox brings the reply, accepted or refused with a reason. Destroying a run
/// stops it and waits.
class Run {
 public:
  Run(RunSetup setup, std::shared_ptr<Mailbox> mailbox);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// idle, paused: run on. finished: double the limit. failed: refused (retry).
  std::uint64_t start();
  std::uint64_t pause();
  std::uint64_t step(StepUnit unit);
  /// Discards the running iteration; finished ones stay. Ends in idle.
  std::uint64_t stop();
  /// failed: from the last good iteration.
  std::uint64_t retry();
  /// Queued, frozen at the start of the next iteration. Refused for parameters that need a new run once data
  /// exist.
  std::uint64_t setParameter(std::string key, std::string value);
  /// Takes a queued change back.
  std::uint64_t cancelParameter(std::string key);

  const RunSetup& setup() const;
  std::span<const Phase> phases() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps
