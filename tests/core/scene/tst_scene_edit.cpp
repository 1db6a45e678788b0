// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <numbers>

#include "core/scene/polygon.h"
#include "core/scene/scene_edit.h"
#include "core/scene/scene_edit_steps.h"
#include "core/scene/scene_reader.h"

using namespace gps;

namespace {

constexpr double kRight = std::numbers::pi / 2;

Scene shipped(const char* name) {
  const Result<Scene> scene = readScene(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return *scene;
}

Scene after(const Scene& scene, const SceneEdit& edit) {
  const Result<Scene> next = applied(scene, edit);
  if (!next) qFatal("%s", next.error().text().c_str());
  return *next;
}

bool near(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
  return (a - b).norm() < 1e-6;
}

double gapOf(const Scene& scene, const std::string& id) {
  const Joint& joint = *scene.joint(id);
  return (toWorld(*scene.body(joint.bodyA), joint.anchorA) - toWorld(*scene.body(joint.bodyB), joint.anchorB))
      .norm();
}

Scene drawn(std::initializer_list<BodyDrawn> bodies) {
  Scene scene;
  for (const BodyDrawn& body : bodies) scene = after(scene, body);
  return scene;
}

}  // namespace

/// What an edit does to a scene, without a window.
class TestSceneEdit : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void movingKeepsReadableNumbers();
  void movedBodiesTakeTheirPinsAlong();
  void aCartMayMoveAlongItsRail();
  void rotatingTurnsAboutTheCentre();
  void scalingGrowsShapesAndAnchors();
  void verticesFollowAndStayConvex();
  void boxCornersKeepTheOppositeOne();
  void drawnShapesGetTheirOwnFrame();
  void jointsHoldWhatStandsWhereItStands();
  void removingTakesAlongWhatCannotStandAlone();
  void copiesHaveTheirOwnIdsAndJoints();
  void startsAndTargetsMove();
  void whatCannotBeGrantedSaysWhy();
  void starsAndStraightCornersAreNotConvex();
};

void TestSceneEdit::movingKeepsReadableNumbers() {
  Scene scene = drawn({{CircleShape{{0.1, 0.7}, 0.05}, true}});
  scene = after(scene, BodiesMoved{{"circle1"}, {0.2, 0.1}});
  QCOMPARE(scene.body("circle1")->position.x(), 0.3);  // not 0.30000000000000004
  QCOMPARE(scene.body("circle1")->position.y(), 0.8);
}

void TestSceneEdit::movedBodiesTakeTheirPinsAlong() {
  const Scene before = shipped("two_link_arm");
  QVERIFY(gapOf(before, "joint1") < 1e-4 && gapOf(before, "joint2") < 1e-4);
  for (const char* body : {"base", "link1", "link2"}) {
    const Scene moved = after(before, BodiesMoved{{body}, {1.5, -2.0}});
    QVERIFY(near(moved.body(body)->position, before.body(body)->position + Eigen::Vector2d(1.5, -2.0)));
    QVERIFY2(gapOf(moved, "joint1") < 1e-4 && gapOf(moved, "joint2") < 1e-4, body);
  }
  const Scene turned = after(before, BodiesRotated{{"link1"}, 0.3, before.body("link1")->position});
  QVERIFY(gapOf(turned, "joint1") < 1e-4 && gapOf(turned, "joint2") < 1e-4);
  QVERIFY(!near(turned.joint("joint1")->anchorA, before.joint("joint1")->anchorA));
  const Scene together = after(before, BodiesMoved{{"base", "link1", "link2"}, {1, 1}});
  QCOMPARE(together.joint("joint1")->anchorA, before.joint("joint1")->anchorA);
}

void TestSceneEdit::aCartMayMoveAlongItsRail() {
  const Scene before = shipped("cart_pole");
  const Scene along = after(before, BodiesMoved{{"cart", "pole"}, {0.5, 0}});
  QVERIFY(near(along.joint("slide")->anchorA, before.joint("slide")->anchorA));
  const Scene beside = after(before, BodiesMoved{{"cart", "pole"}, {0.5, 0.25}});
  const Body& rail = *beside.body("rail");
  QVERIFY(std::abs(toWorld(rail, beside.joint("slide")->anchorA).y() -
                   toWorld(*beside.body("cart"), beside.joint("slide")->anchorB).y()) < 1e-6);
}

