// SPDX-License-Identifier: GPL-3.0-or-later
#include <signal.h>

#include <QAbstractButton>
#include <QAction>
#include <QDockWidget>
#include <QDropEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMimeData>
#include <QStandardPaths>
#include <QTableWidget>
#include <QtTest>
#include <cmath>
#include <csignal>

#include "app/bridge/session_keeper.h"
#include "app/forms/recent_files.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/session/session_fork.h"
#include "tests/app/run_program.h"
#include "tests/app/session_window.h"
#include "tests/core/session/session_fixture.h"
#include "tests/full_disk.h"
#include "widgets/panels/step_panel.h"
#include "widgets/panels/time_bar.h"

using namespace gps;
using namespace gps::ui;
using gps::testing::differenceOf;
using gps::testing::FullDisk;
using gps::testing::kPatience;
using gps::testing::kSettings;
using gps::testing::sessionsIn;
using gps::testing::unsavedIn;
using Opened = gps::testing::SessionWindow;

namespace {

/// A session with this many iterations of a run without a policy.
void write(const QString& file, int iterations) {
  gps::testing::trainTo(file.toStdString(), gps::testing::sceneSetup("trajopt", "point_mass", iterations));
}

}  // namespace

/// Runs of the window are saved as they go, and come back as they were.
class TestWindowSessions : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void everyRunIsSavedWithoutBeingAsked();
  void aNameMovesTheSession();
  void twoRunsComeBackSideBySide();
  void goingOnInTheWindowGivesTheSameBytes_data();
  void goingOnInTheWindowGivesTheSameBytes();
  void anOpenedSessionShowsWhatWasThere();
  void aFinishedSessionRaisesItsLimit();
  void anotherProgramsSessionIsOnlyRead();
  void whatIsNoSessionIsSaid();
  void aKilledProgramsSessionIsOffered();
  void forksThatDidNotGoOnHideNoIterations();
  void aDiscardedSessionIsNotOfferedAgain();
  void closingAsksOnceForAName();
  void closingADiscardedSessionLeavesNothing();
  void openingAnotherSceneAsksForAName();
  void resettingKeepsTheOldRunInTheSession();
  void withoutAFolderTheRunGoesOnAndIsSavedElsewhere();
  void aFullDiskIsSaidAndNothingIsMissingAfterwards();
  void scrubbingReadsWhatIsLookedAt();
  void aLongRunKeepsOnlyItsNewestArrays();
  void theStepsOfPastIterationsAreKept();
  void aDroppedSessionOpensAndIsRecent();
  void aForkSharesThePastAndGoesItsOwnWay();
  void changesOfAForkThatNeverWentOnAreKept_data();
  void changesOfAForkThatNeverWentOnAreKept();
  void changesOfAnOpenedRunThatDidNotGoOnAreKept();
  void aSessionThatWasLookedAtIsOnePlainFile();
};

void TestWindowSessions::everyRunIsSavedWithoutBeingAsked() {
  const QTemporaryDir folder;
  Opened o(folder.path());
  QVERIFY(!o.window.actions().saveSessionAs->isEnabled());
  o.prepare("point_mass", "mdgps", 3);
  QVERIFY(sessionsIn(unsavedIn(folder)).isEmpty());  // nothing to save yet
  o.learn();
  QVERIFY(o.isSaved(3));
  QTRY_COMPARE(o.label("status.saved"), QString("Saved: iteration 3"));
  QVERIFY(o.window.actions().saveSessionAs->isEnabled());
  // Only this user can look into it.
  const QFile::Permissions others = QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther;
  QCOMPARE(QFileInfo(unsavedIn(folder)).permissions() & others, QFile::Permissions());
  const auto session = SessionFile::open(o.window.session().file().toStdString());
  QVERIFY(session.ok());
  QCOMPARE(session->runs().front().iterations, 3);
  QCOMPARE(session->runs().front().algorithm, std::string("mdgps"));
}

