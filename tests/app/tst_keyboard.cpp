// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QButtonGroup>
#include <QComboBox>
#include <QGraphicsView>
#include <QLineEdit>
#include <QPointer>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QtTest>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/run_panel.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "tests/app/keyboard.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/panels/parameter_form.h"

using namespace gps;
using namespace gps::ui;
using gps::testing::Keyboard;

namespace {

constexpr int kPatience = 120000;  // ms; no test depends on the machine's speed

struct Opened {
  Opened() : window({folder.path(), GPS_SCENES, false, {}}), keys(window) {
    window.resize(1280, 800);
    window.show();
  }
  QTemporaryDir folder;
  MainWindow window;
  Keyboard keys;
};

QByteArray bytesOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What Tab should reach: visible, enabled, and no inner part of one of Qt's own widgets.
std::vector<const QWidget*> controlsOf(const QWidget& window) {
  std::vector<const QWidget*> controls;
  for (const QWidget* each : window.findChildren<QWidget*>()) {
    const bool tabbed = (each->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
    if (!tabbed || !each->isVisible() || !each->isEnabled() || each->focusProxy()) continue;
    if (each->objectName().startsWith("qt_") || each->isWindow()) continue;
    // Tab leads to one of an exclusive group, arrow keys to the others.
    const auto* button = qobject_cast<const QAbstractButton*>(each);
    const QButtonGroup* group = button ? button->group() : nullptr;
    if (group && group->exclusive() && group->checkedButton() && !button->isChecked()) continue;
    controls.push_back(each);
  }
  return controls;
}

/// The part of the window it stands in: the innermost of these that holds it.
QString paneOf(const QWidget* widget) {
  for (; widget; widget = widget->parentWidget()) {
    for (const char* pane : {"toolbar.run", "messages", "start", "workspace", "dock.parameters", "dock.plots",
                             "design.inspector", "design.view", "design.problems", "design.historyPanel"}) {
      if (widget->objectName() == QLatin1String(pane)) return widget->objectName();
    }
  }
  return "rest";
}

/// By names: the form of a part is made anew when Tab selects another part in the drawing.
struct Round {
  QStringList seen;   ///< every widget the keyboard came by, once around
  QStringList panes;  ///< the parts of the window in that order
  QStringList form;   ///< what the form held when the keyboard was in it
  QStringList always; ///< outside the form: what could be reached all the time
  bool closed = false;
};

Round walk(Keyboard& keys, const MainWindow& window, bool forward) {
  Round round;
  // What has the keyboard at first may be no stop of its own.
  forward ? keys.press(Qt::Key_Tab) : keys.press(Qt::Key_Backtab, Qt::ShiftModifier);
  const QString first = keys.focusName();
  for (int i = 0; i < 1500 && !round.closed; ++i) {
    const QWidget* at = QApplication::focusWidget();
    if (!at) return round;
    const QString pane = paneOf(at);
    // The drawing steps through its parts first.
    if (round.seen.isEmpty() || round.seen.last() != at->objectName()) round.seen << at->objectName();
    if (pane != "rest" && (round.panes.isEmpty() || round.panes.last() != pane)) round.panes << pane;
    QStringList form, others;
    for (const QWidget* each : controlsOf(window))
      (paneOf(each) == "design.inspector" ? form : others) << each->objectName();
    if (pane == "design.inspector") round.form = form;
    if (i == 0) round.always = others;
    round.always.removeIf([&others](const QString& name) { return !others.contains(name); });
    forward ? keys.press(Qt::Key_Tab) : keys.press(Qt::Key_Backtab, Qt::ShiftModifier);
    round.closed = round.seen.size() > 1 && keys.focusName() == first;
  }
  return round;
}

/// Empty, or what is wrong with the controls that are on the screen now.
QStringList faultsOf(MainWindow& window, Keyboard& keys) {
  QStringList faults;
  for (const QWidget* each : controlsOf(window)) {
    const QString name = QStringLiteral("%1 (%2)").arg(each->objectName(), each->metaObject()->className());
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(each));
    // A bar of tabs speaks as its current tab, and there may be none.
    if (each->accessibleName().isEmpty() && (!spoken || spoken->text(QAccessible::Name).isEmpty()))
      faults << name + " has no accessible name";
    if (each->objectName().isEmpty()) faults << name + " has no object name";
    // Over drawings a tip would cover what one looks at; they have lines of hints.
    const bool drawing = qobject_cast<const QGraphicsView*>(each) || qobject_cast<const SceneCanvas*>(each);
    if (each->toolTip().isEmpty() && !drawing) faults << name + " has no tool tip";
  }
  for (const bool forward : {true, false}) {
    const QString key = forward ? "Tab" : "Shift+Tab";
    Round round = walk(keys, window, forward);
    if (!round.closed) faults << key + " does not come around; it ends at " + keys.focusName();
    for (const QString& name : round.always + round.form) {
      if (!round.seen.contains(name)) faults << key + " does not reach " + name;
    }
    // Each part of the window is gone through as a whole; the round may begin in the middle of one.
    if (round.panes.size() > 1 && round.panes.first() == round.panes.last()) round.panes.removeLast();
    if (QStringList(round.panes).removeDuplicates() > 0)
      faults << key + " jumps between parts of the window: " + round.panes.join(", ");
  }
  return faults;
}

}  // namespace

