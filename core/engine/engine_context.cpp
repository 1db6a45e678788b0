// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/engine_context.h"

#include <optional>

#include "core/policy/neural_policy.h"

namespace gps {

Error stoppedError() {
  return Error{"The run was stopped.", "", ""};
}

EngineContext::EngineContext(const Task& task, const CostPerCondition& costs, const Parameters& parameters, int iteration,
                             RolloutPool& pool, const std::atomic<bool>& stop, Hooks hooks)
    : m_task(task),
      m_costs(costs),
      m_parameters(parameters),
      m_iteration(iteration),
      m_pool(pool),
      m_stop(stop),
      m_hooks(std::move(hooks)) {}

Rng EngineContext::rng(Purpose purpose, int condition, int sample) const {
  return makeRng(m_parameters.run.seed, purpose, m_iteration, condition, sample);
}

Result<std::vector<std::vector<Rollout>>> EngineContext::sample(const std::vector<Actor>& actors) {
  const int N = m_parameters.run.samples;
  std::vector<RolloutRequest> requests;
  for (int i = 0; i < static_cast<int>(actors.size()); ++i) {
    for (int j = 0; j < N; ++j) {
      RolloutRequest request;
      request.task = &m_task;
      request.condition = i;
      request.actor = actors[static_cast<std::size_t>(i)];
      Rng noise = rng(Purpose::RolloutNoise, i, j);
      request.noise = drawNoise(m_task.T, m_task.dU, noise);
      if (m_parameters.noise.smooth) {
        request.noise = smoothedNoise(std::move(request.noise), m_parameters.noise.sigma, /*renormalise=*/true);
      }
      request.clipMean = m_parameters.noise.clipMean;
      Rng reset = rng(Purpose::Reset, i, j);
      request.startNoise.resize(m_task.plants->startNoiseSize(i));
      for (double& value : request.startNoise) value = reset.normal();
      requests.push_back(std::move(request));
    }
  }
  Result<std::vector<Rollout>> drawn = runAll(std::move(requests));
  if (!drawn) return drawn.error();
  std::vector<std::vector<Rollout>> result(actors.size());
  std::size_t next = 0;
  for (std::vector<Rollout>& condition : result) {
    for (int j = 0; j < N; ++j) condition.push_back(std::move((*drawn)[next++]));
  }
  return result;
}

Result<std::vector<Rollout>> EngineContext::evaluate(const std::vector<Actor>& actors) {
  std::vector<RolloutRequest> requests;
  for (int i = 0; i < static_cast<int>(actors.size()); ++i) {
    RolloutRequest request;
    request.task = &m_task;
    request.condition = i;
    request.actor = actors[static_cast<std::size_t>(i)];
    request.clipMean = m_parameters.noise.clipMean;  // so that costs compare with those of the noisy rollouts
    requests.push_back(std::move(request));
  }
  return runAll(std::move(requests));
}

Result<std::vector<Rollout>> EngineContext::runAll(std::vector<RolloutRequest> requests) {
  if (!m_task.plants->trials()) return m_pool.run(requests, &m_stop);
  // Each takes seconds: who pauses does not want to wait for all of them.
  std::vector<Rollout> trials;
  for (RolloutRequest& request : requests) {
    if (!m_hooks.safePoint()) return stoppedError();
    Result<Rollout> trial = runRollout(request, &m_stop);
    if (!trial) return trial.error();
    trials.push_back(*std::move(trial));
    m_hooks.phaseAdvances(static_cast<double>(trials.size()) / static_cast<double>(requests.size()));
  }
  return trials;
}

Result<TrainedPolicy> EngineContext::trainPolicy(const GlobalPolicy& start, const PolicyDataset& data,
                                                 double entropyReg, int round) {
  const NeuralPolicy* network = dynamic_cast<const NeuralPolicy*>(&start);
  GPS_EXPECTS(network, "the engine trains neural policies");
  TrainingRequest request;
  request.params = m_parameters.policy;
  request.entropyReg = entropyReg;
  request.keepGoing = [this](double fraction) {
    m_hooks.phaseAdvances(fraction);
    return m_hooks.safePoint();
  };
  return gps::trainPolicy(*network, data, request, rng(Purpose::Shuffle, 0, round));
}

Status EngineContext::forEachCondition(const std::function<Status(int)>& job) {
  return forEach(m_task.conditionCount(), job);
}

Status EngineContext::forEach(int n, const std::function<Status(int)>& job) {
  std::vector<std::optional<Error>> errors(static_cast<std::size_t>(n));
  m_pool.parallelFor(n, [&](int i) {
    // With more jobs than threads the later ones must not begin after a stop.
    if (!keepGoing()) {
      errors[static_cast<std::size_t>(i)] = stoppedError();
      return;
    }
    try {
      if (Status status = job(i); !status) errors[static_cast<std::size_t>(i)] = status.error();
    } catch (const std::exception& exception) {
      errors[static_cast<std::size_t>(i)] = Error{std::string("Internal failure: ") + exception.what() + ".", "", ""};
    }
  });
  for (const std::optional<Error>& error : errors) {
    if (error) return *error;
  }
  return Done{};
}

Status EngineContext::endPhase(const IterationResult& partial) {
  if (!m_hooks.phaseEnds(partial)) return stoppedError();
  return Done{};
}

}  // namespace gps
