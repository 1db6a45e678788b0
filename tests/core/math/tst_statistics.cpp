// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"

using namespace gps;

namespace {

Matrix gaussianPoints(int N, int D, Rng& rng) {
  Matrix mixing(D, D);
  for (Eigen::Index i = 0; i < mixing.size(); ++i) mixing(i) = rng.normal();
  Matrix points(N, D);
  for (Eigen::Index i = 0; i < points.size(); ++i) points(i) = rng.normal();
  return points * mixing;
}

/// Points around `clusters` well separated centres, in turn.
Matrix clusteredPoints(int N, int D, int clusters, Rng& rng) {
  Matrix points(N, D);
  for (int j = 0; j < N; ++j) {
    for (int d = 0; d < D; ++d) points(j, d) = rng.normal() + 20.0 * ((j % clusters) == (d % clusters));
  }
  return points;
}

double smallestEigenvalue(const Matrix& A) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(A).eigenvalues().minCoeff();
}

double largestDifference(const MatrixRef& a, const MatrixRef& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

bool isUsable(const ConditionalGaussian& fit) {
  return fit.F.allFinite() && fit.f.allFinite() && fit.W.allFinite() && choleskyLower(fit.W).has_value();
}

NiwPrior somePrior(int D) {
  NiwPrior prior;
  prior.mu0 = Vector::LinSpaced(D, -1.0, 1.0);
  prior.Phi = Matrix::Identity(D, D) + 0.2 * Matrix::Ones(D, D);
  prior.m = 1.0;
  prior.n0 = 2.0;
  return prior;
}

}  // namespace

class TestStatistics : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void psdProjectLiftsNegativeEigenvaluesOnly();
  void psdProjectKeepsPositiveDefiniteMatrices();
  void clampEigenvaluesKeepsBothBounds();
  void choleskyRejectsIndefiniteAndNotFinite();
  void logSumExpSurvivesLargeNumbers();

  void noPriorIsLeastSquares();
  void niwWithDiagonalScatterIsCentredRidge();
  void relativeRidgeScalesTheDiagonal();
  void inputScaleSetsTheUnitsOfTheRidge();
  void mapMeanMovesTheFitTowardsThePrior();
  void priorInfluenceVanishesLikeOneOverN();
  void samplesMayComeInAnyOrder();
  void degenerateSamplesGiveAFiniteFit_data();
  void degenerateSamplesGiveAFiniteFit();
  void residualCovarianceIsFloored();
  void ridgeOfOneInputLowersItsGainOnly();
  void outputNoiseWidensTheResidual();
  void centredFitIsTheRidgeOfTheRemainder();
  void unexcitedDirectionsFallBackToTheCentre();
  void fitOfNothingOrNanIsAnError();
  void determinationIsOneWithoutResiduals();

  void logJointIsTheWeightedDensity();
  void emEqualsThePlainStatement_data();
  void emEqualsThePlainStatement();
  void likelihoodNeverFalls();
  void emFindsSeparatedClusters();
  void abandonedClusterIsReset();
  void emStopsWhenToldTo();
  void emRejectsNan();
  void queryIsTheMixtureMoments();

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

void TestStatistics::psdProjectLiftsNegativeEigenvaluesOnly() {
  Matrix A(2, 2);
  A << 1.0, 2.0, 2.0, 1.0;  // eigenvalues 3 and -1
  const Matrix P = psdProject(A, 1e-3);
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(P).eigenvalues();
  QVERIFY(std::abs(values(0) - 3e-3) < 1e-12);  // floor times the largest eigenvalue
  QVERIFY(std::abs(values(1) - 3.0) < 1e-12);
}

void TestStatistics::psdProjectKeepsPositiveDefiniteMatrices() {
  Rng rng(1);
  const Matrix X = gaussianPoints(20, 4, rng);
  const Matrix A = symmetrized(X.transpose() * X);
  QCOMPARE(largestDifference(psdProject(A), A), 0.0);
}

