// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/QR>
#include <QTest>
#include <cmath>

#include "core/lqr/badmm_dual.h"
#include "core/lqr/c_step.h"
#include "core/math/linalg.h"
#include "core/policy/linearise.h"
#include "tests/core/lqr/random_problem.h"

using namespace gps;
using namespace gps::test;

namespace {

constexpr int kT = 8, kX = 2, kU = 2, kRollouts = 8;

struct LqTask {
  LinearGaussianDynamics dynamics;
  QuadraticCost cost;

  static LqTask random(std::uint64_t seed) {
    Rng rng(seed);
    LinearGaussianDynamics dynamics = randomDynamics(kT, kX, kU, 1.05, rng);
    return {std::move(dynamics), randomCost(kT, kX + kU, rng)};
  }
  double costOf(const LinearGaussianController& p) const { return expectedCost(forwardPass(p, dynamics), cost).sum(); }
  double optimum() const {
    const std::vector<double> nu(kT, 1e-12);
    return costOf(LinearGaussianController::make(backwardPass(dynamics, cost, nu).steps).value());
  }
  CStepProblem problem(const LinearGaussianController& previous) const {
    CStepProblem problem;
    problem.dynamics = &dynamics;
    problem.cost = &cost;
    problem.terms.reference = &previous;
    problem.epsilon = 2.0;
    problem.params.covMin = 0.0;
    problem.params.klTol = 1e-3;
    return problem;
  }
};

LinearGaussianController start() {
  const LinearGaussianController::Step step{Matrix::Zero(kU, kX), Vector::Zero(kU), Matrix::Identity(kU, kU)};
  return LinearGaussianController::make(std::vector(kT, step)).value();
}

/// Observes [x, t] and knows a gain for every t, so its means can be those of any controller. One covariance.
class TimedPolicy final : public GlobalPolicy {
 public:
  TimedPolicy(std::vector<Matrix> gains, Matrix covariance)
      : m_gains(std::move(gains)), m_covariance(std::move(covariance)) {}
  int dO() const override { return kX + 1; }
  int dU() const override { return kU; }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    RowMatrix means(observations.rows(), kU);
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
      Vector z(kX + 1);
      z << observations.row(row).head(kX).transpose(), 1.0;
      means.row(row) = m_gains[static_cast<std::size_t>(std::lround(observations(row, kX)))] * z;
    }
    return means;
  }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  std::vector<Matrix> m_gains;  ///< [K k] per step
  Matrix m_covariance;
};

std::vector<Trajectory> rolloutsOf(const LinearGaussianController& p, const LqTask& task, Rng& rng) {
  std::vector<Trajectory> rollouts(kRollouts);
  const auto drawn = [&rng](const Matrix& cov) -> Vector {
    return *choleskyLower(cov) * randomMatrix(static_cast<int>(cov.rows()), 1, rng);
  };
  for (Trajectory& rollout : rollouts) {
    rollout.X.resize(kT, kX);
    rollout.U.resize(kT, kU);
    rollout.O.resize(kT, kX + 1);
    Vector x = task.dynamics.x1.mean + drawn(task.dynamics.x1.cov);
    for (int t = 0; t < kT; ++t) {
      const auto i = static_cast<std::size_t>(t);
      const Vector u = p.mean(t, x) + drawn(p.step(t).C);
      rollout.X.row(t) = x.transpose();
      rollout.U.row(t) = u.transpose();
      rollout.O.row(t) << x.transpose(), static_cast<double>(t);
      if (t + 1 == kT) break;
      Vector y(kX + kU);
      y << x, u;
      x = task.dynamics.F[i] * y + task.dynamics.f[i] + drawn(task.dynamics.W[i]);
    }
  }
  return rollouts;
}

/// The S-step by least squares per time step.
TimedPolicy trained(const std::vector<Trajectory>& rollouts, const LinearGaussianController& p,
                    const Multipliers& multipliers) {
  const ConditionTargets targets[] = {{rollouts, &p, &multipliers}};
  const PolicyDataset data = policyTargets(targets).value();
  std::vector<Matrix> gains;
  for (int t = 0; t < kT; ++t) {
    Matrix Z(kRollouts, kX + 1), Y(kRollouts, kU);
    for (int j = 0; j < kRollouts; ++j) {
      Z.row(j) << data.observations.row(j * kT + t).head(kX), 1.0;
      Y.row(j) = data.targets.row(j * kT + t);
    }
    gains.push_back(Z.colPivHouseholderQr().solve(Y).transpose());
  }
  return {gains, policyCovariance(data, data.weights, /*full=*/true, 0.0).value()};
}

struct Outcome {
  std::vector<double> cost;  ///< after every iteration
  double largestLambda = 0.0;
};

