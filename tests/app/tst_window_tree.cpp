// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QDockWidget>
#include <QLineEdit>
#include <QStandardPaths>
#include <QTreeView>
#include <QtTest>

#include "app/bridge/session_layout.h"
#include "app/forms/workspace.h"
#include "app/run_tree_control.h"
#include "core/session/session_fork.h"
#include "tests/app/session_window.h"
#include "tests/core/session/session_fixture.h"
#include "widgets/panels/run_tree.h"
#include "widgets/panels/time_bar.h"

using namespace gps;
using namespace gps::ui;
using gps::testing::differenceOf;
using gps::testing::kPatience;

namespace {

/// A window with the panel of the runs before it.
struct TreeWindow : gps::testing::SessionWindow {
  explicit TreeWindow(const QString& folder) : SessionWindow(folder) {}
  RunTreePanel& panel() { return *window.findChild<RunTreePanel*>("runs.panel"); }
  void raise() {
    auto* dock = window.findChild<QDockWidget*>("dock.runs");
    dock->show();
    dock->raise();
    QTRY_VERIFY(panel().isVisible());
  }
  const RunTreeRow* row(const QString& name) {
    for (const RunTreeRow& each : panel().model()->rows()) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }
  bool lists(const QString& name, int iterations) {
    return QTest::qWaitFor([&] { return row(name) && row(name)->id > 0 && row(name)->iterations == iterations; }, kPatience);
  }
  bool marks(const QString& name, const QString& mark) {
    return QTest::qWaitFor([&] { return row(name) && row(name)->shownAs == mark; }, kPatience);
  }
  /// Presses what the panel offers for a run.
  bool ask(const QString& name, const char* what, int iteration = 0) {
    if (!row(name)) return false;
    panel().choose(row(name)->id);
    panel().setIteration(iteration);
    auto* action = panel().findChild<QAction*>(QLatin1String(what));
    if (!action->isEnabled()) return false;
    action->trigger();
    return true;
  }
  QString nameOf(int index) { return QString::fromStdString(run(index).setup().name); }
};

/// mdgps-1 with five iterations, its fork mdgps-2 from the second on with six, and badmm-1 with three.
void writeTree(const QString& file) {
  using namespace gps::testing;
  const std::string path = file.toStdString();
  trainTo(path, sceneSetup("mdgps", "point_mass", 5, {{"pol.hidden", "8"}}));
  const auto add = [&path](RunSetup setup, const RunOrigin& origin) {
    const auto writer = *SessionWriter::append(path);
    setup.recorder = *writer->begin(setup, origin);
    Watched watched(setup);
    watched.run.start();
    if (!watched.waitFor({RunState::Finished})) qFatal("the run did not finish");
    if (!writer->settle()) qFatal("the run was not saved");
  };
  RunSetup fork;
  RunOrigin origin;
  {
    const auto session = SessionFile::open(path);
    const SessionRun from = session->runs().front();
    fork = *setupAt(*session, from, 2);
    fork.name = "mdgps-2";
    origin.parent = from.id;
    origin.parentIteration = 2;
    auto point = std::make_shared<ResumePoint>(*fork.resume);
    point->pending = {{"lqr.kl_step", "0.3"}, {"run.iterations", "6"}};
    fork.resume = std::move(point);
  }
  add(fork, origin);
  add(sceneSetup("badmm", "point_mass", 3, {{"pol.hidden", "8"}, {"badmm.inner", "2"}}), {});
}

}  // namespace

/// Every run of a session can be seen, put beside another one, and gone on with.
class TestWindowTree : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void theListGrowsWithTheRuns();
  void anyRunIsShownAndGoesOnBitForBit();
  void anyTwoNodesStandSideBySide();
  void aRunBesideItsOwnPast();
  void whatStoodThereComesBack();
  void aRunThatWorksIsAskedAbout();
  void runsOfOtherScenesAreShownAlone();
  void aReadOnlySessionIsSeenAsWell();
  void namesAndNotesAreKept();
  void aSessionLooksAsItWasLeft();
  void layoutsAreReadStrictly();
  void theDocksToggleIsInTheMenu();
  void whatIsReadTooLateIsNotShown();
  void aForkThatDidNotBeginIsNotTakenForItsParent();
};

