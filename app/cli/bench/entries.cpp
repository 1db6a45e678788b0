// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench/entries.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "app/cli/bench/baselines.h"
#include "app/cli/bench/stopwatch.h"
#include "app/cli/bench/workloads.h"
#include "core/lqr/backward_pass.h"
#include "core/policy/mlp.h"
#include "core/policy/mlp_module.h"

namespace gps::cli {

namespace {

constexpr double kMicro = 1e6;
constexpr double kMilli = 1e3;

Result<Figure> backwardPassFigure(int dX, int dU) {
  constexpr int kT = 100;
  const LqrWorkload lqr(kT, dX, dU);
  DeviationSweep sweep(lqr.dynamics, lqr.cost, {.reference = &lqr.reference});
  EigenBackwardPass plain(kT, dX, dU);
  const double eta = 1.0;
  if (sweep.solve(std::span(&eta, 1)).any() || !plain.solve(lqr.dynamics, lqr.cost, eta)) {
    return Error{"The backward pass failed.", "bench", ""};
  }
  const std::vector<double> seconds = medianSeconds({[&] { sweep.solve(std::span(&eta, 1)); },
                                                     [&] { plain.solve(lqr.dynamics, lqr.cost, eta); }});
  return Figure{kMicro * seconds[0], kMicro * seconds[1], {}};
}

Result<Figure> emPassFigure() {
  constexpr int kPasses = 10;
  const Result<RecordedArm> arm = RecordedArm::make();
  if (!arm) return arm.error();
  EmOptions options;
  options.maxIterations = kPasses;
  options.tolerance = -1.0;
  std::optional<Error> failure;
  const std::vector<double> seconds = medianSeconds({[&] {
    const Result<EmResult> em = fitMixture(arm->points, arm->mixture, options);
    if (!em) failure = em.error();
  }});
  if (failure) return *failure;
  return Figure{kMilli * seconds[0] / kPasses, {}, {}};
}

Result<Figure> gradientStepFigure() {
  constexpr int kBatch = 25, kRows = 2000;
  TrainingWorkload net({.widths = {7, 42, 42, 2}}, kRows);
  const AdamOptions adam{.weightDecay = 0.005};
  std::vector<int> permutation(kRows);
  std::iota(permutation.begin(), permutation.end(), 0);
  Rng rng(3);
  TrainingRows<float> batch;
  long step = 0;
  const auto nextBatch = [&] {
    if (step % (kRows / kBatch) == 0) shuffle(permutation, rng);
    gather(net.rows, minibatch(permutation, kBatch, step), batch);
    ++step;
  };
  MlpDescent<float> descent(net.shape, kBatch, net.parameters, net.m, net.v);
  MlpModule module(net.shape);
  std::copy(net.parameters.begin(), net.parameters.end(), module.parameters().begin());
  float loss = 0.0F;
  const std::vector<double> seconds = medianSeconds(
      {[&] {
         nextBatch();
         loss = descent.step(batch.observations.data(), batch.targets.data(), batch.precisions.data(), step, adam);
       },
       [&] {
         nextBatch();
         const MlpBatch rows{.rows = kBatch,
                             .observations = batch.observations.data(),
                             .targets = batch.targets.data(),
                             .precisions = batch.precisions.data()};
         loss = module.autogradStep(rows, net.m, net.v, step, adam);
       }});
  if (!std::isfinite(loss)) return Error{"The training diverged.", "bench", ""};
  return Figure{kMicro * seconds[0], kMicro * seconds[1], {}};
}

/// Seconds per step of noisy rollouts of two_link_arm and of the bare loop over the same motion.
struct RolloutTimes {
  double step = 0.0;
  double bareStep = 0.0;
};

Result<RolloutTimes> rolloutTimes() {
  constexpr int kRollouts = 200;
  Result<std::shared_ptr<const Scene>> scene = shippedScene("two_link_arm");
  if (!scene) return scene.error();
  const Result<std::unique_ptr<TimedRun>> run = TimedRun::make(*scene, "mdgps");
  if (!run) return run.error();
  const Task& task = (*run)->task();
  Rng rng(1);
  std::vector<double> steps, bareSteps;
  for (int j = 0; j < kRollouts; ++j) {
    const int condition = j % task.conditionCount();
    RolloutRequest request;
    request.task = &task;
    request.condition = condition;
    request.actor.controller = (*run)->state().conditions[static_cast<std::size_t>(condition)].controller.get();
    request.noise = drawNoise(task.T, task.dU, rng);
    const double before = threadSeconds();
    const Result<Rollout> rollout = runRollout(request, nullptr);
    steps.push_back((threadSeconds() - before) / task.T);
    if (!rollout) return rollout.error();
    BareLoop bare(*scene, condition, rollout->trajectory.U);
    bareSteps.push_back(bare.seconds() / bare.steps());
  }
  return RolloutTimes{medianOf(std::move(steps)), medianOf(std::move(bareSteps))};
}

Result<Figure> rolloutStepFigure() {
  const Result<RolloutTimes> times = rolloutTimes();
  if (!times) return times.error();
  return Figure{kMicro * times->step, kMicro * times->bareStep, {}};
}

Result<Figure> rolloutRateFigure() {
  const Result<RolloutTimes> times = rolloutTimes();
  if (!times) return times.error();
  return Figure{1.0 / times->step, 1.0 / times->bareStep, {}};
}

// The first iterations fit mixtures and networks from scratch and are not typical. The registry's texts say so.
constexpr int kSkipped = 2;

/// Median of `measured` iterations, and of their phases.
Result<Figure> iterationFigure(const std::string& scene, const std::string& algorithm, int measured) {
  Result<std::shared_ptr<const Scene>> shipped = shippedScene(scene);
  if (!shipped) return shipped.error();
  const Result<std::unique_ptr<TimedRun>> run = TimedRun::make(*shipped, algorithm);
  if (!run) return run.error();
  std::vector<double> totals;
  std::vector<std::pair<std::string, std::vector<double>>> phases;
  for (int i = 0; i < kSkipped + measured; ++i) {
    const Result<IterationTimes> times = (*run)->advance();
    if (!times) return times.error();
    if (i < kSkipped) continue;
    totals.push_back(kMilli * times->total);
    for (std::size_t p = 0; p < times->phases.size(); ++p) {
      if (p == phases.size()) phases.push_back({times->phases[p].first, {}});
      phases[p].second.push_back(kMilli * times->phases[p].second);
    }
  }
  Figure figure{medianOf(std::move(totals)), {}, {}};
  for (auto& [phase, times] : phases) figure.details.emplace_back(phase, medianOf(std::move(times)));
  return figure;
}

/// Slope of the least squares line through the logarithms.
double logLogSlope(const std::vector<std::pair<double, double>>& points) {
  double x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
  for (const auto& [size, time] : points) {
    x += std::log(size);
    y += std::log(time);
    xx += std::log(size) * std::log(size);
    xy += std::log(size) * std::log(time);
  }
  const double n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

/// `change` makes the workload of one size out of a copy of two_link_arm and its parameters. The sizes take
/// turns, so that a busy machine slows them alike.
/// `phases`: what is timed; empty: the whole iteration.
Result<Figure> scalingFigure(const std::string& algorithm, const std::vector<int>& sizes,
                             void (*change)(int size, Scene& scene, Parameters* parameters),
                             const std::vector<std::string>& phases = {}) {
  constexpr int kMeasured = 7;
  Result<std::shared_ptr<const Scene>> shipped = shippedScene("two_link_arm");
  if (!shipped) return shipped.error();
  std::vector<std::unique_ptr<TimedRun>> runs;
  for (const int size : sizes) {
    Scene scene = **shipped;
    change(size, scene, nullptr);
    Result<std::unique_ptr<TimedRun>> run =
        TimedRun::make(std::make_shared<const Scene>(scene), algorithm,
                       [&](Parameters& parameters) { change(size, scene, &parameters); });
    if (!run) return run.error();
    runs.push_back(*std::move(run));
  }
  std::vector<std::vector<double>> milliseconds(sizes.size());
  for (int i = 0; i < kSkipped + kMeasured; ++i) {
    for (std::size_t r = 0; r < runs.size(); ++r) {
      const Result<IterationTimes> times = runs[r]->advance();
      if (!times) return times.error();
      double seconds = phases.empty() ? times->total : 0.0;
      for (const auto& [phase, spent] : times->phases) {
        if (std::find(phases.begin(), phases.end(), phase) != phases.end()) seconds += spent;
      }
      if (i >= kSkipped) milliseconds[r].push_back(kMilli * seconds);
    }
  }
  Figure figure;
  std::vector<std::pair<double, double>> points;
  for (std::size_t r = 0; r < sizes.size(); ++r) {
    points.emplace_back(sizes[r], medianOf(std::move(milliseconds[r])));
    figure.details.emplace_back(std::to_string(sizes[r]), points.back().second);
  }
  figure.value = logLogSlope(points);
  return figure;
}

/// The mixture keeps the rollouts of two iterations at every size: its usual limit would cut the larger ones.
void changeSamples(int size, Scene&, Parameters* parameters) {
  if (!parameters) return;
  parameters->run.samples = size;
  parameters->dynamics.gmmMaxRollouts = kSkipped * size;
}

/// Multiples of the four that the scene has: each has its own pace.
void changeConditions(int size, Scene& scene, Parameters*) {
  const std::vector<Condition> shipped = scene.conditions;
  scene.conditions.clear();
  for (int i = 0; i < size; ++i) {
    scene.conditions.push_back(shipped[static_cast<std::size_t>(i) % shipped.size()]);
    scene.conditions.back().id = "c" + std::to_string(i + 1);
  }
}

/// 20 rollouts fill the mixture's window from the first iteration on.
void changeHorizon(int size, Scene& scene, Parameters* parameters) {
  scene.horizon = size;
  if (parameters) parameters->run.samples = 20;
}

/// Appends positions and speeds of points of the second link to the state.
void changeState(int size, Scene& scene, Parameters*) {
  int dX = 0;
  for (const std::string& id : scene.state) dX += scene.sensor(id)->size();
  for (int i = 0; dX < size; ++i, dX += 2) {
    Sensor sensor;
    sensor.id = "point" + std::to_string(i);
    sensor.type = i % 2 == 0 ? Sensor::Type::PointPosition : Sensor::Type::PointVelocity;
    sensor.targets = {"link2"};
    sensor.point = {0.1 * i, 0.5 * i};
    scene.sensors.push_back(sensor);
    scene.state.push_back(sensor.id);
  }
}

const std::array<BenchEntry, 15> kRegistry{{
    {"backward_pass_7_2", "Backward pass, T = 100, 7 states, 2 actions: one solve at a given eta", "us", 44.0, false,
     "Eigen's matrices of dynamic size", "", [] { return backwardPassFigure(7, 2); }},
    {"backward_pass_14_7", "Backward pass, T = 100, 14 states, 7 actions: one solve at a given eta", "us", 160.0, false,
     "Eigen's matrices of dynamic size", "", [] { return backwardPassFigure(14, 7); }},
    {"backward_pass_26_7", "Backward pass, T = 100, 26 states, 7 actions: one solve at a given eta", "us", 436.0, false,
     "Eigen's matrices of dynamic size", "", [] { return backwardPassFigure(26, 7); }},
    {"em_pass", "One pass of EM over 1900 transitions of two_link_arm, 20 clusters", "ms", 1.0, false, "", "",
     emPassFigure},
    {"gradient_step", "One step of Adam, 7-42-42-2 ReLU, batch of 25", "us", 11.0, false, "LibTorch's autograd", "",
     gradientStepFigure},
    {"rollout_step", "One step of a rollout of two_link_arm", "us", 1.5, true, "b2World::Step alone", "",
     rolloutStepFigure},
    {"rollout_rate", "Rollout steps of two_link_arm per second and core", "1/s", {}, false, "b2World::Step alone", "",
     rolloutRateFigure},
    {"mdgps_iteration", "One iteration of mdgps on two_link_arm, one core: median of 15 after two that are skipped", "ms", 88.0, false, "", "phase",
     [] { return iterationFigure("two_link_arm", "mdgps", 15); }},
    {"badmm_iteration", "One iteration of badmm on two_link_arm, one core: median of 7 after two that are skipped", "ms", 500.0, false, "", "phase",
     [] { return iterationFigure("two_link_arm", "badmm", 7); }},
    {"trajopt_iteration", "One iteration of trajopt on point_mass, one core: median of 25 after two that are skipped", "ms", 10.0, false, "", "phase",
     [] { return iterationFigure("point_mass", "trajopt", 25); }},
    {"scaling_samples",
     "Growth of a trajopt iteration with the samples per condition (the mixture keeps two iterations), log-log slope",
     "", 1.1, false, "", "samples", [] { return scalingFigure("trajopt", {5, 10, 20, 40}, changeSamples); }},
    {"scaling_conditions", "Growth of a trajopt iteration with the conditions, log-log slope", "", 1.1, false, "",
     "conditions", [] { return scalingFigure("trajopt", {4, 8, 16}, changeConditions); }},
    {"scaling_horizon", "Growth of a trajopt iteration with the horizon, log-log slope", "", 1.1, false, "", "T",
     [] { return scalingFigure("trajopt", {50, 100, 200, 400}, changeHorizon); }},
    {"scaling_state",
     "Growth of an mdgps iteration with the size of the state, log-log slope (its S-step hardly grows)", "", 1.1,
     false, "", "dX", [] { return scalingFigure("mdgps", {7, 11, 15, 23}, changeState); }},
    {"scaling_models",
     "Growth of what mdgps does with matrices of the state's size (dynamics, linearise, C-step), log-log slope", "",
     {}, false, "", "dX",
     [] { return scalingFigure("mdgps", {7, 11, 15, 23}, changeState, {"dynamics", "linearise", "c_step"}); }},
}};

}  // namespace

std::span<const BenchEntry> benchRegistry() {
  return kRegistry;
}

}  // namespace gps::cli
