// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "tests/app/work_window.h"
#include "widgets/editor/scene_editor.h"

using namespace gps;
using namespace gps::ui;
using gps::testing::bytesOf;
using gps::testing::kPatience;
using gps::testing::write;
using Opened = gps::testing::WorkWindow;

/// Nothing a user made goes without having been asked about, and there is a way back to everything.
class TestKeepingWork : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void aNewTaskOffersToSaveDiscardOrCancel();
  void openingOffersToSaveDiscardOrCancel();
  void savingFirstAsksForAName();
  void closingOffersToSave();
  void aQuestionGoesWhenItsReasonDoes();
  void whatAnotherProgramWroteIsNotOverwrittenUnasked();
  void savingUnderAnotherNameKeepsTheRun();
  void undoneChangesLeadBackToTheResults();
  void earlierResultsAreSeenBesideTheChanges();
  void whatOnlyCompilingFindsIsAProblemAtOnce();
  void theHistoryListsTheStepsAndGoesThere();
  void recentFilesAreInTheMenuAndOnTheStartPage();
  void missingRecentFilesSaySoAndCanBeRemoved();
  void aDroppedTaskOpensAndOtherFilesAreRefused();
  void aTaskSavedWithErrorsOpensAgain();
  void whatIsNoTaskIsNotOpened();
  void aFileThatIsGoneLeavesTheTaskUnsaved();
  void restoredWorkDoesNotOverwriteWhatCameInBetween();
  void finishedIterationsGoOnlyWhenAsked();
  void workThatCannotBeKeptIsSaidOnce();
};

void TestKeepingWork::aNewTaskOffersToSaveDiscardOrCancel() {
  Opened o;
  const QString path = o.openCopy("point_mass");
  const QByteArray before = bytesOf(path);
  QVERIFY(o.change(33));
  o.window.actions().newTask->trigger();
  QVERIFY(o.asks("open"));
  o.press("message.open.cancel");
  QVERIFY(!o.asks("open"));
  QCOMPARE(o.document().path(), path);
  QVERIFY(o.document().isModified());
  o.window.actions().newTask->trigger();
  o.press("message.open.keep");
  QVERIFY(o.document().path().isEmpty() && o.designing());
  QVERIFY(bytesOf(path) != before && bytesOf(path).contains("33"));
  o.window.openWhenAllowed(path);
  QVERIFY(o.change(44));
  o.window.actions().newTask->trigger();
  o.press("message.open.action");
  QVERIFY(o.document().path().isEmpty());
  QVERIFY(!bytesOf(path).contains("44"));
}

void TestKeepingWork::openingOffersToSaveDiscardOrCancel() {
  Opened o;
  const QString path = o.openCopy("point_mass");
  QVERIFY(o.change(33));
  o.window.openWhenAllowed("reach");
  o.press("message.open.cancel");
  QCOMPARE(o.document().path(), path);
  o.window.openWhenAllowed("reach");
  o.press("message.open.keep");
  QCOMPARE(QFileInfo(o.document().path()).fileName(), QString("reach.scene.json"));
  QVERIFY(bytesOf(path).contains("33"));
}

void TestKeepingWork::savingFirstAsksForAName() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  QVERIFY(o.change(33));
  o.window.actions().newTask->trigger();
  o.press("message.open.keep");
  auto* dialog = o.window.findChild<QFileDialog*>("dialog.saveTask");
  QVERIFY(dialog);
  QCOMPARE(o.document().scene()->horizon, 33);  // not before it is saved
  const QString path = o.folder.filePath("named.scene.json");
  Q_EMIT dialog->fileSelected(path);
  QVERIFY(bytesOf(path).contains("33"));
  QVERIFY(o.document().path().isEmpty());
  dialog->close();
}

void TestKeepingWork::closingOffersToSave() {
  Opened o;
  const QString path = o.openCopy("point_mass");
  QVERIFY(o.change(33));
  QVERIFY(!o.window.close());
  o.press("message.close.cancel");
  QVERIFY(!o.window.close());  // asked anew
  o.press("message.close.keep");
  QTRY_VERIFY(!o.window.isVisible());
  QVERIFY(bytesOf(path).contains("33"));
}

void TestKeepingWork::aQuestionGoesWhenItsReasonDoes() {
  Opened o;
  o.openCopy("point_mass");
  QVERIFY(o.change(33));
  o.window.actions().newTask->trigger();
  QVERIFY(o.asks("open"));
  o.document().undo();
  QVERIFY(!o.asks("open"));
  QVERIFY(!o.document().path().isEmpty());
}

