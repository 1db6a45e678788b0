// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dynamics/dynamics_fit.h"
#include "core/math/linalg.h"

using namespace gps;

namespace {

constexpr int kT = 12;
constexpr int kStates = 3;
constexpr int kActions = 2;

/// Rollouts of x' = A x + B u + b (+ a slight bend), with random starts and actions.
std::vector<Trajectory> rollouts(int N, double bend, std::uint64_t seed) {
  Rng rng(seed);
  Matrix A(kStates, kStates), B(kStates, kActions);
  A << 0.9, 0.1, 0.0, -0.1, 0.8, 0.2, 0.05, 0.0, 0.95;
  B << 0.1, 0.0, 0.0, 0.2, 0.1, 0.1;
  const Vector b = Vector::LinSpaced(kStates, 0.1, 0.3);
  std::vector<Trajectory> result;
  for (int j = 0; j < N; ++j) {
    Trajectory rollout;
    rollout.X.resize(kT, kStates);
    rollout.U.resize(kT, kActions);
    Vector x(kStates), u(kActions);
    for (int i = 0; i < kStates; ++i) x(i) = rng.normal();
    for (int t = 0; t < kT; ++t) {
      for (int i = 0; i < kActions; ++i) u(i) = rng.normal();
      rollout.X.row(t) = x.transpose();
      rollout.U.row(t) = u.transpose();
      x = (A * x + B * u + b + bend * x.array().sin().matrix()).eval();
    }
    result.push_back(std::move(rollout));
  }
  return result;
}

DynamicsParams almostNoRidge() {
  DynamicsParams params;
  params.reg = 1e-12;
  params.regRelative = 0.0;
  return params;
}

}  // namespace

class TestDynamicsFit : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void exactLinearSystemIsRecovered();
  void orderOfRolloutsDoesNotMatter();
  void initialStateHasTheSampleMoments();
  void lastStepHasNoTransition();
  void mixturePriorPredictsBetterFromFewRollouts();
  void windowPriorPredictsBetterFromFewRollouts();
  void pooledFitPredictsBetterFromFewRollouts();
  void pooledFitOfALinearSystemIsTheSystem();
  void ridgeAndNoiseFollowTheKindOfTheEntry();
  void pooledMomentsAreThoseOfAllPoints();
  void fitsStopWhenTold();
  void oneRolloutGivesAFiniteFit();
  void constantStateGivesAFiniteFit();
  void nanIsAnErrorWithTheTimeStep();
  void noRolloutsAreAnError();
};

void TestDynamicsFit::exactLinearSystemIsRecovered() {
  const std::vector<Trajectory> data = rollouts(9, 0.0, 1);
  const Result<LinearGaussianDynamics> fit = fitDynamics(data, {}, almostNoRidge());
  QVERIFY(fit);
  for (std::size_t t = 0; t + 1 < kT; ++t) {
    QVERIFY(std::abs(fit->F[t](0, 0) - 0.9) < 1e-6);
    QVERIFY(std::abs(fit->F[t](1, 2) - 0.2) < 1e-6);
    QVERIFY(std::abs(fit->F[t](1, 4) - 0.2) < 1e-6);
    QVERIFY(std::abs(fit->f[t](2) - 0.3) < 1e-6);
    QVERIFY(fit->W[t].norm() < 1e-9);
  }
  const Vector r2 = oneStepR2(*fit, rollouts(4, 0.0, 2));
  QCOMPARE(r2.size(), Eigen::Index{kT - 1});
  QVERIFY(r2.minCoeff() > 1.0 - 1e-9);
}

void TestDynamicsFit::orderOfRolloutsDoesNotMatter() {
  std::vector<Trajectory> data = rollouts(8, 0.3, 3);
  const Result<LinearGaussianDynamics> a = fitDynamics(data, {}, {});
  std::reverse(data.begin(), data.end());
  const Result<LinearGaussianDynamics> b = fitDynamics(data, {}, {});
  QVERIFY(a && b);
  for (std::size_t t = 0; t < kT; ++t) {
    QVERIFY((a->F[t] - b->F[t]).cwiseAbs().maxCoeff() < 1e-12);
    QVERIFY((a->f[t] - b->f[t]).cwiseAbs().maxCoeff() < 1e-12);
    QVERIFY((a->W[t] - b->W[t]).cwiseAbs().maxCoeff() < 1e-12);
  }
}

