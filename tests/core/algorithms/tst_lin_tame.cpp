// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/algorithms/model_steps.h"
#include "tests/core/algorithms/fake_context.h"

using namespace gps;
using gps::test::FakeContext;

namespace {

constexpr int kT = 20;
constexpr double kBound = 3.0;  // ranges of the sampled states, as the parameter's help says

double track(int t) {
  return 0.5 * std::cos(0.4 * t);
}

/// mu = gain * o.
class GainPolicy final : public GlobalPolicy {
 public:
  explicit GainPolicy(double gain) : m_gain(gain) {}
  int dO() const override { return 1; }
  int dU() const override { return 1; }
  RowMatrix mean(const Eigen::Ref<const RowMatrix>& observations) const override { return m_gain * observations; }
  const Matrix& covariance() const override { return m_covariance; }

 private:
  double m_gain;
  Matrix m_covariance = 1e-4 * Matrix::Identity(1, 1);
};

/// Three rollouts about a track, x = track + d, that the policy sees as o = d. Dynamics d' = a d + 0.1 u, so the
/// linearised policy with gain K closes the loop with a + 0.1 K: with a = 0.9 stable below 1, explosive far above.
struct Loop {
  explicit Loop(double gain, double a = 0.9) {
    task.name = "loop";
    task.T = kT;
    task.dX = task.dU = task.dO = 1;
    task.conditions = {"only"};
    Rng rng(3);
    ConditionData condition;
    auto dynamics = std::make_shared<LinearGaussianDynamics>();
    for (int t = 0; t < kT; ++t) {
      dynamics->F.push_back((Matrix(1, 2) << a, 0.1).finished());
      dynamics->f.push_back(Vector::Constant(1, track(t + 1) - a * track(t)));
      dynamics->W.push_back(Matrix::Constant(1, 1, 1e-6));
    }
    dynamics->x1 = {Vector::Constant(1, track(0)), Matrix::Constant(1, 1, 0.01)};
    condition.dynamics = dynamics;
    for (int j = 0; j < 3; ++j) {
      Trajectory rollout;
      rollout.X.resize(kT, 1);
      rollout.O.resize(kT, 1);
      rollout.U = RowMatrix::Zero(kT, 1);
      for (int t = 0; t < kT; ++t) {
        rollout.O(t, 0) = 0.1 * rng.normal();
        rollout.X(t, 0) = track(t) + rollout.O(t, 0);
      }
      condition.trajectories.push_back(std::move(rollout));
    }
    data.push_back(std::move(condition));
    state.policy = std::make_shared<GainPolicy>(gain);
    state.conditions.resize(1);
  }

  LinearGaussianController linearised(bool tame) {
    Parameters parameters;
    parameters.policy.linTame = tame;
    FakeContext run(task, parameters);
    return lineariseAll(run, state, data, false, ResidualMode::Full, &report).value().front().controller;
  }
  /// Adds a second state entry that moves by 1e-9, and that the fitted dynamics let stray by 1e-3.
  void addStillEntry() {
    task.dX = 2;
    ConditionData& condition = data.front();
    auto dynamics = std::make_shared<LinearGaussianDynamics>();
    for (int t = 0; t < kT; ++t) {
      const auto i = static_cast<std::size_t>(t);
      Matrix F = Matrix::Zero(2, 3);
      F(0, 0) = condition.dynamics->F[i](0, 0);
      F(0, 2) = condition.dynamics->F[i](0, 1);
      dynamics->F.push_back(F);
      dynamics->f.push_back((Vector(2) << condition.dynamics->f[i](0), 0.0).finished());
      dynamics->W.push_back(1e-6 * Matrix::Identity(2, 2));
    }
    dynamics->x1 = {(Vector(2) << track(0), 0.0).finished(), 0.01 * Matrix::Identity(2, 2)};
    dynamics->x1.cov(1, 1) = 1e-6;
    condition.dynamics = dynamics;
    for (Trajectory& rollout : condition.trajectories) {
      const RowMatrix one = rollout.X;
      rollout.X.resize(kT, 2);
      rollout.X.col(0) = one;
      for (int t = 0; t < kT; ++t) rollout.X(t, 1) = t % 2 == 0 ? 1e-9 : 0.0;
    }
  }
  /// What lineariseAll does at its n-th try: ridges four times those of the one before.
  LinearGaussianController withRidge(double times) const {
    LineariseOptions options;
    const PolicyParams params;
    options.conditioning.reg = params.linReg;
    options.conditioning.regRelative = times * params.linRegRelative;
    return linearise(*state.policy, data.front().trajectories, {}, options).value().controller;
  }
  /// How far mean and deviation of the first state entry leave the sampled range, in halves of that range about its middle.
  double reach(const LinearGaussianController& controller) const {
    double low = 1e300, high = -1e300;
    for (const Trajectory& rollout : data.front().trajectories) {
      low = std::min(low, rollout.X.col(0).minCoeff());
      high = std::max(high, rollout.X.col(0).maxCoeff());
    }
    const Marginals marginals = forwardPass(controller, *data.front().dynamics);
    double farthest = 0.0;
    for (int t = 0; t < kT; ++t) {
      const auto i = static_cast<std::size_t>(t);
      const double away = std::abs(marginals.mean[i](0) - 0.5 * (low + high)) + std::sqrt(marginals.cov[i](0, 0));
      farthest = std::max(farthest, away / (0.5 * (high - low)));
    }
    return farthest;
  }

