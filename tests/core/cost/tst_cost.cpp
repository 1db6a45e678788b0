// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/base/rng.h"
#include "core/cost/cost_terms.h"
#include "tests/core/cost/differences.h"

using namespace gps;
using namespace gps::test;

namespace {

double smallestEigenvalue(const Matrix& A) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(A).eigenvalues().minCoeff();
}

StateCost stateCost(NormKind kind, Ramp ramp) {
  StateCost::Spec spec;
  spec.first = 2;
  spec.target = Vector::LinSpaced(3, -0.2, 0.4);
  spec.wp = Vector::LinSpaced(3, 0.5, 2.0);
  spec.norm = {kind, 0.7, 0.3, 0.1};
  spec.ramp = ramp;
  spec.finalMultiplier = 3.0;
  return StateCost(spec);
}

Trajectory randomRollout(Rng& rng) {
  Trajectory rollout;
  rollout.X.resize(kT, kStates);
  rollout.U.resize(kT, kActions);
  for (Eigen::Index i = 0; i < rollout.X.size(); ++i) rollout.X(i) = rng.normal();
  for (Eigen::Index i = 0; i < rollout.U.size(); ++i) rollout.U(i) = rng.normal();
  return rollout;
}

}  // namespace

class TestCost : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rampsHaveTheirClosedForms();
  void actionCostMatchesDifferences();
  void stateCostMatchesDifferences();
  void endEffectorCostMatchesDifferences();
  void secondDerivativesCompleteTheEndEffectorHessian();
  void obstacleCostMatchesDifferences();
  void obstacleCostIsZeroOutsideItsMargin();
  void pointOnTheObstacleIsFinite();
  void chainReachesKnownPoints();
  void chainJacobianMatchesDifferences();
  void hessianModesDifferInTheLogNormOnly();
  void defaultCurvatureIsNeverNegative();
  void expansionOfAQuadraticIsExact();
  void expansionAveragesOverRollouts();
  void indefiniteHessianIsProjected();
  void costAlongEqualsTheSumOfTerms();
  void notFiniteCostNamesStepRolloutAndTerm();
  void noRolloutsAreAnError();
};

void TestCost::rampsHaveTheirClosedForms() {
  QCOMPARE(rampWeight(Ramp::Constant, 0, 10, 4.0), 1.0);
  QCOMPARE(rampWeight(Ramp::Linear, 4, 10, 4.0), 0.5);
  QCOMPARE(rampWeight(Ramp::Quadratic, 4, 10, 4.0), 0.25);
  QCOMPARE(rampWeight(Ramp::Final, 8, 10, 4.0), 0.0);
  for (const Ramp ramp : kRamps) QCOMPARE(rampWeight(ramp, 9, 10, 4.0), 4.0);
}

void TestCost::actionCostMatchesDifferences() {
  Rng rng(1);
  const ActionCost term(Vector::LinSpaced(kActions, 0.3, 1.2));
  for (int i = 0; i < 100; ++i) {
    const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
    QVERIFY(valueAndGradientAgree(term, i % kT, x, u));
    QVERIFY(exactHessianAgrees(term, i % kT, x, u));
  }
}

void TestCost::stateCostMatchesDifferences() {
  Rng rng(2);
  for (const NormKind kind : kNorms) {
    for (const Ramp ramp : kRamps) {
      const StateCost term = stateCost(kind, ramp);
      for (int i = 0; i < 100; ++i) {
        const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
        QVERIFY(valueAndGradientAgree(term, i % kT, x, u));
        QVERIFY(exactHessianAgrees(term, i % kT, x, u));
      }
    }
  }
}

void TestCost::endEffectorCostMatchesDifferences() {
  Rng rng(3);
  for (const NormKind kind : kNorms) {
    for (const Ramp ramp : kRamps) {
      EndEffectorCost::Spec spec;
      spec.chain = threeLinks();
      spec.wp = Vector::LinSpaced(2, 2.0, 1.0);
      spec.norm = {kind, 0.1, 1.0, 0.05};
      spec.ramp = ramp;
      spec.finalMultiplier = 2.0;
      for (int i = 0; i < 100; ++i) {
        const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
        spec.target = randomVector(2, rng);
        QVERIFY(valueAndGradientAgree(EndEffectorCost(spec), i % kT, x, u));
        // On the target the gradient of the norm is zero, so J'HJ is the whole Hessian.
        const Eigen::Vector2d tip = spec.chain.point(x);
        spec.target << tip.x(), tip.y();
        QVERIFY(exactHessianAgrees(EndEffectorCost(spec), i % kT, x, u));
      }
    }
  }
}

