// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/snapshot.h"

namespace gps {

/// What there is to save of a finished iteration.
struct FinishedIteration {
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const AlgorithmState> state;  ///< after it; with it the next iteration is the same
  std::shared_ptr<const GlobalPolicy> policy;   ///< of that state; null without one
};

/// How far saving has come.
struct SaveState {
  int iteration = 0;               ///< all up to this one are safe; 0: none
  std::optional<Error> problem{};  ///< why the later ones are not; goes away when saving succeeds again
};

/// Where a run leaves its finished iterations; a session implements it. Called on the engine thread unless said
/// otherwise.
class IterationRecorder {
 public:
  virtual ~IterationRecorder() = default;
  /// Returns when the iteration before this one is safe, or saving has a problem: it is the recorder that waits for
  /// the disk, on a thread of its own.
  virtual void finished(FinishedIteration iteration) = 0;
  /// Parameter changes (key, value) that wait for the next iteration, when the run stops for any reason.
  virtual void pending(std::vector<std::pair<std::string, std::string>> changes) = 0;
  /// Any thread.
  virtual SaveState saved() const = 0;
  /// Any thread: returns when this iteration is safe, or saving has a problem.
  virtual SaveState waitFor(int iteration) const = 0;
};

/// Where a run goes on: nothing but this and the set-up decides what its next iterations are.
struct ResumePoint {
  std::shared_ptr<const AlgorithmState> state;
  Parameters parameters;  ///< in force at the end of that iteration
  std::vector<std::pair<std::string, std::string>> pending{};  ///< changes that wait for the next one
  std::shared_ptr<const Snapshot> newest{};                    ///< that iteration; may be null
};

}  // namespace gps
