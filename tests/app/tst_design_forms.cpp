// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QStyleOptionViewItem>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <cmath>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/field_text.h"
#include "app/forms/design/outline.h"
#include "app/forms/design/problem_list.h"
#include "app/main_window.h"
#include "core/plant/cost_probe.h"
#include "core/scene/scene_reader.h"
#include "tests/app/opened_design.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/panels/message_bar.h"

using namespace gps;
using namespace gps::ui;

namespace {

struct Opened : gps::testing::OpenedDesign {
  using OpenedDesign::OpenedDesign;
  void type(const char* field, const QString& text) {
    auto* line = find<QLineEdit>(field);
    QVERIFY2(line, field);
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
    QTest::keyClick(line, Qt::Key_Return);
  }
  std::string value(const char* pointer) { return document().tree().at(TreePath(pointer)).dump(); }
};

}  // namespace

/// What forms and list of the design view show, and what they let one type.
class TestDesignForms : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void anglesAreTypedInDegrees();
  void anAngleMayBeGivenInRadians();
  void longNumbersAreShownShortAndKeptExact();
  void typesAreCalledByTheirNames();
  void aFixedBodyHasNoSpeeds();
  void f2RenamesInTheList();
  void anEditKeepsTheFocusOnThePage();
  void anArmsTipIsItsFarEnd();
  void aMissingSuccessTestIsSaid();
  void theKindOfNewBodiesIsWritten();
  void aMessageMovesNothing();
  void tickBoxesAreSeenInBothThemes();
  void aRobotsTipIsTraced();
  void aTermSaysWhatItIsWorth();
  void aTermsMapIsDrawnAndTakenAway();
  void aTermIsJudgedAlongTheLastRollout();
};

void TestDesignForms::anglesAreTypedInDegrees() {
  Opened o("cart_pole");
  o.select(PartKind::Body, "pole");
  o.type("field.angle", "90");
  QVERIFY(std::abs(o.document().scene()->body("pole")->angle - std::acos(-1.0) / 2) < 1e-11);
  QCOMPARE(o.find<QLineEdit>("field.angle")->text(), QString("90"));
  // A hinge's limits are angles, a slider's lengths.
  o.select(PartKind::Joint, "pivot");
  o.type("field.limits", "-180, 45");
  QVERIFY(std::abs(o.document().scene()->joint("pivot")->limits->y() - std::acos(-1.0) / 4) < 1e-11);
  o.select(PartKind::Joint, "slide");
  o.type("field.limits", "-1, 2");
  QCOMPARE(*o.document().scene()->joint("slide")->limits, Eigen::Vector2d(-1, 2));
}

void TestDesignForms::anAngleMayBeGivenInRadians() {
  Opened o("cart_pole");
  o.select(PartKind::Body, "pole");
  o.type("field.angle", "0.3 rad");
  QCOMPARE(o.document().scene()->body("pole")->angle, 0.3);
  const FieldAngles first{false, {true, false}};
  const Result<SceneTree> mixed = fieldValue(FieldKind::Numbers, "0.25 rad, 3", first);
  QVERIFY(mixed);
  QCOMPARE(mixed->dump(), std::string("[0.25,3]"));
  QVERIFY(!fieldValue(FieldKind::Number, "0.3 rad"));  // a length
}

void TestDesignForms::longNumbersAreShownShortAndKeptExact() {
  Opened o("reach");
  QVERIFY(o.document().edit("x", [](TreeEditor& e) {
    return e.set(TreePath("/bodies/1"), "position", SceneTree::array({0.123456789, 12345.678}));
  }).ok());
  const QByteArray before = o.document().text();
  o.page().select({{{PartKind::Body, idOf(o.document().tree()["bodies"][1])}}, TreePath()});
  auto* line = o.find<QLineEdit>("field.position");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  QCOMPARE(line->text(), QString("0.1235, 12346"));
  line->setFocus();
  QTRY_COMPARE(line->text(), QString("0.123456789, 12345.678"));
  QTest::keyClick(line, Qt::Key_Return);  // nothing was typed
  o.find<QLineEdit>("field.angle")->setFocus();
  QTRY_COMPARE(line->text(), QString("0.1235, 12346"));
  QCOMPARE(o.document().text(), before);
}

