// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/check_state.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gps {

namespace {

/// Collects the first complaint.
class Check {
 public:
  explicit Check(const Task& task) : m_task(task) {}

  void that(bool holds, const std::string& part, const std::string& what) {
    if (holds || m_error) return;
    m_error = Error{"The stored state does not fit its task: " + part + " " + what + ".", "session",
                    "The file is damaged; use an earlier iteration or a copy."};
  }
  Status status() const { return m_error ? Status(*m_error) : Status(Done{}); }

  void vector(const Vector& v, Eigen::Index size, bool mayBeEmpty, const std::string& part) {
    that((mayBeEmpty && v.size() == 0) || v.size() == size, part, "has the wrong size");
    that(v.allFinite(), part, "is not finite");
  }
  template <class M>
  void matrix(const M& m, Eigen::Index rows, Eigen::Index columns, const std::string& part) {
    that(m.rows() == rows && m.cols() == columns, part, "has the wrong shape");
    that(m.allFinite(), part, "is not finite");
  }
  void number(double value, const std::string& part) { that(std::isfinite(value), part, "is not finite"); }

  void controller(const std::shared_ptr<const LinearGaussianController>& c, bool required, const std::string& part) {
    that(c || !required, part, "is missing");
    if (c) that(c->horizon() == m_task.T && c->dX() == m_task.dX && c->dU() == m_task.dU, part, "has the wrong shape");
  }

  void policy(const std::shared_ptr<const GlobalPolicy>& p, bool required, const std::string& part) {
    that(p || !required, part, "is missing");
    if (p) that(p->dO() == m_task.dO && p->dU() == m_task.dU, part, "has the wrong shape");
  }

  void trajectory(const Trajectory& t, const std::string& part) {
    matrix(t.X, m_task.T, m_task.dX, part + " X");
    matrix(t.U, m_task.T, m_task.dU, part + " U");
    matrix(t.O, m_task.T, m_task.dO, part + " O");
  }

  void multipliers(const Multipliers& m, const std::string& part) {
    const std::size_t T = static_cast<std::size_t>(m_task.T);
    const bool none = m.lambda.empty() && m.lambdaK.empty() && m.rho.size() == 0;
    that(none || (m.lambda.size() == T && m.lambdaK.size() == T && m.rho.size() == m_task.T), part,
         "have the wrong number of steps");
    for (const Vector& lambda : m.lambda) vector(lambda, m_task.dU, false, part);
    for (const Matrix& lambdaK : m.lambdaK) matrix(lambdaK, m_task.dU, m_task.dX, part);
    that(m.rho.allFinite() && (m.rho.array() > 0.0).all(), part, "have a rho that is not positive");
  }

  /// `D`: dimension of the joint points.
  void prior(const JointPrior& prior, Eigen::Index D, const std::string& part) {
    if (const FixedPrior* fixed = std::get_if<FixedPrior>(&prior)) {
      that(fixed->steps.size() == 1 || fixed->steps.size() == static_cast<std::size_t>(m_task.T), part,
           "has the wrong number of steps");
      for (const NiwPrior& niw : fixed->steps) {
        vector(niw.mu0, D, true, part);
        if (niw.Phi.size() != 0 || niw.mu0.size() != 0) matrix(niw.Phi, D, D, part);
        number(niw.m, part);
        number(niw.n0, part);
      }
    } else if (const MixturePrior* mixture = std::get_if<MixturePrior>(&prior)) {
      for (const RowMatrix& points : mixture->window) matrix(points, points.rows(), D, part);
      const GaussianMixture& gaussians = mixture->mixture;
      that(gaussians.mu.size() == gaussians.sigma.size() &&
               gaussians.logWeight.size() == static_cast<Eigen::Index>(gaussians.mu.size()),
           part, "has as many means as covariances and weights, but does not");
      for (const Vector& mu : gaussians.mu) vector(mu, D, false, part);
      for (const Matrix& sigma : gaussians.sigma) matrix(sigma, D, D, part);
      // A weight of 0 has the logarithm -inf.
      that((gaussians.logWeight.array() <= 1e-6).all(), part, "has a weight above 1");
    } else if (const WindowPrior* window = std::get_if<WindowPrior>(&prior)) {
      that(window->halfWidth >= 0, part, "has a negative width");
      for (const RowMatrix& points : window->rollouts) {
        matrix(points, m_task.T - 1, D, part);
      }
    }
  }

  void dynamics(const LinearGaussianDynamics& d, const std::string& part) {
    const std::size_t T = static_cast<std::size_t>(m_task.T);
    that(d.F.size() == T && d.f.size() == T && d.W.size() == T, part, "have the wrong number of steps");
    for (const Matrix& F : d.F) matrix(F, m_task.dX, m_task.dX + m_task.dU, part);
    for (const Vector& f : d.f) vector(f, m_task.dX, false, part);
    for (const Matrix& W : d.W) matrix(W, m_task.dX, m_task.dX, part);
    vector(d.x1.mean, m_task.dX, false, part);
    matrix(d.x1.cov, m_task.dX, m_task.dX, part);
  }