void TestSceneEdit::rotatingTurnsAboutTheCentre() {
  const Scene scene = drawn({{CircleShape{{1, 0}, 0.1}, true}, {BoxShape{{0, 2}, {0.5, 0.25}, 0.0}, true}});
  const Scene turned = after(scene, BodiesRotated{{"circle1", "box1"}, kRight, {0, 0}});
  QVERIFY(near(turned.body("circle1")->position, {0, 1}));
  QVERIFY(near(turned.body("box1")->position, {-2, 0}));
  QVERIFY(std::abs(turned.body("box1")->angle - kRight) < 1e-9);
}

void TestSceneEdit::scalingGrowsShapesAndAnchors() {
  const Scene before = shipped("two_link_arm");
  const Eigen::Vector2d pin = toWorld(*before.body("base"), before.joint("joint1")->anchorA);
  const Scene grown = after(before, BodiesScaled{{"base", "link1", "link2"}, {2, 2}, pin, 0.0});
  const auto& box = std::get<BoxShape>(grown.body("link1")->shapes[0].geometry);
  QVERIFY(near(box.halfExtents, {1, 10}));
  QVERIFY(near(grown.joint("joint2")->anchorA, {0, -9}));
  QVERIFY(gapOf(grown, "joint1") < 1e-4 && gapOf(grown, "joint2") < 1e-4);
  // One body alone may grow along one of its sides.
  const Body& link = *before.body("link1");
  const Scene longer = after(before, BodiesScaled{{"link1"}, {1, 1.5}, link.position, link.angle});
  QVERIFY(near(std::get<BoxShape>(longer.body("link1")->shapes[0].geometry).halfExtents, {0.5, 7.5}));
  QVERIFY(gapOf(longer, "joint1") < 1e-4 && gapOf(longer, "joint2") < 1e-4);
}

