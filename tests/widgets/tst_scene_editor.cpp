// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>
#include <cmath>
#include <numbers>

#include "core/scene/scene_reader.h"
#include "widgets/editor/drags.h"
#include "widgets/editor/editor_canvas.h"
#include "widgets/editor/scene_editor.h"

using namespace gps;
using namespace gps::ui;

namespace {

using Shown = std::shared_ptr<const Scene>;

Shown shipped(const char* name) {
  const Result<Scene> scene = readScene(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return std::make_shared<const Scene>(*scene);
}

/// Two boxes and a disc apart from each other, well inside the view.
Shown threeBodies() {
  auto scene = std::make_shared<Scene>();
  scene->name = "three";
  const auto add = [&](const char* id, Eigen::Vector2d at, Shape shape) {
    Body body;
    body.id = id;
    body.dynamic = true;
    body.position = at;
    body.shapes = {std::move(shape)};
    scene->bodies.push_back(std::move(body));
  };
  add("left", {-2, 0}, {BoxShape{{0, 0}, {0.5, 0.25}, 0}});
  add("right", {2, 0}, {BoxShape{{0, 0}, {0.5, 0.25}, 0}});
  add("disc", {0, 2}, {CircleShape{{0, 0}, 0.4}});
  return scene;
}

/// The document the editor talks to: grants each wish on the scene shown when its gesture began.
class Document : public QObject {
 public:
  explicit Document(SceneEditor& editor) {
    connect(&editor, &SceneEditor::gestureBegan, this, [&](quint64 id, const QString& title) {
      QVERIFY(open == 0);
      QVERIFY(id > last);
      open = last = id;
      titles << title;
      base = editor.scene();
      steps = 0;
    });
    connect(&editor, &SceneEditor::edited, this, [&](quint64 id, const SceneEdit& edit) {
      QCOMPARE(id, open);
      ++steps;
      const Result<Scene> next = applied(*base, edit);
      if (next)
        editor.setScene(std::make_shared<const Scene>(*next));
      else
        ++refused;
    });
    connect(&editor, &SceneEditor::gestureEnded, this, [&](quint64 id) {
      QCOMPARE(id, open);
      open = 0;
      if (steps > 0) undo.push_back(base);
    });
    connect(&editor, &SceneEditor::gestureCancelled, this, [&](quint64 id) {
      QCOMPARE(id, open);
      open = 0;
      editor.setScene(base);
    });
  }
  quint64 open = 0, last = 0;
  int steps = 0, refused = 0;
  QStringList titles;
  Shown base;
  std::vector<Shown> undo;  ///< one entry per gesture
};

bool near(const Eigen::Vector2d& a, const Eigen::Vector2d& b, double within = 1e-6) {
  return (a - b).norm() <= within;
}

using Ids = std::vector<std::string>;

}  // namespace

/// The editor with real mouse and key events, answered as a document would.
class TestSceneEditor : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_editor = std::make_unique<SceneEditor>();
    m_document = std::make_unique<Document>(*m_editor);
    m_editor->resize(960, 640);
    m_editor->setTheme(Theme::light());
    m_editor->setScene(threeBodies());
    m_editor->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_editor.get()));
    m_canvas = m_editor->findChild<EditorCanvas*>();
    m_canvas->setFocus();
  }
  void cleanup() {
    m_document.reset();
    m_editor.reset();
  }

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
  void boxesAndCirclesAreDrawn();
  void aPolygonIsDrawnAndDropped();
  void aPolygonThatIsNotConvexIsRefused();
  void chainsEndOpenOrClosed();
  void shiftKeepsEdgesAtStepsOfFifteenDegrees();
  void jointsTakeAnAnchorAndTwoBodies();
  void jointsOfWhatCannotMoveAreRefused();
  void aRodTiesTwoPlaces();
  void arrowsNudge();
  void numbersTypedInADragAreExact();
  void numberFieldsSetPlaceAndSize();
  void startsOfConditionsAreDragged();
  void startsThatHangOnNothingAreTurned();
  void theTargetIsDragged();
  void aTargetThatIsGoneIsNotDragged();
  void theWheelZoomsAtTheCursor();
  void theViewIsDragged();
  void selectionSurvivesANewScene();
  void tabWalksThroughThePartsAndOn();
  void aBoxIsDrawnByKeysAlone();
  void cornersAreEditedByKeysAlone();
  void cornersEndWithTheirBody();
  void removingAndDoublingAreAsked();
  void nothingChangesWhileReadOnly();
  void aGestureTakenBackMayLiftReadOnly();
  void aRobotIsDroppedWhereOneClicks();
  void everyButtonHasNameAndTip();
  void fiveHundredBodiesKeepTheirItems();

 private:
  QPoint at(double x, double y) const { return m_canvas->pixelOf({x, y}).toPoint(); }
  QWidget* port() const { return m_canvas->viewport(); }
  void click(double x, double y, Qt::KeyboardModifiers keys = {}) {
    QTest::mouseClick(port(), Qt::LeftButton, keys, at(x, y));
  }
  /// Moves the pressed mouse in ten steps.
  void drag(QPoint from, QPoint to, Qt::KeyboardModifiers keys = {}, bool release = true) {
    QTest::mousePress(port(), Qt::LeftButton, keys, from);
    for (int i = 1; i <= 10; ++i) move(from + (to - from) * i / 10, keys);
    if (release) QTest::mouseRelease(port(), Qt::LeftButton, keys, to);
  }
  void move(QPoint to, Qt::KeyboardModifiers keys = {}) {
    QMouseEvent event(QEvent::MouseMove, QPointF(to), port()->mapToGlobal(QPointF(to)), Qt::NoButton,
                      Qt::LeftButton, keys);
    QCoreApplication::sendEvent(port(), &event);
  }
  void key(int key, Qt::KeyboardModifiers keys = {}) {
    QTest::keyClick(m_canvas, static_cast<Qt::Key>(key), keys);
  }
  void type(const char* text) {
    for (const char* c = text; *c; ++c) QTest::keyClick(m_canvas, *c);
  }
  /// The first handle of a kind (and side) on the selection.
  std::optional<Handle> held(Handle::Kind kind, int x = 9, int y = 9) const {
    for (const Handle& handle : handlesOf(*m_canvas)) {
      if (handle.kind == kind && (x == 9 || (handle.x == x && handle.y == y))) return handle;
    }
    return std::nullopt;
  }
  const Body& body(const char* id) const { return *m_editor->scene()->body(id); }

  std::unique_ptr<SceneEditor> m_editor;
  std::unique_ptr<Document> m_document;
  EditorCanvas* m_canvas = nullptr;
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

