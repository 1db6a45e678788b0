// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>

#include "app/documents/scene_document.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/start_overlay.h"
#include "app/main_window.h"
#include "core/algorithms/start_controllers.h"
#include "core/algorithms/step_table.h"
#include "core/engine/run_log.h"
#include "widgets/panels/curve_editor.h"
#include "widgets/panels/gain_map.h"
#include "widgets/panels/step_panel.h"

using namespace gps;
using namespace gps::ui;

namespace {

constexpr int kPatience = 60000;  // ms

struct Opened {
  explicit Opened(const QString& scene) : window({folder.path(), GPS_SCENES, false, {}}) {
    window.resize(1280, 800);
    window.show();
    if (!window.openScene(scene)) qFatal("the scene does not open");
    window.showDesign();
    window.designPage()->select({{}, TreePath("/initial_controller")});
    settle();
  }
  ControllerPage& page() { return *window.designPage()->controllers(); }
  SceneDocument& document() { return *window.document(); }
  template <class Widget>
  Widget* find(const char* name) {
    return page().findChild<Widget*>(QLatin1String(name));
  }
  /// Until no answer is awaited.
  void settle() {
    if (!QTest::qWaitFor([this] { return page().shown() && !page().waiting(); }, kPatience)) qFatal("no answer");
  }
  RowMatrix meanPath(int condition = 0) {
    const StartShown& shown = *page().shown();
    return tracedPlaces(*shown.task, *shown.preview.conditions[static_cast<std::size_t>(condition)].mean);
  }
  QTemporaryDir folder;
  MainWindow window;
};

}  // namespace

/// The page of the first controllers, as a user meets it: everything through widgets and the document.
class TestControllerPage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void kindGoesToTheFileAndBack();
  void numbersGoToTheSuggestions();
  void heatMapFollowsTheSlider();
  void draggedPointIsOneStep();
  void demonstrationIsFollowed();
  void demonstrationIsDrawnByKeys();
  void runBecomesTheStart();
  void warningsAreSaid();
  void brokenTasksSaySo();
  void tablesThatDoNotFitCanBeLeftAway();
  void whatIfLeavesTheRunAlone();
};

void TestControllerPage::kindGoesToTheFileAndBack() {
  Opened opened("two_link_arm");
  const QByteArray before = opened.document().text();
  auto* kind = opened.find<QComboBox>("start.kind");
  QCOMPARE(kind->currentData().toString(), QString("lqr"));
  kind->setFocus();
  QTest::keyClick(kind, Qt::Key_Down);
  opened.settle();
  QCOMPARE(opened.page().shown()->parameters.init.kind, InitKind::Pd);
  QVERIFY(opened.document().text().contains("\"kind\": \"pd\""));
  QVERIFY(opened.find<QLineEdit>("param.init.pos_gain"));
  opened.document().undo();
  QCOMPARE(opened.document().text(), before);
  opened.settle();
  QCOMPARE(kind->currentData().toString(), QString("lqr"));
}

void TestControllerPage::numbersGoToTheSuggestions() {
  Opened opened("obstacle_navigation");
  const QByteArray before = opened.document().text();
  const RowMatrix path = opened.meanPath();
  auto* line = opened.find<QLineEdit>("param.init.pos_gain");
  QVERIFY(line);
  line->setFocus();
  line->selectAll();
  QTest::keyClicks(line, "7.5");
  QTest::keyClick(line, Qt::Key_Return);
  QVERIFY(opened.document().text().contains("\"init.pos_gain\": 7.5"));
  opened.settle();
  QCOMPARE(opened.page().shown()->parameters.init.posGain, 7.5);
  const auto& samples = opened.page().shown()->preview.conditions[0].samples;
  QCOMPARE(samples.size(), std::size_t{8});
  opened.document().undo();
  QCOMPARE(opened.document().text(), before);
  opened.settle();
  QCOMPARE(opened.meanPath(), path);
}

void TestControllerPage::heatMapFollowsTheSlider() {
  Opened opened("reach");
  auto* slider = opened.find<QSlider>("start.step");
  slider->setFocus();
  const QString first = opened.page().gains()->readout();
  QTest::keyClick(slider, Qt::Key_End);
  // The best action of the last step does nothing, so its gain is none.
  QVERIFY(opened.page().gains()->readout() != first);
  QVERIFY(opened.page().gains()->readout().endsWith(": 0"));
}