void TestDynamicsFit::initialStateHasTheSampleMoments() {
  std::vector<Trajectory> data = rollouts(2, 0.0, 4);
  data[0].X.row(0) << 1.0, 2.0, 5.0;
  data[1].X.row(0) << 3.0, 2.0, 5.0;
  DynamicsParams params;
  params.initialStateVar = 1e-4;
  const Result<LinearGaussianDynamics> fit = fitDynamics(data, {}, params);
  QVERIFY(fit);
  QCOMPARE(fit->x1.mean(0), 2.0);
  QCOMPARE(fit->x1.cov(0, 0), 1.0);
  QCOMPARE(fit->x1.cov(1, 1), 1e-4);
  QCOMPARE(fit->x1.cov(0, 1), 0.0);
}

void TestDynamicsFit::lastStepHasNoTransition() {
  const std::vector<Trajectory> data = rollouts(6, 0.0, 5);
  QCOMPARE(transitions(data[0]).rows(), Eigen::Index{kT - 1});
  QCOMPARE(transitions(data[0])(3, kStates + kActions), data[0].X(4, 0));
  const Result<LinearGaussianDynamics> fit = fitDynamics(data, {}, {});
  QVERIFY(fit);
  QCOMPARE(fit->horizon(), kT);
  QCOMPARE(fit->dU(), kActions);
  QCOMPARE(fit->F.back().norm() + fit->f.back().norm() + fit->W.back().norm(), 0.0);
}

// Three rollouts cannot determine a map of five inputs; transitions of other time steps fill the gap.
void TestDynamicsFit::mixturePriorPredictsBetterFromFewRollouts() {
  const std::vector<Trajectory> past = rollouts(12, 0.1, 6);
  const std::vector<Trajectory> now = rollouts(3, 0.1, 7);
  const std::vector<Trajectory> next = rollouts(20, 0.1, 8);
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : past) points.push_back(transitions(rollout));
  const Result<MixtureUpdate> update = updateMixture({}, points, {}, Rng(1));
  QVERIFY(update);
  const Result<LinearGaussianDynamics> with = fitDynamics(now, update->prior, {});
  const Result<LinearGaussianDynamics> without = fitDynamics(now, {}, {});
  QVERIFY(with && without);
  QVERIFY(oneStepR2(*with, next).mean() > oneStepR2(*without, next).mean() + 0.2);
}

void TestDynamicsFit::windowPriorPredictsBetterFromFewRollouts() {
  const std::vector<Trajectory> now = rollouts(3, 0.1, 7);
  const std::vector<Trajectory> next = rollouts(20, 0.1, 8);
  WindowPrior prior{{}, 2};
  for (const Trajectory& rollout : now) prior.rollouts.push_back(transitions(rollout));
  const Result<LinearGaussianDynamics> with = fitDynamics(now, prior, {});
  const Result<LinearGaussianDynamics> without = fitDynamics(now, {}, {});
  QVERIFY(with && without);
  QVERIFY(oneStepR2(*with, next).mean() > oneStepR2(*without, next).mean() + 0.2);
}

// The system is the same at all steps, so the pooled fit knows what three rollouts at one step cannot.
void TestDynamicsFit::pooledFitPredictsBetterFromFewRollouts() {
  const std::vector<Trajectory> now = rollouts(3, 0.1, 7);
  const std::vector<Trajectory> other = rollouts(3, 0.1, 9);
  const std::vector<Trajectory> next = rollouts(20, 0.1, 8);
  DynamicsParams params;
  params.ridgePosition = 0.1;
  params.ridgeAction = 0.1;
  const std::vector<std::span<const Trajectory>> both{now, other};
  const Result<Matrix> F0 = fitPooled(both, params);
  QVERIFY(F0);
  const Result<LinearGaussianDynamics> with = fitDynamics(now, {}, params, {.pooled = *F0});
  const Result<LinearGaussianDynamics> without = fitDynamics(now, {}, params);
  QVERIFY(with && without);
  QVERIFY(oneStepR2(*with, next).mean() > oneStepR2(*without, next).mean() + 0.2);
  for (std::size_t t = 0; t + 1 < kT; ++t) QVERIFY(choleskyLower(with->W[t]).has_value());
  // A single rollout leaves every direction to the pooled fit.
  const Result<LinearGaussianDynamics> one = fitDynamics(std::span(now).first(1), {}, params, {.pooled = *F0});
  QVERIFY(one);
  QVERIFY((one->F[3] - *F0).norm() < 1e-12);
}

