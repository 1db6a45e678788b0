// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Geometry>
#include <QTest>
#include <cmath>

#include "tests/core/plant/disc_scene.h"

using namespace gps;
using namespace gps::test;
using Eigen::Rotation2Dd;
using Eigen::Vector2d;

namespace {

const std::string kForceX = R"({"id": "f", "type": "body_force", "body": "disc", "axis": [1, 0]})";

// A box that turns and drifts beside the disc; it touches nothing.
const std::string kBox = R"(, {"id": "box", "type": "dynamic", "position": [3, 1], "angle": 0.5,
    "velocity": [0.2, -0.1], "angular_velocity": 0.4,
    "shapes": [{"box": {"half_extents": [0.2, 0.1]}, "density": 10}]})";
const Vector2d kOnBox(0.3, -0.2);

/// The disc scene with a box and sensors relative to a point of it. Observation: position, velocity, point, point
/// velocity, angle and spin relative to the box, then those of the box itself.
Scene relativeScene(double scale) {
  Scene scene = discScene(kForceX, "", kBox);
  scene.world.scale = scale;
  const auto add = [&scene](const std::string& id, Sensor::Type type, const std::string& body,
                            const Vector2d& point) -> Sensor& {
    Sensor sensor;
    sensor.id = id;
    sensor.type = type;
    sensor.targets = {body};
    sensor.point = point;
    scene.sensors.push_back(sensor);
    scene.observation.push_back(id);
    return scene.sensors.back();
  };
  scene.observation.clear();
  using enum Sensor::Type;
  for (const Sensor::Type type : {BodyPosition, BodyVelocity, PointPosition, PointVelocity, BodyAngle, BodySpin}) {
    Sensor& sensor = add("rel" + std::to_string(static_cast<int>(type)), type, "disc", Vector2d(0.1, 0.0));
    sensor.relativeBody = "box";
    sensor.relativePoint = kOnBox;
  }
  add("box_point", PointPosition, "box", kOnBox);
  add("box_point_v", PointVelocity, "box", kOnBox);
  add("box_angle", BodyAngle, "box", Vector2d(0, 0));
  add("box_spin", BodySpin, "box", Vector2d(0, 0));
  scene.observation.insert(scene.observation.end(), {"p", "v", "rim", "rim_v", "a", "w"});
  return scene;
}

/// The disc scene with a load on the disc.
Scene loadedScene(const Vector2d& load, const Vector2d& point, double scale = 1.0) {
  Scene scene = discScene(kForceX);
  scene.bodies[0].load = load;
  scene.bodies[0].loadPoint = point;
  scene.world.scale = scale;
  return scene;
}

}  // namespace

/// What bodies, sensors and conditions of a scene file do in the simulated world, beyond their plain forms.
class TestWorldKeys : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void relativeSensorsSubtractThePointOfTheOtherBody();
  void relativeSensorsFollowBothBodies();
  void keysOfRelativeSensorsAreRead();
  void loadAcceleratesAFreeBody();
  void loadBesideTheCentreTurnsTheBody();
  void loadKeepsItsDirectionWhileItsPointTurns();
  void loadOfAStaticBodyDoesNothing();
  void spreadLeavesStaticBodiesAlone();
};

// At the start everything is known in closed form: the point lies at (3, 1) + R(0.5) (0.3, -0.2) and moves with
// (0.2, -0.1) + 0.4 z x r.
void TestWorldKeys::relativeSensorsSubtractThePointOfTheOtherBody() {
  for (const double scale : {1.0, 10.0}) {
    Scene scene = relativeScene(scale);
    scene.bodies[0].velocity = {0.5, 0.0};
    scene.bodies[0].angularVelocity = 2.0;
    const auto task = taskOf(scene);
    const Vector o = observationOf(*task, *task->plants->make(0, Vector()));
    const Vector2d r = Rotation2Dd(0.5) * kOnBox;
    const Vector2d at = Vector2d(3, 1) + r;
    const Vector2d moves = Vector2d(0.2, -0.1) + 0.4 * Vector2d(-r.y(), r.x());
    Vector expected(10);
    expected << 1 - at.x(), 2 - at.y(), 0.5 - moves.x(), -moves.y(), 1.1 - at.x(), 2 - at.y(), 0.5 - moves.x(),
        0.2 - moves.y(), -0.5, 2.0 - 0.4;
    QVERIFY((o.head(10) - expected).cwiseAbs().maxCoeff() < 1e-5);
  }
}

void TestWorldKeys::relativeSensorsFollowBothBodies() {
  const auto task = taskOf(relativeScene(10.0));
  const auto plant = task->plants->make(0, Vector());
  for (int t = 0; t < 20; ++t) plant->step(Vector::Constant(1, 3.0));
  const Vector o = observationOf(*task, *plant);
  // relative: p v rim rim_v a w, then the box: point, its velocity, angle, spin, then the disc alone.
  const Vector relative = o.head(10), box = o.segment(10, 6), disc = o.tail(10);
  QVERIFY(std::abs(box(4) - (0.5 + 0.4)) < 1e-4);  // one second of turning
  QVERIFY(disc(2) > 1.0);                          // the push has moved the disc
  Vector expected = disc;
  for (const int i : {0, 4}) expected.segment(i, 4) -= box.head(4);
  expected.tail(2) -= box.tail(2);
  QVERIFY((relative - expected).cwiseAbs().maxCoeff() < 1e-5);
}

