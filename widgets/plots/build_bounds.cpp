// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_builders.h"

namespace gps::ui {

namespace {

/// A policy that is cheaper than its teachers has no place on a logarithmic axis.
void addPositiveMean(PlotContent& content, const PlotRun& run, Metric metric, const QString& name,
                     const PlotStyle& style) {
  const std::size_t before = content.series.size();
  addMetricLines(content, run, {.metric = metric, .name = name, .style = style, .conditions = false});
  for (std::size_t i = before; i < content.series.size(); ++i) {
    for (QPointF& point : content.series[i].points) {
      if (!(point.y() > 0.0)) point.setY(kNoValue);
    }
  }
}

}  // namespace

void buildBounds(const PlotRequest& request, PlotContent& content) {
  content.left = {QStringLiteral("J(\u03c0) \u2212 J(p)"), QString(), true, false, true};
  for (const PlotRun& run : plotRuns(request)) {
    PlotStyle gap = runStyle(run, PlotRole::Global, PlotDash::Solid);
    gap.thick = true;
    gap.marker = PlotMarker::Filled;
    addPositiveMean(content, run, Metric::CostGapSampled, QStringLiteral("Gap"), gap);
    gap.thick = false;
    gap.marker = PlotMarker::Hollow;
    addPositiveMean(content, run, Metric::CostGapModel, QStringLiteral("Gap, model"), gap);
    PlotStyle bound = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
    addPositiveMean(content, run, Metric::CostGapBound, QStringLiteral("Bound"), bound);
    bound.dash = PlotDash::Dotted;
    addPositiveMean(content, run, Metric::CostGapBoundPrinted, QStringLiteral("Bound, lemma 2"), bound);
    if (run.history.iterations() > 0 && !run.history.has(Metric::CostGapBound)) {
      addNotDefined(content, run, QStringLiteral("global policy"));
    }
    addSummary(content, trendSentence(run, Metric::CostGapSampled, QStringLiteral("mean cost gap")));
    addSummary(content, trendSentence(run, Metric::CostGapBound, QStringLiteral("mean bound")));
  }
}

}  // namespace gps::ui
