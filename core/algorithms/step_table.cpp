// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/step_table.h"

namespace gps {

std::optional<StepDecision> decisionUnder(const StepRecord& record, int condition, StepRule rule) {
  const std::size_t index = static_cast<std::size_t>(condition);
  if (condition < 0 || index >= record.decisions.size() || index >= record.costs.size()) return std::nullopt;
  const StepDecision& made = record.decisions[index];
  // fixed has no costs of its own: it shows what the run's rule compared.
  const StepRule compared = rule == StepRule::Fixed ? record.rule : rule;
  StepDecision decision = made;
  if (compared != record.rule) {
    const std::optional<StepImprovement> improvement =
        improvementOf(compared, record.averaged ? meanCosts(record.costs) : record.costs[index]);
    if (!improvement) return std::nullopt;
    decision = adaptStep(improvement->predicted, improvement->actual, made.before, record.params);
  }
  if (rule == StepRule::Fixed) decision.stepMult = made.before;
  return decision;
}

double boundOf(const StepRecord& record, double stepMult, int T) {
  return record.params.klStep * stepMult * T;
}

}  // namespace gps
