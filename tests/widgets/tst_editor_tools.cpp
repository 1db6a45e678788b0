// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/editor_fixture.h"

using namespace gps;
using namespace gps::ui;

/// Drawing bodies, joints and robots.
class TestEditorTools : public QObject, EditorFixture {
  Q_OBJECT
 private Q_SLOTS:
  void init() { open(); }
  void cleanup() { close(); }

  void boxesAndCirclesAreDrawn();
  void aPolygonIsDrawnAndDropped();
  void aPolygonThatIsNotConvexIsRefused();
  void chainsEndOpenOrClosed();
  void shiftKeepsEdgesAtStepsOfFifteenDegrees();
  void jointsTakeAnAnchorAndTwoBodies();
  void jointsOfWhatCannotMoveAreRefused();
  void aRodTiesTwoPlaces();
  void aRobotIsDroppedWhereOneClicks();
};

void TestEditorTools::boxesAndCirclesAreDrawn() {
  key(Qt::Key_B);
  QCOMPARE(m_editor->tool(), EditorTool::Box);
  drag(at(-1, -1), at(1, -2));
  QCOMPARE(m_editor->tool(), EditorTool::Select);
  QCOMPARE(m_editor->selection().bodies, Ids{"box1"});
  QVERIFY(near(body("box1").position, {0, -1.5}, 0.02));
  QVERIFY(near(std::get<BoxShape>(body("box1").shapes[0].geometry).halfExtents, {1, 0.5}, 0.02));
  QVERIFY(body("box1").dynamic);
  key(Qt::Key_M);
  key(Qt::Key_C);
  // Two clicks do as well as a drag, and a typed radius is exact.
  click(-1, 1);
  move(at(-0.5, 1));
  type("0.35");
  key(Qt::Key_Return);
  QCOMPARE(std::get<CircleShape>(body("circle1").shapes[0].geometry).radius, 0.35);
  QVERIFY(!body("circle1").dynamic);
  QCOMPARE(m_document->titles, (QStringList{"Draw box", "Draw circle"}));
}

void TestEditorTools::aPolygonIsDrawnAndDropped() {
  key(Qt::Key_P);
  click(-1, -2);
  click(1, -2);
  key(Qt::Key_Escape);
  QCOMPARE(m_editor->tool(), EditorTool::Polygon);
  click(-1, -2);
  click(1, -2);
  click(0, -1);
  key(Qt::Key_Return);
  QCOMPARE(m_document->titles, QStringList{"Draw polygon"});
  QCOMPARE(std::get<PolygonShape>(body("polygon1").shapes[0].geometry).vertices.size(), std::size_t{3});
  QVERIFY(near(body("polygon1").position, {0, -1.5}, 0.02));
  // A double click ends it too: its first click is a corner.
  key(Qt::Key_P);
  click(-3, 1);
  click(-2, 1);
  click(-2, 2);
  QTest::mouseDClick(port(), Qt::LeftButton, {}, at(-2, 2));
  QCOMPARE(std::get<PolygonShape>(body("polygon2").shapes[0].geometry).vertices.size(), std::size_t{3});
  // Escape without a corner puts the tool away.
  key(Qt::Key_P);
  key(Qt::Key_Escape);
  QCOMPARE(m_editor->tool(), EditorTool::Select);
}

void TestEditorTools::aPolygonThatIsNotConvexIsRefused() {
  QSignalSpy hints(m_editor.get(), &SceneEditor::hintChanged);
  key(Qt::Key_P);
  click(-1, -2);
  click(1, -2);
  click(0, -1.6);
  click(0.2, -0.5);
  key(Qt::Key_Return);
  QVERIFY(m_document->titles.isEmpty());
  QVERIFY(hints.last().first().toString().contains("convex"));
  key(Qt::Key_Backspace);
  key(Qt::Key_Return);
  QCOMPARE(m_document->titles, QStringList{"Draw polygon"});
}

void TestEditorTools::chainsEndOpenOrClosed() {
  key(Qt::Key_L);
  click(-1, -2);
  click(1, -2);
  key(Qt::Key_Return);
  QVERIFY(!std::get<ChainShape>(body("wall1").shapes[0].geometry).closed);
  key(Qt::Key_L);
  click(-3, 1);
  click(-1, 1);
  click(-1, 2);
  click(-3, 1);
  const ChainShape& room = std::get<ChainShape>(body("wall2").shapes[0].geometry);
  QVERIFY(room.closed);
  QCOMPARE(room.vertices.size(), std::size_t{3});
  QVERIFY(!body("wall2").dynamic);
}

