// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "widgets/plots/plot_builders.h"

namespace gps::ui {

namespace {

/// Local means thick and solid; global ones also carry circles, as dashes tell two runs apart.
PlotStyle localMean(const PlotRun& run) {
  PlotStyle style = runStyle(run, PlotRole::Local, PlotDash::Solid);
  style.thick = true;
  return style;
}

PlotStyle globalMean(const PlotRun& run) {
  PlotStyle style = runStyle(run, PlotRole::Global, PlotDash::Dashed);
  style.thick = true;
  style.marker = run.index == 0 ? PlotMarker::Filled : PlotMarker::Hollow;
  return style;
}

void addSampleBands(PlotContent& content, const PlotRun& run) {
  const RunHistory& history = run.history;
  if (!history.has(Metric::LocalCostMin) || !history.has(Metric::LocalCostMax)) return;
  PlotStyle style = runStyle(run, PlotRole::Local, PlotDash::Solid);
  style.shape = PlotStyle::Shape::Band;
  const int legend = addLegend(content, QStringLiteral("Samples"), style, kNoValue);
  content.legend.back().on = !run.paired;
  const int M = history.conditions();
  style.shades = M;
  for (int c = 0; c < M; ++c) {
    PlotBand band;
    band.legend = legend;
    band.condition = c;
    style.shade = c;
    band.style = style;
    for (int i = 0; i < history.iterations(); ++i) {
      band.spans.push_back(
          {run.x(i), history.value(Metric::LocalCostMin, i, c), history.value(Metric::LocalCostMax, i, c)});
    }
    content.bands.push_back(std::move(band));
  }
}

bool equalOverConditions(const RunHistory& history, Metric metric, int iterationIndex) {
  const double first = history.value(metric, iterationIndex, 0);
  for (int c = 1; c < history.conditions(); ++c) {
    if (history.value(metric, iterationIndex, c) != first) return false;
  }
  return true;
}

/// One dotted step line where all conditions share their bounds, else one for each.
void addBounds(PlotContent& content, const PlotRun& run) {
  const RunHistory& history = run.history;
  if (!history.has(Metric::KlBound)) return;
  bool shared = true;
  for (int i = 0; i < history.iterations() && shared; ++i)
    shared = equalOverConditions(history, Metric::KlBound, i);
  PlotStyle style = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
  style.dash = PlotDash::Dotted;
  const int legend = addLegend(content, QStringLiteral("Bound \u03b5"), style,
                               history.mean(Metric::KlBound, history.iterations() - 1));
  const int lines = shared ? 1 : history.conditions();
  style.shades = lines;
  for (int c = 0; c < lines; ++c) {
    PlotSeries series;
    series.name = shared ? QStringLiteral("Bound") : QStringLiteral("Bound ") + history.conditionName(c);
    series.legend = legend;
    series.condition = shared ? -1 : c;
    style.shade = c;
    series.style = style;
    series.step = true;
    series.points = metricPoints(run, Metric::KlBound, c);
    content.series.push_back(std::move(series));
  }
}

/// The search for eta ends within 10 % of the bound. Where one eta served all conditions only their mean, kl.mean,
/// is bounded. Whether any flag was set.
bool flagViolations(PlotContent& content, const PlotRun& run) {
  const RunHistory& history = run.history;
  std::vector<bool> shared;
  for (int i = 0; i < history.iterations(); ++i) {
    shared.push_back(std::isfinite(history.value(Metric::KlMean, i, 0)));
  }
  bool any = false;
  const auto broken = [](double kl, double bound) { return kl > 1.1 * bound * (1.0 + 1e-9); };
  for (PlotSeries& series : content.series) {
    if (series.style.run != run.index) continue;
    for (int i = 0; i < history.iterations(); ++i) {
      const int c = series.condition;
      if (shared[static_cast<std::size_t>(i)] != (c < 0)) continue;
      const bool flagged = c >= 0
                               ? broken(history.value(Metric::Kl, i, c), history.value(Metric::KlBound, i, c))
                               : broken(history.value(Metric::KlMean, i, 0), history.mean(Metric::KlBound, i));
      if (flagged) series.flagged.push_back(i);
      any = any || flagged;
    }
  }
  return any;
}

/// The red circles, which stand on lines that have entries of their own.
void explainFlags(PlotContent& content, const PlotRun& run) {
  PlotStyle style = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
  style.shape = PlotStyle::Shape::Flag;
  const int legend = addLegend(content, QStringLiteral("Above its bound"), style, kNoValue);
  for (PlotSeries& series : content.series) {
    if (series.style.run == run.index && !series.flagged.empty()) series.flagLegend = legend;
  }
}

}  // namespace

void buildCost(const PlotRequest& request, PlotContent& content) {
  content.left.label = QStringLiteral("cost");
  for (const PlotRun& run : plotRuns(request)) {
    addSampleBands(content, run);
    addMetricLines(content, run,
                   {.metric = Metric::LocalCost, .name = QStringLiteral("Local"), .style = localMean(run)});
    addMetricLines(
        content, run,
        {.metric = Metric::GlobalCost, .name = QStringLiteral("Global"), .style = globalMean(run)});
    const bool global = run.history.has(Metric::GlobalCost);
    if (run.history.iterations() > 0 && !global) addNotDefined(content, run, QStringLiteral("global policy"));
    addSummary(content, trendSentence(
                            run, global ? Metric::GlobalCost : Metric::LocalCost,
                            global ? QStringLiteral("mean global cost") : QStringLiteral("mean local cost")));
  }
  content.left.log = wantsLog(content, 30.0);
}

void buildKl(const PlotRequest& request, PlotContent& content) {
  content.left = {QStringLiteral("KL per trajectory"), QStringLiteral("nat"), true, false, true};
  for (const PlotRun& run : plotRuns(request)) {
    addMetricLines(content, run,
                   {.metric = Metric::Kl, .name = QStringLiteral("C-step"), .style = localMean(run)});
    const bool broken = flagViolations(content, run);
    addBounds(content, run);
    if (broken) explainFlags(content, run);
    PlotStyle apart = globalMean(run);
    apart.thick = false;
    apart.marker = PlotMarker::Filled;
    addMetricLines(content, run,
                   {.metric = Metric::KlLocalGlobal,
                    .name = QStringLiteral("KL(p\u2016\u03c0)"),
                    .style = apart,
                    .conditions = false});
    apart.marker = PlotMarker::Hollow;
    addMetricLines(content, run,
                   {.metric = Metric::KlGlobalLocal,
                    .name = QStringLiteral("KL(\u03c0\u2016p)"),
                    .style = apart,
                    .conditions = false});
    if (run.history.iterations() > 0 && !run.history.has(Metric::KlLocalGlobal)) {
      addNotDefined(content, run, QStringLiteral("KL(p\u2016\u03c0)"));
    }
    addSummary(content, trendSentence(run, Metric::Kl, QStringLiteral("mean KL of the C-step (nat)")));
  }
}

void buildEntropy(const PlotRequest& request, PlotContent& content) {
  content.left = {QStringLiteral("entropy per trajectory"), QStringLiteral("nat"), false, false, true};
  for (const PlotRun& run : plotRuns(request)) {
    addMetricLines(
        content, run,
        {.metric = Metric::EntropyLocal, .name = QStringLiteral("Local"), .style = localMean(run)});
    // The policy's covariance does not depend on the state, so its entropy is the same in every condition.
    addMetricLines(content, run,
                   {.metric = Metric::EntropyGlobal,
                    .name = QStringLiteral("Global"),
                    .style = globalMean(run),
                    .conditions = false});
    if (run.history.iterations() > 0 && !run.history.has(Metric::EntropyGlobal)) {
      addNotDefined(content, run, QStringLiteral("global policy"));
    }
    addSummary(content, trendSentence(run, Metric::EntropyLocal, QStringLiteral("mean local entropy (nat)")));
  }
}

}  // namespace gps::ui
