// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/editor_fixture.h"

using namespace gps;
using namespace gps::ui;

/// The editor: what is selected, dragged and shown.
class TestSceneEditor : public QObject, EditorFixture {
  Q_OBJECT
 private Q_SLOTS:
  void init() { open(); }
  void cleanup() { close(); }

  void clickAndShiftClickSelect();
  void rubberBandSelectsWhatItTouches();
  void aDragIsOneGesture();
  void draggingSnapsToTheGridAndAltSuspends();
  void draggingSnapsToCorners();
  void escapeTakesADragBack();
  void shippedScenesAreShownWhole();
  void theTurningHandleTurnsInSteps();
  void frameHandlesResize();
  void cornersMoveAppearAndGo();
  void startsOfConditionsAreDragged();
  void startsThatHangOnNothingAreTurned();
  void theTargetIsDragged();
  void aTargetThatIsGoneIsNotDragged();
  void theWheelZoomsAtTheCursor();
  void theViewIsDragged();
  void selectionSurvivesANewScene();
  void removingAndDoublingAreAsked();
  void nothingChangesWhileReadOnly();
  void aGestureTakenBackMayLiftReadOnly();
  void fiveHundredBodiesKeepTheirItems();
};

void TestSceneEditor::clickAndShiftClickSelect() {
  QSignalSpy changed(m_editor.get(), &SceneEditor::selectionChanged);
  click(-2, 0);
  QCOMPARE(m_editor->selection().bodies, Ids{"left"});
  click(2, 0, Qt::ShiftModifier);
  QCOMPARE(m_editor->selection().bodies, (Ids{"left", "right"}));
  click(-2, 0, Qt::ShiftModifier);
  QCOMPARE(m_editor->selection().bodies, Ids{"right"});
  click(0, -1);
  QVERIFY(m_editor->selection().empty());
  QCOMPARE(changed.count(), 4);
  QVERIFY(m_document->titles.isEmpty());
}

void TestSceneEditor::rubberBandSelectsWhatItTouches() {
  drag(at(-3, -1), at(0.1, 2));
  QCOMPARE(m_editor->selection().bodies, (Ids{"left", "disc"}));
  drag(at(1, -1), at(3, 1), Qt::ShiftModifier);
  QCOMPARE(m_editor->selection().bodies, (Ids{"left", "disc", "right"}));
  drag(at(-1, -1), at(1, 0.5));
  QVERIFY(m_editor->selection().empty());
}

void TestSceneEditor::aDragIsOneGesture() {
  const Shown before = m_editor->scene();
  drag(at(-2, 0), at(-1, -1));
  QCOMPARE(m_document->titles, QStringList{"Move left"});
  QVERIFY(m_document->steps > 3);
  QCOMPARE(m_document->undo.size(), std::size_t{1});
  QVERIFY(m_document->undo.front() == before);
  QVERIFY(near(body("left").position, {-1, -1}, 0.05));
  QVERIFY(near(body("right").position, {2, 0}));
  // Several selected bodies move together.
  click(2, 0, Qt::ShiftModifier);
  drag(at(2, 0), at(2, -1));
  QVERIFY(near(body("right").position, {2, -1}, 0.05));
  QVERIFY(near(body("left").position, {-1, -2}, 0.1));
  QCOMPARE(m_document->undo.size(), std::size_t{2});
}

void TestSceneEditor::draggingSnapsToTheGridAndAltSuspends() {
  const double step = gridStep(m_canvas->map());
  const auto onStep = [step](double value) {
    return std::abs(value / step - std::round(value / step)) < 1e-6;
  };
  drag(at(-2, 0), at(-2, 0) + QPoint(53, 31));
  QVERIFY(onStep(body("left").position.x()) && onStep(body("left").position.y()));
  const Eigen::Vector2d from = body("left").position;
  drag(at(from.x(), from.y()), at(from.x(), from.y()) + QPoint(13, 7), Qt::AltModifier);
  const Eigen::Vector2d moved = (body("left").position - from) * m_canvas->map().pixelsPerUnit;
  QVERIFY2(near(moved, {13, -7}, 0.01), qPrintable(QString("%1 %2").arg(moved.x()).arg(moved.y())));
}

