// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/step_rule.h"

#include <algorithm>
#include <cmath>

namespace gps {

StepCosts meanCosts(std::span<const StepCosts> costs) {
  const double M = static_cast<double>(costs.size());
  StepCosts mean;
  const auto average = [&](std::optional<double> StepCosts::* entry) {
    double sum = 0.0;
    for (const StepCosts& each : costs) {
      if (!(each.*entry)) return;
      sum += *(each.*entry) / M;
    }
    mean.*entry = sum;
  };
  for (const auto entry : {&StepCosts::previous, &StepCosts::promised, &StepCosts::global, &StepCosts::plainPrevious,
                           &StepCosts::plainPromised, &StepCosts::sampledPrevious}) {
    average(entry);
  }
  for (const StepCosts& each : costs) {
    mean.local += each.local / M;
    mean.sampled += each.sampled / M;
  }
  return mean;
}

std::optional<StepImprovement> improvementOf(StepRule rule, const StepCosts& costs) {
  const std::optional<double> plainPromised = costs.plainPromised ? costs.plainPromised : costs.promised;
  std::optional<double> from = costs.previous;
  std::optional<double> promised = costs.promised;
  double now = costs.local;
  if (rule == StepRule::Global && costs.global) {
    if (costs.plainPrevious) from = costs.plainPrevious;
    promised = plainPromised;
    now = *costs.global;
  }
  if (rule == StepRule::Mc) {
    from = costs.sampledPrevious;
    promised = plainPromised;
    now = costs.sampled;
  }
  if (!from || !promised) return std::nullopt;
  return StepImprovement{*from - *promised, *from - now};
}

StepDecision adaptStep(double predicted, double actual, double stepMult, const LqrParams& params) {
  // Where the result is as good as promised or better the denominator has no size of its own.
  constexpr double kSmallestShortfall = 1e-4;
  StepDecision decision;
  decision.predicted = predicted;
  decision.actual = actual;
  decision.negativePrediction = predicted <= 0.0;
  decision.before = stepMult;
  if (!std::isfinite(predicted) || !std::isfinite(actual)) {
    // A model that overflows has lost all credit.
    decision.rawMult = 0.0;
    decision.mult = params.stepShrink;
    decision.negativePrediction = false;
    decision.stepMult = std::clamp(stepMult * params.stepShrink, smallestStep(params), params.stepMax);
    return decision;
  }
  decision.rawMult = predicted / (2.0 * std::max(kSmallestShortfall, predicted - actual));
  decision.mult = std::clamp(decision.rawMult, params.stepShrink, params.stepGrowth);
  decision.stepMult = std::clamp(stepMult * decision.mult, smallestStep(params), params.stepMax);
  return decision;
}

}  // namespace gps