void TestStatistics::clampEigenvaluesKeepsBothBounds() {
  Rng rng(2);
  const Matrix X = gaussianPoints(4, 4, rng);
  const Matrix A = symmetrized(X + X.transpose());
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(clampEigenvalues(A, 0.1, 0.5)).eigenvalues();
  QVERIFY(values.minCoeff() > 0.1 - 1e-12 && values.maxCoeff() < 0.5 + 1e-12);
}

void TestStatistics::choleskyRejectsIndefiniteAndNotFinite() {
  Matrix A = Matrix::Identity(3, 3);
  QVERIFY(choleskyLower(A).has_value());
  A(1, 1) = -1.0;
  QVERIFY(!choleskyLower(A).has_value());
  A(1, 1) = std::numeric_limits<double>::quiet_NaN();
  QVERIFY(!choleskyLower(A).has_value());
}

void TestStatistics::logSumExpSurvivesLargeNumbers() {
  Vector v(2);
  v << 1e4, 1e4;
  QCOMPARE(logSumExp(v), 1e4 + std::numbers::ln2);
  v << -1e4, -1e4;
  QCOMPARE(logSumExp(v), -1e4 + std::numbers::ln2);
  QVERIFY(std::isinf(logSumExp(Vector())));
}

void TestStatistics::noPriorIsLeastSquares() {
  Rng rng(3);
  const Matrix points = gaussianPoints(40, 5, rng);
  ConditioningOptions options;
  options.reg = 0.0;
  const Result<ConditionalGaussian> fit = fitConditional(points, 3, NiwPrior{}, options);
  QVERIFY(fit);
  Matrix A(40, 4);
  A << points.leftCols(3), Vector::Ones(40);
  const Matrix solution = A.colPivHouseholderQr().solve(points.rightCols(2));
  QVERIFY(largestDifference(fit->F, solution.topRows(3).transpose()) < 1e-10);
  QVERIFY(largestDifference(fit->f, solution.row(3).transpose()) < 1e-10);
}

// The ridge as a prior: mu0 = mu, m = n0 = 0, Phi = blockdiag(lambda I, 0).
void TestStatistics::niwWithDiagonalScatterIsCentredRidge() {
  Rng rng(4);
  const int N = 6, dIn = 4, dOut = 2;
  const double lambda = 0.7;
  const Matrix points = gaussianPoints(N, dIn + dOut, rng);
  NiwPrior prior;
  prior.mu0 = points.colwise().mean().transpose();
  prior.Phi = Matrix::Zero(dIn + dOut, dIn + dOut);
  prior.Phi.diagonal().head(dIn).setConstant(lambda);
  ConditioningOptions options;
  options.reg = 0.0;
  const Result<ConditionalGaussian> fit = fitConditional(points, dIn, prior, options);
  QVERIFY(fit);
  // min |A F' - B|^2 + lambda |F|^2 as one least-squares problem of stacked rows.
  const Matrix centred = points.rowwise() - prior.mu0.transpose();
  Matrix A = Matrix::Zero(N + dIn, dIn), B = Matrix::Zero(N + dIn, dOut);
  A.topRows(N) = centred.leftCols(dIn);
  A.bottomRows(dIn) = std::sqrt(lambda) * Matrix::Identity(dIn, dIn);
  B.topRows(N) = centred.rightCols(dOut);
  const Matrix F = A.colPivHouseholderQr().solve(B).transpose();
  QVERIFY(largestDifference(fit->F, F) < 1e-10);
}

void TestStatistics::relativeRidgeScalesTheDiagonal() {
  Matrix points(4, 2);
  points << -1, -2, 1, 2, -1, -2, 1, 2;  // variance of the input is 1, slope is 2
  ConditioningOptions options;
  options.reg = 0.5;
  options.regRelative = 0.25;
  const Result<ConditionalGaussian> fit = fitConditional(points, 1, NiwPrior{}, options);
  QVERIFY(fit);
  QCOMPARE(fit->F(0, 0), 2.0 / (1.0 + 0.25 + 0.5));
}

