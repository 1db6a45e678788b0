// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
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
#include <QtCharts/QLineSeries>
#include <cmath>
#include <limits>

#include "synthetic_history.h"
#include "widgets/plots/plot_board.h"
#include "widgets/plots/plot_canvas.h"
#include "widgets/plots/plot_registry.h"
#include "widgets/plots/plot_scale.h"
#include "widgets/plots/plot_view.h"

using namespace gps;
using namespace gps::ui;
using namespace gps::test;

namespace {

using Histories = std::vector<std::shared_ptr<const RunHistory>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

PlotContent plot(const char* id, const Histories& runs, int iteration = 0) {
  return buildPlot(*findPlot(id), {.runs = runs, .iteration = iteration});
}

const PlotSeries* seriesNamed(const PlotContent& content, const QString& name, int run = 0) {
  for (const PlotSeries& series : content.series) {
    if (series.name == name && series.style.run == run) return &series;
  }
  return nullptr;
}

/// All words a reader of the plot can meet.
QString allText(const PlotContent& content) {
  QStringList words{content.title,         content.detail, content.x.title(), content.left.title(),
                    content.right.title(), content.empty,  content.summary};
  words << content.notes;
  for (const PlotLegendEntry& entry : content.legend) words << entry.name << entry.value;
  for (const PlotSeries& series : content.series) words << series.name << series.endLabel;
  for (const PlotEvent& event : content.events) words << event.text;
  return words.join(QLatin1Char(' '));
}

QByteArray fileBytes(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll();
}

/// A plot over iterations with one series of these values.
PlotContent lineOf(const std::vector<double>& values, bool log) {
  PlotContent content;
  content.id = QStringLiteral("test");
  content.left.log = log;
  content.right.used = false;
  PlotSeries series;
  for (std::size_t i = 0; i < values.size(); ++i)
    series.points.emplace_back(static_cast<double>(i + 1), values[i]);
  content.series.push_back(std::move(series));
  return content;
}

std::vector<QPointF> fedPoints(PlotChart& chart) {
  std::vector<QPointF> points;
  for (QAbstractSeries* series : chart.series()) {
    if (const auto* line = qobject_cast<QLineSeries*>(series)) {
      for (const QPointF& point : line->points()) points.push_back(point);
    }
  }
  return points;
}

}  // namespace

class TestPlots : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void historyKeepsEveryValueAndNamesWhatIsAbsent();
  void historyIgnoresPartialSnapshotsAndRewinds();
  void conditionsThatComeLaterHaveNoPast();
  void modelValuesEqualTheHistory();
  void etaAxisIsLogarithmic();
  void quantitiesWithoutCounterpartAreNotDefinedRatherThanZero();
  void twoRunsKeepTheirHueAndDifferByDash();
  void brokenBoundsAreFlagged();
  void boundsLeaveOutWhatHasNoLogarithm();
  void parameterChangesAreMarkers();
  void stepLimitsFollowTheirEvents();
  void noPlotShowsNaN();
  void emptyPlotsSayWhatWillAppear();
  void summariesNameTheNumbers();
  void rolloutsCanBeTheAbscissa();
  void numbersHaveFourDigits();
  void ticksAreRoundAndInside();
  void decimationKeepsExtremesAndGaps();
  void spansKeepExtremes();
  void buildingIsLinearInIterations();
  void logAxisShowsEverythingPositive();
  void gapsStayGapsAlsoInDashedLines();
  void hugeValuesAreClamped();
  void seriesObjectsAreKeptUntilTheStructureChanges();
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

void TestPlots::historyKeepsEveryValueAndNamesWhatIsAbsent() {
  const auto history = historyOf();
  QCOMPARE(history->iterations(), 12);
  QCOMPARE(history->conditions(), 4);
  for (int i = 0; i < 12; ++i) {
    const MetricTable& table = history->snapshots()[static_cast<std::size_t>(i)]->report.metrics;
    for (std::size_t m = 0; m < kMetricCount; ++m) {
      const Metric metric = static_cast<Metric>(m);
      const std::optional<double> mean = table.mean(metric);
      QCOMPARE(std::isnan(history->mean(metric, i)), !mean.has_value());
      if (mean) QVERIFY(std::abs(history->mean(metric, i) - *mean) <= 1e-12 * std::abs(*mean));
    }
    QCOMPARE(history->value(Metric::Eta, i, 2), *table.get(Metric::Eta, 2));
  }
  QVERIFY(!history->has(Metric::Rho));
  QVERIFY(std::isnan(history->value(Metric::Predicted, 0, 0)));
  QVERIFY(std::isnan(history->value(Metric::Eta, 99, 0)));
  QVERIFY(std::isnan(history->value(Metric::Eta, 0, 4)));
  QCOMPARE(history->value(Metric::Rollouts, 3, 2), 80.0);
}

