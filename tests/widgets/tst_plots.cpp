// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QFile>
#include <QImage>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QXmlStreamReader>
#include <cmath>

#include "plot_of.h"
#include "synthetic_history.h"
#include "widgets/plots/plot_board.h"
#include "widgets/plots/plot_canvas.h"
#include "widgets/plots/plot_registry.h"
#include "widgets/plots/plot_view.h"

using namespace gps;
using namespace gps::ui;
using namespace gps::test;

namespace {

QByteArray fileBytes(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll();
}

}  // namespace

class TestPlots : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hiddenPlotsDoNoWork();
  void crosshairStandsAtTheIteration();
  void clicksReportIterationAndCondition();
  void zoomGoesInAndBack();
  void legendSwitchesItsLines();
  void smallLegendHidesNothingOutOfReach();
  void tabsReplaceTheLastTile();
  void controlsHaveNames();
  void exportsParseAndRepeat();
  void exportRefusesWhatCannotBeWritten();
};

void TestPlots::hiddenPlotsDoNoWork() {
  PlotBoard board;
  board.resize(1200, 240);
  board.setTiled(false);
  board.setRuns({historyOf()});
  board.refresh();
  for (const PlotView* view : board.findChildren<PlotView*>()) QCOMPARE(view->stats().feeds, 0);
  board.show();
  QVERIFY(QTest::qWaitForWindowExposed(&board));
  QVERIFY(board.findChild<PlotView*>(QStringLiteral("plot.cost"))->stats().feeds > 0);
  QCOMPARE(board.findChild<PlotView*>(QStringLiteral("plot.kl"))->stats().feeds, 0);
  const int feeds = board.findChild<PlotView*>(QStringLiteral("plot.cost"))->stats().feeds;
  board.refresh();  // nothing grew
  QCOMPARE(board.findChild<PlotView*>(QStringLiteral("plot.cost"))->stats().feeds, feeds);
}

void TestPlots::crosshairStandsAtTheIteration() {
  PlotBoard board;
  board.resize(1200, 240);
  board.show();
  QVERIFY(QTest::qWaitForWindowExposed(&board));
  board.setRuns({historyOf()});
  board.setIteration(3);
  board.setTimeStep(41.5);
  board.showPlot(QStringLiteral("profile"));
  for (const QString& id : board.shownPlots()) {
    const PlotFrame& frame =
        board.findChild<PlotView*>(QStringLiteral("plot.") + id)->canvas().plot().frame();
    QVERIFY(frame.crosshair.has_value());
    QCOMPARE(*frame.crosshair, id == QStringLiteral("profile") ? 41.5 : 3.0);
  }
  board.setIteration(0);
  QVERIFY(!board.findChild<PlotView*>(QStringLiteral("plot.cost"))->canvas().plot().frame().crosshair);
}

void TestPlots::clicksReportIterationAndCondition() {
  PlotBoard board;
  board.resize(1000, 300);
  board.setTiled(false);
  board.show();
  QVERIFY(QTest::qWaitForWindowExposed(&board));
  const auto history = historyOf();
  board.setRuns({history});
  board.showPlot(QStringLiteral("multipliers"));
  PlotView* view = board.findChild<PlotView*>(QStringLiteral("plot.multipliers"));
  const PlotFrame& frame = view->canvas().plot().frame();
  const QPointF at(frame.atX(4.0), frame.atY(history->value(Metric::Eta, 3, 1), PlotSide::Left));
  QSignalSpy clicked(&board, &PlotBoard::iterationClicked);
  QTest::mouseClick(view->canvas().viewport(), Qt::LeftButton, Qt::NoModifier, at.toPoint());
  QCOMPARE(clicked.count(), 1);
  QCOMPARE(clicked[0][0].toInt(), 4);
  QCOMPARE(clicked[0][1].toInt(), 1);

  board.showPlot(QStringLiteral("time"));  // bars only: the iteration is known, a condition is not
  PlotView* time = board.findChild<PlotView*>(QStringLiteral("plot.time"));
  const PlotFrame& bars = time->canvas().plot().frame();
  QTest::mouseClick(time->canvas().viewport(), Qt::LeftButton, Qt::NoModifier,
                    QPointF(bars.atX(7.0), bars.area.center().y()).toPoint());
  QCOMPARE(clicked.count(), 2);
  QCOMPARE(clicked[1][0].toInt(), 7);
  QCOMPARE(clicked[1][1].toInt(), -1);

  QSignalSpy timed(&board, &PlotBoard::timeStepClicked);
  board.showPlot(QStringLiteral("profile"));
  PlotView* profile = board.findChild<PlotView*>(QStringLiteral("plot.profile"));
  const PlotFrame& steps = profile->canvas().plot().frame();
  QTest::mouseClick(profile->canvas().viewport(), Qt::LeftButton, Qt::NoModifier,
                    QPointF(steps.atX(50.0), steps.area.center().y()).toPoint());
  QCOMPARE(timed.count(), 1);
  QVERIFY(std::abs(timed[0][0].toDouble() - 50.0) < 0.2);
}

