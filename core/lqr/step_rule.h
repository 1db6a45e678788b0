// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

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
                      .usedBy = kUsedByStepRule,
                      .help = "eps' = eps * predicted / (2 (predicted - actual)). classic: actual from the local "
                              "controllers' model cost. global: from the linearised policy. mc: from sampled costs. "
                              "fixed: step_mult stays. Starts as global for MDGPS, classic for the others.",
                      .choices = {"classic", "global", "mc", "fixed"}});
    visitor(self.rollback, ParamSpec{.key = "step.rollback", .label = "Roll back",
                                     .usedBy = kUsedByStepRule,
                                     .help = "Restore the best controllers and the smallest step after the model "
                                             "cost grew far beyond the best twice in a row."});
  }
};

/// The costs that the rules compare, of one condition or averaged over all. What is not known (before the second
/// iteration, without a policy) is absent.
struct StepCosts {
  std::optional<double> previous{};        ///< before the last C-step, under the models of that iteration
  std::optional<double> promised{};        ///< what that C-step promised, under the same
  double local = 0.0;                      ///< the controllers it found, under this iteration's models
  std::optional<double> global{};          ///< the linearised policy under the same
  std::optional<double> plainPrevious{};   ///< previous and promised without penalties, where those above have some
  std::optional<double> plainPromised{};
  std::optional<double> sampledPrevious{};  ///< mean over the rollouts of the last iteration
  double sampled = 0.0;                     ///< and of this one
};

/// Mean over the conditions, entry by entry; an entry that one of them lacks is absent.
StepCosts meanCosts(std::span<const StepCosts> costs);

/// Improvements that a rule compares.
struct StepImprovement {
  double predicted = 0.0;
  double actual = 0.0;
};

/// classic: previous - promised against previous - local. global: the same with the policy's costs, without penalties;
/// where there is no policy as classic. mc: actual = sampledPrevious - sampled, predicted = sampledPrevious - promised
/// (without penalties). fixed compares as classic. Nothing where a cost it needs is absent.
std::optional<StepImprovement> improvementOf(StepRule rule, const StepCosts& costs);

/// Predicted and actual improvement of the last C-step, and what the rule makes of them.
struct StepDecision {
  double predicted = 0.0;
  double actual = 0.0;
  double rawMult = 1.0;  ///< predicted / (2 max(1e-4, predicted - actual)) before the clamps
  double stepMult = 1.0;
  bool negativePrediction = false;
  double before = 1.0;  ///< step_mult until then
  double mult = 1.0;    ///< rawMult within [shrink, growth]
};

/// mult = clamp(pred / (2 max(1e-4, pred - act)), shrink, growth); step_mult = clamp(step_mult * mult, min, max). An
/// improvement that is not finite counts as the worst: mult = shrink.
StepDecision adaptStep(double predicted, double actual, double stepMult, const LqrParams& params);

}  // namespace gps