void TestPlots::historyIgnoresPartialSnapshotsAndRewinds() {
  const auto history = historyOf({.iterations = 8});
  auto partial = std::make_shared<Snapshot>(*reportOf({}, 9));
  partial->partial = true;
  const unsigned before = history->revision();
  history->append(partial);
  QCOMPARE(history->iterations(), 8);
  QCOMPARE(history->revision(), before);

  history->append(reportOf({}, 5));
  QCOMPARE(history->iterations(), 5);
  QVERIFY(history->revision() != before);
  QVERIFY(history->events().empty());  // iteration 6 is gone, and so is its change
  QVERIFY(std::isnan(history->value(Metric::Eta, 5, 0)));
  history->clear();
  QCOMPARE(history->iterations(), 0);
  QVERIFY(!history->has(Metric::Eta));
}

void TestPlots::conditionsThatComeLaterHaveNoPast() {
  const auto history = historyOf({.iterations = 2, .conditions = 2});
  const double before = history->value(Metric::Eta, 1, 1);
  history->append(reportOf({.conditions = 3}, 3));
  QCOMPARE(history->conditions(), 3);
  QCOMPARE(history->value(Metric::Eta, 1, 1), before);
  QVERIFY(std::isnan(history->value(Metric::Eta, 1, 2)));
  QVERIFY(std::isfinite(history->value(Metric::Eta, 2, 2)));
}

void TestPlots::modelValuesEqualTheHistory() {
  const auto badmm = historyOf({.algorithm = "badmm", .label = QStringLiteral("BADMM")});
  const PlotContent cost = plot("cost", {badmm});
  const PlotContent kl = plot("kl", {badmm});
  const PlotContent multipliers = plot("multipliers", {badmm});
  const PlotContent step = plot("step", {badmm});
  const PlotSeries* global = seriesNamed(cost, QStringLiteral("Global mean"));
  const PlotSeries* second = seriesNamed(kl, QStringLiteral("C-step condition 2"));
  const PlotSeries* eta = seriesNamed(multipliers, QStringLiteral("\u03b7 condition 1"));
  const PlotSeries* rho = seriesNamed(multipliers, QStringLiteral("\u03c1"));
  QVERIFY(global && second && eta && rho);
  QCOMPARE(global->points.size(), std::size_t(12));
  QCOMPARE(second->condition, 1);
  QCOMPARE(rho->side, PlotSide::Right);
  for (int i = 0; i < 12; ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    QCOMPARE(global->points[at], QPointF(i + 1.0, badmm->mean(Metric::GlobalCost, i)));
    QCOMPARE(second->points[at].y(), badmm->value(Metric::Kl, i, 1));
    QCOMPARE(eta->points[at].y(), badmm->value(Metric::Eta, i, 0));
    QCOMPARE(rho->points[at].y(), badmm->mean(Metric::Rho, i));
    QCOMPARE(multipliers.bands.front().spans[at].low, badmm->mean(Metric::RhoLow, i));
    if (i > 0) QCOMPARE(step.bars[1].spans[at].high, badmm->mean(Metric::Actual, i));
  }
  QCOMPARE(step.detail, QStringLiteral("rule: classic"));

  const PlotContent profile =
      buildPlot(*findPlot("profile"), {.runs = {badmm}, .iteration = 7, .profile = ProfileQuantity::Rho});
  const PlotSeries* third = seriesNamed(profile, QStringLiteral("condition 3"));
  QVERIFY(third);
  QCOMPARE(third->points.size(), std::size_t(100));
  QCOMPARE(third->points[37].y(), badmm->snapshots()[6]->report.series[2].rho[37]);

  const PlotContent fit = plot("policy_fit", {badmm}, 3);
  QCOMPARE(seriesNamed(fit, QStringLiteral("Loss"))->points[10],
           QPointF(220.0, badmm->snapshots()[2]->report.training.loss[10]));

  const PlotContent time = plot("time", {badmm});
  double sum = 0.0;
  for (const PhaseTime& phase : badmm->snapshots()[4]->report.seconds) sum += 1e3 * phase.seconds;
  QVERIFY(std::abs(time.bars.back().spans[4].high - sum) < 1e-9);
}

