// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"
#include "tests/core/math/sample_points.h"

using namespace gps;

namespace {

bool isUsable(const ConditionalGaussian& fit) {
  return fit.F.allFinite() && fit.f.allFinite() && fit.W.allFinite() && choleskyLower(fit.W).has_value();
}

}  // namespace

/// Priors learnt from recent rollouts: mixtures and windows.
class TestJointPrior : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void updateKeepsTheNewestRollouts();
  void updateIsDeterministic();
  void updateWarmStartsWhileTheNumberOfClustersStays();
  void mixtureFollowsTheUnitsOfTheData();
  void degenerateDataGiveAUsablePrior();
  void updateNamesTheBadTimeStep();
  void emptyMixtureIsNoPrior();
  void strengthCountsPseudoSamples();
  void windowHasTheMomentsOfItsPoints_data();
  void windowHasTheMomentsOfItsPoints();
  void windowOfNothingIsNoPrior();
  void windowKeepsSmallVariances();
  void windowNamesTheBadTimeStep();
};

void TestJointPrior::updateKeepsTheNewestRollouts() {
  Rng rng(15);
  MixtureSettings settings;
  settings.maxRollouts = 3;
  settings.minPointsPerCluster = 10;
  settings.maxClusters = 4;
  std::vector<RowMatrix> rollouts;
  for (int j = 0; j < 5; ++j) rollouts.push_back(gaussianPoints(15, 2, rng));
  const Result<MixtureUpdate> update = updateMixture({}, rollouts, settings, Rng(1));
  QVERIFY(update);
  QCOMPARE(update->prior.window.size(), std::size_t{3});
  QVERIFY(update->prior.window.front() == rollouts[2]);
  QVERIFY(update->prior.window.back() == rollouts[4]);
  QCOMPARE(update->prior.mixture.clusters(), 4);  // 45 points / 10
  QCOMPARE(update->prior.mixture.points, 45);
}

void TestJointPrior::updateIsDeterministic() {
  Rng rng(16);
  const std::vector<RowMatrix> rollouts{gaussianPoints(120, 3, rng)};
  const Result<MixtureUpdate> a = updateMixture({}, rollouts, {}, makeRng(1, Purpose::GmmInit, 2));
  const Result<MixtureUpdate> b = updateMixture({}, rollouts, {}, makeRng(1, Purpose::GmmInit, 2));
  QVERIFY(a && b);
  QVERIFY(a->logLikelihood == b->logLikelihood);
  QVERIFY(a->prior.mixture.sigma == b->prior.mixture.sigma);
}

void TestJointPrior::updateWarmStartsWhileTheNumberOfClustersStays() {
  Rng rng(17);
  const std::vector<RowMatrix> rollouts{clusteredPoints(200, 3, 3, rng)};
  MixtureSettings settings;
  settings.maxClusters = 3;
  settings.maxRollouts = 2;
  const Result<MixtureUpdate> first = updateMixture({}, rollouts, settings, Rng(1));
  QVERIFY(first && first->reinitialised);
  const std::vector<RowMatrix> more{clusteredPoints(200, 3, 3, rng)};
  const Result<MixtureUpdate> second = updateMixture(first->prior, more, settings, Rng(1));
  QVERIFY(second && !second->reinitialised);
  QCOMPARE(second->prior.mixture.points, 200);  // of the initialisation
  settings.maxClusters = 2;
  const Result<MixtureUpdate> third = updateMixture(second->prior, more, settings, Rng(1));
  QVERIFY(third && third->reinitialised);
  QCOMPARE(third->prior.mixture.clusters(), 2);
}

// Whitening: the same motion measured in other units gives the same mixture in those units.
void TestJointPrior::mixtureFollowsTheUnitsOfTheData() {
  Rng rng(18);
  const RowMatrix metres = clusteredPoints(200, 2, 2, rng);
  RowMatrix millimetres = metres;
  millimetres.col(0) *= 1000.0;
  const Result<MixtureUpdate> a = updateMixture({}, std::vector<RowMatrix>{metres}, {}, Rng(1));
  const Result<MixtureUpdate> b = updateMixture({}, std::vector<RowMatrix>{millimetres}, {}, Rng(1));
  QVERIFY(a && b);
  for (std::size_t k = 0; k < a->prior.mixture.mu.size(); ++k) {
    QVERIFY(std::abs(1000.0 * a->prior.mixture.mu[k](0) - b->prior.mixture.mu[k](0)) < 1e-6);
    QVERIFY(std::abs(1e6 * a->prior.mixture.sigma[k](0, 0) / b->prior.mixture.sigma[k](0, 0) - 1.0) < 1e-8);
    QVERIFY(std::abs(1e3 * a->prior.mixture.sigma[k](0, 1) - b->prior.mixture.sigma[k](0, 1)) < 1e-6);
  }
  // Likelihoods are those of the points as given: a density per millimetre is 1000 times smaller.
  QVERIFY(std::abs(a->logLikelihood.back() - 200.0 * std::log(1000.0) - b->logLikelihood.back()) < 1e-6);
}

void TestJointPrior::degenerateDataGiveAUsablePrior() {
  Rng rng(19);
  Matrix points = gaussianPoints(120, 4, rng);
  points.col(1).setConstant(0.7);       // a target coordinate
  points.col(3) = 2.0 * points.col(0);  // a coordinate twice
  points.topRows(60) = points.row(0).replicate(60, 1).eval();
  const std::vector<RowMatrix> rollouts{points, points.topRows(1).replicate(30, 1)};
  const Result<MixtureUpdate> update = updateMixture({}, rollouts, {}, Rng(1));
  QVERIFY(update);
  const Result<NiwPrior> prior = priorAt(update->prior, 0, points.topRows(3), 1.0);
  QVERIFY(prior);
  const Result<ConditionalGaussian> fit = fitConditional(points.topRows(3), 2, *prior, {});
  QVERIFY(fit && isUsable(*fit));
  // Fewer points than clusters.
  const Result<MixtureUpdate> tiny = updateMixture({}, std::vector<RowMatrix>{points.topRows(1)}, {}, Rng(1));
  QVERIFY(tiny);
  QVERIFY(!updateMixture({}, std::vector<RowMatrix>{}, {}, Rng(1)));
}

