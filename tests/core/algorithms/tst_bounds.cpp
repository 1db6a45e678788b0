// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>

#include "core/algorithms/bounds.h"
#include "core/base/rng.h"

using namespace gps;

namespace {

Matrix randomDistributions(int rows, int columns, Rng& rng) {
  Matrix result(rows, columns);
  for (double& x : result.reshaped()) x = 0.05 + rng.uniform();
  for (Eigen::Index i = 0; i < rows; ++i) result.row(i) /= result.row(i).sum();
  return result;
}

/// A finite chain with two policies and everything exact.
struct Chain {
  static constexpr int kStates = 4;
  static constexpr int kActions = 3;

  Vector eps, lmin, lmax;
  double tvLast = 0.0;
  double gap = 0.0;  ///< J(pi) - J(p)

  Chain(int T, double difference, double costOffset, Rng& rng) : eps(T), lmin(T), lmax(T) {
    Matrix step[kActions];
    for (Matrix& P : step) P = randomDistributions(kStates, kStates, rng);
    const Matrix start = randomDistributions(1, kStates, rng);
    Vector atP = start.row(0).transpose(), atPi = atP;
    for (int t = 0; t < T; ++t) {
      const Matrix p = randomDistributions(kStates, kActions, rng);
      const Matrix pi = (1.0 - difference) * p + difference * randomDistributions(kStates, kActions, rng);
      Matrix cost(kStates, kActions);
      for (double& l : cost.reshaped()) l = costOffset + rng.normal();
      eps(t) = (p.array() * (p.array() / pi.array()).log()).rowwise().sum().maxCoeff();
      lmin(t) = cost.minCoeff();
      lmax(t) = cost.maxCoeff();
      tvLast = 0.5 * (atP - atPi).cwiseAbs().sum();
      const Matrix jointP = atP.asDiagonal() * p, jointPi = atPi.asDiagonal() * pi;
      gap += jointPi.cwiseProduct(cost).sum() - jointP.cwiseProduct(cost).sum();
      atP.setZero();
      atPi.setZero();
      for (int a = 0; a < kActions; ++a) {
        atP += step[a].transpose() * jointP.col(a);
        atPi += step[a].transpose() * jointPi.col(a);
      }
    }
  }
};

}  // namespace

class TestBounds : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void boundsHoldOnRandomChains_data();
  void boundsHoldOnRandomChains();
  void formulasByHand();
  void equalPoliciesHaveNoGap();
};

void TestBounds::boundsHoldOnRandomChains_data() {
  QTest::addColumn<double>("difference");
  QTest::addColumn<double>("offset");
  QTest::newRow("close") << 0.02 << 0.0;
  QTest::newRow("apart") << 0.5 << 0.0;
  QTest::newRow("all costs negative") << 0.1 << -8.0;
}

void TestBounds::boundsHoldOnRandomChains() {
  QFETCH(double, difference);
  QFETCH(double, offset);
  Rng rng(11);
  double tightest = 0.0;
  for (int trial = 0; trial < 500; ++trial) {
    const Chain chain(6, difference, offset, rng);
    const PolicyBounds bounds = policyBounds(chain.eps, chain.lmin, chain.lmax);
    QVERIFY(chain.tvLast <= bounds.tv && bounds.tv <= bounds.tvPrinted && bounds.tvPrinted <= 1.0);
    QVERIFY(std::abs(chain.gap) <= bounds.costGap && bounds.costGap <= bounds.costGapPrinted);
    tightest = std::max(tightest, std::abs(chain.gap) / bounds.costGap);
  }
  // Loose, but not by so much that a wrong power or a missing factor could hide.
  QVERIFY2(tightest > 0.005, qPrintable(QString::number(tightest)));
}

void TestBounds::formulasByHand() {
  const Vector eps = (Vector(3) << 0.02, 0.0, 0.08).finished();  // sqrt(eps/2) = 0.1, 0, 0.2
  const Vector lmin = (Vector(3) << -1.0, 0.0, 2.0).finished();
  const Vector lmax = (Vector(3) << 1.0, 4.0, 3.0).finished();
  const PolicyBounds bounds = policyBounds(eps, lmin, lmax);
  QVERIFY(std::abs(bounds.tv - 0.1) < 1e-12);
  QVERIFY(std::abs(bounds.costGap - (2.0 * 0.1 + 4.0 * 0.1 + 1.0 * 0.3)) < 1e-12);
  // sqrt(2 eps) = 0.2, 0, 0.4; l = 1, 4, 3; sums to go 8, 7, 3
  QVERIFY(std::abs(bounds.costGapPrinted - (0.2 * 1 + 0.4 * 8 + 0.4 * 3 + 0.8 * 3)) < 1e-12);
  QCOMPARE(bounds.tvPrinted, 1.0);  // 2 (0.2 + 0.4), cut
}

void TestBounds::equalPoliciesHaveNoGap() {
  const PolicyBounds bounds = policyBounds(Vector::Zero(4), Vector::Constant(4, -2.0), Vector::Constant(4, 5.0));
  QCOMPARE(bounds.tv + bounds.tvPrinted + bounds.costGap + bounds.costGapPrinted, 0.0);
}

QTEST_APPLESS_MAIN(TestBounds)
#include "tst_bounds.moc"
