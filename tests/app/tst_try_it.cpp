// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <cmath>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/try_session.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/editor/try_canvas.h"

using namespace gps;
using namespace gps::ui;

namespace {

struct Opened {
  explicit Opened(const char* scene) : window({folder.path(), GPS_SCENES, false, {}}) {
    window.resize(1280, 800);
    window.show();
    if (scene) {
      window.openScene(QLatin1String(scene));
      window.actions().design->trigger();
    }
  }
  DesignPage& page() { return *window.designPage(); }
  SceneDocument& document() { return *window.document(); }
  TryCanvas& canvas() { return *page().findChild<TryCanvas*>(); }
  /// Time goes by only as the test says.
  TrySession& begin() {
    page().setTrying(true);
    if (page().session()) page().session()->halt();
    return *page().session();
  }
  void pass(double seconds) {
    for (double t = 0; t < seconds; t += 0.02) page().session()->advance(0.02);
  }
  std::size_t bodyIndex(const char* id) {
    const Scene& scene = *document().scene();
    return static_cast<std::size_t>(scene.body(id) - scene.bodies.data());
  }

  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace

/// The sandbox of the design view: everything moves, nothing changes.
class TestTryIt : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void afterwardsTheTaskIsTheSameByteForByte();
  void aBodyFollowsTheMouse();
  void keysAndSlidersDriveActuators();
  void aJointSliderPosesTheMechanism();
  void theSelectedConditionIsTheStart();
  void whatFallsFalls();
  void anArmThatFallsStaysInSight();
  void aTaskWithErrorsSaysWhyNot();
  void smallStepsDoNotHoldUpTheWindow();
  void aChangeOfTheTaskEndsIt();
  void leavingThePageEndsIt();
};

void TestTryIt::afterwardsTheTaskIsTheSameByteForByte() {
  Opened o("pusher");
  const QByteArray before = o.document().text();
  auto* button = o.page().findChild<QToolButton*>("design.try");
  QVERIFY(button && button->isVisible());
  QTest::mouseClick(button, Qt::LeftButton);
  QVERIFY(o.page().trying());
  QVERIFY(o.canvas().isVisible() && !o.page().view()->isVisible());
  QVERIFY(o.page().findChild<QLabel*>("try.title")->text().contains("nothing here changes the task"));
  QVERIFY(!o.page().findChild<QWidget*>("design.outline")->isEnabled());
  o.page().session()->halt();
  const std::vector<Pose> start = o.page().session()->poses();
  o.page().session()->setAction(0, 5.0);
  o.pass(1.0);
  QVERIFY(o.page().session()->poses() .size() == start.size());
  QVERIFY(!o.canvas().grab().isNull());
  QTest::keyClick(&o.canvas(), Qt::Key_Escape);
  QVERIFY(!o.page().trying());
  QVERIFY(o.page().view()->isVisible() && !button->isChecked());
  QCOMPARE(o.document().text(), before);
  QVERIFY(!o.document().isModified());
  QCOMPARE(o.document().history().size(), std::size_t{0});
}

void TestTryIt::aBodyFollowsTheMouse() {
  Opened o("pusher");
  TrySession& session = o.begin();
  const std::size_t box = o.bodyIndex("box");
  const Pose start = session.poses()[box];
  const QPoint from = o.canvas().pixelOf({start.x, start.y}).toPoint();
  const Eigen::Vector2d to(start.x + 0.1, start.y + 0.15);
  QTest::mousePress(&o.canvas(), Qt::LeftButton, {}, from);
  const QPointF there = o.canvas().pixelOf(to);
  QMouseEvent move(QEvent::MouseMove, there, o.canvas().mapToGlobal(there), Qt::NoButton, Qt::LeftButton, {});
  QCoreApplication::sendEvent(&o.canvas(), &move);
  o.pass(1.5);
  const Pose now = session.poses()[box];
  QVERIFY2(std::hypot(now.x - to.x(), now.y - to.y()) < 0.04, qPrintable(QString("%1 %2").arg(now.x).arg(now.y)));
  QTest::mouseRelease(&o.canvas(), Qt::LeftButton, {}, there.toPoint());
  // What stands still cannot be taken; the ground is panned.
  QSignalSpy grabbed(&o.canvas(), &TryCanvas::grabbed);
  QTest::mouseClick(&o.canvas(), Qt::LeftButton, {}, QPoint(3, 3));
  QCOMPARE(grabbed.count(), 0);
}

void TestTryIt::keysAndSlidersDriveActuators() {
  Opened o("cart_pole");
  TrySession& session = o.begin();
  const double limit = session.actionLimit(0);
  o.canvas().setFocus();
  QTest::keyPress(&o.canvas(), Qt::Key_Q);
  QCOMPARE(session.action(0), limit);
  const std::size_t cart = o.bodyIndex("cart");
  const float before = session.poses()[cart].x;
  o.pass(0.3);
  QVERIFY(session.poses()[cart].x > before + 0.01f);
  QTest::keyRelease(&o.canvas(), Qt::Key_Q);
  QCOMPARE(session.action(0), 0.0);
  QTest::keyPress(&o.canvas(), Qt::Key_A);
  QCOMPARE(session.action(0), -limit);
  // A key that is let go in another window counts as let go.
  QFocusEvent out(QEvent::FocusOut, Qt::ActiveWindowFocusReason);
  QCoreApplication::sendEvent(&o.canvas(), &out);
  QCOMPARE(session.action(0), 0.0);
  auto* slider = o.page().findChild<QSlider*>("try.action.push");
  QVERIFY(slider);
  QVERIFY(slider->accessibleName().contains("Q") && slider->accessibleName().contains("A"));
  slider->setValue(slider->maximum());
  QCOMPARE(session.action(0), limit);
  QTest::keyClick(&o.canvas(), Qt::Key_Backspace);
  QCOMPARE(session.action(0), 0.0);
  QCOMPARE(session.time(), 0.0);
  QCOMPARE(slider->value(), slider->maximum() / 2);
}

void TestTryIt::aJointSliderPosesTheMechanism() {
  Opened o("two_link_arm");
  TrySession& session = o.begin();
  const Scene& scene = *o.document().scene();
  const QString name = QStringLiteral("try.joint.") + QString::fromStdString(scene.joints[1].id);
  auto* slider = o.page().findChild<QSlider*>(name);
  QVERIFY(slider);
  const double first = session.coordinates()[0];
  slider->setValue(slider->maximum() * 3 / 4);
  const double wanted = scene.joints[1].limits ? session.coordinates()[1] : std::acos(-1.0) / 2;
  QVERIFY(std::abs(session.coordinates()[1] - wanted) < 0.01);
  QVERIFY(std::abs(session.coordinates()[0] - first) < 1e-4);
}

void TestTryIt::theSelectedConditionIsTheStart() {
  Opened o("obstacle_navigation");
  const Scene& scene = *o.document().scene();
  QVERIFY(scene.conditions.size() > 2);
  for (const std::size_t c : {std::size_t{1}, std::size_t{2}}) {
    o.page().select({{{PartKind::Condition, scene.conditions[c].id}}, TreePath()});
    TrySession& session = o.begin();
    for (const auto& [key, value] : scene.conditions[c].overrides) {
      if (!QString::fromStdString(key).endsWith(".position")) continue;
      const Pose& pose = session.poses()[o.bodyIndex(key.substr(0, key.rfind('.')).c_str())];
      QVERIFY(std::abs(pose.x - value[0]) < 1e-4 && std::abs(pose.y - value[1]) < 1e-4);
    }
    o.page().setTrying(false);
  }
}

void TestTryIt::whatFallsFalls() {
  Opened o(nullptr);
  o.window.newTask();
  QVERIFY(!o.page().trying());
  o.page().setTrying(true);
  QVERIFY(!o.page().trying());  // there is no body
  o.page().addPart(PartKind::Body, "dynamic");
  TrySession& session = o.begin();  // no actuator, sensor, condition or cost: it moves all the same
  for (int i = 0; i < 50; ++i) session.advance(0.02);
  // A body that falls freely for one second has fallen by g/2; Box2D's steps add at most g dt / 2.
  QVERIFY(std::abs(session.poses()[0].y + 4.905) < 0.15);
  QVERIFY(std::abs(session.time() - 1.0) < 0.02);
}

void TestTryIt::anArmThatFallsStaysInSight() {
  Opened o(nullptr);
  o.window.openWhenAllowed(GPS_TEST_FILES "/first_task/3_goal.scene.json");
  QVERIFY(o.document().scene() && o.document().scene()->body("link2"));
  // Above the ground of the drawing there is nothing: it hangs down where no body was at the start.
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/world/gravity"), SceneTree{0, -9.81}); }).ok());
  o.window.actions().design->trigger();
  TrySession& session = o.begin();
  const std::size_t link = o.bodyIndex("link2");
  double lowest = 0.0;
  for (int i = 0; i < 100; ++i) {
    o.pass(0.02);
    const Pose pose = session.poses()[link];
    const Eigen::Vector2d tip(pose.x + 0.3 * std::cos(pose.angle), pose.y + 0.3 * std::sin(pose.angle));
    lowest = std::min(lowest, tip.y());
    QVERIFY2(o.canvas().rect().contains(o.canvas().pixelOf(tip).toPoint()),
             qPrintable(QString("step %1: %2, %3").arg(i).arg(tip.x()).arg(tip.y())));
  }
  QVERIFY(lowest < -0.5);
}

void TestTryIt::aTaskWithErrorsSaysWhyNot() {
  Opened o("reach");
  QVERIFY(o.document().edit("break", [](TreeEditor& e) { return e.replace(TreePath("/bodies/0/id"), 7); }).ok());
  QVERIFY(!o.document().readable());
  QSignalSpy refused(&o.page(), &DesignPage::refused);
  auto* button = o.page().findChild<QToolButton*>("design.try");
  QTest::mouseClick(button, Qt::LeftButton);
  QVERIFY(!o.page().trying() && !button->isChecked());
  QCOMPARE(refused.count(), 1);
  QVERIFY(QString::fromStdString(refused.first().first().value<Error>().what).contains("error"));
}

/// Substeps may be a hundred millionth of a second: in real time no machine gets through one frame of them.
void TestTryIt::smallStepsDoNotHoldUpTheWindow() {
  Opened o("reach");
  QVERIFY(o.document()
              .edit("Small steps",
                    [](TreeEditor& e) -> Status {
                      if (Status done = e.set(TreePath("/world"), "dt", 1e-5); !done) return done;
                      return e.set(TreePath("/world"), "substeps", 1000);
                    })
              .ok());
  QVERIFY(o.document().readable());
  o.page().setTrying(true);
  QVERIFY(o.page().trying());
  const TrySession& session = *o.page().session();
  QTRY_VERIFY(session.time() > 0.0);
  QVERIFY2(session.time() < 0.005, qPrintable(QString::number(session.time())));  // that would be 500 000 substeps
  o.page().setTrying(false);
}

void TestTryIt::aChangeOfTheTaskEndsIt() {
  Opened o("reach");
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); }).ok());
  o.begin();
  o.window.actions().undo->trigger();
  QVERIFY(!o.page().trying());
  QVERIFY(!o.document().isModified());
}

void TestTryIt::leavingThePageEndsIt() {
  Opened o("reach");
  o.begin();
  o.window.actions().learn->trigger();
  QVERIFY(!o.page().trying());
  o.window.actions().design->trigger();
  QVERIFY(o.page().view()->isVisible());
}

QTEST_MAIN(TestTryIt)
#include "tst_try_it.moc"
