// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/math/linalg.h"
#include "core/policy/linearise.h"

using namespace gps;

namespace {

constexpr int kT = 8;
constexpr int kStates = 3;
constexpr int kActions = 2;

/// mu(o) = W o + b + bend sin(o_0).
class TestPolicy final : public GlobalPolicy {
 public:
  explicit TestPolicy(double bend = 0.0) : m_bend(bend) {
    W << 0.5, -1.0, 0.3, 0.2, 0.1, -0.7;
    b << 0.4, -0.6;
    m_covariance << 0.3, 0.1, 0.1, 0.2;
  }
  int dO() const override { return kStates; }
  int dU() const override { return kActions; }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override {
    RowMatrix means = observations * W.transpose();
    means.rowwise() += b.transpose();
    means.colwise() += m_bend * observations.col(0).array().sin().matrix();
    return means;
  }
  const Matrix& covariance() const override { return m_covariance; }

  Matrix W = Matrix(kActions, kStates);
  Vector b = Vector(kActions);

 private:
  double m_bend;
  Matrix m_covariance = Matrix(kActions, kActions);
};

std::vector<Trajectory> rollouts(int N, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Trajectory> result;
  for (int j = 0; j < N; ++j) {
    Trajectory rollout;
    rollout.X.resize(kT, kStates);
    for (Eigen::Index i = 0; i < rollout.X.size(); ++i) rollout.X(i) = rng.normal();
    rollout.U = RowMatrix::Zero(kT, kActions);
    rollout.O = rollout.X;
    result.push_back(std::move(rollout));
  }
  return result;
}

LineariseOptions almostNoRidge() {
  LineariseOptions options;
  options.conditioning.reg = 1e-12;
  options.conditioning.regRelative = 0.0;
  return options;
}

LinearGaussianController constantController(const Matrix& K, const Vector& k, const Matrix& C) {
  std::vector<LinearGaussianController::Step> steps(kT, LinearGaussianController::Step{K, k, C});
  return LinearGaussianController::make(std::move(steps)).value();
}

}  // namespace

class TestLinearise : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void linearPolicyIsRecovered();
  void residualWidensTheCovariance();
  void residualIsFullCappedOrOff();
  void ridgeOfAStateEntryLowersItsGain();
  void oneRolloutGivesAValidController();
  void gainsFollowTheUnitsOfTheState();
  void nanIsAnErrorWithTheTimeStep();
  void stopsWhenTold();
  void noRolloutsAreAnError();
  void klOfEqualGaussiansIsZero();
  void klHasItsClosedForms();
};

void TestLinearise::linearPolicyIsRecovered() {
  const TestPolicy policy;
  const Result<LinearisedPolicy> fit = linearise(policy, rollouts(8, 1), {}, almostNoRidge());
  QVERIFY(fit);
  QCOMPARE(fit->controller.horizon(), kT);
  for (int t = 0; t < kT; ++t) {
    QVERIFY((fit->controller.step(t).K - policy.W).norm() < 1e-6);
    QVERIFY((fit->controller.step(t).k - policy.b).norm() < 1e-6);
    QVERIFY((fit->controller.step(t).C - policy.covariance()).norm() < 1e-8);
  }
  QVERIFY(fit->r2.minCoeff() > 1.0 - 1e-9);
}

void TestLinearise::residualWidensTheCovariance() {
  const TestPolicy policy(2.0);
  const Result<LinearisedPolicy> fit = linearise(policy, rollouts(12, 2), {}, almostNoRidge());
  QVERIFY(fit);
  for (int t = 0; t < kT; ++t) {
    const Matrix residual = fit->controller.step(t).C - policy.covariance();
    QVERIFY(choleskyLower(residual).has_value());
    QVERIFY(residual.trace() > 1e-3);
    QVERIFY(fit->r2(t) < 1.0 && fit->r2(t) > 0.0);
  }
}

void TestLinearise::residualIsFullCappedOrOff() {
  for (const double bend : {0.2, 2.0, 20.0}) {
    const TestPolicy policy(bend);
    const std::vector<Trajectory> data = rollouts(12, 2);
    LineariseOptions options = almostNoRidge();
    const Result<LinearisedPolicy> full = linearise(policy, data, {}, options);
    options.residual = ResidualMode::Capped;
    const Result<LinearisedPolicy> capped = linearise(policy, data, {}, options);
    options.residual = ResidualMode::Off;
    const Result<LinearisedPolicy> off = linearise(policy, data, {}, options);
    QVERIFY(full && capped && off);
    const Matrix Sigma = policy.covariance();
    for (int t = 0; t < kT; ++t) {
      QCOMPARE(off->controller.step(t).C, Sigma);
      QCOMPARE(off->controller.step(t).K, full->controller.step(t).K);
      QCOMPARE(capped->controller.step(t).K, full->controller.step(t).K);
      const Matrix residual = full->controller.step(t).C - Sigma;
      const Matrix kept = capped->controller.step(t).C - Sigma;
      const Vector before = Eigen::GeneralizedSelfAdjointEigenSolver<Matrix>(residual, Sigma).eigenvalues();
      const Vector after = Eigen::GeneralizedSelfAdjointEigenSolver<Matrix>(kept, Sigma).eigenvalues();
      QVERIFY((after - before.cwiseMin(1.0)).cwiseAbs().maxCoeff() < 1e-8);
    }
  }
}