Outcome badmm(const LqTask& task, double rho, int iterations, std::uint64_t seed) {
  constexpr int kInner = 4;
  Rng rng(seed);
  Outcome outcome;
  LinearGaussianController p = start();
  Multipliers multipliers{std::vector<Vector>(kT, Vector::Zero(kU)), std::vector<Matrix>(kT, Matrix::Zero(kU, kX)),
                          Vector::Constant(kT, rho)};
  BadmmParams params;
  params.dualRate = 1.0;
  LineariseOptions options;
  options.conditioning.reg = 1e-12;
  options.conditioning.regRelative = 0.0;
  const std::vector<double> weights(kT, rho);
  for (int k = 0; k < iterations; ++k) {
    const LinearGaussianController previous = p;
    const std::vector<Trajectory> rollouts = rolloutsOf(previous, task, rng);
    for (int inner = 0; inner < kInner; ++inner) {
      const TimedPolicy policy = trained(rollouts, p, multipliers);
      const LinearisedPolicy pibar = linearise(policy, rollouts, {}, options).value();
      multipliers = dualStep(std::move(multipliers), p, pibar.controller, policy, rollouts, params);
      for (const Vector& lambda : multipliers.lambda) {
        outcome.largestLambda = std::max(outcome.largestLambda, lambda.norm());
      }
      CStepProblem problem = task.problem(previous);
      problem.terms.policy = &pibar.controller;
      problem.terms.rho = weights;
      problem.terms.lambda = multipliers.lambda;
      problem.terms.lambdaK = multipliers.lambdaK;
      p = cStep(problem).value().controller;
    }
    outcome.cost.push_back(task.costOf(p));
  }
  return outcome;
}

std::vector<double> trajectoryOptimisation(const LqTask& task, int iterations) {
  std::vector<double> cost;
  LinearGaussianController p = start();
  for (int k = 0; k < iterations; ++k) {
    const LinearGaussianController previous = p;
    p = cStep(task.problem(previous)).value().controller;
    cost.push_back(task.costOf(p));
  }
  return cost;
}

}  // namespace

/// BADMM with one condition and a policy that can be any controller has nothing to agree on.
class TestBadmmSingle : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void itIsTrajectoryOptimisation_data();
  void itIsTrajectoryOptimisation();
  void policyThatCannotFollowNeedsMultipliers();
};

void TestBadmmSingle::itIsTrajectoryOptimisation_data() {
  QTest::addColumn<int>("seed");
  for (int seed = 1; seed <= 4; ++seed) QTest::addRow("%d", seed) << seed;
}

// The multipliers stay at 0 but for rounding. What rho pulls back towards the policy of the inner iteration before
// vanishes with rho, and both rules meet at the optimum.
void TestBadmmSingle::itIsTrajectoryOptimisation() {
  QFETCH(int, seed);
  const LqTask task = LqTask::random(static_cast<std::uint64_t>(seed));
  constexpr int kIterations = 25;
  const std::vector<double> plain = trajectoryOptimisation(task, kIterations);
  const double all = task.costOf(start()) - task.optimum();
  const auto farthest = [&](const Outcome& outcome) {
    double share = 0.0;
    for (std::size_t k = 0; k < kIterations; ++k) share = std::max(share, std::abs(outcome.cost[k] - plain[k]) / all);
    return share;
  };
  double before = 1.0;
  for (const double rho : {1e-2, 1e-3, 1e-4}) {
    const Outcome outcome = badmm(task, rho, kIterations, static_cast<std::uint64_t>(seed) + 50);
    QVERIFY2(outcome.largestLambda < 1e-8, qPrintable(QString::number(outcome.largestLambda)));
    const double now = farthest(outcome);
    QVERIFY(now < 0.3 * before);
    before = now;
    QVERIFY(outcome.cost.back() - task.optimum() < 1e-2 * all);
  }
  QVERIFY(before < 1e-4);
  QVERIFY(plain.back() - task.optimum() < 1e-3 * all);
}

// The contrast: without a gain of its own the policy cannot follow, and the multipliers say so.
void TestBadmmSingle::policyThatCannotFollowNeedsMultipliers() {
  const LqTask task = LqTask::random(1);
  Rng rng(9);
  const LinearGaussianController p = start();
  const std::vector<Trajectory> rollouts = rolloutsOf(p, task, rng);
  const TimedPolicy blind(std::vector<Matrix>(kT, Matrix::Constant(kU, kX + 1, 0.2)), Matrix::Identity(kU, kU));
  const Multipliers none{{}, {}, Vector::Constant(kT, 1.0)};
  const Multipliers after = dualStep(none, p, p, blind, rollouts, BadmmParams{});
  QVERIFY(after.lambda.front().norm() > 1e-3);
}

QTEST_APPLESS_MAIN(TestBadmmSingle)
#include "tst_badmm_single.moc"
