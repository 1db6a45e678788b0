// SPDX-License-Identifier: GPL-3.0-or-later
// Every kernel of an iteration by itself, and beside it what it is measured against. The budgets are those of
// `gps-studio bench`; nothing here fails for being slow.
//   build/bin/bench_kernels [--benchmark_filter=REGEX]
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "app/cli/bench/baselines.h"
#include "app/cli/bench/workloads.h"
#include "core/dynamics/dynamics_fit.h"
#include "core/lqr/c_step.h"
#include "core/policy/linearise.h"
#include "core/policy/mlp_module.h"
#include "core/policy/neural_policy.h"

namespace {

using namespace gps;
using namespace gps::cli;

constexpr int kT = 100;

/// A benchmark whose input is missing would measure nothing.
template <class T>
T valueOf(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().text().c_str());
  std::exit(1);
}

const RecordedArm& recordedArm() {
  static const RecordedArm arm = valueOf(RecordedArm::make());
  return arm;
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"dX", "dU"})->Args({7, 2})->Args({14, 7})->Args({26, 7})->Unit(benchmark::kMicrosecond);
}

LqrWorkload lqrOf(const benchmark::State& state) {
  return LqrWorkload(kT, static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
}

void backwardPassInDeviationForm(benchmark::State& state) {
  const LqrWorkload lqr = lqrOf(state);
  DeviationSweep sweep(lqr.dynamics, lqr.cost, {.reference = &lqr.reference});
  const double eta = 1.0;
  for (auto _ : state) benchmark::DoNotOptimize(sweep.solve(std::span(&eta, 1)));
}
BENCHMARK(backwardPassInDeviationForm)->Apply(sizes);

void backwardPassInEigen(benchmark::State& state) {
  const LqrWorkload lqr = lqrOf(state);
  EigenBackwardPass plain(kT, static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(plain.solve(lqr.dynamics, lqr.cost, 1.0));
}
BENCHMARK(backwardPassInEigen)->Apply(sizes);

void klOfTheDualSearch(benchmark::State& state) {
  const LqrWorkload lqr = lqrOf(state);
  DeviationSweep sweep(lqr.dynamics, lqr.cost, {.reference = &lqr.reference});
  const double eta = 1.0;
  if (sweep.solve(std::span(&eta, 1)).any()) state.SkipWithError("not positive definite");
  for (auto _ : state) benchmark::DoNotOptimize(sweep.kl(KlMarginals::New).data());
}
BENCHMARK(klOfTheDualSearch)->Apply(sizes);

void forwardPassWithItsResult(benchmark::State& state) {
  const LqrWorkload lqr = lqrOf(state);
  for (auto _ : state) benchmark::DoNotOptimize(forwardPass(lqr.reference, lqr.dynamics));
}
BENCHMARK(forwardPassWithItsResult)->Apply(sizes);

void cStepWithItsDualSearch(benchmark::State& state) {
  const LqrWorkload lqr = lqrOf(state);
  CStepProblem problem;
  problem.dynamics = &lqr.dynamics;
  problem.cost = &lqr.cost;
  problem.terms.reference = &lqr.reference;
  problem.epsilon = kT;
  std::size_t evaluations = 0;
  for (auto _ : state) evaluations = valueOf(cStep(problem)).trace.size();
  state.counters["evaluations"] = static_cast<double>(evaluations);
}
BENCHMARK(cStepWithItsDualSearch)->Apply(sizes);

void emTenPasses(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  EmOptions options;
  options.maxIterations = 10;
  options.tolerance = -1.0;
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(fitMixture(arm.points, arm.mixture, options)));
}
BENCHMARK(emTenPasses)->Unit(benchmark::kMicrosecond);

void mixtureQuery(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  const MixtureDensity density = valueOf(MixtureDensity::make(arm.mixture));
  const Matrix points = arm.points.topRows(5);
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(density.query(points)));
}
BENCHMARK(mixtureQuery)->Unit(benchmark::kMicrosecond);

void dynamicsFit(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  const DynamicsParams& params = arm.run->parameters().dynamics;
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(fitDynamics(arm.rollouts, arm.prior, params)));
}
BENCHMARK(dynamicsFit)->Unit(benchmark::kMicrosecond);

void policyLinearisation(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  const Task& task = arm.run->task();
  const std::shared_ptr<const NeuralPolicy> policy =
      NeuralPolicy::create(task.dO, task.dU, arm.run->parameters().policy, Rng(2));
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : arm.rollouts) points.push_back(policyPoints(*policy, rollout));
  const JointPrior prior = valueOf(updateMixture({}, points, {}, Rng(3))).prior;
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(linearise(*policy, arm.rollouts, prior, {})));
}
BENCHMARK(policyLinearisation)->Unit(benchmark::kMicrosecond);

void costExpansion(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  const Cost& cost = arm.run->task().costs.of(0);
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(expandAround(cost, arm.rollouts, ExpansionOptions{})));
}
BENCHMARK(costExpansion)->Unit(benchmark::kMicrosecond);

void rolloutOf100Steps(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  const Task& task = arm.run->task();
  Rng rng(1);
  RolloutRequest request;
  request.task = &task;
  request.actor.controller = arm.run->state().conditions.front().controller.get();
  request.noise = drawNoise(task.T, task.dU, rng);
  for (auto _ : state) benchmark::DoNotOptimize(valueOf(runRollout(request, nullptr)));
}
BENCHMARK(rolloutOf100Steps)->Unit(benchmark::kMicrosecond);

/// The world is built outside of the time that counts.
void bareLoopOf99Steps(benchmark::State& state) {
  const RecordedArm& arm = recordedArm();
  BareLoop bare(arm.run->task().scene, 0, arm.rollouts.front().U);
  for (auto _ : state) state.SetIterationTime(bare.seconds());
}
BENCHMARK(bareLoopOf99Steps)->UseManualTime()->Unit(benchmark::kMicrosecond);

constexpr int kBatch = 25;

TrainingRows<float> batchOf(const TrainingWorkload& net) {
  std::vector<int> rows(kBatch);
  std::iota(rows.begin(), rows.end(), 0);
  TrainingRows<float> batch;
  gather(net.rows, rows, batch);
  return batch;
}

void gradientStep(benchmark::State& state) {
  const TrainingWorkload net({.widths = {7, 42, 42, 2}}, kBatch);
  const TrainingRows<float> batch = batchOf(net);
  MlpDescent<float> descent(net.shape, kBatch, net.parameters, net.m, net.v);
  long step = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(descent.step(batch.observations.data(), batch.targets.data(), batch.precisions.data(),
                                          ++step, AdamOptions{}));
  }
}
BENCHMARK(gradientStep)->Unit(benchmark::kMicrosecond);

void gradientStepByAutograd(benchmark::State& state) {
  TrainingWorkload net({.widths = {7, 42, 42, 2}}, kBatch);
  const TrainingRows<float> batch = batchOf(net);
  MlpModule module(net.shape);
  std::copy(net.parameters.begin(), net.parameters.end(), module.parameters().begin());
  const MlpBatch rows{.rows = kBatch,
                      .observations = batch.observations.data(),
                      .targets = batch.targets.data(),
                      .precisions = batch.precisions.data()};
  long step = 0;
  for (auto _ : state) benchmark::DoNotOptimize(module.autogradStep(rows, net.m, net.v, ++step, AdamOptions{}));
}
BENCHMARK(gradientStepByAutograd)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
