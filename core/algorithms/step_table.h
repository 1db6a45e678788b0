// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/algorithms/report.h"

namespace gps {

/// What `rule` makes of the costs of one iteration, from the same step_mult and within the same limits: the run's own
/// decision where it is the rule that ran. Nothing in the first iteration, after a rollback, for a condition that
/// there is not, and where the rule needs a cost that was not known.
std::optional<StepDecision> decisionUnder(const StepRecord& record, int condition, StepRule rule);

/// kl_step * step_mult * T: the bound on the KL that follows from a decision [nat].
double boundOf(const StepRecord& record, double stepMult, int T);

}  // namespace gps
