// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <map>

#include "app/documents/recovery_copy.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/field_text.h"
#include "app/forms/design/inspector.h"
#include "app/forms/design/problem_list.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "widgets/editor/robot_templates.h"
#include "widgets/editor/scene_editor.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr int kPatience = 30000;  // ms

struct Opened {
  explicit Opened(const QString& config = {})
      : window({config.isEmpty() ? folder.path() : config, GPS_SCENES, false, {}}) {
    window.resize(1280, 800);
    window.show();
  }
  DesignPage& page() { return *window.designPage(); }
  SceneDocument& document() { return *window.document(); }
  template <class Widget>
  Widget* find(const char* name) {
    return page().findChild<Widget*>(QLatin1String(name));
  }
  /// As a user types into a field and leaves it by Enter.
  void type(const char* field, const QString& text) {
    auto* line = find<QLineEdit>(field);
    QVERIFY2(line, field);
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
    QTest::keyClick(line, Qt::Key_Return);
  }
  void add(const char* action) {
    auto* entry = page().findChild<QAction*>(QStringLiteral("design.add.") + QLatin1String(action));
    QVERIFY2(entry, action);
    entry->trigger();
  }

  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace

/// The design view in the window.
class TestDesign : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void textsOfFieldsReadBack_data();
  void textsOfFieldsReadBack();
  void aFieldIsOneStepAndUndoBringsTheBytesBack();
  void aNumberThatIsNoneStaysInItsField();
  void anEmptiedFieldGoesBackToTheDefault();
  void renamingInTheFormKeepsThePartSelected();
  void aFormThatChangesUnderTheTypingWritesNowhereElse();
  void anEmptyListOffersWhatToAdd();
  void whatIsBeingTypedIsSavedAndLearned();
  void aTaskThatIsNotFinishedOpensAgain();
  void theDrawingAndTheListShareTheSelection();
  void aDragInTheDrawingIsOneStep();
  void everyRobotReadsWhereItIsDropped();
  void removingSaysWhatWentAlong();
  void partsTravelOverTheClipboard();
  void errorsKeepStartOffAndSayWhy();
  void aTaskFromNothingLearns();
  void aChangedTaskBeginsANewRun();
  void unsavedWorkIsOfferedAtTheNextStart();
  void closingWithUnsavedChangesAsks();
  void everyControlHasANameAndATip();
};

void TestDesign::textsOfFieldsReadBack_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<QString>("typed");
  QTest::addColumn<QString>("value");  // as the file says it; empty: refused
  const auto row = [](FieldKind kind, const char* typed, const char* value) {
    QTest::newRow(typed) << static_cast<int>(kind) << QString::fromUtf8(typed) << QString::fromUtf8(value);
  };
  row(FieldKind::Number, "1.50", "1.5");
  row(FieldKind::Number, " -3 ", "-3");
  row(FieldKind::Number, "1e-7", "1e-07");
  row(FieldKind::Number, "1,5", "");
  row(FieldKind::Number, "inf", "");
  row(FieldKind::Number, "nan", "");
  row(FieldKind::WholeNumber, "12", "12");
  row(FieldKind::WholeNumber, "1.5", "");
  row(FieldKind::Point, "1, 2.5", "[1, 2.5]");
  row(FieldKind::Point, "[1 2]", "[1, 2]");
  row(FieldKind::Point, "1", "");
  row(FieldKind::Numbers, "0.1 0.2, 0.3", "[0.1, 0.2, 0.3]");
  row(FieldKind::NumberOrNumbers, "0.5", "0.5");
  row(FieldKind::NumberOrNumbers, "0.5, 1", "[0.5, 1]");
  row(FieldKind::Points, "0, 0; 1, 0; 0, 1", "[[0, 0], [1, 0], [0, 1]]");
  row(FieldKind::Points, "[[0, 0], [1, 0]]", "[[0, 0], [1, 0]]");
  row(FieldKind::Points, "0, 0; 1", "");
}

void TestDesign::textsOfFieldsReadBack() {
  QFETCH(int, kind);
  QFETCH(QString, typed);
  QFETCH(QString, value);
  const auto which = static_cast<FieldKind>(kind);
  const Result<SceneTree> read = fieldValue(which, typed);
  QCOMPARE(read.ok(), !value.isEmpty());
  if (!read) return;
  QCOMPARE(QString::fromStdString(valueText(*read)), value);
  const Result<SceneTree> again = fieldValue(which, fieldText(which, *read));
  QVERIFY(again);
  QCOMPARE(QString::fromStdString(valueText(*again)), value);
}