void TestControllerPage::draggedPointIsOneStep() {
  Opened opened("two_link_arm");
  const QByteArray before = opened.document().text();
  const std::size_t steps = opened.document().history().done();
  const Matrix gain = opened.page().shown()->preview.conditions[1].controller->step(5).K;
  CurveEditor* curve = opened.page().offsets();
  const QPoint from = curve->pixelOf(0, curve->handles()[3]).toPoint();
  QTest::mousePress(curve, Qt::LeftButton, {}, from);
  for (int i = 1; i <= 5; ++i) QTest::mouseMove(curve, from - QPoint(0, 6 * i));
  QTest::mouseRelease(curve, Qt::LeftButton, {}, from - QPoint(0, 30));
  QCOMPARE(opened.document().history().done(), steps + 1);
  opened.settle();
  const StartShown& shown = *opened.page().shown();
  QCOMPARE(shown.parameters.init.kind, InitKind::Table);
  const int handle = curve->handles()[3];
  QVERIFY(shown.preview.conditions[0].controller->step(handle).k(0) > 0.05);
  QCOMPARE(shown.preview.conditions[0].controller->step(handle).k(1), 0.0);
  // The other conditions keep theirs, and need no table for it.
  QCOMPARE(shown.task->scene->initialController.tables.size(), std::size_t{1});
  QCOMPARE(shown.preview.conditions[1].controller->step(5).K, gain);
  opened.document().undo();
  QCOMPARE(opened.document().text(), before);
}

void TestControllerPage::demonstrationIsFollowed() {
  Opened opened("point_mass");
  const QByteArray before = opened.document().text();
  QTest::mouseClick(opened.find<QPushButton>("start.demonstrate"), Qt::LeftButton);
  StartOverlay* overlay = opened.page().overlay();
  QVERIFY(overlay->recording());
  const QPoint from = overlay->startPixel().toPoint();
  // Elsewhere than at the ring nothing begins.
  QTest::mousePress(overlay, Qt::LeftButton, {}, from + QPoint(60, 0));
  QTest::mouseRelease(overlay, Qt::LeftButton, {}, from + QPoint(60, 0));
  QCOMPARE(opened.document().text(), before);
  QTest::mousePress(overlay, Qt::LeftButton, {}, from);
  for (int i = 1; i <= 30; ++i) {
    QTest::qWait(2);
    QTest::mouseMove(overlay, from + QPoint(i * 2, -i * 3));
  }
  QTest::mouseRelease(overlay, Qt::LeftButton, {}, from + QPoint(60, -90));
  opened.settle();
  QVERIFY(opened.document().text() != before);
  const StartShown& shown = *opened.page().shown();
  QCOMPARE(shown.parameters.init.kind, InitKind::Demonstration);
  const ControllerTable& table = shown.task->scene->initialController.tables.at(0);
  QCOMPARE(table.path.size(), std::size_t{41});
  const RowMatrix went = opened.meanPath();
  const double length = (table.path.back() - table.path.front()).norm();
  const double missed = (went.row(went.rows() - 1).transpose() - table.path.back()).norm();
  QVERIFY2(missed < 0.02 * length, qPrintable(QString("%1 of %2").arg(missed).arg(length)));
  const QByteArray after = opened.document().text();
  opened.document().undo();
  QCOMPARE(opened.document().text(), before);
  opened.document().redo();
  QCOMPARE(opened.document().text(), after);
}

