// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/algorithms.h"
#include "core/base/nearest_name.h"
#include "core/scene/json_text.h"

namespace gps {

namespace {

const std::array<AlgorithmEntry, 5> kAlgorithms{{
    {"mdgps", "MDGPS", "Mirror-descent GPS: controllers improve within a KL ball around the policy, which then "
                       "imitates them.",
     kUsedByMdgps, true, &makeMdgps, [](Parameters& p) { p.step.rule = StepRule::Global; }},
    {"badmm", "BADMM", "GPS by Bregman ADMM: penalties and multipliers pull controllers and policy together.",
     kUsedByBadmm, true, &makeBadmm,
     [](Parameters& p) {
       p.lqr.stepMin = 0.01;
       p.lqr.stepMax = 3.0;
     }},
    {"trajopt", "Trajectory optimisation", "Local controllers only, without a global policy.", kUsedByTrajopt, false,
     &makeTrajopt, [](Parameters&) {}},
    {"ilqr", "iLQR", "Iterative LQR on the simulator's own derivatives: nothing is fitted, no policy is learned.",
     kUsedByIlqr, false, &makeIlqr, [](Parameters&) {}},
    {"gps_ilqr", "GPS-iLQR",
     "Local controllers by a dual descent on the weight of the old controller, with a fixed KL bound and no policy.",
     kUsedByGpsIlqr, false, &makeGpsIlqr, [](Parameters& p) { p.lqr.dualSolver = DualSolver::Dgd; }},
}};

}  // namespace

std::span<const AlgorithmEntry> algorithmRegistry() {
  return kAlgorithms;
}

Result<const AlgorithmEntry*> findAlgorithm(std::string_view id) {
  std::string known;
  for (const AlgorithmEntry& entry : kAlgorithms) {
    if (entry.id == id) return &entry;
    known += (known.empty() ? "" : ", ") + std::string(entry.id);
  }
  return Error{"There is no algorithm \"" + std::string(id) + "\".", "--algorithm", "Use one of " + known + "."};
}

Result<Parameters> parametersFor(const Task& task, std::string_view algorithm) {
  Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  if (!entry) return entry.error();
  Parameters parameters;
  parameters.cost.terms = task.costTerms;
  (*entry)->defaults(parameters);
  if (!task.scene) return parameters;
  for (const auto& [group, suggestions] : task.scene->suggested) {
    if (group == "all" || findAlgorithm(group)) continue;
    std::vector<std::string> known{"all"};
    for (const AlgorithmEntry& each : kAlgorithms) known.emplace_back(each.id);
    return Error{"There is no algorithm " + quotedText(group) + " to suggest parameters for.",
                 task.name + ", /suggested/" + pointerToken(group),
                 "The nearest known key is " + nearestName(group, known) + "."};
  }
  for (const std::string& group : {std::string("all"), std::string(algorithm)}) {
    const auto suggestions = task.scene->suggested.find(group);
    if (suggestions == task.scene->suggested.end()) continue;
    for (const auto& [key, value] : suggestions->second) {
      if (Status s = setParameter(parameters, key, value); !s) {
        Error error = s.error();
        error.where = task.name + ", /suggested/" + group + "/" + key;
        return error;
      }
    }
  }
  if (!task.scene->initialController.kind.empty()) {
    if (Status s = setParameter(parameters, "init.kind", task.scene->initialController.kind); !s) return s.error();
  }
  return parameters;
}

}  // namespace gps