void TestDesign::aFieldIsOneStepAndUndoBringsTheBytesBack() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  o.window.actions().design->trigger();
  const QByteArray before = o.document().text();
  o.page().select({{{PartKind::Body, "link1"}}, TreePath()});
  o.type("field.position", "0.5, 0.25");
  QCOMPARE(o.document().scene()->body("link1")->position, Eigen::Vector2d(0.5, 0.25));
  QCOMPARE(o.document().history().size(), std::size_t{1});
  QVERIFY(o.window.isWindowModified());
  o.window.actions().undo->trigger();
  QCOMPARE(o.document().text(), before);
  QVERIFY(!o.window.isWindowModified());
  o.window.actions().redo->trigger();
  QCOMPARE(o.find<QLineEdit>("field.position")->text(), QString("0.5, 0.25"));
}

void TestDesign::aNumberThatIsNoneStaysInItsField() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  o.window.actions().design->trigger();
  o.page().select({{{PartKind::Body, "link1"}}, TreePath()});
  o.type("field.angle", "a lot");
  QVERIFY(!o.document().isModified());
  auto* line = o.find<QLineEdit>("field.angle");
  QCOMPARE(line->text(), QString("a lot"));
  QVERIFY(line->property("invalid").toBool());
  QTest::keyClick(line, Qt::Key_Escape);
  QVERIFY(line->text() != QString("a lot"));
}

void TestDesign::anEmptiedFieldGoesBackToTheDefault() {
  Opened o;
  QVERIFY(o.window.openScene("cart_pole"));
  o.window.actions().design->trigger();
  o.page().select({{{PartKind::Joint, "pivot"}}, TreePath()});
  auto* line = o.find<QLineEdit>("field.damping");
  QVERIFY(line);
  line->clear();
  QTest::keyClick(line, Qt::Key_Return);
  QCOMPARE(o.document().scene()->joint("pivot")->damping, 0.0);
  QVERIFY(!o.document().tree().at(TreePath("/joints/1")).contains("damping"));
  QCOMPARE(o.find<QLineEdit>("field.damping")->placeholderText(), QString("0"));
}

void TestDesign::renamingInTheFormKeepsThePartSelected() {
  Opened o;
  QVERIFY(o.window.openScene("cart_pole"));
  o.window.actions().design->trigger();
  o.page().select({{{PartKind::Joint, "pivot"}}, TreePath()});
  o.type("inspector.id", "hinge");
  QVERIFY(o.document().scene()->joint("hinge"));
  QCOMPARE(o.page().selection().parts, (std::vector<PartRef>{{PartKind::Joint, "hinge"}}));
  QVERIFY(o.document().readable());
  o.type("inspector.id", "cart");  // a body has it
  QVERIFY(o.document().scene()->joint("hinge"));
}

void TestDesign::aFormThatChangesUnderTheTypingWritesNowhereElse() {
  Opened o;
  QVERIFY(o.window.openScene("cart_pole"));
  o.window.actions().design->trigger();
  // With the real focus: the form that is taken away loses it, and must not commit to what comes after.
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.page().select({{{PartKind::Body, "cart"}}, TreePath()});
  o.type("inspector.id", "wagon");
  QVERIFY(o.document().scene()->body("wagon"));
  o.page().select({{{PartKind::Condition, o.document().scene()->conditions.front().id}}, TreePath()});
  o.type("inspector.id", "first");
  QCOMPARE(o.document().scene()->conditions.front().id, std::string("first"));

  // Typed, not left, and the part goes: what was typed came first, and the neighbours keep their values.
  o.page().select({{{PartKind::Body, "wagon"}}, TreePath()});
  auto* line = o.find<QLineEdit>("field.position");
  QVERIFY(line);
  line->setFocus();
  line->selectAll();
  QTest::keyClicks(line, "7, 8");
  o.page().removeSelected();
  const auto places = [&o] {
    std::map<std::string, std::string> found;
    for (const SceneTree& body : o.document().tree().at("bodies"))
      found[body.at("id").get<std::string>()] = body.contains("position") ? body.at("position").dump() : "";
    return found;
  };
  QVERIFY(!places().contains("wagon"));
  for (const auto& [id, place] : places()) QVERIFY2(place != "[7,8]", id.c_str());
  o.document().undo();
  QCOMPARE(places().at("wagon"), std::string("[7,8]"));
  o.document().undo();
  QVERIFY(places().at("wagon") != "[7,8]");
}

