// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/start_view.h"

#include <utility>

#include "core/algorithms/algorithm.h"

namespace gps::ui {

namespace {

/// A rollout whose state is the traced place alone, so that any task's tube can be drawn: the place need not be part
/// of its state.
std::shared_ptr<const Rollout> traced(const Task& task, const std::shared_ptr<const Rollout>& rollout) {
  if (!rollout) return nullptr;
  auto shown = std::make_shared<Rollout>();
  shown->trajectory.X = tracedPlaces(task, *rollout);
  shown->poses = rollout->poses;
  return shown;
}

std::shared_ptr<const Snapshot> snapshotOf(const Task& task, const StartPreview& preview) {
  auto view = std::make_shared<Task>(task);
  view->trace = TracePoint{};
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->run = "start";
  snapshot->task = view;
  for (const StartRollouts& start : preview.conditions) {
    ConditionView condition;
    for (const auto& sample : start.samples) condition.samples.push_back(traced(task, sample));
    condition.local = traced(task, start.mean);
    condition.controller = start.controller;
    if (!start.tube.mean.empty()) condition.localMarginals = std::make_shared<const Marginals>(start.tube);
    snapshot->conditions.push_back(std::move(condition));
  }
  return snapshot;
}

}  // namespace

Result<StartShown> startOf(std::shared_ptr<const Scene> scene, const std::string& algorithm, int samples,
                           const std::atomic<bool>* stop) {
  StartShown shown;
  Result<std::shared_ptr<const Task>> task = compileTask(std::move(scene));
  if (!task) return task.error();
  shown.task = *std::move(task);
  Result<Parameters> parameters = parametersFor(*shown.task, algorithm);
  if (!parameters) return parameters.error();
  shown.parameters = *std::move(parameters);
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  if (!entry) return entry.error();
  shown.standard.cost.terms = shown.task->costTerms;
  (*entry)->defaults(shown.standard);
  Result<StartPreview> preview = previewStart(*shown.task, shown.parameters, samples, stop);
  if (!preview) return preview.error();
  shown.preview = *std::move(preview);
  shown.snapshot = snapshotOf(*shown.task, shown.preview);
  return shown;
}

}  // namespace gps::ui