void TestKeepingWork::whatAnotherProgramWroteIsNotOverwrittenUnasked() {
  Opened o;
  const QString path = o.openCopy("point_mass");
  QVERIFY(o.change(33));
  const QByteArray theirs = bytesOf(path).replace("\"horizon\": 100", "\"horizon\": 55");
  QVERIFY(theirs != bytesOf(path));
  write(path, theirs);
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("disk"), 5000);
  o.window.messages()->dismiss("disk");  // closed, and forgotten
  o.window.actions().save->trigger();
  QVERIFY(o.asks("overwrite"));
  QCOMPARE(bytesOf(path), theirs);
  o.press("message.overwrite.cancel");
  QCOMPARE(bytesOf(path), theirs);
  QVERIFY(!o.window.saveTask());
  QCOMPARE(bytesOf(path), theirs);
  o.window.actions().save->trigger();
  o.press("message.overwrite.action");
  QCOMPARE(bytesOf(path), o.document().text());
  QVERIFY(!o.document().isModified());
  // What was written here last may be written over.
  QVERIFY(o.change(66));
  o.window.actions().save->trigger();
  QVERIFY(!o.asks("overwrite"));
  QCOMPARE(bytesOf(path), o.document().text());
}

void TestKeepingWork::savingUnderAnotherNameKeepsTheRun() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  o.learn(1);
  RunSession* run = o.window.runs().front();
  o.window.showDesign();
  QVERIFY(o.window.saveTaskAs(o.folder.filePath("other_name.scene.json")));
  QCOMPARE(QString::fromStdString(o.document().scene()->name), QString("other_name"));
  o.window.showLearn(false);
  QVERIFY(!o.asks("task"));
  QCOMPARE(o.window.runs().front(), run);
  QVERIFY(run->hasData() && !o.designing());
}

void TestKeepingWork::undoneChangesLeadBackToTheResults() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  o.learn(1);
  RunSession* run = o.window.runs().front();
  o.window.showDesign();
  QVERIFY(o.change(33));
  o.window.actions().learn->trigger();
  QVERIFY(o.asks("task") && o.designing());
  o.window.actions().undo->trigger();
  QVERIFY(!o.asks("task") && o.asks("results"));
  o.window.actions().redo->trigger();
  QVERIFY(!o.asks("results"));
  o.window.actions().undo->trigger();
  o.window.actions().learn->trigger();  // nothing to ask
  QVERIFY(!o.designing());
  QCOMPARE(o.window.runs().front(), run);
  QVERIFY(run->hasData());
}

void TestKeepingWork::earlierResultsAreSeenBesideTheChanges() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  o.learn(1);
  RunSession* run = o.window.runs().front();
  o.window.showDesign();
  QVERIFY(o.change(33));
  o.window.actions().learn->trigger();
  o.press("message.task.keep");
  QVERIFY(!o.designing() && o.asks("earlier"));
  QCOMPARE(o.window.runs().front(), run);
  QVERIFY(run->hasData());
  QCOMPARE(o.document().scene()->horizon, 33);
  o.press("message.earlier.keep");
  QVERIFY(o.designing() && !o.asks("earlier"));
  QCOMPARE(o.document().scene()->horizon, 33);
  // A task that can't be learned has that way, too.
  QVERIFY(o.document().edit("x", [](TreeEditor& e) { return e.replace(TreePath("/costs"), SceneTree::array()); }));
  o.window.showLearn(false);
  QVERIFY(o.asks("task") && o.designing());
  o.press("message.task.action");
  QVERIFY(!o.designing() && run->hasData());
  o.window.showDesign();
  o.document().undo();
  o.window.showLearn(false);
  o.press("message.task.action");
  QCOMPARE(o.window.runs().front()->setup().task->T, 33);
  QVERIFY(!o.asks("earlier"));
}