void TestWindowSessions::aNameMovesTheSession() {
  const QTemporaryDir folder;
  Opened o(folder.path());
  o.prepare("point_mass", "mdgps", 2);
  o.learn();
  const QString file = folder.filePath("mine.gpss");
  o.window.actions().saveSessionAs->trigger();
  auto* dialog = o.window.findChild<QFileDialog*>("dialog.saveSession");
  QVERIFY(dialog);
  Q_EMIT dialog->fileSelected(file);
  dialog->close();
  QTRY_VERIFY_WITH_TIMEOUT(o.window.session().named(), kPatience);
  QVERIFY(sessionsIn(unsavedIn(folder)).isEmpty());
  QVERIFY2(o.window.windowTitle().contains("mine.gpss"), qPrintable(o.window.windowTitle()));
  o.learn();  // raises the limit
  QVERIFY(o.isSaved(4));
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  QCOMPARE(session->runs().front().iterations, 4);
  QVERIFY(session->check().ok());
  // A place that can't be written to changes nothing.
  o.window.saveSessionAs(folder.filePath("no/folder/mine.gpss"));
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("session") && o.said("session").contains("no/folder"), kPatience);
  QCOMPARE(o.window.session().file(), file);
}

void TestWindowSessions::twoRunsComeBackSideBySide() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("two.gpss");
  {
    Opened o(folder.path());
    o.prepare("point_mass", "mdgps", 2);
    QVERIFY(o.window.addSecondRun("badmm"));
    o.set(1, 3);
    o.learn();
    QVERIFY(o.isSaved(2, 0) && o.isSaved(3, 1));
    o.saveAs(file);
  }
  Opened o(folder.path());
  o.window.openWhenAllowed(file);
  QVERIFY(o.shows(3, 1));
  QCOMPARE(o.run(0).setup().algorithm, std::string("mdgps"));
  QCOMPARE(o.run(0).history()->iterations(), 2);
  QCOMPARE(o.run(1).setup().algorithm, std::string("badmm"));
}

void TestWindowSessions::goingOnInTheWindowGivesTheSameBytes_data() {
  QTest::addColumn<QString>("algorithm");
  for (const char* algorithm : {"trajopt", "badmm", "mdgps"}) QTest::newRow(algorithm) << algorithm;
}

void TestWindowSessions::goingOnInTheWindowGivesTheSameBytes() {
  QFETCH(QString, algorithm);
  const QTemporaryDir folder;
  const QString file = folder.filePath("window.gpss"), reference = folder.filePath("terminal.gpss");
  QStringList command{"train", "point_mass", "--algorithm", algorithm, "--iterations", "8", "--session", reference};
  for (const auto& [key, value] : kSettings) command << "--set" << QString("%1=%2").arg(key, value);
  const gps::test::Outcome trained = gps::test::runProgram(command);
  QVERIFY2(trained.exitCode == 0, trained.err.constData());
  {
    Opened o(folder.path());
    o.prepare("point_mass", algorithm.toStdString(), 8);
    for (int k = 1; k <= 3; ++k) {
      o.window.actions().stepIteration->trigger();
      QTRY_COMPARE_WITH_TIMEOUT(o.run().history()->iterations(), k, kPatience);
      QTRY_COMPARE_WITH_TIMEOUT(o.run().state(), RunState::Paused, kPatience);
    }
    QVERIFY(o.isSaved(3));
    o.saveAs(file);
  }
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  QCOMPARE(o.window.actions().start->text(), QString("Continue"));
  o.learn();
  QVERIFY(o.isSaved(8));
  const auto a = SessionFile::open(file.toStdString()), b = SessionFile::open(reference.toStdString());
  QVERIFY(a.ok() && b.ok());
  QCOMPARE(differenceOf(*a, *b, 8), QString());
}

