// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Cholesky>
#include <QTest>
#include <limits>

#include "core/base/rng.h"
#include "core/lqr/box_qp.h"

using namespace gps;

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

Vector randomVector(int n, Rng& rng) {
  return Vector::NullaryExpr(n, [&rng] { return rng.normal(); });
}

/// How far d is from satisfying the conditions of an optimum.
double kktResidual(const Matrix& H, const Vector& g, const Vector& lo, const Vector& hi, const Vector& d) {
  const Vector gradient = H * d + g;
  double worst = std::max((lo - d).maxCoeff(), (d - hi).maxCoeff());
  for (Eigen::Index i = 0; i < g.size(); ++i) {
    // At a bound the gradient may point out, elsewhere it vanishes.
    double violation = std::abs(gradient(i));
    if (d(i) <= lo(i)) violation = std::max(0.0, -gradient(i));
    if (d(i) >= hi(i)) violation = std::max(0.0, gradient(i));
    worst = std::max(worst, violation);
  }
  return worst;
}

}  // namespace

class TestBoxQp : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void randomInstancesSatisfyTheConditionsOfAnOptimum();
  void theStartDoesNotMatter();
  void wideBoundsGiveTheNewtonStep();
  void scalarAnswersAreKnown();
  void indefiniteMatricesAreRefused();
};

void TestBoxQp::randomInstancesSatisfyTheConditionsOfAnOptimum() {
  Rng rng(11);
  int clamped = 0;
  for (int k = 0; k < 500; ++k) {
    const int n = 1 + k % 8;
    const Matrix A = Matrix::NullaryExpr(n, n, [&rng] { return rng.normal(); });
    const Matrix H = A * A.transpose() + 0.01 * Matrix::Identity(n, n);
    const Vector g = 3.0 * randomVector(n, rng);
    Vector lo = -randomVector(n, rng).cwiseAbs(), hi = randomVector(n, rng).cwiseAbs();
    if (k % 5 == 0) hi(0) = kNone;
    if (k % 7 == 0) lo(n - 1) = -kNone;
    if (k % 11 == 0) hi(n - 1) = std::max(lo(n - 1), 0.0);
    const std::optional<BoxQpResult> found = solveBoxQp(H, g, lo, hi, randomVector(n, rng));
    QVERIFY(found);
    const double residual = kktResidual(H, g, lo, hi, found->d);
    QVERIFY2(residual < 1e-8 * (1.0 + g.norm()), qPrintable(QStringLiteral("%1: %2").arg(k).arg(residual)));
    for (const bool one : found->clamped) clamped += one ? 1 : 0;
  }
  QVERIFY(clamped > 300);  // else the bounds were no test
}

void TestBoxQp::theStartDoesNotMatter() {
  Rng rng(12);
  const Matrix A = Matrix::NullaryExpr(5, 5, [&rng] { return rng.normal(); });
  const Matrix H = A * A.transpose() + 0.1 * Matrix::Identity(5, 5);
  const Vector g = randomVector(5, rng), lo = Vector::Constant(5, -0.3), hi = Vector::Constant(5, 0.2);
  const Vector first = solveBoxQp(H, g, lo, hi, Vector::Zero(5))->d;
  for (int k = 0; k < 20; ++k) {
    QVERIFY((solveBoxQp(H, g, lo, hi, randomVector(5, rng))->d - first).cwiseAbs().maxCoeff() < 1e-7);
  }
}

void TestBoxQp::wideBoundsGiveTheNewtonStep() {
  Rng rng(13);
  const Matrix A = Matrix::NullaryExpr(4, 4, [&rng] { return rng.normal(); });
  const Matrix H = A * A.transpose() + 0.1 * Matrix::Identity(4, 4);
  const Vector g = randomVector(4, rng), newton = -H.llt().solve(g);
  for (const double bound : {1e9, kNone}) {
    const Vector d = solveBoxQp(H, g, Vector::Constant(4, -bound), Vector::Constant(4, bound), Vector::Zero(4))->d;
    QVERIFY((d - newton).cwiseAbs().maxCoeff() < 1e-12 * newton.norm());
  }
}

// 0.5 * 2 d^2 - 3 d: optimum 1.5.
void TestBoxQp::scalarAnswersAreKnown() {
  const Matrix H = Matrix::Constant(1, 1, 2.0);
  const Vector g = Vector::Constant(1, -3.0);
  const auto solve = [&](double lo, double hi) {
    return *solveBoxQp(H, g, Vector::Constant(1, lo), Vector::Constant(1, hi), Vector::Zero(1));
  };
  QCOMPARE(solve(-1.0, 2.0).d(0), 1.5);
  QVERIFY(!solve(-1.0, 2.0).clamped[0]);
  QCOMPARE(solve(-1.0, 1.0).d(0), 1.0);
  QVERIFY(solve(-1.0, 1.0).clamped[0]);
  QCOMPARE(solve(1.75, 2.0).d(0), 1.75);
}

void TestBoxQp::indefiniteMatricesAreRefused() {
  const Matrix H = (Matrix(2, 2) << 1.0, 0.0, 0.0, -1.0).finished();
  const Vector bound = Vector::Constant(2, 1.0);
  QVERIFY(!solveBoxQp(H, Vector::Zero(2), -bound, bound, Vector::Zero(2)));
  QVERIFY(!solveBoxQp(Matrix::Constant(2, 2, std::nan("")), Vector::Zero(2), -bound, bound, Vector::Zero(2)));
}

QTEST_APPLESS_MAIN(TestBoxQp)
#include "tst_box_qp.moc"