void TestWindowTree::theListGrowsWithTheRuns() {
  const QTemporaryDir folder;
  TreeWindow o(folder.path());
  o.prepare("point_mass", "mdgps", 3);
  o.raise();
  QVERIFY(o.panel().model()->rows().empty());
  QVERIFY(o.panel().findChild<QWidget*>("runs.empty")->isVisible());
  o.learn();
  QVERIFY(o.lists("mdgps-1", 3));
  QVERIFY(o.marks("mdgps-1", "A"));
  QCOMPARE(*o.row("mdgps-1")->localCost, o.run().history()->mean(Metric::LocalCost, 2));
  QVERIFY(o.row("mdgps-1")->changed.join(' ').contains("pol.steps"));
  // What a reset takes out of the window stays in the list, with all of its iterations.
  o.window.actions().reset->trigger();
  o.press("message.reset.action");
  o.set(0, 2);
  o.learn();
  QVERIFY(o.lists("mdgps-2", 2));
  QVERIFY(o.lists("mdgps-1", 3));
  QVERIFY(o.marks("mdgps-2", "A") && o.marks("mdgps-1", ""));
  // A fork stands below the run it left.
  QVERIFY(o.isSaved(2));
  o.window.workspace()->setIteration(1);
  QTRY_VERIFY(o.window.actions().fork->isEnabled());
  o.window.actions().fork->trigger();
  QVERIFY(o.shows(1, 1));
  QVERIFY(o.run(1).setParameter("lqr.kl_step", "0.4").ok());
  o.window.actions().start->trigger();
  QVERIFY(o.shows(2, 1));
  QVERIFY(o.lists("mdgps-3", 2) && o.marks("mdgps-3", "B"));
  const RunTreeModel& model = *o.panel().model();
  QTRY_COMPARE(model.indexOf(o.row("mdgps-3")->id).parent(), model.indexOf(o.row("mdgps-2")->id));
  QTRY_COMPARE(o.row("mdgps-3")->changed.size(), 1);
  QVERIFY(o.row("mdgps-3")->changed.front().contains("0.4"));
}

void TestWindowTree::anyRunIsShownAndGoesOnBitForBit() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss"), reference = folder.filePath("reference.gpss");
  writeTree(file);
  {
    gps::testing::trainTo(reference.toStdString(), gps::testing::sceneSetup("mdgps", "point_mass", 5, {{"pol.hidden", "8"}}));
    const auto session = SessionFile::open(reference.toStdString());
    RunSetup setup = *session->resume(session->runs().front(), 5);
    const auto writer = *SessionWriter::append(reference.toStdString());
    setup.recorder = *writer->resume(session->runs().front().id, setup, {});
    gps::testing::Watched watched(setup);
    watched.run.start();  // doubles the limit
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(writer->settle().ok());
  }
  {
    TreeWindow o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));  // the last one
    o.raise();
    QVERIFY(o.lists("mdgps-1", 5) && o.lists("mdgps-2", 6));
    QVERIFY(o.ask("mdgps-1", "runs.show", 2));
    QVERIFY(o.shows(5));
    QCOMPARE(o.window.workspace()->iteration(), 2);
    QTRY_VERIFY(o.window.workspace()->shown(0) && o.window.workspace()->shown(0)->report.iteration == 2);
    QVERIFY(o.marks("mdgps-1", "A") && o.marks("badmm-1", ""));
    o.learn();
    QVERIFY(o.isSaved(10));
    QVERIFY(o.lists("mdgps-1", 10));
  }
  const auto a = SessionFile::open(file.toStdString()), b = SessionFile::open(reference.toStdString());
  QVERIFY(a.ok() && b.ok());
  for (int k = 1; k <= 10; ++k) {
    QCOMPARE(differenceOf(*a->arrays("arrays", a->runs()[0], k), *b->arrays("arrays", b->runs()[0], k)), QString());
  }
  QCOMPARE(differenceOf(*a->arrays("states", a->runs()[0], 10), *b->arrays("states", b->runs()[0], 10)), QString());
  const Status sound = a->check();
  QVERIFY2(sound.ok(), sound.ok() ? "" : sound.error().text().c_str());
}

