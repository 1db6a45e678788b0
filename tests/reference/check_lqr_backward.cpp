// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>
#include <string>

#include "core/lqr/c_step.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

LinearGaussianController controllerFrom(BackwardResult result) {
  if (!result.ok()) throw std::runtime_error("Q_uu is not positive definite at step " + std::to_string(result.failure.t));
  return valueOf(LinearGaussianController::make(std::move(result.steps)));
}

/// The reference divides stage t by nu_t and rescales the value function; raw units need the undivided cost.
void checkScaled(CaseCheck& check, bool badmm) {
  const LinearGaussianDynamics dynamics = noiselessDynamicsOf(check.in("Fm"), check.in("fv"));
  QuadraticCost cost = costOf(check.in("fCm"), check.in("fcv"));
  requireSameShape(dynamics, cost);
  const double eta = check.in("eta").get<double>();
  std::vector<double> nu(cost.H.size(), 1.0);
  if (badmm) {
    const Vector rho = vectorOf(check.in("pol_wt"));
    if (rho.size() != cost.horizon()) throw std::invalid_argument("pol_wt differs in length");
    for (std::size_t t = 0; t < nu.size(); ++t) {
      nu[t] = eta + rho(static_cast<Eigen::Index>(t));
      cost.H[t] *= nu[t];
      cost.g[t] *= nu[t];
    }
  }
  compareController(check, controllerFrom(backwardPass(dynamics, cost, nu)));
  check.compare("eta", eta);
}

void checkRaised(CaseCheck& check) {
  const LinearGaussianDynamics dynamics = noiselessDynamicsOf(check.in("Fm"), check.in("fv"));
  const QuadraticCost cost = costOf(check.in("Cm"), check.in("cv"));
  const LinearGaussianController previous = controllerOf(check.in("previous"));
  requireSameShape(dynamics, cost);
  requireSameShape(dynamics, previous);
  LqrParams params;
  params.etaRaise = check.in("del0").get<double>();
  DeviationSweep sweep(dynamics, cost, {.reference = &previous});
  const auto tryEta = [&](double eta) -> Result<DualTrial> {
    return DualTrial{0.0, sweep.solve(std::span(&eta, 1)).t};
  };
  const RaisedTrial trial = valueOf(evaluateRaised(params, check.in("eta").get<double>(),
                                                   std::numeric_limits<double>::infinity(), tryEta));
  compareController(check, controllerFrom(sweep.result()));
  check.compare("eta", trial.point.eta);
}

}  // namespace

void checkLqrBackward(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind == "plain" || kind == "badmm") {
    checkScaled(check, kind == "badmm");
  } else if (kind == "trajopt_augmented") {
    checkRaised(check);
  } else {
    check.fail("unknown kind \"" + kind + "\"");
  }
}

}  // namespace gps::reference