void TestPlots::etaAxisIsLogarithmic() {
  const PlotContent multipliers = plot("multipliers", {historyOf()});
  QVERIFY(multipliers.left.log);
  QVERIFY(plot("kl", {historyOf()}).left.log);
  QVERIFY(!plot("entropy", {historyOf()}).left.log);
}

void TestPlots::quantitiesWithoutCounterpartAreNotDefinedRatherThanZero() {
  const PlotContent multipliers = plot("multipliers", {historyOf()});
  QCOMPARE(multipliers.notes, QStringList{QStringLiteral("MDGPS: \u03c1 and \u03bb not defined")});
  QVERIFY(!multipliers.right.used);
  QVERIFY(!seriesNamed(multipliers, QStringLiteral("\u03c1")));

  const auto trajopt = historyOf({.algorithm = "trajopt", .label = QStringLiteral("TrajOpt")});
  QCOMPARE(plot("cost", {trajopt}).notes, QStringList{QStringLiteral("TrajOpt: global policy not defined")});
  const PlotContent fit = plot("policy_fit", {trajopt});
  QVERIFY(fit.isEmpty());
  QVERIFY(fit.notes.front().contains(QStringLiteral("not defined")));
}

void TestPlots::twoRunsKeepTheirHueAndDifferByDash() {
  const Histories runs{historyOf(),
                       historyOf({.algorithm = "badmm", .label = QStringLiteral("BADMM"), .iterations = 7})};
  const PlotContent cost = plot("cost", runs);
  const PlotSeries* a = seriesNamed(cost, QStringLiteral("Global mean"), 0);
  const PlotSeries* b = seriesNamed(cost, QStringLiteral("Global mean"), 1);
  QVERIFY(a && b);
  QCOMPARE(a->style.role, b->style.role);
  QCOMPARE(a->style.dash, PlotDash::Solid);
  QCOMPARE(b->style.dash, PlotDash::Dashed);
  QCOMPARE(b->points.size(), std::size_t(7));
  QCOMPARE(cost.runs, (std::vector<QString>{QStringLiteral("A MDGPS"), QStringLiteral("B BADMM")}));
  // The legend groups by run.
  int run = 0;
  for (const PlotLegendEntry& entry : cost.legend) {
    QVERIFY(entry.style.run >= run);
    run = entry.style.run;
  }
  QCOMPARE(plot("multipliers", runs).notes.front(), QStringLiteral("A MDGPS: \u03c1 and \u03bb not defined"));
}

void TestPlots::brokenBoundsAreFlagged() {
  const auto history = historyOf({.iterations = 3, .conditions = 2});
  auto broken = std::make_shared<Snapshot>(*reportOf({.conditions = 2}, 4));
  broken->report.metrics.set(Metric::Kl, 1, 5.0 * *broken->report.metrics.get(Metric::KlBound, 1));
  history->append(broken);
  const PlotContent kl = plot("kl", {history});
  QCOMPARE(seriesNamed(kl, QStringLiteral("C-step condition 2"))->flagged, std::vector<int>{3});
  QVERIFY(seriesNamed(kl, QStringLiteral("C-step condition 1"))->flagged.empty());

  // One eta for all bounds their mean only.
  const auto shared = historyOf({.iterations = 3, .conditions = 2});
  for (const double mean : {1.05, 1.2}) {
    auto snapshot = std::make_shared<Snapshot>(*reportOf({.conditions = 2}, shared->iterations() + 1));
    const double bound = *snapshot->report.metrics.get(Metric::KlBound, 1);
    snapshot->report.metrics.set(Metric::Kl, 1, 5.0 * bound);
    snapshot->report.metrics.set(Metric::KlMean, mean * bound);
    shared->append(snapshot);
  }
  const PlotContent means = plot("kl", {shared});
  QVERIFY(seriesNamed(means, QStringLiteral("C-step condition 2"))->flagged.empty());
  QCOMPARE(seriesNamed(means, QStringLiteral("C-step mean"))->flagged, std::vector<int>{4});
}