void TestCost::secondDerivativesCompleteTheEndEffectorHessian() {
  Rng rng(4);
  PlanarChain chain = threeLinks();
  chain.firstAngle = 0;
  const Vector w = Vector::LinSpaced(2, 2.0, 1.0);
  const Vector target = Vector::LinSpaced(2, 0.3, 0.6);
  const Norm norm{NormKind::Log, 0.5, 1.0, 0.05};
  const auto value = [&](const Vector& q) { return normValue(norm, w, chain.point(q) - target); };
  for (int i = 0; i < 20; ++i) {
    const Vector q = randomVector(3, rng);
    std::vector<Matrix> second;
    for (int row = 0; row < 2; ++row) {
      second.push_back(numericJacobian(
          [&](const Vector& v) { return Vector(chain.jacobian(v).row(row).transpose()); }, q));
    }
    CostExpansion e;
    e.setZero(3, 0);
    addThroughJacobian(1.0, normExpansion(norm, w, chain.point(q) - target, HessianMode::Exact),
                       chain.jacobian(q), 0, e, second);
    const Matrix lxx = numericJacobian(
        [&](const Vector& v) {
          CostExpansion g;
          g.setZero(3, 0);
          addThroughJacobian(1.0, normExpansion(norm, w, chain.point(v) - target, HessianMode::Exact),
                             chain.jacobian(v), 0, g);
          return g.lx;
        },
        q);
    QVERIFY(agree(e.lx, numericGradient(value, q)));
    QVERIFY(agree(e.lxx, lxx));
  }
}

void TestCost::obstacleCostMatchesDifferences() {
  Rng rng(5);
  ObstacleCost::Spec spec;
  spec.first = 1;
  spec.offset = {0.5, -0.2};
  spec.margin = 0.6;
  spec.obstacles = {{{0, 0}, {0, 0}, 0.5}, {{-1, 0.5}, {1, 1}, 0.1}};
  for (const Ramp ramp : kRamps) {
    spec.ramp = ramp;
    spec.finalMultiplier = 2.0;
    for (int i = 0; i < 100; ++i) {
      const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
      QVERIFY(valueAndGradientAgree(ObstacleCost(spec), i % kT, x, u));
    }
  }
}

// Along the normal of a disc the hinge is an exact parabola; outside its reach there is nothing.
void TestCost::obstacleCostIsZeroOutsideItsMargin() {
  ObstacleCost::Spec spec;
  spec.margin = 0.2;
  spec.obstacles = {{{1, 0}, {1, 0}, 0.3}};
  const ObstacleCost term(spec);
  const Vector u = Vector::Zero(kActions);
  Vector x = Vector::Zero(kStates);
  x(0) = 0.7;  // 0.3 from the centre, 0.2 inside the margin
  const CostExpansion inside = expansionOf(term, 1.0, 0, x, u, HessianMode::Auto);
  QVERIFY(std::abs(inside.l - 0.02) < 1e-12);
  QVERIFY(std::abs(inside.lx(0) - 0.2) < 1e-12);
  QCOMPARE(inside.lxx(0, 0), 1.0);
  QCOMPARE(inside.lxx(1, 1), 0.0);
  x(0) = 0.4;
  const CostExpansion outside = expansionOf(term, 1.0, 0, x, u, HessianMode::Auto);
  QCOMPARE(outside.l + outside.lx.norm() + outside.lxx.norm(), 0.0);
}

void TestCost::pointOnTheObstacleIsFinite() {
  ObstacleCost::Spec spec;
  spec.margin = 0.2;
  spec.obstacles = {{{0, 0}, {0, 0}, 0.3}, {{-1, 0}, {1, 0}, 0.1}};
  const Vector zero = Vector::Zero(kStates);
  const CostExpansion e =
      expansionOf(ObstacleCost(spec), 1.0, 0, zero, Vector::Zero(kActions), HessianMode::Auto);
  QVERIFY(e.lx.allFinite() && e.lxx.allFinite());
  QVERIFY(e.lx.norm() > 0.0);
}

