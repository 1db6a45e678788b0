// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/cost/cost_terms.h"
#include "core/plant/task.h"
#include "core/scene/scene_reader.h"
#include "tests/core/plant/disc_scene.h"

using gps::Vector;
using namespace gps::test;
using std::numbers::pi;

namespace {

/// States after each of `steps` steps of a lively action.
gps::RowMatrix drive(const gps::Task& task, int condition, int steps, double amplitude) {
  const auto plant = task.plants->make(condition, Vector());
  gps::RowMatrix X(steps, task.dX);
  for (int t = 0; t < steps; ++t) {
    Vector u(task.dU);
    for (int i = 0; i < task.dU; ++i) u(i) = amplitude * std::sin(0.3 * t + i);
    plant->step(u);
    X.row(t) = stateOf(task, *plant).transpose();
  }
  return X;
}

const std::string kForceX =
    R"({"id": "f", "type": "body_force", "body": "disc", "axis": [3, 0], "limit": 4})";

}  // namespace

class TestPlant : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void freshWorldsRepeatBitForBit();
  void scaleDoesNotChangeTheMotion();
  void scaleDoesNotChangeJointTorques();
  void forceMovesTheDiscAsNewtonSays();
  void actionsAreClampedAndCounted();
  void velocityActuatorsShareABody();
  void thrusterTurnsTheBody();
  void sensorsReadTheStart();
  void sensorsReadAMovingBody();
  void rayStopsAtTheNearestBody();
  void conditionsPlaceTheArmByItsJoints();
  void conditionsSetJointSpeeds();
  void spreadMovesTheOverriddenNumbers();
  void dampingSlowsAHinge();
  void motorAndDampingLoadsAreApart();
  void sliderMovesAlongItsAxis();
  void ghostsArePosedButDoNotCollide();
  void successNeedsTheWholeHold();
  void taskDescribesTheScene();
  void testConditionsAreNotTrained();
  void costFollowsTheSettings();
  void unknownCostSettingNamesTheNearest();
  void obstacleCostSeesPostsOnce();
  void endEffectorCostKnowsTheHand();
  void brokenChainIsRefused();
};

void TestPlant::freshWorldsRepeatBitForBit() {
  for (const char* name : {"point_mass", "two_link_arm", "obstacle_navigation"}) {
    const auto task = shipped(name);
    QVERIFY(drive(*task, 0, 60, 6.0) == drive(*task, 0, 60, 6.0));
  }
}

// A push with a fall, before any contact: single precision is all that may differ.
void TestPlant::scaleDoesNotChangeTheMotion() {
  gps::Scene scene = discScene(kForceX);
  scene.world.gravity = {0, -9.81};
  scene.bodies[0].linearDamping = 0.5;
  const gps::RowMatrix small = drive(*taskOf(scene), 0, 20, 3.0);
  scene.world.scale = 10.0;
  const gps::RowMatrix large = drive(*taskOf(scene), 0, 20, 3.0);
  QVERIFY((small - large).cwiseAbs().maxCoeff() < 1e-4);
}

void TestPlant::scaleDoesNotChangeJointTorques() {
  const std::string bodies = R"(, {"id": "wall", "type": "static", "shapes": [{"circle": {"radius": 0.1}}]})";
  const std::string joints = R"({"id": "hinge", "type": "revolute", "body_a": "wall", "body_b": "disc",
                                 "anchor_a": [0, 2], "anchor_b": [-1, 0], "damping": 0.5})";
  gps::Scene scene =
      discScene(R"({"id": "t", "type": "joint_torque", "joint": "hinge"})", "", bodies, joints);
  const gps::RowMatrix small = drive(*taskOf(scene), 0, 20, 1.0);
  scene.world.scale = 10.0;
  const gps::RowMatrix large = drive(*taskOf(scene), 0, 20, 1.0);
  // A position solver with absolute tolerances leaves a millimetre.
  QVERIFY((small - large).cwiseAbs().maxCoeff() < 2e-3);
  QVERIFY(small.col(3).cwiseAbs().maxCoeff() > 0.01);
}

// Semi-implicit Euler with n substeps h: v = n h F/m, x = h^2 F/m n(n+1)/2.
void TestPlant::forceMovesTheDiscAsNewtonSays() {
  const auto task = taskOf(discScene(kForceX));
  const auto plant = task->plants->make(0, Vector());
  Vector u(1);
  u << 3.0;
  QCOMPARE(plant->step(u), 0);
  const Vector x = stateOf(*task, *plant);
  QVERIFY(std::abs(x(2) - 0.05 * 1.5) < 1e-6);
  QVERIFY(std::abs(x(0) - (1.0 + 0.005 * 0.005 * 1.5 * 55.0)) < 1e-6);
  QCOMPARE(x(1), 2.0);
}

