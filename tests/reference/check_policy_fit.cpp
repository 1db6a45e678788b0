// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/linearise.h"
#include "tests/reference/case_check.h"
#include "tests/reference/reference_mixture.h"

namespace gps::reference {

namespace {

/// A policy whose observation is its mean action, so that the given means go in unchanged.
class GivenMeans final : public GlobalPolicy {
 public:
  explicit GivenMeans(Matrix covariance) : m_covariance(std::move(covariance)) {}
  int dO() const override { return dU(); }
  int dU() const override { return static_cast<int>(m_covariance.rows()); }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override { return observations; }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  Matrix m_covariance;
};

}  // namespace

void checkPolicyFit(CaseCheck& check) {
  const double strength = check.in("strength").get<double>();
  std::vector<Trajectory> rollouts = trajectoriesOf(check.in("X"), check.in("pol_mu"));
  for (Trajectory& rollout : rollouts) rollout.O = rollout.U;
  const int T = rollouts[0].horizon();
  const double N = static_cast<double>(rollouts.size());
  const Eigen::Index dX = rollouts[0].X.cols();
  const Eigen::Index dU = rollouts[0].U.cols();

  FixedPrior prior;
  for (int t = 0; t < T; ++t) {
    NiwPrior niw;
    if (check.in("kind").get<std::string>() == "gmm") {
      MixturePrior learnt;
      learnt.mixture = mixtureOf(check.in("gmm"));
      Matrix points(static_cast<Eigen::Index>(rollouts.size()), dX + dU);
      for (std::size_t j = 0; j < rollouts.size(); ++j) {
        points.row(static_cast<Eigen::Index>(j)) << rollouts[j].X.row(t), rollouts[j].U.row(t);
      }
      Result<NiwPrior> query = priorAt(learnt, t, points, strength);
      if (!query) return check.fail(query.error().text());
      niw = std::move(query).value();
      // Ours counts n0 = strength; the reference subtracts the degrees of freedom from it.
      niw.n0 *= referenceN0(learnt.mixture.points, dX + dU);
    } else {
      niw.mu0 = Vector::Zero(dX + dU);
      niw.Phi = Matrix::Zero(dX + dU, dX + dU);
      niw.Phi.diagonal().head(dX).setConstant(strength);
      niw.Phi.diagonal().tail(dU).setConstant(1e-5 * strength);
      niw.n0 = strength;
    }
    // The reference regularises at t = 0 only, and adds its constant to every entry of the input block.
    if (t == 0) niw.Phi.topLeftCorner(dX, dX).array() += (N + niw.n0) * 1e-8;
    prior.steps.push_back(std::move(niw));
  }

  LineariseOptions options;
  options.conditioning.reg = 0.0;
  options.conditioning.regRelative = 0.0;
  options.conditioning.covFloor = 0.0;
  std::vector<Matrix> K, S, cholS;
  std::vector<Vector> k;
  const Json& sigma = check.in("pol_sig");
  for (int t = 0; t < T; ++t) {
    // Our policies have one covariance; the files may give one per sample and step, whose mean counts.
    Matrix covariance = Matrix::Zero(dU, dU);
    for (const Json& sample : sigma) covariance += matrixOf(sample[static_cast<std::size_t>(t)]) / N;
    const Result<LinearisedPolicy> fit = linearise(GivenMeans(covariance), rollouts, prior, options);
    if (!fit) return check.fail(fit.error().text());
    K.push_back(fit->controller.step(t).K);
    k.push_back(fit->controller.step(t).k);
    S.push_back(fit->controller.step(t).C);
    cholS.push_back(fit->controller.cholC(t).transpose());
  }
  check.compare("pol_K", toJson(K));
  check.compare("pol_k", toJson(k));
  check.compare("pol_S", toJson(S));
  check.compare("chol_pol_S", toJson(cholS));
}

}  // namespace gps::reference
