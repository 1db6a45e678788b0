// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/step_arrays.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace gps {

namespace {

constexpr std::size_t kCosts = 8;
constexpr std::size_t kDecisions = 7;
constexpr std::size_t kNumbers = 7;

std::int64_t extent(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

Status expectShape(const ArraySet& arrays, const std::string& name, const Extents& wanted) {
  const StoredArray* array = arrays.find(name);
  if (!array) return damagedArray(name, "is missing");
  if (array->shape != wanted) return damagedArray(name, "has the shape " + extentsText(array->shape));
  return Done{};
}

}  // namespace

void putStep(const StepRecord& step, ArraySet& arrays) {
  if (step.costs.empty()) return;
  std::vector<double> costs, decisions;
  std::vector<std::int64_t> known;
  for (const StepCosts& each : step.costs) {
    const std::optional<double> fields[kCosts] = {each.previous,     each.promised,     each.local,
                                                  each.global,       each.plainPrevious, each.plainPromised,
                                                  each.sampledPrevious, each.sampled};
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < kCosts; ++i) {
      if (fields[i]) bits |= std::int64_t{1} << i;
      costs.push_back(fields[i].value_or(0.0));
    }
    known.push_back(bits);
  }
  for (const StepDecision& each : step.decisions) {
    decisions.insert(decisions.end(), {each.predicted, each.actual, each.rawMult, each.stepMult,
                                       each.negativePrediction ? 1.0 : 0.0, each.before, each.mult});
  }
  const double numbers[kNumbers] = {static_cast<double>(step.rule), step.averaged ? 1.0 : 0.0, step.params.klStep,
                                    step.params.stepMin,            step.params.stepMax,       step.params.stepGrowth,
                                    step.params.stepShrink};
  arrays.put("step.costs", {extent(step.costs.size()), extent(kCosts)}, std::span<const double>(costs));
  arrays.put("step.known", {extent(known.size())}, std::span<const std::int64_t>(known));
  if (!step.decisions.empty()) {
    arrays.put("step.decisions", {extent(step.decisions.size()), extent(kDecisions)}, std::span<const double>(decisions));
  }
  arrays.put("step.numbers", {extent(kNumbers)}, std::span<const double>(numbers));
}

Result<StepRecord> takeStep(const ArraySet& arrays, int conditions) {
  StepRecord step;
  if (!arrays.has("step.costs")) return step;
  const std::size_t M = static_cast<std::size_t>(conditions);
  if (Status s = expectShape(arrays, "step.costs", {extent(M), extent(kCosts)}); !s) return s.error();
  if (Status s = expectShape(arrays, "step.known", {extent(M)}); !s) return s.error();
  if (Status s = expectShape(arrays, "step.numbers", {extent(kNumbers)}); !s) return s.error();
  const Result<std::vector<double>> costs = arrays.reals("step.costs");
  if (!costs) return costs.error();
  const Result<std::vector<std::int64_t>> known = arrays.integers("step.known");
  if (!known) return known.error();
  const Result<std::vector<double>> numbers = arrays.reals("step.numbers");
  if (!numbers) return numbers.error();
  for (std::size_t i = 0; i < M; ++i) {
    const auto field = [&](std::size_t which) {
      const bool there = ((*known)[i] >> which) & 1;
      return there ? std::optional<double>((*costs)[i * kCosts + which]) : std::nullopt;
    };
    step.costs.push_back({field(0), field(1), field(2).value_or(0.0), field(3), field(4), field(5), field(6),
                          field(7).value_or(0.0)});
  }
  if (arrays.has("step.decisions")) {
    const Extents shape = arrays.find("step.decisions")->shape;
    if (shape.size() != 2 || shape[1] != extent(kDecisions) || shape[0] > extent(M)) {
      return damagedArray("step.decisions", "has the shape " + extentsText(shape));
    }
    const Result<std::vector<double>> made = arrays.reals("step.decisions");
    if (!made) return made.error();
    for (std::size_t at = 0; at + kDecisions <= made->size(); at += kDecisions) {
      const double* from = made->data() + at;
      step.decisions.push_back({from[0], from[1], from[2], from[3], from[4] != 0.0, from[5], from[6]});
    }
  }
  const double rule = (*numbers)[0];
  if (!(rule >= 0.0 && rule <= static_cast<double>(StepRule::Fixed) && rule == std::floor(rule))) {
    return damagedArray("step.numbers", "names no step rule");
  }
  // The panel computes with them.
  for (std::size_t i = 2; i < kNumbers; ++i) {
    if (!(std::isfinite((*numbers)[i]) && (*numbers)[i] > 0.0)) return damagedArray("step.numbers", "has an impossible limit");
  }
  if ((*numbers)[6] > (*numbers)[5]) return damagedArray("step.numbers", "has a shrink limit above the growth limit");
  step.rule = static_cast<StepRule>(static_cast<int>(rule));
  step.averaged = (*numbers)[1] != 0.0;
  step.params.klStep = (*numbers)[2];
  step.params.stepMin = (*numbers)[3];
  step.params.stepMax = (*numbers)[4];
  step.params.stepGrowth = (*numbers)[5];
  step.params.stepShrink = (*numbers)[6];
  return step;
}

}  // namespace gps
