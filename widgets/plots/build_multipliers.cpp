// SPDX-License-Identifier: GPL-3.0-or-later
#include <QByteArray>

#include "widgets/plots/plot_builders.h"

namespace gps::ui {

namespace {

/// The band between two metrics, means over the conditions.
void addMeanBand(PlotContent& content, const PlotRun& run, Metric low, Metric high, const QString& name) {
  if (!run.history.has(low) || !run.history.has(high)) return;
  PlotBand band;
  band.side = PlotSide::Right;
  band.style = runStyle(run, PlotRole::Global, PlotDash::Solid);
  band.style.shape = PlotStyle::Shape::Band;
  band.legend = addLegend(content, name, band.style, kNoValue);
  for (int i = 0; i < run.history.iterations(); ++i) {
    band.spans.push_back({run.x(i), run.history.mean(low, i), run.history.mean(high, i)});
  }
  content.bands.push_back(std::move(band));
}

PlotBars improvementBars(const PlotRun& run, Metric metric, PlotStyle::Shape shape) {
  PlotBars bars;
  bars.style = runStyle(run, shape == PlotStyle::Shape::FilledBar ? PlotRole::Local : PlotRole::Neutral,
                        PlotDash::Solid);
  bars.style.shape = shape;
  // Half of the distance between two iterations, less a gap; two runs share it side by side.
  const int n = run.history.iterations();
  const double distance = n > 1 ? (run.x(n - 1) - run.x(0)) / (n - 1) : 1.0;
  bars.halfWidth = (run.paired ? 0.18 : 0.34) * distance;
  bars.offset = run.paired ? (run.index == 0 ? -0.2 : 0.2) * distance : 0.0;
  if (shape == PlotStyle::Shape::FilledBar) bars.halfWidth *= 0.6;
  for (int i = 0; i < n; ++i) bars.spans.push_back({run.x(i), 0.0, run.history.mean(metric, i)});
  return bars;
}

/// The limits the run started with and what events made of them.
void addStepLimits(PlotContent& content, const PlotRun& run) {
  const std::optional<RunHistory::StepLimits> start = run.history.stepLimits();
  if (!start || run.history.iterations() == 0) return;
  PlotStyle style = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
  style.dash = PlotDash::Dotted;
  const int legend = addLegend(content, QStringLiteral("Its limits"), style, kNoValue);
  for (const bool lower : {true, false}) {
    PlotSeries series;
    series.name = lower ? QStringLiteral("Smallest multiplier") : QStringLiteral("Largest multiplier");
    series.legend = legend;
    series.side = PlotSide::Right;
    series.style = style;
    series.step = true;
    const std::string key = lower ? "lqr.step_min" : "lqr.step_max";
    double limit = lower ? start->min : start->max;
    std::size_t next = 0;
    const std::vector<ParameterEvent>& events = run.history.events();
    for (int i = 0; i < run.history.iterations(); ++i) {
      for (; next < events.size() && events[next].iteration <= i + 1; ++next) {
        if (events[next].key == key) limit = QByteArray::fromStdString(events[next].to).toDouble();
      }
      series.points.emplace_back(run.x(i), limit);
    }
    content.series.push_back(std::move(series));
  }
}

}  // namespace

void buildMultipliers(const PlotRequest& request, PlotContent& content) {
  content.left = {QStringLiteral("\u03b7"), QString(), true, false, true};
  content.right = {QStringLiteral("\u03c1, |\u03bb|"), QString(), true, false, false};
  for (const PlotRun& run : plotRuns(request)) {
    const RunHistory& history = run.history;
    addMetricLines(content, run,
                   {.metric = Metric::Eta,
                    .name = QStringLiteral("\u03b7"),
                    .style = runStyle(run, PlotRole::Local, PlotDash::Solid),
                    .mean = false});
    addMetricLines(content, run,
                   {.metric = Metric::IlqrMu,
                    .name = QStringLiteral("\u03bc"),
                    .style = runStyle(run, PlotRole::Local, PlotDash::Dashed),
                    .mean = false});
    addMeanBand(content, run, Metric::RhoLow, Metric::RhoHigh, QStringLiteral("\u03c1, 10\u201390 %"));
    PlotStyle rho = runStyle(run, PlotRole::Global, PlotDash::Dashed);
    rho.marker = PlotMarker::Filled;
    addMetricLines(content, run,
                   {.metric = Metric::Rho,
                    .name = QStringLiteral("\u03c1"),
                    .style = rho,
                    .side = PlotSide::Right,
                    .conditions = false});
    PlotStyle lambda = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
    lambda.marker = PlotMarker::Hollow;
    addMetricLines(content, run,
                   {.metric = Metric::LambdaNorm,
                    .name = QStringLiteral("|\u03bb|"),
                    .style = lambda,
                    .side = PlotSide::Right,
                    .conditions = false});
    const bool hasRho = history.has(Metric::Rho);
    const bool hasLambda = history.has(Metric::LambdaNorm);
    if (history.iterations() > 0 && !(hasRho && hasLambda)) {
      addNotDefined(content, run,
                    history.has(Metric::IlqrMu) ? QStringLiteral("\u03b7, \u03c1 and \u03bb")
                    : hasRho    ? QStringLiteral("\u03bb")
                    : hasLambda ? QStringLiteral("\u03c1")
                                : QStringLiteral("\u03c1 and \u03bb"));
    }
    const Metric left = history.has(Metric::IlqrMu) ? Metric::IlqrMu : Metric::Eta;
    addSummary(content, trendSentence(run, left,
                                      left == Metric::Eta ? QStringLiteral("mean \u03b7")
                                                          : QStringLiteral("mean \u03bc")));
    if (hasRho) addSummary(content, trendSentence(run, Metric::Rho, QStringLiteral("mean \u03c1")));
    if (hasLambda)
      addSummary(content, trendSentence(run, Metric::LambdaNorm, QStringLiteral("mean |\u03bb|")));
  }
}

void buildStep(const PlotRequest& request, PlotContent& content) {
  content.title = QStringLiteral("Step and improvement");
  content.left = {QStringLiteral("cost decrease"), QString(), false, false, true};
  content.right = {QStringLiteral("step multiplier"), QString(), true, false, false};
  QStringList rules;
  for (const PlotRun& run : plotRuns(request)) {
    const RunHistory& history = run.history;
    const int last = history.iterations() - 1;
    if (history.has(Metric::Predicted)) {
      PlotBars bars = improvementBars(run, Metric::Predicted, PlotStyle::Shape::OutlineBar);
      bars.name = QStringLiteral("Predicted");
      bars.legend = addLegend(content, bars.name, bars.style, history.mean(Metric::Predicted, last));
      content.bars.push_back(std::move(bars));
    }
    if (history.has(Metric::Actual)) {
      PlotBars bars = improvementBars(run, Metric::Actual, PlotStyle::Shape::FilledBar);
      bars.name = QStringLiteral("Actual");
      bars.legend = addLegend(content, bars.name, bars.style, history.mean(Metric::Actual, last));
      content.bars.push_back(std::move(bars));
    }
    PlotStyle mult = runStyle(run, PlotRole::Global, PlotDash::Solid);
    mult.marker = PlotMarker::Filled;
    addMetricLines(content, run,
                   {.metric = Metric::StepMult,
                    .name = QStringLiteral("Multiplier"),
                    .style = mult,
                    .side = PlotSide::Right,
                    .conditions = false});
    addMetricLines(content, run,
                   {.metric = Metric::IlqrAlpha,
                    .name = QStringLiteral("Step length \u03b1"),
                    .style = mult,
                    .side = PlotSide::Right,
                    .conditions = false});
    addStepLimits(content, run);
    if (last >= 0) {
      const std::string& rule = history.snapshots().back()->report.stepRule;
      const QString text = QString::fromStdString(rule);
      if (!text.isEmpty() && !rules.contains(text)) rules << text;
    }
    addSummary(content, trendSentence(run, Metric::Actual, QStringLiteral("actual improvement")));
    addSummary(content, trendSentence(run, Metric::StepMult, QStringLiteral("step multiplier")));
  }
  if (!rules.isEmpty()) {
    content.detail = QStringLiteral("rule: %1").arg(rules.join(QStringLiteral(" / ")));
  }
}

}  // namespace gps::ui
