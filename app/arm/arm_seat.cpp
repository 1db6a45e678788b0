// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arm/arm_seat.h"

#include <utility>

namespace gps::ui {

void ArmSeat::take(std::shared_ptr<ArmTrials> trials) {
  // What was there is destroyed outside of the lock.
  const std::lock_guard lock(m_mutex);
  std::swap(m_trials, trials);
}

void ArmSeat::leave() { take(nullptr); }

void ArmSeat::allow(bool allowed) {
  const std::lock_guard lock(m_mutex);
  m_allowed = allowed;
}

std::shared_ptr<ArmTrials> ArmSeat::trials() const {
  const std::lock_guard lock(m_mutex);
  return m_trials;
}

Result<TrialRecord> ArmSeat::run(int condition, const VectorRef& startNoise, const std::shared_ptr<StepActor>& actor,
                                 const std::atomic<bool>* stop) {
  std::shared_ptr<ArmTrials> trials;
  bool allowed = false;
  {
    const std::lock_guard lock(m_mutex);
    trials = m_trials;
    allowed = m_allowed;
  }
  if (!trials) return Error{"The arm is not connected.", "arm", "Connect and arm it in the arm's panel, then retry."};
  if (!allowed) {
    return Error{"The first trials on the arm have not been made.", "arm",
                 "Make them in the arm's panel, each with its button, then retry."};
  }
  return trials->run(condition, startNoise, actor, stop);
}

}  // namespace gps::ui
