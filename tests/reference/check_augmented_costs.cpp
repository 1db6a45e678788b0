// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "core/lqr/surrogate.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

void checkAugmentedCosts(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind != "trajopt" && kind != "mdgps" && kind != "badmm") {
    check.fail("unknown kind \"" + kind + "\"");
    return;
  }
  const QuadraticCost cost = costOf(check.in("Cm"), check.in("cv"));
  const double eta = check.in("eta").get<double>();
  const LinearGaussianController reference = controllerOf(check.in(kind == "mdgps" ? "policy" : "previous"));
  const LinearGaussianController policy = kind == "badmm" ? controllerOf(check.in("policy")) : reference;
  for (const LinearGaussianController* q : {&reference, &policy}) {
    if (q->horizon() != cost.horizon() || q->dX() + q->dU() != cost.g.front().size()) {
      throw std::invalid_argument("cost and controller differ in shape");
    }
  }
  std::vector<double> rho;
  std::vector<Vector> lambda;
  std::vector<Matrix> lambdaK;
  SurrogateTerms terms{.reference = &reference, .maxEnt = check.in("max_ent_traj").get<double>()};
  if (kind == "badmm") {
    rho = check.in("policy").at("pol_wt").get<std::vector<double>>();
    lambda = vectorsOf(check.in("policy").at("lambda_k"));
    lambdaK = matricesOf(check.in("policy").at("lambda_K"));
    requireMultipliers(policy, rho, lambda, lambdaK);
    terms.policy = &policy;
    terms.rho = rho;
    terms.lambda = lambda;
    terms.lambdaK = lambdaK;
  }
  QuadraticCost surrogate = surrogateCost(cost, terms, eta);
  // The reference divides every stage by its temperature.
  for (int t = 0; t < surrogate.horizon(); ++t) {
    surrogate.H[static_cast<std::size_t>(t)] /= terms.temperature(t, eta);
    surrogate.g[static_cast<std::size_t>(t)] /= terms.temperature(t, eta);
  }
  check.compare("fCm", toJson(surrogate.H));
  check.compare("fcv", toJson(surrogate.g));
}

}  // namespace gps::reference
