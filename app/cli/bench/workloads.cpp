// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench/workloads.h"

#include "app/cli/bench/stopwatch.h"
#include "app/documents/scene_folder.h"
#include "core/dynamics/dynamics_fit.h"
#include "core/engine/engine_context.h"
#include "core/scene/scene_reader.h"

namespace gps::cli {

namespace {

Matrix randomMatrix(int rows, int cols, Rng& rng) {
  Matrix m(rows, cols);
  for (double& x : m.reshaped()) x = rng.normal();
  return m;
}

Matrix randomCovariance(int n, Rng& rng) {
  const Matrix A = randomMatrix(n, n, rng);
  return A * A.transpose() / n + 0.2 * Matrix::Identity(n, n);
}

LinearGaussianController randomController(int T, int dX, int dU, Rng& rng) {
  std::vector<LinearGaussianController::Step> steps;
  for (int t = 0; t < T; ++t) {
    steps.push_back({0.05 * randomMatrix(dU, dX, rng), randomMatrix(dU, 1, rng), randomCovariance(dU, rng)});
  }
  return LinearGaussianController::make(std::move(steps)).value();
}

}  // namespace

LqrWorkload::LqrWorkload(int T, int dX, int dU)
    : reference([&] {
        Rng rng(7);
        return randomController(T, dX, dU, rng);
      }()) {
  Rng rng(11);
  for (int t = 0; t < T; ++t) {
    Matrix F(dX, dX + dU);
    F << 0.9 * (Matrix::Identity(dX, dX) + 0.02 * randomMatrix(dX, dX, rng)), 0.3 * randomMatrix(dX, dU, rng);
    dynamics.F.push_back(std::move(F));
    dynamics.f.push_back(0.1 * randomMatrix(dX, 1, rng));
    dynamics.W.push_back(0.01 * randomCovariance(dX, rng));
    cost.H.push_back(randomCovariance(dX + dU, rng));
    cost.g.push_back(randomMatrix(dX + dU, 1, rng));
    cost.c.push_back(rng.normal());
  }
  dynamics.x1 = {randomMatrix(dX, 1, rng), 0.05 * randomCovariance(dX, rng)};
}

Result<std::shared_ptr<const Scene>> shippedScene(const std::string& name) {
  Result<Scene> scene = findScene(name, sceneFolder());
  if (!scene) return scene.error();
  return std::make_shared<const Scene>(*std::move(scene));
}

Result<std::unique_ptr<TimedRun>> TimedRun::make(const std::shared_ptr<const Scene>& scene,
                                                 const std::string& algorithm,
                                                 const std::function<void(Parameters&)>& adjust) {
  std::unique_ptr<TimedRun> run(new TimedRun);
  Result<std::shared_ptr<const Task>> task = compileTask(scene);
  if (!task) return task.error();
  run->m_task = *std::move(task);
  Result<Parameters> parameters = parametersFor(*run->m_task, algorithm);
  if (!parameters) return parameters.error();
  run->m_parameters = *std::move(parameters);
  run->m_parameters.run.threads = 1;
  if (adjust) adjust(run->m_parameters);
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  if (!entry) return entry.error();
  run->m_algorithm = (*entry)->make();
  Result<AlgorithmState> state = run->m_algorithm->start(*run->m_task, run->m_parameters);
  if (!state) return state.error();
  run->m_state = *std::move(state);
  return run;
}

Result<IterationTimes> TimedRun::advance() {
  IterationTimes times;
  double phaseStart = 0.0;
  const auto phaseBegins = [&](std::string_view phase) {
    if (times.phases.empty() || times.phases.back().first != phase) times.phases.emplace_back(phase, 0.0);
    phaseStart = programSeconds();
  };
  const auto phaseEnds = [&](const IterationResult&) {
    times.phases.back().second += programSeconds() - phaseStart;
    return true;
  };
  EngineContext context(*m_task, m_task->costs, m_parameters, m_state.iteration + 1, m_pool, m_stop,
                        {[] { return true; }, phaseBegins, [](double) {}, phaseEnds});
  const double start = programSeconds();
  Result<IterationResult> result = m_algorithm->iterate(m_state, context);
  times.total = programSeconds() - start;
  if (!result) return result.error();
  m_state = std::move(result->state);
  m_views = std::move(result->views);
  // A phase that is repeated counts once.
  std::vector<std::pair<std::string, double>> merged;
  for (const auto& [phase, seconds] : times.phases) {
    const auto known = std::find_if(merged.begin(), merged.end(),
                                    [&name = phase](const auto& entry) { return entry.first == name; });
    if (known == merged.end()) {
      merged.emplace_back(phase, seconds);
    } else {
      known->second += seconds;
    }
  }
  times.phases = std::move(merged);
  return times;
}

Result<RecordedArm> RecordedArm::make() {
  constexpr int kIterations = 4;
  constexpr int kPoints = 1900;
  constexpr int kClusters = 20;
  Result<std::shared_ptr<const Scene>> scene = shippedScene("two_link_arm");
  if (!scene) return scene.error();
  Result<std::unique_ptr<TimedRun>> run = TimedRun::make(*scene, "trajopt");
  if (!run) return run.error();
  RecordedArm arm;
  arm.run = *std::move(run);
  for (int i = 0; i < kIterations; ++i) {
    if (const Result<IterationTimes> times = arm.run->advance(); !times) return times.error();
  }
  for (const std::shared_ptr<const Rollout>& rollout : arm.run->views().front().samples) {
    arm.rollouts.push_back(rollout->trajectory);
  }
  arm.prior = arm.run->state().conditions.front().dynamicsPrior;
  const MixturePrior* learnt = std::get_if<MixturePrior>(&arm.prior);
  Eigen::Index count = 0;
  if (learnt) {
    for (const RowMatrix& rollout : learnt->window) count += rollout.rows();
  }
  if (count < kPoints) {
    return Error{"two_link_arm left " + std::to_string(count) + " transitions, but " + std::to_string(kPoints) +
                     " are needed.",
                 "bench", "Use the shipped scene."};
  }
  Matrix all(count, learnt->window.front().cols());
  Eigen::Index row = 0;
  for (const RowMatrix& rollout : learnt->window) {
    all.middleRows(row, rollout.rows()) = rollout;
    row += rollout.rows();
  }
  arm.points = all.bottomRows(kPoints);
  const Vector mean = arm.points.colwise().mean().transpose();
  arm.points.rowwise() -= mean.transpose();
  for (auto column : arm.points.colwise()) {
    column /= std::max(1e-3, std::sqrt(column.squaredNorm() / kPoints));
  }
  Rng rng(1);
  EmOptions options;
  options.maxIterations = 5;
  options.tolerance = -1.0;
  Result<EmResult> start = fitMixture(arm.points, initialMixture(arm.points, kClusters, rng), options);
  if (!start) return start.error();
  arm.mixture = std::move(start->mixture);
  return arm;
}

TrainingWorkload::TrainingWorkload(MlpShape given, int count)
    : shape(std::move(given)),
      parameters(shape.parameterCount()),
      m(shape.parameterCount()),
      v(shape.parameterCount()) {
  Rng rng(5);
  for (float& p : parameters) p = static_cast<float>(0.2 * rng.normal());
  rows.dO = shape.widths.front();
  rows.dU = shape.widths.back();
  for (int i = 0; i < count * rows.dO; ++i) rows.observations.push_back(static_cast<float>(rng.normal()));
  for (int i = 0; i < count * rows.dU; ++i) rows.targets.push_back(static_cast<float>(rng.normal()));
  for (int i = 0; i < count; ++i) {
    const Matrix P = randomCovariance(rows.dU, rng);
    for (const double p : P.reshaped()) rows.precisions.push_back(static_cast<float>(p));
  }
}

}  // namespace gps::cli
