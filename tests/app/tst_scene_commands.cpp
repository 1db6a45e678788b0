// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QtTest>
#include <fstream>

#include "app/commands/add_part.h"
#include "app/commands/apply_wish.h"
#include "app/commands/arrange_bodies.h"
#include "app/commands/copy_parts.h"
#include "app/commands/edit_part.h"
#include "app/commands/edit_start.h"
#include "app/commands/layout_lists.h"
#include "app/commands/references.h"
#include "app/commands/remove_parts.h"
#include "app/commands/rename_part.h"
#include "core/scene/body_extent.h"
#include "core/scene/scene_reader.h"
#include "core/scene/scene_writer.h"
#include "core/scene/tree_update.h"

using namespace gps;
using namespace gps::ui;

namespace {

SceneTree shipped(const std::string& name) {
  std::ifstream stream(std::string(GPS_SCENES) + "/" + name + ".scene.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto tree = parseSceneTree(text, name);
  if (!tree) qFatal("%s", tree.error().text().c_str());
  return *tree;
}

Scene read(const SceneTree& tree) {
  const Result<Scene> scene = parseScene(sceneText(tree), "tree");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *scene;
}

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

/// What the editor's commands do to a task.
class TestSceneCommands : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aNewNameIsFollowedEverywhere_data();
  void aNewNameIsFollowedEverywhere();
  void namesMustBeFreeAndAllowed();
  void removingABodyRemovesWhatHangsOnIt();
  void tablesFollowStateActionsAndConditions();
  void gainsFollowTheSizeOfASensor();
  void startsAreEditedWhereTheyAreSuggested();
  void removingOneOfTwoJointsKeepsTheSensorOfBoth();
  void removingStartsAndTheTargetLeavesAFileThatReads();
  void removingAnActuatorKeepsTheOthersWeights();
  void theFeedbackFollowsTheState();
  void reorderingActuatorsReordersTheirWeights();
  void aTaskCanBeBuiltFromNothing();
  void aTypeChangeLeavesAPartThatReads_data();
  void aTypeChangeLeavesAPartThatReads();
  void pastedPartsFitAmongEachOther();
  void manyPartsArePastedSoon();
  void theClipboardIsNotTrusted();
  void anOverrideWithoutADotIsLeftAlone();
  void alignedEdgesLieOnOneLine();
  void distributedBodiesHaveEqualGaps();
  void whatIsWrittenIsReadAsTheSameScene_data();
  void whatIsWrittenIsReadAsTheSameScene();
  void anUpdateTouchesOnlyWhatDiffers();
  void anUpdateAddsAndRemovesParts();
};

void TestSceneCommands::aNewNameIsFollowedEverywhere_data() {
  QTest::addColumn<QString>("scene");
  for (const ShippedScene& scene : shippedScenes(GPS_SCENES))
    QTest::newRow(scene.name.c_str()) << QString::fromStdString(scene.name);
}

/// Every id of every shipped scene gets another name; the scene still reads and no old name is left.
void TestSceneCommands::aNewNameIsFollowedEverywhere() {
  QFETCH(QString, scene);
  const SceneTree original = shipped(scene.toStdString());
  SceneTree tree = original;
  TreeEditor editor(tree);
  int renamed = 0;
  for (int k = 0; k < kPartKinds; ++k) {
    const auto kind = static_cast<PartKind>(k);
    for (const SceneTree& part : partsOf(original, kind)) {
      const PartRef old{kind, idOf(part)};
      const std::size_t references = referencesTo(tree, old).size();
      const std::string name = "new_" + old.id;
      QVERIFY2(renamePart(editor, old, name), old.id.c_str());
      QVERIFY(referencesTo(tree, old).empty());
      QCOMPARE(referencesTo(tree, {kind, name}).size(), references);
      ++renamed;
    }
  }
  QVERIFY(renamed >= 8);
  const Scene after = read(tree), before = read(original);
  QCOMPARE(after.state.size(), before.state.size());
  for (std::size_t i = 0; i < before.conditions.size(); ++i) {
    QCOMPARE(after.conditions[i].overrides.size(), before.conditions[i].overrides.size());
  }
  editor.rollBack();
  QCOMPARE(sceneText(tree), sceneText(original));
}

void TestSceneCommands::namesMustBeFreeAndAllowed() {
  SceneTree tree = shipped("reach");
  TreeEditor editor(tree);
  for (const char* id : {"", "two words", "a.b", "link2", "joint1"}) {
    QVERIFY2(!renamePart(editor, {PartKind::Body, "link1"}, id), id);
  }
  QVERIFY(!renamePart(editor, {PartKind::Body, "nobody"}, "somebody"));
  QVERIFY(renamePart(editor, {PartKind::Body, "link1"}, "link1"));
  QVERIFY(editor.tree() == shipped("reach"));
}

void TestSceneCommands::removingABodyRemovesWhatHangsOnIt() {
  SceneTree tree = shipped("cart_pole");
  TreeEditor editor(tree);
  std::vector<std::string> went;
  QVERIFY(removeParts(editor, {{PartKind::Body, "pole"}}, &went));
  QVERIFY(has(went, "the joint pivot"));
  QVERIFY(has(went, "the sensor angle"));
  QVERIFY(has(went, "the sensor tip"));
  QVERIFY(has(went, "the cost term upright"));
  QVERIFY(has(went, "the trace of the camera"));
  QVERIFY(!has(went, "the body pole"));
  QVERIFY(!has(went, "the sensor pose"));  // of pivot and slide: one entry is left
  const Scene scene = read(tree);
  QCOMPARE(scene.bodies.size(), std::size_t{2});
  QCOMPARE(scene.joints.size(), std::size_t{1});
  QCOMPARE(scene.sensor("pose")->targets, std::vector<std::string>{"slide"});
  QCOMPARE(scene.success->target.size(), std::size_t{1});
  QCOMPARE(scene.success->withinEach, std::vector<double>{0.2});  // that of the slide, not of the pivot
  QVERIFY(scene.conditions.front().overrides.empty());
  // Columns of the angle and the rate are gone from the first gains: -30, -6.
  QCOMPARE(scene.initialController.feedback, (std::vector<double>{1, 2}));
  editor.rollBack();
  QCOMPARE(sceneText(tree), sceneText(shipped("cart_pole")));
}

// A table's columns belong to the state, its rows' entries to the actions, and it to a condition.
void TestSceneCommands::tablesFollowStateActionsAndConditions() {
  SceneTree tree = shipped("two_link_arm");
  // Per action: angles, speeds, hand, zero.
  tree["initial_controller"]["kind"] = "table";
  tree["initial_controller"]["tables"] =
      SceneTree::parse(R"([{"condition": "c1", "K": [[1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17]],
                            "k": [[1, 2], [3, 4]], "sigma": [[5, 6]]}])");
  TreeEditor editor(tree);
  const std::string before = sceneText(tree);
  QVERIFY(removeParts(editor, {{PartKind::Joint, "joint1"}}));
  const ControllerTable table = read(tree).initialController.tables.front();
  QCOMPARE(table.K, (std::vector<std::vector<double>>{{12, 14, 15, 16, 17}}));
  QCOMPARE(table.k, (std::vector<std::vector<double>>{{2}, {4}}));
  QCOMPARE(table.sigma, (std::vector<std::vector<double>>{{6}}));
  editor.rollBack();
  QCOMPARE(sceneText(tree), before);
  QVERIFY(renamePart(editor, {PartKind::Condition, "c1"}, "first"));
  QCOMPARE(read(tree).initialController.tables.front().condition, std::string("first"));
  std::vector<std::string> went;
  QVERIFY(removeParts(editor, {{PartKind::Condition, "first"}}, &went));
  QVERIFY(has(went, "its first controller"));
  QVERIFY(read(tree).initialController.tables.empty());
  QVERIFY(read(tree).initialController.kind.empty());
}