void TestWorldKeys::keysOfRelativeSensorsAreRead() {
  const std::string file = R"({"version": 1, "name": "keys", "bodies": [
    {"id": "a", "type": "dynamic", "load": [1, -2], "load_point": [0.5, 0.25],
     "shapes": [{"circle": {"radius": 1}}]},
    {"id": "b", "type": "static", "shapes": [{"circle": {"radius": 1}}]}],
    "actuators": [{"id": "f", "type": "body_force", "body": "a", "axis": [1, 0]}],
    "sensors": [{"id": "p", "type": "body_position", "body": "a", "relative_body": "b",
                 "relative_point": [0.1, 0.2]}],
    "state": ["p"], "conditions": [{"id": "c"}],
    "costs": [{"id": "goal", "type": "state", "sensor": "p"}]})";
  const Result<Scene> scene = parseScene(file, "keys");
  QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
  QCOMPARE(scene->sensors[0].relativeBody, std::string("b"));
  QVERIFY(scene->sensors[0].relativePoint == Vector2d(0.1, 0.2));
  QVERIFY(scene->bodies[0].load == Vector2d(1, -2) && scene->bodies[0].loadPoint == Vector2d(0.5, 0.25));
}

// Semi-implicit Euler with n = 10 substeps of h: v = n h F/m, x = h^2 F/m n(n+1)/2, m = 2.
void TestWorldKeys::loadAcceleratesAFreeBody() {
  for (const double scale : {1.0, 10.0}) {
    const auto task = taskOf(loadedScene({3.0, -1.0}, {0.0, 0.0}, scale));
    const auto plant = task->plants->make(0, Vector());
    plant->step(Vector::Zero(1));
    const Vector2d acceleration(1.5, -0.5);
    const Vector x = stateOf(*task, *plant);
    QVERIFY((x.tail(2) - 0.05 * acceleration).norm() < 1e-6);
    QVERIFY((x.head(2) - Vector2d(1, 2) - 55.0 * 0.005 * 0.005 * acceleration).norm() < 2e-6);
    QVERIFY(observationOf(*task, *plant).head(2).norm() < 1e-9);  // it does not turn
  }
}

// 1 N at 0.1 m from the centre of a disc with I = m r^2 / 2 = 0.01 kg m^2: 10 rad/s^2.
void TestWorldKeys::loadBesideTheCentreTurnsTheBody() {
  for (const double scale : {1.0, 10.0}) {
    const auto task = taskOf(loadedScene({0.0, 1.0}, {0.1, 0.0}, scale));
    const auto plant = task->plants->make(0, Vector());
    plant->step(Vector::Zero(1));
    QVERIFY(std::abs(observationOf(*task, *plant)(1) - 0.5) < 1e-3);
    QVERIFY(std::abs(stateOf(*task, *plant)(3) - 0.025) < 1e-6);
  }
}

// The force keeps to the world's axes and its point turns with the body, so 0.5 I w^2 = F r sin(angle). A force
// that turned along would give 0.5 I w^2 = F r angle, a fifth more at 1 rad.
void TestWorldKeys::loadKeepsItsDirectionWhileItsPointTurns() {
  const auto task = taskOf(loadedScene({0.0, 1.0}, {0.1, 0.0}));
  const auto plant = task->plants->make(0, Vector());
  for (int t = 0; t < 9; ++t) plant->step(Vector::Zero(1));
  const Vector o = observationOf(*task, *plant);
  QVERIFY2(o(0) > 0.9 && o(0) < 1.3, qPrintable(QString::number(o(0))));
  const double work = 0.1 * std::sin(o(0));
  QVERIFY2(std::abs(0.5 * 0.01 * o(1) * o(1) / work - 1.0) < 0.03, qPrintable(QString::number(o(1))));
}

// The reader refuses it; a scene made otherwise must not crash either.
void TestWorldKeys::loadOfAStaticBodyDoesNothing() {
  Scene scene = discScene(kForceX, "", R"(, {"id": "wall", "type": "static", "position": [5, 5],
                                            "shapes": [{"circle": {"radius": 0.1}}]})");
  scene.bodies[1].load = {10.0, 0.0};
  const auto task = taskOf(scene);
  const auto plant = task->plants->make(0, Vector());
  plant->step(Vector::Zero(1));
  std::vector<Pose> poses;
  plant->poses(poses);
  QCOMPARE(poses[1].x, 5.0f);
}

// "block" stands before "disc" in the order in which the noise is dealt out.
void TestWorldKeys::spreadLeavesStaticBodiesAlone() {
  Scene scene = discScene(kForceX, "", R"(, {"id": "block", "type": "static", "position": [5, 5],
                                            "shapes": [{"circle": {"radius": 0.1}}]})");
  scene.conditions[0].overrides = {
      {"block.position", {4.0, 4.0}}, {"block.angle", {0.3}}, {"disc.position", {1.0, 2.0}}};
  scene.conditions[0].spread = 0.1;
  const auto task = taskOf(scene);
  QCOMPARE(task->plants->startNoiseSize(0), 2);
  const auto plant = task->plants->make(0, Vector2d(1.0, -2.0));
  QVERIFY((stateOf(*task, *plant).head(2) - Vector2d(1.1, 1.8)).norm() < 1e-6);
  std::vector<Pose> poses;
  plant->poses(poses);
  QCOMPARE(poses[1].x, 4.0f);
  QCOMPARE(poses[1].y, 4.0f);
  QCOMPARE(poses[1].angle, 0.3f);

  scene.conditions[0].overrides.erase("disc.position");
  QCOMPARE(taskOf(scene)->plants->startNoiseSize(0), 0);
}

QTEST_APPLESS_MAIN(TestWorldKeys)
#include "tst_world_keys.moc"