void TestSceneEditor::draggingSnapsToCorners() {
  // The left box's right edge comes near the right box's left edge, which lies on no line of the grid.
  auto scene = std::make_shared<Scene>(*m_editor->scene());
  scene->bodies[1].position = {2.0371, 0.0113};
  m_editor->setScene(scene);
  const QPoint wanted = at(1.0371, 0.0113) - at(-2, 0);
  drag(at(-2, 0), at(-2, 0) + wanted + QPoint(-4, 3));
  QVERIFY2(near(body("left").position, {1.0371, 0.0113}),
           qPrintable(QString::number(body("left").position.x())));
  // Out of reach the grid holds again.
  drag(at(1, 0), at(1, 0) + QPoint(-60, 40));
  QVERIFY(!near(body("left").position, {1.0371, 0.0113}, 0.1));
}

void TestSceneEditor::escapeTakesADragBack() {
  const Shown before = m_editor->scene();
  drag(at(-2, 0), at(-1, -1), {}, false);
  QVERIFY(m_editor->scene() != before);
  key(Qt::Key_Escape);
  QVERIFY(m_editor->scene() == before);
  QCOMPARE(m_document->open, quint64{0});
  QVERIFY(m_document->undo.empty());
  move(at(0, 0));
  QTest::mouseRelease(port(), Qt::LeftButton, {}, at(0, 0));
  QVERIFY(m_editor->scene() == before);
}

void TestSceneEditor::shippedScenesAreShownWhole() {
  for (const char* name : {"two_link_arm", "peg_insertion", "obstacle_navigation", "cart_pole", "reach"}) {
    const Shown scene = shipped(name);
    m_editor->setScene(scene);
    for (const Body& each : scene->bodies)
      QVERIFY2(QRectF(port()->rect()).contains(m_canvas->pixelOf(each.position)), each.id.c_str());
    for (const Start& start : startsOf(*scene))
      QVERIFY2(QRectF(port()->rect()).contains(m_canvas->pixelOf({start.pose.x, start.pose.y})), name);
    QVERIFY(m_editor->summary().contains(QString::number(scene->bodies.size())));
    // Looking changes nothing.
    QVERIFY(m_editor->scene() == scene && m_document->titles.isEmpty());
  }
}

void TestSceneEditor::theTurningHandleTurnsInSteps() {
  click(-2, 0);
  const std::optional<Handle> handle = held(Handle::Kind::Turn);
  QVERIFY(handle);
  // From above the body to its left: a quarter turn, and three degrees that are not wanted.
  const QPointF centre = m_canvas->pixelOf({-2, 0});
  drag(handle->at.toPoint(), (centre + QPointF(-60, 3)).toPoint());
  QVERIFY2(std::abs(body("left").angle - std::numbers::pi / 2) < 1e-9,
           qPrintable(QString::number(body("left").angle)));
  QVERIFY(near(body("left").position, {-2, 0}));
  QCOMPARE(m_document->titles, QStringList{"Turn left"});
  const QPointF above = held(Handle::Kind::Turn)->at;
  drag(above.toPoint(), (centre + QPointF(-60, 30)).toPoint(), Qt::AltModifier);
  const double free = body("left").angle;
  QVERIFY(std::abs(free - std::numbers::pi / 2) > 0.1);
  QVERIFY(std::abs(std::remainder(free, std::numbers::pi / 12)) > 1e-3);
}

void TestSceneEditor::frameHandlesResize() {
  click(-2, 0);
  const double step = gridStep(m_canvas->map());
  const std::optional<Handle> right = held(Handle::Kind::Grow, 1, 0);
  QVERIFY(right);
  drag(right->at.toPoint(), at(-1, 0));
  const BoxShape wide = std::get<BoxShape>(body("left").shapes[0].geometry);
  QVERIFY(
      near(body("left").position + Eigen::Vector2d(wide.centre.x() - wide.halfExtents.x(), 0), {-2.5, 0}));
  QVERIFY(std::abs(2 * wide.halfExtents.x() - 1.5) < step + 1e-6);
  QCOMPARE(wide.halfExtents.y(), 0.25);
  QCOMPARE(m_document->undo.size(), std::size_t{1});
  // A circle stays one.
  click(0, 2);
  QVERIFY(!held(Handle::Kind::Grow, 1, 0));
  drag(held(Handle::Kind::Grow, 1, 1)->at.toPoint(), at(0.9, 2.9), Qt::AltModifier);
  QVERIFY(std::get<CircleShape>(body("disc").shapes[0].geometry).radius > 0.5);
  // Both together keep their proportions.
  click(-2, 0);
  click(2, 0, Qt::ShiftModifier);
  const Eigen::Vector2d apart = body("right").position - body("left").position;
  drag(held(Handle::Kind::Grow, 1, -1)->at.toPoint(), at(3.4, -0.8), Qt::AltModifier);
  const double grown = (body("right").position - body("left").position).norm() / apart.norm();
  QVERIFY(grown > 1.05);
  const BoxShape after = std::get<BoxShape>(body("left").shapes[0].geometry);
  QVERIFY(near(after.halfExtents, wide.halfExtents * grown, 1e-6));
}