void TestPlots::boundsLeaveOutWhatHasNoLogarithm() {
  const PlotContent bounds = plot("bounds", {historyOf({.iterations = 10})});
  QVERIFY(bounds.left.log);
  const PlotSeries* gap = seriesNamed(bounds, QStringLiteral("Gap"));
  const PlotSeries* bound = seriesNamed(bounds, QStringLiteral("Bound"));
  QVERIFY(gap && bound && seriesNamed(bounds, QStringLiteral("Gap, model")) &&
          seriesNamed(bounds, QStringLiteral("Bound, lemma 2")));
  for (std::size_t i = 0; i < 10; ++i) {
    QCOMPARE(std::isnan(gap->points[i].y()), i >= 7);
    QVERIFY(bound->points[i].y() > 0.0);
  }
  const PlotContent none =
      plot("bounds", {historyOf({.algorithm = "trajopt", .label = QStringLiteral("Alone")})});
  QVERIFY(none.isEmpty());
  QVERIFY(none.notes.join(QString()).contains(QStringLiteral("not defined")));
}

void TestPlots::parameterChangesAreMarkers() {
  const PlotContent cost = plot("cost", {historyOf()});
  QCOMPARE(cost.events.size(), std::size_t(1));
  QCOMPARE(cost.events[0].x, 6.0);
  QCOMPARE(cost.events[0].text, QStringLiteral("lqr.kl_step 1 \u2192 0.5"));
  QVERIFY(plot("profile", {historyOf()}).events.empty());
}

void TestPlots::stepLimitsFollowTheirEvents() {
  const auto history = historyOf({.iterations = 2});
  auto changed = std::make_shared<Snapshot>(*reportOf({}, 3));
  changed->events = {{3, "lqr.step_max", "3", "7"}};
  history->append(changed);
  const PlotContent step = plot("step", {history});
  const PlotSeries* limit = seriesNamed(step, QStringLiteral("Largest multiplier"));
  QVERIFY(limit);
  QCOMPARE(limit->points[1].y(), 3.0);
  QCOMPARE(limit->points[2].y(), 7.0);
}

void TestPlots::noPlotShowsNaN() {
  const auto history = historyOf({.algorithm = "badmm", .label = QStringLiteral("BADMM"), .iterations = 1});
  auto bad = std::make_shared<Snapshot>(*reportOf({.algorithm = "badmm"}, 2));
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    const Metric metric = static_cast<Metric>(m);
    if (metricSpec(metric).per == MetricPer::Iteration) continue;
    for (int c = 0; c < 4; ++c) {
      bad->report.metrics.set(metric, c, c % 2 == 0 ? kNaN : std::numeric_limits<double>::infinity());
    }
  }
  history->append(bad);
  for (const PlotEntry& entry : plotRegistry()) {
    const PlotContent content = buildPlot(entry, {.runs = {history}});
    const QString text = allText(content);
    QVERIFY2(!text.contains(QStringLiteral("nan"), Qt::CaseInsensitive), qPrintable(text));
    QVERIFY2(!text.contains(QStringLiteral("inf"), Qt::CaseInsensitive), qPrintable(text));
  }
}

void TestPlots::emptyPlotsSayWhatWillAppear() {
  for (const PlotEntry& entry : plotRegistry()) {
    for (const Histories& runs : {Histories{}, Histories{historyOf({.iterations = 0})}}) {
      const PlotContent content = buildPlot(entry, {.runs = runs});
      QVERIFY(content.isEmpty());
      QVERIFY(content.empty.contains(QStringLiteral("appear")));
      QVERIFY(content.summary.contains(content.empty));
    }
  }
}

void TestPlots::summariesNameTheNumbers() {
  const auto history = historyOf();
  const QString expected = QStringLiteral("Cost: MDGPS mean global cost %1 at iteration 12, down from %2.")
                               .arg(plotNumber(history->mean(Metric::GlobalCost, 11)),
                                    plotNumber(history->mean(Metric::GlobalCost, 0)));
  QCOMPARE(plot("cost", {history}).summary, expected);
}

