// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/param_spec.h"
#include "core/lqr/lqr_params.h"

namespace gps {

enum class StepRule { Classic, Global, Mc, Fixed };

/// Which costs the step-size rule compares.
struct StepParams {
  StepRule rule = StepRule::Classic;
  bool rollback = true;

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& visitor) {
    visitor(self.rule,
            ParamSpec{.key = "step.rule", .label = "Step rule", .level = Level::Basic,
                      .help = "eps' = eps * predicted / (2 (predicted - actual)). classic: actual from the local "
                              "controllers' model cost. global: from the linearised policy. mc: from sampled costs. "
                              "fixed: step_mult stays. Starts as global for MDGPS, classic for the others.",
                      .choices = {"classic", "global", "mc", "fixed"}});
    visitor(self.rollback, ParamSpec{.key = "step.rollback", .label = "Roll back",
                                     .help = "Restore the best controllers and the smallest step after the model "
                                             "cost grew far beyond the best twice in a row."});
  }
};

/// Predicted and actual improvement of the last C-step, and what the rule makes of them.
struct StepDecision {
  double predicted = 0.0;
  double actual = 0.0;
  double rawMult = 1.0;  ///< predicted / (2 max(1e-4, predicted - actual)) before the clamps
  double stepMult = 1.0;
  bool negativePrediction = false;
};

/// mult = clamp(pred / (2 max(1e-4, pred - act)), shrink, growth); step_mult = clamp(step_mult * mult, min, max). An
/// improvement that is not finite counts as the worst: mult = shrink.
StepDecision adaptStep(double predicted, double actual, double stepMult, const LqrParams& params);

}  // namespace gps
