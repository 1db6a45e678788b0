// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Geometry>
#include <QTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/core/plant/disc_scene.h"

using namespace gps;
using namespace gps::test;
using Eigen::Rotation2Dd;
using Eigen::Vector2d;
using nlohmann::json;
using std::numbers::pi;

namespace {

const std::string kForceX = R"({"id": "f", "type": "body_force", "body": "disc", "axis": [1, 0]})";

json shippedJson(const std::string& name) {
  std::ifstream file(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  return json::parse(file);
}

std::shared_ptr<const Task> taskFrom(const json& file) {
  const Result<Scene> scene = parseScene(file.dump(), "test");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return taskOf(*scene);
}

/// The two-link arm with a mark that stands elsewhere in each of two conditions.
json armWithMark() {
  json arm = shippedJson("two_link_arm");
  arm["bodies"].push_back(json::parse(
      R"({"id": "mark", "type": "static", "position": [60, 60], "shapes": [{"circle": {"radius": 0.5}}]})"));
  json first = arm["conditions"][0], second = arm["conditions"][1];
  first["overrides"]["mark.position"] = {50, 60};
  second["overrides"]["mark.position"] = {60, 40};
  second["overrides"]["mark.angle"] = {0.7};
  arm["conditions"] = json::array({first, second});
  arm.erase("success");
  arm.erase("camera");
  return arm;
}

/// Two points of the hand, to two points of the mark.
json tipTerm() {
  return json::parse(R"({"id": "tip", "type": "end_effector", "joints": ["joint1", "joint2"],
    "points": [[0, 0], [0.5, -1]], "target": [0.1, 0.2, -0.3, 0.4], "target_body": "mark",
    "wp": [1, 2, 3, 4]})");
}

/// Residuals of tipTerm() at the start of a condition, from where the physics puts the hand.
Vector tipResiduals(const Task& task, int condition, const Vector2d& mark, double angle) {
  std::vector<Pose> poses;
  task.plants->make(condition, Vector())->poses(poses);
  const auto body = [&](const std::string& id) {
    return poses[static_cast<std::size_t>(task.scene->body(id) - task.scene->bodies.data())];
  };
  const Pose hand = body("link2");
  const Vector2d points[] = {{0, 0}, {0.5, -1}}, targets[] = {{0.1, 0.2}, {-0.3, 0.4}};
  Vector d(4);
  for (int i = 0; i < 2; ++i) {
    d.segment<2>(2 * i) = Vector2d(hand.x, hand.y) + Rotation2Dd(hand.angle) * points[i] - mark -
                          Rotation2Dd(angle) * targets[i];
  }
  return d;
}

double costAt(const Task& task, int condition, int t) {
  return task.costs.of(condition).value(t, task.T, task.x0[static_cast<std::size_t>(condition)],
                                        Vector::Zero(task.dU));
}

Trajectory stateRollout(const std::vector<double>& x) {
  Trajectory rollout;
  rollout.X = Eigen::Map<const RowMatrix>(x.data(), 1, static_cast<Eigen::Index>(x.size()));
  return rollout;
}

}  // namespace

/// Targets, ramps and success of a scene file as the compiled task has them.
class TestGoalKeys : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tipCostFollowsTheBodyOfItsTarget();
  void tipCostFollowsAMovedBase();
  void tipPointsShareOneNorm();
  void rampOnTheValueScalesTheCost_data();
  void rampOnTheValueScalesTheCost();
  void successFollowsTheBodyOfItsTarget();
  void successBoundsEveryEntry();
  void successCountsAnglesModuloATurn();
  void successMayLookAtTheObservation();
  void angleTermIsCompiled();
  void traceOfAPositionThatIsNotInTheState();
};

void TestGoalKeys::tipCostFollowsTheBodyOfItsTarget() {
  json arm = armWithMark();
  arm["costs"] = json::array({tipTerm()});
  const auto task = taskFrom(arm);
  const Vector d[] = {tipResiduals(*task, 0, {50, 60}, 0.0), tipResiduals(*task, 1, {60, 40}, 0.7)};
  const Vector wp = Vector::LinSpaced(4, 1, 4);
  for (int i = 0; i < 2; ++i) {
    const double expected = 0.5 * wp.dot(d[i].cwiseAbs2());
    QVERIFY(std::abs(costAt(*task, i, 3) / expected - 1.0) < 1e-5);
  }
  QVERIFY(&task->costs.of(0) != &task->costs.of(1));
}

