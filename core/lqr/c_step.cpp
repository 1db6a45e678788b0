// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/c_step.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/base/expects.h"

namespace gps {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Error notFinite(const std::string& what, int t) {
  return {what + " is not finite at step " + std::to_string(t) + ".", "backward pass",
          "Check the rollouts and costs of this condition; lower lqr.kl_step or raise dyn.reg."};
}

/// Both ends of the interface: fits and costs promise finite numbers, and the culprit has a name only here.
Status checkNumbers(const LinearGaussianDynamics& dynamics, const QuadraticCost& cost) {
  for (int t = 0; t < cost.horizon(); ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    if (!cost.H[at].allFinite() || !cost.g[at].allFinite()) return notFinite("The cost model", t);
    if (t + 1 == cost.horizon()) break;
    if (!dynamics.F[at].allFinite()) return notFinite("F of the dynamics", t);
    if (!dynamics.f[at].allFinite()) return notFinite("f of the dynamics", t);
    if (!dynamics.W[at].allFinite()) return notFinite("W of the dynamics", t);
  }
  if (!dynamics.x1.mean.allFinite() || !dynamics.x1.cov.allFinite()) return notFinite("The initial state", 0);
  return Done{};
}

Status checkProblem(const CStepProblem& problem) {
  GPS_EXPECTS(problem.dynamics != nullptr && problem.cost != nullptr && problem.terms.reference != nullptr,
              "cStep: dynamics, cost and reference are needed");
  if (!(problem.epsilon > 0.0) || !std::isfinite(problem.epsilon)) {
    return Error{"The KL budget of the C-step must be greater than 0 and finite, but is " +
                     std::to_string(problem.epsilon) + ".",
                 "C-step", "Raise lqr.kl_step or lqr.step_min."};
  }
  if (!(problem.eta > 0.0)) {
    return Error{"eta must be greater than 0, but is " + std::to_string(problem.eta) + ".", "C-step",
                 "Set lqr.eta0 to a value between 1e-8 and 1e8, for example 1."};
  }
  return checkNumbers(*problem.dynamics, *problem.cost);
}

/// What the search found, the same for all conditions.
struct Duals {
  double eta = 1.0;
  double nextEta = 1.0;
  std::vector<double> perStep;
  bool converged = false;
  bool slack = false;
  int raises = 0;
  std::vector<DualPoint> trace;
};

/// The sweeps of all conditions that share the duals.
class SharedSweeps {
 public:
  explicit SharedSweeps(std::span<const CStepProblem> problems) : m_problems(problems) {
    for (const CStepProblem& problem : problems) {
      m_sweeps.emplace_back(*problem.dynamics, *problem.cost, problem.terms);
    }
  }

  /// Mean over conditions of KL_t at the given duals, or the step that failed.
  Result<StepwiseTrial> evaluate(std::span<const double> eta) {
    if (m_problems[0].keepGoing && !m_problems[0].keepGoing()) {
      return Error{"stopped", "C-step", "The run was told to stop."};
    }
    StepwiseTrial trial;
    trial.kl.setZero(m_problems[0].cost->horizon());
    double largest = -1.0;
    for (std::size_t i = 0; i < m_sweeps.size(); ++i) {
      DeviationSweep& sweep = m_sweeps[i];
      const BackwardFailure failure = sweep.solve(eta);
      if (failure.any()) m_culprit = i;
      if (failure.any() && failure.nonFinite) return notFinite("The Q-function", failure.t);
      if (failure.any()) {
        trial.failedAt = failure.t;
        return trial;
      }
      const Vector& kl = sweep.kl(m_problems[0].params.klMarginals);
      trial.kl += kl;
      // Written so that a sum that is not a number counts as the largest.
      if (!(kl.sum() <= largest)) {
        largest = std::isfinite(kl.sum()) ? kl.sum() : kInfinity;
        m_culprit = i;
      }
    }
    trial.kl /= static_cast<double>(m_sweeps.size());
    // A closed loop that overflows has left any budget far behind.
    trial.kl = trial.kl.unaryExpr([](double kl) { return std::isfinite(kl) ? kl : kInfinity; });
    return trial;
  }

  /// Mean over conditions of the model cost of the last evaluation's controllers; nothing where it overflows.
  std::optional<double> expectedCost() const {
    double sum = 0.0;
    for (std::size_t i = 0; i < m_sweeps.size(); ++i) {
      const Result<LinearGaussianController> controller =
          LinearGaussianController::make(m_sweeps[i].result().steps);
      if (!controller) return std::nullopt;
      sum += gps::expectedCost(forwardPass(*controller, *m_problems[i].dynamics), *m_problems[i].cost).sum();
    }
    const double mean = sum / static_cast<double>(m_sweeps.size());
    return std::isfinite(mean) ? std::optional(mean) : std::nullopt;
  }

  /// The condition that failed in the last evaluation, else that with the largest KL; none before the first.
  std::optional<std::size_t> culprit() const { return m_culprit; }