void TestPlots::rolloutsCanBeTheAbscissa() {
  const PlotContent cost =
      buildPlot(*findPlot("cost"), {.runs = {historyOf()}, .abscissa = PlotAbscissa::Rollouts});
  QCOMPARE(cost.x.label, QStringLiteral("rollouts"));
  QCOMPARE(seriesNamed(cost, QStringLiteral("Local mean"))->points[2].x(), 60.0);
  QCOMPARE(*cost.xOfIteration(3), 60.0);
  QVERIFY(!cost.xOfIteration(13));
}

void TestPlots::numbersHaveFourDigits() {
  QCOMPARE(plotNumber(174.0), QStringLiteral("174"));
  QCOMPARE(plotNumber(0.0123456), QStringLiteral("0.01235"));
  QCOMPARE(plotNumber(-2.5), QStringLiteral("\u22122.5"));
  QCOMPARE(plotNumber(12345.6), QStringLiteral("12\u202f350"));
  QCOMPARE(plotNumber(1e-5), QStringLiteral("10\u207b\u2075"));
  QCOMPARE(plotNumber(1.24e7), QStringLiteral("1.24\u00b710\u2077"));
  QCOMPARE(plotNumber(9.9999e-5), QStringLiteral("10\u207b\u2074"));
  QCOMPARE(plotNumber(kNaN), QStringLiteral("\u2013"));
}

void TestPlots::ticksAreRoundAndInside() {
  const auto check = [](const PlotRange& range, bool log, bool integers) {
    const std::vector<PlotTick> ticks = plotTicks(range, log, integers, 6);
    QVERIFY(ticks.size() >= 2 && ticks.size() <= 14);
    for (const PlotTick& tick : ticks) {
      QVERIFY(tick.position >= range.min - 1e-6 && tick.position <= range.max + 1e-6);
      QVERIFY(!tick.label.isEmpty());
      if (integers) QCOMPARE(tick.position, std::round(tick.position));
    }
  };
  check({0.5, 12.5}, false, true);
  check({-3e-4, 8e-4}, false, false);
  check({-8.0, 16.0}, true, false);
  check({2.0, 2.2}, true, false);
  QCOMPARE(plotTicks({0.0, 1.0}, false, false, 5).at(1).label, QStringLiteral("0.2"));

  PlotExtent one;
  one.add(5.0);
  QVERIFY(niceRange(one).length() > 0.0);
  PlotExtent logarithmic(true);
  logarithmic.add(5.0);
  logarithmic.add(-1.0);
  QVERIFY(niceRange(logarithmic).length() > 0.0);
  QVERIFY(niceRange(logarithmic).length() < 1.0);
  PlotExtent outlier;
  outlier.add(1.0);
  outlier.add(1e300);
  QVERIFY(niceRange(outlier).max < 10.0);
}

void TestPlots::decimationKeepsExtremesAndGaps() {
  std::vector<QPointF> points;
  for (int i = 0; i < 10000; ++i) points.emplace_back(i, std::sin(0.01 * i));
  points[4321].setY(99.0);
  points[8765].setY(-99.0);
  for (int i = 6000; i < 6500; ++i) points[static_cast<std::size_t>(i)].setY(kNaN);
  std::vector<QPointF> out;
  decimate(points, {0.0, 10000.0}, 200, false, out);
  QVERIFY(out.size() <= 400);
  const auto has = [&out](double y) {
    return std::any_of(out.begin(), out.end(), [y](const QPointF& p) { return p.y() == y; });
  };
  QVERIFY(has(99.0));
  QVERIFY(has(-99.0));
  QVERIFY(std::any_of(out.begin(), out.end(), [](const QPointF& p) { return std::isnan(p.y()); }));
  QVERIFY(std::is_sorted(out.begin(), out.end(),
                         [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); }));

  // On a log axis a column keeps its smallest positive value, not the one that cannot be shown.
  decimate(points, {0.0, 10000.0}, 200, true, out);
  QVERIFY(!has(-99.0));
  QVERIFY(has(99.0));

  // Zoomed in, every sample of the window is there, and one on each side.
  decimate(points, {100.0, 150.0}, 200, false, out);
  QCOMPARE(out.size(), std::size_t(53));
  QCOMPARE(out.front().x(), 99.0);
}

