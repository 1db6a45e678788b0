// SPDX-License-Identifier: GPL-3.0-or-later
// Success rates of BADMM and four MDGPS variants over iterations, on several seeds: the table of [Montgomery16] on
// this program's 2D tasks. `paper_table --help` lists the arguments; tests/bench/paper_table runs it as a whole.

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/engine/engine_context.h"
#include "core/policy/neural_policy.h"
#include "core/policy/policy_dataset.h"
#include "core/scene/scene_reader.h"

namespace gps {
namespace {

using Json = nlohmann::ordered_json;
using Settings = std::vector<std::pair<std::string, std::string>>;

/// One line of the table: an algorithm with what distinguishes it.
struct Variant {
  std::string id;
  std::string label;
  std::string algorithm;
  Settings settings;
};

const std::vector<Variant>& variants() {
  static const std::vector<Variant> kVariants{
      {"badmm", "BADMM", "badmm", {}},
      {"off_classic", "off policy, classic", "mdgps", {{"mdgps.on_policy", "false"}, {"step.rule", "classic"}}},
      {"off_global", "off policy, global", "mdgps", {{"mdgps.on_policy", "false"}, {"step.rule", "global"}}},
      {"on_classic", "on policy, classic", "mdgps", {{"mdgps.on_policy", "true"}, {"step.rule", "classic"}}},
      {"on_global", "on policy, global", "mdgps", {{"mdgps.on_policy", "true"}, {"step.rule", "global"}}},
      {"imitation", "one-shot imitation", "trajopt", {}},
  };
  return kVariants;
}

struct Arguments {
  std::vector<std::string> tasks{"peg_insertion", "blind_peg"};
  std::vector<std::string> variants{"badmm", "off_classic", "off_global", "on_classic", "on_global"};
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  std::map<std::string, Settings> settings;  ///< per variant id; "" holds for all
  int iterations = 12;
  int workers = hardwareThreads();
  std::string json;
  std::string scenes = GPS_SCENES;
};

constexpr int kDisturbedStarts = 5;  ///< per condition

/// What the policy could do after one iteration.
struct Score {
  int iteration = 0;
  int solved = 0, trained = 0;      ///< training conditions, nominal start
  int perturbed = 0, starts = 0;    ///< training conditions, disturbed starts
  int unseen = 0, held = 0;         ///< test conditions, nominal start
  int local = 0;                    ///< training conditions, noise-free local controllers
  std::optional<double> cost{};      ///< mean over training conditions; unknown after a failure
  std::optional<double> distance{};  ///< mean final distance over training conditions
};

struct Outcome {
  std::string task, variant;
  std::uint64_t seed = 0;
  Settings settings;
  std::vector<Score> scores;
  std::string failure;
};

/// The same scene whose starts scatter: every override of a joint or moving body gets N(0, spread^2).
std::shared_ptr<const Scene> scattered(const Scene& scene, double spread) {
  auto copy = std::make_shared<Scene>(scene);
  for (Condition& condition : copy->conditions) condition.spread = spread;
  return copy;
}

/// A scene compiled three times: as it is learned, with scattered starts, and its test conditions.
struct Tasks {
  std::shared_ptr<const Task> nominal, scattered, held;