void TestWindowSessions::anOpenedSessionShowsWhatWasThere() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("kept.gpss");
  write(file, 12);
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(12));
  const auto session = SessionFile::open(file.toStdString());
  const SessionRun run = *session->run("");
  const auto rows = *session->rows(run);
  for (int k = 0; k < 12; ++k) {
    for (const MetricSpec& spec : metricRegistry()) {
      const auto stored = rows[static_cast<std::size_t>(k)].report.metrics.get(spec.id, 0);
      const double shown = o.run().history()->value(spec.id, k, 0);
      QVERIFY2(stored ? *stored == shown || (std::isnan(*stored) && std::isnan(shown)) : std::isnan(shown),
               spec.key.data());
    }
  }
  const auto shown = o.window.workspace()->shown(0);
  QVERIFY(shown);
  QCOMPARE(shown->report.iteration, 12);
  const auto stored = session->snapshot(run, o.run().setup().task, 12);
  QVERIFY(stored.ok());
  QVERIFY(shown->conditions.at(0).local->trajectory.X == (*stored)->conditions.at(0).local->trajectory.X);
  QCOMPARE(o.run().parameters().run.samples, 3);
  QVERIFY(!o.window.isWindowModified());
  QTRY_COMPARE(o.label("status.saved"), QString("Saved: iteration 12"));
}

void TestWindowSessions::aFinishedSessionRaisesItsLimit() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("kept.gpss");
  write(file, 4);
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(4));
  QCOMPARE(o.run().state(), RunState::Finished);
  o.window.actions().start->trigger();
  QVERIFY(o.shows(8));
  QVERIFY(o.isSaved(8));
}

void TestWindowSessions::anotherProgramsSessionIsOnlyRead() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("theirs.gpss");
  write(file, 3);
  auto other = *SessionWriter::append(file.toStdString());
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  QVERIFY(o.asks("readOnly"));
  QVERIFY2(o.said("readOnly").contains(QString::number(QCoreApplication::applicationPid())), qPrintable(o.said("readOnly")));
  QVERIFY(!o.window.actions().start->isEnabled() && !o.window.actions().reset->isEnabled());
  QVERIFY(!o.run().setParameter("run.iterations", "9").ok());
  QVERIFY(o.window.windowTitle().contains("read only"));
  other.reset();
  o.press("message.readOnly.action");
  QTRY_VERIFY_WITH_TIMEOUT(o.window.actions().start->isEnabled(), kPatience);
  QVERIFY(!o.asks("readOnly"));
  QCOMPARE(o.run().history()->iterations(), 3);
}

void TestWindowSessions::whatIsNoSessionIsSaid() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("broken.gpss");
  QFile broken(file);
  QVERIFY(broken.open(QIODevice::WriteOnly));
  broken.write(QByteArray(5000, 'x'));
  broken.close();
  Opened o(folder.path());
  o.window.openWhenAllowed(file);
  QTRY_VERIFY_WITH_TIMEOUT(o.said("session").contains("not a session"), kPatience);
  QVERIFY(o.window.runs().empty());
}

void TestWindowSessions::aKilledProgramsSessionIsOffered() {
  const QTemporaryDir folder;
  QVERIFY(QDir(folder.path()).mkdir("unsaved"));
  const QString file = unsavedIn(folder) + "/left.gpss";
  QProcess program;
  program.start(QStringLiteral(GPS_BINARY), {"train", "point_mass", "--algorithm", "trajopt", "--iterations", "100000",
                                             "--set", "run.samples=3", "--json", "--session", file});
  QByteArray out;
  while (out.count("{\"run\"") < 6 && program.waitForReadyRead(kPatience)) out += program.readAllStandardOutput();
  {
    // As long as its program lives, a session is not offered.
    Opened o(folder.path());
    QTest::qWait(300);
    QVERIFY(!o.asks("leftSession"));
  }
  ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
  QVERIFY(program.waitForFinished(kPatience));
  Opened o(folder.path());
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("leftSession"), kPatience);
  QVERIFY2(o.said("leftSession").contains("point_mass"), qPrintable(o.said("leftSession")));
  o.press("message.leftSession.keep");
  QTRY_VERIFY_WITH_TIMEOUT(!o.window.runs().empty() && o.run().history()->iterations() >= 5, kPatience);
  QVERIFY(!o.asks("leftSession"));
  QVERIFY(!o.window.session().named());
  QVERIFY(!o.window.close());  // it has no name still
  QVERIFY(o.asks("close"));
}