/// A user who follows the README with the mouse; numbers are typed.
struct Mouse {
  MainWindow& window;

  bool click(QWidget* widget, QPoint at = {}) {
    if (!widget || !widget->isVisible() || !widget->isEnabled()) return false;
    QTest::mouseClick(widget, Qt::LeftButton, {}, at.isNull() ? widget->rect().center() : at);
    QCoreApplication::processEvents();
    return true;
  }
  bool click(const char* name) { return click(window.findChild<QWidget*>(QLatin1String(name))); }
  bool enter(const char* field, const QString& text) {
    auto* line = window.designPage()->findChild<QLineEdit*>(QLatin1String(field));
    if (!click(line)) return false;
    line->selectAll();
    QTest::keyClicks(line, text);
    QTest::keyClick(line, Qt::Key_Return);
    return true;
  }
  /// Opens the menu of a button and clicks its way down.
  bool choose(const char* button, const QStringList& path) {
    bool found = true;
    QTimer::singleShot(100, &window, [&] {
      for (const QString& words : path) {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        const QAction* wanted = nullptr;
        for (const QAction* each : menu ? menu->actions() : QList<QAction*>()) {
          if (QString(each->text()).remove('&') == words) wanted = each;
        }
        found = found && wanted;
        if (!wanted) break;
        const QPoint at = menu->actionGeometry(const_cast<QAction*>(wanted)).center();
        QTest::mouseMove(menu, at);
        QTest::mouseClick(menu, Qt::LeftButton, {}, at);
        QTest::qWait(50);
      }
      while (QWidget* left = QApplication::activePopupWidget()) left->close();
    });
    return click(button) && found;
  }
  /// Opens a choice and clicks the entry that stands for `data`.
  bool chooseEntry(const char* name, const QString& data) {
    auto* box = window.designPage()->findChild<QComboBox*>(QLatin1String(name));
    if (!click(box) || !QTest::qWaitFor([box] { return box->view()->isVisible(); })) return false;
    QAbstractItemView* list = box->view();
    const QModelIndex entry = list->model()->index(box->findData(data), 0);
    list->scrollTo(entry);
    // The list takes the first moments for the end of the click that opened it.
    QTest::qWait(QApplication::doubleClickInterval() + 50);
    QTest::mouseMove(list->viewport(), list->visualRect(entry).center());
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(entry).center());
    return QTest::qWaitFor([this, data] {
      return window.designPage()->findChild<QLineEdit*>("suggested.all." + data) != nullptr;
    });
  }
  bool pick(const QString& part) {
    auto* outline = window.designPage()->findChild<QTreeWidget*>("design.outline");
    const QList<QTreeWidgetItem*> items = outline->findItems(part, Qt::MatchExactly | Qt::MatchRecursive);
    if (items.isEmpty()) return false;
    outline->scrollToItem(items.front());
    return click(outline->viewport(), outline->visualItemRect(items.front()).center());
  }
  void drag(const Eigen::Vector2d& from, const Eigen::Vector2d& to) {
    SceneEditor* view = window.designPage()->view();
    QWidget* port = view->findChild<QGraphicsView*>()->viewport();
    const auto pixel = [&](const Eigen::Vector2d& at) { return port->mapFrom(view, view->pixelOf(at).toPoint()); };
    QTest::mouseMove(port, pixel(from));
    QTest::mousePress(port, Qt::LeftButton, {}, pixel(from));
    for (const double share : {0.3, 0.7, 1.0}) QTest::mouseMove(port, pixel(from + share * (to - from)));
    QTest::mouseRelease(port, Qt::LeftButton, {}, pixel(to));
    QCoreApplication::processEvents();
  }
};