  static Result<Tasks> make(const std::string& name, const std::string& folder) {
    Result<Scene> read = findScene(name, folder);
    if (!read) return read.error();
    const auto scene = std::make_shared<const Scene>(*std::move(read));
    Tasks tasks;
    Result<std::shared_ptr<const Task>> nominal = compileTask(scene);
    if (!nominal) return nominal.error();
    tasks.nominal = *std::move(nominal);
    constexpr double kSpread = 0.01;  // rad
    Result<std::shared_ptr<const Task>> disturbed = compileTask(gps::scattered(*scene, kSpread));
    if (!disturbed) return disturbed.error();
    tasks.scattered = *std::move(disturbed);
    if (!conditionsIn(*scene, ConditionSet::Test).empty()) {
      Result<std::shared_ptr<const Task>> held = compileTask(scene, ConditionSet::Test);
      if (!held) return held.error();
      tasks.held = *std::move(held);
    }
    return tasks;
  }
};

/// Noise-free rollouts of `actor` (or one actor per condition) from `starts` starts of every condition.
struct Judged {
  int passed = 0, total = 0;
  double cost = 0.0, distance = 0.0;  ///< means
};

Result<Judged> judge(const Task& task, const std::function<Actor(int)>& actor, int starts, std::uint64_t seed,
                     RolloutPool& pool) {
  std::vector<RolloutRequest> requests;
  for (int i = 0; i < task.conditionCount(); ++i) {
    for (int j = 0; j < starts; ++j) {
      RolloutRequest request;
      request.task = &task;
      request.condition = i;
      request.actor = actor(i);
      request.keepPoses = false;
      Rng rng = makeRng(seed, Purpose::Eval, 0, i, j);
      request.startNoise.resize(task.plants->startNoiseSize(i));
      for (double& value : request.startNoise) value = rng.normal();
      requests.push_back(std::move(request));
    }
  }
  Result<std::vector<Rollout>> rollouts = pool.run(requests, nullptr);
  if (!rollouts) return rollouts.error();
  Judged judged;
  for (std::size_t k = 0; k < requests.size(); ++k) {
    const int condition = requests[k].condition;
    const Trajectory& trajectory = (*rollouts)[k].trajectory;
    const SuccessTest* success = task.successOf(condition);
    judged.passed += success && success->passed(trajectory) ? 1 : 0;
    judged.distance += success ? success->distance(trajectory) : 0.0;
    judged.cost += task.costs.of(condition).along(trajectory).sum();
    ++judged.total;
  }
  judged.cost /= std::max(1, judged.total);
  judged.distance /= std::max(1, judged.total);
  return judged;
}

Result<Score> scoreOf(const Tasks& tasks, const AlgorithmState& state, const GlobalPolicy* policy,
                      std::uint64_t seed, RolloutPool& pool) {
  Score score;
  score.iteration = state.iteration;
  const auto local = [&state](int i) {
    return Actor{.controller = state.conditions[static_cast<std::size_t>(i)].controller.get()};
  };
  Result<Judged> controllers = judge(*tasks.nominal, local, 1, seed, pool);
  if (!controllers) return controllers.error();
  score.local = controllers->passed;
  const auto global = [policy](int) { return Actor{.policy = policy}; };
  Result<Judged> nominal = judge(*tasks.nominal, global, 1, seed, pool);
  if (!nominal) return nominal.error();
  score.solved = nominal->passed;
  score.trained = nominal->total;
  score.cost = nominal->cost;
  score.distance = nominal->distance;
  Result<Judged> disturbed = judge(*tasks.scattered, global, kDisturbedStarts, seed, pool);
  if (!disturbed) return disturbed.error();
  score.perturbed = disturbed->passed;
  score.starts = disturbed->total;
  if (tasks.held) {
    Result<Judged> held = judge(*tasks.held, global, 1, seed, pool);
    if (!held) return held.error();
    score.unseen = held->passed;
    score.held = held->total;
  }
  return score;
}

EngineContext::Hooks quietHooks() {
  return {[] { return true; }, [](std::string_view) {}, [](double) {},
          [](const IterationResult&) { return true; }};
}

/// The policy that imitates finished teachers: five rollouts each, one long S-step, no adaptation of the teachers.
Result<std::shared_ptr<const GlobalPolicy>> imitate(const Task& task, const AlgorithmState& teachers,
                                                    Parameters parameters, RolloutPool& pool) {
  constexpr int kSteps = 24000;
  parameters.policy.steps = kSteps;
  const std::atomic<bool> stop{false};
  EngineContext context(task, task.costs, parameters, teachers.iteration + 1, pool, stop, quietHooks());
  std::vector<Actor> actors;
  for (const ConditionState& condition : teachers.conditions) actors.push_back({.controller = condition.controller.get()});
  Result<std::vector<std::vector<Rollout>>> drawn = context.sample(actors);
  if (!drawn) return drawn.error();
  std::vector<std::vector<Trajectory>> trajectories(drawn->size());
  std::vector<ConditionTargets> targets(drawn->size());
  for (std::size_t i = 0; i < drawn->size(); ++i) {
    for (Rollout& rollout : (*drawn)[i]) trajectories[i].push_back(std::move(rollout.trajectory));
    targets[i].rollouts = trajectories[i];
    targets[i].controller = teachers.conditions[i].controller.get();
  }
  Result<PolicyDataset> data = policyTargets(targets);
  if (!data) return data.error();
  const auto fresh = NeuralPolicy::create(task.dO, task.dU, parameters.policy,
                                          makeRng(parameters.run.seed, Purpose::NetInit));
  Result<TrainedPolicy> trained = context.trainPolicy(*fresh, *data, parameters.policy.entropyReg, 0);
  if (!trained) return trained.error();
  return trained->policy;
}

/// What a run that failed is worth from then on: nothing solved, so that a failure never flatters a share.
Score nothingSolved(const Tasks& tasks, int iteration) {
  Score score;
  score.iteration = iteration;
  score.trained = tasks.nominal->conditionCount();
  score.starts = kDisturbedStarts * score.trained;
  score.held = tasks.held ? tasks.held->conditionCount() : 0;
  return score;
}

/// Fills `scores` with one entry per iteration; on an error with those before it.
Status learn(const Tasks& tasks, const Variant& variant, const Settings& settings, std::uint64_t seed, int iterations,
             std::vector<Score>& scores) {
  Result<const AlgorithmEntry*> entry = findAlgorithm(variant.algorithm);
  if (!entry) return entry.error();
  Result<Parameters> found = parametersFor(*tasks.nominal, variant.algorithm);
  if (!found) return found.error();
  Parameters parameters = *std::move(found);
  parameters.run.seed = seed;
  parameters.run.threads = 1;
  parameters.run.iterations = iterations;
  for (const Settings& list : {variant.settings, settings}) {
    for (const auto& [key, value] : list) {
      if (Status set = setParameter(parameters, key, value); !set) return set.error();
    }
  }
  const std::unique_ptr<Algorithm> algorithm = (*entry)->make();
  RolloutPool pool(1);
  const std::atomic<bool> stop{false};
  Result<AlgorithmState> state = algorithm->start(*tasks.nominal, parameters);
  if (!state) return state.error();
  for (int k = 1; k <= iterations; ++k) {
    EngineContext context(*tasks.nominal, tasks.nominal->costs, parameters, k, pool, stop, quietHooks());
    Result<IterationResult> result = algorithm->iterate(*state, context);
    if (!result) return result.error();
    *state = std::move(result->state);
    std::shared_ptr<const GlobalPolicy> policy = state->policy;
    if (!policy) {
      if (k < iterations) continue;
      Result<std::shared_ptr<const GlobalPolicy>> imitated = imitate(*tasks.nominal, *state, parameters, pool);
      if (!imitated) return imitated.error();
      policy = *std::move(imitated);
    }
    Result<Score> score = scoreOf(tasks, *state, policy.get(), seed, pool);
    if (!score) return score.error();
    scores.push_back(*score);
  }
  return Done{};
}

std::vector<Outcome> runAll(const Arguments& arguments, const std::map<std::string, Tasks>& tasks) {
  std::vector<Outcome> outcomes;
  for (const std::string& task : arguments.tasks) {
    for (const std::string& variant : arguments.variants) {
      Settings settings;
      for (const std::string& which : {std::string(), variant}) {
        if (const auto it = arguments.settings.find(which); it != arguments.settings.end()) {
          settings.insert(settings.end(), it->second.begin(), it->second.end());
        }
      }
      for (const std::uint64_t seed : arguments.seeds) {
        outcomes.push_back({task, variant, seed, settings, {}, {}});
      }
    }
  }
  std::atomic<std::size_t> next{0};
  std::mutex print;
  const auto work = [&] {
    for (std::size_t k = next++; k < outcomes.size(); k = next++) {
      Outcome& outcome = outcomes[k];
      const auto variant = std::find_if(variants().begin(), variants().end(),
                                        [&](const Variant& v) { return v.id == outcome.variant; });
      const Tasks& compiled = tasks.at(outcome.task);
      const Status learnt =
          learn(compiled, *variant, outcome.settings, outcome.seed, arguments.iterations, outcome.scores);
      if (!learnt) {
        outcome.failure = learnt.error().text();
        const int done = outcome.scores.empty() ? 0 : outcome.scores.back().iteration;
        const bool onlyAtTheEnd = variant->algorithm == "trajopt";
        for (int i = onlyAtTheEnd ? arguments.iterations : done + 1; i <= arguments.iterations; ++i) {
          outcome.scores.push_back(nothingSolved(compiled, i));
        }
      }
      const std::lock_guard lock(print);
      std::fprintf(stderr, "%s %s seed %llu:", outcome.task.c_str(), outcome.variant.c_str(),
                   static_cast<unsigned long long>(outcome.seed));
      for (const Score& score : outcome.scores) std::fprintf(stderr, " %d", score.solved);
      if (!outcome.scores.empty()) {
        const Score& last = outcome.scores.back();
        std::fprintf(stderr, "  perturbed %d/%d, unseen %d/%d, local %d, cost %.1f", last.perturbed, last.starts,
                     last.unseen, last.held, last.local, last.cost.value_or(std::nan("")));
      }
      std::fprintf(stderr, "%s%s\n", outcome.failure.empty() ? "" : "  FAILED: ", outcome.failure.c_str());
    }
  };
  std::vector<std::jthread> workers;
  for (int i = 0; i < arguments.workers; ++i) workers.emplace_back(work);
  workers.clear();
  return outcomes;
}

/// Wilson's 95 % interval of a share.
std::array<double, 2> wilson(int passed, int total) {
  if (total == 0) return {0.0, 1.0};
  const double z = 1.959964, n = total, p = passed / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Json toJson(const std::vector<Outcome>& outcomes) {
  Json all = Json::array();
  for (const Outcome& outcome : outcomes) {
    Json entry{{"task", outcome.task}, {"variant", outcome.variant}, {"seed", outcome.seed}};
    for (const auto& [key, value] : outcome.settings) entry["settings"][key] = value;
    if (!outcome.failure.empty()) entry["failure"] = outcome.failure;
    for (const Score& s : outcome.scores) {
      entry["scores"].push_back({{"iteration", s.iteration}, {"solved", s.solved}, {"trained", s.trained},
                                 {"perturbed", s.perturbed}, {"starts", s.starts}, {"unseen", s.unseen},
                                 {"held", s.held}, {"local", s.local}});
      Json& last = entry["scores"].back();
      last["cost"] = s.cost ? Json(*s.cost) : Json();
      last["distance"] = s.distance ? Json(*s.distance) : Json();
    }
    all.push_back(std::move(entry));
  }
  return all;
}

/// One row per task and variant: share of solved conditions after iterations 3, 6, 9, 12 with its interval.
void printTable(const Arguments& arguments, const std::vector<Outcome>& outcomes) {
  std::printf("| task | variant | 3 | 6 | 9 | 12 | perturbed at 12 | unseen at 12 |\n|---|---|---|---|---|---|---|---|\n");
  for (const std::string& task : arguments.tasks) {
    for (const std::string& id : arguments.variants) {
      const auto variant =
          std::find_if(variants().begin(), variants().end(), [&](const Variant& v) { return v.id == id; });
      std::printf("| %s | %s |", task.c_str(), variant->label.c_str());
      const auto share = [&](int iteration, auto passed, auto total) {
        int p = 0, n = 0;
        for (const Outcome& outcome : outcomes) {
          if (outcome.task != task || outcome.variant != id) continue;
          for (const Score& score : outcome.scores) {
            if (score.iteration != iteration) continue;
            p += score.*passed;
            n += score.*total;
          }
        }
        if (n == 0) {
          std::printf(" - |");
          return;
        }
        const std::array<double, 2> interval = wilson(p, n);
        std::printf(" %.0f (%.0f-%.0f) |", 100.0 * p / n, 100 * interval[0], 100 * interval[1]);
      };
      for (const int iteration : {3, 6, 9, 12}) share(iteration, &Score::solved, &Score::trained);
      share(12, &Score::perturbed, &Score::starts);
      share(12, &Score::unseen, &Score::held);
      std::printf("\n");
    }
  }
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const std::size_t comma = text.find(',', from);
    parts.push_back(text.substr(from, comma - from));
    if (comma == std::string::npos) return parts;
    from = comma + 1;
  }
}

constexpr const char* kHelp =
    "paper_table [--tasks A,B] [--variants badmm,off_classic,off_global,on_classic,on_global,imitation]\n"
    "            [--seeds 1,2,3 | 1-5] [--iterations N] [--workers N] [--json OUT]\n"
    "            [--set [VARIANT:]KEY=VALUE]...\n"
    "Learns every task with every variant on every seed and prints the success rates in percent (95 % Wilson\n"
    "intervals). Runs are shared out over the workers; each has one thread, so results do not depend on N.\n";

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i], value = argv[i + 1];
    if (option == "--tasks") arguments.tasks = split(value);
    else if (option == "--variants") arguments.variants = split(value);
    else if (option == "--iterations" || option == "--workers") {
      int number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size() || number < 1) {
        std::fprintf(stderr, "%s needs a whole number from 1, but got %s.\n", option.c_str(), value.c_str());
        return std::nullopt;
      }
      (option == "--iterations" ? arguments.iterations : arguments.workers) = number;
    }
    else if (option == "--json") arguments.json = value;
    else if (option == "--seeds") {
      arguments.seeds.clear();
      for (const std::string& part : split(value)) {
        const std::size_t dash = part.find('-');
        const long first = std::atol(part.c_str());
        const long last = dash == std::string::npos ? first : std::atol(part.c_str() + dash + 1);
        for (long s = first; s <= last; ++s) arguments.seeds.push_back(static_cast<std::uint64_t>(s));
      }
    } else if (option == "--set") {
      const std::size_t colon = value.find(':'), equals = value.find('=');
      if (equals == std::string::npos) return std::nullopt;
      const bool forOne = colon != std::string::npos && colon < equals;
      const std::string variant = forOne ? value.substr(0, colon) : "";
      const std::size_t from = forOne ? colon + 1 : 0;
      arguments.settings[variant].emplace_back(value.substr(from, equals - from), value.substr(equals + 1));
    } else {
      return std::nullopt;
    }
  }
  if (argc % 2 == 0) return std::nullopt;
  std::vector<std::string> named = arguments.variants;
  for (const auto& [variant, settings] : arguments.settings) {
    if (!variant.empty()) named.push_back(variant);
  }
  for (const std::string& id : named) {
    if (std::none_of(variants().begin(), variants().end(), [&](const Variant& v) { return v.id == id; })) {
      std::fprintf(stderr, "There is no variant %s.\n", id.c_str());
      return std::nullopt;
    }
  }
  return arguments;
}

int run(int argc, char** argv) {
  const std::optional<Arguments> arguments = parse(argc, argv);
  if (!arguments) {
    std::fputs(kHelp, stderr);
    return 2;
  }
  std::map<std::string, Tasks> tasks;
  for (const std::string& name : arguments->tasks) {
    Result<Tasks> made = Tasks::make(name, arguments->scenes);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.error().text().c_str());
      return 2;
    }
    tasks.emplace(name, *std::move(made));
  }
  const std::vector<Outcome> outcomes = runAll(*arguments, tasks);
  if (!arguments->json.empty()) std::ofstream(arguments->json) << toJson(outcomes).dump(1) << '\n';
  printTable(*arguments, outcomes);
  return std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return !o.failure.empty(); }) ? 1 : 0;
}

}  // namespace
}  // namespace gps

int main(int argc, char** argv) {
  return gps::run(argc, argv);
}