// A sensor that measures more, or less, than before.
void TestSceneCommands::gainsFollowTheSizeOfASensor() {
  SceneTree tree = shipped("two_link_arm");
  tree["initial_controller"]["kind"] = "table";
  tree["initial_controller"]["tables"] =
      SceneTree::parse(R"([{"condition": "c1", "K": [[1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17]]}])");
  const Scene scene = read(tree);
  const auto angles = std::find_if(scene.sensors.begin(), scene.sensors.end(), [](const Sensor& sensor) {
    return sensor.type == Sensor::Type::JointAngle;
  });
  QVERIFY(angles != scene.sensors.end() && angles->targets.size() == 2 && scene.state.front() == angles->id);
  const TreePath place = pathOf(PartKind::Sensor, static_cast<std::size_t>(angles - scene.sensors.begin()));
  const std::string before = sceneText(tree);
  TreeEditor editor(tree);
  const auto table = [&tree] {
    return tree["initial_controller"]["tables"][0]["K"][0].get<std::vector<double>>();
  };
  // The joints the other way round, and then the first alone.
  QVERIFY(keepingStateColumns(editor, [&] {
    return editor.replace(place / "joints", SceneTree::array({angles->targets[1], angles->targets[0]}));
  }));
  QCOMPARE(table(), (std::vector<double>{2, 1, 3, 4, 5, 6, 7, 12, 11, 13, 14, 15, 16, 17}));
  QVERIFY(keepingStateColumns(editor, [&] {
    return editor.replace(place / "joints", SceneTree::array({angles->targets[0]}));
  }));
  QCOMPARE(table(), (std::vector<double>{1, 3, 4, 5, 6, 7, 11, 13, 14, 15, 16, 17}));
  editor.rollBack();
  QCOMPARE(sceneText(tree), before);
  // Another type: the place of the hand becomes its angle, and no cost asks for two numbers of it.
  tree["costs"] = SceneTree::array({SceneTree(tree["costs"][0])});
  const auto hand = std::find_if(scene.sensors.begin(), scene.sensors.end(), [](const Sensor& sensor) {
    return sensor.type == Sensor::Type::BodyPosition;
  });
  QVERIFY(hand != scene.sensors.end());
  if (tree.contains("camera")) tree["camera"].erase("trace");
  TreeEditor other(tree);
  QVERIFY(changeType(other, {PartKind::Sensor, hand->id}, "body_angle"));
  QCOMPARE(read(tree).initialController.tables.front().K.front().size(), std::size_t{12});
}

