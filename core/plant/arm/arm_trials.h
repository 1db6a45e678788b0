// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <mutex>

#include "core/device/control/control_thread.h"
#include "core/plant/arm/arm_joints.h"
#include "core/plant/trial_runner.h"

namespace gps {

/// How trials went since the arm was handed over.
struct ArmTrialCounts {
  int valid = 0;
  std::array<int, static_cast<std::size_t>(TrialEnd::Fault) + 1> invalid{};  ///< by how they ended
  int clipped = 0;  ///< valid ones in which a limit cut more than a fifth of the steps
};

/// Rollouts of a task on a real arm (serial-arms, 10): the scene says what is started from, observed and done, the arm
/// what happens. An invalid trial is kept out and made again, at most twice. The arm must be armed by its user; nothing
/// here arms it, and after a fault or a stop every trial fails until the user has cleared it.
class ArmTrials final : public TrialRunner {
 public:
  /// `simulated` is the compiled task of the scene; `arm` is described by `config`.
  static Result<std::shared_ptr<ArmTrials>> make(std::shared_ptr<const Task> simulated, std::shared_ptr<ControlThread> arm,
                                                 const ArmConfig& config);

  Result<TrialRecord> run(int condition, const VectorRef& startNoise, const std::shared_ptr<StepActor>& actor,
                          const std::atomic<bool>* stop) override;
  /// What is done of the chosen actions, 0 to 1: for the first careful trials. The record tells what was really sent.
  void setShare(double share) { m_share.store(share); }
  ArmTrialCounts counts() const;
  const ControlThread& arm() const { return *m_arm; }

 private:
  ArmTrials(std::shared_ptr<const Task> simulated, std::shared_ptr<ControlThread> arm, const ArmConfig& config,
            ArmJoints joints, int coordinates);
  class Policy;
  Result<std::shared_ptr<Trial>> perform(const std::shared_ptr<Trial>& trial, const std::atomic<bool>* stop);
  TrialRecord recordOf(const Trial& trial, Policy& policy) const;
  Error ended(TrialEnd end) const;

  std::shared_ptr<const Task> m_simulated;
  std::shared_ptr<ControlThread> m_arm;
  ArmConfig m_config;
  ArmJoints m_joints;
  int m_coordinates;
  std::atomic<double> m_share{1.0};
  std::mutex m_oneAtATime;
  mutable std::mutex m_mutex;  // the counts
  ArmTrialCounts m_counts;
};

/// The task with its rollouts on the arm. All else, such as costs and drawing, is the scene's.
std::shared_ptr<const Task> taskOnArm(std::shared_ptr<const Task> simulated, std::shared_ptr<TrialRunner> trials);

}  // namespace gps
