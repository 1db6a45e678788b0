// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/cost/cost_terms.h"
#include "core/dynamics/dynamics_fit.h"
#include "core/lqr/badmm_dual.h"
#include "core/policy/linearise.h"

using namespace gps;

namespace {

constexpr int kT = 30, kX = 3, kU = 2, kN = 6;

/// mu = tanh of the observation's first entries.
class BentPolicy final : public GlobalPolicy {
 public:
  int dO() const override { return kX; }
  int dU() const override { return kU; }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    return observations.leftCols(kU).array().tanh().matrix();
  }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  Matrix m_covariance = 0.1 * Matrix::Identity(kU, kU);
};

std::vector<Trajectory> rollouts() {
  Rng rng(17);
  std::vector<Trajectory> all(kN);
  for (Trajectory& rollout : all) {
    rollout.X.resize(kT, kX);
    rollout.U.resize(kT, kU);
    Vector x(kX);
    for (double& value : x) value = rng.normal();
    for (int t = 0; t < kT; ++t) {
      for (double& value : rollout.U.row(t)) value = rng.normal();
      rollout.X.row(t) = x.transpose();
      x = 0.9 * x + 0.1 * x.array().sin().matrix().reverse();
      x.head(kU) += 0.3 * rollout.U.row(t).transpose();
    }
    rollout.O = rollout.X;
  }
  return all;
}

std::vector<Trajectory> reversed(std::vector<Trajectory> all) {
  std::reverse(all.begin(), all.end());
  return all;
}

double farthest(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
  double largest = a.size() == b.size() ? 0.0 : 1e300;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double scale = std::max(1.0, a[i].cwiseAbs().maxCoeff());
    largest = std::max(largest, (a[i] - b[i]).cwiseAbs().maxCoeff() / scale);
  }
  return largest;
}

std::vector<Matrix> numbersOf(const LinearGaussianController& p) {
  std::vector<Matrix> numbers;
  for (const LinearGaussianController::Step& step : p.steps()) {
    numbers.insert(numbers.end(), {step.K, Matrix(step.k), step.C});
  }
  return numbers;
}

std::vector<Matrix> numbersOf(const LinearGaussianDynamics& d) {
  std::vector<Matrix> numbers{Matrix(d.x1.mean), d.x1.cov};
  for (std::size_t t = 0; t < d.F.size(); ++t) numbers.insert(numbers.end(), {d.F[t], Matrix(d.f[t]), d.W[t]});
  return numbers;
}

/// A mixture learnt from the rollouts in their first order; both orders are fitted under it.
MixturePrior mixtureOf(const std::vector<RowMatrix>& points) {
  MixtureSettings settings;
  settings.maxClusters = 4;
  return updateMixture({}, points, settings, Rng(3)).value().prior;
}

}  // namespace

/// Samples have no order: every fit gives the same for reversed rollouts, but for rounding.
class TestSampleOrder : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void mixtures();
  void dynamics();
  void linearisedPolicies();
  void costModels();
  void dualSteps();
  void divergences();
};

void TestSampleOrder::mixtures() {
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : rollouts()) points.push_back(transitions(rollout));
  const GaussianMixture start = mixtureOf(points).mixture;
  Matrix all(kN * (kT - 1), 2 * kX + kU);
  for (int j = 0; j < kN; ++j) all.middleRows(j * (kT - 1), kT - 1) = points[static_cast<std::size_t>(j)];
  const Matrix back = all.colwise().reverse();
  EmOptions options;
  options.maxIterations = 3;
  options.tolerance = -1.0;
  const EmResult a = fitMixture(all, start, options).value(), b = fitMixture(back, start, options).value();
  QVERIFY(a.mixture.clusters() >= 2);
  QVERIFY(std::abs(a.logLikelihood.back() - b.logLikelihood.back()) < 1e-12 * std::abs(a.logLikelihood.back()));
  QVERIFY(farthest(a.mixture.sigma, b.mixture.sigma) < 1e-12);
  QVERIFY((a.mixture.logWeight - b.mixture.logWeight).cwiseAbs().maxCoeff() < 1e-12);
  const MixtureQuery c = queryMixture(a.mixture, all.topRows(5)).value();
  const MixtureQuery d = queryMixture(a.mixture, all.topRows(5).colwise().reverse()).value();
  QVERIFY((c.covariance - d.covariance).cwiseAbs().maxCoeff() < 1e-12);
  QVERIFY((c.mu0 - d.mu0).cwiseAbs().maxCoeff() < 1e-12);
}

