// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QRegularExpression>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "app/bridge/comparison.h"
#include "app/forms/phase_strip.h"
#include "app/forms/run_panel.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/engine/run_log.h"
#include "core/scene/scene_reader.h"
#include "tests/core/engine/closed_form_task.h"
#include "widgets/panels/time_bar.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr int kPatience = 30000;  // ms; no test depends on the machine's speed

WindowSetup setupIn(const QTemporaryDir& folder) {
  return {.configFolder = folder.path(), .sceneFolder = GPS_SCENES, .systemIsDark = false};
}

/// A window with an empty configuration folder.
struct Opened {
  Opened() : window(setupIn(folder)) {
    window.resize(1280, 800);
    window.show();
  }
  RunSession& run(int index) { return *window.runs().at(static_cast<std::size_t>(index)); }
  QAbstractButton* button(const char* name) {
    return window.findChild<QAbstractButton*>(QLatin1String(name), Qt::FindChildrenRecursively);
  }
  void click(const char* name) {
    QAbstractButton* target = button(name);
    QVERIFY2(target, name);
    QTest::mouseClick(target, Qt::LeftButton);
  }
  /// Small enough for a test, whatever the scene suggests.
  void makeCheap(int iterations) {
    for (RunSession* each : window.runs()) {
      for (const auto& [key, value] : {std::pair{"run.iterations", QString::number(iterations)},
                                       {"pol.steps", QString("100")},
                                       {"run.samples", QString("4")}}) {
        const Status status = each->setParameter(key, value);
        QVERIFY2(status.ok(), status ? "" : status.error().text().c_str());
      }
    }
  }
  bool becomes(int index, RunState state) {
    return QTest::qWaitFor([&] { return run(index).state() == state; }, kPatience);
  }

  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace

class TestMainWindow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void clickOnATileThenStartShowsLearning();
  void scrubbingBackShowsThatIterationWhileNewOnesArrive();
  void phaseStepsFollowTheDocumentedOrderAndSayWhatWasDone();
  void pauseAndStopEndAsAsked();
  void changeWhileRunningIsQueuedThenRecorded();
  void resetParameterOffersANewRun();
  void secondRunSharesSceneNoiseTimeAndEdits();
  void unlinkedEditsStayWithTheSelectedRun();
  void failureStandsInTheBarAndRetryContinues();
  void warningsCountUpInTheStripAndOpenInTheBar();
  void resetAsksOnceInTheBar();
  void theResetQuestionNeverSaysWhatNoLongerHolds();
  void startPageFitsItsWindow();
  void testConditionsAreSwitchedByMenuAndLegend();
  void changedAlgorithmBeginsAFreshRun();
  void badSceneFileSaysWhatWhereAndHow();
  void brokenFileIsSaidBeforeAnythingIsAsked();
  void startShowsTheValuesItStartsWith();
  void exportedLogEqualsTheLines();
  void closingWhileRunningAsksOnce();
  void themeSwitchedThereAndBackLooksAsBefore();
  void everyShortcutIsUniqueAndEveryButtonHasAName();
  void themeAndLayoutSurvive();
};

void TestMainWindow::clickOnATileThenStartShowsLearning() {
  Opened o;
  QVERIFY(QTest::qWaitForWindowExposed(&o.window));
  QWidget* tile = o.window.findChild<QWidget*>("scene.point_mass");
  QVERIFY(tile);
  QTest::mouseClick(tile, Qt::LeftButton);
  QTRY_COMPARE_WITH_TIMEOUT(o.window.runs().size(), std::size_t{1}, kPatience);
  o.makeCheap(4);
  o.click("run.start");
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).history()->iterations() >= 3, kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(o.window.workspace()->shown(0) != nullptr, kPatience);
  QVERIFY(o.becomes(0, RunState::Finished));
  QTRY_COMPARE(o.window.workspace()->shown(0)->report.iteration, 4);
  const double first = *o.run(0).history()->snapshots().front()->report.metrics.mean(Metric::LocalCost);
  const double last = *o.run(0).history()->snapshots().back()->report.metrics.mean(Metric::LocalCost);
  QVERIFY2(last < first, qPrintable(QString("%1 -> %2").arg(first).arg(last)));
}