void TestJointPrior::updateNamesTheBadTimeStep() {
  std::vector<RowMatrix> rollouts(2, RowMatrix::Random(6, 3));
  rollouts[1](4, 2) = std::numeric_limits<double>::quiet_NaN();
  const Result<MixtureUpdate> update = updateMixture({}, rollouts, {}, Rng(1));
  QVERIFY(!update);
  QCOMPARE(update.error().what,
           std::string("The data of the mixture prior are not finite at time step 4 of rollout 1."));
}

void TestJointPrior::emptyMixtureIsNoPrior() {
  const Matrix points = Matrix::Random(3, 4);
  for (const JointPrior& prior : {JointPrior{}, JointPrior{MixturePrior{}}, JointPrior{FixedPrior{}}}) {
    const Result<NiwPrior> niw = priorAt(prior, 0, points, 1.0);
    QVERIFY(niw);
    QCOMPARE(niw->n0, 0.0);
    QCOMPARE(niw->Phi.size(), Eigen::Index{0});
  }
}

void TestJointPrior::strengthCountsPseudoSamples() {
  Rng rng(20);
  const Matrix points = gaussianPoints(100, 3, rng);
  const Result<MixtureUpdate> update = updateMixture({}, std::vector<RowMatrix>{points}, {}, Rng(1));
  QVERIFY(update);
  const Result<NiwPrior> one = priorAt(update->prior, 0, points, 1.0);
  const Result<NiwPrior> five = priorAt(update->prior, 0, points, 5.0);
  QVERIFY(one && five);
  QCOMPARE(one->m, 1.0);
  QCOMPARE(five->n0, 5.0);
  QVERIFY(largestDifference(five->Phi, 5.0 * one->Phi) < 1e-12);
}

void TestJointPrior::windowHasTheMomentsOfItsPoints_data() {
  QTest::addColumn<int>("halfWidth");
  for (const int w : {1, 3, 50}) QTest::newRow(std::to_string(w).c_str()) << w;
}

void TestJointPrior::windowHasTheMomentsOfItsPoints() {
  QFETCH(int, halfWidth);
  Rng rng(35);
  WindowPrior prior{{}, halfWidth};
  for (int j = 0; j < 4; ++j) prior.rollouts.push_back(gaussianPoints(9, 3, rng));
  for (const int t : {0, 1, 4, 8}) {
    std::vector<Vector> inside;
    for (const RowMatrix& rollout : prior.rollouts) {
      for (int s = std::max(0, t - halfWidth); s <= std::min(8, t + halfWidth); ++s) {
        inside.push_back(rollout.row(s).transpose());
      }
    }
    Vector mean = Vector::Zero(3);
    for (const Vector& z : inside) mean += z / static_cast<double>(inside.size());
    Matrix cov = Matrix::Zero(3, 3);
    for (const Vector& z : inside) cov += (z - mean) * (z - mean).transpose() / static_cast<double>(inside.size());
    const Result<NiwPrior> niw = priorAt(prior, t, Matrix::Zero(1, 3), 2.5);
    QVERIFY(niw);
    QVERIFY((niw->mu0 - mean).norm() < 1e-12);
    QVERIFY(largestDifference(niw->Phi, 2.5 * cov) < 1e-12);
    QCOMPARE(niw->m, 2.5);
    QCOMPARE(niw->n0, 2.5);
  }
}

void TestJointPrior::windowOfNothingIsNoPrior() {
  Rng rng(36);
  for (const WindowPrior& prior : {WindowPrior{{}, 5}, WindowPrior{{gaussianPoints(9, 3, rng)}, 0}}) {
    const Result<NiwPrior> niw = priorAt(prior, 2, Matrix::Zero(1, 3), 1.0);
    QVERIFY(niw);
    QCOMPARE(niw->Phi.size(), Eigen::Index{0});
  }
}

// Running sums about a common origin would lose these: 1e-10 beside 1e6 is far below the last digit of its square.
void TestJointPrior::windowKeepsSmallVariances() {
  WindowPrior prior{{}, 2};
  for (int j = 0; j < 2; ++j) prior.rollouts.push_back(RowMatrix::Constant(30, 1, 1e3));
  for (int t = 0; t < 30; ++t) {
    prior.rollouts[0](t, 0) += 0x1p-17;
    prior.rollouts[1](t, 0) -= 0x1p-17;
  }
  const Result<NiwPrior> niw = priorAt(prior, 20, Matrix::Zero(1, 1), 1.0);
  QVERIFY(niw);
  QCOMPARE(niw->Phi(0, 0), 0x1p-34);
}

void TestJointPrior::windowNamesTheBadTimeStep() {
  Rng rng(38);
  WindowPrior prior{{gaussianPoints(9, 3, rng), gaussianPoints(9, 3, rng)}, 2};
  prior.rollouts[1](4, 2) = std::numeric_limits<double>::quiet_NaN();
  const Result<PriorSource> source = PriorSource::make(prior);
  QVERIFY(!source);
  QVERIFY(source.error().what.find("time step 4 of rollout 1") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestJointPrior)
#include "tst_joint_prior.moc"
