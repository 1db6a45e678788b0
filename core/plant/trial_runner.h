// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "core/math/trajectory.h"
#include "core/plant/plant.h"

namespace gps {

/// Chooses the actions of a trial, step by step. Called from the thread that controls the plant: no locks, and well
/// below half a millisecond.
class StepActor {
 public:
  virtual ~StepActor() = default;
  /// The action u (dU) at time step t in the state x (dX), observed as o (dO).
  virtual void action(int t, const VectorRef& x, const VectorRef& o, Eigen::Ref<Vector> u) noexcept = 0;
};

/// A whole rollout as a plant with a clock of its own went through it.
struct TrialRecord {
  Trajectory trajectory;    ///< U: the actions as the actuators were told, after limits and rounding
  std::vector<Pose> poses;  ///< T * bodies, as measured
  RowMatrix wanted;         ///< (T x dU) the actions as they were chosen
  Vector time;              ///< (T) when each state was read, since the first  [s]
};

/// Plants that keep their own time, such as an arm: a whole rollout is handed over, and one runs at a time.
class TrialRunner {
 public:
  virtual ~TrialRunner() = default;
  /// Brings the plant to the start of `condition` (disturbed as by PlantFactory::make) and runs a trial there.
  /// Blocks until it has ended; fails with "stopped" soon after `stop` has become true.
  virtual Result<TrialRecord> run(int condition, const VectorRef& startNoise, const std::shared_ptr<StepActor>& actor,
                                  const std::atomic<bool>* stop) = 0;
};

}  // namespace gps