void TestMainWindow::scrubbingBackShowsThatIterationWhileNewOnesArrive() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(3);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  QTRY_COMPARE(o.window.workspace()->iteration(), 3);
  o.window.workspace()->setIteration(2);
  QCOMPARE(o.window.workspace()->shown(0), o.run(0).history()->snapshots()[1]);
  o.window.actions().start->trigger();  // raises the limit
  QTRY_COMPARE_WITH_TIMEOUT(o.run(0).history()->iterations(), 6, kPatience);
  QTRY_COMPARE(o.window.workspace()->timeBar()->iterationCount(), 6);
  QCOMPARE(o.window.workspace()->shown(0)->report.iteration, 2);
  o.window.workspace()->timeBar()->setFollowing(true);
  QTRY_COMPARE(o.window.workspace()->shown(0)->report.iteration, 6);
}

void TestMainWindow::phaseStepsFollowTheDocumentedOrderAndSayWhatWasDone() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "mdgps"));
  o.makeCheap(3);
  // The second iteration, so that phases of the first alone must not show.
  o.window.actions().stepIteration->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).history()->iterations() == 1 && o.run(0).state() == RunState::Paused,
                           kPatience);
  const std::vector<Phase>& phases = o.run(0).phases();
  QStringList seen, wanted;
  // The last phase ends the iteration, so it is seen as a finished one.
  for (std::size_t i = 0; i + 1 < phases.size(); ++i) {
    if (phases[i].firstOnly) continue;
    wanted << QString::fromStdString(phases[i].id);
    o.window.actions().stepPhase->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(o.run(0).state() == RunState::Paused && o.run(0).progress().partial &&
                                 o.run(0).progress().partial->phase == phases[i].id,
                             kPatience);
    QTRY_COMPARE(o.window.workspace()->shown(0), o.run(0).progress().partial);
    seen << QString::fromStdString(o.window.findChild<PhaseStrip*>("run.phasesA")->current());
    QVERIFY(o.window.workspace()->sentence(0).contains(QString::fromStdString(phases[i].help)));
  }
  QCOMPARE(seen, wanted);
  QCOMPARE(o.run(0).history()->iterations(), 1);
  o.window.actions().stepPhase->trigger();
  QTRY_COMPARE_WITH_TIMEOUT(o.run(0).history()->iterations(), 2, kPatience);
  QVERIFY(o.becomes(0, RunState::Paused));
  QTRY_COMPARE(o.window.workspace()->shown(0), o.run(0).history()->snapshots().back());
}

void TestMainWindow::pauseAndStopEndAsAsked() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "mdgps"));
  o.makeCheap(100000);
  WindowActions& actions = o.window.actions();
  QVERIFY(actions.start->isEnabled() && !actions.pause->isEnabled() && !actions.stop->isEnabled());
  actions.start->trigger();
  QVERIFY(!actions.start->isEnabled());
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).hasData(), kPatience);
  QVERIFY(actions.pause->isEnabled());
  actions.pause->trigger();
  QVERIFY(o.becomes(0, RunState::Paused));
  QVERIFY(actions.start->isEnabled() && actions.stepPhase->isEnabled());
  actions.start->trigger();
  QVERIFY(o.becomes(0, RunState::Running));
  const int finished = o.run(0).history()->iterations();
  actions.stop->trigger();
  QVERIFY(o.becomes(0, RunState::Idle));
  QVERIFY(o.run(0).history()->iterations() >= finished);
  QVERIFY(actions.reset->isEnabled() && !actions.stop->isEnabled());
}

void TestMainWindow::changeWhileRunningIsQueuedThenRecorded() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(3);
  o.window.actions().stepIteration->trigger();
  QVERIFY(o.becomes(0, RunState::Paused));
  o.window.editParameter("lqr.kl_step", "0.25");
  QTRY_COMPARE_WITH_TIMEOUT(o.run(0).progress().queued.size(), std::size_t{1}, kPatience);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  const auto& events = o.run(0).history()->events();
  QCOMPARE(events.size(), std::size_t{1});
  QCOMPARE(events[0].iteration, 2);
  QCOMPARE(events[0].key, std::string("lqr.kl_step"));
  const auto& snapshots = o.run(0).history()->snapshots();
  QCOMPARE(snapshots[0]->events.size(), std::size_t{0});
  QCOMPARE(snapshots[1]->events.size(), std::size_t{1});
  QCOMPARE(o.run(0).parameters().lqr.klStep, 0.25);
}

void TestMainWindow::resetParameterOffersANewRun() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(2);
  o.window.editParameter("run.seed", "5");  // no data yet: at once
  QCOMPARE(o.run(0).parameters().run.seed, std::uint64_t{5});
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  o.window.editParameter("run.seed", "6");
  QVERIFY(o.window.messages()->keys().contains("newRun"));
  QCOMPARE(o.run(0).parameters().run.seed, std::uint64_t{5});
  Q_EMIT o.window.messages()->actionTriggered("newRun");
  QVERIFY(!o.window.messages()->keys().contains("newRun"));
  QCOMPARE(o.run(0).parameters().run.seed, std::uint64_t{6});
  QVERIFY(!o.run(0).hasData());
}

