// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"
#include "tests/core/math/sample_points.h"

using namespace gps;

/// Mixtures of Gaussians and EM.
class TestMixture : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void logJointIsTheWeightedDensity();
  void emEqualsThePlainStatement_data();
  void emEqualsThePlainStatement();
  void likelihoodNeverFalls();
  void emFindsSeparatedClusters();
  void abandonedClusterIsReset();
  void emStopsWhenToldTo();
  void emRejectsNan();
  void queryIsTheMixtureMoments();
};

void TestMixture::logJointIsTheWeightedDensity() {
  GaussianMixture mixture;
  mixture.mu = {Vector::Constant(1, 1.0)};
  mixture.sigma = {Matrix::Constant(1, 1, 4.0)};
  mixture.logWeight = Vector::Constant(1, std::log(0.3));
  const Matrix log = logJoint(mixture, Matrix::Constant(1, 1, 2.0));
  QCOMPARE(log(0, 0), std::log(0.3) - 0.5 * std::log(2.0 * std::numbers::pi * 4.0) - 0.5 * 0.25);
}

void TestMixture::emEqualsThePlainStatement_data() {
  QTest::addColumn<int>("points");
  QTest::addColumn<int>("dimension");
  QTest::newRow("1 point, 1 number") << 1 << 1;
  QTest::newRow("50 points, 3 numbers") << 50 << 3;
  QTest::newRow("205 points, 9 numbers") << 205 << 9;
  QTest::newRow("600 points, 16 numbers") << 600 << 16;
}

// Three passes, with a cluster so far away that its responsibilities underflow: it is reset, and its weight
// is known by its logarithm only. Clusters far from a block of points are given up early, and it must not show.
void TestMixture::emEqualsThePlainStatement() {
  QFETCH(int, points);
  QFETCH(int, dimension);
  Rng rng(21);
  const Matrix data = clusteredPoints(points, dimension, std::min(3, dimension), rng);
  GaussianMixture plain = initialMixture(data, 4, rng);
  for (Matrix& sigma : plain.sigma) sigma.diagonal().array() += 0.1;
  plain.mu[2].array() += 200.0;
  EmOptions options;
  options.maxIterations = 3;
  options.tolerance = -1.0;
  const Result<EmResult> em = fitMixture(data, plain, options);
  QVERIFY(em);

  const Vector mean = data.colwise().mean().transpose();
  const Matrix centred = data.rowwise() - mean.transpose();
  const Matrix scatter = centred.transpose() * centred / points;
  const Matrix floor = options.covarianceFloor * Matrix::Identity(dimension, dimension);
  for (int pass = 0; pass < options.maxIterations; ++pass) {
    Matrix logs = logJoint(plain, data);
    double ll = 0.0;
    for (int j = 0; j < points; ++j) {
      const double density = logSumExp(logs.row(j).transpose());
      logs.row(j).array() -= density;
      ll += density;
    }
    QVERIFY(std::abs(em->logLikelihood[static_cast<std::size_t>(pass)] - ll) < 1e-10 * std::abs(ll));
    for (int k = 0; k < 4; ++k) {
      const std::size_t at = static_cast<std::size_t>(k);
      const Vector r = logs.col(k).array().exp().matrix();
      plain.logWeight(k) = logSumExp(logs.col(k)) - std::log(static_cast<double>(points));
      if (r.sum() / points < options.resetMass / 4) {
        plain.mu[at] = mean;
        plain.sigma[at] = scatter + floor;
        continue;
      }
      plain.mu[at] = data.transpose() * r / r.sum();
      const Matrix offsets = data.rowwise() - plain.mu[at].transpose();
      plain.sigma[at] = offsets.transpose() * r.asDiagonal() * offsets / r.sum() + floor;
    }
  }
  QVERIFY(plain.logWeight(2) < -100.0);
  for (int k = 0; k < 4; ++k) {
    const std::size_t at = static_cast<std::size_t>(k);
    const double weight = plain.logWeight(k);
    QVERIFY(std::abs(em->mixture.logWeight(k) - weight) < 1e-9 * (1.0 + std::abs(weight)));
    const double centre = plain.mu[at].cwiseAbs().maxCoeff();
    QVERIFY(largestDifference(em->mixture.mu[at], plain.mu[at]) < 1e-9 * (1.0 + centre));
    const double size = plain.sigma[at].cwiseAbs().maxCoeff();
    QVERIFY(largestDifference(em->mixture.sigma[at], plain.sigma[at]) < 1e-9 * size);
  }
}

