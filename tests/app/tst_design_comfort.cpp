// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/field_units.h"
#include "app/forms/design/outline.h"
#include "app/main_window.h"
#include "core/plant/cost_probe.h"
#include "tests/app/keyboard.h"
#include "tests/app/opened_design.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/panels/message_bar.h"

using namespace gps;
using namespace gps::ui;
using gps::testing::Keyboard;

namespace {

struct Opened : gps::testing::OpenedDesign {
  explicit Opened(const char* scene = nullptr) : OpenedDesign(scene), keys(window) {}
  void edit(const char* title, const std::function<Status(TreeEditor&)>& command) {
    const Status done = document().edit(title, command);
    QVERIFY(done.ok());
  }

  Keyboard keys;
};

}  // namespace

/// What a newcomer with only the program and its first pages stumbles over.
class TestDesignComfort : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void afterEnterUndoIsTheTasks();
  void afterEnterUndoIsTheTasksBelowTheDrawing();
  void aChosenConditionLeavesNoBodyChosen();
  void whatWasAddedLastIsInSight();
  void termsSayTheirWorthInTheList();
  void aSpreadOfMixedUnitsSaysEach();
  void theWheelChangesNoChoice();
  void keysOpenTheListOfWhatCanBeAdded();
  void f8WorksFromTheToolBar();
  void theListOfKeysFitsASmallScreen();
  void unsavedWorkCanBeDiscarded();
  void toolsDoNotJump();
  void anEmptyDrawingSaysWhatToDo();
};

void TestDesignComfort::afterEnterUndoIsTheTasks() {
  Opened o("point_mass");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.page().select({{}, TreePath()});
  const QByteArray before = o.document().text();
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.horizon", "37"));
  QCOMPARE(o.document().scene()->horizon, 37);
  // Typing that is not taken yet is the field's own to take back.
  QCOMPARE(o.keys.focusName(), QString("field.horizon"));
  o.keys.type("5");
  o.keys.press(Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(o.document().scene()->horizon, 37);
  QCOMPARE(o.find<QLineEdit>("field.horizon")->text(), QString("37"));
  o.keys.press(Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(o.document().text(), before);
  QCOMPARE(o.find<QLineEdit>("field.horizon")->text(), QString("100"));
  QCOMPARE(o.keys.focusName(), QString("field.horizon"));
  o.keys.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  QCOMPARE(o.document().scene()->horizon, 37);
  QCOMPARE(o.find<QLineEdit>("field.horizon")->text(), QString("37"));
}

void TestDesignComfort::afterEnterUndoIsTheTasksBelowTheDrawing() {
  Opened o("obstacle_navigation");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  const std::string id = o.document().scene()->bodies.front().id;
  o.select(PartKind::Body, id.c_str());
  const QByteArray before = o.document().text();
  QVERIFY(o.keys.enter("editor.pose.x", "0.75"));
  QVERIFY(o.document().text() != before);
  QCOMPARE(o.keys.focusName(), QString("editor.pose.x"));
  o.keys.press(Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(o.document().text(), before);
}

void TestDesignComfort::aChosenConditionLeavesNoBodyChosen() {
  Opened o("obstacle_navigation");
  const std::string body = o.document().scene()->bodies.front().id;
  o.select(PartKind::Body, body.c_str());
  QCOMPARE(o.page().view()->selection().bodies.size(), std::size_t{1});
  const std::string start = o.document().scene()->conditions.front().id;
  o.select(PartKind::Condition, start.c_str());
  QVERIFY(o.page().view()->selection().bodies.empty());
  // A ghost that is dragged stays chosen with its condition.
  const std::string other = o.document().scene()->conditions.at(1).id;
  SceneSelection ghost;
  ghost.starts.push_back({other, "disc"});
  for (const Body& each : o.document().scene()->bodies) {
    if (each.dynamic) ghost.starts.back().body = each.id;
  }
  o.page().view()->setSelection(ghost);
  QCOMPARE(o.page().view()->selection().starts.size(), std::size_t{1});
  QCOMPARE(o.page().selection().parts, (std::vector<PartRef>{{PartKind::Condition, other}}));
  o.edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 33); });
  QCOMPARE(o.page().view()->selection().starts.size(), std::size_t{1});
}

