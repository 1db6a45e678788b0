// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/export_point.h"

#include <algorithm>

#include "core/session/session_fork.h"

namespace gps {

int lastIteration(const SessionRun& run) {
  return std::max(run.iterations, run.parent ? run.parentIteration : 0);
}

Result<int> chosenIteration(const SessionFile& session, const SessionRun& run, std::optional<int> wanted) {
  const int last = lastIteration(run);
  if (last == 0) {
    return Error{"Run " + run.name + " has no finished iteration.", session.file(), "Choose another run, or let it learn first."};
  }
  if (wanted && (*wanted < 1 || *wanted > last)) {
    return Error{"Run " + run.name + " has no iteration " + std::to_string(*wanted) + ".", session.file(),
                 last == 1 ? "It has iteration 1 only." : "It has the iterations 1 to " + std::to_string(last) + "."};
  }
  return wanted.value_or(last);
}

Result<ExportPoint> readExportPoint(const SessionFile& session, const std::string& runName, std::optional<int> iteration) {
  const Result<SessionRun> run = session.run(runName);
  if (!run) return run.error();
  const Result<int> chosen = chosenIteration(session, *run, iteration);
  if (!chosen) return chosen.error();
  const Result<SessionRun> owner = ownerOf(session, *run, *chosen);
  if (!owner) return owner.error();
  ExportPoint point;
  point.run = *run;
  point.iteration = *chosen;
  Result<std::shared_ptr<const Task>> task = session.task(*owner);
  if (!task) return task.error();
  point.task = *std::move(task);
  const Scene& scene = *point.task->scene;
  point.scene = scene.name;
  point.states = channelsOf(scene, scene.state);
  point.observations = channelsOf(scene, scene.observation);
  point.actions = actionChannels(scene);
  Result<std::shared_ptr<const Snapshot>> snapshot = session.snapshot(*owner, point.task, *chosen);
  if (!snapshot) return snapshot.error();
  point.snapshot = *std::move(snapshot);
  Result<std::shared_ptr<const GlobalPolicy>> policy = session.policy(*owner, *point.task, *chosen);
  if (!policy) return policy.error();
  point.policy = *std::move(policy);
  return point;
}

}  // namespace gps
