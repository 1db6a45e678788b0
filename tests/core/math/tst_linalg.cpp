// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <QTest>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/math/joint_prior.h"
#include "core/math/linalg.h"
#include "tests/core/math/sample_points.h"

using namespace gps;

/// Small dense linear algebra.
class TestLinalg : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void psdProjectLiftsNegativeEigenvaluesOnly();
  void psdProjectKeepsPositiveDefiniteMatrices();
  void clampEigenvaluesKeepsBothBounds();
  void choleskyRejectsIndefiniteAndNotFinite();
  void logSumExpSurvivesLargeNumbers();
};

void TestLinalg::psdProjectLiftsNegativeEigenvaluesOnly() {
  Matrix A(2, 2);
  A << 1.0, 2.0, 2.0, 1.0;  // eigenvalues 3 and -1
  const Matrix P = psdProject(A, 1e-3);
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(P).eigenvalues();
  QVERIFY(std::abs(values(0) - 3e-3) < 1e-12);  // floor times the largest eigenvalue
  QVERIFY(std::abs(values(1) - 3.0) < 1e-12);
}

void TestLinalg::psdProjectKeepsPositiveDefiniteMatrices() {
  Rng rng(1);
  const Matrix X = gaussianPoints(20, 4, rng);
  const Matrix A = symmetrized(X.transpose() * X);
  QCOMPARE(largestDifference(psdProject(A), A), 0.0);
}

void TestLinalg::clampEigenvaluesKeepsBothBounds() {
  Rng rng(2);
  const Matrix X = gaussianPoints(4, 4, rng);
  const Matrix A = symmetrized(X + X.transpose());
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(clampEigenvalues(A, 0.1, 0.5)).eigenvalues();
  QVERIFY(values.minCoeff() > 0.1 - 1e-12 && values.maxCoeff() < 0.5 + 1e-12);
}

void TestLinalg::choleskyRejectsIndefiniteAndNotFinite() {
  Matrix A = Matrix::Identity(3, 3);
  QVERIFY(choleskyLower(A).has_value());
  A(1, 1) = -1.0;
  QVERIFY(!choleskyLower(A).has_value());
  A(1, 1) = std::numeric_limits<double>::quiet_NaN();
  QVERIFY(!choleskyLower(A).has_value());
}

void TestLinalg::logSumExpSurvivesLargeNumbers() {
  Vector v(2);
  v << 1e4, 1e4;
  QCOMPARE(logSumExp(v), 1e4 + std::numbers::ln2);
  v << -1e4, -1e4;
  QCOMPARE(logSumExp(v), -1e4 + std::numbers::ln2);
  QVERIFY(std::isinf(logSumExp(Vector())));
}

QTEST_APPLESS_MAIN(TestLinalg)
#include "tst_linalg.moc"