void TestSceneEditor::cornersMoveAppearAndGo() {
  const auto scene = std::make_shared<Scene>(*m_editor->scene());
  Body wall;
  wall.id = "wall";
  wall.shapes = {{ChainShape{{{-3, -2}, {0, -2}, {3, -2}}, false}}};
  scene->bodies.push_back(wall);
  m_editor->setScene(scene);
  m_editor->fit();
  const auto line = [&] { return std::get<ChainShape>(body("wall").shapes[0].geometry).vertices; };
  click(-1, -2);
  QCOMPARE(m_editor->selection().bodies, Ids{"wall"});
  QVERIFY(!m_canvas->editsCorners());
  click(-1, -2);
  QVERIFY(m_canvas->editsCorners());
  drag(at(0, -2), at(0, -1), Qt::AltModifier);
  QCOMPARE(line().size(), std::size_t{3});
  QVERIFY(near(line()[1], {0, -1}, 0.05));
  const std::optional<Handle> middle = held(Handle::Kind::NewCorner);
  QVERIFY(middle);
  drag(middle->at.toPoint(), middle->at.toPoint() + QPoint(0, 30), Qt::AltModifier);
  QCOMPARE(line().size(), std::size_t{4});
  QCOMPARE(m_document->undo.size(), std::size_t{2});
  // Delete takes the corner under the mouse, not the body.
  move(m_canvas->pixelOf(line()[1]).toPoint());
  key(Qt::Key_Delete);
  QCOMPARE(line().size(), std::size_t{3});
  QVERIFY(m_editor->scene()->body("wall"));
  key(Qt::Key_Escape);
  QVERIFY(!m_canvas->editsCorners());
}

void TestSceneEditor::startsOfConditionsAreDragged() {
  const Shown room = shipped("obstacle_navigation");
  m_editor->setScene(room);
  const Condition& second = room->conditions[1];
  const std::vector<double> from = second.overrides.at("disc.position");
  drag(at(from[0], from[1]), at(from[0] - 0.3, from[1] + 0.1));
  QCOMPARE(m_editor->selection().starts, (std::vector<StartRef>{{second.id, "disc"}}));
  const std::vector<double> to = m_editor->scene()->conditions[1].overrides.at("disc.position");
  QVERIFY(near({to[0], to[1]}, {from[0] - 0.3, from[1] + 0.1}, 0.06));
  QVERIFY(near(body("disc").position, room->body("disc")->position));
  // A body that hangs on a joint turns about it.
  const Shown pole = shipped("cart_pole");
  m_editor->setScene(pole);
  const double lean = pole->conditions[0].overrides.at("pivot.angle")[0];
  const Eigen::Vector2d tip(-0.45 * std::sin(lean), 0.45 * std::cos(lean));
  drag(at(tip.x(), tip.y()), at(0.45, 0.01));
  const double turned = m_editor->scene()->conditions[0].overrides.at("pivot.angle")[0];
  QVERIFY2(std::abs(turned + std::numbers::pi / 2) < 1e-6, qPrintable(QString::number(turned)));
}

