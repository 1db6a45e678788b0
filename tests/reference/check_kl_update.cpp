// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "core/lqr/c_step.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

/// Everything a C-step points into.
struct Inputs {
  LinearGaussianDynamics dynamics;
  QuadraticCost cost;
  LinearGaussianController reference;
  LinearGaussianController policy;
  std::vector<double> rho;
  std::vector<Vector> lambda;
  std::vector<Matrix> lambdaK;
};

Inputs inputsOf(const CaseCheck& check, const std::string& kind) {
  const LinearGaussianController reference = controllerOf(check.in(kind == "mdgps" ? "policy" : "previous"));
  const Json dynamics = {{"Fm", check.in("Fm")},
                         {"fv", check.in("fv")},
                         {"dyn_covar", check.in("dyn_covar")},
                         {"x0mu", check.in("x0mu")},
                         {"x0sigma", check.in("x0sigma")}};
  Inputs inputs{dynamicsOf(dynamics),
                costOf(check.in("Cm"), check.in("cv")),
                reference,
                kind == "badmm" ? controllerOf(check.in("policy")) : reference,
                {},
                {},
                {}};
  if (kind == "badmm") {
    inputs.rho = check.in("policy").at("pol_wt").get<std::vector<double>>();
    inputs.lambda = vectorsOf(check.in("policy").at("lambda_k"));
    inputs.lambdaK = matricesOf(check.in("policy").at("lambda_K"));
    requireMultipliers(inputs.policy, inputs.rho, inputs.lambda, inputs.lambdaK);
  }
  requireSameShape(inputs.dynamics, inputs.cost);
  requireSameShape(inputs.dynamics, inputs.reference);
  requireSameShape(inputs.dynamics, inputs.policy);
  return inputs;
}

void compareSearch(CaseCheck& check, const std::vector<DualPoint>& trace, double nextEta, bool converged) {
  std::vector<double> eta, kl;
  for (const DualPoint& point : trace) {
    eta.push_back(point.eta);
    kl.push_back(point.kl);
  }
  check.compare("eta_trace", toJson(eta));
  check.compare("kl_trace", toJson(kl));
  check.compare("evaluations", static_cast<int>(trace.size()));
  check.compare("converged", converged);
  check.compare("eta", nextEta);
}

/// The reference divides by eta + rho_t + max_ent, but rescales the value function by eta + rho_t alone. In raw
/// units that is the stage cost times (eta + rho_t)/(eta + rho_t + max_ent) at temperature eta + rho_t.
void checkIncompleteRescaling(CaseCheck& check, const Inputs& inputs, const CStepProblem& problem) {
  const auto solveAt = [&](double eta) {
    QuadraticCost cost = surrogateCost(inputs.cost, problem.terms, eta);
    std::vector<double> nu;
    for (std::size_t t = 0; t < cost.H.size(); ++t) {
      nu.push_back(eta + inputs.rho[t]);
      const double scale = nu[t] / problem.terms.temperature(static_cast<int>(t), eta);
      cost.H[t] *= scale;
      cost.g[t] *= scale;
    }
    return backwardPass(inputs.dynamics, cost, nu);
  };
  std::vector<LinearGaussianController> last;
  const DualSearchResult found =
      valueOf(searchDual(problem.params, problem.epsilon, problem.eta, [&](double eta) -> Result<DualTrial> {
        BackwardResult result = solveAt(eta);
        if (!result.ok()) return DualTrial{0.0, result.failure.t};
        last = {valueOf(LinearGaussianController::make(std::move(result.steps)))};
        const Marginals marginals = forwardPass(last[0], inputs.dynamics);
        return DualTrial{klPerStep(last[0], inputs.reference, marginals).sum(), -1};
      }));
  compareController(check, last.at(0));
  check.compare("kl", found.accepted.kl);
  compareSearch(check, found.trace, found.nextEta, found.converged);
}

}  // namespace

void checkKlUpdate(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind != "trajopt" && kind != "mdgps" && kind != "badmm") {
    check.fail("unknown kind \"" + kind + "\"");
    return;
  }
  if (check.in("max_iterations") != 50) {
    check.notComparable("the search makes 50 evaluations");
    return;
  }
  const Inputs inputs = inputsOf(check, kind);
  CStepProblem problem;
  problem.dynamics = &inputs.dynamics;
  problem.cost = &inputs.cost;
  problem.terms = {.reference = &inputs.reference, .maxEnt = check.in("max_ent_traj").get<double>()};
  if (kind == "badmm") {
    problem.terms.policy = &inputs.policy;
    problem.terms.rho = inputs.rho;
    problem.terms.lambda = inputs.lambda;
    problem.terms.lambdaK = inputs.lambdaK;
  }
  problem.epsilon =
      check.in("kl_step").get<double>() * check.in("step_mult").get<double>() * inputs.cost.horizon();
  problem.eta = check.in("eta0").get<double>();
  problem.params.etaMin = check.in("min_eta").get<double>();
  problem.params.etaMax = check.in("max_eta").get<double>();
  problem.params.etaRaise = check.in("del0").get<double>();
  problem.params.dualSolver = DualSolver::Bracket;
  problem.params.raiseLoOnFailure = false;
  problem.params.acceptSlack = false;
  problem.params.covMin = 0.0;  // the reference limits no covariance
  check.compare("epsilon_total", problem.epsilon);

  if (kind == "badmm" && problem.terms.maxEnt != 0.0) {
    checkIncompleteRescaling(check, inputs, problem);
    return;
  }
  const CStepResult result = valueOf(cStep(problem));
  compareController(check, result.controller);
  check.compare("kl", result.kl);
  compareSearch(check, result.trace, result.nextEta, result.converged);
}

}  // namespace gps::reference
