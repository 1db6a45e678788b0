// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/initial_controllers.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/math/riccati.h"

namespace gps {

namespace {

using Step = LinearGaussianController::Step;

bool readsTables(InitKind kind) {
  return kind == InitKind::Demonstration || kind == InitKind::Run || kind == InitKind::Table;
}

Status checkProblem(const InitParams& params, const InitProblem& problem) {
  const Eigen::Index dX = problem.x0.size();
  if (problem.T < 1 || problem.dU < 1 || dX < 1) {
    return Error{"An initial controller needs a horizon, actions and states, but T is " + std::to_string(problem.T) +
                     ", dU is " + std::to_string(problem.dU) + " and dX is " + std::to_string(dX) + ".",
                 "initial controller", "Use at least 1 of each."};
  }
  if (params.kind == InitKind::Feedback && (problem.feedback.rows() != problem.dU || problem.feedback.cols() != dX)) {
    return Error{"The scene gives no gains K to start from.", "init.kind",
                 "Use init.kind = lqr, pd or zero, or add initial_controller.feedback to the scene."};
  }
  if (readsTables(params.kind) && !problem.tabled) {
    return Error{"The scene holds no tables to start from.", "init.kind",
                 "Use init.kind = lqr, pd or zero, or make tables in the window, under Initial controllers."};
  }
  for (const auto& [name, rows, size] :
       {std::tuple{"K", &problem.table.K, problem.dU * dX},
        std::tuple{"k", &problem.table.k, static_cast<Eigen::Index>(problem.dU)},
        std::tuple{"sigma", &problem.table.sigma, static_cast<Eigen::Index>(problem.dU)}}) {
    if (rows->rows() == 0 || rows->cols() == size) continue;
    return Error{std::string("A row of ") + name + " has " + std::to_string(rows->cols()) + " numbers, but " +
                     std::to_string(size) + " are needed.",
                 "initial_controller.tables", "Make the table anew, for these actions and this state."};
  }
  if ((params.kind == InitKind::Lqr || params.kind == InitKind::Pd) && dX < 2 * problem.dU) {
    return Error{"The state has " + std::to_string(dX) + " entries, but " + std::to_string(problem.dU) +
                     " actions need as many positions and velocities at its head.",
                 "init.kind", "Use init.kind = zero, or add joint positions and velocities to the state."};
  }
  if (!problem.x0.allFinite()) {
    return Error{"The initial state holds a number that is not finite.", "initial controller",
                 "Check the conditions of the scene."};
  }
  if (!(params.var > 0.0)) {
    return Error{"init.var must be greater than 0, but is " + std::to_string(params.var) + ".", "init.var",
                 "Use a value between 0.0001 and 1000, for example 1."};
  }
  for (const auto& [name, value] : {std::pair{"gains", &problem.gains}, std::pair{"acc", &problem.acc},
                                    std::pair{"offset", &problem.offset}}) {
    if (value->size() != 0 && value->size() != problem.dU) {
      return Error{std::string("The guessed ") + name + " have " + std::to_string(value->size()) + " entries, but " +
                       std::to_string(problem.dU) + " are needed.",
                   "initial controller", "Give one number per action, or none."};
    }
  }
  return Done{};
}

/// Gains that pull towards x0, the same at all steps: k = -K x0.
Result<LinearGaussianController> constantController(const Matrix& K, double var, const InitProblem& problem) {
  const Step step{K, -K * problem.x0, var * Matrix::Identity(problem.dU, problem.dU)};
  return LinearGaussianController::make(std::vector<Step>(static_cast<std::size_t>(problem.T), step));
}

Matrix pdGains(const InitParams& params, const InitProblem& problem) {
  const int dU = problem.dU;
  Matrix K = Matrix::Zero(dU, problem.x0.size());
  K.leftCols(dU).diagonal().setConstant(-params.posGain);
  K.middleCols(dU, dU).diagonal().setConstant(-params.posGain * params.velMult);
  return K;
}

/// [A B] (dX x (dX + dU)) of a double integrator per action, other rows zero.
Matrix guessedModel(const InitProblem& problem) {
  const int dU = problem.dU;
  const int dX = static_cast<int>(problem.x0.size());
  const double dt = problem.dt;
  const Vector gains = problem.gains.size() == 0 ? Vector::Ones(dU) : problem.gains;
  Matrix F = Matrix::Zero(dX, dX + dU);
  F.topLeftCorner(2 * dU, 2 * dU).setIdentity();
  F.block(0, dU, dU, dU).diagonal().setConstant(dt);
  F.block(0, dX, dU, dU).diagonal() = dt * dt * gains;
  F.block(dU, dX, dU, dU).diagonal() = dt * gains;
  return F;
}

/// Maximum-entropy LQR of a double integrator per action that wants to stay at x0.
Result<LinearGaussianController> holdingController(const InitParams& params, const InitProblem& problem) {
  const int dU = problem.dU;
  const int dX = static_cast<int>(problem.x0.size());
  const int n = dX + dU;
  const double dt = problem.dt;
  const Vector acc = problem.acc.size() == 0 ? Vector::Zero(dU) : problem.acc;
  const Matrix F = guessedModel(problem);
  Vector f = Vector::Zero(dX);
  f.head(dU) = dt * dt * acc;
  f.segment(dU, dU) = dt * acc;

  Vector diagonal = Vector::Zero(n);
  diagonal.head(dU).setConstant(params.stiffness);
  diagonal.segment(dU, dU).setConstant(params.stiffness * params.stiffnessVel);
  diagonal.tail(dU).setOnes();
  Vector target = Vector::Zero(n);
  target.head(dX) = problem.x0;
  const Matrix H = (diagonal / params.var).asDiagonal();
  const Vector g = -H * target;
  const Matrix finalH = params.finalWeight * H;
  const Vector finalG = params.finalWeight * g;

  std::vector<Step> steps(static_cast<std::size_t>(problem.T));
  RiccatiRecursion recursion(dX, dU);
  for (int t = problem.T - 1; t >= 0; --t) {
    const bool last = t == problem.T - 1;
    if (recursion.step(last ? finalH : H, last ? finalG : g, F, f) != RiccatiRecursion::Outcome::Ok) {
      return Error{"The holding cost is not convex in the action at step " + std::to_string(t) + ".",
                   "initial controller",
                   "Use init.final_weight greater than 0 and finite gains, stiffness and time step."};
    }
    Step& step = steps[static_cast<std::size_t>(t)];
    step.K = recursion.K();
    step.k = recursion.k();
    step.C = recursion.scaledInverse(1.0);
  }
  return LinearGaussianController::make(std::move(steps));
}

Result<LinearGaussianController> tableController(const InitParams& params, const InitProblem& problem) {
  const InitTable& table = problem.table;
  const Eigen::Index dU = problem.dU, dX = problem.x0.size();
  const auto row = [](const RowMatrix& rows, int t) -> Vector {
    return rows.row(std::min<Eigen::Index>(t, rows.rows() - 1)).transpose();
  };
  std::vector<Step> steps(static_cast<std::size_t>(problem.T));
  for (int t = 0; t < problem.T; ++t) {
    Step& step = steps[static_cast<std::size_t>(t)];
    step.K = Matrix::Zero(dU, dX);
    if (table.K.rows() > 0) {
      const Vector gains = row(table.K, t);
      step.K = Eigen::Map<const RowMatrix>(gains.data(), dU, dX);
    }
    step.k = Vector::Zero(dU);
    if (table.k.rows() > 0) step.k = row(table.k, t);
    Vector sigma = Vector::Constant(dU, std::sqrt(params.var));
    if (table.sigma.rows() > 0) sigma = row(table.sigma, t);
    step.C = sigma.cwiseAbs2().asDiagonal();
  }
  return LinearGaussianController::make(std::move(steps));
}

}  // namespace

Result<LinearGaussianController> initialController(const InitParams& params, const InitProblem& problem) {
  if (const Status status = checkProblem(params, problem); !status) return status.error();
  switch (params.kind) {
    case InitKind::Lqr:
      return holdingController(params, problem);
    case InitKind::Pd:
      return constantController(pdGains(params, problem), params.var, problem);
    case InitKind::Feedback: {
      const Vector k = problem.offset.size() == 0 ? Vector::Zero(problem.dU) : problem.offset;
      const Step step{problem.feedback, k, params.var * Matrix::Identity(problem.dU, problem.dU)};
      return LinearGaussianController::make(std::vector<Step>(static_cast<std::size_t>(problem.T), step));
    }
    case InitKind::Demonstration:
    case InitKind::Run:
    case InitKind::Table:
      if (!problem.table.empty()) return tableController(params, problem);
      if (problem.x0.size() >= 2 * problem.dU) return holdingController(params, problem);
      break;
    case InitKind::Zero:
      break;
  }
  return constantController(Matrix::Zero(problem.dU, problem.x0.size()), params.var, problem);
}

double guessedRadius(const InitProblem& problem, const MatrixRef& K) {
  const Eigen::Index dX = problem.x0.size(), head = 2 * problem.dU;
  if (dX < head) return 0.0;
  const Matrix F = guessedModel(problem);
  const Matrix loop = F.topLeftCorner(head, head) + F.block(0, dX, head, problem.dU) * K.leftCols(head);
  return loop.allFinite() ? loop.eigenvalues().cwiseAbs().maxCoeff() : std::numeric_limits<double>::infinity();
}

}  // namespace gps
