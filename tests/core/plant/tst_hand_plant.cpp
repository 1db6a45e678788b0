// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/plant/box2d_plant.h"
#include "core/plant/hand_plant.h"
#include "core/scene/scene_reader.h"

using namespace gps;

/// The world one can reach into is the world a rollout sees, plus a hand.
class TestHandPlant : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void withoutAHandItIsARolloutsPlant_data();
  void withoutAHandItIsARolloutsPlant();
  void aHandTakesABodyAlong();
  void whatDoesNotMoveCannotBeHeld();
};

namespace {

std::shared_ptr<const Scene> shipped(const char* name) {
  const Result<Scene> scene = readScene(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return std::make_shared<const Scene>(*scene);
}

}  // namespace

void TestHandPlant::withoutAHandItIsARolloutsPlant_data() {
  QTest::addColumn<QString>("name");
  for (const char* name : {"point_mass", "two_link_arm", "cart_pole", "pusher", "blind_peg"}) QTest::newRow(name) << name;
}

void TestHandPlant::withoutAHandItIsARolloutsPlant() {
  QFETCH(QString, name);
  const std::shared_ptr<const Scene> scene = shipped(qPrintable(name));
  const std::unique_ptr<Plant> plant = makeBox2dPlants(scene, {0})->make(0, Vector());
  const std::unique_ptr<HandPlant> hand = makeHandPlant(scene, scene->conditions[0]);
  Vector u = Vector::Constant(static_cast<Eigen::Index>(scene->actuators.size()), 0.3);
  std::vector<Pose> a, b;
  for (int t = 0; t < 20; ++t) {
    plant->step(u);
    for (int k = 0; k < scene->world.substeps; ++k) hand->advance(u);
    // A hand that has let go again leaves no trace; while nobody reaches in, nothing may differ by a bit.
    a.clear();
    plant->poses(a);
    hand->lookAt(b);
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      QCOMPARE(a[i].x, b[i].x);
      QCOMPARE(a[i].y, b[i].y);
      QCOMPARE(a[i].angle, b[i].angle);
    }
  }
}

void TestHandPlant::aHandTakesABodyAlong() {
  // Its actuators set velocities: with no command they would hold it still.
  const std::shared_ptr<const Scene> scene = shipped("point_mass");
  const auto mass = static_cast<std::size_t>(scene->body("mass") - scene->bodies.data());
  const std::unique_ptr<HandPlant> hand = makeHandPlant(scene, scene->conditions[0]);
  std::vector<Pose> poses;
  hand->lookAt(poses);
  const Eigen::Vector2d to(poses[mass].x + 2.0, poses[mass].y + 1.0);
  QVERIFY(hand->hold(static_cast<int>(mass), {0, 0}));
  hand->pull(to);
  const Vector u = Vector::Zero(static_cast<Eigen::Index>(scene->actuators.size()));
  for (int k = 0; k * hand->substep() < 3.0; ++k) hand->advance(u);
  hand->lookAt(poses);
  QVERIFY((Eigen::Vector2d(poses[mass].x, poses[mass].y) - to).norm() < 0.2);
  hand->release();
  for (int k = 0; k < 20; ++k) hand->advance(u);
  hand->lookAt(poses);
  QVERIFY((Eigen::Vector2d(poses[mass].x, poses[mass].y) - to).norm() < 0.4);
}

void TestHandPlant::whatDoesNotMoveCannotBeHeld() {
  const std::shared_ptr<const Scene> scene = shipped("obstacle_navigation");
  const std::unique_ptr<HandPlant> hand = makeHandPlant(scene, scene->conditions[0]);
  for (std::size_t i = 0; i < scene->bodies.size(); ++i) {
    const Body& body = scene->bodies[i];
    QCOMPARE(hand->hold(static_cast<int>(i), {0, 0}), body.dynamic && !body.ghost);
  }
}

QTEST_MAIN(TestHandPlant)
#include "tst_hand_plant.moc"
