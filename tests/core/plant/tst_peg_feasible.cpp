// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <variant>

#include "tests/core/plant/disc_scene.h"

using namespace gps;
using namespace gps::test;
using Eigen::Vector2d;

namespace {

// State of the scene: q(4), qd(4), tip and top of the peg relative to their targets, the velocities of both. The tip's
// target is the bottom of the slot, 0.10 below its mouth.
constexpr int kJoints = 4, kTip = 8, kTop = 10, kTipSpeed = 12;
constexpr double kDepth = 0.10, kHover = 0.04;

/// Columns: velocity of the tip per joint speed.
Eigen::Matrix<double, 2, kJoints> tipJacobian(const Vector& q) {
  constexpr double lengths[] = {0.35, 0.30, 0.25, 0.30};  // the last reaches to the tip of the peg
  Vector2d joints[kJoints + 1];
  joints[0] = Vector2d::Zero();
  double angle = 0.0;
  for (int i = 0; i < kJoints; ++i) {
    angle += q(i);
    joints[i + 1] = joints[i] + lengths[i] * Vector2d(std::cos(angle), std::sin(angle));
  }
  Eigen::Matrix<double, 2, kJoints> J;
  for (int i = 0; i < kJoints; ++i) {
    const Vector2d arm = joints[kJoints] - joints[i];
    J.col(i) = Vector2d(-arm.y(), arm.x());
  }
  return J;
}

/// A spring of 100 N/m across and 60 N/m along the slot that pulls the tip to `target` (relative to the slot's bottom),
/// and 6 N m/rad that keep the peg upright, each with damping: tau = J'F + M.
Vector impedance(const Vector& x, const Vector2d& target) {
  const Vector2d tip = x.segment<2>(kTip), speed = x.segment<2>(kTipSpeed);
  const double angle = std::remainder(x.head(kJoints).sum() + 0.5 * std::numbers::pi, 2.0 * std::numbers::pi);
  const double spin = x.segment<kJoints>(kJoints).sum();
  const Vector2d force = Vector2d(100.0, 60.0).cwiseProduct(target - tip) - 4.0 * speed;
  const double moment = -6.0 * angle - 0.2 * spin;
  return tipJacobian(x.head(kJoints)).transpose() * force + Vector::Constant(kJoints, moment);
}

struct Attempt {
  Trajectory rollout;
  double largestTorque = 0.0;
  double deepest = 1.0;  ///< smallest height of the tip above the slot's bottom
};

/// Hovers 4 cm above the mouth until the tip is there, at most 50 steps, then lowers the target at 0.1 m/s to 4 cm
/// below the bottom.
Attempt attempt(const Task& task, int condition, bool aside) {
  const auto plant = task.plants->make(condition, Vector());
  Attempt result;
  result.rollout.X.resize(task.T, task.dX);
  result.rollout.O.resize(task.T, task.dO);
  int pressing = 0;  // steps since the hovering ended
  for (int t = 0; t < task.T; ++t) {
    const Vector x = stateOf(task, *plant);
    result.rollout.X.row(t) = x.transpose();
    result.deepest = std::min(result.deepest, x(kTip + 1));
    const Vector2d above(aside ? 0.06 : 0.0, kDepth + kHover);
    const bool there = (x.segment<2>(kTip) - above).cwiseAbs().maxCoeff() < 0.005;
    if (pressing > 0 || there || t >= 50) ++pressing;
    const double lowered = std::max(-0.04, above.y() - 0.1 * task.dt * pressing);
    const Vector torque = impedance(x, Vector2d(above.x(), lowered));
    result.largestTorque = std::max(result.largestTorque, torque.cwiseAbs().maxCoeff());
    if (t + 1 < task.T) plant->step(torque);
  }
  return result;
}

}  // namespace

/// The contacts of peg_insertion are solvable: a scripted impedance controller does it through the plant alone, so a
/// policy that fails has not learned it.
class TestPegFeasible : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void stateIsWhatTheScriptTakesItFor();
  void everyHoleCanBeFilled_data();
  void everyHoleCanBeFilled();
  void besideTheHoleThePegStaysOnTheTable();
  void aPegWiderThanTheSlotStaysOut();
};

void TestPegFeasible::stateIsWhatTheScriptTakesItFor() {
  const auto task = shipped("peg_insertion");
  QCOMPARE(task->conditionCount(), 9);
  const std::vector<std::string> wanted{"q.joint1", "tip.x", "top.x", "tip_speed.x"};
  const int at[] = {0, kTip, kTop, kTipSpeed};
  for (std::size_t i = 0; i < 4; ++i) QCOMPARE(task->stateNames[static_cast<std::size_t>(at[i])], wanted[i]);
  // The Jacobian against what the plant reports.
  const auto plant = task->plants->make(4, Vector());
  for (int t = 0; t < 5; ++t) plant->step(Vector::LinSpaced(kJoints, 3.0, -1.0));
  const Vector x = stateOf(*task, *plant);
  const Vector2d speed = tipJacobian(x.head(kJoints)) * x.segment(kJoints, kJoints);
  QVERIFY(speed.norm() > 0.05);
  QVERIFY((speed - x.segment<2>(kTipSpeed)).norm() < 0.02 * speed.norm());
}

void TestPegFeasible::everyHoleCanBeFilled_data() {
  QTest::addColumn<int>("condition");
  const auto task = shipped("peg_insertion");
  for (int i = 0; i < task->conditionCount(); ++i) {
    QTest::newRow(task->conditions[static_cast<std::size_t>(i)].c_str()) << i;
  }
}

void TestPegFeasible::everyHoleCanBeFilled() {
  QFETCH(int, condition);
  const auto task = shipped("peg_insertion");
  const Attempt result = attempt(*task, condition, false);
  const double distance = task->successOf(condition)->distance(result.rollout);
  QVERIFY2(task->successOf(condition)->passed(result.rollout), qPrintable(QString::number(distance)));
  QVERIFY2(distance < 0.005, qPrintable(QString::number(distance)));
  QVERIFY2(result.largestTorque < 8.0, qPrintable(QString::number(result.largestTorque)));
  QVERIFY(result.deepest > -0.005);  // and not through the bottom
}

// The same script 6 cm aside presses on the table: the slot's walls are there.
void TestPegFeasible::besideTheHoleThePegStaysOnTheTable() {
  const auto task = shipped("peg_insertion");
  for (int i = 0; i < task->conditionCount(); ++i) {
    const Attempt result = attempt(*task, i, true);
    QVERIFY(!task->successOf(i)->passed(result.rollout));
    // On the table, not above it: the number that counts as failure.
    QVERIFY2(std::abs(result.deepest - kDepth) < 0.005, qPrintable(QString::number(result.deepest)));
  }
}

// 5 mm more on either side than the shipped peg, 2 mm more than the slot.
void TestPegFeasible::aPegWiderThanTheSlotStaysOut() {
  Scene scene = *shipped("peg_insertion")->scene;
  for (Body& body : scene.bodies) {
    if (body.id != "link4") continue;
    auto& peg = std::get<BoxShape>(body.shapes.back().geometry);
    QCOMPARE(peg.halfExtents.y(), 0.02);
    peg.halfExtents.y() = 0.025;
  }
  const auto task = taskOf(scene);
  for (int i = 0; i < task->conditionCount(); ++i) {
    QVERIFY(!task->successOf(i)->passed(attempt(*task, i, false).rollout));
  }
}

QTEST_APPLESS_MAIN(TestPegFeasible)
#include "tst_peg_feasible.moc"
