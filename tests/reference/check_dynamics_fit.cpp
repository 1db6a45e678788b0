// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dynamics/dynamics_fit.h"
#include "tests/reference/case_check.h"
#include "tests/reference/reference_mixture.h"

namespace gps::reference {

namespace {

/// The reference adds `reg` to EVERY entry of the input block, which is no ridge. It is passed as a part of
/// the prior's scatter, since our own ridge is a multiple of the identity.
NiwPrior withWholeBlock(NiwPrior prior, const Matrix& block, double N) {
  const Eigen::Index n = block.rows();
  prior.Phi.topLeftCorner(n, n) += (N + prior.n0) * block;
  return prior;
}

NiwPrior noPrior(Eigen::Index D) {
  return NiwPrior{Vector::Zero(D), Matrix::Zero(D, D), 0.0, 0.0};
}

void compareDynamics(CaseCheck& check, const std::vector<Trajectory>& rollouts, const FixedPrior& prior) {
  DynamicsParams params;
  params.reg = 0.0;
  params.regRelative = 0.0;
  params.covFloor = 0.0;
  const Result<LinearGaussianDynamics> dynamics = fitDynamics(rollouts, prior, params);
  if (!dynamics) return check.fail(dynamics.error().text());
  check.compare("Fm", toJson(dynamics->F));
  check.compare("fv", toJson(dynamics->f));
  check.compare("dyn_covar", toJson(dynamics->W));
}

void checkJoint(CaseCheck& check) {
  const Matrix points = matrixOf(check.in("pts"));
  const int dIn = check.in("dIn").get<int>();
  NiwPrior prior;
  prior.mu0 = vectorOf(check.in("mu0"));
  prior.Phi = matrixOf(check.in("Phi"));
  prior.m = check.in("m").get<double>();
  prior.n0 = check.in("n0").get<double>();
  const double N = static_cast<double>(points.rows());
  ConditioningOptions options;
  options.reg = 0.0;
  options.covFloor = 0.0;
  const NiwPrior whole = withWholeBlock(prior, matrixOf(check.in("sig_reg")), N);
  const Result<ConditionalGaussian> fit = fitConditional(points, dIn, whole, options);
  if (!fit) return check.fail(fit.error().text());
  check.compare("F", toJson(MatrixRef(fit->F)));
  check.compare("f", toJson(VectorRef(fit->f)));
  check.compare("S", toJson(MatrixRef(fit->W)));
}

/// The reference adds the scatter of an earlier data set to the covariance of x1, and divides only a part of
/// it by the counts. Ours has no such term, so it is added here to ours.
void compareInitialState(CaseCheck& check, const std::vector<Trajectory>& rollouts) {
  DynamicsParams params;
  params.initialStateVar = check.in("initial_state_var").get<double>();
  const Result<LinearGaussianDynamics> dynamics = fitDynamics(rollouts, JointPrior{}, params);
  if (!dynamics) return check.fail(dynamics.error().text());
  const Json& past = check.in("prior_X");
  Matrix starts(static_cast<Eigen::Index>(past.size()), rollouts[0].X.cols());
  for (std::size_t j = 0; j < past.size(); ++j) {
    starts.row(static_cast<Eigen::Index>(j)) = vectorOf(past[j][0]).transpose();
  }
  const Vector mean = starts.colwise().mean().transpose();
  const Matrix centred = starts.rowwise() - mean.transpose();
  const Vector variance = centred.colwise().squaredNorm().transpose() / static_cast<double>(starts.rows());
  const double N = static_cast<double>(rollouts.size());
  const double m = static_cast<double>(starts.cols()) * check.in("strength").get<double>();
  const Vector shift = dynamics->x1.mean - mean;
  Matrix cov = dynamics->x1.cov;
  cov.diagonal() += m * variance;
  cov += N * m / (N + m) / (N + m) * shift * shift.transpose();
  check.compare("x0mu", toJson(VectorRef(dynamics->x1.mean)));
  check.compare("x0sigma", toJson(MatrixRef(cov)));
}

void checkMixture(CaseCheck& check, const std::vector<Trajectory>& rollouts, const Matrix& block) {
  const double strength = check.in("strength").get<double>();
  const double N = static_cast<double>(rollouts.size());
  MixturePrior learnt;
  learnt.mixture = mixtureOf(check.in("gmm"));
  const double n0 = referenceN0(learnt.mixture.points, learnt.mixture.dimension());
  const int steps = rollouts[0].horizon() - 1;
  FixedPrior prior;
  std::vector<Vector> mu0;
  std::vector<Matrix> Phi;
  for (int t = 0; t < steps; ++t) {
    Matrix points(static_cast<Eigen::Index>(rollouts.size()), learnt.mixture.dimension());
    for (std::size_t j = 0; j < rollouts.size(); ++j) {
      points.row(static_cast<Eigen::Index>(j)) = transitions(rollouts[j]).row(t);
    }
    Result<NiwPrior> niw = priorAt(learnt, t, points, strength);
    if (!niw) return check.fail(niw.error().text());
    // Ours counts n0 = strength; the reference subtracts the degrees of freedom from it.
    niw->n0 *= n0;
    mu0.push_back(niw->mu0);
    Phi.push_back(niw->Phi);
    check.compare("prior_m", niw->m);
    check.compare("prior_n0", niw->n0);
    prior.steps.push_back(withWholeBlock(std::move(niw).value(), block, N));
  }
  check.compare("prior_mu0", toJson(mu0));
  check.compare("prior_Phi", toJson(Phi));
  compareDynamics(check, rollouts, prior);
  compareInitialState(check, rollouts);
}

}  // namespace

void checkDynamicsFit(CaseCheck& check) {
  const std::string kind = check.in("kind").get<std::string>();
  if (kind == "joint") return checkJoint(check);

  const std::vector<Trajectory> rollouts = trajectoriesOf(check.in("X"), check.in("U"));
  const Eigen::Index dX = rollouts[0].X.cols();
  const Eigen::Index dU = rollouts[0].U.cols();
  const double N = static_cast<double>(rollouts.size());
  const Matrix block = Matrix::Constant(dX + dU, dX + dU, check.in("regularization").get<double>());
  if (kind == "lr_gmm") return checkMixture(check, rollouts, block);

  NiwPrior prior = noPrior(2 * dX + dU);
  if (kind == "lr_fixed_niw") {
    prior.mu0 = vectorOf(check.in("mu0"));
    prior.Phi = matrixOf(check.in("Phi"));
    prior.m = check.in("m").get<double>();
    prior.n0 = check.in("n0").get<double>();
  } else if (kind != "lr") {
    return check.fail("unknown kind " + kind);
  }
  compareDynamics(check, rollouts, FixedPrior{{withWholeBlock(prior, block, N)}});
}

}  // namespace gps::reference
