// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "core/lqr/badmm_dual.h"
#include "core/lqr/forward_pass.h"
#include "core/lqr/step_rule.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

/// The reference's limits of growth and shrinkage are fixed numbers.
double newStepMult(double predicted, double actual, double stepMult, const Json& limits) {
  LqrParams params;
  params.stepGrowth = 5.0;
  params.stepShrink = 0.1;
  params.stepMin = limits.at("min_step_mult").get<double>();
  params.stepMax = limits.at("max_step_mult").get<double>();
  return adaptStep(predicted, actual, stepMult, params).stepMult;
}

/// Dynamics, initial state and cost model of one iteration.
struct Model {
  LinearGaussianDynamics dynamics;
  QuadraticCost cost;

  explicit Model(const Json& j) : dynamics(dynamicsOf(j)), cost(costOf(j)) { requireSameShape(dynamics, cost); }
  Marginals marginals(const LinearGaussianController& p) const {
    requireSameShape(dynamics, p);
    return forwardPass(p, dynamics);
  }
  Vector laplace(const LinearGaussianController& p) const { return expectedCost(marginals(p), cost); }
};

void checkTable(CaseCheck& check) {
  std::vector<double> multipliers;
  for (const Json& row : check.in("rows")) {
    multipliers.push_back(newStepMult(row.at("predicted").get<double>(), row.at("actual").get<double>(),
                                      row.at("step_mult").get<double>(), row));
  }
  check.compare("new_step_mult", toJson(multipliers));
}

Json limitsIn(const CaseCheck& check) {
  return {{"min_step_mult", check.in("min_step_mult")}, {"max_step_mult", check.in("max_step_mult")}};
}

void checkTrajopt(CaseCheck& check) {
  const Model previousModel(check.in("prev_traj_info"));
  const Model currentModel(check.in("cur_traj_info"));
  const LinearGaussianController previous = controllerOf(check.in("prev_controller"));
  const LinearGaussianController current = controllerOf(check.in("cur_controller"));
  const Vector before = previousModel.laplace(previous);
  const Vector promised = previousModel.laplace(current);
  const Vector found = currentModel.laplace(current);
  check.compare("prev_laplace", toJson(before));
  check.compare("predicted_laplace", toJson(promised));
  check.compare("actual_laplace", toJson(found));
  check.compare("step_mult", newStepMult(before.sum() - promised.sum(), before.sum() - found.sum(),
                                         check.in("step_mult").get<double>(), limitsIn(check)));
}

void checkMdgps(CaseCheck& check) {
  const bool sampled = check.in("step_rule") == "mc";
  const Json& conditions = check.in("conditions");
  std::vector<double> before, promised, found;
  double predicted = 0.0;
  double actual = 0.0;
  for (const Json& condition : conditions) {
    const Model previousModel(condition.at("prev_traj_info"));
    const Model currentModel(condition.at("cur_traj_info"));
    before.push_back(previousModel.laplace(controllerOf(condition.at("prev_policy"))).sum());
    promised.push_back(previousModel.laplace(controllerOf(condition.at("prev_new_controller"))).sum());
    found.push_back(currentModel.laplace(controllerOf(condition.at("cur_policy"))).sum());
    const double sampledBefore = matrixOf(condition.at("prev_sample_costs")).rowwise().sum().mean();
    const double sampledFound = matrixOf(condition.at("cur_sample_costs")).rowwise().sum().mean();
    const double costBefore = sampled ? sampledBefore : before.back();
    const double costFound = sampled ? sampledFound : found.back();
    predicted += costBefore - promised.back();
    actual += costBefore - costFound;
  }
  predicted /= static_cast<double>(conditions.size());
  actual /= static_cast<double>(conditions.size());
  std::vector<double> multipliers;
  for (const Json& condition : conditions) {
    multipliers.push_back(newStepMult(predicted, actual, condition.at("step_mult").get<double>(), limitsIn(check)));
  }
  check.compare("prev_laplace_sum", toJson(before));
  check.compare("prev_predicted_sum", toJson(promised));
  check.compare("cur_laplace_sum", toJson(found));
  check.compare("step_mult", toJson(multipliers));
}

void checkBadmm(CaseCheck& check) {
  const Model previousModel(check.in("prev_traj_info"));
  const Model currentModel(check.in("cur_traj_info"));
  const LinearGaussianController previous = controllerOf(check.in("prev_controller"));
  const LinearGaussianController current = controllerOf(check.in("cur_controller"));
  const LinearGaussianController previousPolicy = controllerOf(check.in("prev_policy"));
  const LinearGaussianController currentPolicy = controllerOf(check.in("cur_policy"));
  const Vector rho = vectorOf(check.in("cur_policy").at("pol_wt"));
  if (rho.size() != current.horizon()) throw std::invalid_argument("pol_wt differs in length");

  const auto total = [&](const char* costKey, const char* klKey, const Model& model,
                         const LinearGaussianController& p, const LinearGaussianController& policy) {
    const Marginals marginals = model.marginals(p);
    requireSameShape(model.dynamics, policy);
    check.compare(costKey, toJson(expectedCost(marginals, model.cost)));
    // The reference's divergence ends in +dU/2 instead of -dU/2, a constant of the differences.
    const Vector shifted = klPerStep(p, policy, marginals).array() + p.dU();
    check.compare(klKey, toJson(shifted));
    return augmentedCost(marginals, model.cost, p, policy, rho);
  };
  const double before = total("prev_cost", "prev_kl", previousModel, previous, previousPolicy);
  const double promised = total("predicted_cost", "predicted_kl", previousModel, current, previousPolicy);
  const double found = total("actual_cost", "actual_kl", currentModel, current, currentPolicy);
  check.compare("step_mult", newStepMult(before - promised, before - found, check.in("step_mult").get<double>(),
                                         limitsIn(check)));
}

}  // namespace

void checkStepAdjust(CaseCheck& check) {
  if (check.hasIn("rows")) {
    checkTable(check);
    return;
  }
  const std::string kind = check.in("kind").get<std::string>();
  if (kind == "trajopt") {
    checkTrajopt(check);
  } else if (kind == "mdgps") {
    checkMdgps(check);
  } else if (kind == "badmm") {
    checkBadmm(check);
  } else {
    check.fail("unknown kind \"" + kind + "\"");
  }
}

}  // namespace gps::reference