void TestStatistics::inputScaleSetsTheUnitsOfTheRidge() {
  Matrix points(4, 2);
  points << -1, -2, 1, 2, -1, -2, 1, 2;
  ConditioningOptions options;
  options.reg = 0.5;
  options.inputScale = Vector::Constant(1, 3.0);
  const Result<ConditionalGaussian> fit = fitConditional(points, 1, NiwPrior{}, options);
  QVERIFY(fit);
  QCOMPARE(fit->F(0, 0), 2.0 / (1.0 + 0.5 * 9.0));
}

void TestStatistics::mapMeanMovesTheFitTowardsThePrior() {
  Rng rng(5);
  const Matrix points = gaussianPoints(8, 3, rng);
  NiwPrior prior = somePrior(3);
  prior.m = 1e12;
  ConditioningOptions options;
  options.mapMean = true;
  const Result<ConditionalGaussian> fit = fitConditional(points, 2, prior, options);
  QVERIFY(fit);
  const Vector predicted = fit->F * prior.mu0.head(2) + fit->f;
  QVERIFY(std::abs(predicted(0) - prior.mu0(2)) < 1e-9);
}

// Repeating the same samples keeps their moments, so N F' - N F'_noprior must tend to a constant.
void TestStatistics::priorInfluenceVanishesLikeOneOverN() {
  Rng rng(6);
  const Matrix points = gaussianPoints(20, 5, rng);
  ConditioningOptions options;
  options.reg = 0.0;
  const Result<ConditionalGaussian> plain = fitConditional(points, 3, NiwPrior{}, options);
  QVERIFY(plain);
  const auto influence = [&](int repeats) {
    const Matrix many = points.replicate(repeats, 1);
    const Result<ConditionalGaussian> fit = fitConditional(many, 3, somePrior(5), options);
    return fit ? (fit->F - plain->F).norm() : -1.0;
  };
  const double few = influence(50), many = influence(500);
  QVERIFY(few > 0.0 && many > 0.0);
  QVERIFY(std::abs(few / many - 10.0) < 0.2);
}

void TestStatistics::samplesMayComeInAnyOrder() {
  Rng rng(7);
  const Matrix points = gaussianPoints(9, 6, rng);
  const Matrix reversed = points.colwise().reverse();
  const Result<ConditionalGaussian> a = fitConditional(points, 4, somePrior(6), {});
  const Result<ConditionalGaussian> b = fitConditional(reversed, 4, somePrior(6), {});
  QVERIFY(a && b);
  QVERIFY(largestDifference(a->F, b->F) < 1e-12);
  QVERIFY(largestDifference(a->f, b->f) < 1e-12);
  QVERIFY(largestDifference(a->W, b->W) < 1e-12);
}

void TestStatistics::degenerateSamplesGiveAFiniteFit_data() {
  QTest::addColumn<int>("kind");
  QTest::newRow("one sample") << 0;
  QTest::newRow("duplicated samples") << 1;
  QTest::newRow("constant input") << 2;
  QTest::newRow("one input twice") << 3;
}

void TestStatistics::degenerateSamplesGiveAFiniteFit() {
  QFETCH(int, kind);
  Rng rng(8);
  Matrix points = gaussianPoints(kind == 0 ? 1 : 8, 5, rng);
  if (kind == 1) points = points.row(0).replicate(8, 1).eval();
  if (kind == 2) points.col(1).setConstant(3.0);
  if (kind == 3) points.col(1) = points.col(0);
  for (const NiwPrior& prior : {NiwPrior{}, somePrior(5)}) {
    const Result<ConditionalGaussian> fit = fitConditional(points, 3, prior, {});
    QVERIFY(fit);
    QVERIFY(isUsable(*fit));
  }
}