void TestPlots::zoomGoesInAndBack() {
  PlotView view;
  view.resize(600, 300);
  view.show();
  QVERIFY(QTest::qWaitForWindowExposed(&view));
  view.setContent(plot("cost", {historyOf()}));
  PlotCanvas& canvas = view.canvas();
  const PlotWindow whole = canvas.plot().frame().window;
  const QPoint from = canvas.plot().frame().area.center().toPoint();
  QTest::mousePress(canvas.viewport(), Qt::LeftButton, Qt::NoModifier, from);
  QTest::mouseMove(canvas.viewport(), from + QPoint(80, 40));
  QTest::mouseRelease(canvas.viewport(), Qt::LeftButton, Qt::NoModifier, from + QPoint(80, 40));
  QVERIFY(canvas.plot().zoomed());
  QVERIFY(canvas.plot().frame().window.x.length() < 0.5 * whole.x.length());
  QTest::keyClick(&canvas, Qt::Key_Backspace);
  QVERIFY(!canvas.plot().zoomed());
  QCOMPARE(canvas.plot().frame().window, whole);
  QTest::keyClick(&canvas, Qt::Key_Plus);
  QVERIFY(canvas.plot().zoomed());
  QTest::mouseDClick(canvas.viewport(), Qt::LeftButton, Qt::NoModifier, from);
  QVERIFY(!canvas.plot().zoomed());
  const bool log = canvas.plot().frame().logLeft;
  QTest::keyClick(&canvas, Qt::Key_L);
  QCOMPARE(canvas.plot().frame().logLeft, !log);
}

void TestPlots::legendSwitchesItsLines() {
  PlotView view;
  view.resize(800, 300);
  view.show();
  QVERIFY(QTest::qWaitForWindowExposed(&view));
  const auto history = historyOf();
  view.setContent(plot("cost", {history}));
  const QList<QCheckBox*> items = view.findChildren<QCheckBox*>();
  QCOMPARE(static_cast<std::size_t>(items.size()), view.content().legend.size());
  const std::size_t drawn = view.stats().drawn;
  QVERIFY(items.front()->isChecked());
  items.front()->click();
  QVERIFY(!view.shown().front());
  QVERIFY(view.stats().drawn < drawn);
  history->append(reportOf({}, 13));
  view.setContent(plot("cost", {history}));
  QVERIFY(!view.shown().front());
}

// Every line can be switched in a small plot too, without scrolling: what has no room is in a menu.
void TestPlots::smallLegendHidesNothingOutOfReach() {
  PlotView view;
  view.resize(150, 180);
  view.show();
  QVERIFY(QTest::qWaitForWindowExposed(&view));
  view.setContent(plot("cost", {historyOf()}));
  const auto* area = view.findChild<QScrollArea*>();
  QCOMPARE(area->verticalScrollBar()->maximum(), 0);
  int visible = 0;
  const QList<QCheckBox*> items = view.findChildren<QCheckBox*>();
  for (const QCheckBox* item : items) {
    if (item->isHidden()) continue;
    ++visible;
    QVERIFY(area->rect().contains(item->geometry()));
  }
  auto* more = view.findChild<QToolButton*>(QStringLiteral("plot.legend.more"));
  QVERIFY(visible > 0 && visible < items.size() && !more->isHidden());
  QVERIFY(area->rect().contains(more->geometry()));
  QCOMPARE(more->text(), QStringLiteral("+%1").arg(items.size() - visible));
  Q_EMIT more->menu()->aboutToShow();
  const QList<QAction*> actions = more->menu()->actions();
  QCOMPARE(actions.size(), items.size() - visible);
  const bool before = view.shown().back();
  actions.back()->trigger();
  QCOMPARE(view.shown().back(), !before);
  // Wider, all of them fit.
  view.resize(480, 180);
  QTRY_VERIFY(more->isHidden());
  for (const QCheckBox* item : items) QVERIFY(!item->isHidden());
}

void TestPlots::tabsReplaceTheLastTile() {
  PlotBoard board;
  board.resize(1280, 240);
  board.show();
  QVERIFY(QTest::qWaitForWindowExposed(&board));
  const QStringList first{QStringLiteral("cost"), QStringLiteral("kl"), QStringLiteral("multipliers"),
                          QStringLiteral("step")};
  QCOMPARE(board.shownPlots(), first);
  board.findChild<QToolButton*>(QStringLiteral("plot.tab.time"))->click();
  QCOMPARE(board.shownPlots(), (QStringList{first[0], first[1], first[2], QStringLiteral("time")}));
  board.findChild<QToolButton*>(QStringLiteral("plot.tab.kl"))->click();
  QCOMPARE(board.shownPlots(), (QStringList{first[0], first[2], QStringLiteral("time")}));
  board.findChild<QToolButton*>(QStringLiteral("plots.tiles"))->click();
  QCOMPARE(board.shownPlots().size(), 1);
  board.setTiled(true);
  board.resize(400, 240);
  QTRY_COMPARE(board.shownPlots().size(), 1);
  QVERIFY(board.findChild<QToolButton*>(QStringLiteral("plot.tab.more"))->isVisible());
}