void TestWindowSessions::forksThatDidNotGoOnHideNoIterations() {
  const QTemporaryDir folder;
  QVERIFY(QDir(folder.path()).mkdir("unsaved"));
  const QString file = unsavedIn(folder) + "/left.gpss";
  write(file, 4);
  for (int n = 2; n <= 3; ++n) {
    RunOrigin origin;
    RunSetup fork;
    {
      const auto session = SessionFile::open(file.toStdString());
      fork = *setupAt(*session, session->runs().front(), 4);
      origin.parent = session->runs().front().id;
    }
    fork.name = "trajopt-" + std::to_string(n);
    origin.parentIteration = 4;
    const auto writer = *SessionWriter::append(file.toStdString());
    QVERIFY(writer->begin(fork, origin).ok());
  }
  {
    // What a crash left is offered, not thrown away as empty.
    Opened o(folder.path());
    QTRY_VERIFY_WITH_TIMEOUT(o.asks("leftSession"), kPatience);
    QVERIFY2(o.said("leftSession").contains("4 iteration"), qPrintable(o.said("leftSession")));
    o.press("message.leftSession.keep");
    QVERIFY(o.shows(4));
    QVERIFY(!o.window.close());  // nor when the window closes
    QVERIFY(o.asks("close"));
  }
  QVERIFY(QFile::exists(file));
}

void TestWindowSessions::aDiscardedSessionIsNotOfferedAgain() {
  const QTemporaryDir folder;
  QVERIFY(QDir(folder.path()).mkdir("unsaved"));
  write(unsavedIn(folder) + "/left.gpss", 2);
  {
    Opened o(folder.path());
    QTRY_VERIFY_WITH_TIMEOUT(o.asks("leftSession"), kPatience);
    o.press("message.leftSession.cancel");
  }
  QCOMPARE(sessionsIn(unsavedIn(folder)).size(), 1);
  {
    Opened o(folder.path());
    QTRY_VERIFY_WITH_TIMEOUT(o.asks("leftSession"), kPatience);  // not answered, so offered anew
    o.press("message.leftSession.action");
  }
  QVERIFY(sessionsIn(unsavedIn(folder)).isEmpty());
}

void TestWindowSessions::closingAsksOnceForAName() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("mine.gpss");
  Opened o(folder.path());
  o.prepare("point_mass", "trajopt", 3);
  o.learn();
  QVERIFY(!o.window.close());
  QVERIFY(o.asks("close"));
  o.press("message.close.cancel");
  QVERIFY(!o.asks("close"));
  QVERIFY(!o.window.close());
  o.press("message.close.keep");
  auto* dialog = o.window.findChild<QFileDialog*>("dialog.saveSession");
  QVERIFY(dialog);
  Q_EMIT dialog->fileSelected(file);
  dialog->close();
  QTRY_VERIFY_WITH_TIMEOUT(!o.window.isVisible(), kPatience);
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  QCOMPARE(session->runs().front().iterations, 3);
  QVERIFY(sessionsIn(unsavedIn(folder)).isEmpty());
  // A session with a name needs no question.
  o.window.show();
  QVERIFY(o.window.close());
}

void TestWindowSessions::closingADiscardedSessionLeavesNothing() {
  const QTemporaryDir folder;
  {
    Opened o(folder.path());
    o.prepare("point_mass", "trajopt", 100000);
    o.window.actions().start->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(o.run().saved() && o.run().saved()->iteration > 0, kPatience);
    QVERIFY(!sessionsIn(unsavedIn(folder)).isEmpty());
    QVERIFY(!o.window.close());
    o.press("message.close.action");
    QVERIFY(!o.window.isVisible());
  }
  QVERIFY2(sessionsIn(unsavedIn(folder)).isEmpty(), qPrintable(sessionsIn(unsavedIn(folder)).join(' ')));
  {
    // Nor does a window that saved nothing.
    Opened o(folder.path());
    o.prepare("point_mass", "trajopt", 2);
  }
  QVERIFY(sessionsIn(unsavedIn(folder)).isEmpty());
}