// Undoing gives the bytes before, whatever group of suggestions held the key.
void TestSceneCommands::startsAreEditedWhereTheyAreSuggested() {
  SceneTree tree = shipped("obstacle_navigation");
  tree["suggested"]["badmm"]["init.pos_gain"] = 0.5;
  const std::string before = sceneText(tree);
  TreeEditor editor(tree);
  QVERIFY(setStartParameter(editor, "init.pos_gain", "2.5"));
  QVERIFY(setStartKind(editor, "lqr"));
  Scene scene = read(tree);
  QCOMPARE(scene.suggested["all"]["init.pos_gain"], std::string("2.5"));
  QCOMPARE(scene.suggested["badmm"]["init.pos_gain"], std::string("2.5"));
  QCOMPARE(scene.initialController.kind, std::string("lqr"));
  QVERIFY(setStartParameter(editor, "init.pos_gain", std::nullopt));
  scene = read(tree);
  QVERIFY(!scene.suggested["all"].contains("init.pos_gain") && !scene.suggested["badmm"].contains("init.pos_gain"));
  editor.rollBack();
  QCOMPARE(sceneText(tree), before);
}

void TestSceneCommands::removingOneOfTwoJointsKeepsTheSensorOfBoth() {
  SceneTree tree = shipped("two_link_arm");
  TreeEditor editor(tree);
  QVERIFY(removeParts(editor, {{PartKind::Joint, "joint2"}}));
  const Scene scene = read(tree);
  QCOMPARE(scene.sensor("angles")->targets, std::vector<std::string>{"joint1"});
  QCOMPARE(scene.actuators.size(), std::size_t{1});
  QCOMPARE(scene.costs.size(), std::size_t{2});
  QCOMPARE(scene.costs[0].wu.size(), std::size_t{1});
  QCOMPARE(scene.costs[1].target.size(), std::size_t{1});
  QCOMPARE(scene.costs[1].wp.size(), std::size_t{1});
  QCOMPARE(scene.initialController.gains.size(), std::size_t{1});
  QCOMPARE(scene.conditions[1].overrides.size(), std::size_t{2});
}