void TestPlots::controlsHaveNames() {
  PlotBoard board;
  board.resize(1280, 240);
  board.show();
  QVERIFY(QTest::qWaitForWindowExposed(&board));
  board.setRuns({historyOf()});
  for (const QWidget* widget : board.findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() || widget->focusProxy()) continue;
    const QString what = QString::fromLatin1(widget->metaObject()->className()) + widget->objectName();
    QVERIFY2(!widget->objectName().isEmpty(), qPrintable(what));
    QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(what));
  }
  const PlotView* cost = board.findChild<PlotView*>(QStringLiteral("plot.cost"));
  QCOMPARE(cost->accessibleDescription(), board.summary(QStringLiteral("cost")));
}

void TestPlots::exportsParseAndRepeat() {
  PlotBoard board;  // never shown
  const auto gappy = historyOf();
  auto bad = std::make_shared<Snapshot>(*reportOf({}, 13));
  for (const Metric metric : {Metric::GlobalCost, Metric::Eta, Metric::StepMult}) {
    for (int c = 0; c < 4; ++c) bad->report.metrics.set(metric, c, kNaN);
  }
  gappy->append(bad);
  gappy->append(reportOf({}, 14));
  board.setRuns({gappy, historyOf({.algorithm = "badmm", .label = QStringLiteral("BADMM")})});
  board.setIteration(4);
  QTemporaryDir first;
  QTemporaryDir second;
  QString error;
  const QStringList files = board.exportTo(first.path(), {800, 400}, &error);
  QVERIFY2(error.isEmpty(), qPrintable(error));
  QCOMPARE(static_cast<std::size_t>(files.size()), 3 * plotRegistry().size());
  QTest::qWait(1100);  // what holds the second it was written in would differ
  const QStringList again = board.exportTo(second.path(), {800, 400}, &error);
  QCOMPARE(again.size(), files.size());
  for (qsizetype i = 0; i < files.size(); ++i) {
    const QByteArray bytes = fileBytes(files[i]);
    QVERIFY(!bytes.isEmpty());
    QVERIFY2(bytes == fileBytes(again[i]), qPrintable(files[i]));
    if (files[i].endsWith(QStringLiteral(".png"))) {
      QCOMPARE(QImage::fromData(bytes).size(), QSize(800, 400));
      continue;
    }
    if (files[i].endsWith(QStringLiteral(".pdf"))) {
      QVERIFY(bytes.startsWith("%PDF-") && bytes.trimmed().endsWith("%%EOF"));
      QCOMPARE(bytes.count("/Type /Page\n"), 1);
      QVERIFY2(bytes.contains("/MediaBox [0 0 600.000000 300.000000]"), qPrintable(files[i]));
      QVERIFY(!bytes.contains("/Subtype /Image") && !bytes.contains("CreationDate"));
      // The table of contents still stands where the end of the file says.
      const qsizetype at = bytes.lastIndexOf("startxref\n") + 10;
      QVERIFY(bytes.mid(bytes.mid(at, bytes.indexOf('\n', at) - at).toLongLong()).startsWith("xref"));
      continue;
    }
    QXmlStreamReader xml(bytes);
    QString text;
    int shapes = 0;
    while (!xml.atEnd()) {
      if (xml.readNext() == QXmlStreamReader::Characters) text += xml.text();
      if (xml.isStartElement() &&
          (xml.name() == QStringLiteral("path") || xml.name() == QStringLiteral("polyline")))
        ++shapes;
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(shapes > 0);
    QVERIFY(!text.contains(QStringLiteral("nan"), Qt::CaseInsensitive));
    if (files[i].endsWith(QStringLiteral("cost.svg"))) {
      for (const char* word : {"Cost", "iteration", "A MDGPS", "B BADMM", "Global mean"}) {
        QVERIFY2(text.contains(QLatin1String(word)), word);
      }
    }
    QVERIFY2(!bytes.contains("nan"), qPrintable(files[i]));
  }
}

void TestPlots::exportRefusesWhatCannotBeWritten() {
  PlotBoard board;
  board.setRuns({historyOf()});
  QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("file"));
  QFile blocked(file);
  QVERIFY(blocked.open(QIODevice::WriteOnly));
  QString error;
  QVERIFY(board.exportTo(file, {800, 400}, &error).isEmpty());
  QVERIFY(error.contains(file));
  error.clear();
  QVERIFY(board.exportTo(folder.path(), {10, 10}, &error).isEmpty());
  QVERIFY(!error.isEmpty());
}

QTEST_MAIN(TestPlots)
#include "tst_plots.moc"
