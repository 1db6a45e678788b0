// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <limits>

#include "core/base/rng.h"
#include "core/lqr/ilqr_params.h"
#include "core/lqr/ilqr_pass.h"

using namespace gps;

namespace {

constexpr int kT = 12, kX = 3, kU = 2;
constexpr double kNone = std::numeric_limits<double>::infinity();

Matrix randomMatrix(int rows, int cols, Rng& rng) {
  return Matrix::NullaryExpr(rows, cols, [&rng] { return rng.normal(); });
}

/// A random linear-quadratic problem x' = F [x; u] + f with cost 0.5 y'Hy + g'y, and a random trajectory of it.
struct Instance {
  explicit Instance(std::uint64_t seed) {
    Rng rng(seed);
    for (int t = 0; t < kT; ++t) {
      F.push_back(0.5 * randomMatrix(kX, kX + kU, rng));
      f.push_back(randomMatrix(kX, 1, rng));
      const Matrix A = randomMatrix(kX + kU, kX + kU, rng);
      cost.H.push_back(A * A.transpose() / 5.0);
      cost.g.push_back(randomMatrix(kX + kU, 1, rng));
      cost.c.push_back(0.0);
    }
    x0 = randomMatrix(kX, 1, rng);
    nominal = follow([&](int, const Vector&) { return Vector(randomMatrix(kU, 1, rng)); });
  }

  template <class Rule>
  Trajectory follow(Rule rule) const {
    Trajectory trajectory;
    trajectory.X.resize(kT, kX);
    trajectory.U.resize(kT, kU);
    Vector x = x0;
    for (int t = 0; t < kT; ++t) {
      const Vector u = rule(t, x);
      trajectory.X.row(t) = x.transpose();
      trajectory.U.row(t) = u.transpose();
      Vector y(kX + kU);
      y << x, u;
      x = F[static_cast<std::size_t>(t)] * y + f[static_cast<std::size_t>(t)];
    }
    return trajectory;
  }
  Trajectory stepped(const IlqrPass& pass, double alpha) const {
    return follow([&](int t, const Vector& x) {
      const IlqrStep& step = pass.steps[static_cast<std::size_t>(t)];
      return Vector(nominal.U.row(t).transpose() + alpha * step.k + step.K * (x - nominal.X.row(t).transpose()));
    });
  }
  double costOf(const Trajectory& trajectory) const {
    double sum = 0.0;
    for (int t = 0; t < kT; ++t) {
      Vector y(kX + kU);
      y << trajectory.X.row(t).transpose(), trajectory.U.row(t).transpose();
      sum += 0.5 * y.dot(cost.H[static_cast<std::size_t>(t)] * y) + cost.g[static_cast<std::size_t>(t)].dot(y);
    }
    return sum;
  }
  IlqrProblem problem() const {
    IlqrProblem result;
    result.nominal = &nominal;
    result.F = &F;
    result.cost = &cost;
    return result;
  }

  std::vector<Matrix> F;
  std::vector<Vector> f;
  QuadraticCost cost;
  Vector x0;
  Trajectory nominal;
};

double difference(const IlqrPass& a, const IlqrPass& b) {
  double worst = 0.0;
  for (std::size_t t = 0; t < a.steps.size(); ++t) {
    worst = std::max({worst, (a.steps[t].k - b.steps[t].k).cwiseAbs().maxCoeff(),
                      (a.steps[t].K - b.steps[t].K).cwiseAbs().maxCoeff()});
  }
  return worst;
}

}  // namespace

class TestIlqrPass : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void linearQuadraticProblemsAreSolvedByOneFullStep();
  void thePromisedDecreaseIsExactOnThem();
  void wideLimitsChangeNothing();
  void tightLimitsHoldAndStillImprove();
  void regularisedStatesSeeTheLargerValue();
  void anIndefiniteQuuIsNamedAndRegularisedAway();
  void theScheduleIsTheDocumentedOne();
};

void TestIlqrPass::linearQuadraticProblemsAreSolvedByOneFullStep() {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    Instance instance(seed);
    const IlqrPass pass = ilqrBackward(instance.problem());
    QVERIFY(pass.ok());
    const double before = instance.costOf(instance.nominal);
    instance.nominal = instance.stepped(pass, 1.0);
    QVERIFY(instance.costOf(instance.nominal) < before);
    const IlqrPass again = ilqrBackward(instance.problem());
    QVERIFY2(again.gradient < 1e-9, qPrintable(QString::number(again.gradient)));
    // Nothing else is better: not the same actions disturbed.
    const double best = instance.costOf(instance.nominal);
    Rng rng(seed);
    for (int k = 0; k < 50; ++k) {
      const RowMatrix noise = RowMatrix::NullaryExpr(kT, kU, [&rng] { return 0.01 * rng.normal(); });
      const Trajectory other = instance.follow([&](int t, const Vector&) {
        return Vector((instance.nominal.U.row(t) + noise.row(t)).transpose());
      });
      QVERIFY(instance.costOf(other) > best);
    }
  }
}