/// The window without a mouse.
class TestKeyboard : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void anArmThatTouchesATargetBehindAWallIsBuiltAndLearned();
  void theSameTaskByMouse();
  void tabReachesEveryControl_data();
  void tabReachesEveryControl();
  void aFormMadeAnewKeepsTheKeyboard_data();
  void aFormMadeAnewKeepsTheKeyboard();
  void aRunThatGoesLeavesTheKeyboardToTheOther();
};

/// The way of "Your first task in five minutes" in the README, by keys alone. The files are what its pictures show.
void TestKeyboard::anArmThatTouchesATargetBehindAWallIsBuiltAndLearned() {
  const QString files = GPS_TEST_FILES "/first_task/";
  Opened o;
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  const SceneDocument& document = *o.window.document();
  const auto isFile = [&](const char* name) {
    const QByteArray wanted = bytesOf(files + name), text = document.text();
    if (text == wanted) return true;
    QFile kept(o.folder.filePath(name));
    if (kept.open(QIODevice::WriteOnly)) kept.write(text);
    o.folder.setAutoRemove(false);
    qWarning("%s differs; what was built is in %s", name, qPrintable(kept.fileName()));
    return false;
  };
  o.keys.press(Qt::Key_N, Qt::ControlModifier);
  QVERIFY(o.window.designPage()->isVisible());

  // For two and a half seconds, on a table.
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.horizon", "50"));
  o.keys.press(Qt::Key_1, Qt::AltModifier);
  o.keys.search("world");
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.gravity", "0, 0"));

  // The arm, where the cross first appears: in the middle.
  QVERIFY(o.keys.choose(Qt::Key_I, {"Robot", "Arm of 2 links"}));
  o.keys.press(Qt::Key_Right);
  o.keys.press(Qt::Key_Return);
  QVERIFY(document.scene()->body("link2"));
  QCOMPARE(document.scene()->body("base")->position, Eigen::Vector2d(0, 0));
  QVERIFY(isFile("1_arm.scene.json"));

  // The wall.
  QVERIFY(o.keys.choose(Qt::Key_I, {"Fixed body"}));
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.position", "0.55, 0.35"));
  QVERIFY(o.keys.enter("field.half_extents", "0.05, 0.15"));
  QVERIFY(isFile("2_wall.scene.json"));

  // A start, the goal for the tip, and the price of torque.
  QVERIFY(o.keys.choose(Qt::Key_I, {"Condition"}));
  o.keys.press(Qt::Key_1, Qt::AltModifier);
  o.keys.search("tip");
  QCOMPARE(o.window.designPage()->selection().parts, (std::vector<PartRef>{{PartKind::Sensor, "tip"}}));
  QVERIFY(o.keys.choose(Qt::Key_I, {"Cost term", "Distance in the state"}));
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.target", "0.2, 0.5"));
  QVERIFY(o.keys.choose(Qt::Key_I, {"Cost term", "Effort"}));
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("field.weight", "0.001"));

  // What counts as done.
  o.keys.press(Qt::Key_1, Qt::AltModifier);
  o.keys.search("succ");
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.tabTo("object.switch"));
  o.keys.press(Qt::Key_Space);
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  // Sensor and target are taken from the cost term.
  QVERIFY(document.scene()->success);
  QCOMPARE(document.scene()->success->sensor, std::string("tip"));
  QVERIFY(o.keys.enter("field.target", "0.2, 0.5"));
  QVERIFY(o.keys.enter("field.within", "0.05"));

  // Wider tries than usual find the way around the wall.
  o.keys.press(Qt::Key_1, Qt::AltModifier);
  o.keys.search("sugg");
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.tabTo("suggested.add.all"));
  o.keys.press(Qt::Key_Down);
  auto* add = o.window.findChild<QComboBox*>("suggested.add.all");
  o.keys.search("initial");
  for (int i = 0; i < 20 && add->view()->currentIndex().row() != add->findData("init.var"); ++i)
    o.keys.press(Qt::Key_Down);
  o.keys.press(Qt::Key_Return);
  o.keys.press(Qt::Key_3, Qt::AltModifier);
  QVERIFY(o.keys.enter("suggested.all.init.var", "10"));
  QVERIFY2(!document.hasErrors(), document.problems().empty() ? "" : document.problems().front().what.c_str());
  QVERIFY(isFile("3_goal.scene.json"));

  // And back to the first byte, and forth again.
  o.keys.press(Qt::Key_2, Qt::AltModifier);  // in a field, Ctrl+Z takes back its typing
  const QByteArray built = document.text();
  const std::size_t steps = document.history().size();
  for (std::size_t i = 0; i < steps; ++i) o.keys.press(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(document.scene()->bodies.empty() && !document.isModified());
  for (std::size_t i = 0; i < steps; ++i) o.keys.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  QCOMPARE(document.text(), built);

  o.keys.press(Qt::Key_F5);
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  QTRY_VERIFY_WITH_TIMEOUT(o.window.runs().front()->hasData(), kPatience);
  o.keys.press(Qt::Key_F5, Qt::ShiftModifier);
  QTRY_VERIFY_WITH_TIMEOUT(!o.window.runs().front()->active(), kPatience);
}