void TestSceneCommands::removingStartsAndTheTargetLeavesAFileThatReads() {
  // A start alone: with its last override goes the spread, which the reader would refuse.
  SceneTree tree = shipped("point_mass");
  SceneTree& condition = tree["conditions"][0];
  condition["overrides"] = {{"mass.position", {1, 2}}, {"mass.angle", {0.5}}};
  condition["spread"] = 0.1;
  const std::string id = idOf(condition);
  const Scene shown = read(tree);
  TreeEditor editor(tree);
  PartsRemoved start;
  start.parts.starts = {{id, "mass"}, {"none", "mass"}};
  QVERIFY(applyWish(editor, shown, start));
  QVERIFY(read(tree).conditions[0].overrides.empty());
  QVERIFY(!tree["conditions"][0].contains("spread"));
  const Result<Scene> same = applied(shown, start);
  QVERIFY(same && same->conditions[0].spread == 0.0);
  // The target with a joint: the initial gains and the feedback follow the action and the numbers that go.
  SceneTree arm = shipped("cart_pole");
  TreeEditor armEditor(arm);
  PartsRemoved both;
  both.parts.joints = {"pivot"};
  both.parts.target = true;
  std::vector<std::string> went;
  QVERIFY(applyWish(armEditor, read(arm), both, &went));
  QVERIFY(!has(went, "the success test"));  // it was asked for
  const Scene after = read(arm);
  QVERIFY(!after.success && !after.joint("pivot"));
  QCOMPARE(after.initialController.feedback, (std::vector<double>{1, 2}));
  // The actuator of a joint: one gain is left for one action.
  SceneTree links = shipped("two_link_arm");
  TreeEditor linksEditor(links);
  both.parts.joints = {"joint2"};
  QVERIFY(applyWish(linksEditor, read(links), both));
  QCOMPARE(read(links).actuators.size(), std::size_t{1});
  QCOMPARE(read(links).initialController.gains.size(), std::size_t{1});
}

void TestSceneCommands::removingAnActuatorKeepsTheOthersWeights() {
  SceneTree tree = shipped("two_link_arm");
  tree["costs"][0]["wu"] = SceneTree::array({2, 3});
  TreeEditor editor(tree);
  QVERIFY(removeParts(editor, {{PartKind::Actuator, "speed1"}}));
  QCOMPARE(read(tree).costs[0].wu, std::vector<double>{3});
  const auto added = addPart(editor, PartKind::Actuator, "joint_torque", {{PartKind::Joint, "joint1"}});
  QVERIFY(added);
  QCOMPARE(read(tree).costs[0].wu, (std::vector<double>{3, 1}));
  QCOMPARE(read(tree).actuators[1].target, std::string("joint1"));
}

void TestSceneCommands::theFeedbackFollowsTheState() {
  SceneTree tree = shipped("cart_pole");  // state angle, rate, cart, cart_speed; K = -30 -6 1 2
  TreeEditor editor(tree);
  QVERIFY(setSensorList(editor, "state", {"cart", "tip", "angle", "rate", "cart_speed"}));
  QCOMPARE(read(tree).initialController.feedback, (std::vector<double>{1, 0, 0, -30, -6, 2}));
  QVERIFY(setSensorList(editor, "state", {"angle", "rate", "cart", "cart_speed"}));
  QCOMPARE(read(tree).initialController.feedback, (std::vector<double>{-30, -6, 1, 2}));
}

void TestSceneCommands::reorderingActuatorsReordersTheirWeights() {
  SceneTree tree = shipped("point_mass");
  tree["costs"][0]["wu"] = SceneTree::array({2, 3});
  TreeEditor editor(tree);
  QVERIFY(reorderPart(editor, {PartKind::Actuator, "vx"}, 1));
  const Scene scene = read(tree);
  QCOMPARE(scene.actuators[1].id, std::string("vx"));
  QCOMPARE(scene.costs[0].wu, (std::vector<double>{3, 2}));
  QVERIFY(!reorderPart(editor, {PartKind::Actuator, "vx"}, 2));
}

void TestSceneCommands::aTaskCanBeBuiltFromNothing() {
  SceneTree tree = emptyTask("mine");
  TreeEditor editor(tree);
  QVERIFY(!addPart(editor, PartKind::Joint, "revolute"));         // needs bodies
  QVERIFY(!addPart(editor, PartKind::Actuator, "joint_torque"));  // needs a joint
  QVERIFY(!addPart(editor, PartKind::Cost, "state"));             // needs a state
  editor.rollBack();
  QVERIFY(addPart(editor, PartKind::Body, "static"));
  QVERIFY(addPart(editor, PartKind::Body, "dynamic"));
  QVERIFY(addPart(editor, PartKind::Joint, "revolute"));
  QVERIFY(addPart(editor, PartKind::Actuator, "joint_torque"));
  for (const TypeEntry& type : partTypes(PartKind::Sensor)) {
    QVERIFY2(addPart(editor, PartKind::Sensor, std::string(type.name)), std::string(type.name).c_str());
  }
  QVERIFY(addPart(editor, PartKind::Condition, ""));
  QVERIFY(addPart(editor, PartKind::Cost, "action"));
  QVERIFY(addPart(editor, PartKind::Cost, "state"));
  const Scene scene = read(tree);
  QCOMPARE(scene.joints[0].bodyA, std::string("wall1"));
  QCOMPARE(scene.joints[0].bodyB, std::string("body1"));
  QCOMPARE(scene.state.size(), partTypes(PartKind::Sensor).size());
}