void TestWindowSessions::openingAnotherSceneAsksForAName() {
  const QTemporaryDir folder;
  Opened o(folder.path());
  o.prepare("point_mass", "trajopt", 2);
  o.learn();
  o.window.openWhenAllowed("reach");
  QVERIFY(o.asks("open"));
  QCOMPARE(o.run().history()->iterations(), 2);
  o.press("message.open.action");
  QCOMPARE(QString::fromStdString(o.run().setup().task->name), QString("reach"));
  QTRY_VERIFY_WITH_TIMEOUT(sessionsIn(unsavedIn(folder)).isEmpty(), kPatience);
}

void TestWindowSessions::resettingKeepsTheOldRunInTheSession() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("mine.gpss");
  Opened o(folder.path());
  o.prepare("point_mass", "trajopt", 2);
  o.learn();
  o.window.actions().reset->trigger();
  QVERIFY2(o.said("reset").contains("stay in the session"), qPrintable(o.said("reset")));
  o.press("message.reset.action");
  o.set(0, 3);
  o.learn();
  QVERIFY(o.isSaved(3));
  o.saveAs(file);
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  QCOMPARE(session->runs().size(), std::size_t{2});
  QCOMPARE(session->runs()[0].iterations, 2);
  QCOMPARE(session->runs()[1].iterations, 3);
  QVERIFY(session->runs()[0].name != session->runs()[1].name);
}

void TestWindowSessions::withoutAFolderTheRunGoesOnAndIsSavedElsewhere() {
  const QTemporaryDir folder;
  QFile inTheWay(unsavedIn(folder));
  QVERIFY(inTheWay.open(QIODevice::WriteOnly));
  inTheWay.close();
  Opened o(folder.path());
  o.prepare("point_mass", "mdgps", 4);
  o.learn();
  QTRY_VERIFY_WITH_TIMEOUT(o.asks("saving"), kPatience);
  QTRY_COMPARE(o.label("status.saved"), QString("Not saved"));
  QVERIFY(!o.window.close());
  o.press("message.close.cancel");
  const QString file = folder.filePath("elsewhere.gpss");
  o.press("message.saving.action");
  auto* dialog = o.window.findChild<QFileDialog*>("dialog.saveSession");
  QVERIFY(dialog);
  Q_EMIT dialog->fileSelected(file);
  dialog->close();
  QVERIFY(o.isSaved(4));
  QTRY_VERIFY(!o.asks("saving"));
  o.learn();
  QVERIFY(o.isSaved(8));
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session.ok());
  QVERIFY(session->check().ok());
  QCOMPARE(session->runs().front().iterations, 8);
}

void TestWindowSessions::aFullDiskIsSaidAndNothingIsMissingAfterwards() {
  const QTemporaryDir folder;
  Opened o(folder.path());
  o.prepare("point_mass", "trajopt", 100000);
  o.window.actions().start->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run().saved() && o.run().saved()->iteration >= 2, kPatience);
  int after = 0;
  {
    const FullDisk full;
    QTRY_VERIFY_WITH_TIMEOUT(o.asks("saving"), kPatience);
    after = o.run().history()->iterations();
    QTRY_VERIFY_WITH_TIMEOUT(o.run().history()->iterations() > after + 3, kPatience);  // the run goes on
    QTRY_VERIFY2(o.label("status.saved").startsWith("Not saved after"), qPrintable(o.label("status.saved")));
  }
  QTRY_VERIFY_WITH_TIMEOUT(!o.asks("saving"), kPatience);
  o.window.actions().stop->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(o.run().state(), RunState::Idle, kPatience);
  const int iterations = o.run().history()->iterations();
  QVERIFY(o.isSaved(iterations));
  const auto session = SessionFile::open(o.window.session().file().toStdString());
  QVERIFY(session.ok());
  QVERIFY(session->check().ok());
  QCOMPARE(session->runs().front().iterations, iterations);
}