void TestWindowTree::anyTwoNodesStandSideBySide() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-2", 6));
  QVERIFY(o.ask("mdgps-2", "runs.compare"));
  QVERIFY(o.shows(6, 1));
  QCOMPARE(o.nameOf(0), QString("badmm-1"));
  QCOMPARE(o.nameOf(1), QString("mdgps-2"));
  QCOMPARE(o.run(1).history()->forkedAt(), 2);
  QVERIFY(o.marks("mdgps-2", "B"));
  // The same task object: the badge knows that start, noise and cost can be compared.
  QCOMPARE(o.run(0).setup().task.get(), o.run(1).setup().task.get());
  // An earlier iteration of another run: it stays there while the slider moves run A.
  QVERIFY(o.ask("mdgps-1", "runs.compare", 4));
  QTRY_COMPARE_WITH_TIMEOUT(o.window.runs().size() > 1 ? o.run(1).heldAt() : 0, 4, kPatience);
  QVERIFY(o.marks("mdgps-1", "B at 4") && o.marks("mdgps-2", ""));
  QCOMPARE(o.run(1).history()->iterations(), 4);
  for (const int k : {1, 3}) {
    o.window.workspace()->setIteration(k);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, k, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(1)->report.iteration, 4, kPatience);
  }
  const auto session = SessionFile::open(file.toStdString());
  const auto stored = session->snapshot(*session->run("mdgps-1"), o.run(1).setup().task, 4);
  QTRY_VERIFY_WITH_TIMEOUT(!o.window.workspace()->shown(1)->conditions.empty(), kPatience);
  QVERIFY(o.window.workspace()->shown(1)->conditions[0].local->trajectory.X == (*stored)->conditions[0].local->trajectory.X);
  // No engine ever works on it; run A goes on.
  o.window.actions().start->trigger();
  QVERIFY(o.shows(6, 0));
  QCOMPARE(o.run(1).history()->iterations(), 4);
  QVERIFY(!o.run(1).setParameter("lqr.kl_step", "0.2").ok());
}

void TestWindowTree::aRunBesideItsOwnPast() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-2", 6));
  QVERIFY(!o.ask("mdgps-2", "runs.compareWithLast"));  // the last with the last
  QVERIFY(o.ask("mdgps-2", "runs.compareWithLast", 1));  // of the past that it shares
  QVERIFY(o.shows(6, 0) && o.shows(1, 1));
  QCOMPARE(o.run(1).heldAt(), 1);
  QVERIFY(o.marks("mdgps-2", "A, B at 1"));
  QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, 6, kPatience);
  QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(1)->report.iteration, 1, kPatience);
  // The one that works and the one that is looked at are of the same run, and it is saved once.
  o.window.actions().start->trigger();
  QVERIFY(o.isSaved(12));
  QVERIFY(SessionFile::open(file.toStdString())->check().ok());
  // Reset begins one new run, not two.
  o.window.actions().reset->trigger();
  o.press("message.reset.action");
  QCOMPARE(o.window.runs().size(), std::size_t{1});
}

void TestWindowTree::whatStoodThereComesBack() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-2", 6));
  auto* back = o.panel().findChild<QAction*>("runs.back");
  QVERIFY(!back->isEnabled());
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QVERIFY(o.shows(5));
  QVERIFY(o.ask("mdgps-2", "runs.compare", 3));
  QTRY_VERIFY_WITH_TIMEOUT(o.window.runs().size() == 2 && o.run(1).heldAt() == 3, kPatience);
  // Show on run B changes places; nothing is read or stopped.
  QTRY_VERIFY_WITH_TIMEOUT(back->isEnabled(), kPatience);
  back->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(o.window.runs().size(), std::size_t{1}, kPatience);
  QCOMPARE(o.nameOf(0), QString("mdgps-1"));
  QTRY_VERIFY_WITH_TIMEOUT(o.marks("mdgps-1", "A"), kPatience);
  back->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(o.nameOf(0), QString("badmm-1"), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(!back->isEnabled(), kPatience);
  QVERIFY(o.ask("mdgps-2", "runs.compare"));
  QVERIFY(o.shows(6, 1));
  const RunSession* before = &o.run(1);
  QVERIFY(o.marks("mdgps-2", "B"));
  QVERIFY(o.ask("mdgps-2", "runs.show"));
  QTRY_COMPARE_WITH_TIMEOUT(o.nameOf(0), QString("mdgps-2"), kPatience);
  QCOMPARE(&o.run(0), before);
  QCOMPARE(o.nameOf(1), QString("badmm-1"));
}