void TestMainWindow::secondRunSharesSceneNoiseTimeAndEdits() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  o.window.editParameter("run.seed", "11");
  o.window.actions().addRun->trigger();
  QCOMPARE(o.window.runs().size(), std::size_t{2});
  o.makeCheap(2);
  QCOMPARE(o.run(1).setup().algorithm, std::string("badmm"));
  QCOMPARE(o.run(1).setup().task, o.run(0).setup().task);
  QCOMPARE(o.run(1).parameters().run.seed, std::uint64_t{11});
  QVERIFY(!o.window.actions().addRun->isVisible());
  o.window.editParameter("lqr.kl_step", "0.5");  // linked: both
  QCOMPARE(o.run(0).parameters().lqr.klStep, 0.5);
  QCOMPARE(o.run(1).parameters().lqr.klStep, 0.5);

  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  QVERIFY(o.becomes(1, RunState::Finished));
  // Common random numbers: the same start and the same noise, so the first rollouts are the same.
  const auto& a = o.run(0).history()->snapshots().front()->conditions.front().samples.front()->trajectory;
  const auto& b = o.run(1).history()->snapshots().front()->conditions.front().samples.front()->trajectory;
  QVERIFY(a.X == b.X && a.U == b.U);

  o.window.workspace()->setTimeStep(37);
  QCOMPARE(o.window.workspace()->canvas(0)->timeStep(), 37.0);
  QCOMPARE(o.window.workspace()->canvas(1)->timeStep(), 37.0);
  o.window.actions().removeRun->trigger();
  QCOMPARE(o.window.runs().size(), std::size_t{1});
  QCOMPARE(o.window.selectedRun(), 0);
}

void TestMainWindow::unlinkedEditsStayWithTheSelectedRun() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "mdgps"));
  QVERIFY(o.window.addSecondRun("badmm"));
  o.window.runPanel()->setLinked(false);
  o.window.selectRun(1);
  const double before = o.run(0).parameters().lqr.klStep;
  o.window.editParameter("lqr.kl_step", "0.125");
  QCOMPARE(o.run(0).parameters().lqr.klStep, before);
  QCOMPARE(o.run(1).parameters().lqr.klStep, 0.125);
}

void TestMainWindow::failureStandsInTheBarAndRetryContinues() {
  const auto armed = std::make_shared<std::atomic<bool>>(false);
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(armed), "mdgps"));
  o.makeCheap(4);
  for (int k = 1; k <= 2; ++k) {
    o.window.actions().stepIteration->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(o.run(0).history()->iterations() == k && o.run(0).state() == RunState::Paused,
                             kPatience);
  }
  *armed = true;
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Failed));
  QVERIFY(o.window.messages()->keys().contains("failure.A"));
  QVERIFY(o.window.actions().start->text().contains("Retry"));
  QCOMPARE(o.run(0).history()->iterations(), 2);
  *armed = false;
  Q_EMIT o.window.messages()->actionTriggered("failure.A");
  QVERIFY(o.becomes(0, RunState::Finished));
  QCOMPARE(o.run(0).history()->iterations(), 4);
  QVERIFY(!o.window.messages()->keys().contains("failure.A"));
}

// Trajectory optimisation says in every iteration that it has no global policy to judge steps by.
void TestMainWindow::warningsCountUpInTheStripAndOpenInTheBar() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(3);
  QVERIFY(o.run(0).setParameter("step.rule", "global").ok());
  auto* strip = o.window.findChild<QToolButton*>("status.warnings");
  QVERIFY(strip && !strip->isVisible());
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  QTRY_VERIFY(strip->isVisible());
  QTRY_VERIFY2(strip->text().startsWith("2× ") || strip->text().startsWith("3× "), qPrintable(strip->text()));
  QVERIFY(o.window.messages()->keys().isEmpty());  // nothing jumps while it runs
  QTest::mouseClick(strip, Qt::LeftButton);
  QTest::mouseClick(strip, Qt::LeftButton);
  QCOMPARE(o.window.messages()->keys(), QStringList{"warnings"});
}

void TestMainWindow::resetAsksOnceInTheBar() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(100000);
  o.window.actions().start->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).hasData(), kPatience);
  o.window.actions().reset->trigger();
  QVERIFY(o.window.messages()->keys().contains("reset"));
  QVERIFY(o.run(0).hasData());
  Q_EMIT o.window.messages()->actionTriggered("reset");
  QCOMPARE(o.run(0).state(), RunState::Idle);
  QVERIFY(!o.run(0).hasData());
  QVERIFY(o.window.workspace()->shown(0) == nullptr);
}