// The chain of the cost starts where the condition puts its base, as the physics does.
void TestGoalKeys::tipCostFollowsAMovedBase() {
  json arm = armWithMark();
  arm["costs"] = json::array({tipTerm()});
  arm["conditions"][1]["overrides"]["base.position"] = {3, -2};
  arm["conditions"][1]["overrides"]["base.angle"] = {0.4};
  const auto task = taskFrom(arm);
  const Vector d = tipResiduals(*task, 1, {60, 40}, 0.7);
  const double expected = 0.5 * Vector::LinSpaced(4, 1, 4).dot(d.cwiseAbs2());
  QVERIFY2(std::abs(costAt(*task, 1, 3) / expected - 1.0) < 1e-5, qPrintable(QString::number(expected)));
}

// ln(alpha + s) of the sum over all points; a norm per point would add two logarithms.
void TestGoalKeys::tipPointsShareOneNorm() {
  json arm = armWithMark();
  arm["costs"] = json::array({tipTerm()});
  arm["costs"][0].update({{"norm", "log"}, {"l1", 3.0}, {"l2", 0.0}, {"alpha", 0.01}});
  const auto task = taskFrom(arm);
  const Vector wd = Vector::LinSpaced(4, 1, 4).cwiseProduct(tipResiduals(*task, 1, {60, 40}, 0.7));
  const double expected = 0.5 * 3.0 * std::log(0.01 + wd.squaredNorm());
  QVERIFY(std::abs(costAt(*task, 1, 0) / expected - 1.0) < 1e-5);
}

void TestGoalKeys::rampOnTheValueScalesTheCost_data() {
  QTest::addColumn<bool>("tip");
  QTest::newRow("state") << false;
  QTest::newRow("end_effector") << true;
}

// Quadratic ramp, step 24 of 100: r = 1/16. On the value: r 0.5 l1 ln(alpha + s). On the weights, the default:
// 0.5 l1 ln(alpha + r^2 s).
void TestGoalKeys::rampOnTheValueScalesTheCost() {
  QFETCH(bool, tip);
  json arm = armWithMark();
  json term = tip ? tipTerm() : json::parse(R"({"id": "s", "type": "state", "sensor": "angles"})");
  term.update({{"norm", "log"}, {"l1", 3.0}, {"l2", 0.0}, {"alpha", 0.01}});
  const auto at24 = [&](const json& more) {
    json with = term;
    with.update(more);
    arm["costs"] = json::array({with});
    return costAt(*taskFrom(arm), 1, 24);
  };
  const double full = at24(json::object());
  const double s = std::exp(full / 1.5) - 0.01;
  const double onWeights = 1.5 * std::log(0.01 + s / 256.0);
  QVERIFY(std::abs(onWeights / 16.0 - full / 16.0) > 0.1);
  QVERIFY(std::abs(at24({{"ramp", "quadratic"}, {"ramp_on", "value"}}) - full / 16.0) < 1e-9);
  QVERIFY(std::abs(at24({{"ramp", "quadratic"}, {"ramp_on", "weights"}}) - onWeights) < 1e-9);
  QVERIFY(std::abs(at24({{"ramp", "quadratic"}}) - onWeights) < 1e-9);
}

void TestGoalKeys::successFollowsTheBodyOfItsTarget() {
  json arm = armWithMark();
  arm["success"] =
      json::parse(R"({"sensor": "hand", "target": [0.1, 0.2], "target_body": "mark", "within": 0.5})");
  for (const bool relative : {false, true}) {
    if (relative) {
      for (json& sensor : arm["sensors"]) {
        if (sensor["id"] == "hand") sensor["relative_to"] = {1, 2};
      }
    }
    const Vector2d shift = relative ? Vector2d(1, 2) : Vector2d(0, 0);
    const auto task = taskFrom(arm);
    QCOMPARE(task->success.size(), std::size_t{2});
    QVERIFY((task->successOf(0)->target - (Vector2d(50.1, 60.2) - shift)).norm() < 1e-9);
    const Vector2d turned = Vector2d(60, 40) + Rotation2Dd(0.7) * Vector2d(0.1, 0.2) - shift;
    QVERIFY((task->successOf(1)->target - turned).norm() < 1e-9);
  }
  arm["success"].erase("target_body");
  QCOMPARE(taskFrom(arm)->success.size(), std::size_t{1});
}

