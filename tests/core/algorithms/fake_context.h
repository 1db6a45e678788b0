// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"

namespace gps::test {

/// What the steps under test ask for; everything else is not to be reached.
class FakeContext final : public RunContext {
 public:
  FakeContext(const Task& task, const Parameters& parameters) : m_task(task), m_parameters(parameters) {}
  const Task& task() const override { return m_task; }
  const Cost& cost(int i) const override { return m_task.costs.of(i); }
  const Parameters& parameters() const override { return m_parameters; }
  int iteration() const override { return 1; }
  Rng rng(Purpose purpose, int condition, int sample) const override {
    return makeRng(5, purpose, 1, condition, sample);
  }
  Result<std::vector<std::vector<Rollout>>> sample(const std::vector<Actor>&) override { return unused(); }
  Result<std::vector<Rollout>> evaluate(const std::vector<Actor>&) override { return unused(); }
  Result<TrainedPolicy> trainPolicy(const GlobalPolicy&, const PolicyDataset&, double, int) override {
    return unused();
  }
  Status forEachCondition(const std::function<Status(int)>& job) override {
    for (int i = 0; i < m_task.conditionCount(); ++i) {
      if (Status s = job(i); !s) return s;
    }
    return Done{};
  }
  bool keepGoing() override { return ++asked != stopAt; }
  void beginPhase(std::string_view) override {}
  Status endPhase(const IterationResult&) override { return Done{}; }

  int asked = 0;
  int stopAt = 0;  ///< the question that is answered with no; 0: none

 private:
  static Error unused() { return Error{"not part of this test", "", ""}; }
  const Task& m_task;
  const Parameters& m_parameters;
};

}  // namespace gps::test