void TestMainWindow::theResetQuestionNeverSaysWhatNoLongerHolds() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(2);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  o.window.actions().reset->trigger();
  QVERIFY(o.window.messages()->keys().contains("reset"));
  o.window.actions().start->trigger();  // whoever goes on does not reset
  QVERIFY(!o.window.messages()->keys().contains("reset"));
  QVERIFY(o.becomes(0, RunState::Finished));

  o.makeCheap(100000);
  o.window.actions().start->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).state() == RunState::Running, kPatience);
  const auto text = [&o] {
    const auto* frame = o.window.findChild<QWidget*>("message.reset");
    return frame ? frame->accessibleName() : QString();
  };
  o.window.actions().reset->trigger();
  QVERIFY2(text().contains("stops what runs") && !text().contains(QRegularExpression("[0-9]")), qPrintable(text()));
  o.window.actions().stop->trigger();
  QVERIFY(o.becomes(0, RunState::Idle));
  const QString count = QString::number(o.run(0).history()->iterations());
  QTRY_VERIFY2(text().contains(count) && !text().contains("stops what runs"), qPrintable(text()));
}

void TestMainWindow::startPageFitsItsWindow() {
  Opened o;
  QVERIFY(QTest::qWaitForWindowExposed(&o.window));
  const auto* scroll = o.window.findChild<QScrollArea*>("start.scroll");
  QVERIFY(scroll);
  QTRY_VERIFY2(scroll->verticalScrollBar()->maximum() == 0,
               qPrintable(QString::number(scroll->verticalScrollBar()->maximum())));
}

void TestMainWindow::testConditionsAreSwitchedByMenuAndLegend() {
  Opened o;
  QVERIFY(o.window.openScene("reach"));
  QVERIFY(!o.window.workspace()->canvas(0)->layers().tests);
  o.window.actions().showTests->trigger();
  QVERIFY(o.window.workspace()->canvas(0)->layers().tests);
  Q_EMIT o.window.workspace()->canvas(0)->testsClicked();
  QVERIFY(!o.window.workspace()->canvas(0)->layers().tests);
  QVERIFY(!o.window.actions().showTests->isChecked());
}

void TestMainWindow::changedAlgorithmBeginsAFreshRun() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(2);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  QComboBox* selector = o.window.actions().algorithm;
  selector->setCurrentIndex(selector->findData("badmm"));
  Q_EMIT selector->activated(selector->currentIndex());
  QCOMPARE(o.run(0).setup().algorithm, std::string("badmm"));
  QVERIFY(!o.run(0).hasData());
  QCOMPARE(o.run(0).parameters().run.iterations, 2);  // what was set for the first stays set
}

void TestMainWindow::badSceneFileSaysWhatWhereAndHow() {
  Opened o;
  QTemporaryDir folder;
  QFile file(folder.filePath("broken.scene.json"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("{\"version\": 1, \"nam\": \"x\"}");
  file.close();
  QVERIFY(!o.window.openScene(file.fileName()));
  QCOMPARE(o.window.messages()->keys(), QStringList{"scene"});
  QVERIFY(o.window.runs().empty());
  QVERIFY(!o.window.openScene("no_such_scene"));
  QVERIFY(o.window.openScene("point_mass"));
  QVERIFY(!o.window.messages()->keys().contains("scene"));
}

void TestMainWindow::brokenFileIsSaidBeforeAnythingIsAsked() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(100000);
  o.window.actions().start->trigger();
  QTRY_VERIFY_WITH_TIMEOUT(o.run(0).active(), kPatience);
  o.window.openWhenAllowed("no_such_scene");
  QVERIFY(o.window.messages()->keys().contains("scene"));
  QVERIFY(!o.window.messages()->keys().contains("open"));
  o.window.openWhenAllowed("point_mass");
  QVERIFY(o.window.messages()->keys().contains("open"));
  QVERIFY(!o.window.messages()->keys().contains("scene"));
  Q_EMIT o.window.messages()->actionTriggered("open");
  QVERIFY(!o.run(0).active());
  QVERIFY(o.window.messages()->keys().isEmpty());
}

void TestMainWindow::startShowsTheValuesItStartsWith() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  o.makeCheap(1);
  const auto line = [&o](const char* key) {
    return o.window.findChild<QLineEdit*>(QStringLiteral("param.") + key);
  };
  o.window.refreshNow();
  const QString before = line("run.samples")->text();
  line("run.samples")->setFocus();
  line("run.samples")->selectAll();
  QTest::keyClicks(line("run.samples"), "many");
  QTest::keyClick(line("run.samples"), Qt::Key_Return);
  line("lqr.kl_step")->selectAll();
  QTest::keyClicks(line("lqr.kl_step"), "0.7");
  o.window.actions().start->trigger();
  QCOMPARE(line("run.samples")->text(), before);
  // Said, and where the user can mend it.
  QVERIFY(o.window.messages()->keys().contains("refused"));
  const QString said = o.window.findChild<QWidget*>("message.refused")->accessibleName();
  QVERIFY2(said.contains("many") && said.contains(before), qPrintable(said));
  QCOMPARE(o.window.focusWidget(), static_cast<QWidget*>(line("run.samples")));
  QVERIFY(o.window.findChild<QWidget*>("error.run.samples")->isHidden());
  // What was valid counts, though Return was never pressed.
  QCOMPARE(o.run(0).setup().parameters.lqr.klStep, 0.7);
  QVERIFY(o.becomes(0, RunState::Finished));
}