void TestPlant::actionsAreClampedAndCounted() {
  const auto task = taskOf(discScene(kForceX));
  const auto clamped = task->plants->make(0, Vector());
  const auto limit = task->plants->make(0, Vector());
  Vector u(1);
  u << -50.0;
  QCOMPARE(clamped->step(u), 1);
  u << -4.0;
  QCOMPARE(limit->step(u), 0);
  QVERIFY(stateOf(*task, *clamped) == stateOf(*task, *limit));
  QCOMPARE(task->actionLimit(0), 4.0);
  QCOMPARE(task->defaultCovMax(), 1.0);
}

void TestPlant::velocityActuatorsShareABody() {
  const auto task = taskOf(discScene(R"({"id": "x", "type": "body_velocity", "body": "disc", "axis": [1, 0]},
                                        {"id": "y", "type": "body_velocity", "body": "disc", "axis": [0, 2]})"));
  const auto plant = task->plants->make(0, Vector());
  Vector u(2);
  u << 0.5, -0.25;
  plant->step(u);
  const Vector x = stateOf(*task, *plant);
  QVERIFY((x - Eigen::Vector4d(1.025, 1.9875, 0.5, -0.25)).cwiseAbs().maxCoeff() < 1e-5);
  QVERIFY(std::isinf(task->actionLimit(0)));
  QCOMPARE(task->defaultCovMax(), 0.0);
}

// Force 1 N at 0.1 m from the centre of a disc with I = m r^2 / 2 = 0.01 kg m^2: 10 rad/s^2.
void TestPlant::thrusterTurnsTheBody() {
  const auto task = taskOf(
      discScene(R"({"id": "t", "type": "thruster", "body": "disc", "axis": [0, 1], "point": [0.1, 0]})"));
  const auto plant = task->plants->make(0, Vector());
  Vector u(1);
  u << 1.0;
  plant->step(u);
  QVERIFY(std::abs(observationOf(*task, *plant)(1) - 0.5) < 1e-3);
}

void TestPlant::sensorsReadTheStart() {
  const auto task = taskOf(discScene(kForceX));
  const Vector o = observationOf(*task, *task->plants->make(0, Vector()));
  Vector expected(11);
  expected << 0, 0, 1.1, 2, 0, 0, 3, 0, 1, 7, 8;
  QVERIFY((o - expected).cwiseAbs().maxCoeff() < 1e-6);
}

void TestPlant::sensorsReadAMovingBody() {
  gps::Scene scene = discScene(kForceX);
  scene.conditions[0].overrides = {
      {"disc.velocity", {0.5, 0.0}}, {"disc.angular_velocity", {2.0}}, {"disc.angle", {pi / 2}}};
  const auto task = taskOf(scene);
  const Vector o = observationOf(*task, *task->plants->make(0, Vector()));
  Vector expected(6);
  expected << pi / 2, 2.0, 1.0, 2.1, 0.5 - 0.2, 0.0;
  QVERIFY((o.head(6) - expected).cwiseAbs().maxCoeff() < 1e-6);
}

void TestPlant::rayStopsAtTheNearestBody() {
  const std::string walls = R"(,
    {"id": "far", "type": "static", "position": [3, 2], "shapes": [{"box": {"half_extents": [0.5, 1]}}]},
    {"id": "near", "type": "static", "position": [2, 2], "shapes": [{"box": {"half_extents": [0.25, 1]}}]},
    {"id": "glass", "type": "static", "position": [1.5, 2],
     "shapes": [{"box": {"half_extents": [0.1, 1]}, "sensor": true}]})";
  const auto task = taskOf(discScene(kForceX, "", walls));
  QVERIFY(std::abs(observationOf(*task, *task->plants->make(0, Vector()))(6) - 0.75) < 1e-5);
}

// Closed form: link 1 points along a1 from (0, 15), 9.5 long to the elbow; link 2's centre is 4.5 beyond it.
void TestPlant::conditionsPlaceTheArmByItsJoints() {
  const auto task = shipped("two_link_arm");
  QCOMPARE(task->conditionCount(), 4);
  const double angles[4][2] = {{pi / 2, 0}, {0.75 * pi, pi / 2}, {pi, -pi / 2}, {1.25 * pi, 0}};
  for (int i = 0; i < 4; ++i) {
    const Vector& x = task->x0[static_cast<std::size_t>(i)];
    const double a1 = angles[i][0];
    const double a2 = a1 + angles[i][1];
    Vector expected(7);
    expected << angles[i][0], angles[i][1], 0, 0, -9.5 * std::sin(a1) - 4.5 * std::sin(a2),
        15 + 9.5 * std::cos(a1) + 4.5 * std::cos(a2), 0;
    QVERIFY((x - expected).cwiseAbs().maxCoeff() < 1e-5);
  }
}