void TestSceneCommands::aTypeChangeLeavesAPartThatReads_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<QString>("type");
  for (const PartKind kind : {PartKind::Joint, PartKind::Actuator, PartKind::Sensor, PartKind::Cost}) {
    for (const TypeEntry& type : partTypes(kind)) {
      const QString name = QString::fromUtf8(type.name.data(), static_cast<qsizetype>(type.name.size()));
      QTest::newRow(qPrintable(QString::fromStdString(partWord(kind)) + " " + name))
          << static_cast<int>(kind) << name;
    }
  }
}

void TestSceneCommands::aTypeChangeLeavesAPartThatReads() {
  QFETCH(int, kind);
  QFETCH(QString, type);
  SceneTree tree = emptyTask("mine");
  TreeEditor editor(tree);
  const auto which = static_cast<PartKind>(kind);
  for (const char* body : {"static", "dynamic", "dynamic"}) QVERIFY(addPart(editor, PartKind::Body, body));
  QVERIFY(addPart(editor, PartKind::Joint, "revolute"));
  QVERIFY(editor.set(TreePath("/joints/0"), "max_motor", 5));
  QVERIFY(addPart(editor, PartKind::Actuator, "joint_torque"));
  QVERIFY(addPart(editor, PartKind::Sensor, "body_position"));
  QVERIFY(addPart(editor, PartKind::Condition, ""));
  QVERIFY(addPart(editor, PartKind::Cost, "action"));
  for (const TypeEntry& from : partTypes(which)) {
    const auto added = addPart(editor, which, std::string(from.name));
    QVERIFY2(added, added ? "" : added.error().text().c_str());
    const Status changed = changeType(editor, *added, type.toStdString());
    QVERIFY2(changed, changed ? "" : changed.error().text().c_str());
    read(tree);
  }
  QVERIFY(!changeType(editor, {which, "nothing"}, type.toStdString()));
}

void TestSceneCommands::pastedPartsFitAmongEachOther() {
  SceneTree tree = shipped("two_link_arm");
  TreeEditor editor(tree);
  const SceneTree copy = copyParts(tree, {{PartKind::Body, "base"},
                                          {PartKind::Body, "link1"},
                                          {PartKind::Body, "link2"},
                                          {PartKind::Condition, "c2"}});
  QCOMPARE(partsOf(copy, PartKind::Joint).size(), std::size_t{2});
  const auto pasted = pasteParts(editor, copy, {10, 0});
  QVERIFY2(pasted, pasted ? "" : pasted.error().text().c_str());
  const Scene scene = read(tree);
  QCOMPARE(scene.bodies.size(), std::size_t{8});
  const Joint& second = scene.joints.back();
  QVERIFY(second.bodyA != "link1" && second.bodyB != "link2");
  QCOMPARE(scene.body(second.bodyB)->position.x(), scene.body("link2")->position.x() + 10);
  const Condition& condition = scene.conditions.back();
  QCOMPARE(condition.overrides.at(second.id + ".angle"), std::vector<double>{1.5707963267948966});
  // Into another scene, twice.
  SceneTree other = shipped("point_mass");
  TreeEditor into(other);
  SceneTree bodies = copyParts(tree, {{PartKind::Body, "link1"}, {PartKind::Body, "link2"}});
  QVERIFY(pasteParts(into, bodies, {0, 0}));
  QVERIFY(pasteParts(into, bodies, {1, 0}));
  QCOMPARE(read(other).joints.size(), std::size_t{2});
  QCOMPARE(read(other).joints[1].bodyA, std::string("link3"));
}

