// SPDX-License-Identifier: GPL-3.0-or-later
#include <span>

#include "core/lqr/badmm_dual.h"
#include "core/policy/linearise.h"
#include "tests/reference/case_check.h"
#include "tests/reference/lqr_values.h"

namespace gps::reference {

namespace {

/// The files' stand-in for a network: u ~ N(W x + b, diag(var)), observing the state.
class AffinePolicy : public GlobalPolicy {
 public:
  AffinePolicy(Matrix W, Vector b, const Vector& variance)
      : m_W(std::move(W)), m_b(std::move(b)), m_covariance(variance.asDiagonal()) {}
  int dO() const override { return static_cast<int>(m_W.cols()); }
  int dU() const override { return static_cast<int>(m_W.rows()); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    return (observations * m_W.transpose()).rowwise() + m_b.transpose();
  }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  Matrix m_W;
  Vector m_b;
  Matrix m_covariance;
};

BadmmParams paramsOf(const CaseCheck& check) {
  constexpr RhoRule kRules[] = {RhoRule::Gradient, RhoRule::Fixed, RhoRule::Ratio, RhoRule::Deviation};
  const std::size_t rule = check.in("fixed_lg_step").get<std::size_t>();
  if (rule >= std::size(kRules)) throw std::invalid_argument("fixed_lg_step must be 0, 1, 2 or 3");
  BadmmParams params;
  params.rhoRule = kRules[rule];
  params.dualRate = check.in("policy_dual_rate").get<double>();
  params.dualRateGain = check.in("policy_dual_rate_covar").get<double>();
  params.rhoIncrease = check.in("exp_step_increase").get<double>();
  params.rhoDecrease = check.in("exp_step_decrease").get<double>();
  params.rhoUpper = check.in("exp_step_upper").get<double>();
  params.rhoLower = check.in("exp_step_lower").get<double>();
  return params;
}

}  // namespace

void checkBadmmDual(CaseCheck& check) {
  const BadmmParams params = paramsOf(check);
  const AffinePolicy policy(matrixOf(check.in("policy_W")), vectorOf(check.in("policy_b")),
                            vectorOf(check.in("policy_var")));
  const LinearGaussianController linearised = controllerOf(check.in("policy"));
  const LinearGaussianController sampling = controllerOf(check.in("current_controller"));
  const LinearGaussianController controller =
      check.hasIn("new_controller") ? controllerOf(check.in("new_controller")) : sampling;
  for (const LinearGaussianController* other : {&sampling, &controller}) {
    if (other->horizon() != linearised.horizon() || other->dX() != linearised.dX() ||
        other->dU() != linearised.dU()) {
      throw std::invalid_argument("the controllers differ in shape");
    }
  }
  if (policy.dO() != linearised.dX() || policy.dU() != linearised.dU() ||
      vectorOf(check.in("policy_b")).size() != policy.dU() || policy.covariance().rows() != policy.dU()) {
    throw std::invalid_argument("policy_W, policy_b or policy_var has a wrong shape");
  }
  std::vector<Trajectory> rollouts;
  for (const Matrix& X : matricesOf(check.in("X"))) {
    if (X.rows() != linearised.horizon() || X.cols() != linearised.dX()) {
      throw std::invalid_argument("X has a wrong shape");
    }
    Trajectory rollout;
    rollout.X = X;
    rollout.O = X;
    rollout.U = RowMatrix::Zero(X.rows(), policy.dU());
    rollouts.push_back(rollout);
  }
  if (rollouts.empty()) throw std::invalid_argument("X holds no rollout");
  Multipliers multipliers;
  multipliers.lambda = vectorsOf(check.in("policy").at("lambda_k"));
  multipliers.lambdaK = matricesOf(check.in("policy").at("lambda_K"));
  const std::vector<double> rho = check.in("policy").at("pol_wt").get<std::vector<double>>();
  requireMultipliers(linearised, rho, multipliers.lambda, multipliers.lambdaK);
  multipliers.rho = Eigen::Map<const Vector>(rho.data(), linearised.horizon());

  const Multipliers next = dualStep(multipliers, controller, linearised, policy, rollouts, params);
  check.compare("lambda_k", toJson(next.lambda));
  check.compare("lambda_K", toJson(next.lambdaK));

  const Vector kl = klControllerPolicy(sampling, policy, rollouts);
  check.compare("kl_mean_per_step", toJson(kl));
  std::vector<Vector> perSample;
  for (const Trajectory& rollout : rollouts) {
    perSample.push_back(klControllerPolicy(sampling, policy, std::span(&rollout, 1)));
  }
  check.compare("kl_per_sample", toJson(perSample));
  const Vector previousKl = check.hasIn("prev_kl") ? vectorOf(check.in("prev_kl")) : Vector();
  if (previousKl.size() != 0 && previousKl.size() != kl.size()) {
    throw std::invalid_argument("prev_kl differs in length");
  }
  const Vector weights = adaptRho(next.rho, kl, previousKl, check.in("lg_step").get<double>(), params);
  check.compare("pol_wt", toJson(weights));
}

}  // namespace gps::reference