void TestWindowTree::aRunThatWorksIsAskedAbout() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-1", 5));
  QVERIFY(o.run().setParameter("run.iterations", "100000").ok());
  o.window.actions().start->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run().history()->iterations() > 5, kPatience);
  QVERIFY(o.marks("badmm-1", "A"));
  QTRY_COMPARE_WITH_TIMEOUT(o.row("badmm-1")->state, QString("Running"), kPatience);
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("runs"), kPatience);
  QVERIFY2(o.said("runs").contains("stay in the session"), qPrintable(o.said("runs")));
  QVERIFY(o.run().active());
  const int atLeast = o.run().history()->iterations();
  o.press("message.runs.action");
  QTRY_COMPARE_WITH_TIMEOUT(o.nameOf(0), QString("mdgps-1"), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(o.row("badmm-1")->shownAs.isEmpty(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(o.row("badmm-1")->iterations >= atLeast, kPatience);
  // And it goes on where it was stopped.
  const int stopped = o.row("badmm-1")->iterations;
  QVERIFY(o.ask("badmm-1", "runs.show"));
  QTRY_COMPARE_WITH_TIMEOUT(o.nameOf(0), QString("badmm-1"), kPatience);
  QVERIFY(o.run().history()->iterations() >= stopped);
  o.window.actions().stepIteration->trigger();
  const int next = o.run().history()->iterations() + 1;
  QVERIFY(o.isSaved(next));
  QVERIFY(!o.asks("saving"));
}

void TestWindowTree::runsOfOtherScenesAreShownAlone() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  {
    using namespace gps::testing;
    const auto writer = *SessionWriter::append(file.toStdString());
    RunSetup setup = sceneSetup("trajopt", "reach", 2);
    setup.name = "other";
    setup.recorder = *writer->begin(setup, {});
    Watched watched(setup);
    watched.run.start();
    QVERIFY(watched.waitFor({RunState::Finished}));
    QVERIFY(writer->settle().ok());
  }
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(2));
  QCOMPARE(o.run().setup().task->name, std::string("reach"));
  o.raise();
  QVERIFY(o.lists("mdgps-1", 5));
  QCOMPARE(o.panel().model()->rowCount(), 2);  // two scenes
  QVERIFY(!o.ask("mdgps-1", "runs.compare"));
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QVERIFY(o.shows(5));
  QCOMPARE(o.run().setup().task->name, std::string("point_mass"));
  QVERIFY(o.ask("mdgps-2", "runs.compare"));
  QVERIFY(o.shows(6, 1));
  QVERIFY(o.ask("other", "runs.show"));
  QTRY_VERIFY_WITH_TIMEOUT(o.window.runs().size() == 1 && o.nameOf(0) == "other", kPatience);
  o.window.showDesign();
  o.window.showLearn(false);
  QCOMPARE(o.nameOf(0), QString("other"));  // the task of the window is the run's
  QCOMPARE(o.run().history()->iterations(), 2);
}

void TestWindowTree::aReadOnlySessionIsSeenAsWell() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  const auto other = *SessionWriter::append(file.toStdString());
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-2", 6));
  QVERIFY(o.ask("mdgps-2", "runs.show"));
  QVERIFY(o.shows(6));
  QVERIFY(!o.window.actions().start->isEnabled());
  QVERIFY(!o.panel().findChild<QAction*>("runs.rename")->isEnabled());
  QVERIFY(o.ask("mdgps-1", "runs.compare"));
  QVERIFY(o.shows(5, 1));
}

