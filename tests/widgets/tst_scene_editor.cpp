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
  // The left box's right edge comes near the right box's left edge.
  const double pixel = 1 / m_canvas->map().pixelsPerUnit;
  drag(at(-2, 0), at(-2, 0) + QPoint(static_cast<int>(std::lround(3 / pixel)) - 4, 3));
  QVERIFY2(near(body("left").position, {1, 0}), qPrintable(QString::number(body("left").position.x())));
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
  for (const char* name : {"two_link_arm", "peg_insertion", "obstacle_navigation", "cart_pole"}) {
    const Shown scene = shipped(name);
    m_editor->setScene(scene);
    for (const Body& each : scene->bodies)
      QVERIFY2(QRectF(port()->rect()).contains(m_canvas->pixelOf(each.position)), each.id.c_str());
    QVERIFY(m_editor->summary().contains(QString::number(scene->bodies.size())));
    // Looking changes nothing.
    QVERIFY(m_editor->scene() == scene && m_document->titles.isEmpty());
  }
}

QTEST_MAIN(TestSceneEditor)
#include "tst_scene_editor.moc"