void TestDesign::anEmptyListOffersWhatToAdd() {
  Opened o;
  o.window.newTask();
  o.page().showCulprit("/bodies");
  auto* button = o.find<QPushButton>("inspector.add.dynamic");
  QVERIFY(button);
  QTest::mouseClick(button, Qt::LeftButton);
  QTRY_COMPARE(o.document().tree().at("bodies").size(), std::size_t{1});
}

void TestDesign::whatIsBeingTypedIsSavedAndLearned() {
  Opened o;
  QVERIFY(o.window.openScene("cart_pole"));
  o.window.actions().design->trigger();
  o.page().select(DesignSelection());
  auto* line = o.find<QLineEdit>("field.horizon");
  QVERIFY(line);
  line->selectAll();
  QTest::keyClicks(line, "77");
  const QString file = o.folder.filePath("mine.scene.json");
  QVERIFY(o.window.saveTaskAs(file));
  QVERIFY(!o.document().isModified());
  const Result<Scene> saved = readScene(file.toStdString());
  QVERIFY(saved.ok());
  QCOMPARE(saved->horizon, 77);
  line = o.find<QLineEdit>("field.horizon");
  line->selectAll();
  QTest::keyClicks(line, "66");
  o.window.showLearn(false);
  QCOMPARE(o.window.runs().front()->setup().task->T, 66);
}

void TestDesign::aTaskThatIsNotFinishedOpensAgain() {
  Opened o;
  o.window.newTask();
  o.add("bodies.dynamic");
  const QString file = o.folder.filePath("begun.scene.json");
  QVERIFY(o.window.saveTaskAs(file));
  o.window.newTask();
  QVERIFY(o.document().scene()->bodies.empty());
  o.window.openWhenAllowed(file);
  QCOMPARE(o.document().path(), file);
  QCOMPARE(o.document().scene()->bodies.size(), std::size_t{1});
  QVERIFY(o.page().isVisible());
}

void TestDesign::theDrawingAndTheListShareTheSelection() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  o.window.actions().design->trigger();
  o.page().select({{{PartKind::Body, "link2"}}, TreePath()});
  QCOMPARE(o.page().view()->selection().bodies, std::vector<std::string>{"link2"});
  SceneSelection other;
  other.joints = {"joint1"};
  o.page().view()->setSelection(other);
  QCOMPARE(o.page().selection().parts, (std::vector<PartRef>{{PartKind::Joint, "joint1"}}));
  QCOMPARE(o.find<Outline>("design.outline")->selected().parts,
           (std::vector<PartRef>{{PartKind::Joint, "joint1"}}));
}

void TestDesign::aDragInTheDrawingIsOneStep() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  o.window.actions().design->trigger();
  const QByteArray before = o.document().text();
  SceneEditor* view = o.page().view();
  Q_EMIT view->gestureBegan(1, "Move mass");
  for (int i = 1; i <= 20; ++i) Q_EMIT view->edited(1, BodiesMoved{{"mass"}, {0.1 * i, 0}});
  QVERIFY(!o.document().history().canUndo());
  Q_EMIT view->gestureEnded(1);
  QCOMPARE(o.document().history().size(), std::size_t{1});
  QCOMPARE(o.document().scene()->body("mass")->position.x(), 2.0);
  o.window.actions().undo->trigger();
  QCOMPARE(o.document().text(), before);
  Q_EMIT view->gestureBegan(2, "Move mass");
  Q_EMIT view->edited(2, BodiesMoved{{"mass"}, {1, 0}});
  Q_EMIT view->gestureCancelled(2);
  QCOMPARE(o.document().text(), before);
  // What the view draws is in the file as a person would write it.
  Q_EMIT view->gestureBegan(3, "Draw a box");
  Q_EMIT view->edited(3, BodyDrawn{BoxShape{{2, 3}, {1, 1}, 0}, false});
  Q_EMIT view->gestureEnded(3);
  QCOMPARE(o.document().scene()->bodies.size(), std::size_t{4});
  QVERIFY(o.document().text().contains("\"position\": [2, 3]"));
}

