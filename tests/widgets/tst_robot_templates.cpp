// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/plant/task.h"
#include "core/scene/scene_reader.h"
#include "widgets/editor/robot_templates.h"

using namespace gps;
using namespace gps::ui;
using nlohmann::json;

/// Ready robots: what is dropped into an empty task makes it one that runs.
class TestRobotTemplates : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theyMakeATaskThatRuns_data();
  void theyMakeATaskThatRuns();
  void armsHaveTheirLinks();
  void aQuadrotorHoversOnItsWeight();
  void unknownNamesGiveNothing();
};

namespace {

/// The smallest task around the parts of a robot.
Result<Scene> taskOf(const QByteArray& text) {
  json scene = json::parse(text.toStdString());
  scene.erase("gps_studio_parts");
  scene["version"] = 1;
  scene["name"] = "robot";
  for (const json& sensor : scene["sensors"]) scene["state"].push_back(sensor["id"]);
  scene["conditions"] = {{{"id", "start"}}};
  const std::vector<double> weights(scene["actuators"].size(), 1.0);
  scene["costs"] = {{{"id", "effort"}, {"type", "action"}, {"wu", weights}}};
  return parseScene(scene.dump(), "template");
}

}  // namespace

void TestRobotTemplates::theyMakeATaskThatRuns_data() {
  QTest::addColumn<QByteArray>("text");
  for (const RobotTemplate& each : robotTemplates()) {
    QVERIFY(!each.title.isEmpty() && !each.help.isEmpty());
    for (int links = 1; links <= (each.links ? 6 : 1); ++links)
      QTest::addRow("%s %d", qPrintable(each.name), links) << robotTemplateText(each.name, links);
  }
}

void TestRobotTemplates::theyMakeATaskThatRuns() {
  QFETCH(QByteArray, text);
  const Result<Scene> scene = taskOf(text);
  QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
  const auto task = compileTask(std::make_shared<const Scene>(*scene));
  QVERIFY2(task.ok(), task ? "" : task.error().text().c_str());
  // Two seconds at rest and at a fifth of the full effort: it obeys and stays in one piece.
  const auto after = [&](double effort) {
    const std::unique_ptr<Plant> plant = (*task)->plants->make(0, Vector());
    const Vector u = effort * (*task)->actionLimit;
    for (int t = 0; t < 40; ++t) plant->step(u);
    Vector x((*task)->dX);
    plant->state(x);
    return x;
  };
  const Vector still = after(0.0), pushed = after(0.2);
  QVERIFY(still.allFinite() && pushed.allFinite());
  QVERIFY(pushed.cwiseAbs().maxCoeff() < 200.0);
  QVERIFY((pushed - still).cwiseAbs().maxCoeff() > 0.1);
}

void TestRobotTemplates::armsHaveTheirLinks() {
  for (int links = 1; links <= 6; ++links) {
    const Result<Scene> arm = taskOf(robotTemplateText("arm", links));
    QVERIFY(arm.ok());
    QCOMPARE(static_cast<int>(arm->joints.size()), links);
    QCOMPARE(static_cast<int>(arm->actuators.size()), links);
    QCOMPARE(arm->sensor("tip")->targets.front(), "link" + std::to_string(links));
  }
  QCOMPARE(robotTemplateText("arm", 99), robotTemplateText("arm", 6));
}

/// Half the weight on each rotor holds it in a world with gravity: nothing else pulls at it.
void TestRobotTemplates::aQuadrotorHoversOnItsWeight() {
  const Result<Scene> scene = taskOf(robotTemplateText("quadrotor", 0));
  QVERIFY(scene.ok());
  Scene heavy = *scene;
  heavy.world.gravity = {0, -9.81};
  double mass = 0.0;
  for (const Body& body : heavy.bodies) {
    QVERIFY(body.load.isZero());
    for (const Shape& shape : body.shapes)
      mass += shape.density * 4.0 * std::get<BoxShape>(shape.geometry).halfExtents.prod();
  }
  const auto task = compileTask(std::make_shared<const Scene>(heavy));
  QVERIFY(task.ok());
  const std::unique_ptr<Plant> plant = (*task)->plants->make(0, Vector());
  const Vector u = Vector::Constant(2, mass * 9.81 / 2);
  QVERIFY(u(0) < 0.5 * (*task)->actionLimit(0));  // thrust to spare
  for (int t = 0; t < 40; ++t) plant->step(u);
  std::vector<Pose> poses;
  plant->poses(poses);
  QVERIFY2(std::abs(poses[0].y) < 0.02, qPrintable(QString::number(poses[0].y)));
}

void TestRobotTemplates::unknownNamesGiveNothing() {
  QVERIFY(robotTemplateText("snake", 2).isEmpty());
}

QTEST_MAIN(TestRobotTemplates)
#include "tst_robot_templates.moc"
