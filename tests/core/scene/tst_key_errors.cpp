// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/scene/scene_reader.h"

using nlohmann::json;

namespace {

/// A valid scene in which every key tested here may stand.
json validScene() {
  return json::parse(R"({"version": 1, "name": "keys", "bodies": [
    {"id": "wall", "type": "static", "shapes": [{"box": {"half_extents": [0.1, 1]}}]},
    {"id": "mark", "type": "static", "ghost": true, "shapes": [{"circle": {"radius": 0.1}}]},
    {"id": "arm", "type": "dynamic", "position": [1, 0], "load": [0, -9.81], "load_point": [0.1, 0],
     "shapes": [{"circle": {"radius": 0.1}}]}],
    "joints": [{"id": "hinge", "type": "revolute", "body_a": "wall", "body_b": "arm", "anchor_b": [-1, 0]}],
    "actuators": [{"id": "t", "type": "joint_torque", "joint": "hinge"}],
    "sensors": [{"id": "q", "type": "joint_angle", "joints": ["hinge"]},
      {"id": "tip", "type": "point_position", "body": "arm", "point": [0.1, 0]},
      {"id": "rel", "type": "body_position", "body": "arm", "relative_body": "wall", "relative_point": [0, 1]},
      {"id": "spare", "type": "body_position", "body": "arm"}],
    "state": ["q", "tip", "rel"],
    "conditions": [{"id": "c", "overrides": {"hinge.angle": [0]}}],
    "costs": [{"id": "reach", "type": "end_effector", "joints": ["hinge"], "points": [[0, 0], [1, 0]],
               "target": [0, 0, 1, 1], "target_body": "wall", "ramp_on": "value"},
      {"id": "up", "type": "angle", "sensor": "q", "target": [1], "wp": [2]},
      {"id": "clear", "type": "obstacle", "sensor": "tip", "bodies": ["wall"]}],
    "success": {"sensor": "tip", "target": [0, 1], "target_body": "wall", "within": [0.1, 0.2], "wrap": false},
    "camera": {"trace": "spare"}})");
}

}  // namespace

/// What the reader says about the keys that came after the first scenes.
class TestKeyErrors : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theSceneItselfIsValid();
  void badValuesNameWhatWhereAndMend_data();
  void badValuesNameWhatWhereAndMend();
  void hostileTablesAreRefused();
};

void TestKeyErrors::theSceneItselfIsValid() {
  const auto scene = gps::parseScene(validScene().dump(), "keys");
  QVERIFY2(scene.ok(), scene ? "" : scene.error().text().c_str());
  QCOMPARE(scene->success->withinEach.size(), std::size_t{2});
  QCOMPARE(scene->costs[0].points.size(), std::size_t{2});
  QVERIFY(scene->costs[0].rampOnValue);
}

