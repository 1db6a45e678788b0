// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

#include "core/session/snapshot_arrays.h"
#include "core/session/snapshot_fields.h"
#include "core/session/step_arrays.h"

namespace gps {

namespace {

constexpr std::int64_t kAny = -1;

/// Whether an array is there and has this shape; extents of kAny may be anything.
Status expectShape(const ArraySet& arrays, const std::string& name, const Extents& wanted) {
  const StoredArray* array = arrays.find(name);
  if (!array) return damagedArray(name, "is missing");
  bool fits = array->shape.size() == wanted.size();
  for (std::size_t i = 0; fits && i < wanted.size(); ++i) fits = wanted[i] == kAny || wanted[i] == array->shape[i];
  if (!fits) {
    return damagedArray(name, "has the shape " + extentsText(array->shape) + ", which does not fit the scene");
  }
  return Done{};
}

Result<std::vector<double>> realsOf(const ArraySet& arrays, const std::string& name, const Extents& wanted) {
  if (Status s = expectShape(arrays, name, wanted); !s) return s.error();
  return arrays.reals(name);
}

/// The conditions a stacked array is about, in its order.
Result<std::vector<std::size_t>> presentOf(const ArraySet& arrays, const std::string& name, std::size_t M) {
  std::vector<std::size_t> present;
  if (!arrays.has(name + ".conditions")) {
    for (std::size_t i = 0; i < M; ++i) present.push_back(i);
    return present;
  }
  Result<std::vector<std::int64_t>> listed = arrays.integers(name + ".conditions");
  if (!listed) return listed.error();
  for (const std::int64_t i : *listed) {
    if (i < 0 || i >= sizeOf(M) || (!present.empty() && static_cast<std::size_t>(i) <= present.back())) {
      return damagedArray(name + ".conditions", "names a condition that is not there");
    }
    present.push_back(static_cast<std::size_t>(i));
  }
  return present;
}

/// Calls take(i, numbers of condition i) for every condition that has the array; none has a missing one.
Status takeStacked(const ArraySet& arrays, const std::string& name, std::size_t M, Extents inner,
                   const std::function<void(std::size_t, const double*, const Extents&)>& take) {
  if (!arrays.has(name)) return Done{};
  Result<std::vector<std::size_t>> present = presentOf(arrays, name, M);
  if (!present) return present.error();
  inner.insert(inner.begin(), sizeOf(present->size()));
  Result<std::vector<double>> numbers = realsOf(arrays, name, inner);
  if (!numbers) return numbers.error();
  const Extents shape = arrays.find(name)->shape;
  const std::size_t each = present->empty() ? 0 : numbers->size() / present->size();
  for (std::size_t j = 0; j < present->size(); ++j) take((*present)[j], numbers->data() + j * each, shape);
  return Done{};
}

/// Rollouts in the order they were put; `leading` counts them.
Result<Rollouts> takeRollouts(const ArraySet& arrays, const std::string& name, const Extents& leading, const Task& task) {
  const auto shapeOf = [&](std::initializer_list<std::int64_t> inner) {
    Extents shape = leading;
    shape.insert(shape.end(), inner);
    return shape;
  };
  std::size_t count = 1;
  for (const std::int64_t extent : leading) count *= static_cast<std::size_t>(extent);
  Result<std::vector<double>> X = realsOf(arrays, name + ".X", shapeOf({task.T, task.dX}));
  if (!X) return X.error();
  Result<std::vector<double>> U = realsOf(arrays, name + ".U", shapeOf({task.T, task.dU}));
  if (!U) return U.error();
  const bool observes = arrays.has(name + ".O");
  if (!observes && task.dO != task.dX) return damagedArray(name + ".O", "is missing");
  Result<std::vector<double>> O = observes ? realsOf(arrays, name + ".O", shapeOf({task.T, task.dO}))
                                           : Result<std::vector<double>>(std::vector<double>());
  if (!O) return O.error();
  Result<std::vector<double>> clipped = realsOf(arrays, name + ".clip_fraction", leading);
  if (!clipped) return clipped.error();

  std::vector<float> poses, start;
  std::vector<std::int64_t> moving;
  if (arrays.has(name + ".poses")) {
    Result<std::vector<std::int64_t>> bodies = arrays.integers(name + ".poses.bodies");
    if (!bodies) return bodies.error();
    moving = *std::move(bodies);
    if (Status s = expectShape(arrays, name + ".poses", shapeOf({task.T, sizeOf(moving.size()), 3})); !s) return s.error();
    if (Status s = expectShape(arrays, name + ".poses.start", {kAny, 3}); !s) return s.error();
    Result<std::vector<float>> all = arrays.floats(name + ".poses");
    if (!all) return all.error();
    Result<std::vector<float>> still = arrays.floats(name + ".poses.start");
    if (!still) return still.error();
    poses = *std::move(all);
    start = *std::move(still);
    const std::int64_t known = task.scene ? sizeOf(task.scene->bodies.size()) : kAny;
    if (known != kAny && sizeOf(start.size()) != 3 * known) {
      return damagedArray(name + ".poses.start", "has another number of bodies than the scene");
    }
    for (const std::int64_t b : moving) {
      if (b < 0 || 3 * b >= sizeOf(start.size())) return damagedArray(name + ".poses.bodies", "names no body");
    }
  }

  const std::size_t T = static_cast<std::size_t>(task.T);
  const auto slice = [T](const std::vector<double>& from, std::size_t j, int columns) {
    return RowMatrix(Eigen::Map<const RowMatrix>(from.data() + j * T * static_cast<std::size_t>(columns),
                                                 static_cast<Eigen::Index>(T), columns));
  };
  Rollouts rollouts;
  for (std::size_t j = 0; j < count; ++j) {
    auto rollout = std::make_shared<Rollout>();
    rollout->trajectory = {slice(*X, j, task.dX), slice(*U, j, task.dU), {}, (*clipped)[j]};
    rollout->trajectory.O = observes ? slice(*O, j, task.dO) : rollout->trajectory.X;
    const std::size_t bodies = start.size() / 3;
    rollout->poses.resize(T * bodies);
    for (std::size_t t = 0; t < T && bodies > 0; ++t) {
      Pose* row = rollout->poses.data() + t * bodies;
      for (std::size_t b = 0; b < bodies; ++b) row[b] = {start[3 * b], start[3 * b + 1], start[3 * b + 2]};
      for (std::size_t m = 0; m < moving.size(); ++m) {
        const float* pose = poses.data() + ((j * T + t) * moving.size() + m) * 3;
        row[moving[m]] = {pose[0], pose[1], pose[2]};
      }
    }
    rollouts.push_back(std::move(rollout));
  }
  return rollouts;
}

/// One noise-free rollout per condition, where there is one.
Status takeSingle(const ArraySet& arrays, const std::string& name, std::shared_ptr<const Rollout> ConditionView::*which,
                  Snapshot& snapshot) {
  if (!arrays.has(name + ".X")) return Done{};
  Result<std::vector<std::size_t>> present = presentOf(arrays, name, snapshot.conditions.size());
  if (!present) return present.error();
  Result<Rollouts> rollouts = takeRollouts(arrays, name, {sizeOf(present->size())}, *snapshot.task);
  if (!rollouts) return rollouts.error();
  for (std::size_t j = 0; j < present->size(); ++j) snapshot.conditions[(*present)[j]].*which = (*rollouts)[j];
  return Done{};
}

Status takeMarginals(const ArraySet& arrays, const std::string& name,
                     std::shared_ptr<const Marginals> ConditionView::*which, Snapshot& snapshot) {
  const Task& task = *snapshot.task;
  const Eigen::Index n = task.dX;
  const std::size_t T = static_cast<std::size_t>(task.T);
  std::vector<std::shared_ptr<Marginals>> found(snapshot.conditions.size());
  Status means = takeStacked(arrays, name + ".mean", found.size(), {task.T, n + task.dU},
                             [&](std::size_t i, const double* from, const Extents&) {
                               found[i] = std::make_shared<Marginals>();
                               for (std::size_t t = 0; t < T; ++t, from += n + task.dU) {
                                 found[i]->mean.push_back(Eigen::Map<const Vector>(from, n + task.dU));
                               }
                             });
  if (!means) return means;
  Status covs = takeStacked(arrays, name + ".cov_lower", found.size(), {task.T, n * (n + 1) / 2},
                            [&](std::size_t i, const double* from, const Extents&) {
                              if (!found[i]) return;
                              for (std::size_t t = 0; t < T; ++t) {
                                Matrix cov(n, n);
                                for (Eigen::Index r = 0; r < n; ++r) {
                                  for (Eigen::Index c = 0; c <= r; ++c) cov(r, c) = cov(c, r) = *from++;
                                }
                                found[i]->cov.push_back(std::move(cov));
                              }
                            });
  if (!covs) return covs;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] && found[i]->cov.size() == T) snapshot.conditions[i].*which = found[i];
  }
  return Done{};
}