void TestDesign::everyRobotReadsWhereItIsDropped() {
  const std::vector<RobotTemplate> robots = robotTemplates();
  QVERIFY(robots.size() >= 5);
  quint64 gesture = 0;
  for (const RobotTemplate& robot : robots) {
    Opened o;
    o.window.actions().newTask->trigger();
    // Twice: the second must not clash with the first.
    for (const double x : {0.0, 5.0}) {
      SceneEditor* view = o.page().view();
      Q_EMIT view->gestureBegan(++gesture, "Drop a robot");
      Q_EMIT view->edited(gesture, TemplateDropped{robot.name.toStdString(), robot.links ? 3 : 0, {x, 1}});
      Q_EMIT view->gestureEnded(gesture);
    }
    QVERIFY2(o.document().readable(), qPrintable(robot.name));
    QCOMPARE(o.document().history().size(), std::size_t{2});
    const Scene& scene = *o.document().scene();
    QVERIFY(!scene.actuators.empty() && !scene.state.empty());
    QCOMPARE(scene.state.size(), scene.sensors.size());
    // Only a start and an aim are missing.
    for (const Problem& problem : o.document().problems()) {
      if (problem.severity == Problem::Severity::Warning) continue;
      QVERIFY2(problem.pointer == "/conditions" || problem.pointer == "/costs", problem.what.c_str());
    }
  }
}

void TestDesign::removingSaysWhatWentAlong() {
  Opened o;
  QVERIFY(o.window.openScene("cart_pole"));
  o.window.actions().design->trigger();
  o.page().select({{{PartKind::Body, "pole"}}, TreePath()});
  QSignalSpy noted(&o.page(), &DesignPage::noted);
  o.window.actions().remove->trigger();
  QCOMPARE(noted.count(), 1);
  QVERIFY(noted.first().first().toString().contains("the joint pivot"));
  QVERIFY(o.page().selection().parts.empty());
  o.window.actions().undo->trigger();
  QVERIFY(!o.document().isModified());
}

void TestDesign::partsTravelOverTheClipboard() {
  Opened from, to;
  QVERIFY(from.window.openScene("two_link_arm"));
  from.window.actions().design->trigger();
  from.page().select({{{PartKind::Body, "link1"}, {PartKind::Body, "link2"}}, TreePath()});
  from.window.actions().copy->trigger();
  QVERIFY(to.window.openScene("point_mass"));
  to.window.actions().design->trigger();
  to.window.actions().paste->trigger();
  QCOMPARE(to.document().scene()->joints.size(), std::size_t{1});
  QCOMPARE(to.page().selection().parts.size(), std::size_t{3});
  QGuiApplication::clipboard()->setText("something else");
  QSignalSpy refused(&to.page(), &DesignPage::refused);
  to.window.actions().paste->trigger();
  QCOMPARE(refused.count(), 1);
}

void TestDesign::errorsKeepStartOffAndSayWhy() {
  Opened o;
  o.window.actions().newTask->trigger();
  QVERIFY(!o.window.actions().start->isEnabled());
  QVERIFY(o.window.actions().start->toolTip().contains("no body"));
  auto* problems = o.find<ProblemList>("design.problems");
  QCOMPARE(problems->count(), 5);
  QVERIFY(problems->item(0)->text().contains("no body"));
  // Choosing a line leads to the culprit.
  o.add("bodies.dynamic");
  o.type("field.position", "1, 1");
  QVERIFY(o.document().edit("break", [](TreeEditor& e) {
    return e.replace(TreePath("/bodies/0/angle"), "no");
  }) || o.document().edit("break", [](TreeEditor& e) {
    return e.set(TreePath("/bodies/0"), "angle", "no");
  }));
  o.page().select(DesignSelection());
  Q_EMIT problems->itemClicked(problems->item(0));
  QCOMPARE(o.page().selection().parts, (std::vector<PartRef>{{PartKind::Body, "body1"}}));
}

/// By the outline and the form alone: a mass that is pushed to a place.
void TestDesign::aTaskFromNothingLearns() {
  Opened o;
  o.window.actions().newTask->trigger();
  o.add("bodies.dynamic");
  o.add("actuators.body_force");
  o.type("field.limit", "20");
  o.add("sensors.body_position");
  o.add("sensors.body_velocity");
  o.add("conditions.");
  o.add("costs.action");
  o.type("field.weight", "0.001");
  o.add("costs.state");
  o.type("field.target", "1, 0");
  QVERIFY2(!o.document().hasErrors(),
           o.document().problems().empty() ? "" : o.document().problems()[0].what.c_str());
  QVERIFY(o.window.actions().start->isEnabled());
  o.window.actions().start->trigger();
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  RunSession& run = *o.window.runs().front();
  QTRY_VERIFY_WITH_TIMEOUT(run.history()->iterations() >= 1, kPatience);
  run.stop();
  QTRY_VERIFY_WITH_TIMEOUT(!run.active(), kPatience);
}