  Task task;
  AlgorithmState state;
  std::vector<ConditionData> data;
  IterationReport report;
};

bool sameBits(const LinearGaussianController& a, const LinearGaussianController& b) {
  for (int t = 0; t < kT; ++t) {
    if (a.step(t).K != b.step(t).K || a.step(t).k != b.step(t).k || a.step(t).C != b.step(t).C) return false;
  }
  return true;
}

}  // namespace

/// pol.lin_tame: the linearised policy must not leave the sampled states far behind.
class TestLinTame : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void harmlessLinearisationIsLeftAlone();
  void explosiveLinearisationIsTamed_data();
  void explosiveLinearisationIsTamed();
  void hopelessLinearisationIsTheTamestThereIs();
  void stabilisingGainsAreNotTamedAway();
  void anEntryThatHardlyMovesDoesNotDecide();
  void whatCannotBeTamedIsSaid();
};

void TestLinTame::harmlessLinearisationIsLeftAlone() {
  for (const double gain : {-5.0, 0.0, 0.5}) {
    Loop loop(gain);
    const LinearGaussianController plain = loop.linearised(false), tamed = loop.linearised(true);
    QVERIFY(loop.reach(plain) < kBound);
    QVERIFY(sameBits(plain, tamed));
  }
}

void TestLinTame::explosiveLinearisationIsTamed_data() {
  QTest::addColumn<double>("gain");
  QTest::addColumn<double>("ridge");  // the first power of four that is enough, from K = gain/(1 + 0.01 ridge)
  QTest::newRow("loop of 1.4") << 5.0 << 256.0;
  // The ridge of 256 leaves these at 2.99 and 3.41 ranges.
  QTest::newRow("just tame") << 7.25 << 256.0;
  QTest::newRow("just wild") << 7.5 << 1024.0;
}

void TestLinTame::explosiveLinearisationIsTamed() {
  QFETCH(double, gain);
  QFETCH(double, ridge);
  Loop loop(gain);
  QVERIFY(loop.reach(loop.linearised(false)) > 10.0 * kBound);
  const LinearGaussianController tamed = loop.linearised(true);
  QVERIFY2(loop.reach(tamed) <= kBound, qPrintable(QString::number(loop.reach(tamed))));
  // No tamer than it has to be.
  QVERIFY(sameBits(tamed, loop.withRidge(ridge)));
  QVERIFY(loop.reach(loop.withRidge(ridge / 4.0)) > kBound);
}

void TestLinTame::hopelessLinearisationIsTheTamestThereIs() {
  Loop loop(200.0);
  const LinearGaussianController tamed = loop.linearised(true);
  QVERIFY(loop.reach(tamed) > kBound);
  QVERIFY(sameBits(tamed, loop.withRidge(1024.0)));
  for (const double ridge : {1.0, 4.0, 16.0, 64.0, 256.0}) {
    QVERIFY(loop.reach(loop.withRidge(ridge)) > loop.reach(tamed));
  }
}

// Without its gain this loop is worse still, so the first try is the tamest.
void TestLinTame::stabilisingGainsAreNotTamedAway() {
  Loop loop(-2.0, 1.5);
  const LinearGaussianController tamed = loop.linearised(true);
  QVERIFY(loop.reach(tamed) > kBound);
  QVERIFY(loop.reach(loop.withRidge(1024.0)) > 10.0 * loop.reach(tamed));
  QVERIFY(sameBits(tamed, loop.linearised(false)));
}

// In its own ranges of 5e-10 that entry is two million away whatever the ridge; it must not hide the entry that
// explodes.
void TestLinTame::anEntryThatHardlyMovesDoesNotDecide() {
  Loop loop(5.0);
  loop.addStillEntry();
  QVERIFY(loop.reach(loop.linearised(false)) > 10.0 * kBound);
  const LinearGaussianController tamed = loop.linearised(true);
  QVERIFY2(loop.reach(tamed) <= kBound, qPrintable(QString::number(loop.reach(tamed))));
  QVERIFY(loop.report.warnings.empty());
}

void TestLinTame::whatCannotBeTamedIsSaid() {
  Loop tame(5.0), hopeless(200.0);
  (void)tame.linearised(true);
  QVERIFY(tame.report.warnings.empty());
  (void)hopeless.linearised(false);
  QVERIFY(hopeless.report.warnings.empty());
  (void)hopeless.linearised(true);
  QCOMPARE(hopeless.report.warnings.size(), std::size_t{1});
  QCOMPARE(hopeless.report.warnings[0].key, std::string("lin_tame"));
  QCOMPARE(hopeless.report.warnings[0].conditions, std::vector<int>{0});
}

QTEST_APPLESS_MAIN(TestLinTame)
#include "tst_lin_tame.moc"