void TestWindowSessions::scrubbingReadsWhatIsLookedAt() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("long.gpss");
  write(file, 60);
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(60));
  const RunHistory& history = *o.run().history();
  QVERIFY(history.isWhole(60) && !history.isWhole(20));
  const auto session = SessionFile::open(file.toStdString());
  const SessionRun run = *session->run("");
  for (const int k : {7, 1, 33, 60, 12}) {
    o.window.workspace()->setIteration(k);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, k, kPatience);
    const auto shown = o.window.workspace()->shown(0);
    const auto stored = session->snapshot(run, o.run().setup().task, k);
    QVERIFY(stored.ok() && shown->conditions.size() == (*stored)->conditions.size());
    for (std::size_t i = 0; i < shown->conditions.size(); ++i) {
      QVERIFY(shown->conditions[i].local->trajectory.X == (*stored)->conditions[i].local->trajectory.X);
      QVERIFY(shown->conditions[i].controller->step(3).K == (*stored)->conditions[i].controller->step(3).K);
    }
  }
  // All of them, one after the other, as a slider does: only some stay in memory.
  for (int k = 60; k >= 1; --k) {
    o.window.workspace()->setIteration(k);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, k, kPatience);
  }
  int whole = 0;
  for (int k = 1; k <= 60; ++k) whole += history.isWhole(k) ? 1 : 0;
  QVERIFY2(whole < 40, qPrintable(QString::number(whole)));
}

void TestWindowSessions::aLongRunKeepsOnlyItsNewestArrays() {
  const QTemporaryDir folder;
  Opened o(folder.path());
  o.prepare("point_mass", "trajopt", 70);
  o.learn();
  QVERIFY(o.isSaved(70));
  const RunHistory& history = *o.run().history();
  QVERIFY(history.isWhole(70) && history.isWhole(60));
  QVERIFY(!history.isWhole(3));
  const double cost = history.mean(Metric::LocalCost, 2);
  o.window.workspace()->setIteration(3);
  QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, 3, kPatience);
  QVERIFY(!o.window.workspace()->shown(0)->conditions.empty());
  QCOMPARE(*o.window.workspace()->shown(0)->report.metrics.mean(Metric::LocalCost), cost);
}

void TestWindowSessions::theStepsOfPastIterationsAreKept() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("steps.gpss"), old = folder.filePath("old.gpss");
  QStringList made;
  const auto rowsOf = [](const StepPanel& panel) {
    QStringList rows;
    for (int r = 0; r < panel.table()->rowCount(); ++r) {
      QString row;
      for (int c = 0; c < panel.table()->columnCount(); ++c) row += panel.table()->item(r, c)->text() + ' ';
      rows << row;
    }
    return rows;
  };
  const auto raise = [](Opened& o) {
    auto* dock = o.window.findChild<QDockWidget*>("dock.step");
    dock->raise();
    QTRY_VERIFY(o.window.findChild<StepPanel*>("step.panel")->isVisible());
    o.window.refreshNow();
  };
  {
    Opened o(folder.path());
    o.prepare("point_mass", "mdgps", 5);
    o.learn();
    QVERIFY(o.isSaved(5));
    o.saveAs(file);
    raise(o);
    made = rowsOf(*o.window.findChild<StepPanel*>("step.panel"));
  }
  QCOMPARE(made.size(), 4);
  QVERIFY(QFile::copy(QStringLiteral(GPS_TEST_FILES "/sessions/schema-1.gpss"), old));
  QFile::setPermissions(old, QFile::ReadOwner | QFile::WriteOwner);
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(5));
  raise(o);
  const auto* panel = o.window.findChild<StepPanel*>("step.panel");
  QCOMPARE(rowsOf(*panel), made);  // also what another rule would have made of them
  auto* missing = o.window.findChild<QLabel*>("step.missing");
  QVERIFY(!missing->isVisible());
  o.window.workspace()->timeBar()->setFollowing(false);
  Q_EMIT o.window.workspace()->timeBar()->iterationChosen(3);
  const QList<QTableWidgetSelectionRange> marked = panel->table()->selectedRanges();
  QCOMPARE(marked.size(), 1);
  QCOMPARE(panel->table()->item(marked.front().topRow(), StepPanel::Iteration)->text(), QString("3"));
  // A file of before has none, opens, and it is said.
  o.window.openSessionFile(old);
  QTRY_VERIFY_WITH_TIMEOUT(o.window.session().file() == old, kPatience);
  raise(o);
  QCOMPARE(panel->table()->rowCount(), 0);
  QTRY_VERIFY2(missing->text().contains("no record"), qPrintable(missing->text()));
}

