// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/start_controllers.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/common_steps.h"
#include "core/scene/controller_tables.h"

namespace gps {
namespace {

RowMatrix rowsOf(const std::vector<std::vector<double>>& rows) {
  if (rows.empty()) return {};
  RowMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.front().size()));
  for (std::size_t t = 0; t < rows.size(); ++t) {
    matrix.row(static_cast<Eigen::Index>(t)) =
        Eigen::Map<const Eigen::RowVectorXd>(rows[t].data(), static_cast<Eigen::Index>(rows[t].size()));
  }
  return matrix;
}

/// Rows that are all alike as one.
std::vector<std::vector<double>> shortened(std::vector<std::vector<double>> rows) {
  const bool same = std::all_of(rows.begin(), rows.end(), [&rows](const auto& row) { return row == rows.front(); });
  if (same && rows.size() > 1) rows.resize(1);
  return rows;
}

}  // namespace

InitProblem initProblem(const Task& task, int condition) {
  InitProblem problem;
  problem.T = task.T;
  problem.dU = task.dU;
  problem.dt = task.dt;
  problem.x0 = task.x0[static_cast<std::size_t>(condition)];
  problem.gains = task.initGains;
  problem.acc = task.initAcc;
  problem.feedback = task.initFeedback;
  problem.offset = task.initOffset;
  if (!task.scene) return problem;
  const std::vector<ControllerTable>& tables = task.scene->initialController.tables;
  problem.tabled = !tables.empty();
  for (const ControllerTable& table : tables) {
    if (table.condition != task.conditions[static_cast<std::size_t>(condition)]) continue;
    problem.table = {rowsOf(table.K), rowsOf(table.k), rowsOf(table.sigma)};
  }
  return problem;
}

Result<std::vector<std::shared_ptr<const LinearGaussianController>>> startControllers(const Task& task,
                                                                                      const InitParams& params) {
  std::vector<std::shared_ptr<const LinearGaussianController>> controllers;
  for (int i = 0; i < task.conditionCount(); ++i) {
    Result<LinearGaussianController> controller = initialController(params, initProblem(task, i));
    if (!controller) return inCondition(controller.error(), task, i);
    controllers.push_back(std::make_shared<const LinearGaussianController>(*std::move(controller)));
  }
  return controllers;
}

ControllerTable tableOf(const std::string& condition, const LinearGaussianController& controller) {
  ControllerTable table;
  table.condition = condition;
  for (const LinearGaussianController::Step& step : controller.steps()) {
    std::vector<double> K, k, sigma;
    for (Eigen::Index a = 0; a < step.K.rows(); ++a) {
      for (Eigen::Index i = 0; i < step.K.cols(); ++i) K.push_back(roundedGain(step.K(a, i)));
      k.push_back(roundedGain(step.k(a)));
      // The range that files may have.
      sigma.push_back(std::clamp(roundedGain(std::sqrt(step.C(a, a))), 1e-6, 1e6));
    }
    table.K.push_back(std::move(K));
    table.k.push_back(std::move(k));
    table.sigma.push_back(std::move(sigma));
  }
  table.K = shortened(std::move(table.K));
  table.k = shortened(std::move(table.k));
  table.sigma = shortened(std::move(table.sigma));
  return table;
}

}  // namespace gps
