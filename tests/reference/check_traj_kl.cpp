// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "core/lqr/c_step.h"
#include "core/math/linalg.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

Marginals marginalsOf(const CaseCheck& check, const char* mean, const char* cov,
                      const LinearGaussianController& controller) {
  Marginals marginals{vectorsOf(check.in(mean)), matricesOf(check.in(cov))};
  const std::size_t T = static_cast<std::size_t>(controller.horizon());
  const Eigen::Index n = controller.dX() + controller.dU();
  bool fits = marginals.mean.size() == T && marginals.cov.size() == T;
  for (std::size_t t = 0; fits && t < T; ++t) {
    fits = marginals.mean[t].size() == n && marginals.cov[t].rows() == n && marginals.cov[t].cols() == n;
  }
  if (!fits) throw std::invalid_argument(std::string(mean) + " or " + cov + " does not fit the controller");
  return marginals;
}

/// -ln q(u|x) - (dU/2) ln 2 pi per step as a cost.
QuadraticCost negLogCost(const LinearGaussianController& q) {
  QuadraticCost cost;
  for (int t = 0; t < q.horizon(); ++t) {
    const NegLogQuadratic quadratic = negLogLikelihood(q, t);
    cost.H.push_back(quadratic.M);
    cost.g.push_back(quadratic.v);
    const Vector& k = q.step(t).k;
    cost.c.push_back(0.5 * k.dot(q.precision(t) * k) + 0.5 * logDetFromCholesky(q.cholC(t)));
  }
  return cost;
}

/// Formula 1: E[-ln previous] - E[-ln next] under any state-action marginals.
Vector likelihoodDifference(const LinearGaussianController& next, const LinearGaussianController& previous,
                            const Marginals& marginals) {
  const Vector difference =
      expectedCost(marginals, negLogCost(previous)) - expectedCost(marginals, negLogCost(next));
  return difference.cwiseMax(0.0);
}

}  // namespace

void checkTrajKl(CaseCheck& check) {
  const LinearGaussianController next = controllerOf(check.in("new"));
  const LinearGaussianController previous = controllerOf(check.in("previous"));
  if (previous.horizon() != next.horizon() || previous.dX() != next.dX() || previous.dU() != next.dU()) {
    throw std::invalid_argument("the two controllers differ in shape");
  }
  const Marginals underNew = marginalsOf(check, "mu_new", "sigma_new", next);
  const Marginals underPrevious = marginalsOf(check, "mu_prev", "sigma_prev", next);

  const Vector kl = klPerStep(next, previous, underNew);
  check.compare("kl_alt_per_step", toJson(kl));
  check.compare("kl_alt_total", kl.sum());
  check.compare("kl_alt_under_prev_per_step", toJson(klPerStep(next, previous, underPrevious)));

  const Vector formula1 = likelihoodDifference(next, previous, underNew);
  check.compare("kl_per_step", toJson(formula1));
  check.compare("kl_total", formula1.sum());
  check.compare("kl_formula1_under_prev_per_step", toJson(likelihoodDifference(next, previous, underPrevious)));
}

}  // namespace gps::reference
