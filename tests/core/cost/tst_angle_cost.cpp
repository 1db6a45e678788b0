// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <numbers>

#include "tests/core/cost/differences.h"

using namespace gps;
using namespace gps::test;
using std::numbers::pi;

namespace {

AngleCost angleCost(Ramp ramp) {
  AngleCost::Spec spec;
  spec.first = 1;
  spec.target = Vector::LinSpaced(3, -2.5, 3.0);
  spec.wp = Vector::LinSpaced(3, 0.5, 2.0);
  spec.ramp = ramp;
  spec.finalMultiplier = 3.0;
  return AngleCost(spec);
}

/// One angle, weight 2, target 3.
AngleCost plainCost() {
  AngleCost::Spec spec;
  spec.target = Vector::Constant(1, 3.0);
  spec.wp = Vector::Constant(1, 2.0);
  return AngleCost(spec);
}

Vector stateWith(double angle) {
  Vector x = Vector::Zero(kStates);
  x(0) = angle;
  return x;
}

}  // namespace

/// sum wp (1 - cos(angle - target)).
class TestAngleCost : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void valueHasItsClosedForm();
  void derivativesMatchDifferences();
  void derivativesMatchAcrossTheWrap();
  void fullTurnsDoNotCount();
  void farFromTheTargetTheCurvatureIsNegative();
};

void TestAngleCost::valueHasItsClosedForm() {
  const AngleCost cost = plainCost();
  const Vector u = Vector::Zero(kActions);
  QCOMPARE(cost.value(0, kT, stateWith(3.0), u), 0.0);
  QVERIFY(std::abs(cost.value(0, kT, stateWith(3.0 - pi / 2), u) - 2.0) < 1e-12);
  QVERIFY(std::abs(cost.value(0, kT, stateWith(3.0 + pi), u) - 4.0) < 1e-12);  // the most there is
}

void TestAngleCost::derivativesMatchDifferences() {
  Rng rng(31);
  for (int i = 0; i < 100; ++i) {
    const AngleCost cost = angleCost(kRamps[i % 4]);
    const Vector x = 3.0 * randomVector(kStates, rng), u = randomVector(kActions, rng);
    const int t = i % 4 == 3 ? kT - 1 : i % kT;
    QVERIFY(valueAndGradientAgree(cost, t, x, u));
    QVERIFY(exactHessianAgrees(cost, t, x, u));
    const CostExpansion e = expansionOf(cost, 1.0, t, x, u, HessianMode::Exact);
    QVERIFY(e.lx.segment(1, 3).norm() > 0.0);
  }
}

// Where an error taken modulo a turn would jump from pi to -pi.
void TestAngleCost::derivativesMatchAcrossTheWrap() {
  const AngleCost cost = plainCost();
  const Vector u = Vector::Zero(kActions);
  for (const double angle : {3.0 - pi, 3.0 + pi, pi, -pi, 3.0 * pi}) {
    QVERIFY(valueAndGradientAgree(cost, 0, stateWith(angle), u));
    QVERIFY(exactHessianAgrees(cost, 0, stateWith(angle), u));
  }
}

void TestAngleCost::fullTurnsDoNotCount() {
  const AngleCost cost = plainCost();
  const Vector u = Vector::Zero(kActions);
  const CostExpansion here = expansionOf(cost, 1.0, 0, stateWith(0.4), u, HessianMode::Exact);
  const CostExpansion there = expansionOf(cost, 1.0, 0, stateWith(0.4 - 6.0 * pi), u, HessianMode::Exact);
  QVERIFY(std::abs(here.l - there.l) < 1e-12);
  QVERIFY((here.lx - there.lx).norm() < 1e-12);
  QVERIFY((here.lxx - there.lxx).norm() < 1e-12);
}

// Stated by the term; the expansion over rollouts projects it.
void TestAngleCost::farFromTheTargetTheCurvatureIsNegative() {
  const CostExpansion e =
      expansionOf(plainCost(), 1.0, 0, stateWith(3.0 + pi), Vector::Zero(kActions), HessianMode::Auto);
  QVERIFY(std::abs(e.lxx(0, 0) + 2.0) < 1e-12);
  Trajectory rollout;
  rollout.X = stateWith(3.0 + pi).transpose();
  rollout.U = RowMatrix::Zero(1, kActions);
  const Cost cost({{"up", 1.0, std::make_shared<AngleCost>(plainCost())}}, kStates, kActions);
  const Result<CostModel> model = expandAround(cost, std::span(&rollout, 1), {});
  QVERIFY(model);
  QVERIFY(model->quadratic.H[0](0, 0) >= 0.0 && model->quadratic.H[0](0, 0) < 1e-6);
}

QTEST_APPLESS_MAIN(TestAngleCost)
#include "tst_angle_cost.moc"
