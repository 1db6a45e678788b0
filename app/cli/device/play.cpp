// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/play.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/cli/device/arm_training.h"
#include "app/cli/exit_code.h"
#include "core/base/printable.h"
#include "core/session/session_file.h"

namespace gps::cli {

namespace {

/// What acts, from a session. The owners of what `actor` points to are kept beside it.
struct Recorded {
  SessionRun run{};
  int iteration = 0;
  int condition = 0;
  std::shared_ptr<const Task> task{};
  std::shared_ptr<const Snapshot> snapshot{};
  std::shared_ptr<const GlobalPolicy> policy{};
  CostPerCondition costs{};
  bool clipMean = false;
  Actor actor{};
};

Result<Recorded> read(const DeviceOptions& options) {
  const Result<SessionFile> session = SessionFile::open(options.session);
  if (!session) return session.error();
  Recorded recorded;
  Result<SessionRun> run = session->run(options.sessionRun);
  if (!run) return run.error();
  recorded.run = *std::move(run);
  recorded.iteration = options.iteration.value_or(recorded.run.iterations);
  Result<std::shared_ptr<const Task>> task = session->task(recorded.run);
  if (!task) return task.error();
  recorded.task = *std::move(task);
  if (!options.condition.empty()) {
    const std::vector<std::string>& names = recorded.task->conditions;
    const auto found = std::find(names.begin(), names.end(), options.condition);
    if (found == names.end()) {
      std::string known;
      for (const std::string& name : names) known += (known.empty() ? "" : ", ") + printable(name);
      return Error{"The scene has no condition " + printable(options.condition) + ".", "--condition", "Use one of " + known + "."};
    }
    recorded.condition = static_cast<int>(found - names.begin());
  }
  const Result<Parameters> parameters = session->parameters(recorded.run, *recorded.task, recorded.iteration);
  if (!parameters) return parameters.error();
  recorded.clipMean = parameters->noise.clipMean;
  Result<CostPerCondition> costs = costWith(*recorded.task->scene, parameters->cost.terms);
  if (!costs) return costs.error();
  recorded.costs = *std::move(costs);
  Result<std::shared_ptr<const Snapshot>> snapshot = session->snapshot(recorded.run, recorded.task, recorded.iteration);
  if (!snapshot) return snapshot.error();
  recorded.snapshot = *std::move(snapshot);
  Result<std::shared_ptr<const GlobalPolicy>> policy = session->policy(recorded.run, *recorded.task, recorded.iteration);
  if (!policy) return policy.error();
  recorded.policy = *std::move(policy);
  if (recorded.policy && !options.local) {
    recorded.actor.policy = recorded.policy.get();
  } else {
    recorded.actor.controller = recorded.snapshot->conditions[static_cast<std::size_t>(recorded.condition)].controller.get();
    if (!recorded.actor.controller) {
      return Error{"The session has no controller of this iteration.", options.session, "Choose another iteration."};
    }
  }
  return recorded;
}

/// Root mean square difference of two rollouts' joint angles [rad]: the entries of the state that sense them.
double angleError(const Task& task, const Trajectory& a, const Trajectory& b) {
  double sum = 0.0;
  int count = 0;
  for (const std::string& id : task.scene->state) {
    const Sensor& sensor = *task.scene->sensor(id);
    if (sensor.type != Sensor::Type::JointAngle) continue;
    const int first = *task.scene->stateOffset(id);
    sum += (a.X.middleCols(first, sensor.size()) - b.X.middleCols(first, sensor.size())).squaredNorm();
    count += sensor.size() * static_cast<int>(a.X.rows());
  }
  return count > 0 ? std::sqrt(sum / count) : std::nan("");
}

}  // namespace

int playDevice(const DeviceOptions& options) {
  const auto refuse = [](const Error& error, int code) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    return code;
  };
  const Result<Recorded> found = read(options);
  if (!found) return refuse(found.error(), kBadInput);
  const Recorded& recorded = *found;
  const Result<ArmConfig> config = armForTask(options, *recorded.task);
  if (!config) return refuse(config.error(), kBadInput);
  Result<std::unique_ptr<ArmTraining>> arm = ArmTraining::start(options, *config, recorded.task);
  if (!arm) return refuse(arm.error(), kBadInput);

  RolloutRequest request;
  request.condition = recorded.condition;
  request.actor = recorded.actor;
  request.clipMean = recorded.clipMean;
  if (Status tried = (*arm)->tryCarefully(request, options); !tried) return refuse(tried.error(), kRunFailed);
  RolloutRequest simulated = request;
  simulated.task = recorded.task.get();
  const Result<Rollout> ghost = runRollout(simulated, nullptr);
  if (!ghost) return refuse(ghost.error(), kRunFailed);
  const Cost& cost = recorded.costs.of(recorded.condition);
  const SuccessTest* const success = recorded.task->successOf(recorded.condition);
  const auto row = [&](const char* name, const Trajectory& trajectory) {
    std::printf("%-12s %10.4g %8s %10.4g %12.4g %8.0f\n", name, cost.along(trajectory).sum(),
                success ? (success->passed(trajectory) ? "yes" : "no") : "-", success ? success->distance(trajectory) : std::nan(""),
                angleError(*recorded.task, trajectory, ghost->trajectory), 100.0 * trajectory.clipFraction);
    std::fflush(stdout);
  };
  std::printf("%s after iteration %d: %s, start %s\n", printable(recorded.run.name).c_str(), recorded.iteration,
              recorded.actor.policy ? "the policy" : "the local controller",
              printable(recorded.task->conditions[static_cast<std::size_t>(recorded.condition)]).c_str());
  std::printf("%-12s %10s %8s %10s %12s %8s\n", "rollout", "cost", "success", "distance", "angle error", "cut [%]");
  row("simulation", ghost->trajectory);
  int code = kDone;
  request.task = (*arm)->task().get();
  for (int i = 1; i <= options.rollouts; ++i) {
    const Result<Rollout> rollout = runRollout(request, nullptr);
    if (!rollout) {
      code = refuse(rollout.error(), kRunFailed);
      break;
    }
    row(("arm " + std::to_string(i)).c_str(), rollout->trajectory);
  }
  const std::string summary = (*arm)->summary();
  (*arm).reset();  // torque off before anything else
  std::fprintf(stderr, "%s Its torque is off. The angle error is the root mean square difference to the simulation, in rad.\n",
               summary.c_str());
  return code;
}

}  // namespace gps::cli