void TestDesign::aChangedTaskBeginsANewRun() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  RunSession* first = o.window.runs().front();
  o.window.actions().design->trigger();
  o.window.actions().learn->trigger();
  QCOMPARE(o.window.runs().front(), first);  // nothing was changed
  o.window.actions().design->trigger();
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 50); }));
  o.window.actions().learn->trigger();
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  QCOMPARE(o.window.runs().front()->setup().task->T, 50);
}

void TestDesign::unsavedWorkIsOfferedAtTheNextStart() {
  QTemporaryDir folder;
  QByteArray work;
  {
    Opened o(folder.path());
    QVERIFY(o.window.openScene("reach"));
    QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); }));
    work = o.document().text();
    const QDir unsaved(folder.filePath("unsaved"));
    QTRY_COMPARE_WITH_TIMEOUT(unsaved.entryList({"*.task"}).size(), 1, 2000);
    // While its program lives, nobody else is offered it.
    Opened other(folder.path());
    QVERIFY(!other.window.messages()->keys().contains("recover"));
  }
  // The window is gone without having been closed, as after a crash.
  Opened next(folder.path());
  QVERIFY(next.window.messages()->keys().contains("recover"));
  Q_EMIT next.window.messages()->keepTriggered("recover");
  QCOMPARE(next.document().text(), work);
  QVERIFY(next.document().isModified());
  QCOMPARE(next.window.findChild<QStackedWidget*>()->currentWidget(),
           static_cast<QWidget*>(next.window.designPage()));
  const QString saved = folder.filePath("saved.scene.json");
  QVERIFY(next.window.saveTaskAs(saved));
  QTRY_COMPARE_WITH_TIMEOUT(QDir(folder.filePath("unsaved")).entryList({"*.task"}).size(), 0, 3000);
}

void TestDesign::closingWithUnsavedChangesAsks() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); }));
  QVERIFY(!o.window.close());
  QVERIFY(o.window.messages()->keys().contains("close"));
  Q_EMIT o.window.messages()->actionTriggered("close");
  QTRY_VERIFY(!o.window.isVisible());
  QCOMPARE(QDir(o.folder.filePath("unsaved")).entryList({"*.task"}).size(), 0);
}

void TestDesign::everyControlHasANameAndATip() {
  Opened o;
  QVERIFY(o.window.openScene("peg_insertion"));
  o.window.actions().design->trigger();
  QTest::qWait(50);
  QCOMPARE(o.window.width(), 1280);  // a small screen is wide enough
  std::vector<DesignSelection> places{{{}, TreePath()},
                                      {{}, TreePath("/world")},
                                      {{}, TreePath("/state")},
                                      {{}, TreePath("/success")},
                                      {{}, TreePath("/camera")}};
  for (int kind = 0; kind < kPartKinds; ++kind) {
    const SceneTree& list = partsOf(o.document().tree(), static_cast<PartKind>(kind));
    places.push_back({{{static_cast<PartKind>(kind), idOf(list.at(0))}}, TreePath()});
  }
  for (const DesignSelection& place : places) {
    o.page().select(place);
    for (const QWidget* widget : o.page().findChildren<QWidget*>()) {
      const bool control = qobject_cast<const QAbstractButton*>(widget) ||
                           qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QComboBox*>(widget) ||
                           qobject_cast<const QListWidget*>(widget);
      if (!control || !widget->isVisible() || o.page().view()->isAncestorOf(widget)) continue;
      if (widget->objectName().startsWith("qt_")) continue;  // parts of Qt's own widgets
      QVERIFY2(!widget->objectName().isEmpty(),
               qPrintable(widget->accessibleName() + widget->metaObject()->className()));
      const auto* button = qobject_cast<const QAbstractButton*>(widget);
      const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
                         (widget->parentWidget() && !widget->parentWidget()->accessibleName().isEmpty());
      QVERIFY2(named, qPrintable(widget->objectName()));
      QVERIFY2(!widget->toolTip().isEmpty(), qPrintable(widget->objectName()));
    }
  }
}

QTEST_MAIN(TestDesign)
#include "tst_design.moc"