  void cost(const QuadraticCost& q, const std::string& part) {
    const std::size_t T = static_cast<std::size_t>(m_task.T);
    const Eigen::Index n = m_task.dX + m_task.dU;
    that(q.H.size() == T && q.g.size() == T && q.c.size() == T, part, "has the wrong number of steps");
    for (const Matrix& H : q.H) matrix(H, n, n, part);
    for (const Vector& g : q.g) vector(g, n, false, part);
    for (const double c : q.c) number(c, part);
  }

 private:
  const Task& m_task;
  std::optional<Error> m_error;
};

}  // namespace

Status checkState(const AlgorithmState& state, const AlgorithmState& fresh, const Task& task) {
  Check check(task);
  const bool withPolicy = fresh.policy != nullptr;
  const std::size_t M = static_cast<std::size_t>(task.conditionCount());
  check.that(state.iteration >= 0 && state.iteration <= 1000000, "the iteration", "is out of range");
  check.that(state.rollouts >= 0, "the number of rollouts", "is negative");
  check.that(state.conditions.size() == M, "the list of conditions", "has the wrong length");
  check.policy(state.policy, withPolicy, "the policy");
  check.that(withPolicy || !state.policy, "the policy", "is there, but the algorithm has none");
  for (std::size_t i = 0; i < state.conditions.size(); ++i) {
    const ConditionState& c = state.conditions[i];
    const std::string part = "condition " + std::to_string(i + 1) + ", the ";
    check.controller(c.controller, true, part + "controller");
    check.number(c.eta, part + "eta");
    check.that(c.eta > 0.0, part + "eta", "is not positive");
    check.number(c.stepMult, part + "step multiplier");
    check.that(c.stepMult > 0.0, part + "step multiplier", "is not positive");
    if (i < fresh.conditions.size()) {
      const ConditionState& first = fresh.conditions[i];
      check.that(c.dynamicsPrior.index() == first.dynamicsPrior.index(), part + "prior of the dynamics", "is of another kind");
      check.that(c.policyPrior.index() == first.policyPrior.index(), part + "prior of the policy", "is of another kind");
      check.that(c.multipliers.lambda.empty() == first.multipliers.lambda.empty(), part + "multipliers",
                 "are missing, or of no use");
    }
    check.prior(c.dynamicsPrior, 2 * task.dX + task.dU, part + "prior of the dynamics");
    check.prior(c.policyPrior, task.dX + task.dU, part + "prior of the policy");
    for (const std::shared_ptr<const Trajectory>& rollout : c.policyWindow) {
      check.that(rollout != nullptr, part + "window of rollouts", "has a hole");
      if (rollout) check.trajectory(*rollout, part + "window of rollouts");
    }
    check.multipliers(c.multipliers, part + "multipliers");
    check.vector(c.previousKl, task.T, true, part + "previous KL");
    check.that(c.ilqr.regularisation.mu >= 0.0 && c.ilqr.regularisation.d > 0.0, part + "regularisation",
               "is negative");
    check.number(c.ilqr.regularisation.mu, part + "regularisation");
    check.number(c.ilqr.regularisation.d, part + "regularisation");
    if (c.ilqr.nominal) {
      const Result<int> coordinates = task.plants->coordinateCount();
      check.that(coordinates.ok(), part + "trajectory", "belongs to another plant");
      if (coordinates) check.matrix(c.ilqr.nominal->coordinates, task.T, *coordinates, part + "trajectory");
      check.trajectory(c.ilqr.nominal->trajectory, part + "trajectory");
    }
    // After the first iteration the models are there together.
    const bool models = c.dynamics != nullptr;
    check.that((c.cost != nullptr) == models && (c.samplingController != nullptr) == models, part + "models",
               "are there in part");
    check.controller(c.samplingController, models, part + "sampling controller");
    check.controller(c.linearised, models && withPolicy && state.iteration > 0, part + "linearised policy");
    if (c.dynamics) check.dynamics(*c.dynamics, part + "dynamics");
    if (c.cost) check.cost(*c.cost, part + "cost");
    check.vector(c.stageCostMin, task.T, true, part + "stage costs");
    check.vector(c.stageCostMax, task.T, true, part + "stage costs");
    check.that(c.stageCostMin.size() == c.stageCostMax.size(), part + "stage costs", "are there in part");
    check.that(models == (state.conditions.front().dynamics != nullptr), part + "models", "are there in part");
  }
  const RollbackState& back = state.rollback;
  const bool any = back.bestCost.has_value();
  const std::size_t kept = any ? M : 0;
  check.that(back.controllers.size() == kept && back.eta.size() == kept && back.multipliers.size() == kept,
             "the best state so far", "has the wrong number of conditions");
  for (const auto& controller : back.controllers) check.controller(controller, true, "the best controller so far");
  for (const double eta : back.eta) check.that(std::isfinite(eta) && eta > 0.0, "the best eta so far", "is not positive");
  for (const Multipliers& m : back.multipliers) check.multipliers(m, "the best multipliers so far");
  check.policy(back.policy, any && withPolicy, "the best policy so far");
  check.that(back.worse >= 0 && back.behindStart >= 0, "a count of the rollback", "is negative");
  // A cost that is NaN has never been remembered; one of another sort only compares.
  for (const auto& cost : {back.bestCost, back.previousCost}) {
    if (cost) check.number(*cost, "a cost of the rollback");
  }
  return check.status();
}

}  // namespace gps