void TestKeepingWork::whatOnlyCompilingFindsIsAProblemAtOnce() {
  Opened o;
  QVERIFY(o.window.openScene("two_link_arm"));
  o.window.showDesign();
  QVERIFY(!o.document().hasErrors());
  const auto suggest = [&o](const char* key, const SceneTree& value) {
    return o.document().edit("Suggest", [=](TreeEditor& editor) {
      return editor.set(TreePath("/suggested/mdgps"), key, value);
    });
  };
  QVERIFY(o.document().tree().contains(TreePath("/suggested/mdgps")));
  QVERIFY(suggest("lqr.kl_step", -1));
  QVERIFY(o.document().hasErrors());
  const Problem& problem = o.document().problems().front();
  QCOMPARE(problem.pointer, std::string("/suggested/mdgps/lqr.kl_step"));
  QVERIFY(!problem.what.empty() && !problem.mend.empty());
  QVERIFY(!o.window.actions().start->isEnabled());
  auto* list = o.window.findChild<QListWidget*>("design.problems");
  QVERIFY(list->item(0)->text().contains(QString::fromStdString(problem.what)));
  Q_EMIT list->itemClicked(list->item(0));  // leads nowhere it would break
  // A drag leaves it in place.
  o.document().beginGesture("Move");
  QVERIFY(o.document().gestureEdit([](TreeEditor& e) { return e.replace(TreePath("/horizon"), 50); }));
  o.document().endGesture();
  QVERIFY(o.document().hasErrors());
  o.document().undo();
  o.document().undo();
  QVERIFY(!o.document().hasErrors());
  QVERIFY(o.window.actions().start->isEnabled());
}

void TestKeepingWork::theHistoryListsTheStepsAndGoesThere() {
  Opened o;
  const QString path = o.openCopy("point_mass");
  o.window.showDesign();
  auto* list = o.window.findChild<QListWidget*>("design.history");
  QVERIFY(list && list->isVisible());
  QCOMPARE(list->count(), 1);
  QVERIFY(list->item(0)->text().contains("saved"));
  const QByteArray first = o.document().text();
  for (int i = 1; i <= 3; ++i) QVERIFY(o.change(30 + i));
  QCOMPARE(list->count(), 4);
  QCOMPARE(list->currentRow(), 3);
  QCOMPARE(list->item(3)->text(), QString("Change the horizon"));
  const auto click = [&](int row) {
    list->scrollToItem(list->item(row));
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
  };
  click(1);
  QTRY_COMPARE(o.document().history().done(), std::size_t{1});
  QCOMPARE(o.document().scene()->horizon, 31);
  QCOMPARE(list->count(), 4);
  QCOMPARE(list->currentRow(), 1);
  QVERIFY(o.window.saveTask());
  QVERIFY(list->item(1)->text().contains("saved") && !list->item(0)->text().contains("saved"));
  click(0);
  QTRY_COMPARE(o.document().text(), first);
  QVERIFY(o.document().isModified());
  // By keys as well: Enter on the last one.
  list->setFocus();
  QTest::keyClick(list, Qt::Key_End);
  QTest::keyClick(list, Qt::Key_Return);
  QTRY_COMPARE(o.document().scene()->horizon, 33);
  // However long it gets, the list is not.
  for (int i = 0; i < 1000; ++i) QVERIFY(o.change(100 + i));
  QCOMPARE(o.document().history().size(), std::size_t{1003});
  QVERIFY(list->count() <= 201);
  QVERIFY(list->item(0)->text().contains("earlier steps"));
  click(0);
  QTRY_COMPARE(o.document().history().done(), std::size_t{903});
  click(0);
  QTRY_COMPARE(o.document().history().done(), std::size_t{803});
  QVERIFY(list->item(list->count() - 1)->text().contains("more after it"));
  // Folded, it stays so.
  o.press("design.history.fold");
  QVERIFY(!list->isVisible());
  QVERIFY(!o.window.settings().historyShown());
}