void TestControllerPage::demonstrationIsDrawnByKeys() {
  Opened opened("point_mass");
  const QByteArray before = opened.document().text();
  auto* button = opened.find<QPushButton>("start.demonstrate");
  button->setFocus();
  QTest::keyClick(button, Qt::Key_Space);
  StartOverlay* overlay = opened.page().overlay();
  QVERIFY(overlay->recording() && overlay->hasFocus());
  QSignalSpy drawn(overlay, &StartOverlay::drawn);
  QTest::keyClick(overlay, Qt::Key_Return);  // there is no way yet
  QCOMPARE(drawn.count(), 0);
  QTest::keyClick(overlay, Qt::Key_Up, Qt::ShiftModifier);
  QTest::keyClick(overlay, Qt::Key_Space);
  QTest::keyClick(overlay, Qt::Key_Right, Qt::ShiftModifier);
  QTest::keyClick(overlay, Qt::Key_Down);
  QTest::keyClick(overlay, Qt::Key_Backspace);
  QTest::keyClick(overlay, Qt::Key_Return);
  QCOMPARE(drawn.count(), 1);
  const auto times = drawn.at(0).at(0).value<std::vector<double>>();
  const auto places = drawn.at(0).at(1).value<std::vector<QPointF>>();
  QCOMPARE(times.size(), std::size_t{4});
  QCOMPARE(places.size(), std::size_t{4});
  QVERIFY(places[1].y() > places[0].y() && std::abs(places[1].x() - places[0].x()) < 1e-9);
  QCOMPARE(places[2], places[1]);
  QVERIFY(places[3].x() > places[2].x());
  QVERIFY(times[1] > 0.0 && std::abs(times[3] - 3.0 * times[1]) < 1e-12);
  opened.settle();
  QCOMPARE(opened.page().shown()->parameters.init.kind, InitKind::Demonstration);
  QVERIFY(!overlay->recording() && !overlay->hasFocus());
  QVERIFY(button->hasFocus());
  opened.document().undo();
  QCOMPARE(opened.document().text(), before);
  // Escape gives up, and the keyboard is where it was.
  opened.settle();
  QTest::keyClick(button, Qt::Key_Space);
  QTest::keyClick(overlay, Qt::Key_Up);
  QTest::keyClick(overlay, Qt::Key_Escape);
  QVERIFY(!overlay->recording() && !button->isChecked() && button->hasFocus());
  QCOMPARE(opened.document().text(), before);
}

void TestControllerPage::runBecomesTheStart() {
  Opened opened("point_mass");
  QAction* none = nullptr;
  auto* menu = opened.find<QMenu>("start.runs");
  Q_EMIT menu->aboutToShow();
  none = menu->actions().value(0);
  QVERIFY(none && !none->isEnabled());
  opened.window.showLearn(false);
  opened.window.editParameter("pol.steps", "50");
  opened.window.editParameter("run.iterations", "1");
  RunSession* run = opened.window.runs().at(0);
  run->start();
  QTRY_COMPARE_WITH_TIMEOUT(run->state(), RunState::Finished, kPatience);
  opened.window.refreshNow();
  const auto learned = run->history()->snapshots().at(0)->conditions[0].controller;
  opened.window.showDesign();
  opened.settle();
  Q_EMIT menu->aboutToShow();
  QAction* take = menu->actions().value(0);
  QVERIFY(take && take->isEnabled());
  QVERIFY2(take->text().contains("iteration 1"), qPrintable(take->text()));
  take->trigger();
  opened.settle();
  QCOMPARE(opened.page().shown()->parameters.init.kind, InitKind::Run);
  const LinearGaussianController& start = *opened.page().shown()->preview.conditions[0].controller;
  for (const int t : {0, 40, 99}) {
    QVERIFY((start.step(t).K - learned->step(t).K).norm() <= 1e-5 * (1.0 + learned->step(t).K.norm()));
    QVERIFY((start.step(t).k - learned->step(t).k).norm() <= 1e-5 * (1.0 + learned->step(t).k.norm()));
  }
  opened.document().undo();
  QVERIFY(!opened.document().isModified());
}

void TestControllerPage::warningsAreSaid() {
  Opened opened("obstacle_navigation");
  auto* warnings = opened.find<QLabel>("start.warnings");
  auto* line = opened.find<QLineEdit>("param.init.pos_gain");
  line->setFocus();
  line->selectAll();
  QTest::keyClicks(line, "900");
  QTest::keyClick(line, Qt::Key_Return);
  opened.settle();
  QVERIFY2(warnings->isVisible() && warnings->text().contains("spectral radius"), qPrintable(warnings->text()));
}