void TestWindowTree::namesAndNotesAreKept() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  {
    TreeWindow o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));
    o.raise();
    QVERIFY(o.lists("mdgps-1", 5));
    RunTreePanel& panel = o.panel();
    panel.choose(o.row("badmm-1")->id);
    Q_EMIT panel.renameRequested(o.row("badmm-1")->id, "mdgps-1");
    QTRY_VERIFY_WITH_TIMEOUT(o.said("runs").contains("has this name already"), kPatience);
    Q_EMIT panel.renameRequested(o.row("badmm-1")->id, "slow <b>but</b> sure");
    QVERIFY(o.lists("slow <b>but</b> sure", 3));
    Q_EMIT panel.noteRequested(o.row("mdgps-1")->id, 3, "here it turns");
    QTRY_VERIFY_WITH_TIMEOUT(!o.row("mdgps-1")->notes.empty(), kPatience);
    // The run that was renamed is still the one that is shown, read, forked and saved.
    QVERIFY(o.marks("slow <b>but</b> sure", "A"));
    o.window.workspace()->setIteration(1);
    QTRY_VERIFY_WITH_TIMEOUT(!o.window.workspace()->shown(0)->conditions.empty(), kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, 1, kPatience);
    o.learn();
    QVERIFY(o.isSaved(6));
    QVERIFY(!o.asks("load") && !o.asks("saving"));
    QVERIFY(o.lists("slow <b>but</b> sure", 6));
  }
  const auto session = SessionFile::open(file.toStdString());
  QCOMPARE(session->run("slow <b>but</b> sure")->iterations, 6);
  QCOMPARE(session->placedNotes(*session->run("mdgps-1"))->front().text, std::string("here it turns"));
  QVERIFY(session->check().ok());
}

void TestWindowTree::aSessionLooksAsItWasLeft() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  {
    TreeWindow o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));
    o.raise();
    QVERIFY(o.lists("mdgps-2", 6));
  }
  QVERIFY(SessionFile::open(file.toStdString())->layout().empty());  // nothing was changed
  {
    TreeWindow o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));
    o.raise();
    QVERIFY(o.lists("mdgps-2", 6));
    QVERIFY(o.ask("mdgps-1", "runs.show"));
    QVERIFY(o.shows(5));
    QVERIFY(o.ask("mdgps-2", "runs.compare", 4));
    QVERIFY(o.shows(4, 1));
    o.window.workspace()->setIteration(2);
    o.window.actions().showGrid->setChecked(false);
  }
  {
    TreeWindow o(folder.path());
    QVERIFY(o.window.actions().showGrid->isChecked());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(5) && o.shows(4, 1));
    QCOMPARE(o.nameOf(0), QString("mdgps-1"));
    QCOMPARE(o.run(1).heldAt(), 4);
    QCOMPARE(o.window.selectedRun(), 1);
    QCOMPARE(o.window.workspace()->iteration(), 2);
    QVERIFY(!o.window.actions().showGrid->isChecked());
    QTRY_VERIFY_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration == 2, kPatience);
    QCOMPARE(o.window.workspace()->shown(1)->report.iteration, 4);
  }
  // Hostile layouts are passed over: the last run is shown, as without one.
  for (const char* text : {"{}", "[1]", "{\"version\":1,\"page\":\"learn\",\"shown\":[{\"run\":99,\"at\":0}],"
                                        "\"selected\":0,\"iteration\":0,\"runs\":3,\"layers\":{}}"}) {
    QVERIFY((*SessionWriter::append(file.toStdString()))->setLayout(text).ok());
    TreeWindow o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));
    QCOMPARE(o.nameOf(0), QString("badmm-1"));
  }
  QVERIFY(SessionFile::open(file.toStdString())->check().ok());
}