void TestSceneEditor::boxesAndCirclesAreDrawn() {
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

void TestSceneEditor::aPolygonIsDrawnAndDropped() {
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

void TestSceneEditor::aPolygonThatIsNotConvexIsRefused() {
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

void TestSceneEditor::chainsEndOpenOrClosed() {
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

void TestSceneEditor::shiftKeepsEdgesAtStepsOfFifteenDegrees() {
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

void TestSceneEditor::jointsTakeAnAnchorAndTwoBodies() {
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

void TestSceneEditor::jointsOfWhatCannotMoveAreRefused() {
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

void TestSceneEditor::aRodTiesTwoPlaces() {
  key(Qt::Key_D);
  click(-2, 0);
  click(2, 0);
  const Joint& rod = *m_editor->scene()->joint("rod1");
  const JointPlace place = *placeOf(*m_editor->scene(), rod);
  QVERIFY(near(place.a, {-2, 0}, 0.05) && near(place.b, {2, 0}, 0.05));
}

void TestSceneEditor::arrowsNudge() {
  const double step = gridStep(m_canvas->map());
  click(-2, 0);
  key(Qt::Key_Right);
  QVERIFY(near(body("left").position, {-2 + step, 0}));
  key(Qt::Key_Down, Qt::ShiftModifier);
  QVERIFY(near(body("left").position, {-2 + step, -10 * step}));
  QCOMPARE(m_document->undo.size(), std::size_t{2});
  // A key held down is one step to undo.
  for (int i = 0; i < 4; ++i) {
    QKeyEvent held(QEvent::KeyPress, Qt::Key_Left, {}, QString(), i > 0);
    QCoreApplication::sendEvent(m_canvas, &held);
  }
  QTest::keyRelease(m_canvas, Qt::Key_Left);
  QVERIFY(near(body("left").position, {-2 - 3 * step, -10 * step}));
  QCOMPARE(m_document->undo.size(), std::size_t{3});
}

void TestSceneEditor::numbersTypedInADragAreExact() {
  drag(at(-2, 0), at(-1, 1), {}, false);
  type("0.123,-0.5");
  QVERIFY(near(body("left").position, {-1.877, -0.5}));
  key(Qt::Key_Return);
  QCOMPARE(m_document->undo.size(), std::size_t{1});
  QTest::mouseRelease(port(), Qt::LeftButton, {}, at(-1, 1));
  QVERIFY(near(body("left").position, {-1.877, -0.5}));
  QCOMPARE(m_document->undo.size(), std::size_t{1});
}

void TestSceneEditor::numberFieldsSetPlaceAndSize() {
  click(-2, 0);
  const auto enter = [&](const char* name, const QString& text) {
    auto* field = m_editor->findChild<QLineEdit*>(name);
    QVERIFY(field && field->isVisible());
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  };
  QCOMPARE(m_editor->findChild<QLineEdit*>("editor.pose.x")->text(), QString("-2"));
  enter("editor.pose.x", "-1.5");
  QVERIFY(near(body("left").position, {-1.5, 0}));
  enter("editor.pose.angle", "30");
  QVERIFY(std::abs(body("left").angle - std::numbers::pi / 6) < 1e-9);
  enter("editor.pose.width", "2.5");
  QVERIFY(near(std::get<BoxShape>(body("left").shapes[0].geometry).halfExtents, {1.25, 0.25}));
  QCOMPARE(m_document->undo.size(), std::size_t{3});
  enter("editor.pose.y", "nonsense");
  QCOMPARE(m_document->undo.size(), std::size_t{3});
  QVERIFY(m_editor->findChild<QLineEdit*>("editor.pose.y")->property("invalid").toBool());
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

void TestSceneEditor::tabWalksThroughThePartsAndOn() {
  QVERIFY(m_canvas->hasFocus());
  for (const char* id : {"left", "right", "disc"}) {
    key(Qt::Key_Tab);
    QCOMPARE(m_editor->selection().bodies, Ids{id});
  }
  key(Qt::Key_Backtab, Qt::ShiftModifier);
  QCOMPARE(m_editor->selection().bodies, Ids{"right"});
  key(Qt::Key_Tab);
  key(Qt::Key_Tab);
  QVERIFY(!m_canvas->hasFocus());
}

void TestSceneEditor::aBoxIsDrawnByKeysAlone() {
  const double step = gridStep(m_canvas->map());
  key(Qt::Key_B);
  key(Qt::Key_Down);  // the crosshair appears
  key(Qt::Key_Down, Qt::ShiftModifier);
  key(Qt::Key_Return);
  for (int i = 0; i < 4; ++i) key(Qt::Key_Right);
  for (int i = 0; i < 3; ++i) key(Qt::Key_Up);
  key(Qt::Key_Return);
  QCOMPARE(m_document->titles, QStringList{"Draw box"});
  QVERIFY(near(std::get<BoxShape>(body("box1").shapes[0].geometry).halfExtents, {2 * step, 1.5 * step}));
}

void TestSceneEditor::cornersAreEditedByKeysAlone() {
  const double step = gridStep(m_canvas->map());
  auto scene = std::make_shared<Scene>(*m_editor->scene());
  scene->bodies[0].shapes = {{PolygonShape{{{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}}}}};
  m_editor->setScene(scene);
  const auto corners = [&] { return std::get<PolygonShape>(body("left").shapes[0].geometry).vertices; };
  key(Qt::Key_Tab);
  key(Qt::Key_Return);
  QVERIFY(m_canvas->editsCorners());
  key(Qt::Key_Tab);
  key(Qt::Key_Tab);
  key(Qt::Key_Right);
  QVERIFY(near(corners()[1], {0.5 + step, -0.5}));
  key(Qt::Key_Insert);
  QCOMPARE(corners().size(), std::size_t{5});
  QVERIFY(near(corners()[1], {0.5 + step, -0.5}));
  key(Qt::Key_Delete);
  QCOMPARE(corners().size(), std::size_t{4});
  QCOMPARE(m_document->titles, (QStringList{"Nudge", "Add corner", "Remove corner"}));
  QCOMPARE(m_document->refused, 0);
}

/// An undo takes the body away whose corner the keys held; the keys then move what is selected next.
void TestSceneEditor::cornersEndWithTheirBody() {
  auto scene = std::make_shared<Scene>(*threeBodies());
  Joint hinge;
  hinge.id = "hinge";
  hinge.bodyA = "left";
  hinge.bodyB = "right";
  hinge.anchorA = {2, 0};
  hinge.anchorB = {-2, 0};
  scene->joints.push_back(hinge);
  m_editor->setScene(scene);
  key(Qt::Key_B);
  drag(at(-1, -1.5), at(1, -1));
  QCOMPARE(m_editor->selection().bodies, Ids{"box1"});
  key(Qt::Key_S);
  key(Qt::Key_E);
  key(Qt::Key_Tab);
  QVERIFY(m_canvas->editsCorners());
  QCOMPARE(m_canvas->cornerInHand(), 0);
  m_editor->setScene(m_document->undo.back());
  QVERIFY(!m_canvas->editsCorners());
  QCOMPARE(m_canvas->cornerInHand(), -1);
  SceneSelection joint;
  joint.joints = {"hinge"};
  m_editor->setSelection(joint);
  key(Qt::Key_Right);
  QCOMPARE(m_document->titles.last(), QString("Nudge"));
  QVERIFY(near(m_editor->scene()->joint("hinge")->anchorA, {2 + gridStep(m_canvas->map()), 0}));
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

void TestSceneEditor::aRobotIsDroppedWhereOneClicks() {
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

void TestSceneEditor::everyButtonHasNameAndTip() {
  const QList<QToolButton*> buttons = m_editor->findChildren<QToolButton*>();
  QVERIFY(buttons.size() > 15);
  for (const QToolButton* each : buttons) {
    QVERIFY(!each->objectName().isEmpty());
    QVERIFY2(!each->accessibleName().isEmpty() && !each->toolTip().isEmpty(), qPrintable(each->objectName()));
  }
  for (const QLineEdit* each : m_editor->findChildren<QLineEdit*>())
    QVERIFY2(!each->accessibleName().isEmpty() && !each->toolTip().isEmpty(), qPrintable(each->objectName()));
  click(-2, 0);
  QVERIFY(m_canvas->accessibleDescription().contains("left"));
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
