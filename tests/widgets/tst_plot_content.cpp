// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <limits>

#include "plot_of.h"
#include "synthetic_history.h"
#include "widgets/plots/plot_chart.h"
#include "widgets/plots/plot_registry.h"
#include "widgets/plots/plot_scale.h"

using namespace gps;
using namespace gps::ui;
using namespace gps::test;

namespace {

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

}  // namespace

class TestPlotContent : public QObject {
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
  void buildingIsLinearInIterations();
};

void TestPlotContent::historyKeepsEveryValueAndNamesWhatIsAbsent() {
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

void TestPlotContent::historyIgnoresPartialSnapshotsAndRewinds() {
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

void TestPlotContent::conditionsThatComeLaterHaveNoPast() {
  const auto history = historyOf({.iterations = 2, .conditions = 2});
  const double before = history->value(Metric::Eta, 1, 1);
  history->append(reportOf({.conditions = 3}, 3));
  QCOMPARE(history->conditions(), 3);
  QCOMPARE(history->value(Metric::Eta, 1, 1), before);
  QVERIFY(std::isnan(history->value(Metric::Eta, 1, 2)));
  QVERIFY(std::isfinite(history->value(Metric::Eta, 2, 2)));
}

void TestPlotContent::modelValuesEqualTheHistory() {
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

void TestPlotContent::etaAxisIsLogarithmic() {
  const PlotContent multipliers = plot("multipliers", {historyOf()});
  QVERIFY(multipliers.left.log);
  QVERIFY(plot("kl", {historyOf()}).left.log);
  QVERIFY(!plot("entropy", {historyOf()}).left.log);
}

void TestPlotContent::quantitiesWithoutCounterpartAreNotDefinedRatherThanZero() {
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

void TestPlotContent::twoRunsKeepTheirHueAndDifferByDash() {
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

void TestPlotContent::brokenBoundsAreFlagged() {
  const auto history = historyOf({.iterations = 3, .conditions = 2});
  auto broken = std::make_shared<Snapshot>(*reportOf({.conditions = 2}, 4));
  broken->report.metrics.set(Metric::Kl, 1, 5.0 * *broken->report.metrics.get(Metric::KlBound, 1));
  history->append(broken);
  const PlotContent kl = plot("kl", {history});
  QCOMPARE(seriesNamed(kl, QStringLiteral("C-step condition 2"))->flagged, std::vector<int>{3});
  QVERIFY(seriesNamed(kl, QStringLiteral("C-step condition 1"))->flagged.empty());
  // The legend explains the circles, only where there are some, and its entry switches them.
  const int explained = seriesNamed(kl, QStringLiteral("C-step condition 2"))->flagLegend;
  QVERIFY(explained >= 0);
  QCOMPARE(kl.legend[static_cast<std::size_t>(explained)].name, QStringLiteral("Above its bound"));
  const auto isFlag = [](const PlotLegendEntry& entry) { return entry.style.shape == PlotStyle::Shape::Flag; };
  QCOMPARE(std::count_if(kl.legend.begin(), kl.legend.end(), isFlag), 1);
  const PlotContent kept = plot("kl", {historyOf({.iterations = 3, .conditions = 2})});
  QVERIFY(std::none_of(kept.legend.begin(), kept.legend.end(), isFlag));

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

void TestPlotContent::boundsLeaveOutWhatHasNoLogarithm() {
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

void TestPlotContent::parameterChangesAreMarkers() {
  const PlotContent cost = plot("cost", {historyOf()});
  QCOMPARE(cost.events.size(), std::size_t(1));
  QCOMPARE(cost.events[0].x, 6.0);
  QCOMPARE(cost.events[0].text, QStringLiteral("lqr.kl_step 1 \u2192 0.5"));
  QVERIFY(plot("profile", {historyOf()}).events.empty());
  // The painter goes from left to right: a fork of run B left of run A's change would not be seen else.
  const auto fork = historyOf();
  fork->setForkedAt(3);
  const PlotContent two = plot("cost", {historyOf(), fork});
  QCOMPARE(two.events.size(), std::size_t(3));
  QCOMPARE(two.events[0].x, 3.0);
  QCOMPARE(two.events[0].run, 1);
  QVERIFY(two.events[1].x == 6.0 && two.events[2].x == 6.0);
}

void TestPlotContent::stepLimitsFollowTheirEvents() {
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

void TestPlotContent::noPlotShowsNaN() {
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

void TestPlotContent::emptyPlotsSayWhatWillAppear() {
  for (const PlotEntry& entry : plotRegistry()) {
    for (const Histories& runs : {Histories{}, Histories{historyOf({.iterations = 0})}}) {
      const PlotContent content = buildPlot(entry, {.runs = runs});
      QVERIFY(content.isEmpty());
      QVERIFY(content.empty.contains(QStringLiteral("appear")));
      QVERIFY(content.summary.contains(content.empty));
    }
  }
}

void TestPlotContent::summariesNameTheNumbers() {
  const auto history = historyOf();
  const QString expected = QStringLiteral("Cost: MDGPS mean global cost %1 at iteration 12, down from %2.")
                               .arg(plotNumber(history->mean(Metric::GlobalCost, 11)),
                                    plotNumber(history->mean(Metric::GlobalCost, 0)));
  QCOMPARE(plot("cost", {history}).summary, expected);
}

void TestPlotContent::rolloutsCanBeTheAbscissa() {
  const PlotContent cost =
      buildPlot(*findPlot("cost"), {.runs = {historyOf()}, .abscissa = PlotAbscissa::Rollouts});
  QCOMPARE(cost.x.label, QStringLiteral("rollouts"));
  QCOMPARE(seriesNamed(cost, QStringLiteral("Local mean"))->points[2].x(), 60.0);
  QCOMPARE(*cost.xOfIteration(3), 60.0);
  QVERIFY(!cost.xOfIteration(13));
}

void TestPlotContent::buildingIsLinearInIterations() {
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

QTEST_MAIN(TestPlotContent)
#include "tst_plot_content.moc"
