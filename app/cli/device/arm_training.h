// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "app/cli/device/arm_session.h"
#include "app/cli/device/device_command.h"
#include "core/engine/run.h"
#include "core/plant/arm/arm_trials.h"

namespace gps {
class FirstTrials;
}

namespace gps::cli {

/// The arm that the task is to be learned on: as described, with the actions and a period that suit the scene;
/// options.period is the longest one.
Result<ArmConfig> armForTask(const DeviceOptions& options, const Task& task);

/// A real arm for the length of `train`: connected, armed, tried carefully, and then where the rollouts run. Ctrl-C is
/// its emergency stop.
class ArmTraining {
 public:
  /// Connects and arms. `config` is armForTask() of this task.
  static Result<std::unique_ptr<ArmTraining>> start(const DeviceOptions& options, const ArmConfig& config,
                                                    const std::shared_ptr<const Task>& task);

  /// Rolls the first controller of `setup` out in simulation, then on the arm with a tenth, half and all of its actions;
  /// asks before each on the terminal, unless `options.confirmed`. Fails where the simulation leaves the joints' limits,
  /// a trial fails, or nobody confirms.
  Status tryCarefully(const RunSetup& setup, const DeviceOptions& options);
  /// The same with who acts in `request`; its task is ignored.
  Status tryCarefully(const RolloutRequest& request, const DeviceOptions& options);
  const std::shared_ptr<const Task>& task() const { return m_task; }
  /// "XL330-M288:1, XL330-M288:2 at /dev/ttyUSB0".
  const std::string& description() const { return m_description; }
  /// How many trials there were, and how many had to be made again; one line.
  std::string summary() const;

 private:
  ArmTraining() = default;
  Status climb(const FirstTrials& first, const DeviceOptions& options);
  Status ask(const std::string& what, const DeviceOptions& options) const;

  ArmConfig m_config;
  std::unique_ptr<ArmSession> m_session;
  std::shared_ptr<const Task> m_simulated;
  std::shared_ptr<ArmTrials> m_trials;
  std::shared_ptr<const Task> m_task;
  std::string m_description;
};

}  // namespace gps::cli
