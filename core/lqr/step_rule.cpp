// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/step_rule.h"

#include <algorithm>
#include <cmath>

namespace gps {

StepDecision adaptStep(double predicted, double actual, double stepMult, const LqrParams& params) {
  // Where the result is as good as promised or better the denominator has no size of its own.
  constexpr double kSmallestShortfall = 1e-4;
  StepDecision decision;
  decision.predicted = predicted;
  decision.actual = actual;
  decision.negativePrediction = predicted <= 0.0;
  if (!std::isfinite(predicted) || !std::isfinite(actual)) {
    // A model that overflows has lost all credit.
    decision.rawMult = 0.0;
    decision.negativePrediction = false;
    decision.stepMult = std::clamp(stepMult * params.stepShrink, smallestStep(params), params.stepMax);
    return decision;
  }
  decision.rawMult = predicted / (2.0 * std::max(kSmallestShortfall, predicted - actual));
  const double mult = std::clamp(decision.rawMult, params.stepShrink, params.stepGrowth);
  decision.stepMult = std::clamp(stepMult * mult, smallestStep(params), params.stepMax);
  return decision;
}

}  // namespace gps