void TestSceneEdit::verticesFollowAndStayConvex() {
  const PolygonShape square{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  const Scene scene = drawn({{square, true}, {ChainShape{{{0, 0}, {1, 0}}, false}, false}});
  const auto cornersOf = [](const Scene& of) {
    return std::get<PolygonShape>(of.body("polygon1")->shapes[0].geometry).vertices;
  };
  const Scene moved = after(scene, VertexMoved{"polygon1", 0, 2, {2, 2}});
  QVERIFY(near(toWorld(*moved.body("polygon1"), cornersOf(moved)[2]), {2, 2}));
  QVERIFY(!applied(scene, VertexMoved{"polygon1", 0, 2, {0.2, 0.2}}));
  const Scene five = after(scene, VertexInserted{"polygon1", 0, 1, {0.5, -0.5}});
  QCOMPARE(cornersOf(five).size(), std::size_t{5});
  QVERIFY(near(toWorld(*five.body("polygon1"), cornersOf(five)[1]), {0.5, -0.5}));
  QCOMPARE(cornersOf(after(five, VertexRemoved{"polygon1", 0, 1})).size(), std::size_t{4});
  QVERIFY(!applied(after(scene, VertexRemoved{"polygon1", 0, 1}), VertexRemoved{"polygon1", 0, 0}));
  QVERIFY(!applied(scene, VertexRemoved{"wall1", 0, 0}));
  const Scene bent = after(scene, VertexInserted{"wall1", 0, 1, {0.5, 3}});
  QVERIFY(near(
      toWorld(*bent.body("wall1"), std::get<ChainShape>(bent.body("wall1")->shapes[0].geometry).vertices[1]),
      {0.5, 3}));
}

void TestSceneEdit::boxCornersKeepTheOppositeOne() {
  Scene scene = drawn({{BoxShape{{0, 0}, {1, 0.5}, 0.0}, true}, {CircleShape{{3, 0}, 0.5}, true}});
  scene = after(scene, BodyPosed{"box1", {0, 0}, kRight});
  const auto corner = [](const Scene& of, double x, double y) {
    const auto& box = std::get<BoxShape>(of.body("box1")->shapes[0].geometry);
    return toWorld(*of.body("box1"), box.centre + box.halfExtents.cwiseProduct(Eigen::Vector2d(x, y)));
  };
  const Eigen::Vector2d held = corner(scene, -1, -1);
  const Scene pulled = after(scene, VertexMoved{"box1", 0, 2, {-2, 4}});
  QVERIFY(near(corner(pulled, -1, -1), held));
  QVERIFY(near(corner(pulled, 1, 1), {-2, 4}));
  QVERIFY(!applied(scene, VertexMoved{"box1", 0, 2, held}));
  const Scene wide = after(scene, VertexMoved{"circle1", 0, 0, {3, 2}});
  QCOMPARE(std::get<CircleShape>(wide.body("circle1")->shapes[0].geometry).radius, 2.0);
}

void TestSceneEdit::drawnShapesGetTheirOwnFrame() {
  const Scene scene = drawn({{BoxShape{{2, 3}, {0.5, 0.25}, 0.4}, true},
                             {PolygonShape{{{1, 1}, {3, 1}, {2, 2}}}, true},
                             {ChainShape{{{0, 0}, {4, 0}, {4, 2}}, false}, false},
                             {CircleShape{{-1, -1}, 0.3}, false},
                             {CircleShape{{-2, -1}, 0.3}, false}});
  QCOMPARE(scene.bodies.size(), std::size_t{5});
  QVERIFY(near(scene.body("box1")->position, {2, 3}));
  QCOMPARE(scene.body("box1")->angle, 0.4);
  QVERIFY(near(scene.body("polygon1")->position, {2, 1.5}));
  const Body& wall = *scene.body("wall1");
  QVERIFY(near(toWorld(wall, std::get<ChainShape>(wall.shapes[0].geometry).vertices[2]), {4, 2}));
  QVERIFY(!scene.body("circle2")->dynamic);
}

void TestSceneEdit::jointsHoldWhatStandsWhereItStands() {
  Scene scene =
      drawn({{BoxShape{{0, 0}, {0.5, 0.5}, 0.3}, false}, {BoxShape{{1, 1}, {0.5, 0.1}, 0.8}, true}});
  scene = after(scene, JointDrawn{Joint::Type::Revolute, "box1", "box2", {0.5, 0.5}, {0.5, 0.5}, {1, 0}});
  scene = after(scene, JointDrawn{Joint::Type::Prismatic, "box1", "box2", {0.5, 0.5}, {0.5, 0.5}, {0, 2}});
  QVERIFY(gapOf(scene, "hinge1") < 1e-9);
  QVERIFY(std::abs(scene.joint("hinge1")->referenceAngle - 0.5) < 1e-9);
  QVERIFY(near(turned(0.3, scene.joint("slider1")->axis), {0, 1}));
  const Scene static2 = drawn({{CircleShape{{0, 0}, 1}, false}, {CircleShape{{1, 0}, 1}, false}});
  QVERIFY(!applied(static2, JointDrawn{Joint::Type::Weld, "circle1", "circle2", {0, 0}, {0, 0}, {1, 0}}));
  QVERIFY(!applied(scene, JointDrawn{Joint::Type::Weld, "box1", "box1", {0, 0}, {0, 0}, {1, 0}}));
}

void TestSceneEdit::removingTakesAlongWhatCannotStandAlone() {
  const Scene before = shipped("two_link_arm");
  SceneSelection parts;
  parts.bodies = {"link2"};
  const Scene removed = after(before, PartsRemoved{parts});
  QVERIFY(!removed.body("link2") && !removed.joint("joint2") && removed.joint("joint1"));
  QVERIFY(!removed.sensor("hand"));
  QCOMPARE(removed.sensor("angles")->targets, std::vector<std::string>{"joint1"});
  QCOMPARE(removed.actuators.size(), std::size_t{1});
  QCOMPARE(removed.success->target.size(), std::size_t{1});
  for (const std::string& id : removed.state) QVERIFY(removed.sensor(id));
  for (const CostTermSpec& cost : removed.costs) {
    if (cost.type == "action") QCOMPARE(cost.wu.size(), std::size_t{1});
    if (!cost.sensor.empty()) QVERIFY(removed.sensor(cost.sensor));
  }
  for (const Condition& condition : removed.conditions) {
    QVERIFY(!condition.overrides.count("joint2.angle"));
    QVERIFY(condition.overrides.count("joint1.angle"));
  }
  QCOMPARE(before.joints.size(), std::size_t{2});  // the old value is untouched
}

void TestSceneEdit::copiesHaveTheirOwnIdsAndJoints() {
  const Scene before = shipped("two_link_arm");
  SceneSelection parts;
  parts.bodies = {"link1", "link2"};
  const Scene twice = after(before, PartsDuplicated{parts, {10, 0}});
  QCOMPARE(twice.bodies.size(), before.bodies.size() + 2);
  QVERIFY(near(twice.body("link3")->position, before.body("link1")->position + Eigen::Vector2d(10, 0)));
  QCOMPARE(twice.joints.size(), before.joints.size() + 1);  // the one between them, not the one to the base
  QCOMPARE(twice.joints.back().bodyA, std::string("link3"));
  QCOMPARE(twice.joints.back().bodyB, std::string("link4"));
  // An id has at most 64 letters, also that of a copy.
  Scene longest = before;
  const std::string id(64, 'a');
  longest.bodies.back().id = id;
  longest.joints.clear();
  parts.bodies = {id};
  const std::string copy = after(longest, PartsDuplicated{parts, {1, 0}}).bodies.back().id;
  QVERIFY(copy.size() <= 64 && copy != id);
}

void TestSceneEdit::startsAndTargetsMove() {
  const Scene before = shipped("point_mass");
  const Scene moved =
      after(before, ConditionStartMoved{before.conditions[0].id, "mass", "mass.position", {1, 2}});
  QCOMPARE(moved.conditions[0].overrides.at("mass.position"), (std::vector<double>{1, 2}));
  QVERIFY(!applied(before, ConditionStartMoved{before.conditions[0].id, "mass", "nobody.position", {1, 2}}));
  const Scene aimed = after(before, TargetMoved{{1, 2}, {5, 20}, {1, 2}});
  QCOMPARE(aimed.success->target, (std::vector<double>{1, 2}));
  for (const CostTermSpec& cost : aimed.costs) {
    if (cost.sensor == "p") QCOMPARE(cost.target, (std::vector<double>{1, 2}));
  }
  QVERIFY(near(aimed.body("target")->position, {1, 2}));
}

void TestSceneEdit::whatCannotBeGrantedSaysWhy() {
  const Scene scene = shipped("point_mass");
  const SceneEdit refused[] = {BodiesMoved{{"nobody"}, {1, 0}},
                               BodiesScaled{{"mass"}, {0, 1}, {0, 0}, 0},
                               VertexMoved{"mass", 7, 0, {0, 0}},
                               JointAnchorMoved{"nothing", {0, 0}, JointAnchorMoved::End::Both},
                               BodyDrawn{ChainShape{{{0, 0}, {1, 0}}, false}, true},
                               BodyDrawn{PolygonShape{{{0, 0}, {1, 0}, {2, 0}}}, true},
                               TemplateDropped{"arm", 2, {0, 0}}};
  for (const SceneEdit& edit : refused) {
    const Result<Scene> next = applied(scene, edit);
    QVERIFY2(!next, std::to_string(edit.index()).c_str());
    QVERIFY(!next.error().what.empty() && !next.error().mend.empty());
  }
}

void TestSceneEdit::starsAndStraightCornersAreNotConvex() {
  std::vector<Eigen::Vector2d> pentagon, star;
  for (int k = 0; k < 5; ++k) {
    const double angle = 2 * std::numbers::pi * k / 5;
    pentagon.push_back({std::cos(angle), std::sin(angle)});
    star.push_back({std::cos(2 * angle), std::sin(2 * angle)});
  }
  QVERIFY(isConvexPolygon(pentagon));
  QVERIFY(isConvexPolygon({pentagon.rbegin(), pentagon.rend()}));
  QVERIFY(!isConvexPolygon(star));
  QVERIFY(!isConvexPolygon({{0, 0}, {1, 0}, {2, 0}, {1, 1}}));
  QVERIFY(!isConvexPolygon({{0, 0}, {0, 0}, {1, 0}}));
}

QTEST_APPLESS_MAIN(TestSceneEdit)
#include "tst_scene_edit.moc"
