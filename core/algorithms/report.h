// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/algorithms/metrics.h"
#include "core/lqr/c_step.h"
#include "core/lqr/step_rule.h"
#include "core/policy/neural_policy.h"

namespace gps {

/// Where an algorithm can be stopped; also the name of a share of the time.
struct Phase {
  std::string id;     ///< "c_step"
  std::string label;  ///< "C-step"
  std::string help;   ///< one sentence for the class: what this phase does
  bool firstOnly = false;   ///< belongs to the first iteration alone
  std::string timedAs{};    ///< phase id its seconds are added to; empty: its own
};

/// Seconds per phase id (Phase::timedAs), in the order of first use.
struct PhaseTime {
  std::string phase;
  double seconds = 0.0;
};

/// Per time step channels of one condition; empty where an algorithm has none.
struct TimeSeries {
  Vector costMean;   ///< (T) over the rollouts of the iteration
  Vector kl;         ///< (T) of the C-step
  Vector rho;        ///< (T)
  Vector lambda;     ///< (T) norm of lambda_t
  RowMatrix std;     ///< (T x dU) square roots of diag C_t
  Vector eta;        ///< (T) per-step duals only
  Vector minQuu;     ///< (T)
};

/// What the user should know although the iteration went through.
struct Warning {
  std::string key{};              ///< what it is about; the same in every iteration, whatever numbers the text has
  std::string text{};             ///< whole sentences
  std::vector<int> conditions{};  ///< for which it holds, from 0, in order; empty: not about single ones
};

/// The text, and before it the conditions by name: "Conditions c1, c3: ..." or "All conditions: ...".
std::string warningText(const Warning& warning, std::span<const std::string> conditionNames);

/// What the step rule was given and what it made of it.
struct StepRecord {
  std::vector<StepCosts> costs{};          ///< per condition
  std::vector<StepDecision> decisions{};   ///< per condition; empty at the first iteration and after a rollback
  LqrParams params{};                      ///< the limits it was held to
  StepRule rule = StepRule::Classic;
  bool averaged = false;                   ///< one improvement, the mean over the conditions, drives all of them
};

/// What one iteration did.
struct IterationReport {
  int iteration = 0;  ///< from 1
  MetricTable metrics;
  std::vector<TimeSeries> series;                  ///< per condition
  std::vector<std::vector<DualPoint>> dualTrace;   ///< per condition: the last search for eta
  TrainingLog training;                            ///< the last S-step
  std::vector<PhaseTime> seconds;
  std::vector<Warning> warnings;                   ///< each key once
  std::string stepRule;                            ///< name of the rule, empty at the first iteration
  StepRecord step{};

  /// Adds a warning, or a further condition to the warning with this key.
  void warn(std::string_view key, std::string text, std::optional<int> condition = std::nullopt);
};

}  // namespace gps