  /// The controller of the last evaluation, with C limited and the KL taken after that.
  Result<CStepResult> finish(std::size_t i, const Duals& duals) {
    const CStepProblem& problem = m_problems[i];
    DeviationSweep& sweep = m_sweeps[i];
    const double ceiling = problem.covMax > 0.0 ? problem.covMax : kInfinity;
    const double floor = std::min(problem.params.covMin, ceiling);
    if (floor > 0.0 || ceiling < kInfinity) sweep.clampCovariance(floor, ceiling);
    BackwardResult solution = sweep.result();
    Result<LinearGaussianController> controller = LinearGaussianController::make(std::move(solution.steps));
    if (!controller) return controller.error();
    Marginals marginals = forwardPass(*controller, *problem.dynamics);
    for (int t = 0; t < marginals.horizon(); ++t) {
      const std::size_t at = static_cast<std::size_t>(t);
      if (!marginals.mean[at].allFinite() || !marginals.cov[at].allFinite()) {
        return notFinite("The predicted trajectory", t);
      }
    }
    CStepResult result{.controller = std::move(controller).value(), .marginals = std::move(marginals)};
    result.klPerStep = sweep.kl(problem.params.klMarginals);
    result.kl = result.klPerStep.sum();
    for (int t = 0; t < result.klPerStep.size(); ++t) {
      if (!std::isfinite(result.klPerStep(t))) return notFinite("The divergence of the new controller", t);
    }
    result.minQuu = std::move(solution.minQuu);
    result.eta = duals.eta;
    result.nextEta = duals.nextEta;
    result.etaPerStep = duals.perStep;
    result.converged = duals.converged;
    result.slack = duals.slack;
    result.raises = duals.raises;
    result.trace = duals.trace;
    return result;
  }

 private:
  std::span<const CStepProblem> m_problems;
  std::vector<DeviationSweep> m_sweeps;
  std::optional<std::size_t> m_culprit;
};

/// Four digits, independent of the locale.
std::string shortNumber(double value) {
  char buffer[32];
  const std::to_chars_result end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 4);
  return std::string(buffer, end.ptr);
}

Error klTooFar(const LqrParams& params, double kl, double epsilon, double eta) {
  std::string mend = "Lower lqr.kl_step, or raise dyn.reg or run.samples: the models are hardly determined.";
  if (params.dualSolver == DualSolver::Dgd || params.dualSolver == DualSolver::DgdLog) {
    mend = "Use lqr.dual_solver illinois, or lower lqr.dgd_rate.";
  }
  if (eta >= 0.5 * params.etaMax) mend = "Raise lqr.eta_max: the bound needs a larger eta.";
  if (params.perStep) mend = "Turn lqr.per_step off, or raise lqr.kl_step.";
  return {"The search for eta ended with KL = " + shortNumber(kl) + " nat, more than " + shortNumber(kKlTooFar) +
              " times its bound " + shortNumber(epsilon) + ", at eta = " + shortNumber(eta) + ".",
          "C-step", mend};
}

/// Runs the search chosen by the parameters; the controllers it found stay in the sweeps.
Result<Duals> searchDuals(const CStepProblem& first, SharedSweeps& sweeps) {
  if (first.params.perStep) {
    const int T = first.cost->horizon();
    Result<StepwiseSearchResult> found =
        searchDualPerStep(first.params, first.epsilon / T, first.eta, T,
                          [&](std::span<const double> eta) { return sweeps.evaluate(eta); });
    if (!found) return found.error();
    const DualPoint& last = found->trace.back();
    if (!found->converged && !found->slack && !(last.kl <= kKlTooFar * first.epsilon)) {
      return klTooFar(first.params, last.kl, first.epsilon, last.eta);
    }
    // The last evaluation may have been a failure; the sweeps must hold the accepted duals.
    if (const Result<StepwiseTrial> again = sweeps.evaluate(found->eta); !again) return again.error();
    const double mean = found->trace.back().eta;
    return Duals{mean,         mean,          std::move(found->eta),  found->converged,
                 found->slack, found->raises, std::move(found->trace)};
  }
  Result<DualSearchResult> found =
      searchDual(first.params, first.epsilon, first.eta, [&](double eta) -> Result<DualTrial> {
        const Result<StepwiseTrial> trial = sweeps.evaluate(std::span(&eta, 1));
        if (!trial) return trial.error();
        DualTrial result{trial->kl.sum(), trial->failedAt};
        if (first.traceCosts && result.failedAt < 0) result.cost = sweeps.expectedCost();
        return result;
      },
      first.evaluations);
  if (!found) return found.error();
  if (!found->converged && !found->slack && !(found->accepted.kl <= kKlTooFar * first.epsilon)) {
    return klTooFar(first.params, found->accepted.kl, first.epsilon, found->accepted.eta);
  }
  return Duals{found->accepted.eta, found->nextEta, {}, found->converged,
               found->slack,        found->raises,  std::move(found->trace)};
}

}  // namespace

Result<std::vector<CStepResult>> cStepShared(std::span<const CStepProblem> problems) {
  GPS_EXPECTS(!problems.empty(), "cStepShared: at least one problem is needed");
  const auto inCondition = [&](Error error, std::size_t i) {
    if (problems.size() == 1) return error;
    const std::string name = problems[i].name.empty() ? std::to_string(i) : problems[i].name;
    error.where = "condition " + name + (error.where.empty() ? "" : ", " + error.where);
    return error;
  };
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (const Status status = checkProblem(problems[i]); !status) return inCondition(status.error(), i);
  }
  SharedSweeps sweeps(problems);
  const Result<Duals> duals = searchDuals(problems[0], sweeps);
  if (!duals) return sweeps.culprit() ? inCondition(duals.error(), *sweeps.culprit()) : duals.error();
  std::vector<CStepResult> results;
  results.reserve(problems.size());
  for (std::size_t i = 0; i < problems.size(); ++i) {
    Result<CStepResult> result = sweeps.finish(i, *duals);
    if (!result) return inCondition(result.error(), i);
    results.push_back(std::move(result).value());
  }
  return results;
}

Result<CStepResult> cStep(const CStepProblem& problem) {
  Result<std::vector<CStepResult>> results = cStepShared(std::span(&problem, 1));
  if (!results) return results.error();
  return std::move(results->front());
}

}  // namespace gps