void TestDynamicsFit::pooledFitOfALinearSystemIsTheSystem() {
  const std::vector<Trajectory> a = rollouts(3, 0.0, 12), b = rollouts(2, 0.0, 13);
  const std::vector<std::span<const Trajectory>> both{a, b};
  const Result<Matrix> F0 = fitPooled(both, almostNoRidge());
  const Result<LinearGaussianDynamics> exact = fitDynamics(rollouts(9, 0.0, 1), {}, almostNoRidge());
  QVERIFY(F0 && exact);
  QVERIFY((*F0 - exact->F[0]).cwiseAbs().maxCoeff() < 1e-6);
  std::vector<Trajectory> still = a;
  for (Trajectory& rollout : still) {
    rollout.X.conservativeResize(1, Eigen::NoChange);
    rollout.U.conservativeResize(1, Eigen::NoChange);
  }
  const std::vector<std::span<const Trajectory>> noTransition{still};
  const Result<Matrix> none = fitPooled(noTransition, {});
  QVERIFY(none);
  QCOMPARE(none->size(), Eigen::Index{0});
}

// The merged moments of the rollouts against one regression on all points at once.
void TestDynamicsFit::pooledMomentsAreThoseOfAllPoints() {
  std::vector<Trajectory> a = rollouts(4, 0.4, 15), b = rollouts(2, 0.4, 16);
  for (Trajectory& rollout : b) rollout.X.col(0).array() += 1e3;
  const std::vector<std::span<const Trajectory>> both{a, b};
  const Result<Matrix> F0 = fitPooled(both, {});
  Matrix points(6 * (kT - 1), 2 * kStates + kActions);
  for (int j = 0; j < 6; ++j) {
    points.middleRows(j * (kT - 1), kT - 1) = transitions(j < 4 ? a[static_cast<std::size_t>(j)]
                                                                : b[static_cast<std::size_t>(j - 4)]);
  }
  ConditioningOptions options;
  options.regRelative = DynamicsParams{}.regRelative;
  const Result<ConditionalGaussian> whole = fitConditional(points, kStates + kActions, {}, options);
  QVERIFY(F0 && whole);
  QVERIFY((*F0 - whole->F).cwiseAbs().maxCoeff() < 1e-9);
}

void TestDynamicsFit::fitsStopWhenTold() {
  const std::vector<Trajectory> data = rollouts(4, 0.1, 17);
  int asked = 0;
  DynamicsContext context;
  context.keepGoing = [&asked] { return ++asked < 4; };
  const Result<LinearGaussianDynamics> fit = fitDynamics(data, {}, {}, context);
  QVERIFY(!fit);
  QCOMPARE(fit.error().what, std::string("stopped"));
  QCOMPARE(asked, 4);
  asked = 1;
  const std::vector<std::span<const Trajectory>> one{data};
  const Result<Matrix> pooled = fitPooled(one, {}, context);
  QVERIFY(!pooled);
  QCOMPARE(pooled.error().what, std::string("stopped"));
  QCOMPARE(asked, 4);
}

