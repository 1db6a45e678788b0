// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/core/cost/differences.h"

using namespace gps;
using namespace gps::test;

namespace {

/// Three points of the last link under one norm.
EndEffectorCost::Spec threePoints(NormKind kind, Ramp ramp, bool rampOnValue) {
  EndEffectorCost::Spec spec;
  spec.chain = threeLinks();
  spec.tips = {{-0.2, 0.1}, {0.0, -0.3}};
  spec.target = Vector::LinSpaced(6, -0.4, 0.6);
  spec.wp = Vector::LinSpaced(6, 0.5, 2.0);
  spec.norm = {kind, 0.7, 0.3, 0.1};
  spec.ramp = ramp;
  spec.rampOnValue = rampOnValue;
  spec.finalMultiplier = 3.0;
  return spec;
}

}  // namespace

/// The tip cost of several points, and ramps on the value.
class TestTipPoints : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void derivativesOfSeveralPointsMatchDifferences();
  void squaredPointsAddUp();
  void rampOnTheValueMatchesDifferences();
  void rampOnTheValueIsAFactor();
};

void TestTipPoints::derivativesOfSeveralPointsMatchDifferences() {
  Rng rng(41);
  for (int i = 0; i < 100; ++i) {
    const EndEffectorCost cost(threePoints(kNorms[i % 3], kRamps[i % 4], i % 2 == 1));
    const int t = i % 4 == 3 ? kT - 1 : i % kT;
    QVERIFY(valueAndGradientAgree(cost, t, randomVector(kStates, rng), randomVector(kActions, rng)));
  }
}

// For l2 one norm of three points is three norms of one, Hessian included.
void TestTipPoints::squaredPointsAddUp() {
  Rng rng(42);
  const EndEffectorCost::Spec all = threePoints(NormKind::L2, Ramp::Linear, false);
  for (int i = 0; i < 20; ++i) {
    const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
    const CostExpansion joint = expansionOf(EndEffectorCost(all), 1.3, i % kT, x, u, HessianMode::Auto);
    CostExpansion sum;
    sum.setZero(kStates, kActions);
    for (int p = 0; p < 3; ++p) {
      EndEffectorCost::Spec one = all;
      one.tips.clear();
      if (p > 0) one.chain.tip = all.tips[static_cast<std::size_t>(p - 1)];
      one.target = all.target.segment(2 * p, 2);
      one.wp = all.wp.segment(2 * p, 2);
      EndEffectorCost(one).addExpansion(1.3, i % kT, kT, x, u, HessianMode::Auto, sum);
    }
    QVERIFY(std::abs(joint.l - sum.l) < 1e-12 * sum.l);
    QVERIFY((joint.lx - sum.lx).norm() < 1e-12 * (1.0 + sum.lx.norm()));
    QVERIFY((joint.lxx - sum.lxx).norm() < 1e-12 * (1.0 + sum.lxx.norm()));
    QVERIFY(sum.lxx.norm() > 1e-3);
  }
}

void TestTipPoints::rampOnTheValueMatchesDifferences() {
  Rng rng(43);
  for (int i = 0; i < 100; ++i) {
    StateCost::Spec spec;
    spec.first = 2;
    spec.target = Vector::LinSpaced(3, -0.2, 0.4);
    spec.wp = Vector::LinSpaced(3, 0.5, 2.0);
    spec.norm = {kNorms[i % 3], 0.7, 0.3, 0.1};
    spec.ramp = kRamps[i % 4];
    spec.finalMultiplier = 3.0;
    spec.rampOnValue = true;
    const StateCost cost(spec);
    const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
    QVERIFY(valueAndGradientAgree(cost, i % kT, x, u));
    QVERIFY(exactHessianAgrees(cost, i % kT, x, u));
  }
}

void TestTipPoints::rampOnTheValueIsAFactor() {
  Rng rng(44);
  const Vector x = randomVector(kStates, rng), u = randomVector(kActions, rng);
  for (const NormKind kind : kNorms) {
    const EndEffectorCost plain(threePoints(kind, Ramp::Constant, false));
    const EndEffectorCost ramped(threePoints(kind, Ramp::Quadratic, true));
    const int t = 2;
    const double factor = rampWeight(Ramp::Quadratic, t, kT, 3.0);
    const CostExpansion a = expansionOf(plain, factor, t, x, u, HessianMode::Auto);
    const CostExpansion b = expansionOf(ramped, 1.0, t, x, u, HessianMode::Auto);
    QVERIFY(std::abs(a.l - b.l) < 1e-12);
    QVERIFY((a.lx - b.lx).norm() < 1e-12 && (a.lxx - b.lxx).norm() < 1e-12);
    // On the weights the logarithm and the root are no factor.
    const EndEffectorCost inside(threePoints(kind, Ramp::Quadratic, false));
    QVERIFY(std::abs(expansionOf(inside, 1.0, t, x, u, HessianMode::Auto).l - b.l) > 1e-6 ||
            kind == NormKind::L2);
  }
}

QTEST_APPLESS_MAIN(TestTipPoints)
#include "tst_tip_points.moc"