void TestCost::chainReachesKnownPoints() {
  PlanarChain chain;
  chain.lengths = {2.0, 1.0};
  Vector q = Vector::Zero(2);
  QVERIFY((chain.point(q) - Eigen::Vector2d(3, 0)).norm() < 1e-14);
  q << std::numbers::pi / 2, -std::numbers::pi / 2;  // up, then to the right
  QVERIFY((chain.point(q) - Eigen::Vector2d(1, 2)).norm() < 1e-14);
  chain.tip = {0.0, 0.5};  // to the left of the last link
  QVERIFY((chain.point(q) - Eigen::Vector2d(1, 2.5)).norm() < 1e-14);
  chain.zeroAngle = std::numbers::pi / 2;
  q.setZero();
  QVERIFY((chain.point(q) - Eigen::Vector2d(-0.5, 3)).norm() < 1e-14);
}

void TestCost::chainJacobianMatchesDifferences() {
  Rng rng(6);
  const PlanarChain chain = threeLinks();
  for (int i = 0; i < 100; ++i) {
    const Vector x = randomVector(kStates, rng);
    const Matrix J = numericJacobian([&](const Vector& v) { return Vector(chain.point(v)); }, x);
    QVERIFY(agree(chain.jacobian(x), J.middleCols(chain.firstAngle, 3)));
    QVERIFY(J.leftCols(chain.firstAngle).norm() == 0.0);
  }
}

void TestCost::hessianModesDifferInTheLogNormOnly() {
  const Vector w = Vector::LinSpaced(3, 0.5, 1.5);
  const Vector d = Vector::LinSpaced(3, -1.0, 0.7);
  const auto hessian = [&](NormKind kind, HessianMode mode) {
    return normExpansion({kind, 0.8, 0.0, 0.1}, w, d, mode).hessian;
  };
  for (const NormKind kind : {NormKind::L2, NormKind::L1}) {
    for (const HessianMode mode : {HessianMode::Auto, HessianMode::GaussNewton, HessianMode::Factor1}) {
      QVERIFY(hessian(kind, mode) == hessian(kind, HessianMode::Exact));
    }
  }
  const Matrix full = hessian(NormKind::Log, HessianMode::GaussNewton);
  const Matrix one = hessian(NormKind::Log, HessianMode::Factor1);
  const Matrix exact = hessian(NormKind::Log, HessianMode::Exact);
  QVERIFY(full == hessian(NormKind::Log, HessianMode::Auto));
  QVERIFY(full.isDiagonal());
  QVERIFY(((full - exact) - 2.0 * (full - one)).norm() < 1e-12);
}

void TestCost::defaultCurvatureIsNeverNegative() {
  Rng rng(7);
  for (const NormKind kind : kNorms) {
    bool wasIndefinite = false;
    for (int i = 0; i < 100; ++i) {
      const Vector w = randomVector(3, rng).cwiseAbs(), d = randomVector(3, rng);
      const Norm norm{kind, 1.0, 0.0, 0.1};
      QVERIFY(smallestEigenvalue(normExpansion(norm, w, d, HessianMode::Auto).hessian) > -1e-12);
      QVERIFY(smallestEigenvalue(normExpansion(norm, w, d, HessianMode::Factor1).hessian) > -1e-12);
      wasIndefinite |= smallestEigenvalue(normExpansion(norm, w, d, HessianMode::Exact).hessian) < -1e-3;
    }
    QCOMPARE(wasIndefinite, kind == NormKind::Log);
  }
}

// The model of a quadratic cost is that cost, everywhere and whatever the samples were.
void TestCost::expansionOfAQuadraticIsExact() {
  Rng rng(8);
  const Cost cost({{"u", 0.1, std::make_shared<ActionCost>(Vector::LinSpaced(kActions, 0.3, 1.2))},
                   {"x", 2.0, std::make_shared<StateCost>(stateCost(NormKind::L2, Ramp::Linear))}},
                  kStates, kActions);
  const std::vector<Trajectory> rollouts{randomRollout(rng), randomRollout(rng), randomRollout(rng)};
  const Result<CostModel> model = expandAround(cost, rollouts, {});
  QVERIFY(model);
  for (int t = 0; t < kT; ++t) {
    const std::size_t at = static_cast<std::size_t>(t);
    Vector y(kStates + kActions);
    y << randomVector(kStates, rng), randomVector(kActions, rng);
    const double predicted =
        0.5 * y.dot(model->quadratic.H[at] * y) + model->quadratic.g[at].dot(y) + model->quadratic.c[at];
    const double truth = cost.value(t, kT, y.head(kStates), y.tail(kActions));
    QVERIFY(std::abs(predicted - truth) < 1e-10 * (1.0 + std::abs(truth)));
  }
}