void TestDesignForms::typesAreCalledByTheirNames() {
  Opened o("reach");
  o.page().select({{{PartKind::Joint, "joint1"}}, TreePath()});
  auto* type = o.find<QComboBox>("inspector.type");
  QCOMPARE(type->currentText(), QString("Hinge"));
  o.page().select({{{PartKind::Cost, idOf(o.document().tree()["costs"][0])}}, TreePath()});
  for (const QComboBox* combo : o.page().findChildren<QComboBox*>()) {
    if (!combo->isVisible() || !combo->objectName().startsWith("field.")) continue;
    const bool ids = combo->objectName() == "field.sensor" || combo->objectName() == "field.target_body";
    for (int i = 0; i < combo->count() && !ids; ++i)
      QVERIFY2(combo->itemText(i).at(0).isUpper(), qPrintable(combo->objectName() + " " + combo->itemText(i)));
  }
}

void TestDesignForms::aFixedBodyHasNoSpeeds() {
  Opened o(nullptr);
  o.page().addPart(PartKind::Body, "static");
  QVERIFY(o.find<QLineEdit>("field.position"));
  for (const char* name : {"field.velocity", "field.linear_damping", "field.load"}) QVERIFY(!o.find<QLineEdit>(name));
  auto* type = o.find<QComboBox>("inspector.type");
  type->setCurrentIndex(type->findText("Moving"));
  Q_EMIT type->activated(type->currentIndex());
  QTRY_VERIFY(o.find<QLineEdit>("field.velocity"));
  o.type("field.load", "0, -1");
  type = o.find<QComboBox>("inspector.type");
  Q_EMIT type->activated([&] {
    type->setCurrentIndex(type->findText("Fixed"));
    return type->currentIndex();
  }());
  QTRY_VERIFY(!o.find<QLineEdit>("field.velocity"));
  QVERIFY(o.find<QLineEdit>("field.load"));  // the file has it, so it can be taken out
}

void TestDesignForms::f2RenamesInTheList() {
  Opened o("cart_pole");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.select(PartKind::Joint, "pivot");
  o.outline().setFocus();
  QTest::keyClick(&o.outline(), Qt::Key_F2);
  auto* editor = o.outline().viewport()->findChild<QLineEdit*>();
  QVERIFY(editor);
  QTest::keyClicks(editor, "elbow");
  QTest::keyClick(editor, Qt::Key_Return);
  QTRY_VERIFY(o.document().scene()->joint("elbow"));
  QCOMPARE(o.page().selection().parts, (std::vector<PartRef>{{PartKind::Joint, "elbow"}}));
  // A name that is taken leaves both as they are, and the list says the old one.
  QTRY_VERIFY(o.item("elbow"));
  o.item("elbow")->setText(0, "cart");
  QTRY_VERIFY(o.item("elbow"));
  QVERIFY(o.document().scene()->joint("elbow") && o.document().scene()->body("cart"));
  // By a double click, too.
  QTreeWidgetItem* item = o.item("elbow");
  const QRect row = o.outline().visualItemRect(item);
  const QPoint at(row.left() + 12, row.center().y());  // on its name
  QTest::mouseClick(o.outline().viewport(), Qt::LeftButton, {}, at);
  QTest::mouseDClick(o.outline().viewport(), Qt::LeftButton, {}, at);
  QVERIFY(o.outline().viewport()->findChild<QLineEdit*>());
}