void TestSceneEditor::startsThatHangOnNothingAreTurned() {
  const Shown pusher = shipped("pusher");
  m_editor->setScene(pusher);
  const Condition& first = pusher->conditions[0];
  SceneSelection selection;
  selection.starts = {{first.id, "box"}};
  m_editor->setSelection(selection);
  const auto angle = [&] { return m_editor->scene()->conditions[0].overrides.at("box.angle")[0]; };
  const std::vector<double> at0 = first.overrides.at("box.position");
  const QPointF centre = m_canvas->pixelOf({at0[0], at0[1]});
  QVERIFY(held(Handle::Kind::Turn));
  drag(held(Handle::Kind::Turn)->at.toPoint(), (centre + QPointF(-80, 2)).toPoint());
  QVERIFY2(std::abs(angle() - std::numbers::pi / 2) < 1e-9, qPrintable(QString::number(angle())));
  key(Qt::Key_BracketRight);
  QVERIFY(std::abs(angle() - std::numbers::pi * 5 / 12) < 1e-9);
  // The arm's links turn at their joints: dragging them does it.
  selection.starts = {{first.id, "link2"}};
  m_editor->setSelection(selection);
  QVERIFY(!held(Handle::Kind::Turn));
}

void TestSceneEditor::theTargetIsDragged() {
  m_editor->setScene(shipped("point_mass"));
  drag(at(5, 20), at(0, 10));
  QVERIFY(m_editor->selection().target);
  const std::vector<double> target = m_editor->scene()->success->target;
  QVERIFY(near({target[0], target[1]}, {0, 10}, 1.0));
  QVERIFY(near(body("target").position, {target[0], target[1]}));
  QCOMPARE(m_document->titles, QStringList{"Move target"});
}

void TestSceneEditor::aTargetThatIsGoneIsNotDragged() {
  m_editor->setScene(shipped("point_mass"));
  const PickedPart target{PickedPart::Kind::Target, {}, {}};
  QVERIFY(dragPart(*m_canvas, target, ToolEvent{}) != nullptr);
  m_editor->setScene(threeBodies());
  QVERIFY(dragPart(*m_canvas, target, ToolEvent{}) == nullptr);
}