void TestWindowSessions::aDroppedSessionOpensAndIsRecent() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("kept.gpss");
  write(file, 2);
  Opened o(folder.path());
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(file)});
  QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(&o.window, &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(&o.window, &event);
  QVERIFY(o.shows(2));
  QVERIFY(o.window.settings().recentFiles().contains(file));
  const std::vector<SceneTile> tiles = recentTiles({file});
  QVERIFY(tiles.front().scene && tiles.front().text.startsWith("Session"));
  o.window.openSessionFile(file);
  QTRY_VERIFY(o.said("session").contains("open already"));
}

void TestWindowSessions::aForkSharesThePastAndGoesItsOwnWay() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("forks.gpss");
  {
    Opened o(folder.path());
    o.prepare("point_mass", "mdgps", 5);
    QVERIFY(!o.window.actions().fork->isEnabled());
    o.learn();
    QVERIFY(o.isSaved(5));
    o.saveAs(file);
    QTRY_VERIFY(o.window.actions().fork->isEnabled());
    o.window.workspace()->setIteration(2);
    o.window.actions().fork->trigger();
    QVERIFY(o.shows(2, 1));
    QCOMPARE(o.run(1).history()->forkedAt(), 2);
    QCOMPARE(o.run(0).history()->iterations(), 5);
    o.window.actions().start->trigger();  // the finished one waits
    QVERIFY(o.shows(5, 1));
    QVERIFY(o.isSaved(5, 1));
    QCOMPARE(o.run(0).history()->iterations(), 5);
    {
      const auto session = SessionFile::open(file.toStdString());
      QVERIFY(session.ok());
      QCOMPARE(session->runs().size(), std::size_t{2});
      const SessionRun parent = session->runs()[0], child = session->runs()[1];
      QCOMPARE(*child.parent, parent.id);
      QCOMPARE(child.parentIteration, 2);
      for (int k = 3; k <= 5; ++k) {
        QCOMPARE(differenceOf(*session->arrays("arrays", parent, k), *session->arrays("arrays", child, k)), QString());
      }
      QVERIFY(session->arrays("arrays", child, 2)->arrays().empty());  // shared, not copied
    }
    // Its shared past is looked at like its own.
    o.window.workspace()->setIteration(1);
    QTRY_VERIFY_WITH_TIMEOUT(o.window.workspace()->shown(1) && o.window.workspace()->shown(1)->report.iteration == 1, kPatience);
    QVERIFY(!o.window.workspace()->shown(1)->conditions.empty());
    // A fork of the fork takes the place of the other run.
    o.window.selectRun(1);
    o.window.workspace()->setIteration(4);
    o.window.actions().fork->trigger();
    QVERIFY(o.shows(4, 1));
    QCOMPARE(o.run(0).history()->forkedAt(), 2);
    QVERIFY(o.run(1).setParameter("lqr.kl_step", "0.9").ok());
    o.window.actions().start->trigger();
    QVERIFY(o.shows(5, 1));
    QVERIFY(o.isSaved(5, 1));
    QCOMPARE(o.run(1).history()->events().back().key, std::string("lqr.kl_step"));
    QCOMPARE(o.run(1).history()->events().back().iteration, 5);
  }
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(5, 1));
  QCOMPARE(o.run(1).history()->forkedAt(), 4);
  const auto session = SessionFile::open(file.toStdString());
  const Status sound = session->check();
  QVERIFY2(sound.ok(), sound.ok() ? "" : sound.error().text().c_str());
}

void TestWindowSessions::changesOfAForkThatNeverWentOnAreKept_data() {
  QTest::addColumn<bool>("started");
  QTest::newRow("never started") << false;
  QTest::newRow("stopped in its first iteration") << true;
}