// With regularisation the value passed back belongs to the full step.
void TestIlqrPass::thePromisedDecreaseIsExactOnThem() {
  const Instance instance(5);
  for (const double mu : {0.0, 3.0}) {
    IlqrProblem problem = instance.problem();
    problem.reg1 = mu;
    const IlqrPass pass = ilqrBackward(problem);
    for (const double alpha : {1.0, 0.5, 0.1}) {
      if (mu > 0.0 && alpha < 1.0) continue;
      const double actual = instance.costOf(instance.nominal) - instance.costOf(instance.stepped(pass, alpha));
      QVERIFY(std::abs(actual - pass.expectedDecrease(alpha)) < 1e-9 * std::abs(actual));
    }
  }
}

void TestIlqrPass::wideLimitsChangeNothing() {
  const Instance instance(6);
  const IlqrPass plain = ilqrBackward(instance.problem());
  for (const double limit : {1e9, kNone}) {
    IlqrProblem problem = instance.problem();
    problem.limit = Vector::Constant(kU, limit);
    const IlqrPass pass = ilqrBackward(problem);
    QVERIFY(pass.ok());
    QVERIFY(difference(pass, plain) < 1e-10);
  }
}

void TestIlqrPass::tightLimitsHoldAndStillImprove() {
  Instance instance(7);
  instance.nominal = instance.follow([](int, const Vector&) { return Vector(Vector::Zero(kU)); });
  IlqrProblem problem = instance.problem();
  problem.limit = Vector::Constant(kU, 0.3);
  const IlqrPass pass = ilqrBackward(problem);
  QVERIFY(pass.ok());
  int atLimit = 0;
  for (const IlqrStep& step : pass.steps) {
    for (int d = 0; d < kU; ++d) {
      QVERIFY(std::abs(step.k(d)) <= 0.3);
      if (std::abs(step.k(d)) < 0.3) continue;
      ++atLimit;
      QVERIFY(step.K.row(d).isZero());  // an action at its limit does not react
    }
  }
  QVERIFY(atLimit > 0);
  QVERIFY(instance.costOf(instance.stepped(pass, 0.05)) < instance.costOf(instance.nominal));
}

// With T = 2 the value of step 1 is at hand: reg2 adds to it in Q_uu and Q_ux alone.
void TestIlqrPass::regularisedStatesSeeTheLargerValue() {
  const Instance instance(8);
  IlqrProblem problem = instance.problem();
  const IlqrPass plain = ilqrBackward(problem);
  problem.reg2 = 0.7;
  const IlqrPass pass = ilqrBackward(problem);
  // The last action moves nothing, so it is the same.
  QVERIFY((plain.steps[kT - 1].Quu - pass.steps[kT - 1].Quu).isZero());
  const std::size_t t = kT - 2;
  const Matrix B = instance.F[t].rightCols(kU);
  const Matrix expected = plain.steps[t].Quu + 0.7 * B.transpose() * B;
  QVERIFY((pass.steps[t].Quu - expected).cwiseAbs().maxCoeff() < 1e-12);
}

void TestIlqrPass::anIndefiniteQuuIsNamedAndRegularisedAway() {
  Instance instance(9);
  instance.cost.H[4].bottomRightCorner(kU, kU).setIdentity();
  instance.cost.H[4] *= -50.0;
  IlqrProblem problem = instance.problem();
  const IlqrPass failed = ilqrBackward(problem);
  QVERIFY(!failed.ok() && !failed.failure.nonFinite);
  QCOMPARE(failed.failure.t, 4);
  QVERIFY(failed.steps.empty());
  problem.limit = Vector::Constant(kU, 1e9);
  QCOMPARE(ilqrBackward(problem).failure.t, 4);
  Regularisation regularisation{0.0, 1.0};
  const IlqrParams params;
  do {
    QVERIFY(regularisation.raise(params));
    problem.reg1 = regularisation.mu;
  } while (!ilqrBackward(problem).ok());
  instance.cost.g[6](0) = std::nan("");
  QVERIFY(ilqrBackward(problem).failure.nonFinite);
}

void TestIlqrPass::theScheduleIsTheDocumentedOne() {
  const IlqrParams p;
  Regularisation r;
  QCOMPARE(r.mu, 1.0);
  r.lower(p);
  QCOMPARE(r.mu, 1.0 / 1.6);
  r.lower(p);
  QCOMPARE(r.mu, 1.0 / 1.6 / 1.6 / 1.6);
  QVERIFY(r.raise(p));
  QCOMPARE(r.mu, 1.6 / 1.6 / 1.6 / 1.6);
  for (int k = 0; k < 20; ++k) r.lower(p);
  QCOMPARE(r.mu, 0.0);
  QVERIFY(r.raise(p));
  QCOMPARE(r.mu, p.muMin);
  for (int k = 0; k < 40; ++k) (void)r.raise(p);
  QCOMPARE(r.mu, p.muMax);
  QVERIFY(!r.raise(p));
}

QTEST_APPLESS_MAIN(TestIlqrPass)
#include "tst_ilqr_pass.moc"
