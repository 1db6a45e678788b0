// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"
#include "tests/core/math/sample_points.h"

using namespace gps;

namespace {

double smallestEigenvalue(const Matrix& A) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(A).eigenvalues().minCoeff();
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

/// Regression from joint Gaussians and its priors.
class TestJointFit : public QObject {
  Q_OBJECT
 private Q_SLOTS:
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
};

void TestJointFit::noPriorIsLeastSquares() {
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
void TestJointFit::niwWithDiagonalScatterIsCentredRidge() {
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

void TestJointFit::relativeRidgeScalesTheDiagonal() {
  Matrix points(4, 2);
  points << -1, -2, 1, 2, -1, -2, 1, 2;  // variance of the input is 1, slope is 2
  ConditioningOptions options;
  options.reg = 0.5;
  options.regRelative = 0.25;
  const Result<ConditionalGaussian> fit = fitConditional(points, 1, NiwPrior{}, options);
  QVERIFY(fit);
  QCOMPARE(fit->F(0, 0), 2.0 / (1.0 + 0.25 + 0.5));
}

void TestJointFit::inputScaleSetsTheUnitsOfTheRidge() {
  Matrix points(4, 2);
  points << -1, -2, 1, 2, -1, -2, 1, 2;
  ConditioningOptions options;
  options.reg = 0.5;
  options.inputScale = Vector::Constant(1, 3.0);
  const Result<ConditionalGaussian> fit = fitConditional(points, 1, NiwPrior{}, options);
  QVERIFY(fit);
  QCOMPARE(fit->F(0, 0), 2.0 / (1.0 + 0.5 * 9.0));
}

void TestJointFit::mapMeanMovesTheFitTowardsThePrior() {
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
void TestJointFit::priorInfluenceVanishesLikeOneOverN() {
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

void TestJointFit::samplesMayComeInAnyOrder() {
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

void TestJointFit::degenerateSamplesGiveAFiniteFit_data() {
  QTest::addColumn<int>("kind");
  QTest::newRow("one sample") << 0;
  QTest::newRow("duplicated samples") << 1;
  QTest::newRow("constant input") << 2;
  QTest::newRow("one input twice") << 3;
}

void TestJointFit::degenerateSamplesGiveAFiniteFit() {
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

void TestJointFit::residualCovarianceIsFloored() {
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

// Ridge regression is least squares with one pseudo-sample sqrt(N R_ii) e_i -> 0 per input.
void TestJointFit::ridgeOfOneInputLowersItsGainOnly() {
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

void TestJointFit::outputNoiseWidensTheResidual() {
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

void TestJointFit::centredFitIsTheRidgeOfTheRemainder() {
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

void TestJointFit::unexcitedDirectionsFallBackToTheCentre() {
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

void TestJointFit::fitOfNothingOrNanIsAnError() {
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

void TestJointFit::determinationIsOneWithoutResiduals() {
  Matrix values(4, 2);
  values << 1, 5, 2, 5, 3, 5, 4, 5;  // the second column does not vary
  QCOMPARE(coefficientOfDetermination(values, Matrix::Zero(4, 2)), 1.0);
  Matrix residuals = Matrix::Zero(4, 2);
  residuals.col(0) = values.col(0).array() - 2.5;  // as bad as the mean
  QCOMPARE(coefficientOfDetermination(values, residuals), 0.0);
  QCOMPARE(coefficientOfDetermination(Matrix::Ones(1, 2), Matrix::Ones(1, 2)), 1.0);
}

QTEST_APPLESS_MAIN(TestJointFit)
#include "tst_joint_fit.moc"