void TestDesignComfort::whatWasAddedLastIsInSight() {
  Opened o("two_link_arm");
  QVERIFY(QTest::qWaitForWindowExposed(&o.window));
  const auto seen = [&o] {
    const QTreeWidgetItem* current = o.outline().currentItem();
    const QRect at = current ? o.outline().visualItemRect(current) : QRect();
    return at.isValid() && at.top() >= 0 && at.bottom() < o.outline().viewport()->height();
  };
  for (int i = 0; i < 6; ++i) {
    o.page().addPart(PartKind::Cost, "action");
    QVERIFY(o.outline().currentItem() && o.outline().currentItem()->text(0).startsWith("effort"));
    QTRY_VERIFY(seen());
  }
}

void TestDesignComfort::termsSayTheirWorthInTheList() {
  Opened o("obstacle_navigation");
  const Scene& scene = *o.document().scene();
  QVERIFY(!scene.costs.empty());
  const std::string term = scene.costs.front().id;
  const auto worth = [&o, &term](int condition) {
    const Result<CostProbe> probe = CostProbe::make(*o.document().scene(), condition);
    return probe->atStart(*probe->find(term));
  };
  const double first = o.item(term.c_str())->text(1).toDouble();
  QVERIFY2(std::abs(first - worth(0)) <= 1e-3 * std::abs(worth(0)), qPrintable(o.item(term.c_str())->text(1)));
  QVERIFY(o.item(term.c_str())->toolTip(1).contains(QString::fromStdString(scene.conditions.front().id)));
  // Of the condition chosen last.
  o.select(PartKind::Condition, scene.conditions.at(2).id.c_str());
  QVERIFY(o.item(term.c_str())->toolTip(1).contains(QString::fromStdString(scene.conditions.at(2).id)));
  const double third = o.item(term.c_str())->text(1).toDouble();
  QVERIFY(std::abs(third - worth(2)) <= 1e-3 * std::abs(worth(2)));
  // With errors nobody knows: the list says the kind again.
  o.edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), -1); });
  bool number = false;
  o.item(term.c_str())->text(1).toDouble(&number);
  QVERIFY(!number);
}

void TestDesignComfort::aSpreadOfMixedUnitsSaysEach() {
  const SceneTree tree = SceneTree::parse(R"({"joints": [{"id": "j", "type": "revolute"}]})");
  SceneTree start = SceneTree::parse(R"({"overrides": {"box.position": [0, 1], "j.angle": 0.3}, "spread": 0.1})");
  const QString words = spreadText(tree, start);
  QVERIFY2(words.contains("0.1 m for box position"), qPrintable(words));
  QVERIFY2(words.contains(QString::fromUtf8("5.73 ° for j angle")), qPrintable(words));
  start["overrides"].erase("box.position");
  QCOMPARE(spreadText(tree, start), QString());  // the field's own unit says it
  start["spread"] = 0;
  QCOMPARE(spreadText(tree, start), QString());
}

