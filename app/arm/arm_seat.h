// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "core/plant/arm/arm_trials.h"

namespace gps::ui {

/// Where the runs of the window find the arm. A run keeps the seat, not the arm: an arm that was unplugged or
/// disconnected leaves it and can be taken again, and a run that failed meanwhile goes on with a retry.
class ArmSeat final : public TrialRunner {
 public:
  /// The arm as the trials of one task use it. UI thread.
  void take(std::shared_ptr<ArmTrials> trials);
  void leave();
  /// The first trials were made and confirmed; until then no run gets one.
  void allow(bool allowed);
  std::shared_ptr<ArmTrials> trials() const;

  Result<TrialRecord> run(int condition, const VectorRef& startNoise, const std::shared_ptr<StepActor>& actor,
                          const std::atomic<bool>* stop) override;

 private:
  mutable std::mutex m_mutex;
  std::shared_ptr<ArmTrials> m_trials;  // guarded
  bool m_allowed = false;               // guarded
};

}  // namespace gps::ui
