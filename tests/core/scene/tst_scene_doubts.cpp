// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>

#include "core/scene/problems.h"
#include "core/scene/scene_doubts.h"
#include "core/scene/scene_reader.h"

using namespace gps;

/// Numbers of a valid scene that smell of another unit.
class TestSceneDoubts : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void shippedScenesRaiseNone();
  void numbersOfAnotherUnitAreNamed_data();
  void numbersOfAnotherUnitAreNamed();
};

void TestSceneDoubts::shippedScenesRaiseNone() {
  int scenes = 0;
  for (const ShippedScene& shipped : shippedScenes(GPS_SCENES)) {
    const Result<Scene> scene = readScene(shipped.file);
    QVERIFY(scene.ok());
    const std::vector<Problem> doubts = doubtsOf(*scene);
    QVERIFY2(doubts.empty(), doubts.empty() ? "" : doubts.front().what.c_str());
    ++scenes;
  }
  QVERIFY(scenes >= 4);
}

void TestSceneDoubts::numbersOfAnotherUnitAreNamed_data() {
  QTest::addColumn<QString>("at");
  QTest::addColumn<QString>("part");
  QTest::newRow("degrees of a hinge") << "/conditions/0/overrides/joint1.angle" << "90 degrees are 1.5708.";
  QTest::newRow("degrees of a body") << "/bodies/0/angle" << "-180 degrees are -3.1416.";
  QTest::newRow("degrees of a joint") << "/joints/0/reference_angle" << "45 degrees are 0.7854.";
  QTest::newRow("millimetres") << "/bodies/1/shapes/0" << "is 300 m large";
  QTest::newRow("a long chain") << "/bodies/1/shapes/1" << "is 250 m large";
  QTest::newRow("microseconds") << "/world/dt" << "dt is 5e-05";
}

// One of them at a time, so that each alone is seen.
void TestSceneDoubts::numbersOfAnotherUnitAreNamed() {
  QFETCH(QString, at);
  QFETCH(QString, part);
  Scene scene;
  scene.bodies.resize(2);
  scene.bodies[1].shapes.resize(2);
  scene.joints.resize(1);
  scene.conditions.resize(1);
  scene.conditions[0].overrides = {{"joint1.angle", {6.28}}, {"a.position", {90.0, 90.0}}};
  QVERIFY(doubtsOf(scene).empty());
  if (at.startsWith("/conditions")) scene.conditions[0].overrides["joint1.angle"] = {90.0};
  if (at.startsWith("/bodies/0")) scene.bodies[0].angle = -180.0;
  if (at.startsWith("/joints")) scene.joints[0].referenceAngle = 45.0;
  if (at.endsWith("shapes/0")) scene.bodies[1].shapes[0].geometry = CircleShape{{0, 0}, 150.0};
  if (at.endsWith("shapes/1")) scene.bodies[1].shapes[1].geometry = ChainShape{{{-50, 0}, {200, 0}}, false};
  if (at.startsWith("/world")) scene.world.dt = 5e-5;
  const std::vector<Problem> doubts = doubtsOf(scene);
  QCOMPARE(doubts.size(), std::size_t{1});
  QCOMPARE(QString::fromStdString(doubts[0].pointer), at);
  QVERIFY(doubts[0].severity == Problem::Severity::Warning);
  const QString text = QString::fromStdString(doubts[0].what + " " + doubts[0].mend);
  QVERIFY2(text.contains(part), qPrintable(text));
  // The list of the editor and of `check` has it too, once.
  const std::vector<Problem> all = problemsOf(scene);
  QCOMPARE(std::count_if(all.begin(), all.end(),
                         [&](const Problem& each) { return each.what == doubts[0].what; }),
           std::ptrdiff_t{1});
}

QTEST_APPLESS_MAIN(TestSceneDoubts)
#include "tst_scene_doubts.moc"