void TestKeepingWork::recentFilesAreInTheMenuAndOnTheStartPage() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));  // shipped: on the start page anyway
  QVERIFY(o.window.settings().recentFiles().isEmpty());
  const QString opened = o.openCopy("reach");
  const QString saved = o.folder.filePath("saved.scene.json");
  QVERIFY(o.window.saveTaskAs(saved));
  QCOMPARE(o.window.settings().recentFiles(), (QStringList{saved, opened}));
  QMenu* menu = o.window.actions().recent;
  Q_EMIT menu->aboutToShow();
  QAction* action = menu->actions().at(1);
  QCOMPARE(action->objectName(), "file.recent." + opened);
  // The picture is one: not all of one colour.
  const QImage picture = action->icon().pixmap(48, 32).toImage();
  QVERIFY(!picture.isNull());
  QSet<QRgb> colours;
  for (int x = 0; x < picture.width(); ++x) colours.insert(picture.pixel(x, picture.height() / 2));
  QVERIFY(colours.size() > 2);
  action->trigger();
  QCOMPARE(o.document().path(), opened);
  o.window.showStartPage();
  auto* tile = o.window.findChild<QAbstractButton*>("scene." + saved);
  QVERIFY(tile && tile->isVisible());
  QTest::mouseClick(tile, Qt::LeftButton);
  QTRY_COMPARE(o.document().path(), saved);
  // Bounded, and without doubles.
  for (int i = 0; i < 20; ++i) QVERIFY(o.window.saveTaskAs(o.folder.filePath("n%1.scene.json").arg(i)));
  QVERIFY(o.window.saveTask());
  QCOMPARE(o.window.settings().recentFiles().size(), qsizetype{Settings::kRecentFiles});
  QCOMPARE(o.window.settings().recentFiles().front(), o.folder.filePath("n19.scene.json"));
}

void TestKeepingWork::missingRecentFilesSaySoAndCanBeRemoved() {
  Opened o;
  const QString path = o.openCopy("reach");
  QVERIFY(o.window.openScene("point_mass"));
  QVERIFY(QFile::remove(path));
  o.window.showStartPage();
  auto* tile = o.window.findChild<QAbstractButton*>("scene." + path);
  QVERIFY(tile);
  QVERIFY(tile->accessibleDescription().contains("missing"));
  tile->click();
  QVERIFY(o.asks("recent"));
  QMenu* menu = o.window.actions().recent;
  Q_EMIT menu->aboutToShow();
  QVERIFY(menu->actions().front()->text().contains("missing"));
  o.press("message.recent.action");
  QVERIFY(o.window.settings().recentFiles().isEmpty());
  QTRY_VERIFY(!o.window.findChild<QAbstractButton*>("scene." + path));
  // By the button on the tile, and by the Delete key.
  for (const bool key : {false, true}) {
    write(path, bytesOf(GPS_SCENES "/reach.scene.json"));
    o.window.openWhenAllowed(path);
    o.window.showStartPage();
    tile = o.window.findChild<QAbstractButton*>("scene." + path);
    QVERIFY(tile);
    if (key) {
      tile->setFocus();
      QTest::keyClick(tile, Qt::Key_Delete);
    } else {
      auto* remove = tile->findChild<QToolButton*>("forget." + path);
      QVERIFY(remove && !remove->accessibleName().isEmpty());
      QTest::mouseClick(remove, Qt::LeftButton);
    }
    QVERIFY(o.window.settings().recentFiles().isEmpty());
    QTRY_VERIFY(!o.window.findChild<QAbstractButton*>("scene." + path));
  }
}

void TestKeepingWork::aDroppedTaskOpensAndOtherFilesAreRefused() {
  Opened o;
  const QString path = o.folder.filePath("mine.scene.json");
  write(path, bytesOf(GPS_SCENES "/reach.scene.json"));
  o.drop(&o.window, {QUrl::fromLocalFile(o.folder.filePath("notes.txt"))});
  QVERIFY(o.asks("drop"));
  QVERIFY(o.document().path().isEmpty());
  o.drop(&o.window, {QUrl("https://example.org/arm.scene.json")});
  QVERIFY(o.asks("drop"));
  o.drop(&o.window, {QUrl::fromLocalFile(path)});
  QVERIFY(!o.asks("drop"));
  QCOMPARE(o.document().path(), path);
  // A .json that is no task is refused by the reader.
  const QString other = o.folder.filePath("other.json");
  write(other, "{\"a\": 1}");
  o.drop(&o.window, {QUrl::fromLocalFile(other)});
  QVERIFY(o.asks("scene"));
  QCOMPARE(o.document().path(), path);
  // Nothing of the window keeps drops for itself.
  o.window.showDesign();
  for (const QWidget* widget = o.window.designPage()->view(); widget; widget = widget->parentWidget())
    QVERIFY(!widget->acceptDrops() || widget == &o.window);
}