void TestMainWindow::exportedLogEqualsTheLines() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "trajopt"));
  QVERIFY(!o.window.actions().exportLogA->isEnabled());
  o.makeCheap(2);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Finished));
  QTRY_VERIFY(o.window.actions().exportLogA->isEnabled());
  QTemporaryDir folder;
  QVERIFY(o.window.exportLog(0, folder.filePath("log.jsonl")));
  QFile file(folder.filePath("log.jsonl"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  for (const auto& snapshot : o.run(0).history()->snapshots()) {
    QCOMPARE(file.readLine(), QByteArray::fromStdString(iterationJson(*snapshot)) + '\n');
  }
  QVERIFY(file.readLine().startsWith("{\"summary\":"));
  QVERIFY(file.atEnd());
  QVERIFY(!o.window.exportLog(0, folder.filePath("no/folder/log.jsonl")));
}

void TestMainWindow::closingWhileRunningAsksOnce() {
  Opened o;
  QVERIFY(o.window.openTask(testing::massTask(), "mdgps"));
  o.makeCheap(100000);
  o.window.actions().start->trigger();
  QVERIFY(o.becomes(0, RunState::Running));
  QVERIFY(!o.window.close());
  QVERIFY(o.window.messages()->keys().contains("close"));
  QElapsedTimer clock;
  clock.start();
  Q_EMIT o.window.messages()->actionTriggered("close");
  QVERIFY(!o.window.isVisible());
  QVERIFY(clock.elapsed() < 3000);
}

void TestMainWindow::themeSwitchedThereAndBackLooksAsBefore() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  const auto sizes = [&] {
    QList<double> points;
    for (const QWidget* widget : o.window.findChildren<QWidget*>())
      points << QFontMetricsF(widget->font()).height();
    return points;
  };
  const QList<double> before = sizes();
  o.window.setThemeChoice(ThemeChoice::Dark);
  o.window.setThemeChoice(ThemeChoice::System);
  QCOMPARE(sizes(), before);
}

void TestMainWindow::everyShortcutIsUniqueAndEveryButtonHasAName() {
  Opened o;
  QVERIFY(o.window.openScene("point_mass"));
  QSet<QString> seen;
  for (const auto& [text, keys] : o.window.actions().shortcuts()) {
    QVERIFY2(!seen.contains(keys), qPrintable(text + " " + keys));
    seen.insert(keys);
  }
  QTest::qWait(100);
  for (QAbstractButton* button : o.window.findChildren<QAbstractButton*>()) {
    if (!button->isVisible() || button->objectName().startsWith("qt_")) continue;
    QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty() || !button->toolTip().isEmpty(),
             qPrintable(button->objectName() + " in " + button->parentWidget()->objectName()));
  }
}

void TestMainWindow::themeAndLayoutSurvive() {
  QTemporaryDir folder;
  {
    MainWindow window(setupIn(folder));
    window.show();
    window.setThemeChoice(ThemeChoice::Dark);
    QVERIFY(window.openScene("point_mass"));
    window.findChild<QWidget*>("dock.plots")->hide();
    window.close();
  }
  MainWindow window(setupIn(folder));
  window.show();
  QCOMPARE(window.settings().theme(), ThemeChoice::Dark);
  QVERIFY(Theme::fromPalette(qApp->palette()).dark);
  QVERIFY(window.openScene("point_mass"));
  QVERIFY(!window.findChild<QWidget*>("dock.plots")->isVisible());
  QVERIFY(window.findChild<QWidget*>("dock.parameters")->isVisible());
  window.setThemeChoice(ThemeChoice::Light);
}

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