void TestStatistics::residualCovarianceIsFloored() {
  Rng rng(9);
  Matrix points = gaussianPoints(30, 4, rng);
  points.col(3) = 2.0 * points.col(0) - points.col(1);  // explained without a residual
  ConditioningOptions options;
  options.reg = 1e-12;
  const Result<ConditionalGaussian> raised = fitConditional(points, 2, NiwPrior{}, options);
  QVERIFY(raised);
  QVERIFY(smallestEigenvalue(raised->W) > 1e-10);
  options.covFloor = 0.0;
  const Result<ConditionalGaussian> plain = fitConditional(points, 2, NiwPrior{}, options);
  QVERIFY(plain);
  QVERIFY(smallestEigenvalue(plain->W) < 1e-10);
}

void TestStatistics::fitOfNothingOrNanIsAnError() {
  QVERIFY(!fitConditional(Matrix(0, 3), 2, NiwPrior{}, {}));
  Matrix points = Matrix::Random(4, 3);
  points(2, 1) = std::numeric_limits<double>::infinity();
  QVERIFY(!fitConditional(points, 2, NiwPrior{}, {}));
  // Without any ridge a constant input has no regression.
  ConditioningOptions options;
  options.reg = 0.0;
  const Result<ConditionalGaussian> fit = fitConditional(Matrix::Ones(4, 3), 2, NiwPrior{}, options);
  QVERIFY(!fit);
  QVERIFY(!fit.error().what.empty() && !fit.error().mend.empty());
}

void TestStatistics::determinationIsOneWithoutResiduals() {
  Matrix values(4, 2);
  values << 1, 5, 2, 5, 3, 5, 4, 5;  // the second column does not vary
  QCOMPARE(coefficientOfDetermination(values, Matrix::Zero(4, 2)), 1.0);
  Matrix residuals = Matrix::Zero(4, 2);
  residuals.col(0) = values.col(0).array() - 2.5;  // as bad as the mean
  QCOMPARE(coefficientOfDetermination(values, residuals), 0.0);
  QCOMPARE(coefficientOfDetermination(Matrix::Ones(1, 2), Matrix::Ones(1, 2)), 1.0);
}

void TestStatistics::logJointIsTheWeightedDensity() {
  GaussianMixture mixture;
  mixture.mu = {Vector::Constant(1, 1.0)};
  mixture.sigma = {Matrix::Constant(1, 1, 4.0)};
  mixture.logWeight = Vector::Constant(1, std::log(0.3));
  const Matrix log = logJoint(mixture, Matrix::Constant(1, 1, 2.0));
  QCOMPARE(log(0, 0), std::log(0.3) - 0.5 * std::log(2.0 * std::numbers::pi * 4.0) - 0.5 * 0.25);
}

void TestStatistics::emEqualsThePlainStatement_data() {
  QTest::addColumn<int>("points");
  QTest::addColumn<int>("dimension");
  QTest::newRow("1 point, 1 number") << 1 << 1;
  QTest::newRow("50 points, 3 numbers") << 50 << 3;
  QTest::newRow("205 points, 9 numbers") << 205 << 9;
  QTest::newRow("600 points, 16 numbers") << 600 << 16;
}