void TestLinearise::ridgeOfAStateEntryLowersItsGain() {
  const TestPolicy policy;
  const std::vector<Trajectory> data = rollouts(8, 1);
  LineariseOptions options = almostNoRidge();
  options.conditioning.inputRidge = (Vector(3) << 0.0, 1e6, 0.0).finished();
  const Result<LinearisedPolicy> fit = linearise(policy, data, {}, options);
  QVERIFY(fit);
  QVERIFY(fit->controller.step(3).K.col(1).norm() < 1e-5);
  QVERIFY(fit->controller.step(3).K.col(0).norm() > 0.1);
}

void TestLinearise::oneRolloutGivesAValidController() {
  const TestPolicy policy(1.0);
  const std::vector<Trajectory> data = rollouts(1, 3);
  const Result<LinearisedPolicy> fit = linearise(policy, data, {}, {});
  QVERIFY(fit);
  QVERIFY(fit->r2.allFinite());
  // It says what the policy says at that sample.
  const RowMatrix means = policy.mean(data[0].O);
  for (int t = 0; t < kT; ++t) {
    QVERIFY((fit->controller.mean(t, data[0].X.row(t).transpose()) - means.row(t).transpose()).norm() < 1e-9);
  }
}

// A mixture prior makes the ridge relative to the spread of the states, so units do not matter.
void TestLinearise::gainsFollowTheUnitsOfTheState() {
  const TestPolicy policy(0.5);
  std::vector<Trajectory> metres = rollouts(6, 4);
  std::vector<Trajectory> millimetres = metres;
  for (Trajectory& rollout : millimetres) rollout.X.col(0) *= 1000.0;
  const auto linearised = [&policy](const std::vector<Trajectory>& data) {
    std::vector<RowMatrix> points;
    for (const Trajectory& rollout : data) points.push_back(policyPoints(policy, rollout));
    MixtureSettings settings;
    settings.minPointsPerCluster = 20;
    return linearise(policy, data, updateMixture({}, points, settings, Rng(1)).value().prior, {});
  };
  const Result<LinearisedPolicy> a = linearised(metres);
  const Result<LinearisedPolicy> b = linearised(millimetres);
  QVERIFY(a && b);
  for (int t = 0; t < kT; ++t) {
    QVERIFY((a->controller.step(t).K.col(0) - 1000.0 * b->controller.step(t).K.col(0)).norm() < 1e-6);
    QVERIFY((a->controller.step(t).C - b->controller.step(t).C).norm() < 1e-6);
  }
}

void TestLinearise::nanIsAnErrorWithTheTimeStep() {
  const TestPolicy policy;
  std::vector<Trajectory> data = rollouts(3, 5);
  data[2].O(6, 1) = std::numeric_limits<double>::quiet_NaN();
  const Result<LinearisedPolicy> fit = linearise(policy, data, {}, {});
  QVERIFY(!fit);
  QCOMPARE(fit.error().what,
           std::string("The policy's mean action is not finite at time step 6 of rollout 2."));
}

void TestLinearise::stopsWhenTold() {
  int asked = 0;
  LineariseOptions options;
  options.keepGoing = [&asked] { return ++asked < 4; };
  const Result<LinearisedPolicy> fit = linearise(TestPolicy(), rollouts(4, 1), {}, options);
  QVERIFY(!fit);
  QCOMPARE(fit.error().what, std::string("stopped"));
  QCOMPARE(asked, 4);
}

void TestLinearise::noRolloutsAreAnError() {
  QVERIFY(!linearise(TestPolicy(), {}, {}, {}));
}

void TestLinearise::klOfEqualGaussiansIsZero() {
  const TestPolicy policy;
  const LinearGaussianController same = constantController(policy.W, policy.b, policy.covariance());
  QVERIFY(klControllerPolicy(same, policy, rollouts(4, 6)).cwiseAbs().maxCoeff() < 1e-12);
  QVERIFY(klPolicyController(policy, same, rollouts(4, 6)).cwiseAbs().maxCoeff() < 1e-12);
}

// With C = a Sigma and means differing by d: KL(p||pi) = 0.5 (n (a - 1 - ln a) + d'Sigma^-1 d), and
// KL(pi||p) = 0.5 (n (1/a - 1 + ln a) + d'Sigma^-1 d / a).
void TestLinearise::klHasItsClosedForms() {
  const TestPolicy policy;
  const double a = 2.5;
  const Vector d = Vector::Constant(kActions, 0.3);
  const LinearGaussianController p = constantController(policy.W, policy.b + d, a * policy.covariance());
  const Matrix L = *choleskyLower(policy.covariance());
  const double distance = L.triangularView<Eigen::Lower>().solve(d).squaredNorm();
  const double forward = 0.5 * (kActions * (a - 1.0 - std::log(a)) + distance);
  const double backward = 0.5 * (kActions * (1.0 / a - 1.0 + std::log(a)) + distance / a);
  const Vector klForward = klControllerPolicy(p, policy, rollouts(4, 7));
  const Vector klBackward = klPolicyController(policy, p, rollouts(4, 7));
  QVERIFY((klForward.array() - forward).abs().maxCoeff() < 1e-12);
  QVERIFY((klBackward.array() - backward).abs().maxCoeff() < 1e-12);
}

QTEST_APPLESS_MAIN(TestLinearise)
#include "tst_linearise.moc"
