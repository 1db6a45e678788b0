// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "core/engine/run.h"
#include "core/plant/arm/arm_trials.h"

namespace gps {

/// Shares of the actions in the first trials on an arm, one after the other.
inline constexpr std::array<double, 3> kFirstShares{0.1, 0.5, 1.0};

/// The careful beginning of a run on an arm: what acts first is rolled out in the simulation, then on the arm with a
/// share of its actions. Immutable; to be used from one thread at a time.
class FirstTrials {
 public:
  /// `simulated` is the task in simulation, `setup` the run that is to be learned. What acts is the controller of the
  /// first condition, before anything was learned or where the run goes on.
  static Result<std::shared_ptr<const FirstTrials>> make(std::shared_ptr<const Task> simulated, const RunSetup& setup,
                                                         const ArmConfig& config);

  /// The same with who acts in `request`, which must outlive this; its task is ignored.
  static std::shared_ptr<const FirstTrials> of(std::shared_ptr<const Task> simulated, const RolloutRequest& request,
                                               const ArmConfig& config);

  /// Rolls it out in the simulation. The fastest joint's speed [rad/s]; fails where a joint leaves its limits.
  Result<double> dryRun() const;
  /// Runs one trial on the arm with this share of the actions, 0 to 1. The share of them that a limit cut, 0 to 1.
  Result<double> onArm(const std::shared_ptr<ArmTrials>& arm, double share, const std::atomic<bool>* stop) const;

 private:
  FirstTrials() = default;
  RolloutRequest on(const Task& task) const;

  std::shared_ptr<const Task> m_simulated;
  AlgorithmState m_state;    ///< owns what acts, where it comes from a run
  RolloutRequest m_request;  ///< without a task
  ArmConfig m_config;
};

}  // namespace gps