void TestMixture::likelihoodNeverFalls() {
  EmOptions options;
  options.covarianceFloor = 0.0;
  options.resetMass = 0.0;
  options.tolerance = -1.0;  // never stop
  options.maxIterations = 40;
  for (int seed = 0; seed < 5; ++seed) {
    Rng rng(static_cast<std::uint64_t>(seed));
    const Matrix data = gaussianPoints(300, 4, rng);
    const Result<EmResult> em = fitMixture(data, initialMixture(data, 4, rng), options);
    QVERIFY(em);
    const std::vector<double>& ll = em->logLikelihood;
    QCOMPARE(ll.size(), std::size_t{40});
    for (std::size_t i = 1; i < ll.size(); ++i) QVERIFY(ll[i] - ll[i - 1] > -1e-7 * std::abs(ll[i]));
  }
}

void TestMixture::emFindsSeparatedClusters() {
  Rng rng(11);
  const Matrix data = clusteredPoints(900, 3, 3, rng);
  const Result<EmResult> em = fitMixture(data, initialMixture(data, 3, rng), {});
  QVERIFY(em);
  for (int c = 0; c < 3; ++c) {
    const Vector centre = 20.0 * Vector::Unit(3, c);
    double nearest = 1e9;
    for (int k = 0; k < 3; ++k) {
      nearest = std::min(nearest, (em->mixture.mu[static_cast<std::size_t>(k)] - centre).norm());
      QVERIFY(std::abs(std::exp(em->mixture.logWeight(k)) - 1.0 / 3.0) < 1e-6);
    }
    QVERIFY(nearest < 5.0 * std::sqrt(3.0 / 300.0));  // five standard errors of the mean of 300 points
  }
}

void TestMixture::abandonedClusterIsReset() {
  Rng rng(12);
  const Matrix data = gaussianPoints(200, 3, rng);
  GaussianMixture start = initialMixture(data, 2, rng);
  start.mu[1].setConstant(1e6);
  EmOptions options;
  options.maxIterations = 1;
  const Result<EmResult> em = fitMixture(data, start, options);
  QVERIFY(em);
  const Vector mean = data.colwise().mean().transpose();
  QVERIFY(largestDifference(em->mixture.mu[1], mean) < 1e-12);
  QVERIFY(em->mixture.logWeight.allFinite());
}

// A stop may come anywhere: in k-means, in the middle of an E-step or between two clusters of an M-step.
void TestMixture::emStopsWhenToldTo() {
  Rng draw(13);
  const Matrix data = gaussianPoints(3000, 3, draw);
  int asked = 0, allowed = std::numeric_limits<int>::max();
  EmOptions options;
  options.tolerance = 0.0;
  options.keepGoing = [&] { return ++asked <= allowed; };
  const auto fit = [&] {
    Rng rng(14);
    return fitMixture(data, initialMixture(data, 3, rng, options.keepGoing), options);
  };
  const Result<EmResult> whole = fit();
  QVERIFY(whole);
  const int questions = asked;
  QVERIFY(questions > 100);
  for (allowed = 0; allowed < questions; allowed += 7) {
    asked = 0;
    const Result<EmResult> cut = fit();
    QVERIFY(cut);
    // Each loop that is left may ask once more, none goes on: seeding, Lloyd, moments, EM.
    QVERIFY2(asked <= allowed + 6, qPrintable(QString::number(asked - allowed)));
    QVERIFY(cut->logLikelihood.size() <= whole->logLikelihood.size());
    QVERIFY(MixtureDensity::make(cut->mixture));
    QVERIFY(cut->mixture.logWeight.allFinite());
  }
}

void TestMixture::emRejectsNan() {
  Rng rng(14);
  Matrix data = gaussianPoints(50, 2, rng);
  const GaussianMixture start = initialMixture(data, 2, rng);
  data(7, 1) = std::numeric_limits<double>::quiet_NaN();
  QVERIFY(!fitMixture(data, start, {}));
  QVERIFY(!queryMixture(start, data));
}

// Halfway between two equal clusters: mu0 in the middle, covariance = sigma + d d' by the law of total
// variance.
void TestMixture::queryIsTheMixtureMoments() {
  GaussianMixture mixture;
  const Vector d = Vector::Constant(2, 0.5);
  mixture.mu = {d, -d};
  mixture.sigma = {Matrix::Identity(2, 2), Matrix::Identity(2, 2)};
  mixture.logWeight = Vector::Constant(2, std::log(0.5));
  const Result<MixtureQuery> query = queryMixture(mixture, Matrix::Zero(3, 2));
  QVERIFY(query);
  QVERIFY(query->mu0.norm() < 1e-14);
  QVERIFY(largestDifference(query->covariance, Matrix::Identity(2, 2) + d * d.transpose()) < 1e-14);
  QVERIFY(std::abs(query->logWeight(0) - std::log(0.5)) < 1e-14);
}

QTEST_APPLESS_MAIN(TestMixture)
#include "tst_mixture.moc"
