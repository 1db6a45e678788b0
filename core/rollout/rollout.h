// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/math/trajectory.h"
#include "core/plant/task.h"
#include "core/policy/global_policy.h"
#include "core/policy/linear_gaussian_controller.h"

namespace gps {

/// A rollout with what the canvas needs to replay it.
struct Rollout {
  Trajectory trajectory;
  std::vector<Pose> poses;  ///< T * bodies; pose of body b at step t is [t * bodies + b]
  RowMatrix wanted{};       ///< (T x dU) of a plant that keeps its own time: the actions as chosen; else empty
  Vector time{};            ///< (T) of such a plant: when each state was read, since the first [s]; else empty
};

/// Exploration noise of one rollout (T x dU): standard normal, or smoothed along time by a Gaussian kernel of
/// `sigma` steps (reflecting ends, radius int(4 sigma + 0.5)) and, if `renormalise`, divided per dimension by
/// its population standard deviation.
RowMatrix smoothedNoise(RowMatrix raw, double sigma, bool renormalise);
RowMatrix drawNoise(int T, int dU, Rng& rng);

/// Who acts. Exactly one of the two is set.
struct Actor {
  const LinearGaussianController* controller = nullptr;
  const GlobalPolicy* policy = nullptr;
};

struct RolloutRequest {
  const Task* task = nullptr;
  int condition = 0;
  Actor actor;
  RowMatrix noise;     ///< (T x dU), multiplied by the Cholesky factor of the actor's covariance; empty: none
  Vector startNoise;   ///< for PlantFactory::make
  bool keepPoses = true;
  bool clipMean = false;  ///< limit the mean action to the actuators' range before the noise is added
};

/// Runs one rollout on a fresh plant. Checks `stop` at every time step and fails with "stopped". Fails with the
/// time step when a state or action is not finite. Policies are asked one observation at a time here;
/// RolloutPool asks them for all rollouts of a batch at once. Where the plants keep their own time, the rollout is
/// handed to them.
Result<Rollout> runRollout(const RolloutRequest& request, const std::atomic<bool>* stop);

/// Worker threads for rollouts (nice +5). Results come back in the order of the requests, whatever the number
/// of threads. Plants that keep their own time get one rollout after the other, on the calling thread.
class RolloutPool {
 public:
  explicit RolloutPool(int threads);
  ~RolloutPool();
  RolloutPool(const RolloutPool&) = delete;
  RolloutPool& operator=(const RolloutPool&) = delete;

  int threads() const;
  /// Fails with the error of the first failing request in order.
  Result<std::vector<Rollout>> run(const std::vector<RolloutRequest>& requests, const std::atomic<bool>* stop);
  /// Calls job(i) for i = 0 .. n-1 on the workers and waits. Jobs write to their own slots.
  void parallelFor(int n, const std::function<void(int)>& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps
