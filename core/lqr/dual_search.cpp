// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lqr/dual_search.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

namespace gps {

namespace {

constexpr int kBracketEvaluations = 50;
constexpr int kGradientEvaluations = 500;
constexpr int kGradientPlain = 40;     // evaluations on one side before the rate grows
constexpr int kGradientPatience = 8;  // evaluations in which the interval of a gradient search must halve
constexpr int kStepwiseEvaluations = 200;
constexpr double kLargestFactor = 10.0;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Error notConvex(int t, double etaMax) {
  char limit[40];
  std::snprintf(limit, sizeof limit, "%g", etaMax);
  return {"The Q-function is not convex in the action at step " + std::to_string(t) + ", for any eta up to " + limit +
              ".",
          "backward pass", "Raise the action cost weight, or turn on lqr.convexify."};
}

/// The two ends of the interval that holds the solution, and ln(KL/epsilon) where they were evaluated.
class Bracket {
 public:
  Bracket(double lo, double hi) : m_lo{lo}, m_hi{hi} {}

  /// An eta at which no controller exists; only a lower end, not a point of the curve.
  void raiseLow(double eta) {
    if (eta <= m_lo.eta) return;
    m_lo = {eta};
    m_side = 0;
  }
  void add(double eta, double f) {
    const int side = f < 0.0 ? 1 : -1;
    End& end = side > 0 ? m_hi : m_lo;
    End& other = side > 0 ? m_lo : m_hi;
    end = {eta, f, true};
    // Illinois: an end that stays twice weighs half, else regula falsi creeps along a convex curve.
    if (side == m_side) other.f *= 0.5;
    m_side = side;
  }
  double low() const { return m_lo.eta; }
  double high() const { return m_hi.eta; }
  bool lowKnown() const { return m_lo.known; }
  bool highKnown() const { return m_hi.known; }

  /// At most a factor 10 beyond the point just added.
  double bisection() const {
    const double middle = std::sqrt(m_lo.eta * m_hi.eta);
    return m_side > 0 ? std::max(middle, 0.1 * m_hi.eta)
                      : std::min(middle, 10.0 * m_lo.eta);
  }
  double illinois() const {
    if (!m_lo.known || !m_hi.known || !std::isfinite(m_lo.f) || !std::isfinite(m_hi.f)) return bisection();
    const double a = std::log(m_lo.eta);
    const double b = std::log(m_hi.eta);
    const double x = (a * m_hi.f - b * m_lo.f) / (m_hi.f - m_lo.f);
    return x > std::min(a, b) && x < std::max(a, b) ? std::exp(x) : std::sqrt(m_lo.eta * m_hi.eta);
  }

 private:
  struct End {
    double eta = 0.0;
    double f = 0.0;
    bool known = false;
  };
  End m_lo;
  End m_hi;
  int m_side = 0;  // end of the last evaluation: -1 lower, 1 upper, 0 none
};

/// Bookkeeping common to all solvers: one evaluation, and whether it ends the search.
class Search {
 public:
  Search(const LqrParams& params, double epsilon, const DualEvaluator& evaluate)
      : m_params(params), m_epsilon(epsilon), m_evaluate(evaluate) {}

  Result<RaisedTrial> evaluate(double eta, double ceiling) {
    Result<RaisedTrial> trial = evaluateRaised(m_params, eta, ceiling, m_evaluate);
    if (!trial) return trial;
    result.accepted = trial->point;
    result.raises += trial->raises;
    result.trace.push_back(trial->point);
    return trial;
  }
  bool done() {
    const double kl = result.accepted.kl;
    result.converged = std::abs(kl - m_epsilon) < m_params.klTol * m_epsilon;
    if (!result.converged && m_params.acceptSlack && kl <= m_epsilon && result.accepted.eta <= m_params.etaMin) {
      result.converged = result.slack = true;
    }
    result.nextEta = result.accepted.eta;
    return result.converged;
  }

  DualSearchResult result;

 private:
  const LqrParams& m_params;
  double m_epsilon;
  const DualEvaluator& m_evaluate;
};

Result<DualSearchResult> searchBracket(const LqrParams& params, double epsilon, double eta,
                                       const DualEvaluator& evaluate, int evaluations) {
  Search search(params, epsilon, evaluate);
  Bracket bracket(params.etaMin, params.etaMax);
  for (int i = 0; i < evaluations; ++i) {
    // A raised eta may pass the upper end as long as failures are not remembered.
    const bool capped = params.raiseLoOnFailure && bracket.highKnown() && bracket.high() > eta;
    const Result<RaisedTrial> trial = search.evaluate(eta, capped ? bracket.high() : kInfinity);
    if (!trial) return trial.error();
    if (search.done()) break;
    if (params.raiseLoOnFailure && trial->raises > 0) bracket.raiseLow(trial->failedEta);
    bracket.add(trial->point.eta, std::log(trial->point.kl / epsilon));
    eta = params.dualSolver == DualSolver::Illinois ? bracket.illinois() : bracket.bisection();
    // The last decades above eta_min hold no information: either the bound is slack at eta_min, or not.
    const bool nearEnd = bracket.low() == params.etaMin && bracket.high() <= 100.0 * params.etaMin;
    if (params.acceptSlack && nearEnd && !bracket.lowKnown()) eta = params.etaMin;
    search.result.nextEta = eta;
  }
  return std::move(search.result);
}

/// Plain gradient steps at first. The slope knows no scale: far above the solution it is only -epsilon, a tiny step
/// next to eta, and below it may be any number. So the rate doubles after many steps on one side and is halved at
/// each change of side; once both sides are known a step must stay between them, and where that no longer closes in
/// the interval is halved instead.
Result<DualSearchResult> searchGradient(const LqrParams& params, double epsilon, double eta,
                                        const DualEvaluator& evaluate, int evaluations) {
  Search search(params, epsilon, evaluate);
  double low = 0.0;  // largest eta with KL above the bound; 0: none yet
  double high = kInfinity;
  double rate = params.dgdRate;
  int side = 0;
  int inARow = 0;
  double width = kInfinity;  // ln(high / low) when it was last halved
  int patience = kGradientPatience;
  for (int i = 0; i < evaluations; ++i) {
    const Result<RaisedTrial> trial = search.evaluate(eta, kInfinity);
    if (!trial) return trial.error();
    if (search.done()) break;
    const DualPoint point = trial->point;
    const int now = point.kl > epsilon ? 1 : -1;
    if (now > 0) low = std::max(low, point.eta);
    else high = std::min(high, point.eta);
    inARow = now == side ? inARow + 1 : 1;
    if (side != 0 && now != side) rate *= 0.5;
    if (inARow > kGradientPlain) rate *= 2.0;
    side = now;
    if (params.dualSolver == DualSolver::DgdLog) {
      eta = point.eta * std::clamp(std::pow(point.kl / epsilon, rate), 1.0 / kLargestFactor, kLargestFactor);
    } else {
      eta = point.eta + rate * (point.kl - epsilon);
    }
    if (low > 0.0 && high < kInfinity && low < high) {
      const double left = std::log(high / low);
      if (left <= 0.5 * width) {
        width = left;
        patience = kGradientPatience;
      }
      if (!(eta > low && eta < high) || --patience < 0) {
        eta = std::sqrt(low * high);
        patience = kGradientPatience;
      }
    }
    eta = std::clamp(eta, params.etaMin, params.etaMax);
    search.result.nextEta = eta;
  }
  return std::move(search.result);
}

double geometricMean(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

/// Towards the duals that worked last; without any, up by delta for all steps.
void retreat(std::vector<double>& eta, const std::vector<double>& good, double delta) {
  for (std::size_t t = 0; t < eta.size(); ++t) {
    eta[t] = good.empty() ? eta[t] + delta : std::sqrt(eta[t] * good[t]);
  }
}

}  // namespace

Result<RaisedTrial> evaluateRaised(const LqrParams& params, double eta, double ceiling,
                                   const DualEvaluator& evaluate) {
  RaisedTrial result;
  double delta = params.etaRaise;
  double now = eta;
  while (true) {
    const Result<DualTrial> trial = evaluate(now);
    if (!trial) return trial.error();
    if (trial->failedAt < 0) {
      result.point = {now, trial->kl, trial->cost};
      return result;
    }
    const double failed = now;
    result.failedEta = failed;
    ++result.raises;
    // A delta that rounding swallows is doubled at once.
    for (; !(now > failed); delta *= 2.0) now = eta + delta;
    if (failed < ceiling && now >= ceiling) {
      now = std::sqrt(failed * ceiling);
      if (!(now > failed)) now = ceiling;
    }
    if (now >= params.etaMax) return notConvex(trial->failedAt, params.etaMax);
  }
}

Result<DualSearchResult> searchDual(const LqrParams& params, double epsilon, double eta,
                                    const DualEvaluator& evaluate, int evaluations) {
  const double start = std::clamp(eta, params.etaMin, params.etaMax);
  switch (params.dualSolver) {
    case DualSolver::Dgd:
    case DualSolver::DgdLog:
      return searchGradient(params, epsilon, start, evaluate, evaluations > 0 ? evaluations : kGradientEvaluations);
    case DualSolver::Bracket:
    case DualSolver::Illinois:
      break;
  }
  return searchBracket(params, epsilon, start, evaluate, evaluations > 0 ? evaluations : kBracketEvaluations);
}

Result<StepwiseSearchResult> searchDualPerStep(const LqrParams& params, double epsilon, double eta, int T,
                                               const StepwiseEvaluator& evaluate) {
  StepwiseSearchResult result;
  std::vector<double> now(static_cast<std::size_t>(T), std::clamp(eta, params.etaMin, params.etaMax));
  std::vector<double> good;
  double delta = params.etaRaise;
  int failedAt = 0;
  for (int i = 0; i < kStepwiseEvaluations; ++i) {
    const Result<StepwiseTrial> trial = evaluate(now);
    if (!trial) return trial.error();
    if (trial->failedAt >= 0) {
      failedAt = trial->failedAt;
      ++result.raises;
      if (good.empty() && now.front() + delta >= params.etaMax) break;  // all steps still share one eta
      retreat(now, good, delta);
      delta *= 2.0;
      continue;
    }
    delta = params.etaRaise;
    good = now;
    result.eta = now;
    result.trace.push_back({geometricMean(now), trial->kl.sum()});
    result.converged = result.slack = true;
    for (std::size_t t = 0; t < now.size(); ++t) {
      const double ratio = trial->kl(static_cast<Eigen::Index>(t)) / epsilon;
      const bool atEnd = now[t] <= params.etaMin && ratio <= 1.0;
      if (!atEnd) result.slack = false;
      if (!atEnd && !(std::abs(ratio - 1.0) < params.klTol)) result.converged = false;
      now[t] = std::clamp(now[t] * std::clamp(std::sqrt(ratio), 1.0 / kLargestFactor, kLargestFactor),
                          params.etaMin, params.etaMax);
    }
    if (result.converged) break;
  }
  if (result.eta.empty()) return notConvex(failedAt, params.etaMax);
  return result;
}

}  // namespace gps