void TestWindowTree::layoutsAreReadStrictly() {
  SessionLayout layout{{{7, 0}, {7, 3}}, 1, 5, 3};
  layout.layers[2] = true;
  const std::string text = layoutText(layout);
  QVERIFY(parseLayout(text) == layout);
  const auto with = [&text](const char* what, const char* instead) {
    const std::size_t at = text.find(what);
    if (at == std::string::npos) qFatal("%s", what);
    return std::string(text).replace(at, std::string_view(what).size(), instead);
  };
  for (const std::string& bad :
       {std::string(), text + " x", std::string(5000, ' ') + text, with("\"version\":1", "\"version\":2"),
        with("\"selected\":1", "\"selected\":2"), with("\"iteration\":5", "\"iteration\":-1"),
        with("\"iteration\":5", "\"iteration\":1e9"), with("\"iteration\":5", "\"iteration\":18446744073709551615"),
        with("\"runs\":3", "\"runs\":3,\"more\":1"), with("\"runs\":3", "\"runs\":\"3\""),
        with("\"run\":7", "\"run\":0"), with("\"at\":0", "\"at\":2"), with("\"at\":3", "\"at\":0"),
        with("\"learn\"", "\"fly\""), with("true", "1")}) {
    QVERIFY2(!parseLayout(bad), bad.c_str());
  }
}

void TestWindowTree::theDocksToggleIsInTheMenu() {
  const QTemporaryDir folder;
  TreeWindow o(folder.path());
  o.prepare("point_mass", "trajopt", 1);
  auto* dock = o.window.findChild<QDockWidget*>("dock.runs");
  QVERIFY(dock && !dock->isHidden());
  QAction* toggle = dock->toggleViewAction();
  QVERIFY(toggle->text().contains("Runs"));
  const QList<QObject*> places = toggle->associatedObjects();
  QVERIFY(std::any_of(places.begin(), places.end(), [](QObject* each) { return qobject_cast<QMenu*>(each); }));
}

void TestWindowTree::whatIsReadTooLateIsNotShown() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("mdgps-1", 5));
  // Several wishes at once: the last one counts.
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QVERIFY(o.ask("mdgps-2", "runs.compare"));
  QVERIFY(o.ask("mdgps-2", "runs.show"));
  QVERIFY(o.shows(6));
  QCOMPARE(o.nameOf(0), QString("mdgps-2"));
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  // Another scene is opened while a run is read.
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QVERIFY(o.window.openScene("reach"));
  QTest::qWait(300);
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  QCOMPARE(o.run().setup().task->name, std::string("reach"));
  QTRY_VERIFY(o.panel().model()->rows().empty());
  // The file goes away: it is said, and nothing else happens.
  o.window.openSessionFile(file);
  QVERIFY(o.shows(6));  // as it was left
  QVERIFY(o.lists("mdgps-1", 5));
  QVERIFY(QFile::rename(file, folder.filePath("elsewhere.gpss")));
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("runs"), kPatience);
  QCOMPARE(o.nameOf(0), QString("mdgps-2"));
}

void TestWindowTree::aForkThatDidNotBeginIsNotTakenForItsParent() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("tree.gpss");
  writeTree(file);
  TreeWindow o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  o.raise();
  QVERIFY(o.lists("badmm-1", 3));
  QVERIFY(o.marks("badmm-1", "A"));
  o.window.workspace()->setIteration(2);
  QTRY_VERIFY(o.window.actions().fork->isEnabled());
  o.window.actions().fork->trigger();
  QVERIFY(o.shows(2, 1));
  QVERIFY(o.marks("badmm-2", "B"));
  QCOMPARE(o.row("badmm-1")->shownAs, QString("A"));
  QCOMPARE(o.row("badmm-1")->iterations, 3);
  QCOMPARE(o.row("badmm-2")->parent, o.row("badmm-1")->id);
  QCOMPARE(o.row("badmm-2")->parentIteration, 2);
  QVERIFY(o.row("badmm-2")->id < 0);
  // It leaves the window, and what stood there comes back without it.
  QVERIFY(o.ask("mdgps-1", "runs.show"));
  QVERIFY(o.shows(5));
  auto* back = o.panel().findChild<QAction*>("runs.back");
  QTRY_VERIFY_WITH_TIMEOUT(back->isEnabled(), kPatience);
  back->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(o.nameOf(0), QString("badmm-1"), kPatience);
  for (const RunSession* run : o.window.runs()) QVERIFY(run);
  QCOMPARE(o.window.runs().size(), std::size_t{1});
}

QTEST_MAIN(TestWindowTree)
#include "tst_window_tree.moc"