// Three passes, with a cluster so far away that its responsibilities underflow: it is reset, and its weight
// is known by its logarithm only. Clusters far from a block of points are given up early, and it must not show.
void TestStatistics::emEqualsThePlainStatement() {
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

void TestStatistics::likelihoodNeverFalls() {
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

void TestStatistics::emFindsSeparatedClusters() {
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

void TestStatistics::abandonedClusterIsReset() {
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
void TestStatistics::emStopsWhenToldTo() {
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

void TestStatistics::emRejectsNan() {
  Rng rng(14);
  Matrix data = gaussianPoints(50, 2, rng);
  const GaussianMixture start = initialMixture(data, 2, rng);
  data(7, 1) = std::numeric_limits<double>::quiet_NaN();
  QVERIFY(!fitMixture(data, start, {}));
  QVERIFY(!queryMixture(start, data));
}

// Halfway between two equal clusters: mu0 in the middle, covariance = sigma + d d' by the law of total
// variance.
void TestStatistics::queryIsTheMixtureMoments() {
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

void TestStatistics::updateKeepsTheNewestRollouts() {
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

void TestStatistics::updateIsDeterministic() {
  Rng rng(16);
  const std::vector<RowMatrix> rollouts{gaussianPoints(120, 3, rng)};
  const Result<MixtureUpdate> a = updateMixture({}, rollouts, {}, makeRng(1, Purpose::GmmInit, 2));
  const Result<MixtureUpdate> b = updateMixture({}, rollouts, {}, makeRng(1, Purpose::GmmInit, 2));
  QVERIFY(a && b);
  QVERIFY(a->logLikelihood == b->logLikelihood);
  QVERIFY(a->prior.mixture.sigma == b->prior.mixture.sigma);
}

void TestStatistics::updateWarmStartsWhileTheNumberOfClustersStays() {
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
void TestStatistics::mixtureFollowsTheUnitsOfTheData() {
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

void TestStatistics::degenerateDataGiveAUsablePrior() {
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

void TestStatistics::updateNamesTheBadTimeStep() {
  std::vector<RowMatrix> rollouts(2, RowMatrix::Random(6, 3));
  rollouts[1](4, 2) = std::numeric_limits<double>::quiet_NaN();
  const Result<MixtureUpdate> update = updateMixture({}, rollouts, {}, Rng(1));
  QVERIFY(!update);
  QCOMPARE(update.error().what,
           std::string("The data of the mixture prior are not finite at time step 4 of rollout 1."));
}

void TestStatistics::emptyMixtureIsNoPrior() {
  const Matrix points = Matrix::Random(3, 4);
  for (const JointPrior& prior : {JointPrior{}, JointPrior{MixturePrior{}}, JointPrior{FixedPrior{}}}) {
    const Result<NiwPrior> niw = priorAt(prior, 0, points, 1.0);
    QVERIFY(niw);
    QCOMPARE(niw->n0, 0.0);
    QCOMPARE(niw->Phi.size(), Eigen::Index{0});
  }
}

void TestStatistics::strengthCountsPseudoSamples() {
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

// Ridge regression is least squares with one pseudo-sample sqrt(N R_ii) e_i -> 0 per input.
void TestStatistics::ridgeOfOneInputLowersItsGainOnly() {
  Rng rng(31);
  const int N = 30;
  const Matrix points = gaussianPoints(N, 5, rng);
  ConditioningOptions options;
  options.reg = 0.0;
  options.covFloor = 0.0;
  options.inputRidge = (Vector(3) << 0.0, 0.7, 0.0).finished();
  const Result<ConditionalGaussian> fit = fitConditional(points, 3, {}, options);
  QVERIFY(fit);
  const Matrix centred = points.rowwise() - points.colwise().mean();
  Matrix inputs = Matrix::Zero(N + 1, 3);
  inputs.topRows(N) = centred.leftCols(3);
  inputs(N, 1) = std::sqrt(N * 0.7);
  Matrix outputs = Matrix::Zero(N + 1, 2);
  outputs.topRows(N) = centred.rightCols(2);
  const Matrix expected = inputs.colPivHouseholderQr().solve(outputs).transpose();
  QVERIFY(largestDifference(fit->F, expected) < 1e-10);
}

void TestStatistics::outputNoiseWidensTheResidual() {
  Rng rng(32);
  const Matrix points = gaussianPoints(30, 5, rng);
  ConditioningOptions options;
  const Result<ConditionalGaussian> plain = fitConditional(points, 3, {}, options);
  options.outputNoise = (Vector(2) << 0.25, 0.0).finished();
  const Result<ConditionalGaussian> noisy = fitConditional(points, 3, {}, options);
  QVERIFY(plain && noisy);
  QCOMPARE(largestDifference(plain->F, noisy->F), 0.0);
  const Matrix added = noisy->W - plain->W;
  QVERIFY(std::abs(added(0, 0) - 0.25) < 1e-12);
  QCOMPARE(std::abs(added(1, 0)) + std::abs(added(0, 1)) + std::abs(added(1, 1)), 0.0);
}

void TestStatistics::centredFitIsTheRidgeOfTheRemainder() {
  Rng rng(33);
  const Matrix points = gaussianPoints(12, 6, rng);
  ConditioningOptions options;
  options.reg = 1e-3;
  options.regRelative = 0.05;
  options.covFloor = 0.0;
  options.inputRidge = Vector::LinSpaced(4, 0.1, 2.0);
  const Matrix F0 = gaussianPoints(2, 4, rng);
  Matrix remainder = points;
  remainder.rightCols(2) -= points.leftCols(4) * F0.transpose();
  const Result<ConditionalGaussian> rest = fitConditional(remainder, 4, {}, options);
  options.centre = F0;
  const Result<ConditionalGaussian> fit = fitConditional(points, 4, {}, options);
  QVERIFY(rest && fit);
  QVERIFY(largestDifference(fit->F, F0 + rest->F) < 1e-10);
  QVERIFY(largestDifference(fit->f, rest->f) < 1e-10);
  // W is the covariance of what this F leaves, not of what the unregularised one would.
  const Matrix left = points.rightCols(2) - points.leftCols(4) * fit->F.transpose();
  const Matrix centred = left.rowwise() - left.colwise().mean();
  QVERIFY(largestDifference(fit->W, centred.transpose() * centred / 12.0) < 1e-10);
  QVERIFY(smallestEigenvalue(fit->W) > 0.0);
}

void TestStatistics::unexcitedDirectionsFallBackToTheCentre() {
  Rng rng(34);
  Matrix points = gaussianPoints(20, 5, rng);
  points.col(1).setConstant(0.3);  // never moves
  ConditioningOptions options;
  options.centre = (Matrix(2, 3) << 1.0, 2.0, 3.0, 4.0, 5.0, 6.0).finished();
  const Result<ConditionalGaussian> fit = fitConditional(points, 3, {}, options);
  QVERIFY(fit);
  QVERIFY(std::abs(fit->F(0, 1) - 2.0) < 1e-9 && std::abs(fit->F(1, 1) - 5.0) < 1e-9);
  options.centre = {};
  const Result<ConditionalGaussian> plain = fitConditional(points, 3, {}, options);
  QVERIFY(plain);
  QVERIFY(largestDifference(fit->F.col(0), plain->F.col(0)) < 1e-4);  // the excited ones are the data's
}

void TestStatistics::windowHasTheMomentsOfItsPoints_data() {
  QTest::addColumn<int>("halfWidth");
  for (const int w : {1, 3, 50}) QTest::newRow(std::to_string(w).c_str()) << w;
}

void TestStatistics::windowHasTheMomentsOfItsPoints() {
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

void TestStatistics::windowOfNothingIsNoPrior() {
  Rng rng(36);
  for (const WindowPrior& prior : {WindowPrior{{}, 5}, WindowPrior{{gaussianPoints(9, 3, rng)}, 0}}) {
    const Result<NiwPrior> niw = priorAt(prior, 2, Matrix::Zero(1, 3), 1.0);
    QVERIFY(niw);
    QCOMPARE(niw->Phi.size(), Eigen::Index{0});
  }
}

// Running sums about a common origin would lose these: 1e-10 beside 1e6 is far below the last digit of its square.
void TestStatistics::windowKeepsSmallVariances() {
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

void TestStatistics::windowNamesTheBadTimeStep() {
  Rng rng(38);
  WindowPrior prior{{gaussianPoints(9, 3, rng), gaussianPoints(9, 3, rng)}, 2};
  prior.rollouts[1](4, 2) = std::numeric_limits<double>::quiet_NaN();
  const Result<PriorSource> source = PriorSource::make(prior);
  QVERIFY(!source);
  QVERIFY(source.error().what.find("time step 4 of rollout 1") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestStatistics)
#include "tst_statistics.moc"
