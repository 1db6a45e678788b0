// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/policy/policy_dataset.h"
#include "tests/reference/case_check.h"

namespace gps::reference {
namespace {

std::vector<Trajectory> rolloutsOf(const Json& condition) {
  std::vector<Trajectory> rollouts;
  for (std::size_t j = 0; j < condition["X"].size(); ++j) {
    Trajectory rollout;
    rollout.X = matrixOf(condition["X"][j]);
    rollout.O = matrixOf(condition["obs"][j]);
    rollouts.push_back(std::move(rollout));
  }
  return rollouts;
}

Multipliers multipliersOf(const Json& condition) {
  Multipliers multipliers;
  multipliers.rho = vectorOf(condition["pol_wt"]);
  if (!condition.contains("lambda_k")) return multipliers;
  multipliers.lambda = vectorsOf(condition["lambda_k"]);
  multipliers.lambdaK = matricesOf(condition["lambda_K"]);
  // The reference shifts by rho C lambda where the minimiser of the S-step's objective is C lambda / rho.
  for (std::size_t t = 0; t < multipliers.lambda.size(); ++t) {
    const double rho = multipliers.rho[static_cast<Eigen::Index>(t)];
    multipliers.lambda[t] *= rho * rho;
    multipliers.lambdaK[t] *= rho * rho;
  }
  return multipliers;
}

/// Rows of the dataset as [rollout][time].
template <class RowToJson>
Json byRollout(const PolicyDataset& data, RowToJson rowToJson) {
  Json result = Json::array();
  for (int row = 0; row < data.rows(); ++row) {
    if (row % data.horizon == 0) result.push_back(Json::array());
    result.back().push_back(rowToJson(row));
  }
  return result;
}

Json rowsOf(const PolicyDataset& data, const RowMatrix& rows) {
  return byRollout(data, [&](int row) {
    const Vector numbers = rows.row(row).transpose();
    return toJson(VectorRef(numbers));
  });
}

}  // namespace

void checkPolicyTargets(CaseCheck& check) {
  const Json& conditions = check.in("conditions");
  const std::size_t M = conditions.size();
  std::vector<std::vector<Trajectory>> rollouts;
  std::vector<LinearGaussianController> controllers;
  std::vector<Multipliers> multipliers;
  for (const Json& condition : conditions) {
    rollouts.push_back(rolloutsOf(condition));
    controllers.push_back(controllerOf(condition["controller"]));
    // MDGPS has no multipliers; empty ones carry the reference's constant weight into the dataset.
    multipliers.push_back(multipliersOf(condition));
  }
  std::vector<ConditionTargets> targets;
  for (std::size_t i = 0; i < M; ++i) {
    targets.push_back(
        {.rollouts = rollouts[i], .controller = &controllers[i], .multipliers = &multipliers[i]});
  }
  const Result<PolicyDataset> data = policyTargets(targets);
  if (!data) return check.fail(data.error().text());
  check.compare("obs", rowsOf(*data, data->observations));
  check.compare("tgt_mu", rowsOf(*data, data->targets));
  check.compare("tgt_prc",
                byRollout(*data, [&](int row) { return toJson(MatrixRef(data->precisionOf(row))); }));
  check.compare("tgt_wt", byRollout(*data, [&](int row) { return Json(data->weights[row]); }));
}

}  // namespace gps::reference