/// Whatever is saved can be opened again and mended, also what the reader refuses.
void TestKeepingWork::aTaskSavedWithErrorsOpensAgain() {
  QTemporaryDir place;
  const QString path = place.filePath("half.scene.json");
  {
    Opened o;
    QVERIFY(o.window.openScene("reach"));
    o.window.showDesign();
    QVERIFY(o.change(0));
    QVERIFY(!o.document().readable());
    QVERIFY(o.window.saveTaskAs(path));
  }
  Opened o;
  o.window.openWhenAllowed(path);
  QCOMPARE(o.document().path(), path);
  QVERIFY(o.designing() && !o.asks("scene"));
  QVERIFY(!o.document().readable() && !o.document().scene() && !o.document().isModified());
  QCOMPARE(o.document().problems().front().pointer, std::string("/horizon"));
  // Everything can be looked at, though there is no scene to show.
  DesignPage& page = *o.window.designPage();
  auto* outline = page.findChild<QTreeWidget*>("design.outline");
  for (QTreeWidgetItemIterator it(outline); *it; ++it) {
    outline->setCurrentItem(*it);
    QCoreApplication::processEvents();
  }
  page.setTrying(true);
  QVERIFY(!page.trying());
  page.select({{}, TreePath("/initial_controller")});
  auto* kind = page.findChild<QComboBox*>("start.kind");
  QVERIFY(kind->isVisible());
  kind->setFocus();
  QTest::keyClick(kind, Qt::Key_Down);
  QVERIFY(o.document().isModified());
  o.document().undo();
  page.select({});
  auto* horizon = page.findChild<QLineEdit*>("field.horizon");
  QVERIFY(horizon);
  horizon->setFocus();
  horizon->selectAll();
  QTest::keyClicks(horizon, "60");
  QTest::keyClick(horizon, Qt::Key_Return);
  QVERIFY(o.document().readable() && !o.document().hasErrors());
  QVERIFY(page.view()->scene());
}

void TestKeepingWork::whatIsNoTaskIsNotOpened() {
  Opened o;
  QTemporaryDir place;
  QVERIFY(o.window.openScene("reach"));
  int n = 0;
  for (const char* text : {"{}", "[1, 2]", "{\"name\": \"a\"}", "{\"bodies\": 3}", "{\"version\": 2, \"bodies\": []}", "{"}) {
    const QString path = place.filePath(QStringLiteral("%1.json").arg(n++));
    write(path, text);
    o.window.openWhenAllowed(path);
    QVERIFY2(o.asks("scene"), text);
    QVERIFY2(o.document().path().endsWith("reach.scene.json"), text);
    o.window.messages()->clear();
  }
  // As many bodies as fit into a file: nothing of it is shown.
  const QString path = place.filePath("many.scene.json");
  write(path, "{\"version\": 1, \"name\": \"many\", \"bodies\": [" + QByteArray("{},").repeated(300000) + "{}]}");
  o.window.openWhenAllowed(path);
  QVERIFY(o.asks("scene"));
  QVERIFY(o.document().path().endsWith("reach.scene.json"));
}

/// Another program wrote the file after the crash and before the work was restored.
void TestKeepingWork::restoredWorkDoesNotOverwriteWhatCameInBetween() {
  for (const bool meanwhile : {false, true}) {
    QTemporaryDir folder;
    const QString path = folder.filePath("mine.scene.json");
    QVERIFY(QFile::copy(GPS_SCENES "/reach.scene.json", path));
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    QByteArray theirs = bytesOf(path);
    // Twice: the second crash forgets nothing either.
    for (int crash = 0; crash < 2; ++crash) {
      MainWindow window({folder.path(), GPS_SCENES, false, {}});
      if (crash == 0) {
        window.openWhenAllowed(path);
        QVERIFY(window.document()
                    ->edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); })
                    .ok());
      } else {
        if (meanwhile) write(path, theirs += "\n");
        Q_EMIT window.messages()->keepTriggered("recover");
        QVERIFY(window.document()->isModified());
      }
    }
    MainWindow window({folder.path(), GPS_SCENES, false, {}});
    QVERIFY(window.messages()->keys().contains("recover"));
    Q_EMIT window.messages()->keepTriggered("recover");
    QCOMPARE(window.document()->path(), path);
    QCOMPARE(window.document()->scene()->horizon, 77);
    QCOMPARE(window.messages()->keys().contains("disk"), meanwhile);
    window.actions().save->trigger();
    QCOMPARE(window.messages()->keys().contains("overwrite"), meanwhile);
    QCOMPARE(bytesOf(path) == theirs, meanwhile);
    QCOMPARE(window.document()->isModified(), meanwhile);
  }
}