/// The words of the README, one by one.
void TestKeyboard::theSameTaskByMouse() {
  Opened o;
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  Mouse mouse{o.window};
  const SceneDocument& document = *o.window.document();
  QVERIFY(mouse.click("start.new"));
  QVERIFY(mouse.enter("field.horizon", "50"));
  QVERIFY(mouse.pick("World"));
  QVERIFY(mouse.enter("field.gravity", "0, 0"));
  QVERIFY(mouse.choose("design.add", {"Robot", "Arm of 2 links"}));
  mouse.drag({0, 0}, {0, 0});
  QCOMPARE(document.scene()->body("base")->position, Eigen::Vector2d(0, 0));

  QVERIFY(mouse.click("editor.dynamic"));
  QVERIFY(mouse.click("editor.tool.box"));
  mouse.drag({0.5, 0.2}, {0.6, 0.5});
  const Body* wall = document.scene()->body("box1");
  QVERIFY(wall && !wall->dynamic);
  QVERIFY((wall->position - Eigen::Vector2d(0.55, 0.35)).norm() < 1e-6);
  QVERIFY(mouse.click("editor.tool.select"));

  QVERIFY(mouse.choose("design.add", {"Condition"}));
  QVERIFY(mouse.pick("tip"));
  QVERIFY(mouse.choose("design.add", {"Cost term", "Distance in the state"}));
  QVERIFY(mouse.enter("field.target", "0.2, 0.5"));
  QVERIFY(mouse.choose("design.add", {"Cost term", "Effort"}));
  QVERIFY(mouse.enter("field.weight", "0.001"));

  QVERIFY(mouse.pick("Success"));
  QVERIFY(mouse.click("object.switch"));
  QVERIFY(mouse.enter("field.target", "0.2, 0.5"));
  QVERIFY(mouse.enter("field.within", "0.05"));
  QCOMPARE(document.scene()->success->sensor, std::string("tip"));
  QVERIFY(mouse.pick("Suggested"));
  QVERIFY(mouse.chooseEntry("suggested.add.all", "init.var"));
  QVERIFY(mouse.enter("suggested.all.init.var", "10"));
  QVERIFY2(!document.hasErrors(), document.problems().empty() ? "" : document.problems().front().what.c_str());
  QVERIFY(mouse.click("run.start"));
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  QTRY_VERIFY_WITH_TIMEOUT(o.window.runs().front()->hasData(), kPatience);
  QVERIFY(mouse.click("run.stop"));
  QTRY_VERIFY_WITH_TIMEOUT(!o.window.runs().front()->active(), kPatience);
}

