// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"

namespace gps {

/// What the engine lends an algorithm for one iteration: pool, streams, trainer, safe points. The state machine
/// behind it is reached through hooks, so that it can be tested without a thread.
class EngineContext final : public RunContext {
 public:
  struct Hooks {
    std::function<bool()> safePoint;                     ///< blocks while paused; false: stop
    std::function<void(std::string_view)> phaseBegins;
    std::function<void(double fraction)> phaseAdvances;
    std::function<bool(const IterationResult&)> phaseEnds;  ///< blocks while stepping; false: stop
  };

  EngineContext(const Task& task, const CostPerCondition& costs, const Parameters& parameters, int iteration, RolloutPool& pool,
                const std::atomic<bool>& stop, Hooks hooks);

  const Task& task() const override { return m_task; }
  const Cost& cost(int condition) const override { return m_costs.of(condition); }
  const Parameters& parameters() const override { return m_parameters; }
  int iteration() const override { return m_iteration; }
  Rng rng(Purpose purpose, int condition, int sample) const override;
  Result<std::vector<std::vector<Rollout>>> sample(const std::vector<Actor>& actors) override;
  Result<std::vector<Rollout>> evaluate(const std::vector<Actor>& actors) override;
  Result<TrainedPolicy> trainPolicy(const GlobalPolicy& start, const PolicyDataset& data, double entropyReg,
                                    int round) override;
  Status forEachCondition(const std::function<Status(int)>& job) override;
  Status forEach(int n, const std::function<Status(int)>& job) override;
  bool keepGoing() override { return m_hooks.safePoint(); }
  void beginPhase(std::string_view phase) override { m_hooks.phaseBegins(phase); }
  Status endPhase(const IterationResult& partial) override;

 private:
  Result<std::vector<Rollout>> runAll(std::vector<RolloutRequest> requests);

  const Task& m_task;
  const CostPerCondition& m_costs;
  const Parameters& m_parameters;
  int m_iteration;
  RolloutPool& m_pool;
  const std::atomic<bool>& m_stop;
  Hooks m_hooks;
};

/// The error of work that was told to stop; never shown to the user.
Error stoppedError();

}  // namespace gps