void TestKeyErrors::badValuesNameWhatWhereAndMend_data() {
  QTest::addColumn<QString>("change");  // a JSON merge at `at`
  QTest::addColumn<QString>("at");
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("where");
  QTest::addColumn<QString>("mend");
  const auto row = [](const char* name, const char* at, const char* change, const char* what, const char* where,
                      const char* mend) {
    QTest::newRow(name) << QString::fromUtf8(change) << QString::fromUtf8(at) << QString::fromUtf8(what)
                        << QString::fromUtf8(where) << QString::fromUtf8(mend);
  };
  // Sensors
  row("unknown relative body", "/sensors/2", R"({"relative_body": "wal"})", "There is no body \"wal\".",
      "/sensors/2/relative_body", "The nearest id is wall.");
  row("relative to a ghost", "/sensors/2", R"({"relative_body": "mark"})",
      "The body mark is a ghost: it is drawn but has no part in the physics.", "/sensors/2/relative_body",
      "Name another body, or set its ghost to false.");
  row("relative to both", "/sensors/2", R"({"relative_to": [1, 1]})",
      "A sensor is relative to numbers or to a body, not to both.", "/sensors/2/relative_to",
      "Remove relative_to, and use relative_point for an offset.");
  row("point without its body", "/sensors/3", R"({"relative_point": [1, 1]})",
      "relative_point needs a relative_body.", "/sensors/3/relative_point", "Name the body it belongs to.");
  row("joints have no relative body", "/sensors/0", R"({"relative_body": "wall"})",
      "The sensor type joint_angle does not read relative_body.", "/sensors/0/relative_body",
      "Remove it. This type reads joints, relative_to.");
  row("angles have no relative point", "/sensors/2",
      R"({"type": "body_angle", "relative_body": "wall", "relative_point": [1, 1]})",
      "The sensor type body_angle does not read relative_point.", "/sensors/2/relative_point",
      "Remove it. This type reads body, relative_to, relative_body.");
  row("relative to itself", "/sensors/2", R"({"relative_body": "arm"})",
      "The sensor rel measures arm relative to itself, which tells nothing of where it is.",
      "/sensors/2/relative_body", "Name another body, or remove relative_body.");
  row("short point", "/sensors/2", R"({"relative_point": [1]})", "relative_point must have 2 entries, but has 1.",
      "/sensors/2/relative_point", "Add entries.");
  // Loads
  row("load on a static body", "/bodies/0", R"({"load": [1, 0]})",
      "A load pulls at a dynamic body, but wall cannot move.", "/bodies/0/load",
      "Make it dynamic, or remove the load.");
  row("load on a ghost", "/bodies/1", R"({"load": [1, 0]})",
      "A load pulls at a dynamic body, but mark cannot move.", "/bodies/1/load",
      "Make it dynamic, or remove the load.");
  row("heavy load", "/bodies/2", R"({"load": [0, -1e7]})",
      "Entry 1 of load must be between -1e+06 and 1e+06, but is -1e+07.", "/bodies/2/load/1", "Use a value in this range.");
  row("point of no load", "/bodies/0", R"({"load_point": [1, 0]})",
      "load_point says where a load pulls, but wall has no load.", "/bodies/0/load_point",
      "Add the load, or remove load_point.");
  // Targets, points and ramps
  row("unknown target body", "/costs/0", R"({"target_body": "wally"})", "There is no body \"wally\".",
      "/costs/0/target_body", "The nearest id is wall.");
  row("moving target body", "/costs/0", R"({"target_body": "arm"})",
      "The body arm is dynamic; a target stands still.", "/costs/0/target_body", "Name a static body.");
  row("angle has no target body", "/costs/1", R"({"target_body": "wall"})",
      "The cost type angle does not read target_body.", "/costs/1/target_body",
      "Remove it. This type reads weight, enabled, sensor, target, wp, ramp, final_multiplier.");
  row("angle has no norm", "/costs/1", R"({"norm": "log"})", "The cost type angle does not read norm.",
      "/costs/1/norm",
      "Remove it. This type reads weight, enabled, sensor, target, wp, ramp, final_multiplier.");
  row("point and points", "/costs/0", R"({"point": [0, 0]})", "point and points exclude each other.", "/costs/0",
      "Keep points.");
  row("no points", "/costs/0", R"({"points": []})", "points must have 1 to 8 entries, but has 0.",
      "/costs/0/points", "Add entries.");
  row("target of one point only", "/costs/0", R"({"target": [0, 0]})", "target must have 4 entries, but has 2.",
      "/costs/0/target", "Add entries.");
  row("unknown ramp_on", "/costs/0", R"({"ramp_on": "values"})",
      "ramp_on must be one of weights, value, but is \"values\".", "/costs/0/ramp_on", "The nearest is value.");
  row("obstacle beside a relative sensor", "/costs/2", R"({"sensor": "rel"})",
      "The sensor rel is relative to a body; clearance needs a position in the world.", "/costs/2/sensor",
      "Name a position sensor without relative_body.");
  // Success
  row("bound per entry of the wrong size", "/success", R"({"within": [0.1]})",
      "within must have 2 entries, but has 1.", "/success/within", "Add entries.");
  row("negative bound of an entry", "/success", R"({"within": [0.1, -1]})",
      "Entry 1 of within must be between 1e-06 and 1e+05, but is -1.", "/success/within/1", "Use a value in this range.");
  row("wrap is no number", "/success", R"({"wrap": 1})", "wrap must be true or false, but is 1.", "/success/wrap",
      "Write true or false.");
  row("wrap of metres", "/success", R"({"wrap": true})", "Only angles count modulo a full turn, but tip is none.",
      "/success/wrap", "Leave wrap out, or name a joint_angle sensor of hinges or a body_angle sensor.");
  row("feedback without gains", "", R"({"initial_controller": {"kind": "feedback"}})",
      "An initial controller of kind feedback needs the gains K of u = K x + k.", "/initial_controller",
      "Add \"feedback\": one number per state entry for each action, row by row.");
  // The state has 5 entries, and there is one action.
  row("kind without tables", "", R"({"initial_controller": {"kind": "run"}})",
      "An initial controller of kind run needs tables.", "/initial_controller",
      "Add \"tables\": one entry with K, k or sigma per condition, or use another kind.");
  row("table of an unknown condition", "", R"({"initial_controller": {"tables": [{"condition": "d", "k": [[0]]}]}})",
      "There is no condition \"d\".", "/initial_controller/tables/0/condition", "The nearest id is c.");
  row("two tables of one condition", "",
      R"({"initial_controller": {"tables": [{"condition": "c", "k": [[0]]}, {"condition": "c", "k": [[0]]}]}})",
      "The condition c has two tables.", "/initial_controller/tables/1/condition", "Keep one of them.");
  row("empty table", "", R"({"initial_controller": {"tables": [{"condition": "c"}]}})",
      "The table of c says nothing about the actions.", "/initial_controller/tables/0",
      "Add \"K\", \"k\" or \"sigma\"; a drawn path alone is followed in the window, under Initial controllers.");
  row("short row of gains", "", R"({"initial_controller": {"tables": [{"condition": "c", "K": [[1, 2, 3, 4, 5], [1, 2]]}]}})",
      "A row of K must be a list of 5 numbers, but has 2.", "/initial_controller/tables/0/K/1",
      "Give one number per state entry for each action, action by action.");
  row("row that is none", "", R"({"initial_controller": {"tables": [{"condition": "c", "k": [3]}]}})",
      "A row of k must be a list of 1 numbers, but is none.", "/initial_controller/tables/0/k/0",
      "Give one number per action.");
  row("deviation of zero", "", R"({"initial_controller": {"tables": [{"condition": "c", "sigma": [[0]]}]}})",
      "Number 1 of this row of sigma must be between 1e-06 and 1e+06.", "/initial_controller/tables/0/sigma/0",
      "Use a number in this range.");
  row("gain that is a text", "", R"({"initial_controller": {"tables": [{"condition": "c", "k": [["x"]]}]}})",
      "Number 1 of this row of k must be between -1e+09 and 1e+09.", "/initial_controller/tables/0/k/0",
      "Use a number in this range.");
  row("path without times", "",
      R"({"initial_controller": {"tables": [{"condition": "c", "path": [[0, 0], [1, 1]], "k": [[0]]}]}})",
      "path has 2 points, but time has 0 entries.", "/initial_controller/tables/0",
      "Give every point its time in seconds.");
  row("times that stand still", "",
      R"({"initial_controller": {"tables": [{"condition": "c", "time": [1, 1], "path": [[0, 0], [1, 1]], "k": [[0]]}]}})",
      "The times of a path must grow, but entry 1 does not.", "/initial_controller/tables/0/time",
      "Sort the points by time, and leave out those at the same one.");
  row("unknown key of a table", "", R"({"initial_controller": {"tables": [{"condition": "c", "sigmas": [[1]]}]}})",
      "The key \"sigmas\" is not known here.", "/initial_controller/tables/0/sigmas", "The nearest known key is sigma.");
  row("success at a moving body", "/success", R"({"target_body": "arm"})",
      "The body arm is dynamic; a target stands still.", "/success/target_body", "Name a static body.");
  row("success of a relative sensor", "/success", R"({"sensor": "rel"})",
      "A target in a body's frame needs a position in the world, but rel is none.", "/success/target_body",
      "Name a body_position or point_position sensor without relative_body.");
  row("success of an angle at a body", "/success", R"({"sensor": "q", "target": [0], "within": 0.1})",
      "A target in a body's frame needs a position in the world, but q is none.", "/success/target_body",
      "Name a body_position or point_position sensor without relative_body.");
  row("success of an unseen sensor", "/success", R"({"sensor": "spare"})",
      "The sensor spare is part of neither the state nor the observation.", "/success/sensor",
      "Add it to the list state or to the list observation.");
  // Trace
  row("trace of an angle", "/camera", R"({"trace": "q"})", "trace must name a position sensor, but q is none.",
      "/camera/trace", "Name a body_position or point_position sensor.");
}

