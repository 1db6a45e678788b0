// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/report.h"
#include "core/session/array_set.h"

namespace gps {

/// What the step rule was given and what it made of it, as arrays: step.costs (M x 8: the fields of StepCosts in their
/// order), step.known (M: one bit per field that was known, the first field the lowest), step.decisions (n x 7: those of
/// StepDecision) and step.numbers (rule, averaged, kl_step, step_min, step_max, step_growth, step_shrink). Nothing where
/// the rule had nothing.
void putStep(const StepRecord& step, ArraySet& arrays);

/// The same back; an empty record where there is none, as in files of earlier versions. The arrays may hold anything;
/// errors name the array. Of the limits only those above are known.
Result<StepRecord> takeStep(const ArraySet& arrays, int conditions);

}  // namespace gps