void TestSceneEditor::theWheelZoomsAtTheCursor() {
  const QPointF cursor = m_canvas->pixelOf({2, 0});
  const double before = m_canvas->map().pixelsPerUnit;
  QWheelEvent wheel(cursor, port()->mapToGlobal(cursor), QPoint(), QPoint(0, 240), Qt::NoButton,
                    Qt::NoModifier, Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(port(), &wheel);
  QVERIFY(m_canvas->map().pixelsPerUnit > 1.3 * before);
  const QPointF after = m_canvas->pixelOf({2, 0});
  QVERIFY(std::hypot(after.x() - cursor.x(), after.y() - cursor.y()) < 0.01);
  // What is seen is what is picked.
  click(2, 0);
  QCOMPARE(m_editor->selection().bodies, Ids{"right"});
  key(Qt::Key_F);
  QVERIFY(std::abs(m_canvas->map().pixelsPerUnit - before) < 1e-6);
}

void TestSceneEditor::theViewIsDragged() {
  const QPointF before = m_canvas->pixelOf({0, 0});
  QTest::keyPress(m_canvas, Qt::Key_Space);
  drag(at(-2, 0), at(-2, 0) + QPoint(40, 25));
  QTest::keyRelease(m_canvas, Qt::Key_Space);
  const QPointF moved = m_canvas->pixelOf({0, 0}) - before;
  QVERIFY(std::hypot(moved.x() - 40, moved.y() - 25) < 0.01);
  QVERIFY(m_editor->selection().empty() && m_document->titles.isEmpty());
  key(Qt::Key_H);
  drag(at(-2, 0), at(-2, 0) + QPoint(-40, -25));
  QVERIFY(std::hypot((m_canvas->pixelOf({0, 0}) - before).x(), (m_canvas->pixelOf({0, 0}) - before).y()) <
          0.01);
}

void TestSceneEditor::selectionSurvivesANewScene() {
  click(-2, 0);
  click(2, 0, Qt::ShiftModifier);
  QSignalSpy changed(m_editor.get(), &SceneEditor::selectionChanged);
  m_editor->setScene(threeBodies());
  QCOMPARE(m_editor->selection().bodies, (Ids{"left", "right"}));
  QCOMPARE(changed.count(), 0);
  auto fewer = std::make_shared<Scene>(*threeBodies());
  fewer->bodies.erase(fewer->bodies.begin());
  m_editor->setScene(fewer);
  QCOMPARE(m_editor->selection().bodies, Ids{"right"});
  QCOMPARE(changed.count(), 1);
  SceneSelection unknown;
  unknown.bodies = {"nobody"};
  m_editor->setSelection(unknown);
  QVERIFY(m_editor->selection().empty());
  m_editor->setScene(nullptr);
  click(0, 0);
  key(Qt::Key_Delete);
  QVERIFY(m_document->titles.isEmpty());
}

void TestSceneEditor::removingAndDoublingAreAsked() {
  click(-2, 0);
  key(Qt::Key_D, Qt::ControlModifier);
  QCOMPARE(m_editor->selection().bodies, Ids{"left1"});
  QVERIFY(!near(body("left1").position, body("left").position));
  key(Qt::Key_Delete);
  QVERIFY(!m_editor->scene()->body("left1"));
  QVERIFY(m_editor->selection().empty());
  key(Qt::Key_A, Qt::ControlModifier);
  QCOMPARE(m_editor->selection().bodies.size(), std::size_t{3});
  QCOMPARE(m_document->titles, (QStringList{"Duplicate", "Remove"}));
}

void TestSceneEditor::nothingChangesWhileReadOnly() {
  m_editor->setReadOnly(true);
  drag(at(-2, 0), at(-1, 1));
  QCOMPARE(m_editor->selection().bodies, Ids{"left"});
  for (const int each : {int(Qt::Key_Right), int(Qt::Key_Delete), int(Qt::Key_BracketLeft)}) key(each);
  key(Qt::Key_D, Qt::ControlModifier);
  key(Qt::Key_B);
  QCOMPARE(m_editor->tool(), EditorTool::Select);
  QVERIFY(m_document->titles.isEmpty());
  m_editor->setReadOnly(false);
  key(Qt::Key_Right);
  QCOMPARE(m_document->titles.size(), 1);
}

/// A drag made the file unreadable; taking it back makes it readable again within setReadOnly(true) itself.
void TestSceneEditor::aGestureTakenBackMayLiftReadOnly() {
  const auto lifting = connect(m_editor.get(), &SceneEditor::gestureCancelled, m_editor.get(),
                               [this] { m_editor->setReadOnly(false); });
  drag(at(-2, 0), at(-1, 1), {}, false);
  QVERIFY(m_document->open != 0);
  m_editor->setReadOnly(true);
  QVERIFY(m_document->open == 0);
  QVERIFY(!m_editor->readOnly());
  disconnect(lifting);
  QTest::mouseRelease(port(), Qt::LeftButton, {}, at(-1, 1));
  // The hint gives the reason, and follows another one.
  QSignalSpy hints(m_editor.get(), &SceneEditor::hintChanged);
  m_editor->setReadOnly(true, "The file cannot be read");
  QCOMPARE(hints.last()[0].toString(), QString("The file cannot be read"));
  m_editor->setReadOnly(true);
  QCOMPARE(hints.last()[0].toString(), QString("This drawing cannot be changed now"));
}

void TestSceneEditor::fiveHundredBodiesKeepTheirItems() {
  auto scene = std::make_shared<Scene>();
  scene->name = "many";
  for (int i = 0; i < 500; ++i) {
    Body body;
    body.id = "body" + std::to_string(i);
    body.dynamic = i % 2 == 0;
    body.position = {i % 25, i / 25};
    body.shapes = {{BoxShape{{0, 0}, {0.3, 0.2}, 0}}};
    scene->bodies.push_back(body);
  }
  m_editor->setScene(scene);
  const QList<QGraphicsItem*> before = m_canvas->items();
  QCOMPARE(before.size(), 500);
  const Eigen::Vector2d from = scene->body("body262")->position;
  drag(at(from.x(), from.y()), at(from.x(), from.y()) + QPoint(60, 40));
  QVERIFY(!near(body("body262").position, from));
  QCOMPARE(m_canvas->items(), before);
  // What stands in front is picked first: the last of the list.
  auto stacked = std::make_shared<Scene>(*scene);
  for (Body& each : stacked->bodies) each.position = {3, 3};
  m_editor->setScene(stacked);
  click(3, 3);
  QCOMPARE(m_editor->selection().bodies, Ids{"body499"});
}

QTEST_MAIN(TestSceneEditor)
#include "tst_scene_editor.moc"