void TestDesignForms::anEditKeepsTheFocusOnThePage() {
  Opened o("reach");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  const auto inside = [&o] {
    const QWidget* focus = QApplication::focusWidget();
    return focus && o.page().isAncestorOf(focus);
  };
  // A form that is made anew: another type of joint has other fields.
  o.select(PartKind::Joint, "joint1");
  auto* type = o.find<QComboBox>("inspector.type");
  type->setFocus();
  QVERIFY(inside());
  type->setCurrentIndex(type->findText("Weld"));
  Q_EMIT type->activated(type->currentIndex());
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  QVERIFY(inside());
  QCOMPARE(QApplication::focusWidget()->objectName(), QString("inspector.type"));
  o.document().undo();
  QVERIFY(inside());
  // A button that is switched off by what it did.
  auto* remove = o.find<QToolButton>("design.remove");
  o.select(PartKind::Body, "link3");
  remove->setFocus();
  QTest::keyClick(remove, Qt::Key_Space);
  QVERIFY(!remove->isEnabled());
  QVERIFY(inside());
}

void TestDesignForms::anArmsTipIsItsFarEnd() {
  Opened o(nullptr);
  SceneEditor* view = o.page().view();
  Q_EMIT view->gestureBegan(1, "Drop a robot");
  Q_EMIT view->edited(1, TemplateDropped{"arm", 2, {1, 0}});
  Q_EMIT view->gestureEnded(1);
  o.page().select(DesignSelection());
  o.page().addPart(PartKind::Sensor, "point_position");
  const Sensor& sensor = o.document().scene()->sensors.back();
  QCOMPARE(sensor.targets.front(), std::string("link2"));
  QVERIFY((sensor.point - Eigen::Vector2d(0.3, 0)).norm() < 1e-9);
  o.page().select(DesignSelection());
  o.page().addPart(PartKind::Cost, "end_effector");
  const CostTermSpec& cost = o.document().scene()->costs.back();
  QVERIFY((cost.points.front() - Eigen::Vector2d(0.3, 0)).norm() < 1e-9);
  // A target one can reach and see, not the world's origin: almost as far from the shoulder as the tip.
  const Eigen::Vector2d target(cost.target[0], cost.target[1]);
  QVERIFY(std::abs((target - Eigen::Vector2d(1, 0)).norm() - 0.95 * 0.6) < 1e-3);
  for (const Problem& problem : o.document().problems()) QVERIFY(problem.pointer.find("/costs/0") == std::string::npos);
}

void TestDesignForms::aMissingSuccessTestIsSaid() {
  Opened o("reach");
  const auto said = [&o] {
    for (const Problem& problem : o.document().problems()) {
      if (problem.pointer == "/success") return problem.severity == Problem::Severity::Warning;
    }
    return false;
  };
  QVERIFY(!said());
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.remove(TreePath("/success")); }).ok());
  QVERIFY(said());
  QVERIFY(!o.document().hasErrors());  // it can be learned all the same
  o.page().showCulprit("/success");
  auto* add = o.find<QPushButton>("object.switch");
  QVERIFY(add);
  QTest::mouseClick(add, Qt::LeftButton);
  QVERIFY(!said());
}

void TestDesignForms::theKindOfNewBodiesIsWritten() {
  Opened o("reach");
  auto* kind = o.find<QToolButton>("editor.dynamic");
  QCOMPARE(kind->text(), QString("Moving"));
  QCOMPARE(kind->toolButtonStyle(), Qt::ToolButtonTextBesideIcon);  // also in a window of 1280 pixels
  QTest::mouseClick(kind, Qt::LeftButton);
  QCOMPARE(kind->text(), QString("Fixed"));
  o.page().view()->setTool(EditorTool::Box);
  QCOMPARE(kind->text(), QString("Fixed"));  // the last choice
  QTest::mouseClick(kind, Qt::LeftButton);
  o.page().view()->setTool(EditorTool::Chain);
  QCOMPARE(kind->text(), QString("Fixed"));  // a wall of lines cannot move
  o.page().view()->setTool(EditorTool::Box);
  QCOMPARE(kind->text(), QString("Moving"));
}