void TestPlots::spansKeepExtremes() {
  std::vector<PlotSpan> spans;
  for (int i = 0; i < 5000; ++i) spans.push_back({static_cast<double>(i), -1.0, 1.0});
  spans[1234].high = 50.0;
  spans[4321].low = -50.0;
  std::vector<PlotSpan> out;
  decimateSpans(spans, {0.0, 5000.0}, 100, out);
  QCOMPARE(out.size(), std::size_t(100));
  QCOMPARE(out.front().x, 0.0);
  QCOMPARE(out.back().x, 4999.0);
  QCOMPARE(std::max_element(out.begin(), out.end(),
                            [](const PlotSpan& a, const PlotSpan& b) { return a.high < b.high; })
               ->high,
           50.0);
  QCOMPARE(std::min_element(out.begin(), out.end(),
                            [](const PlotSpan& a, const PlotSpan& b) { return a.low < b.low; })
               ->low,
           -50.0);
}

void TestPlots::buildingIsLinearInIterations() {
  const auto small = historyOf({.iterations = 1000, .series = false});
  const auto large = historyOf({.iterations = 10000, .series = false});
  for (const PlotEntry& entry : plotRegistry()) {
    const std::size_t few = buildPlot(entry, {.runs = {small}}).pointCount();
    const std::size_t many = buildPlot(entry, {.runs = {large}}).pointCount();
    QVERIFY(many <= 10 * few);
    PlotChart chart;
    chart.setContent(std::make_shared<const PlotContent>(buildPlot(entry, {.runs = {large}})));
    chart.feed({1200, 300});
    // What is drawn depends on the pixels, not on the iterations.
    QVERIFY(chart.stats().drawn <= 10000);
  }
}

void TestPlots::logAxisShowsEverythingPositive() {
  PlotChart chart;
  chart.setContent(std::make_shared<const PlotContent>(lineOf({10.0, 0.0, 1000.0, -4.0, 100.0}, true)));
  chart.feed({600, 300});
  std::vector<double> ys;
  for (const QPointF& point : fedPoints(chart)) {
    if (!std::isnan(point.y())) ys.push_back(point.y());
  }
  QCOMPARE(ys, (std::vector<double>{1.0, 3.0, 2.0}));
  QVERIFY(chart.frame().window.left.min <= 1.0);
  QVERIFY(chart.frame().window.left.max >= 3.0);

  chart.setLogY(false);
  chart.feed({600, 300});
  QCOMPARE(fedPoints(chart).size(), std::size_t(5));
  QVERIFY(chart.frame().window.left.min <= -4.0);
}

void TestPlots::gapsStayGapsAlsoInDashedLines() {
  PlotContent content = lineOf({1, 2, kNaN, 4, 5, kNaN, kNaN, 8, 9}, false);
  PlotChart chart;
  chart.setContent(std::make_shared<const PlotContent>(content));
  chart.feed({600, 300});
  QCOMPARE(chart.series().size(), 1);
  content.series[0].style.dash = PlotDash::Dashed;
  chart.setContent(std::make_shared<const PlotContent>(content));
  chart.feed({600, 300});
  QCOMPARE(chart.series().size(), 3);
  for (QAbstractSeries* series : chart.series()) QCOMPARE(qobject_cast<QLineSeries*>(series)->count(), 2);
}

void TestPlots::hugeValuesAreClamped() {
  PlotChart chart;
  chart.setContent(std::make_shared<const PlotContent>(lineOf({1.0, 2.0, 1e300, 2.0, -1e300}, false)));
  chart.feed({600, 300});
  for (const QPointF& point : fedPoints(chart)) QVERIFY(std::abs(point.y()) < 1000.0);
}

void TestPlots::seriesObjectsAreKeptUntilTheStructureChanges() {
  PlotView view;
  view.resize(600, 240);
  view.show();
  QVERIFY(QTest::qWaitForWindowExposed(&view));
  const auto history = historyOf({.iterations = 3});
  view.setContent(plot("cost", {history}));
  const int before = view.stats().rebuilds;
  history->append(reportOf({}, 4));
  view.setContent(plot("cost", {history}));
  QCOMPARE(view.stats().rebuilds, before);
  view.setContent(plot("cost", {history, historyOf()}));
  QCOMPARE(view.stats().rebuilds, before + 1);
}

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
  QCOMPARE(static_cast<std::size_t>(files.size()), 2 * plotRegistry().size());
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
