// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <QtCharts/QLineSeries>
#include <cmath>

#include "plot_of.h"
#include "synthetic_history.h"
#include "widgets/plots/plot_chart.h"
#include "widgets/plots/plot_scale.h"
#include "widgets/plots/plot_view.h"

using namespace gps;
using namespace gps::ui;
using namespace gps::test;

namespace {

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

class TestPlotChart : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void numbersHaveFourDigits();
  void ticksAreRoundAndInside();
  void decimationKeepsExtremesAndGaps();
  void spansKeepExtremes();
  void logAxisShowsEverythingPositive();
  void gapsStayGapsAlsoInDashedLines();
  void hugeValuesAreClamped();
  void seriesObjectsAreKeptUntilTheStructureChanges();
};

void TestPlotChart::numbersHaveFourDigits() {
  QCOMPARE(plotNumber(174.0), QStringLiteral("174"));
  QCOMPARE(plotNumber(0.0123456), QStringLiteral("0.01235"));
  QCOMPARE(plotNumber(-2.5), QStringLiteral("\u22122.5"));
  QCOMPARE(plotNumber(12345.6), QStringLiteral("12\u202f350"));
  QCOMPARE(plotNumber(1e-5), QStringLiteral("10\u207b\u2075"));
  QCOMPARE(plotNumber(1.24e7), QStringLiteral("1.24\u00b710\u2077"));
  QCOMPARE(plotNumber(9.9999e-5), QStringLiteral("10\u207b\u2074"));
  QCOMPARE(plotNumber(kNaN), QStringLiteral("\u2013"));
}

void TestPlotChart::ticksAreRoundAndInside() {
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

void TestPlotChart::decimationKeepsExtremesAndGaps() {
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

void TestPlotChart::spansKeepExtremes() {
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

void TestPlotChart::logAxisShowsEverythingPositive() {
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

void TestPlotChart::gapsStayGapsAlsoInDashedLines() {
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

void TestPlotChart::hugeValuesAreClamped() {
  PlotChart chart;
  chart.setContent(std::make_shared<const PlotContent>(lineOf({1.0, 2.0, 1e300, 2.0, -1e300}, false)));
  chart.feed({600, 300});
  for (const QPointF& point : fedPoints(chart)) QVERIFY(std::abs(point.y()) < 1000.0);
}

void TestPlotChart::seriesObjectsAreKeptUntilTheStructureChanges() {
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

QTEST_MAIN(TestPlotChart)
#include "tst_plot_chart.moc"