void TestCost::expansionAveragesOverRollouts() {
  Rng rng(9);
  const Cost cost({{"x", 1.0, std::make_shared<StateCost>(stateCost(NormKind::L1, Ramp::Constant))}}, kStates,
                  kActions);
  const std::vector<Trajectory> rollouts{randomRollout(rng), randomRollout(rng)};
  const Result<CostModel> both = expandAround(cost, rollouts, {});
  const Result<CostModel> first = expandAround(cost, std::span(rollouts).first(1), {});
  const Result<CostModel> second = expandAround(cost, std::span(rollouts).last(1), {});
  QVERIFY(both && first && second);
  for (std::size_t t = 0; t < kT; ++t) {
    QVERIFY((both->quadratic.H[t] - 0.5 * (first->quadratic.H[t] + second->quadratic.H[t])).norm() < 1e-12);
    QVERIFY((both->quadratic.g[t] - 0.5 * (first->quadratic.g[t] + second->quadratic.g[t])).norm() < 1e-12);
  }
  QVERIFY((both->sampleCosts.row(1).transpose() - cost.along(rollouts[1])).norm() < 1e-12);
}

void TestCost::indefiniteHessianIsProjected() {
  Rng rng(10);
  StateCost::Spec spec;
  spec.target = Vector::Zero(3);
  spec.wp = Vector::Ones(3);
  spec.norm = {NormKind::Log, 1.0, 0.0, 1e-2};
  const Cost cost({{"x", 1.0, std::make_shared<StateCost>(spec)}}, kStates, kActions);
  const std::vector<Trajectory> rollouts{randomRollout(rng)};
  const Result<CostModel> raw = expandAround(cost, rollouts, {HessianMode::Exact, false});
  const Result<CostModel> convex = expandAround(cost, rollouts, {HessianMode::Exact, true});
  QVERIFY(raw && convex);
  const CostExpansion e = [&] {
    CostExpansion out;
    cost.expand(2, kT, rollouts[0].X.row(2).transpose(), rollouts[0].U.row(2).transpose(), HessianMode::Exact,
                out);
    return out;
  }();
  for (std::size_t t = 0; t < kT; ++t) {
    QVERIFY(smallestEigenvalue(raw->quadratic.H[t]) < -1e-6);
    QVERIFY(smallestEigenvalue(convex->quadratic.H[t]) > -1e-12);
  }
  // Value and gradient at the sample stay true whatever happens to the curvature.
  Vector y(kStates + kActions);
  y << rollouts[0].X.row(2).transpose(), rollouts[0].U.row(2).transpose();
  const Vector gradient = convex->quadratic.H[2] * y + convex->quadratic.g[2];
  QVERIFY((gradient.head(kStates) - e.lx).norm() < 1e-10);
}

void TestCost::costAlongEqualsTheSumOfTerms() {
  Rng rng(11);
  const auto state = std::make_shared<StateCost>(stateCost(NormKind::Log, Ramp::Final));
  const auto action = std::make_shared<ActionCost>(Vector::Ones(kActions));
  const Cost cost({{"a", 0.5, action}, {"s", 3.0, state}}, kStates, kActions);
  const Trajectory rollout = randomRollout(rng);
  const Vector costs = cost.along(rollout);
  for (int t = 0; t < kT; ++t) {
    const Vector x = rollout.X.row(t).transpose(), u = rollout.U.row(t).transpose();
    QCOMPARE(costs(t), 0.5 * action->value(t, kT, x, u) + 3.0 * state->value(t, kT, x, u));
  }
}

void TestCost::notFiniteCostNamesStepRolloutAndTerm() {
  Rng rng(12);
  const Cost cost({{"effort", 0.1, std::make_shared<ActionCost>(Vector::Ones(kActions))},
                   {"reach", 1.0, std::make_shared<StateCost>(stateCost(NormKind::L2, Ramp::Constant))}},
                  kStates, kActions);
  std::vector<Trajectory> rollouts{randomRollout(rng), randomRollout(rng)};
  rollouts[1].X(4, 3) = std::numeric_limits<double>::quiet_NaN();
  const Result<CostModel> model = expandAround(cost, rollouts, {});
  QVERIFY(!model);
  QCOMPARE(model.error().what, std::string("The cost is not finite at time step 4 of rollout 1."));
  QCOMPARE(model.error().where, std::string("cost.reach"));
}

void TestCost::noRolloutsAreAnError() {
  QVERIFY(!expandAround(Cost(), {}, {}));
}

QTEST_APPLESS_MAIN(TestCost)
#include "tst_cost.moc"