void TestPlant::conditionsSetJointSpeeds() {
  gps::Scene scene = *gps::findScene("two_link_arm_single", GPS_SCENES);
  scene.conditions[0].overrides = {{"joint1.speed", {0.5}}, {"joint2.speed", {-0.2}}};
  const auto task = taskOf(scene);
  const Vector& x = task->x0[0];
  QVERIFY(std::abs(x(2) - 0.5) < 1e-6 && std::abs(x(3) + 0.2) < 1e-6);
  // Without overrides of the angles the arm keeps the pose of the model.
  QVERIFY(std::abs(x(0) - 0.75 * pi) < 1e-5 && std::abs(x(1) - 0.5 * pi) < 1e-5);
}

void TestPlant::spreadMovesTheOverriddenNumbers() {
  gps::Scene scene = discScene(kForceX);
  scene.conditions[0].overrides = {{"disc.position", {1.0, 2.0}}};
  scene.conditions[0].spread = 0.1;
  const auto task = taskOf(scene);
  QCOMPARE(task->plants->startNoiseSize(0), 2);
  const Vector x = stateOf(*task, *task->plants->make(0, Eigen::Vector2d(1.0, -2.0)));
  QVERIFY((x.head(2) - Eigen::Vector2d(1.1, 1.8)).norm() < 1e-6);
  QVERIFY((task->x0[0].head(2) - Eigen::Vector2d(1.0, 2.0)).norm() < 1e-6);
}

// The disc hangs on a hinge at its centre: w' = -D w / I, explicit Euler over 10 substeps of 5 ms.
void TestPlant::dampingSlowsAHinge() {
  const std::string bodies = R"(, {"id": "wall", "type": "static", "shapes": [{"circle": {"radius": 0.1}}]})";
  const std::string joints = R"({"id": "hinge", "type": "revolute", "body_a": "wall", "body_b": "disc",
                                 "anchor_a": [1, 2], "damping": 0.2})";
  gps::Scene scene =
      discScene(R"({"id": "t", "type": "joint_torque", "joint": "hinge"})", "", bodies, joints);
  scene.conditions[0].overrides = {{"hinge.angle", {0.0}}, {"hinge.speed", {1.0}}};
  const auto task = taskOf(scene);
  const auto plant = task->plants->make(0, Vector());
  plant->step(Vector::Zero(1));
  QVERIFY(std::abs(observationOf(*task, *plant)(1) - std::pow(1.0 - 0.2 / 0.01 * 0.005, 10)) < 1e-4);
}

// The last substep slows the hinge from w/0.9 to w. Against a damping of 3 a servo holds 0.4 m/s with 1.2 N.
void TestPlant::motorAndDampingLoadsAreApart() {
  const std::string bodies = R"(, {"id": "wall", "type": "static", "shapes": [{"circle": {"radius": 0.1}}]})";
  gps::Scene braked = discScene(R"({"id": "t", "type": "joint_torque", "joint": "hinge"})", "", bodies,
                                R"({"id": "hinge", "type": "revolute", "body_a": "wall", "body_b": "disc",
                                    "anchor_a": [1, 2], "damping": 0.2})");
  braked.conditions[0].overrides = {{"hinge.angle", {0.0}}, {"hinge.speed", {1.0}}};
  gps::Scene driven = discScene(R"({"id": "s", "type": "joint_velocity", "joint": "rail"})", "", bodies,
                                R"({"id": "rail", "type": "prismatic", "body_a": "wall", "body_b": "disc",
                                    "anchor_a": [0, 1], "axis": [0, 1], "max_motor": 100, "damping": 3,
                                    "collide": true})");
  driven.conditions[0].overrides = {{"rail.translation", {0.5}}};
  for (const double scale : {1.0, 10.0}) {
    braked.world.scale = driven.world.scale = scale;
    const auto hinge = taskOf(braked);
    const auto swinging = hinge->plants->make(0, Vector());
    swinging->step(Vector::Zero(1));
    const double w = observationOf(*hinge, *swinging)(1);
    const gps::PlantReadout free = swinging->readout();
    QCOMPARE(free.motorLoads[0], 0.0);
    QVERIFY2(std::abs(free.dampingLoads[0] + 0.2 * w / 0.9) < 1e-4, qPrintable(QString::number(free.dampingLoads[0])));

    const auto servo = taskOf(driven)->plants->make(0, Vector());
    for (int t = 0; t < 10; ++t) servo->step(Vector::Constant(1, 0.4));
    const gps::PlantReadout held = servo->readout();
    QVERIFY2(std::abs(held.motorLoads[0] - 1.2) < 1e-2, qPrintable(QString::number(held.motorLoads[0])));
    QVERIFY2(std::abs(held.dampingLoads[0] + 1.2) < 1e-2, qPrintable(QString::number(held.dampingLoads[0])));
  }
}