void TestKeepingWork::aFileThatIsGoneLeavesTheTaskUnsaved() {
  Opened o;
  const QString path = o.openCopy("point_mass"), away = o.folder.filePath("away");
  QVERIFY(!o.document().isModified());
  QVERIFY(QFile::rename(path, away));
  QTRY_VERIFY_WITH_TIMEOUT(o.document().isModified(), 5000);
  QVERIFY(o.asks("gone"));
  QVERIFY(!o.window.close());
  QVERIFY(o.asks("close"));
  o.press("message.close.cancel");
  // Back where it was.
  QVERIFY(QFile::rename(away, path));
  QTRY_VERIFY_WITH_TIMEOUT(!o.document().isModified(), 5000);
  QVERIFY(!o.asks("gone") && !o.asks("disk"));
  // Gone for good: saving writes it anew.
  QVERIFY(QFile::remove(path));
  QTRY_VERIFY_WITH_TIMEOUT(o.document().isModified(), 5000);
  QVERIFY(o.window.saveTask());
  QCOMPARE(bytesOf(path), o.document().text());
  QVERIFY(!o.document().isModified());
  // And is looked after again.
  write(path, bytesOf(path).replace("\"horizon\": 100", "\"horizon\": 55"));
  QTRY_VERIFY_WITH_TIMEOUT(o.window.messages()->keys().contains("disk"), 5000);
}

/// What was learned is in no file: neither opening nor restoring throws it away without a word.
void TestKeepingWork::finishedIterationsGoOnlyWhenAsked() {
  QTemporaryDir folder;
  {
    MainWindow crashed({folder.path(), GPS_SCENES, false, {}});
    QVERIFY(crashed.openScene("reach"));
    QVERIFY(crashed.document()->edit("x", [](TreeEditor& e) { return e.replace(TreePath("/horizon"), 77); }).ok());
  }
  MainWindow window({folder.path(), GPS_SCENES, false, {}});
  window.show();
  QVERIFY(window.openScene("point_mass"));
  QVERIFY(window.messages()->keys().contains("recover"));  // offered before anything was learned
  RunSession* run = window.runs().front();
  for (const auto& [key, value] : {std::pair{"run.iterations", "1"}, {"pol.steps", "50"}, {"run.samples", "3"}})
    QVERIFY(run->setParameter(key, value).ok());
  window.actions().start->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(run->state(), RunState::Finished, kPatience);
  window.openWhenAllowed("reach");
  QVERIFY(window.messages()->keys().contains("open"));
  window.messages()->dismiss("open");
  QVERIFY(run->hasData() && window.document()->path().endsWith("point_mass.scene.json"));
  Q_EMIT window.messages()->keepTriggered("recover");
  QVERIFY(window.messages()->keys().contains("recover"));
  QVERIFY(run->hasData());
  const auto* frame = window.findChild<QWidget*>("message.recover");
  QVERIFY(frame && frame->accessibleName().contains("Save the session first"));
  Q_EMIT window.messages()->keepTriggered("recover");  // not without it
  QVERIFY(run->hasData() && window.document()->scene()->horizon != 77);
  const QString session = folder.filePath("kept.gpss");
  window.saveSessionAs(session);
  QTRY_VERIFY_WITH_TIMEOUT(window.messages()->keys().contains("session"), kPatience);
  Q_EMIT window.messages()->keepTriggered("recover");
  QVERIFY(window.runs().empty());
  QVERIFY(QFile::exists(session));
  QCOMPARE(window.document()->scene()->horizon, 77);
}

void TestKeepingWork::workThatCannotBeKeptIsSaidOnce() {
  Opened o;
  // A file where the folder should be: nothing can be written there, by nobody.
  write(o.folder.filePath("unsaved"), "x");
  QVERIFY(o.window.openScene("reach"));
  QVERIFY(!o.asks("notKept"));
  QVERIFY(o.change(33));
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("notKept"), 5000);
  o.window.messages()->dismiss("notKept");
  QVERIFY(o.change(34));
  QTest::qWait(1200);  // longer than it takes to write
  QVERIFY(!o.asks("notKept"));
  QVERIFY(QFile::remove(o.folder.filePath("unsaved")));
  QVERIFY(o.change(35));
  QTRY_COMPARE_WITH_TIMEOUT(QDir(o.folder.filePath("unsaved")).entryList({"*.task"}).size(), 1, 5000);
}

QTEST_MAIN(TestKeepingWork)
#include "tst_keeping_work.moc"