void TestDesignComfort::theWheelChangesNoChoice() {
  Opened o("pusher");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.select(PartKind::Joint, "joint1");
  const QByteArray before = o.document().text();
  for (QComboBox* box : o.find<QWidget>("design.inspector")->findChildren<QComboBox*>()) {
    QWheelEvent wheel(QPointF(5, 5), box->mapToGlobal(QPointF(5, 5)), {}, QPoint(0, -120), Qt::NoButton, {},
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(box, &wheel);
    QVERIFY(!wheel.isAccepted());
  }
  QCOMPARE(o.document().text(), before);
}

void TestDesignComfort::keysOpenTheListOfWhatCanBeAdded() {
  Opened o("reach");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.page().select({{}, TreePath("/suggested")});
  const QByteArray before = o.document().text();
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.tabTo("suggested.add.all"));
  o.keys.press(Qt::Key_Down);
  QCOMPARE(o.document().text(), before);
  auto* add = o.find<QComboBox>("suggested.add.all");
  QTRY_VERIFY(add->view()->isVisible());
  const QString next = add->itemData(1).toString();
  QVERIFY(!o.document().tree().at(TreePath("/suggested/all")).contains(next.toStdString()));
  o.keys.press(Qt::Key_Down);
  o.keys.press(Qt::Key_Return);
  QTRY_VERIFY(o.document().tree().at(TreePath("/suggested/all")).contains(next.toStdString()));
  QVERIFY(!QApplication::activePopupWidget());
}

void TestDesignComfort::f8WorksFromTheToolBar() {
  Opened o("point_mass");
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  QVERIFY(o.keys.tabTo("run.start"));
  o.keys.press(Qt::Key_F8);
  QVERIFY(o.page().trying());
  o.keys.press(Qt::Key_F8);
  QVERIFY(!o.page().trying());
  o.window.showLearn(false);
  o.keys.press(Qt::Key_F8);
  QVERIFY(!o.page().trying());
}

void TestDesignComfort::theListOfKeysFitsASmallScreen() {
  Opened o("point_mass");
  o.window.actions().keys->trigger();
  auto* box = o.window.findChild<QMessageBox*>("dialog.keys");
  QVERIFY(box);
  QTRY_VERIFY(box->isVisible());
  for (const char* key : {"F8", "F5", "Ctrl+Z", "Alt+1", "Arrows"}) QVERIFY2(box->text().contains(key), key);
  QVERIFY2(box->height() <= 680 && box->width() <= 1200,
           qPrintable(QString("%1 x %2").arg(box->width()).arg(box->height())));
}

void TestDesignComfort::unsavedWorkCanBeDiscarded() {
  QTemporaryDir folder;
  {
    MainWindow window({folder.path(), GPS_SCENES, false, {}});
    QVERIFY(window.openScene("reach"));
    QVERIFY(window.document()->edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); }).ok());
    QTRY_COMPARE(QDir(folder.filePath("unsaved")).entryList({"*.task"}).size(), 1);
  }
  MainWindow next({folder.path(), GPS_SCENES, false, {}});
  next.show();
  QVERIFY(next.messages()->keys().contains("recover"));
  auto* discard = next.findChild<QPushButton*>("message.recover.action");
  QVERIFY(discard);
  QCOMPARE(discard->text(), QString("Discard"));
  discard->click();
  QVERIFY(!next.messages()->keys().contains("recover"));
  QCOMPARE(QDir(folder.filePath("unsaved")).entryList({"*.task"}).size(), 0);
}

void TestDesignComfort::toolsDoNotJump() {
  Opened o;
  QVERIFY(QTest::qWaitForWindowExposed(&o.window));
  auto* dynamic = o.find<QToolButton>("editor.dynamic");
  const auto* snap = o.find<QToolButton>("editor.snap");
  QVERIFY(dynamic->isEnabled());
  QCoreApplication::processEvents();
  const QString words = dynamic->text();
  const QPoint before = snap->pos();
  dynamic->click();
  QCoreApplication::processEvents();
  QVERIFY(dynamic->text() != words);
  QCOMPARE(snap->pos(), before);
}

void TestDesignComfort::anEmptyDrawingSaysWhatToDo() {
  Opened o;
  auto* hint = o.find<QLabel>("editor.hint");
  QVERIFY2(hint->toolTip().contains("robot"), qPrintable(hint->toolTip()));
  o.page().addPart(PartKind::Body, "dynamic");
  o.page().select({});
  QVERIFY2(!hint->toolTip().contains("robot"), qPrintable(hint->toolTip()));
}

QTEST_MAIN(TestDesignComfort)
#include "tst_design_comfort.moc"