void TestDesignForms::aMessageMovesNothing() {
  Opened o("reach");
  QTest::qWait(20);
  const QRect before = o.page().geometry();
  const QPoint place = o.page().view()->mapTo(&o.window, QPoint());
  o.window.messages()->post("test", Severity::Warning, Error{"Something is odd.", "somewhere", "Mend it."});
  QTest::qWait(20);
  MessageBar* bar = o.window.messages();
  QVERIFY(bar->isVisible());
  QCOMPARE(o.page().geometry(), before);
  QCOMPARE(o.page().view()->mapTo(&o.window, QPoint()), place);
  // It lies within the page, below the page's own tools, and all its text fits.
  const QRect shown(bar->mapTo(&o.window, QPoint()), bar->size());
  QVERIFY(shown.left() >= 0 && shown.right() < o.window.width());
  QVERIFY(bar->height() >= bar->layout()->totalHeightForWidth(bar->width()));
  auto* tools = o.find<QWidget>("editor.tools");
  QVERIFY(shown.top() >= tools->mapTo(&o.window, QPoint(0, tools->height() - 8)).y());
  o.window.resize(1000, 700);
  QTest::qWait(20);
  QVERIFY(bar->mapTo(&o.window, QPoint(bar->width(), 0)).x() <= 1000);
}

void TestDesignForms::tickBoxesAreSeenInBothThemes() {
  for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
    Opened o("reach", choice);
    const std::string id = idOf(o.document().tree()["costs"][0]);
    QVERIFY(o.document().edit("off", [](TreeEditor& e) { return e.set(TreePath("/costs/0"), "enabled", false); }).ok());
    QTreeWidgetItem* item = o.item(id.c_str());
    QVERIFY(item);
    o.outline().scrollToItem(item);
    QCOMPARE(item->checkState(0), Qt::Unchecked);
    const QRect row = o.outline().visualItemRect(item);
    const QImage image = o.outline().viewport()->grab(QRect(0, row.top(), 60, row.height())).toImage();
    const QColor ground = Theme::current().panel;
    double best = 1.0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < 34; ++x) best = std::max(best, contrastRatio(image.pixelColor(x, y), ground));
    }
    QVERIFY2(best >= 3.0, qPrintable(QString::number(best)));
  }
}

void TestDesignForms::aRobotsTipIsTraced() {
  Opened o(nullptr);
  SceneEditor* view = o.page().view();
  Q_EMIT view->gestureBegan(1, "Drop a robot");
  Q_EMIT view->edited(1, TemplateDropped{"arm", 3, {0, 0}});
  Q_EMIT view->gestureEnded(1);
  QCOMPARE(o.document().scene()->camera.trace, std::string("tip"));
  // What the user chose stays.
  Q_EMIT view->gestureBegan(2, "Drop a robot");
  Q_EMIT view->edited(2, TemplateDropped{"quadrotor", 0, {2, 0}});
  Q_EMIT view->gestureEnded(2);
  QCOMPARE(o.document().scene()->camera.trace, std::string("tip"));
}

