// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluate_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/exit_code.h"
#include "core/base/printable.h"
#include "core/rollout/rollout.h"
#include "core/session/export/export_point.h"
#include "core/session/session_file.h"
#include "core/session/session_fork.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

int refuse(const Error& error) {
  std::fprintf(stderr, "%s\n", printable(error.text()).c_str());
  return kBadInput;
}

/// Who acts in which tasks, under which costs.
struct Trial {
  std::shared_ptr<const Task> task;
  CostPerCondition costs;
  std::vector<Actor> actors;  ///< per condition
  bool test = false;
};

/// One row per condition: means over its rollouts.
Result<Json> rowsOf(const Trial& trial, std::uint64_t seed, int iteration, std::optional<int> rollouts, RolloutPool& pool) {
  const int N = rollouts.value_or(1);
  std::vector<RolloutRequest> requests;
  for (int i = 0; i < trial.task->conditionCount(); ++i) {
    for (int j = 0; j < N; ++j) {
      RolloutRequest request;
      request.task = trial.task.get();
      request.condition = i;
      request.actor = trial.actors[static_cast<std::size_t>(i)];
      request.keepPoses = false;
      if (rollouts) {
        Rng reset = makeRng(seed, Purpose::Eval, iteration, i, j);
        request.startNoise.resize(trial.task->plants->startNoiseSize(i));
        for (double& value : request.startNoise) value = reset.normal();
      }
      requests.push_back(std::move(request));
    }
  }
  const Result<std::vector<Rollout>> done = pool.run(requests, nullptr);
  if (!done) return done.error();
  Json rows = Json::array();
  std::size_t next = 0;
  for (int i = 0; i < trial.task->conditionCount(); ++i) {
    double cost = 0.0, distance = 0.0;
    int passed = 0;
    const SuccessTest* success = trial.task->successOf(i);
    for (int j = 0; j < N; ++j, ++next) {
      const Trajectory& trajectory = (*done)[next].trajectory;
      cost += trial.costs.of(i).along(trajectory).sum() / N;
      if (!success) continue;
      passed += success->passed(trajectory) ? 1 : 0;
      distance += success->distance(trajectory) / N;
    }
    rows.push_back({{"condition", trial.task->conditions[static_cast<std::size_t>(i)]},
                    {"test", trial.test},
                    {"rollouts", N},
                    {"cost", cost},
                    {"success_rate", success ? Json(static_cast<double>(passed) / N) : Json(nullptr)},
                    {"final_dist", success ? Json(distance) : Json(nullptr)}});
  }
  return rows;
}

std::string cell(const Json& value) {
  if (!value.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.get<double>());
  return text;
}

}  // namespace

int evaluate(const EvaluateOptions& options) {
  if (options.rollouts && (*options.rollouts < 1 || *options.rollouts > 100000)) {
    return refuse({"--rollouts must be between 1 and 100000, but is " + std::to_string(*options.rollouts) + ".", "--rollouts",
                   "Use for example 20."});
  }
  const Result<SessionFile> session = SessionFile::open(options.session);
  if (!session) return refuse(session.error());
  const Result<SessionRun> run = session->run(options.run);
  if (!run) return refuse(run.error());
  // A fork's iterations are also those it shares.
  const Result<int> chosen = chosenIteration(*session, *run, options.iteration);
  if (!chosen) return refuse(chosen.error());
  const int iteration = *chosen;
  const Result<SessionRun> owner = ownerOf(*session, *run, iteration);
  if (!owner) return refuse(owner.error());
  Trial training;
  Result<std::shared_ptr<const Task>> task = session->task(*run);
  if (!task) return refuse(task.error());
  training.task = *task;
  const Result<Parameters> parameters = session->parameters(*owner, **task, iteration);
  if (!parameters) return refuse(parameters.error());
  const Result<std::shared_ptr<const Snapshot>> snapshot = session->snapshot(*owner, *task, iteration);
  if (!snapshot) return refuse(snapshot.error());
  const Result<std::shared_ptr<const GlobalPolicy>> policy = session->policy(*owner, **task, iteration);
  if (!policy) return refuse(policy.error());
  Result<CostPerCondition> costs = costWith(*(*task)->scene, parameters->cost.terms);
  if (!costs) return refuse(costs.error());
  training.costs = *std::move(costs);
  for (const ConditionView& view : (*snapshot)->conditions) {
    Actor actor;
    if (*policy) actor.policy = policy->get();
    else actor.controller = view.controller.get();
    if (!actor.policy && !actor.controller) {
      return refuse({"The session has neither a policy nor controllers of this iteration.", options.session, "Use another one."});
    }
    training.actors.push_back(actor);
  }
  std::vector<Trial> trials{std::move(training)};
  if (*policy && !conditionsIn(*(*task)->scene, ConditionSet::Test).empty()) {
    Trial test;
    Result<std::shared_ptr<const Task>> tested = session->task(*run, ConditionSet::Test);
    if (!tested) return refuse(tested.error());
    test.task = *std::move(tested);
    Result<CostPerCondition> testCosts = costWith(*(*task)->scene, parameters->cost.terms, ConditionSet::Test);
    if (!testCosts) return refuse(testCosts.error());
    test.costs = *std::move(testCosts);
    test.actors.assign(static_cast<std::size_t>(test.task->conditionCount()), Actor{.policy = policy->get()});
    test.test = true;
    trials.push_back(std::move(test));
  }

  RolloutPool pool(hardwareThreads());
  Json rows = Json::array();
  for (const Trial& trial : trials) {
    const Result<Json> some = rowsOf(trial, run->seed, iteration, options.rollouts, pool);
    if (!some) {
      std::fprintf(stderr, "%s\n", printable(some.error().text()).c_str());
      return kRunFailed;
    }
    rows.insert(rows.end(), some->begin(), some->end());
  }
  if (options.json) {
    const Json told{{"run", run->name},
                    {"algorithm", run->algorithm},
                    {"iteration", iteration},
                    {"acts", *policy ? "policy" : "controllers"},
                    {"conditions", rows}};
    std::printf("%s\n", told.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
    return kDone;
  }
  std::printf("%s after iteration %d: %s, without noise\n", printable(run->name).c_str(), iteration,
              *policy ? "the policy" : "the local controllers");
  std::printf("%-16s %-8s %9s %10s %8s %10s\n", "start", "kind", "rollouts", "cost", "success", "distance");
  for (const Json& row : rows) {
    std::printf("%-16s %-8s %9d %10s %8s %10s\n", printable(row["condition"].get<std::string>()).c_str(),
                row["test"].get<bool>() ? "test" : "training", row["rollouts"].get<int>(), cell(row["cost"]).c_str(),
                cell(row["success_rate"]).c_str(), cell(row["final_dist"]).c_str());
  }
  return kDone;
}

}  // namespace gps::cli
