// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/outcome.h"
#include "core/algorithms/report.h"

namespace gps {

enum class RunState { Idle, Starting, Running, Pausing, Paused, Stepping, Stopping, Finished, Failed };
std::string_view runStateName(RunState state);

/// Why a run failed: shown in the message bar, kept until retry.
struct Failure {
  Error error;
  std::string phase;      ///< phase id
  int iteration = 0;      ///< the one that did not finish
};

/// A parameter change that took effect.
struct ParameterEvent {
  int iteration = 0;  ///< first iteration that used the new value
  std::string key;
  std::string from;
  std::string to;
};

/// One iteration of one run, immutable, shared by engine, writer and window.
struct Snapshot {
  std::string run;        ///< "mdgps-1"
  std::string algorithm;  ///< "mdgps"
  std::uint64_t seed = 0;
  std::shared_ptr<const Task> task;
  bool partial = false;   ///< shown while paused inside an iteration; replaced by the finished one
  std::string phase;      ///< partial: the phase just done
  IterationReport report;
  std::vector<ConditionView> conditions;
  std::vector<ParameterEvent> events;  ///< that took effect at this iteration
};

/// Where a run is now; the latest wins.
struct Progress {
  RunState state = RunState::Idle;
  int iteration = 0;        ///< running or last finished, from 1
  int iterations = 0;       ///< limit
  std::string phase;        ///< id of the running phase
  std::string phaseLabel;
  double phaseFraction = 0.0;
  double secondsPerIteration = 0.0;  ///< of the last iterations; 0 before the first
  double secondsLeft = -1.0;         ///< estimate; negative when unknown
  std::optional<Failure> failure;
  std::optional<Outcome> outcome{};  ///< finished, in a scene with a success test: how the last iteration did
  std::vector<ParameterEvent> queued;  ///< changes that wait for the next iteration
  std::shared_ptr<const Snapshot> partial;  ///< newest phase of the running iteration; may be null
};

}  // namespace gps