Status takeControllers(const ArraySet& arrays, Snapshot& snapshot) {
  const Task& task = *snapshot.task;
  std::vector<std::vector<LinearGaussianController::Step>> steps(snapshot.conditions.size());
  const auto part = [&](const std::string& name, Extents inner, auto member, Eigen::Index rows, Eigen::Index columns) {
    return takeStacked(arrays, name, steps.size(), std::move(inner), [&](std::size_t i, const double* from, const Extents&) {
      steps[i].resize(static_cast<std::size_t>(task.T));
      for (LinearGaussianController::Step& step : steps[i]) {
        step.*member = Eigen::Map<const RowMatrix>(from, rows, columns);
        from += rows * columns;
      }
    });
  };
  using Step = LinearGaussianController::Step;
  if (Status s = part("controller.K", {task.T, task.dU, task.dX}, &Step::K, task.dU, task.dX); !s) return s;
  if (Status s = part("controller.k", {task.T, task.dU}, &Step::k, task.dU, 1); !s) return s;
  if (Status s = part("controller.C", {task.T, task.dU, task.dU}, &Step::C, task.dU, task.dU); !s) return s;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].empty()) continue;
    Result<LinearGaussianController> controller = LinearGaussianController::make(std::move(steps[i]));
    if (!controller) return damagedArray("controller", "is not valid: " + controller.error().text());
    snapshot.conditions[i].controller = std::make_shared<const LinearGaussianController>(*std::move(controller));
  }
  return Done{};
}