void TestWindowSessions::changesOfAForkThatNeverWentOnAreKept() {
  QFETCH(bool, started);
  const QTemporaryDir folder;
  const QString file = folder.filePath("forks.gpss");
  {
    Opened o(folder.path());
    o.prepare("point_mass", "mdgps", 4);
    o.learn();
    QVERIFY(o.isSaved(4));
    o.saveAs(file);
    o.window.workspace()->setIteration(2);
    QTRY_VERIFY(o.window.actions().fork->isEnabled());
    o.window.actions().fork->trigger();
    QVERIFY(o.shows(2, 1));
    QVERIFY(o.run(1).setParameter("lqr.kl_step", "0.7").ok());
    // Long enough to be stopped in the middle of its first iteration.
    if (started) QVERIFY(o.run(1).setParameter("pol.steps", "1000000").ok());
    QTRY_COMPARE_WITH_TIMEOUT(o.run(1).progress().queued.size(), std::size_t(started ? 2 : 1), kPatience);
    if (started) {
      o.run(1).start();
      QTRY_VERIFY_WITH_TIMEOUT(o.run(1).progress().phase == "s_step", kPatience);
      o.run(1).stop();
      QTRY_COMPARE_WITH_TIMEOUT(o.run(1).state(), RunState::Idle, kPatience);
    }
  }
  {
    Opened o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(2, 1));
    const std::vector<ParameterEvent> queued = o.run(1).progress().queued;
    QCOMPARE(queued.size(), std::size_t(started ? 2 : 1));
    QCOMPARE(queued.front().key, std::string("lqr.kl_step"));
    QCOMPARE(queued.front().to, std::string("0.7"));
    if (started) QVERIFY(o.run(1).setParameter("pol.steps", "60").ok());
    o.window.actions().start->trigger();
    QVERIFY(o.shows(4, 1));
    QVERIFY(o.isSaved(4, 1));
    QCOMPARE(o.run(1).parameters().lqr.klStep, 0.7);
  }
  const auto session = SessionFile::open(file.toStdString());
  QVERIFY(session->check().ok());
  const std::vector<ParameterEvent> events = *session->events(session->runs().back());
  QCOMPARE(events.front().key, std::string("lqr.kl_step"));
  QCOMPARE(events.front().iteration, 3);
  QVERIFY(session->pending(session->runs().back())->empty());
}

void TestWindowSessions::changesOfAnOpenedRunThatDidNotGoOnAreKept() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("kept.gpss");
  write(file, 3);
  {
    Opened o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(3));
    QVERIFY(o.run().setParameter("lqr.kl_step", "0.6").ok());
    QTRY_COMPARE_WITH_TIMEOUT(o.run().progress().queued.size(), std::size_t{1}, kPatience);
  }
  Opened o(folder.path());
  o.window.openSessionFile(file);
  QVERIFY(o.shows(3));
  QCOMPARE(o.run().progress().queued.size(), std::size_t{1});
  QCOMPARE(o.run().progress().queued.front().to, std::string("0.6"));
}

void TestWindowSessions::aSessionThatWasLookedAtIsOnePlainFile() {
  const QTemporaryDir folder;
  const QString file = folder.filePath("kept.gpss");
  write(file, 60);
  const auto beside = [&folder] {
    QStringList files = sessionsIn(folder.path());
    files.removeAll("kept.gpss.lock");
    return files;
  };
  {
    Opened o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(60));
    // Looked at: another connection reads it at the same time.
    o.window.workspace()->setIteration(5);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, 5, kPatience);
    QVERIFY(o.window.openScene("reach"));  // ends the session, while the window stays
    QTRY_COMPARE_WITH_TIMEOUT(beside(), QStringList{"kept.gpss"}, kPatience);
    o.window.openSessionFile(file);
    QVERIFY(o.shows(60));
    o.window.workspace()->setIteration(7);
    QTRY_COMPARE_WITH_TIMEOUT(o.window.workspace()->shown(0)->report.iteration, 7, kPatience);
  }
  QCOMPARE(beside(), QStringList{"kept.gpss"});
  // A session that can only be read, since another program has it, is left alone.
  const auto other = *SessionWriter::append(file.toStdString());
  {
    Opened o(folder.path());
    o.window.openSessionFile(file);
    QVERIFY(o.shows(60));
  }
  QVERIFY(beside().contains("kept.gpss-wal"));
}

QTEST_MAIN(TestWindowSessions)
#include "tst_window_sessions.moc"
