// SPDX-License-Identifier: GPL-3.0-or-later
// reference_vectors DIR: checks every vector file of a directory against the production functions.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/case_check.h"

namespace {

using gps::reference::CaseCheck;
using gps::reference::Checker;
using gps::reference::Json;

/// A kind of vector file: known by the start of its name or by the title it carries in `function`.
struct Kind {
  std::string_view stem;
  std::string_view title;
  Checker checker;  ///< null: listed, not checked
  std::string_view remark = {};
};

constexpr Kind kKinds[] = {
    {"lin_gauss_forward",
     "forward pass of a time-varying linear-Gaussian controller through time-varying linear-Gaussian dynamics",
     gps::reference::checkLinGaussForward},
    {"lqr_backward",
     "LQR backward pass for a given multiplier eta (single multiplier for the whole trajectory)",
     gps::reference::checkLqrBackward},
    {"kl_update",
     "KL-constrained controller update: search of the dual variable eta around the LQR backward pass",
     gps::reference::checkKlUpdate},
    {"traj_kl",
     "KL divergence between two linear-Gaussian controllers, averaged over a state(-action) distribution",
     gps::reference::checkTrajKl},
    {"step_adjust",
     "expected (Laplace) cost estimates and step-size adjustment for trajectory optimisation, MDGPS (step_rule "
     "laplace and mc) and BADMM",
     gps::reference::checkStepAdjust},
    {"augmented_costs", "surrogate costs handed to the LQR backward pass", gps::reference::checkAugmentedCosts},
    {"dynamics_fit",
     "linear-Gaussian dynamics fit: plain regression, fixed normal-inverse-Wishart prior, GMM prior with given "
     "mixture; initial-state statistics",
     gps::reference::checkDynamicsFit},
    {"gmm_em", "Gaussian mixture: EM from a given initial assignment or given parameters; mixture query",
     gps::reference::checkGmmEm},
    {"dynamics_prior_sequence",
     "data window, number of clusters and warm starts of the dynamics GMM prior over four successive updates",
     gps::reference::checkDynamicsPriorSequence},
    {"policy_fit", "time-varying linearisation of the global policy around samples",
     gps::reference::checkPolicyFit},
    {"badmm_dual",
     "BADMM multiplier update, weight (pol_wt) schedules and Monte-Carlo policy/controller KL",
     gps::reference::checkBadmmDual},
    {"badmm_schedules", "log-linear interpolation of lg_step and entropy-regularisation schedules",
     gps::reference::checkBadmmSchedules},
    {"policy_targets", "supervised-learning data handed to the policy optimiser",
     gps::reference::checkPolicyTargets},
    {"policy_prepare", "weight normalisation, whitening, mini-batches and variance of the policy optimiser",
     gps::reference::checkPolicyPrepare},
    {"cost_functions",
     "action, state and end-effector costs with derivatives; cost sums; quadratic expansion averaged over samples",
     gps::reference::checkCostFunctions},
    {"init_controllers", "initial controllers", gps::reference::checkInitControllers},
    {"noise", "exploration noise", gps::reference::checkNoise},
    {"iteration_sequence",
     "complete iterations of trajectory optimisation, MDGPS and BADMM on given samples",
     gps::reference::checkIterationSequence},
    {"box2d_rollouts",
     "open-loop rollouts of the two Box2D worlds (pybox2d 2.3.10 = Box2D 2.3.0, single precision)",
     gps::reference::checkBox2dRollouts},
    {"policy_net", "policy network forward, precision-weighted loss, gradient and Adam steps",
     gps::reference::checkPolicyNet},
    {"dynamixel_vectors", "", nullptr, "skipped: serial frames, not checked by this tool"},
    {"feetech_vectors", "", nullptr, "skipped: serial frames, not checked by this tool"},
    {"tasks", "", nullptr, "no cases: parameters of the tasks"},
};

/// The kind whose stem is the longest that starts the file's name, else the one with the file's title.
const Kind* kindOf(const std::string& stem, const std::string& title) {
  const Kind* best = nullptr;
  for (const Kind& kind : kKinds) {
    if (stem.starts_with(kind.stem) && (best == nullptr || kind.stem.size() > best->stem.size())) best = &kind;
  }
  if (best != nullptr || title.empty()) return best;
  const auto* const same = std::find_if(std::begin(kKinds), std::end(kKinds),
                                        [&](const Kind& kind) { return kind.title == title; });
  return same == std::end(kKinds) ? nullptr : same;
}

struct Tally {
  int files = 0;
  int cases = 0;
  int failed = 0;
  int notComparable = 0;
  double worst = 0.0;
  std::string worstAt;  ///< "case/output"
  std::vector<std::string> details;
};

/// What became of one case.
struct Outcome {
  std::vector<std::string> failures;
  std::string notComparable;
  double deviation = 0.0;
  std::string worst;
};

Outcome failure(const std::string& why) {
  return {{why}, "", std::numeric_limits<double>::infinity(), why};
}

Outcome check(const Json& testCase, const Json& tolerance, Checker checker) {
  try {
    for (const char* key : {"inputs", "outputs"}) {
      if (!testCase.is_object() || !testCase.contains(key) || !testCase.at(key).is_object()) {
        return failure(std::string("the case has no object \"") + key + "\"");
      }
    }
    CaseCheck check(testCase, tolerance);
    try {
      checker(check);
    } catch (const std::exception& e) {
      check.fail(e.what());
    }
    if (!check.failed() && check.notComparableReason().empty()) {
      for (const std::string& key : check.unchecked()) check.fail("the output \"" + key + "\" was not compared");
    }
    return {check.failures(), check.failed() ? "" : check.notComparableReason(), check.deviation(), check.worst()};
  } catch (const std::exception& e) {
    return failure(e.what());
  }
}

/// One line. The number is text: JSON has no infinity.
std::string packed(const Outcome& outcome) {
  char deviation[40];
  std::snprintf(deviation, sizeof deviation, "%a", outcome.deviation);
  return Json({outcome.failures, outcome.notComparable, deviation, outcome.worst})
             .dump(-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

Outcome unpacked(const std::string& line) {
  const Json j = Json::parse(line);
  return {j.at(0).get<std::vector<std::string>>(), j.at(1).get<std::string>(),
          std::strtod(j.at(2).get<std::string>().c_str(), nullptr), j.at(3).get<std::string>()};
}

/// Checks the cases from `first` on in a process of their own and returns the outcomes up to the end or to the
/// case that crashed: production functions abort when a malformed case breaks their contract, and that must
/// cost one case, not the run.
std::vector<Outcome> checkIsolated(const Json& cases, std::size_t first, const Json& tolerance, Checker checker) {
  int ends[2];
  std::fflush(nullptr);
  if (pipe(ends) != 0) return {failure("no pipe could be opened")};
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return {failure("no process could be started")};
  }
  if (child == 0) {
    close(ends[0]);
    std::FILE* const out = fdopen(ends[1], "w");
    for (std::size_t i = first; i < cases.size(); ++i) {
      std::fputs(packed(check(cases[i], tolerance, checker)).c_str(), out);
      std::fflush(out);
    }
    _exit(0);
  }
  close(ends[1]);
  std::vector<Outcome> outcomes;
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      outcomes.push_back(unpacked(text.substr(0, end)));
    }
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (first + outcomes.size() < cases.size()) {
    outcomes.push_back(failure(WIFSIGNALED(status) ? "the check crashed with signal " +
                                                         std::to_string(WTERMSIG(status)) +
                                                         "; are the inputs of one shape?"
                                                   : "the check ended without a result"));
  }
  return outcomes;
}

void count(const Json& testCase, const Outcome& outcome, Tally& tally) {
  const bool named = testCase.is_object() && testCase.contains("name") && testCase.at("name").is_string();
  const std::string name =
      named ? testCase.at("name").get<std::string>() : "case " + std::to_string(tally.cases);
  ++tally.cases;
  if (!outcome.notComparable.empty()) {
    ++tally.notComparable;
    tally.details.push_back("  " + name + ": not comparable, " + outcome.notComparable);
    return;
  }
  if (tally.worstAt.empty() || outcome.deviation > tally.worst) {
    tally.worst = std::max(outcome.deviation, tally.worst);
    tally.worstAt = name + "/" + outcome.worst;
  }
  if (outcome.failures.empty()) return;
  ++tally.failed;
  for (const std::string& why : outcome.failures) tally.details.push_back("  " + name + ": " + why);
}

std::optional<std::string> checkFile(const std::filesystem::path& path, Tally& total) {
  std::ifstream stream(path);
  if (!stream) return "cannot be read";
  Json file;
  try {
    file = Json::parse(stream);
  } catch (const std::exception& e) {
    return std::string("is not valid JSON: ") + e.what();
  }
  const std::string name = path.filename().string();
  const bool titled = file.is_object() && file.contains("function") && file.at("function").is_string();
  const Kind* kind = kindOf(path.stem().string(), titled ? file.at("function").get<std::string>() : std::string());
  if (kind != nullptr && kind->checker == nullptr) {
    std::printf("%-32s %s\n", name.c_str(), std::string(kind->remark).c_str());
    return std::nullopt;
  }
  const bool hasCases = file.is_object() && file.contains("cases");
  if (kind == nullptr) return hasCases ? "is of no known kind" : "has no \"cases\" and is of no known kind";
  if (!hasCases || !file.at("cases").is_array() || file.at("cases").empty()) {
    return "has no list \"cases\" with at least one case";
  }
  const Json tolerance = file.contains("default_tolerance") ? file.at("default_tolerance") : Json::object();
  Tally tally;
  const Json& cases = file.at("cases");
  while (static_cast<std::size_t>(tally.cases) < cases.size()) {
    const std::size_t first = static_cast<std::size_t>(tally.cases);
    for (const Outcome& outcome : checkIsolated(cases, first, tolerance, kind->checker)) {
      count(cases[static_cast<std::size_t>(tally.cases)], outcome, tally);
    }
  }
  std::printf("%-32s %3d cases, %d not comparable, %d failed, largest deviation %.3g tolerances (%s)\n", name.c_str(),
              tally.cases, tally.notComparable, tally.failed, tally.worst, tally.worstAt.c_str());
  for (const std::string& line : tally.details) std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  ++total.files;
  total.cases += tally.cases;
  total.failed += tally.failed;
  total.notComparable += tally.notComparable;
  if (total.worstAt.empty() || tally.worst > total.worst) {
    total.worst = tally.worst;
    total.worstAt = name + "/" + tally.worstAt;
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: reference_vectors DIR\n");
    return 2;
  }
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator it(argv[1], error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".json") paths.push_back(it->path());
  }
  if (error) {
    std::fprintf(stderr, "reference_vectors: %s cannot be read as a directory: %s\n", argv[1],
                 error.message().c_str());
    return 2;
  }
  if (paths.empty()) {
    std::fprintf(stderr, "reference_vectors: %s holds no .json file\n", argv[1]);
    return 2;
  }
  std::sort(paths.begin(), paths.end());
  Tally total;
  bool broken = false;
  for (const std::filesystem::path& path : paths) {
    if (const std::optional<std::string> why = checkFile(path, total)) {
      std::fflush(stdout);
      std::fprintf(stderr, "reference_vectors: %s %s\n", path.string().c_str(), why->c_str());
      broken = true;
    }
  }
  const bool comparable = total.notComparable * 5 < total.cases;
  std::printf("total: %d files, %d cases, %d not comparable, %d failed, largest deviation %.3g tolerances (%s)\n",
              total.files, total.cases, total.notComparable, total.failed, total.worst, total.worstAt.c_str());
  if (broken) return 2;
  if (total.cases == 0) {
    std::fprintf(stderr, "reference_vectors: %s holds no case\n", argv[1]);
    return 2;
  }
  if (!comparable) std::printf("too many cases are not comparable: fewer than 1 in 5 may be\n");
  return total.failed == 0 && comparable ? 0 : 1;
}
