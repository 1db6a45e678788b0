// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/math/gaussian_mixture.h"
#include "core/policy/training_rows.h"
#include "core/rollout/rollout.h"

namespace gps::cli {

/// A random linear-quadratic problem with stable dynamics and its reference controller.
struct LqrWorkload {
  LqrWorkload(int T, int dX, int dU);

  LinearGaussianDynamics dynamics;
  QuadraticCost cost;
  LinearGaussianController reference;
};

Result<std::shared_ptr<const Scene>> shippedScene(const std::string& name);

/// Processor time of one iteration and of its phases   [s].
struct IterationTimes {
  double total = 0.0;
  std::vector<std::pair<std::string, double>> phases;
};

/// Runs an algorithm iteration by iteration on one worker, without the engine's thread, and times it.
class TimedRun {
 public:
  static Result<std::unique_ptr<TimedRun>> make(const std::shared_ptr<const Scene>& scene,
                                                const std::string& algorithm,
                                                const std::function<void(Parameters&)>& adjust = {});
  Result<IterationTimes> advance();

  const Task& task() const { return *m_task; }
  const Parameters& parameters() const { return m_parameters; }
  const AlgorithmState& state() const { return m_state; }
  /// Of the last iteration.
  const std::vector<ConditionView>& views() const { return m_views; }

 private:
  TimedRun() : m_pool(1) {}

  std::shared_ptr<const Task> m_task;
  Parameters m_parameters;
  std::unique_ptr<Algorithm> m_algorithm;
  AlgorithmState m_state;
  std::vector<ConditionView> m_views;
  RolloutPool m_pool;
  std::atomic<bool> m_stop{false};
};

/// What a few iterations of trajectory optimisation on two_link_arm leave behind for its first condition.
struct RecordedArm {
  static Result<RecordedArm> make();

  std::unique_ptr<TimedRun> run;
  std::vector<Trajectory> rollouts;  ///< of the last iteration
  Matrix points;                     ///< (1900 x 16) transitions [x, u, x'] of the newest rollouts, whitened
  GaussianMixture mixture;           ///< 20 clusters, a few passes of EM after their start
  JointPrior prior;                  ///< as the dynamics fit used it
};

/// A network with random weights and random training rows.
struct TrainingWorkload {
  explicit TrainingWorkload(MlpShape shape, int rows);

  MlpShape shape;
  std::vector<float> parameters, m, v;
  TrainingRows<float> rows;
};

}  // namespace gps::cli
