// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/ilqr_steps.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/common_steps.h"
#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/rollout/step_derivatives.h"

namespace gps {

namespace {

constexpr double kDiverged = 1e6;

Error diverged(int t) {
  return Error{"The noise-free rollout diverges: the state leaves 1e6 at step " + std::to_string(t) + ".", "roll out",
               "Choose an initial controller that holds the plant (init.kind), lower its gains, or shorten the time "
               "step."};
}

Error stopped() {
  return Error{"stopped", "iLQR", "The run was told to stop."};
}

}  // namespace

Result<std::shared_ptr<const NominalRollout>> rollOut(const Task& task, int condition, const ActionRule& rule,
                                                      const Vector& limit) {
  const std::unique_ptr<Plant> plant = task.plants->make(condition, Vector());
  const Result<int> coordinates = task.plants->coordinateCount();
  if (!coordinates) return coordinates.error();
  auto result = std::make_shared<NominalRollout>();
  Trajectory& trajectory = result->trajectory;
  trajectory.X.resize(task.T, task.dX);
  trajectory.U.resize(task.T, task.dU);
  trajectory.O.resize(task.T, task.dO);
  result->coordinates.resize(task.T, *coordinates);
  Vector x(task.dX), o(task.dO), z(*coordinates), u(task.dU);
  for (int t = 0; t < task.T; ++t) {
    plant->state(x);
    // Written so that a number that is not finite counts as too large.
    if (!(x.cwiseAbs().maxCoeff() < kDiverged)) return diverged(t);
    plant->observation(o);
    plant->coordinates(z);
    u = rule(t, x);
    if (limit.size() > 0) u = u.cwiseMin(limit).cwiseMax(-limit);
    if (!u.allFinite() || !z.allFinite()) return diverged(t);
    trajectory.X.row(t) = x.transpose();
    trajectory.O.row(t) = o.transpose();
    trajectory.U.row(t) = u.transpose();
    result->coordinates.row(t) = z.transpose();
    if (plant->readout().touchingContacts > 0) ++result->touching;
    if (t + 1 < task.T) plant->step(u);
  }
  return std::shared_ptr<const NominalRollout>(std::move(result));
}

Status differentiate(RunContext& run, std::vector<IlqrModels>& models) {
  const Task& task = run.task();
  const IlqrParams& p = run.parameters().ilqr;
  const DifferenceOptions options{.step = p.fdStep, .smoothing = p.smoothFd};
  const int moves = task.T - 1;  // the last action moves nothing
  std::vector<StepDerivatives> found(models.size() * static_cast<std::size_t>(moves));
  Status status = run.forEach(static_cast<int>(found.size()), [&](int index) -> Status {
    const int i = index / moves, t = index % moves;
    const NominalRollout& nominal = *models[static_cast<std::size_t>(i)].nominal;
    Result<StepDerivatives> one =
        stepDerivatives(task, i, nominal.coordinates.row(t).transpose(), nominal.trajectory.U.row(t).transpose(), options,
                        run.rng(Purpose::PerturbFd, i, t));
    if (!one) {
      Error error = one.error();
      error.where += ", step " + std::to_string(t);
      return inCondition(error, task, i);
    }
    found[static_cast<std::size_t>(index)] = *std::move(one);
    return Done{};
  });
  if (!status) return status;

  const Eigen::Index dX = task.dX, n = dX + task.dU;
  for (std::size_t i = 0; i < models.size(); ++i) {
    IlqrModels& model = models[i];
    const Trajectory& nominal = model.nominal->trajectory;
    LinearGaussianDynamics& dynamics = model.dynamics;
    const std::size_t T = static_cast<std::size_t>(task.T);
    // The plant is deterministic; W keeps the covariances of the views regular.
    dynamics.W.assign(T, 1e-10 * Matrix::Identity(dX, dX));
    dynamics.F.assign(T, Matrix::Zero(dX, n));
    dynamics.f.assign(T, Vector::Zero(dX));
    dynamics.x1.mean = nominal.X.row(0).transpose();
    dynamics.x1.cov = run.parameters().dynamics.initialStateVar * Matrix::Identity(dX, dX);
    double error = 0.0, moved = 0.0;
    Vector y(n);
    for (int t = 0; t < moves; ++t) {
      const std::size_t at = static_cast<std::size_t>(t);
      StepDerivatives& one = found[i * static_cast<std::size_t>(moves) + at];
      y << nominal.X.row(t).transpose(), nominal.U.row(t).transpose();
      const Vector next = nominal.X.row(t + 1).transpose();
      dynamics.F[at] = std::move(one.F);
      dynamics.f[at] = next - dynamics.F[at] * y;
      error += (one.next - next).squaredNorm();
      moved += (next - y.head(dX)).squaredNorm();
      model.hidden = std::max(model.hidden, one.hidden);
    }
    model.gap = moved > 0.0 ? std::sqrt(error / moved) : 0.0;
  }
  return Done{};
}

Result<IlqrPass> backwardRaised(const IlqrModels& models, const Vector& limit, const IlqrParams& params,
                                Regularisation& regularisation, const std::function<bool()>& keepGoing) {
  IlqrProblem problem;
  problem.nominal = &models.nominal->trajectory;
  problem.F = &models.dynamics.F;
  problem.cost = &models.costs.quadratic;
  problem.limit = limit;
  while (true) {
    if (!keepGoing()) return stopped();
    problem.reg1 = regularisation.mu;
    IlqrPass pass = ilqrBackward(problem);
    if (pass.ok()) return pass;
    const std::string step = std::to_string(pass.failure.t);
    if (pass.failure.nonFinite) {
      return Error{"The Q-function is not finite at step " + step + ".", "backward pass",
                   "Lower the cost weights, or choose an initial controller that holds the plant (init.kind)."};
    }
    if (!regularisation.raise(params)) {
      return Error{"The Q-function is not convex in the action at step " + step + ", even with " +
                       numberText(regularisation.mu) + " added to Q_uu.",
                   "backward pass", "Raise the action cost weight or ilqr.mu_max, or turn on lqr.convexify."};
    }
  }
}

std::vector<double> stepLengths(int count) {
  GPS_EXPECTS(count >= 1, "a line search needs a step length");
  std::vector<double> lengths;
  for (int i = 0; i < count; ++i) lengths.push_back(i == 0 ? 1.0 : std::pow(10.0, -3.0 * i / (count - 1)));
  return lengths;
}

Result<IlqrSearch> searchLine(const Task& task, int condition, const Cost& cost, const IlqrModels& models,
                              const IlqrPass& pass, const Vector& limit, const IlqrParams& params,
                              const std::function<bool()>& keepGoing) {
  const Trajectory& nominal = models.nominal->trajectory;
  IlqrSearch search;
  search.expected = pass.expectedDecrease(1.0);
  for (const double alpha : stepLengths(params.alphas)) {
    if (!keepGoing()) return stopped();
    const double expected = pass.expectedDecrease(alpha);
    if (!(expected > 0.0)) continue;
    const ActionRule rule = [&](int t, const VectorRef& x) -> Vector {
      const IlqrStep& step = pass.steps[static_cast<std::size_t>(t)];
      return nominal.U.row(t).transpose() + alpha * step.k + step.K * (x - nominal.X.row(t).transpose());
    };
    Result<std::shared_ptr<const NominalRollout>> candidate = rollOut(task, condition, rule, limit);
    if (!candidate) continue;  // too far: a shorter step may hold
    const double actual = models.cost - cost.along((*candidate)->trajectory).sum();
    if (!(actual > 0.0) || !(actual > params.zMin * expected)) continue;
    return IlqrSearch{*std::move(candidate), alpha, expected, actual};
  }
  return search;
}

Result<LinearGaussianController> stochasticController(const Trajectory& nominal, const IlqrPass& pass, double covMin,
                                                      double covMax) {
  std::vector<LinearGaussianController::Step> steps;
  for (int t = 0; t < nominal.horizon(); ++t) {
    const IlqrStep& from = pass.steps[static_cast<std::size_t>(t)];
    LinearGaussianController::Step step;
    step.K = from.K;
    step.k = nominal.U.row(t).transpose() - from.K * nominal.X.row(t).transpose();
    const std::optional<Matrix> L = choleskyLower(from.Quu);
    if (!L) {
      return Error{"Q_uu is not positive definite at step " + std::to_string(t) + ".", "iLQR",
                   "Raise the action cost weight, or turn on lqr.convexify."};
    }
    step.C = clampEigenvalues(inverseFromCholesky(*L), std::min(covMin, covMax), covMax);
    steps.push_back(std::move(step));
  }
  return LinearGaussianController::make(std::move(steps));
}

}  // namespace gps