void TestDesignForms::aTermSaysWhatItIsWorth() {
  Opened o("obstacle_navigation");
  const Scene& scene = *o.document().scene();
  const auto probe = CostProbe::make(scene, 0);
  QVERIFY(probe.ok());
  for (int term = 0; term < probe->terms(); ++term) {
    o.select(PartKind::Cost, scene.costs[static_cast<std::size_t>(term)].id.c_str());
    auto* start = o.find<QLabel>("term.start");
    QVERIFY(start && start->isVisible());
    const QString number = start->text().section(' ', 0, 0);
    QVERIFY(std::abs(number.toDouble() - probe->atStart(term)) <= 1e-3 * std::abs(probe->atStart(term)) + 1e-9);
    auto* map = o.find<QPushButton>("term.map");
    QCOMPARE(map->isVisible(), probe->placeOf(term).has_value());
    if (!map->isVisible()) QVERIFY(o.find<QLabel>("term.note")->text().contains("not"));
  }
  // It follows the weight that is typed.
  const double before = o.find<QLabel>("term.start")->text().section(' ', 0, 0).toDouble();
  const double weight = scene.costs.back().weight;
  o.type("field.weight", QString::number(2 * weight));
  const double after = o.find<QLabel>("term.start")->text().section(' ', 0, 0).toDouble();
  QVERIFY(std::abs(after - 2 * before) <= 2e-3 * std::abs(after) + 1e-9);
}

void TestDesignForms::aTermsMapIsDrawnAndTakenAway() {
  Opened o("obstacle_navigation");
  const Scene& scene = *o.document().scene();
  const auto probe = CostProbe::make(scene, 0);
  int shown = -1;
  for (int term = 0; term < probe->terms(); ++term) {
    if (probe->placeOf(term)) shown = term;
  }
  QVERIFY(shown >= 0);
  o.select(PartKind::Cost, scene.costs[static_cast<std::size_t>(shown)].id.c_str());
  const QImage plain = o.page().view()->grab().toImage();
  auto* map = o.find<QPushButton>("term.map");
  QTest::mouseClick(map, Qt::LeftButton);
  QVERIFY(!o.page().view()->heatMap().empty());
  QVERIFY(o.page().view()->grab().toImage() != plain);
  QVERIFY(o.page().view()->heatMap().high() > o.page().view()->heatMap().low());
  // Another selection has no map; coming back, it is there again.
  o.select(PartKind::Body, scene.bodies.front().id.c_str());
  QVERIFY(o.page().view()->heatMap().empty());
  o.select(PartKind::Cost, scene.costs[static_cast<std::size_t>(shown)].id.c_str());
  QVERIFY(!o.page().view()->heatMap().empty());
  map = o.find<QPushButton>("term.map");
  QVERIFY(map->isChecked());
  QTest::mouseClick(map, Qt::LeftButton);
  QVERIFY(o.page().view()->heatMap().empty());
  QCOMPARE(o.document().history().size(), std::size_t{0});
}

void TestDesignForms::aTermIsJudgedAlongTheLastRollout() {
  Opened o("point_mass");
  const std::shared_ptr<const Scene> scene = o.document().scene();
  auto rollout = std::make_shared<Rollout>();
  const auto probe = CostProbe::make(*scene, 0);
  QVERIFY(probe.ok());
  int dX = 0;
  for (const std::string& id : scene->state) dX += scene->sensor(id)->size();
  rollout->trajectory.X = RowMatrix::Constant(7, dX, 0.5);
  rollout->trajectory.U = RowMatrix::Constant(7, static_cast<Eigen::Index>(scene->actuators.size()), 2.0);
  o.page().setLearned({"MDGPS, iteration 3", scene, {scene->conditions[0].id}, {rollout}});
  o.select(PartKind::Cost, scene->costs[0].id.c_str());
  auto* run = o.find<QLabel>("term.run");
  QVERIFY(run->isVisible() && run->text().contains("MDGPS, iteration 3"));
  const double shown = run->text().section(' ', 0, 0).toDouble(), wanted = *probe->along(0, rollout->trajectory);
  QVERIFY(std::abs(shown - wanted) <= 1e-3 * std::abs(wanted) + 1e-9);
  // With another state the numbers of the run would mean something else.
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.move(TreePath("/state"), 0, 1); }).ok());
  o.select(PartKind::Cost, scene->costs[0].id.c_str());
  QVERIFY(!o.find<QLabel>("term.run")->isVisible());
}

QTEST_MAIN(TestDesignForms)
#include "tst_design_forms.moc"
