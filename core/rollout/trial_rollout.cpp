// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rollout/trial_rollout.h"

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/plant/trial_runner.h"

namespace gps {
namespace {

/// The actor of a request. All it needs is copied or shared, so that it may outlive the request by a moment.
class RequestActor final : public StepActor {
 public:
  RequestActor(const RolloutRequest& request, RowMatrix disturbance)
      : m_actor(request.actor),
        m_disturbance(std::move(disturbance)),
        m_limit(request.clipMean ? request.task->actionLimit : Vector()),
        m_observation(RowMatrix::Zero(m_actor.policy ? 1 : 0, request.task->dO)) {}

  void action(int t, const VectorRef& x, const VectorRef& o, Eigen::Ref<Vector> u) noexcept override {
    if (m_actor.policy) {
      m_observation.row(0) = o.transpose();
      u = m_actor.policy->mean(m_observation).row(0).transpose();
    } else {
      u = m_actor.controller->step(t).k;
      u.noalias() += m_actor.controller->step(t).K * x;
    }
    if (m_limit.size() > 0) u = u.cwiseMin(m_limit).cwiseMax(-m_limit);
    if (m_disturbance.size() > 0) u += m_disturbance.row(t).transpose();
  }

 private:
  Actor m_actor;
  RowMatrix m_disturbance;  ///< (T x dU) exploration noise in units of the action; empty: none
  Vector m_limit;
  RowMatrix m_observation;
};

/// Noise times the Cholesky factor of the actor's covariance, step by step: drawn before the trial.
Result<RowMatrix> disturbanceOf(const RolloutRequest& request) {
  if (request.noise.size() == 0) return RowMatrix();
  RowMatrix disturbance(request.noise.rows(), request.noise.cols());
  std::optional<Matrix> factor;
  if (request.actor.policy) {
    factor = choleskyLower(request.actor.policy->covariance());
    if (!factor) {
      return Error{"The covariance of the global policy is not positive definite.", "rollout",
                   "Raise pol.init_var, or lower the step size (lqr.kl_step)."};
    }
  }
  for (Eigen::Index t = 0; t < disturbance.rows(); ++t) {
    const Matrix& L = factor ? *factor : request.actor.controller->cholC(static_cast<int>(t));
    disturbance.row(t).transpose().noalias() = L * request.noise.row(t).transpose();
  }
  return disturbance;
}

}  // namespace

Result<Rollout> runTrial(const RolloutRequest& request, const std::atomic<bool>* stop) {
  const Task& task = *request.task;
  TrialRunner* const runner = task.plants->trials();
  GPS_EXPECTS(runner != nullptr, "the plants keep their own time");
  GPS_EXPECTS((request.actor.controller != nullptr) != (request.actor.policy != nullptr),
              "exactly one of controller and policy acts");
  GPS_EXPECTS(!request.actor.controller || request.actor.controller->horizon() >= task.T,
              "the controller must last for the whole horizon");
  Result<RowMatrix> disturbance = disturbanceOf(request);
  if (!disturbance) return disturbance.error();
  Result<TrialRecord> record =
      runner->run(request.condition, request.startNoise, std::make_shared<RequestActor>(request, *std::move(disturbance)), stop);
  if (!record) {
    Error error = record.error();
    if (error.what != "stopped") error.where += ", condition " + task.conditions[static_cast<std::size_t>(request.condition)];
    return error;
  }
  Rollout rollout;
  rollout.trajectory = std::move(record->trajectory);
  if (request.keepPoses) rollout.poses = std::move(record->poses);
  rollout.wanted = std::move(record->wanted);
  rollout.time = std::move(record->time);
  if (!rollout.trajectory.X.allFinite() || !rollout.trajectory.O.allFinite() || !rollout.trajectory.U.allFinite()) {
    return Error{"The arm reported a number that is not finite.", "rollout, condition " +
                 task.conditions[static_cast<std::size_t>(request.condition)], "Check the arm's calibration."};
  }
  return rollout;
}

}  // namespace gps