/// All of one stem: each number is tried once, not once per part.
void TestSceneCommands::manyPartsArePastedSoon() {
  SceneTree tree = emptyTask("many");
  for (int i = 0; i < 1000; ++i) tree["bodies"].push_back({{"id", "b" + std::to_string(i)}});
  FreeIds ids(tree);
  QCOMPARE(ids.take(PartKind::Joint, "b7"), std::string("b1000"));  // bodies and joints share their names
  QCOMPARE(ids.take(PartKind::Body, "b7"), std::string("b1001"));
  QCOMPARE(ids.take(PartKind::Sensor, "b7"), std::string("b7"));
  QCOMPARE(ids.take(PartKind::Sensor, "b7"), std::string("b2"));
  QElapsedTimer timer;
  timer.start();
  for (int i = 0; i < 20000; ++i) ids.take(PartKind::Body, "b" + std::to_string(i % 1000));
  qInfo("20000 ids: %lld ms", static_cast<long long>(timer.restart()));
  QCOMPARE(ids.take(PartKind::Body, "b0"), std::string("b21002"));
  SceneTree copy;
  copy["bodies"] = tree["bodies"];
  TreeEditor editor(tree);
  timer.restart();
  const auto pasted = pasteParts(editor, copy, {1, 0});
  qInfo("1000 bodies pasted: %lld ms", static_cast<long long>(timer.elapsed()));
  QVERIFY(pasted && pasted->size() == 1000);
  QCOMPARE(partsOf(tree, PartKind::Body).size(), std::size_t{2000});
  QCOMPARE(pasted->front().id, std::string("b1000"));
  QCOMPARE(pasted->back().id, std::string("b1999"));
}

void TestSceneCommands::theClipboardIsNotTrusted() {
  for (const char* text :
       {"", "{", "[]", "{}", "{\"gps_studio_parts\": 1}", "{\"gps_studio_parts\": 1, \"bodies\": 3}",
        "{\"gps_studio_parts\": 1, \"bodies\": [3]}", "{\"gps_studio_parts\": 1, \"bodies\": [{}]}",
        "{\"gps_studio_parts\": 1, \"bodies\": [{\"id\": \"a b\"}]}"}) {
    QVERIFY2(!parseParts(text), text);
  }
  const auto parts = parseParts("{\"gps_studio_parts\": 1, \"bodies\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}");
  QVERIFY(parts);
  SceneTree tree = emptyTask("mine");
  TreeEditor editor(tree);
  const auto pasted = pasteParts(editor, *parts, {1, 1});  // twice the same id: both come in, under two names
  QVERIFY(!pasted || pasted->size() == 2);
}

/// Such a key names no part, so no command may take it for one.
void TestSceneCommands::anOverrideWithoutADotIsLeftAlone() {
  const auto parts = parseParts(R"({"gps_studio_parts": 1, "bodies": [{"id": "b"}],
      "conditions": [{"id": "c", "overrides": {"b": [0]}}]})");
  QVERIFY(parts);
  SceneTree tree = emptyTask("mine");
  TreeEditor editor(tree);
  const auto pasted = pasteParts(editor, *parts, {0, 0});
  QVERIFY2(pasted, pasted ? "" : pasted.error().text().c_str());
  QCOMPARE(pasted->size(), std::size_t{2});
  QVERIFY(renamePart(editor, {PartKind::Body, "b"}, "other"));
  const SceneTree& overrides = partsOf(tree, PartKind::Condition).back()["overrides"];
  QVERIFY(overrides.contains("b") && overrides.size() == 1);
  QVERIFY(removeParts(editor, {{PartKind::Body, "other"}}));
  QVERIFY(partsOf(tree, PartKind::Condition).back()["overrides"].contains("b"));
}

void TestSceneCommands::alignedEdgesLieOnOneLine() {
  SceneTree tree = shipped("two_link_arm");
  TreeEditor editor(tree);
  const std::vector<std::string> bodies{"base", "link1", "target1"};
  QVERIFY(!alignBodies(editor, read(tree), {"base"}, Alignment::Left));
  QVERIFY(alignBodies(editor, read(tree), bodies, Alignment::Left));
  const Scene left = read(tree);
  for (const std::string& id : bodies) QVERIFY(std::abs(bodyExtent(*left.body(id)).min().x() + 10.0) < 1e-6);
  QVERIFY(alignBodies(editor, left, bodies, Alignment::Top));
  const Scene top = read(tree);
  for (const std::string& id : bodies) QVERIFY(std::abs(bodyExtent(*top.body(id)).max().y() - 25.0) < 1e-6);
  QCOMPARE(top.body("link2")->position, left.body("link2")->position);
}

