// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>
#include <atomic>
#include <memory>
#include <string>

#include "core/engine/engine_context.h"

namespace gps::testing {

/// Iterations of an algorithm without the engine's thread, so that its state can be looked at.
class Iterations {
 public:
  Iterations(std::shared_ptr<const Task> task, const std::string& algorithm, int threads = 1)
      : parameters(parametersFor(*task, algorithm).value()),
        m_task(std::move(task)),
        m_algorithm(findAlgorithm(algorithm).value()->make()),
        m_pool(threads) {}

  Result<AlgorithmState> start() { return m_algorithm->start(*m_task, parameters); }

  /// The iteration after `state`.
  Result<IterationResult> next(const AlgorithmState& state) {
    EngineContext context(*m_task, m_task->costs, parameters, state.iteration + 1, m_pool, m_stop,
                          {[this] { return ++asked != stopAt; }, [](std::string_view) {}, [](double) {},
                           [](const IterationResult&) { return true; }});
    return m_algorithm->iterate(state, context);
  }

  Parameters parameters;
  std::atomic<int> asked{0};
  int stopAt = 0;  ///< the safe point that says stop; 0: none

 private:
  std::shared_ptr<const Task> m_task;
  std::unique_ptr<Algorithm> m_algorithm;
  RolloutPool m_pool;
  std::atomic<bool> m_stop{false};
};

}  // namespace gps::testing