void TestPlant::sliderMovesAlongItsAxis() {
  const std::string bodies = R"(, {"id": "wall", "type": "static", "shapes": [{"circle": {"radius": 0.1}}]})";
  const std::string joints = R"({"id": "rail", "type": "prismatic", "body_a": "wall", "body_b": "disc",
                                 "anchor_a": [0, 1], "axis": [0, 5], "max_motor": 100, "collide": true})";
  gps::Scene scene =
      discScene(R"({"id": "s", "type": "joint_velocity", "joint": "rail"})", "", bodies, joints);
  scene.conditions[0].overrides = {{"rail.translation", {0.5}}};
  const auto task = taskOf(scene);
  QVERIFY((task->x0[0].head(2) - Eigen::Vector2d(0.0, 1.5)).norm() < 1e-6);
  const auto plant = task->plants->make(0, Vector());
  Vector u(1);
  u << 0.4;
  for (int t = 0; t < 10; ++t) plant->step(u);
  QVERIFY((stateOf(*task, *plant) - Eigen::Vector4d(0.0, 1.7, 0.0, 0.4)).cwiseAbs().maxCoeff() < 1e-3);
}

void TestPlant::ghostsArePosedButDoNotCollide() {
  const std::string ghost = R"(, {"id": "ghost", "type": "static", "ghost": true, "position": [1.2, 2],
                                  "angle": 0.5, "shapes": [{"circle": {"radius": 0.5}}]})";
  const auto with = taskOf(discScene(kForceX, "", ghost));
  QVERIFY(drive(*with, 0, 10, 4.0) == drive(*taskOf(discScene(kForceX)), 0, 10, 4.0));
  std::vector<gps::Pose> poses;
  with->plants->make(0, Vector())->poses(poses);
  QCOMPARE(poses.size(), std::size_t{2});
  QCOMPARE(poses[1].x, 1.2f);
  QCOMPARE(poses[1].angle, 0.5f);
}

void TestPlant::successNeedsTheWholeHold() {
  gps::SuccessTest test;
  test.first = 1;
  test.target = Vector::Constant(1, 2.0);
  test.within = 0.5;
  gps::Trajectory rollout;
  rollout.X = gps::RowMatrix::Zero(4, 2);
  rollout.X.col(1) << 0.0, 2.0, 1.4, 2.25;
  QVERIFY(test.passed(rollout));
  QCOMPARE(test.distance(rollout), 0.25);
  test.holdSteps = 2;
  QVERIFY(!test.passed(rollout));
  rollout.X(3, 1) = std::numeric_limits<double>::quiet_NaN();
  test.holdSteps = 1;
  QVERIFY(!test.passed(rollout));
}

void TestPlant::taskDescribesTheScene() {
  const auto task = shipped("obstacle_navigation");
  QCOMPARE(task->T, 100);
  QCOMPARE(task->dX, 4);
  QCOMPARE(task->dU, 2);
  QCOMPARE(task->conditionCount(), 5);
  QVERIFY((task->x0[1] - Eigen::Vector4d(-3.0, 0.4, 0, 0)).norm() < 1e-6);
  QVERIFY((task->stateNames == std::vector<std::string>{"p.x", "p.y", "v.x", "v.y"}));
  QVERIFY((task->velocityEntry == std::vector<bool>{false, false, true, true}));
  QVERIFY((task->actionNames == std::vector<std::string>{"fx", "fy"}));
  QCOMPARE(task->defaultCovMax(), 4.0);
  QVERIFY(task->trace && task->trace->first == 0 && task->trace->offset == Eigen::Vector2d(3, 0));
  const auto arm = shipped("two_link_arm");
  QVERIFY((std::vector<std::string>(arm->stateNames.begin(), arm->stateNames.begin() + 2) ==
           std::vector<std::string>{"angles.joint1", "angles.joint2"}));
  QCOMPARE(arm->initGains.size(), Eigen::Index{2});
  QVERIFY(arm->initGains.isZero());
}

