// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/outcome.h"

#include "core/algorithms/algorithm.h"

namespace gps {

namespace {

/// Share of all entries of the controller's deviations whose square is at `ceiling`.
double shareAtCeiling(const RowMatrix& std, double ceiling) {
  // The clamp sets eigenvalues exactly; turned axes mix them a little.
  constexpr double kAtCeiling = 0.95;
  if (std.size() == 0) return 0.0;
  return static_cast<double>((std.array().square() >= kAtCeiling * ceiling).count()) / static_cast<double>(std.size());
}

/// How many of the conditions `holds` for.
template <class Test>
int countOf(const std::vector<int>& conditions, Test&& holds) {
  int count = 0;
  for (const int i : conditions) count += holds(i) ? 1 : 0;
  return count;
}

std::string likelyCause(const std::vector<int>& unsolved, const IterationReport& report,
                        const std::vector<ConditionView>& views, const Task& task, const Parameters& p) {
  const int all = static_cast<int>(unsolved.size());
  const MetricTable& metrics = report.metrics;
  const auto mostly = [all](int count) { return 2 * count > all; };

  const int localOnly = countOf(unsolved, [&](int i) {
    const ConditionView& view = views[static_cast<std::size_t>(i)];
    return view.global && view.local && task.successOf(i)->passed(view.local->trajectory);
  });
  if (mostly(localOnly)) {
    return "Likely the policy fit: the local controllers solve " + std::to_string(localOnly) + " of the " +
           std::to_string(all) + " starts that the policy does not. Raise pol.steps or pol.hidden.";
  }
  if (metrics.has(Metric::IlqrMu)) {
    const auto flag = [&](Metric metric) {
      return mostly(countOf(unsolved, [&](int i) { return metrics.get(metric, i) && *metrics.get(metric, i) > 0.0; }));
    };
    if (flag(Metric::IlqrConverged)) {
      return "Likely a local optimum: iLQR has converged there. Start from another controller (init.kind), or change "
             "the costs on the way to the target.";
    }
    return flag(Metric::IlqrAlpha) ? "Likely unfinished: the cost still falls. Let it go on."
                                   : "No step lowers the cost just now: the regularisation rises until one does.";
  }
  const auto stepMult = [&](int i) { return metrics.get(Metric::StepMult, i); };
  if (p.step.rule != StepRule::Fixed && smallestStep(p.lqr) < p.lqr.stepMax &&
      mostly(countOf(unsolved, [&](int i) { return stepMult(i) && *stepMult(i) <= 1.001 * smallestStep(p.lqr); }))) {
    return "Likely the models: step_mult has shrunk to its lower limit, since steps bring less than they promise. "
           "Raise run.samples, or lower lqr.kl_step.";
  }
  const double ceiling = p.lqr.covMax ? *p.lqr.covMax : task.defaultCovMax();
  if (ceiling > 0.0 && mostly(countOf(unsolved, [&](int i) {
        return shareAtCeiling(report.series[static_cast<std::size_t>(i)].std, ceiling) > 0.5;
      }))) {
    return "Likely the exploration: its variance is at the ceiling lqr.cov_max in most steps, so that the cost hardly "
           "tells actions apart there. Weigh the actions or the way to the target more, or change lqr.cov_max.";
  }
  const auto atBound = [&](int i) {
    const std::optional<double> kl = metrics.get(Metric::Kl, i), bound = metrics.get(Metric::KlBound, i);
    return kl && bound && *kl >= (1.0 - p.lqr.klTol) * *bound;
  };
  if (mostly(countOf(unsolved, atBound))) {
    const bool largest =
        mostly(countOf(unsolved, [&](int i) { return stepMult(i) && *stepMult(i) >= 0.999 * p.lqr.stepMax; }));
    return largest ? "Likely too short steps: the KL is at its bound and step_mult at its upper limit. Raise "
                     "lqr.kl_step or lqr.step_max, or let it go on."
                   : "Likely unfinished: the KL is still at its bound. Let it go on, or raise lqr.kl_step.";
  }
  return {};
}

}  // namespace

std::string solvedText(const Outcome& outcome) {
  return std::to_string(outcome.solved) + " of " + std::to_string(outcome.conditions) + " solved";
}

std::optional<Outcome> outcomeOf(const IterationReport& report, const std::vector<ConditionView>& views,
                                 const Task& task, const Parameters& parameters) {
  Outcome outcome;
  std::vector<int> unsolved;
  for (int i = 0; i < report.metrics.conditions(); ++i) {
    const std::optional<double> success = report.metrics.get(Metric::Success, i);
    if (!success || !task.successOf(i)) continue;
    ++outcome.conditions;
    if (*success > 0.0) ++outcome.solved;
    else unsolved.push_back(i);
  }
  if (outcome.conditions == 0) return std::nullopt;
  if (!unsolved.empty()) outcome.likely = likelyCause(unsolved, report, views, task, parameters);
  return outcome;
}

}  // namespace gps