void TestKeyErrors::badValuesNameWhatWhereAndMend() {
  QFETCH(QString, change);
  QFETCH(QString, at);
  QFETCH(QString, what);
  QFETCH(QString, where);
  QFETCH(QString, mend);
  json scene = validScene();
  scene.at(json::json_pointer(at.toStdString())).update(json::parse(change.toStdString()));
  const auto read = gps::parseScene(scene.dump(), "keys");
  QVERIFY(!read);
  QCOMPARE(QString::fromStdString(read.error().what), what);
  QCOMPARE(QString::fromStdString(read.error().where), QStringLiteral("keys, ") + where);
  QCOMPARE(QString::fromStdString(read.error().mend), mend);
}

void TestKeyErrors::hostileTablesAreRefused() {
  const auto refused = [](const json& table) {
    json scene = validScene();
    scene["initial_controller"] = {{"kind", "table"}, {"tables", json::array({table})}};
    return !gps::parseScene(scene.dump(), "hostile").ok();
  };
  QVERIFY(!refused({{"condition", "c"}, {"k", json::array({json::array({0.5})})}}));
  QVERIFY(refused({{"condition", "c"}, {"k", json(std::vector<json>(10001, json::array({0.5})))}}));
  QVERIFY(refused({{"condition", "c"}, {"K", json::array({json(std::vector<double>(90000, 1.0))})}}));
  QVERIFY(refused({{"condition", "c"}, {"k", json::array({json::array({1e300})})}}));
  QVERIFY(refused({{"condition", "c"}, {"k", json::array({json::array({nullptr})})}}));
}

QTEST_APPLESS_MAIN(TestKeyErrors)
#include "tst_key_errors.moc"