void TestDynamicsFit::ridgeAndNoiseFollowTheKindOfTheEntry() {
  const std::vector<Trajectory> data = rollouts(9, 0.1, 14);
  const std::vector<bool> kinds{false, true, false};
  const Vector squares = squaresByKind(kinds, 3, 0.5, 2.0);
  QCOMPARE(squares, (Vector(3) << 0.25, 4.0, 0.25).finished());
  QCOMPARE(squaresByKind({}, 3, 0.5, 2.0), Vector::Constant(3, 0.25));
  QCOMPARE(squaresByKind(kinds, 3, 0.0, 0.0).size(), Eigen::Index{0});

  const DynamicsContext context{.velocityEntry = kinds};
  const Result<LinearGaussianDynamics> plain = fitDynamics(data, {}, {}, context);
  DynamicsParams params;
  params.noiseVelocity = 0.3;
  const Result<LinearGaussianDynamics> noisy = fitDynamics(data, {}, params, context);
  QVERIFY(plain && noisy);
  const Matrix added = noisy->W[2] - plain->W[2];
  QVERIFY(std::abs(added(1, 1) - 0.09) < 1e-12 && std::abs(added.norm() - 0.09) < 1e-12);

  // An enormous ridge silences exactly the entries of its kind.
  const auto gains = [&](double DynamicsParams::*ridge) {
    DynamicsParams strict;
    strict.*ridge = 1e6;
    return fitDynamics(data, {}, strict, context)->F[2].cwiseAbs().colwise().maxCoeff().eval();
  };
  const Eigen::RowVectorXd velocity = gains(&DynamicsParams::ridgeVelocity);
  QVERIFY(velocity(1) < 1e-6 && velocity(0) > 0.1 && velocity(2) > 0.1 && velocity(3) > 0.01);
  const Eigen::RowVectorXd position = gains(&DynamicsParams::ridgePosition);
  QVERIFY(position(1) > 0.1 && position(0) < 1e-6 && position(2) < 1e-6 && position(3) > 0.01);
  const Eigen::RowVectorXd action = gains(&DynamicsParams::ridgeAction);
  QVERIFY(action(1) > 0.1 && action(0) > 0.1 && action(3) < 1e-6 && action(4) < 1e-6);
}

void TestDynamicsFit::oneRolloutGivesAFiniteFit() {
  const Result<LinearGaussianDynamics> fit = fitDynamics(rollouts(1, 0.1, 9), {}, {});
  QVERIFY(fit);
  for (std::size_t t = 0; t + 1 < kT; ++t) {
    QVERIFY(fit->F[t].allFinite() && fit->f[t].allFinite());
    QVERIFY(choleskyLower(fit->W[t]).has_value());
  }
  QVERIFY(oneStepR2(*fit, rollouts(1, 0.1, 9)).allFinite());
}

void TestDynamicsFit::constantStateGivesAFiniteFit() {
  std::vector<Trajectory> data = rollouts(5, 0.1, 10);
  for (Trajectory& rollout : data) rollout.X.col(1).setConstant(0.4);
  std::vector<RowMatrix> points;
  for (const Trajectory& rollout : data) points.push_back(transitions(rollout));
  const Result<MixtureUpdate> update = updateMixture({}, points, {}, Rng(1));
  QVERIFY(update);
  const Result<LinearGaussianDynamics> fit = fitDynamics(data, update->prior, {});
  QVERIFY(fit);
  for (std::size_t t = 0; t + 1 < kT; ++t) {
    QVERIFY(fit->F[t].allFinite() && choleskyLower(fit->W[t]).has_value());
    // A coordinate that never moves is predicted to stay.
    const Vector y = Vector::Zero(kStates + kActions);
    QVERIFY(std::abs((fit->F[t] * y + fit->f[t])(1) - 0.4) < 1e-6);
  }
}

void TestDynamicsFit::nanIsAnErrorWithTheTimeStep() {
  std::vector<Trajectory> data = rollouts(4, 0.0, 11);
  data[2].X(7, 1) = std::numeric_limits<double>::quiet_NaN();
  const Result<LinearGaussianDynamics> state = fitDynamics(data, {}, {});
  QVERIFY(!state);
  QCOMPARE(state.error().what, std::string("The state is not finite at time step 7 of rollout 2."));
  data[1].U(3, 0) = std::numeric_limits<double>::infinity();
  const Result<LinearGaussianDynamics> action = fitDynamics(data, {}, {});
  QVERIFY(!action);
  QCOMPARE(action.error().what, std::string("The action is not finite at time step 3 of rollout 1."));
}

void TestDynamicsFit::noRolloutsAreAnError() {
  QVERIFY(!fitDynamics({}, {}, {}));
}

QTEST_APPLESS_MAIN(TestDynamicsFit)
#include "tst_dynamics_fit.moc"