void TestSampleOrder::dynamics() {
  const std::vector<Trajectory> data = rollouts(), back = reversed(data);
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : data) points.push_back(transitions(rollout));
  const JointPrior prior = mixtureOf(points);
  QVERIFY(farthest(numbersOf(fitDynamics(data, prior, {}).value()), numbersOf(fitDynamics(back, prior, {}).value())) <
          1e-12);
  const std::span<const Trajectory> two[] = {std::span(data).first(3), std::span(data).last(3)};
  const std::span<const Trajectory> other[] = {std::span(back).first(3), std::span(back).last(3)};
  const Matrix a = fitPooled(two, {}).value(), b = fitPooled(other, {}).value();
  QVERIFY((a - b).cwiseAbs().maxCoeff() < 1e-12);
}

void TestSampleOrder::linearisedPolicies() {
  const std::vector<Trajectory> data = rollouts(), back = reversed(data);
  const BentPolicy policy;
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : data) points.push_back(policyPoints(policy, rollout));
  const JointPrior prior = mixtureOf(points);
  for (const ResidualMode mode : {ResidualMode::Full, ResidualMode::Capped}) {
    LineariseOptions options;
    options.residual = mode;
    QVERIFY(farthest(numbersOf(linearise(policy, data, prior, options).value().controller),
                     numbersOf(linearise(policy, back, prior, options).value().controller)) < 1e-12);
  }
}

void TestSampleOrder::costModels() {
  StateCost::Spec goal;
  goal.target = Vector::Constant(kX, 0.2);
  goal.wp = Vector::Ones(kX);
  goal.norm = {NormKind::Log, 1.0, 0.1, 0.01};
  const Cost cost({{"goal", 1.0, std::make_shared<StateCost>(goal)}}, kX, kU);
  const std::vector<Trajectory> data = rollouts();
  const CostModel a = expandAround(cost, data, {}).value(), b = expandAround(cost, reversed(data), {}).value();
  QVERIFY(farthest(a.quadratic.H, b.quadratic.H) < 1e-12);
  QVERIFY(a.sampleCosts == b.sampleCosts.colwise().reverse());
}

void TestSampleOrder::dualSteps() {
  const std::vector<Trajectory> data = rollouts(), back = reversed(data);
  const LinearGaussianController::Step step{Matrix::Constant(kU, kX, 0.1), Vector::Zero(kU),
                                            Matrix::Identity(kU, kU)};
  const LinearGaussianController p = LinearGaussianController::make(std::vector(kT, step)).value();
  const Multipliers none{{}, {}, Vector::Constant(kT, 0.5)};
  const Multipliers a = dualStep(none, p, p, BentPolicy(), data, {}), b = dualStep(none, p, p, BentPolicy(), back, {});
  for (std::size_t t = 0; t < kT; ++t) QVERIFY((a.lambda[t] - b.lambda[t]).cwiseAbs().maxCoeff() < 1e-12);
  QVERIFY(a.lambda[3].norm() > 1e-4);
}

void TestSampleOrder::divergences() {
  const std::vector<Trajectory> data = rollouts(), back = reversed(data);
  const LinearGaussianController::Step step{Matrix::Constant(kU, kX, 0.1), Vector::Zero(kU),
                                            Matrix::Identity(kU, kU)};
  const LinearGaussianController p = LinearGaussianController::make(std::vector(kT, step)).value();
  const PolicyDivergence a = divergenceControllerPolicy(p, BentPolicy(), data);
  const PolicyDivergence b = divergenceControllerPolicy(p, BentPolicy(), back);
  QVERIFY((a.mean - b.mean).cwiseAbs().maxCoeff() < 1e-12 * a.mean.maxCoeff());
  QVERIFY(a.max == b.max);
}

QTEST_APPLESS_MAIN(TestSampleOrder)
#include "tst_sample_order.moc"