void TestGoalKeys::successBoundsEveryEntry() {
  json arm = shippedJson("two_link_arm");
  arm["success"] = json::parse(R"({"sensor": "angles", "target": [0, 1], "within": [0.1, 1.0]})");
  const auto task = taskFrom(arm);
  const SuccessTest& test = *task->successOf(0);
  QVERIFY(test.passed(stateRollout({-0.09, 1.95, 0, 0, 0, 0, 0})));
  QVERIFY(!test.passed(stateRollout({0.11, 1.0, 0, 0, 0, 0, 0})));
  QVERIFY(!test.passed(stateRollout({0.0, -0.01, 0, 0, 0, 0, 0})));
}

void TestGoalKeys::successCountsAnglesModuloATurn() {
  json arm = shippedJson("two_link_arm");
  arm["success"] = json::parse(R"({"sensor": "angles", "target": [3.1, 0], "within": 0.2, "wrap": true})");
  const auto wrapped = taskFrom(arm);
  const Trajectory rollout = stateRollout({-3.1 - 6 * pi, 4 * pi - 0.1, 0, 0, 0, 0, 0});
  // -3.1 is 2 pi - 6.2 from 3.1.
  const double expected = std::hypot(2 * pi - 6.2, 0.1);
  QVERIFY(std::abs(wrapped->successOf(0)->distance(rollout) - expected) < 1e-9);
  QVERIFY(wrapped->successOf(0)->passed(rollout));
  arm["success"].erase("wrap");
  QVERIFY(!taskFrom(arm)->successOf(0)->passed(rollout));
}

// The rim is the third and fourth entry of the observation (after angle and spin) and not part of the state.
void TestGoalKeys::successMayLookAtTheObservation() {
  const auto task = taskOf(
      discScene(kForceX, R"(, "success": {"sensor": "rim", "target": [1.1, 2], "within": 0.01})"));
  const SuccessTest& test = *task->successOf(0);
  QVERIFY(test.observed);
  QCOMPARE(test.first, 2);
  Trajectory rollout;
  rollout.X = RowMatrix::Zero(1, task->dX);
  rollout.O = observationOf(*task, *task->plants->make(0, Vector())).transpose();
  QVERIFY(test.passed(rollout));
  rollout.O(0, 3) += 0.02;
  QVERIFY(!test.passed(rollout));
  QVERIFY(std::abs(test.distance(rollout) - 0.02) < 1e-6);
}

void TestGoalKeys::angleTermIsCompiled() {
  json arm = shippedJson("two_link_arm");
  arm["costs"] = json::parse(R"([{"id": "up", "type": "angle", "sensor": "angles", "target": [0.3, -0.2],
                                  "wp": [2, 5], "weight": 3, "ramp": "linear"}])");
  const auto task = taskFrom(arm);
  const Vector& x = task->x0[1];
  const double expected = 0.25 * 3.0 * (2.0 * (1.0 - std::cos(x(0) - 0.3)) + 5.0 * (1.0 - std::cos(x(1) + 0.2)));
  QVERIFY(std::abs(costAt(*task, 1, 24) - expected) < 1e-12);
  QVERIFY(!task->costTerms[0].alpha && task->costTerms[0].ramp == Ramp::Linear);
}

void TestGoalKeys::traceOfAPositionThatIsNotInTheState() {
  const auto task = taskOf(discScene(kForceX, R"(, "camera": {"trace": "rim"})"));
  QVERIFY(task->trace.has_value());
  QVERIFY(task->trace->first < 0);
  QCOMPARE(task->trace->body, 0);
  QVERIFY(task->trace->point == Vector2d(0.1, 0));

  // A position relative to a moving body is no position in the world.
  Scene scene = discScene(kForceX, R"(, "camera": {"trace": "p"})", R"(, {"id": "box", "type": "dynamic",
      "position": [3, 1], "shapes": [{"box": {"half_extents": [0.2, 0.1]}, "density": 10}]})");
  QCOMPARE(taskOf(scene)->trace->first, 0);
  scene.sensors[0].relativeBody = "box";
  const auto relative = taskOf(scene);
  QVERIFY(relative->trace->first < 0);
  QCOMPARE(relative->trace->body, 0);
}

QTEST_APPLESS_MAIN(TestGoalKeys)
#include "tst_goal_keys.moc"
