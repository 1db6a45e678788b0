// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rollout/rollout.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/expects.h"
#include "core/math/linalg.h"
#include "core/rollout/rollout_batch.h"
#include "core/rollout/trial_rollout.h"

namespace gps {
namespace {

Error stopped() {
  return Error{"stopped", "", ""};
}

/// One rollout in progress.
class Running {
 public:
  Running(const RolloutRequest& request, const std::optional<Matrix>& policyFactor)
      : m_request(request), m_policyFactor(policyFactor) {
    const Task& task = *request.task;
    GPS_EXPECTS(
        request.noise.size() == 0 || (request.noise.rows() == task.T && request.noise.cols() == task.dU),
        "noise must be T x dU");
    GPS_EXPECTS(!request.actor.controller || request.actor.controller->horizon() >= task.T,
                "the controller must last for the whole horizon");
    Trajectory& trajectory = m_rollout.trajectory;
    trajectory.X.resize(task.T, task.dX);
    trajectory.U.resize(task.T, task.dU);
    trajectory.O.resize(task.T, task.dO);
    if (request.keepPoses && task.scene) {
      m_rollout.poses.reserve(static_cast<std::size_t>(task.T) * task.scene->bodies.size());
    }
    m_plant = task.plants->make(request.condition, request.startNoise);
  }

  bool failed() const { return m_error.has_value(); }
  const RowMatrix& observations() const { return m_rollout.trajectory.O; }

  /// Reads the plant at time step t.
  void observe(int t) {
    Trajectory& trajectory = m_rollout.trajectory;
    Eigen::Map<Vector> x(trajectory.X.row(t).data(), trajectory.X.cols());
    m_plant->state(x);
    Eigen::Map<Vector> o(trajectory.O.row(t).data(), trajectory.O.cols());
    m_plant->observation(o);
    if (m_request.keepPoses) m_plant->poses(m_rollout.poses);
    if (!x.allFinite()) {
      fail("The state", t, "Shorten the time step, raise the substeps, or lower gains and init.var.");
    } else if (!o.allFinite()) {
      fail("The observation", t, "Shorten the time step, raise the substeps, or lower gains and init.var.");
    }
  }

  /// Chooses the action of step t and, unless it is the last step, applies it. `policyMean`: null for a
  /// controller.
  void act(int t, const RowMatrix* policyMean, Eigen::Index row) {
    Trajectory& trajectory = m_rollout.trajectory;
    Eigen::Map<Vector> u(trajectory.U.row(t).data(), trajectory.U.cols());
    const bool noisy = m_request.noise.size() > 0;
    if (policyMean) {
      u = policyMean->row(row).transpose();
      if (m_request.clipMean) clip(u);
      if (noisy) u.noalias() += *m_policyFactor * m_request.noise.row(t).transpose();
    } else {
      const LinearGaussianController& controller = *m_request.actor.controller;
      const Eigen::Map<const Vector> x(trajectory.X.row(t).data(), trajectory.X.cols());
      u = controller.step(t).k;
      u.noalias() += controller.step(t).K * x;
      if (m_request.clipMean) clip(u);
      if (noisy) u.noalias() += controller.cholC(t) * m_request.noise.row(t).transpose();
    }
    if (!u.allFinite()) {
      fail("The action", t, "Lower the step size (lqr.kl_step) or the learning rate of the policy.");
    } else if (t + 1 < trajectory.horizon()) {
      m_clipped += m_plant->step(u);
    }
  }

  Result<Rollout> finish() {
    if (m_error) return *m_error;
    Trajectory& trajectory = m_rollout.trajectory;
    const Eigen::Index applied = (trajectory.U.rows() - 1) * trajectory.U.cols();
    trajectory.clipFraction =
        applied > 0 ? static_cast<double>(m_clipped) / static_cast<double>(applied) : 0.0;
    return std::move(m_rollout);
  }

 private:
  void clip(Eigen::Ref<Vector> u) const {
    const Vector& limit = m_request.task->actionLimit;
    u = u.cwiseMin(limit).cwiseMax(-limit);
  }

  void fail(const std::string& quantity, int t, const std::string& mend) {
    const Task& task = *m_request.task;
    m_error =
        Error{quantity + " is not finite at step " + std::to_string(t) + ".",
              "rollout, condition " + task.conditions[static_cast<std::size_t>(m_request.condition)], mend};
  }

  const RolloutRequest& m_request;
  const std::optional<Matrix>& m_policyFactor;
  std::unique_ptr<Plant> m_plant;
  Rollout m_rollout;
  std::optional<Error> m_error;
  long m_clipped = 0;
};

}  // namespace

bool shareBatch(const RolloutRequest& a, const RolloutRequest& b) {
  return a.task == b.task && a.actor.policy != nullptr && a.actor.policy == b.actor.policy;
}

std::vector<Result<Rollout>> runBatch(std::span<const RolloutRequest> requests,
                                      const std::atomic<bool>* stop) {
  GPS_EXPECTS(!requests.empty(), "a batch needs a request");
  const Task& task = *requests.front().task;
  const GlobalPolicy* policy = requests.front().actor.policy;
  std::vector<Result<Rollout>> results;
  const auto failAll = [&](const Error& error) {
    results.assign(requests.size(), Result<Rollout>(error));
    return results;
  };

  std::optional<Matrix> factor;
  const bool noisy = std::any_of(requests.begin(), requests.end(),
                                 [](const RolloutRequest& request) { return request.noise.size() > 0; });
  if (policy && noisy) {
    factor = choleskyLower(policy->covariance());
    if (!factor) {
      return failAll(Error{"The covariance of the global policy is not positive definite.", "rollout",
                           "Raise pol.init_var, or lower the step size (lqr.kl_step)."});
    }
  }
  std::vector<Running> running;
  running.reserve(requests.size());
  for (const RolloutRequest& request : requests) {
    GPS_EXPECTS((request.actor.controller != nullptr) != (request.actor.policy != nullptr),
                "exactly one of controller and policy acts");
    GPS_EXPECTS(request.task == &task && request.actor.policy == policy,
                "a batch has one task and one policy");
    running.emplace_back(request, factor);
  }

  RowMatrix observations = RowMatrix::Zero(policy ? static_cast<Eigen::Index>(running.size()) : 0, task.dO);
  RowMatrix means;
  for (int t = 0; t < task.T; ++t) {
    if (stop && stop->load(std::memory_order_relaxed)) return failAll(stopped());
    for (std::size_t j = 0; j < running.size(); ++j) {
      if (running[j].failed()) continue;
      running[j].observe(t);
      // A failed rollout keeps its last finite row: it must not disturb the others.
      if (policy && !running[j].failed())
        observations.row(static_cast<Eigen::Index>(j)) = running[j].observations().row(t);
    }
    if (policy) means = policy->mean(observations);
    for (std::size_t j = 0; j < running.size(); ++j) {
      if (!running[j].failed()) running[j].act(t, policy ? &means : nullptr, static_cast<Eigen::Index>(j));
    }
  }
  for (Running& rollout : running) results.push_back(rollout.finish());
  return results;
}

Result<Rollout> runRollout(const RolloutRequest& request, const std::atomic<bool>* stop) {
  if (request.task->plants->trials()) return runTrial(request, stop);
  return std::move(runBatch(std::span(&request, 1), stop).front());
}

}  // namespace gps