void TestControllerPage::brokenTasksSaySo() {
  Opened opened("point_mass");
  QVERIFY(opened.document().edit("Break", [](TreeEditor& editor) {
    return editor.replace(TreePath("/horizon"), "many");
  }));
  auto* state = opened.find<QLabel>("start.state");
  QTRY_VERIFY(state->isVisible() && state->text().contains("errors"));
  opened.document().undo();
  opened.settle();
  QTRY_VERIFY(!state->isVisible());
}

/// A file may come with tables of another task: choosing a kind that reads none is the way out.
void TestControllerPage::tablesThatDoNotFitCanBeLeftAway() {
  Opened opened("two_link_arm");
  QVERIFY(opened.document()
              .edit("Break", [](TreeEditor& e) -> Status {
                if (Status done = e.set(TreePath("/initial_controller"), "kind", "table"); !done) return done;
                return e.set(TreePath("/initial_controller"), "tables",
                             SceneTree::parse(R"([{"condition": "c1", "k": [[1, 2, 3, 4, 5]]}])"));
              })
              .ok());
  QVERIFY(!opened.document().readable());
  const QString words = opened.find<QLabel>("start.state")->text();
  QVERIFY2(words.contains("do not fit"), qPrintable(words));
  auto* kind = opened.find<QComboBox>("start.kind");
  kind->setCurrentIndex(kind->findData("pd"));
  Q_EMIT kind->activated(kind->currentIndex());
  QVERIFY(opened.document().readable());
  QVERIFY(!opened.document().tree().contains(TreePath("/initial_controller/tables")));
  opened.settle();
  QCOMPARE(opened.page().shown()->parameters.init.kind, InitKind::Pd);
}

void TestControllerPage::whatIfLeavesTheRunAlone() {
  Opened opened("point_mass");
  opened.window.showLearn(false);
  opened.window.editParameter("pol.steps", "50");
  opened.window.editParameter("run.iterations", "3");
  RunSession* run = opened.window.runs().at(0);
  run->start();
  QTRY_COMPARE_WITH_TIMEOUT(run->state(), RunState::Finished, kPatience);
  const auto logOf = [run] {
    std::string text;
    for (const auto& snapshot : run->history()->snapshots()) text += iterationJson(*snapshot);
    return text;
  };
  const std::string log = logOf();
  auto* panel = opened.window.findChild<StepPanel*>("step.panel");
  QVERIFY(panel);
  panel->parentWidget()->raise();
  QTRY_VERIFY(panel->isVisible());
  opened.window.refreshNow();
  // The newest first; the first iteration has nothing to compare. MDGPS takes one step for all conditions.
  QCOMPARE(panel->table()->rowCount(), 2);
  const StepRecord& record = run->history()->snapshots().at(2)->report.step;
  for (const StepRule other : {StepRule::Classic, StepRule::Global, StepRule::Mc, StepRule::Fixed}) {
    panel->setWhatIf(other);
    const auto expected = decisionUnder(record, 0, other);
    QVERIFY(expected);
    QCOMPARE(panel->table()->item(0, StepPanel::Iteration)->text(), QString("3"));
    QCOMPARE(panel->table()->item(0, StepPanel::OtherBound)->text(),
             QString::number(boundOf(record, expected->stepMult, 100), 'g', 4));
    const QString raw = other == StepRule::Fixed ? QString::fromUtf8("–") : QString::number(expected->rawMult, 'g', 4);
    QCOMPARE(panel->table()->item(0, StepPanel::OtherRaw)->text(), raw);
  }
  QCOMPARE(panel->table()->item(0, StepPanel::Bound)->text(),
           QString::number(*run->history()->snapshots().at(2)->report.metrics.get(Metric::KlBound, 0), 'g', 4));
  QCOMPARE(logOf(), log);
  // Choosing a rule is a change of the run's parameter like any other.
  auto* rule = panel->findChild<QComboBox*>("step.rule");
  rule->setFocus();
  QTest::keyClick(rule, Qt::Key_Down);
  QTRY_VERIFY(!run->progress().queued.empty() || run->parameters().step.rule == StepRule::Mc);
}

QTEST_MAIN(TestControllerPage)
#include "tst_controller_page.moc"