Status takeCurves(const ArraySet& arrays, IterationReport& report, const Task& task) {
  const std::size_t M = report.series.size();
  for (const SeriesField& field : kSeries) {
    Status s = takeStacked(arrays, field.name, M, {kAny}, [&](std::size_t i, const double* from, const Extents& shape) {
      report.series[i].*field.values = Eigen::Map<const Vector>(from, shape[1]);
    });
    if (!s) return s;
  }
  Status deviations = takeStacked(arrays, "series.std", M, {task.T, task.dU},
                                  [&](std::size_t i, const double* from, const Extents&) {
                                    report.series[i].std = Eigen::Map<const RowMatrix>(from, task.T, task.dU);
                                  });
  if (!deviations) return deviations;
  if (arrays.has("dual_trace")) {
    Result<std::vector<std::int64_t>> counts = arrays.integers("dual_trace.counts");
    if (!counts) return counts.error();
    Result<std::vector<double>> points = realsOf(arrays, "dual_trace", {kAny, 2});
    if (!points) return points.error();
    std::vector<double> costs;
    if (arrays.has("dual_trace.cost")) {
      Result<std::vector<double>> noted = realsOf(arrays, "dual_trace.cost", {sizeOf(points->size() / 2)});
      if (!noted) return noted.error();
      costs = *std::move(noted);
    }
    std::size_t next = 0;
    if (counts->size() != M) return damagedArray("dual_trace.counts", "has the wrong length");
    for (std::size_t i = 0; i < M; ++i) {
      if ((*counts)[i] < 0 || (*counts)[i] > sizeOf(points->size() / 2 - next)) {
        return damagedArray("dual_trace.counts", "counts more points than there are");
      }
      for (std::int64_t j = 0; j < (*counts)[i]; ++j, ++next) {
        report.dualTrace[i].push_back({(*points)[2 * next], (*points)[2 * next + 1]});
        if (!costs.empty()) report.dualTrace[i].back().cost = costs[next];
      }
    }
  }
  if (arrays.has("training.loss")) {
    Result<std::vector<double>> loss = realsOf(arrays, "training.loss", {kAny});
    if (!loss) return loss.error();
    Result<std::vector<std::int64_t>> steps = arrays.integers("training.loss_step");
    if (!steps) return steps.error();
    Result<std::vector<double>> numbers = realsOf(arrays, "training.numbers", {4});
    if (!numbers) return numbers.error();
    if (steps->size() != loss->size()) return damagedArray("training.loss_step", "has the wrong length");
    report.training.loss = *std::move(loss);
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    for (const std::int64_t step : *steps) {
      if (step < 0 || step > kMost) return damagedArray("training.loss_step", "is out of range");
      report.training.lossStep.push_back(static_cast<int>(step));
    }
    report.training.precisionScale = (*numbers)[0];
    report.training.gradientNorm = (*numbers)[1];
    report.training.weightNorm = (*numbers)[2];
    if (!((*numbers)[3] >= 0.0 && (*numbers)[3] <= static_cast<double>(kMost))) {
      return damagedArray("training.numbers", "is out of range");
    }
    report.training.steps = static_cast<int>((*numbers)[3]);
  }
  return Done{};
}

}  // namespace

