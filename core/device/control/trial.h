// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/device/control/deadline_monitor.h"
#include "core/device/arm/arm_driver.h"

namespace gps {

/// Whatever chooses the actions of a trial. Called once per step from the control thread: no allocation, no locks,
/// well below a millisecond.
class TrialPolicy {
 public:
  virtual ~TrialPolicy() = default;
  virtual void action(int t, const ArmReading& reading, std::span<double> u) noexcept = 0;
};

enum class TrialEnd : std::uint8_t {
  Running,
  Completed,
  NotSettled,       ///< the arm did not come to rest at the start pose
  LostReplies,      ///< two in a row, or more than 2 %
  MissedDeadlines,  ///< two in a row, or more than 2 %
  Aborted,
  Stopped,          ///< emergency stop or guard
  Fault,
};

/// One step as it happened.
struct TrialStep {
  ArmReading reading{};
  ArmCommand command{};
  Nanos scheduled = 0;
  Nanos written = 0;
  bool taken = false;  ///< false: its time had passed, the command before it went on
};

/// A trial on the arm: where it starts, what acts, and what happened. Made before, so that nothing is allocated
/// while it runs; read when `end` is no longer Running.
struct Trial {
  /// A step lasts `periods` control periods: the policy is asked in the first, and its action goes on in the others.
  Trial(int T, std::unique_ptr<TrialPolicy> chooses, int periods = 1)
      : policy(std::move(chooses)), stride(periods), steps(static_cast<std::size_t>(T)) {}

  std::array<double, kMaxArmJoints> startPose{};
  std::unique_ptr<TrialPolicy> policy;
  int stride = 1;  ///< control periods per step
  std::vector<TrialStep> steps;
  DeadlineCounters deadlines{};
  int lostReplies = 0;
  std::atomic<TrialEnd> end{TrialEnd::Running};

  bool valid() const { return end.load() == TrialEnd::Completed; }
};

}  // namespace gps