void TestKeyboard::tabReachesEveryControl_data() {
  QTest::addColumn<QString>("page");
  for (const char* page : {"start", "design", "design, body", "design, nothing", "learn", "learn, two runs", "question"})
    QTest::newRow(page) << QString::fromLatin1(page);
}

void TestKeyboard::tabReachesEveryControl() {
  QFETCH(QString, page);
  Opened o;
  if (page == "start") {
    // With a recent file, whose tile has a button of its own.
    const QString mine = o.folder.filePath("mine.scene.json");
    QVERIFY(QFile::copy(GPS_SCENES "/point_mass.scene.json", mine));
    o.window.openWhenAllowed(mine);
    o.window.showStartPage();
    o.window.messages()->clear();
  } else if (page == "design, nothing") {
    o.window.newTask();
  } else {
    QVERIFY(o.window.openScene("reach"));
    if (page.startsWith("design") || page == "question") o.window.showDesign();
    if (page == "design, body") o.window.designPage()->select({{{PartKind::Body, "link1"}}, TreePath()});
    if (page == "learn, two runs") QVERIFY(o.window.addSecondRun("badmm"));
    if (page == "question") {
      QVERIFY(o.window.document()
                  ->edit("Change the horizon", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 33); })
                  .ok());
      o.window.newTask();
      QVERIFY(o.window.messages()->keys().contains("open"));
    }
  }
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  QTest::qWait(100);
  o.window.refreshNow();
  if (!QApplication::focusWidget()) o.keys.press(Qt::Key_Tab);
  const QStringList faults = faultsOf(o.window, o.keys);
  QVERIFY2(faults.isEmpty(), qPrintable("\n" + faults.join('\n')));
}

void TestKeyboard::aFormMadeAnewKeepsTheKeyboard_data() {
  QTest::addColumn<QString>("before");
  QTest::addColumn<QString>("after");
  QTest::newRow("both runs have it") << "param.lqr.kl_step" << "param.lqr.kl_step";
  QTest::newRow("only the first run has it") << "param.mdgps.s_step_kl" << "parameters.search";
  QTest::newRow("a heading") << "group.Run" << "group.Run";
}

/// The other run may be chosen while the keyboard is in the form, for it is made anew a little later: Tab that comes by
/// the drawing of run B and goes on into the form does it, on a machine that is busy.
void TestKeyboard::aFormMadeAnewKeepsTheKeyboard() {
  QFETCH(QString, before);
  QFETCH(QString, after);
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  QVERIFY(o.window.addSecondRun("badmm"));
  o.window.runPanel()->form()->setLevel(Level::Expert);
  o.window.selectRun(0);
  o.window.refreshNow();
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  auto* had = o.window.runPanel()->findChild<QWidget*>(before);
  QVERIFY(had && had->isEnabled());
  had->setFocus();
  QTRY_COMPARE(o.keys.focusName(), before);
  const QPointer<QWidget> old = had;
  o.window.selectRun(1);
  o.window.refreshNow();
  QVERIFY(old.isNull());  // made anew indeed
  QCOMPARE(o.keys.focusName(), after);
  o.keys.press(Qt::Key_Tab);
  QVERIFY(QApplication::focusWidget() && o.window.runPanel()->isAncestorOf(QApplication::focusWidget()));
}

void TestKeyboard::aRunThatGoesLeavesTheKeyboardToTheOther() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  QVERIFY(o.window.addSecondRun("badmm"));
  o.window.refreshNow();
  QVERIFY(QTest::qWaitForWindowActive(&o.window));
  o.window.workspace()->canvas(1)->setFocus();
  QTRY_COMPARE(o.keys.focusName(), QString("run.canvasB"));
  o.window.actions().removeRun->trigger();
  QCOMPARE(o.keys.focusName(), QString("run.canvasA"));
}

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