void TestPlant::testConditionsAreNotTrained() {
  gps::Scene scene = *gps::findScene("two_link_arm", GPS_SCENES);
  scene.conditions[0].test = true;
  scene.conditions[2].enabled = false;
  const auto task = taskOf(scene);
  QVERIFY((task->conditions == std::vector<std::string>{"c2", "c4"}));
  QVERIFY(std::abs(task->x0[1](0) - 1.25 * pi) < 1e-5);
  for (gps::Condition& condition : scene.conditions) condition.enabled = false;
  QVERIFY(!gps::compileTask(std::make_shared<const gps::Scene>(scene)));
}

void TestPlant::costFollowsTheSettings() {
  const auto task = shipped("two_link_arm");
  const Vector& x = task->x0[1];
  const Vector u = Vector::Constant(2, 3.0);
  const double angles = 0.5 * x.head(2).squaredNorm();
  QVERIFY(std::abs(task->costs.of(0).value(0, 100, x, u) - (1e-5 * 9.0 + angles)) < 1e-9);
  std::vector<gps::CostTermSettings> settings = task->costTerms;
  QVERIFY(!settings[0].alpha && !settings[0].ramp && !settings[1].alpha &&
          settings[1].ramp == gps::Ramp::Constant);
  settings[1].weight = 2.0;
  settings[1].ramp = gps::Ramp::Final;
  const auto changed = gps::costWith(*task->scene, settings);
  QVERIFY(changed);
  QVERIFY(std::abs(changed->of(0).value(0, 100, x, u) - 1e-5 * 9.0) < 1e-12);
  QVERIFY(std::abs(changed->of(0).value(99, 100, x, u) - (1e-5 * 9.0 + 2.0 * angles)) < 1e-9);
}

void TestPlant::unknownCostSettingNamesTheNearest() {
  const auto task = shipped("two_link_arm");
  const auto cost = gps::costWith(*task->scene, {{.id = "angels", .weight = 1.0, .alpha = {}, .ramp = {}}});
  QVERIFY(!cost);
  QCOMPARE(cost.error().mend, std::string("The nearest is angles."));
}

// Beside a post (box with round ends) only one hinge acts, and the mover's radius counts.
void TestPlant::obstacleCostSeesPostsOnce() {
  const auto task = shipped("obstacle_navigation");
  std::vector<gps::CostTermSettings> settings = task->costTerms;
  for (gps::CostTermSettings& term : settings) term.weight = term.id == "clearance" ? 1.0 : 0.0;
  const auto cost = gps::costWith(*task->scene, settings);
  QVERIFY(cost);
  Vector x(4);
  x << 0.75 - 3.0, 0.8, 0, 0;  // 0.25 from the axis of the upper left post, which is 0.1 thick
  QVERIFY(std::abs(cost->of(0).value(0, 100, x, Vector::Zero(2)) - 0.5 * 0.1 * 0.1) < 1e-12);
  x << 1.0 - 3.0, 1.3, 0, 0;  // 0.2 above its upper end
  QVERIFY(std::abs(cost->of(0).value(0, 100, x, Vector::Zero(2)) - 0.5 * 0.15 * 0.15) < 1e-12);
}

void TestPlant::endEffectorCostKnowsTheHand() {
  gps::Scene scene = *gps::findScene("two_link_arm", GPS_SCENES);
  gps::CostTermSpec spec;
  spec.id = "hand";
  spec.type = "end_effector";
  spec.joints = {"joint1", "joint2"};
  spec.target = {1.0, 2.0};
  scene.costs = {spec};
  const auto task = taskOf(scene);
  for (const Vector& x : task->x0) {
    // The point (0, 0) of link 2 is its centre, which the state holds in entries 4 and 5.
    const double expected = 0.5 * (x.segment(4, 2) - Eigen::Vector2d(1.0, 2.0)).squaredNorm();
    QVERIFY(std::abs(task->costs.of(0).value(0, 100, x, Vector::Zero(2)) - expected) < 1e-4 * expected);
  }
}

void TestPlant::brokenChainIsRefused() {
  gps::Scene scene = *gps::findScene("two_link_arm", GPS_SCENES);
  gps::CostTermSpec spec;
  spec.id = "hand";
  spec.type = "end_effector";
  spec.joints = {"joint2"};
  spec.target = {0.0, 0.0};
  scene.costs = {spec};
  const auto task = gps::compileTask(std::make_shared<const gps::Scene>(scene));
  QVERIFY(!task);
  QCOMPARE(task.error().what, std::string("The chain must hang on a static body, but link1 is dynamic."));
}

QTEST_APPLESS_MAIN(TestPlant)
#include "tst_plant.moc"
