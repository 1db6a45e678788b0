// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

namespace gps::ui {

using Shown = std::shared_ptr<const Scene>;

inline Shown shipped(const char* name) {
  const Result<Scene> scene = readScene(std::string(GPS_SCENES) + "/" + name + ".scene.json");
  if (!scene) qFatal("%s", scene.error().text().c_str());
  return std::make_shared<const Scene>(*scene);
}

/// Two boxes and a disc apart from each other, well inside the view.
inline Shown threeBodies() {
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

inline bool near(const Eigen::Vector2d& a, const Eigen::Vector2d& b, double within = 1e-6) {
  return (a - b).norm() <= within;
}

using Ids = std::vector<std::string>;

/// The editor with three bodies, driven with real mouse and key events and answered as a document would.
class EditorFixture {
 protected:
  void open() {
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
  void close() {
    m_document.reset();
    m_editor.reset();
  }

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

}  // namespace gps::ui