void TestEditorTools::shiftKeepsEdgesAtStepsOfFifteenDegrees() {
  key(Qt::Key_L);
  click(-1, -2);
  click(1, -1.8, Qt::ShiftModifier);
  click(2, -1.0, Qt::ShiftModifier);
  key(Qt::Key_Return);
  const std::vector<Eigen::Vector2d>& line = std::get<ChainShape>(body("wall1").shapes[0].geometry).vertices;
  QCOMPARE(line.size(), std::size_t{3});
  QVERIFY(std::abs(line[0].y() - line[1].y()) < 1e-9);
  const Eigen::Vector2d edge = line[2] - line[1];
  const double angle = std::atan2(edge.y(), edge.x());
  QVERIFY(angle > 0.3 && std::abs(std::remainder(angle, std::numbers::pi / 12)) < 1e-6);
}

void TestEditorTools::jointsTakeAnAnchorAndTwoBodies() {
  key(Qt::Key_R);
  click(0, 0.5);
  click(0, -1);  // nothing there: asked again
  click(-2, 0);
  click(-2, 0);  // the same: asked again
  click(2, 0);
  QCOMPARE(m_document->titles, QStringList{"Add hinge"});
  const Joint& hinge = *m_editor->scene()->joint("hinge1");
  QCOMPARE(hinge.bodyA, std::string("left"));
  QCOMPARE(hinge.bodyB, std::string("right"));
  const JointPlace place = *placeOf(*m_editor->scene(), hinge);
  QVERIFY(near(place.a, {0, 0.5}, 0.05) && near(place.a, place.b));
  QCOMPARE(m_editor->selection().joints, Ids{"hinge1"});
  // Its anchor is dragged.
  drag(m_canvas->pixelOf(place.b).toPoint(), at(0, 1));
  QVERIFY(near(placeOf(*m_editor->scene(), *m_editor->scene()->joint("hinge1"))->b, {0, 1}, 0.05));
  // A slider's axis is drawn from its anchor.
  key(Qt::Key_T);
  drag(at(0, -1), at(0, -2));
  click(-2, 0);
  click(0, 2);
  const Joint& slider = *m_editor->scene()->joint("slider1");
  QVERIFY(near(slider.axis.cwiseAbs(), {0, 1}));
  key(Qt::Key_W);
  click(1, 1);
  click(2, 0);
  click(0, 2);
  QCOMPARE(m_editor->scene()->joint("weld1")->type, Joint::Type::Weld);
}

void TestEditorTools::jointsOfWhatCannotMoveAreRefused() {
  auto scene = std::make_shared<Scene>(*m_editor->scene());
  scene->bodies[0].dynamic = scene->bodies[1].dynamic = false;
  m_editor->setScene(scene);
  QSignalSpy hints(m_editor.get(), &SceneEditor::hintChanged);
  key(Qt::Key_W);
  click(0, 1);
  click(-2, 0);
  click(2, 0);
  QVERIFY(m_document->titles.isEmpty());
  QVERIFY(hints.last().first().toString().contains("can move"));
  click(0, 2);
  QCOMPARE(m_editor->scene()->joint("weld1")->bodyB, std::string("disc"));
}

void TestEditorTools::aRodTiesTwoPlaces() {
  key(Qt::Key_D);
  click(-2, 0);
  click(2, 0);
  const Joint& rod = *m_editor->scene()->joint("rod1");
  const JointPlace place = *placeOf(*m_editor->scene(), rod);
  QVERIFY(near(place.a, {-2, 0}, 0.05) && near(place.b, {2, 0}, 0.05));
}

void TestEditorTools::aRobotIsDroppedWhereOneClicks() {
  QSignalSpy edits(m_editor.get(), &SceneEditor::edited);
  m_editor->placeTemplate("arm", 3);
  click(1, -1);
  QCOMPARE(edits.count(), 1);
  const auto dropped = std::get<TemplateDropped>(edits[0][1].value<SceneEdit>());
  QCOMPARE(dropped.name, std::string("arm"));
  QCOMPARE(dropped.links, 3);
  QVERIFY(near(dropped.position, {1, -1}, 0.05));
  QCOMPARE(m_editor->tool(), EditorTool::Select);
}

QTEST_MAIN(TestEditorTools)
#include "tst_editor_tools.moc"