void TestSceneCommands::distributedBodiesHaveEqualGaps() {
  SceneTree tree = emptyTask("mine");
  TreeEditor editor(tree);
  std::vector<std::string> bodies;
  for (const double x : {0.0, 3.0, 0.5, 8.0}) {
    const auto body = addPart(editor, PartKind::Body, "static");
    QVERIFY(moveBodies(editor, {body->id}, {x, x}));
    bodies.push_back(body->id);
  }
  QVERIFY(editor.set(TreePath("/bodies/1/shapes/0/box"), "half_extents", SceneTree::array({1, 0.1})));
  const Scene before = *readSceneTree(tree, "x").scene;
  QVERIFY(distributeBodies(editor, before, bodies, true));
  const Scene after = *readSceneTree(tree, "x").scene;
  // From -0.1 to 8.1 stand boxes of 0.2, 0.2, 2 and 0.2: three gaps of 5.6 / 3.
  QVERIFY(std::abs(after.body(bodies[2])->position.x() - (0.1 + 5.6 / 3 + 0.1)) < 1e-6);
  QVERIFY(std::abs(after.body(bodies[1])->position.x() - (0.3 + 2 * 5.6 / 3 + 1)) < 1e-6);
  QCOMPARE(after.body(bodies[3])->position.x(), 8.0);
  QCOMPARE(after.body(bodies[1])->position.y(), 3.0);
}

void TestSceneCommands::whatIsWrittenIsReadAsTheSameScene_data() {
  aNewNameIsFollowedEverywhere_data();
}

void TestSceneCommands::whatIsWrittenIsReadAsTheSameScene() {
  QFETCH(QString, scene);
  SceneTree tree = shipped(scene.toStdString());
  // Angles relative to a body have no point to be relative to.
  if (scene == "point_mass")
    tree["sensors"].push_back(
        {{"id", "lean"}, {"type", "body_angle"}, {"body", "mass"}, {"relative_body", "room"}});
  const Scene original = read(tree);
  for (const Defaults defaults : {Defaults::Written, Defaults::LeftOut}) {
    const SceneTree written = sceneTree(original, defaults);
    const Scene again = read(written);
    // The complete tree holds every field of a scene.
    QCOMPARE(sceneText(sceneTree(again, Defaults::Written)),
             sceneText(sceneTree(original, Defaults::Written)));
  }
}

void TestSceneCommands::anUpdateTouchesOnlyWhatDiffers() {
  for (const ShippedScene& file : shippedScenes(GPS_SCENES)) {
    SceneTree tree = shipped(file.name);
    TreeEditor editor(tree);
    const Scene scene = read(tree);
    QVERIFY(updateTree(editor, scene, scene));
    QVERIFY2(editor.edits().empty(), file.name.c_str());
    Scene wanted = scene;
    wanted.bodies.back().position.x() += 0.5;
    wanted.bodies.front().shapes.front().friction = 0.75;
    QVERIFY(updateTree(editor, scene, wanted));
    QCOMPARE(editor.edits().size(), std::size_t{2});
    const Scene after = read(tree);
    QCOMPARE(sceneText(sceneTree(after, Defaults::Written)), sceneText(sceneTree(wanted, Defaults::Written)));
    editor.rollBack();
    QCOMPARE(sceneText(tree), sceneText(shipped(file.name)));
  }
}

void TestSceneCommands::anUpdateAddsAndRemovesParts() {
  SceneTree tree = shipped("reach");
  TreeEditor editor(tree);
  const Scene scene = read(tree);
  Scene wanted = scene;
  Body drawn;
  drawn.id = "box1";
  drawn.position = {1, 2};
  drawn.shapes.push_back(Shape{});
  wanted.bodies.push_back(drawn);
  wanted.success.reset();
  wanted.conditions.pop_back();
  QVERIFY(updateTree(editor, scene, wanted));
  const Scene after = read(tree);
  QCOMPARE(sceneText(sceneTree(after, Defaults::Written)), sceneText(sceneTree(wanted, Defaults::Written)));
  QCOMPARE(
      valueText(tree["bodies"].back()),
      std::string(
          R"({"id": "box1", "type": "static", "position": [1, 2], "shapes": [{"circle": {"radius": 0.1}}]})"));
  QVERIFY(!updateTree(editor, scene, wanted));  // the condition is no longer there to be removed
}

QTEST_GUILESS_MAIN(TestSceneCommands)
#include "tst_scene_commands.moc"