Status takeSnapshot(const ArraySet& arrays, Snapshot& snapshot) {
  const Task& task = *snapshot.task;
  const std::size_t M = static_cast<std::size_t>(task.conditionCount());
  snapshot.conditions.assign(M, {});
  snapshot.report.series.assign(M, {});
  snapshot.report.dualTrace.assign(M, {});
  if (arrays.has("samples.X")) {
    const Extents shape = arrays.find("samples.X")->shape;
    if (shape.size() != 4 || shape[0] != sizeOf(M)) return damagedArray("samples.X", "has the wrong shape");
    Result<Rollouts> samples = takeRollouts(arrays, "samples", {shape[0], shape[1]}, task);
    if (!samples) return samples.error();
    const std::size_t N = static_cast<std::size_t>(shape[1]);
    for (std::size_t i = 0; i < M; ++i) {
      const auto first = samples->begin() + static_cast<std::ptrdiff_t>(i * N);
      snapshot.conditions[i].samples.assign(first, first + static_cast<std::ptrdiff_t>(N));
    }
  }
  if (Status s = takeSingle(arrays, "local", &ConditionView::local, snapshot); !s) return s;
  if (Status s = takeSingle(arrays, "global", &ConditionView::global, snapshot); !s) return s;
  if (Status s = takeControllers(arrays, snapshot); !s) return s;
  if (Status s = takeMarginals(arrays, "local_marginals", &ConditionView::localMarginals, snapshot); !s) return s;
  if (Status s = takeMarginals(arrays, "global_marginals", &ConditionView::globalMarginals, snapshot); !s) return s;
  Result<StepRecord> step = takeStep(arrays, task.conditionCount());
  if (!step) return step.error();
  snapshot.report.step = *std::move(step);
  return takeCurves(arrays, snapshot.report, task);
}

Result<std::shared_ptr<const GlobalPolicy>> takePolicy(const ArraySet& arrays, const Task& task) {
  if (!arrays.has("policy.parameters")) return std::shared_ptr<const GlobalPolicy>();
  NeuralPolicy::State state;
  Result<std::vector<std::int64_t>> widths = arrays.integers("policy.widths");
  if (!widths) return widths.error();
  for (const std::int64_t width : *widths) {
    if (width < 1 || width > 65536) return damagedArray("policy.widths", "is out of range");
    state.shape.widths.push_back(static_cast<int>(width));
  }
  if (widths->size() < 2 || widths->front() != task.dO || widths->back() != task.dU) {
    return damagedArray("policy.widths", "does not fit the scene");
  }
  Result<std::string> activation = arrays.text("policy.activation");
  if (!activation) return activation.error();
  if (*activation != "relu" && *activation != "tanh") return damagedArray("policy.activation", "is not known");
  state.shape.activation = *activation == "relu" ? Activation::Relu : Activation::Tanh;
  Result<std::vector<float>> parameters = arrays.floats("policy.parameters");
  if (!parameters) return parameters.error();
  state.parameters = *std::move(parameters);
  state.adamM.assign(state.parameters.size(), 0.0f);
  state.adamV.assign(state.parameters.size(), 0.0f);
  for (const auto& [name, vector] : {std::pair("policy.whitening_mean", &state.whitening.mean),
                                     std::pair("policy.whitening_scale", &state.whitening.scale)}) {
    Result<std::vector<double>> numbers = realsOf(arrays, name, {kAny});
    if (!numbers) return numbers.error();
    *vector = Eigen::Map<const Vector>(numbers->data(), static_cast<Eigen::Index>(numbers->size()));
  }
  Result<std::vector<double>> covariance = realsOf(arrays, "policy.covariance", {task.dU, task.dU});
  if (!covariance) return covariance.error();
  state.covariance = Eigen::Map<const RowMatrix>(covariance->data(), task.dU, task.dU);
  Result<std::shared_ptr<const NeuralPolicy>> policy = NeuralPolicy::restore(std::move(state));
  if (!policy) return policy.error();
  return std::shared_ptr<const GlobalPolicy>(*std::move(policy));
}

}  // namespace gps
