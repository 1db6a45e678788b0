// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "widgets/plots/plot_registry.h"

namespace gps::ui {

// One small builder per plot. `content` comes with title, runs, events and x filled in.
void buildCost(const PlotRequest& request, PlotContent& content);
void buildKl(const PlotRequest& request, PlotContent& content);
void buildEntropy(const PlotRequest& request, PlotContent& content);
void buildMultipliers(const PlotRequest& request, PlotContent& content);
void buildStep(const PlotRequest& request, PlotContent& content);
void buildPolicyFit(const PlotRequest& request, PlotContent& content);
void buildProfile(const PlotRequest& request, PlotContent& content);
void buildDualSearch(const PlotRequest& request, PlotContent& content);
void buildBounds(const PlotRequest& request, PlotContent& content);
void buildTime(const PlotRequest& request, PlotContent& content);

/// One run as builders see it.
struct PlotRun {
  const RunHistory& history;
  int index = 0;           ///< 0: A, 1: B
  bool paired = false;     ///< two runs are drawn: dashes tell them apart
  std::vector<double> xs;  ///< of every iteration, ascending

  double x(int iterationIndex) const { return xs[static_cast<std::size_t>(iterationIndex)]; }
  /// Solid for the only run or A, dashed for B; `alone` when there is only one.
  PlotDash dash(PlotDash alone) const;
  /// "MDGPS", or "A MDGPS" beside another.
  QString label() const;
};
std::vector<PlotRun> plotRuns(const PlotRequest& request);

/// Solid for the only run unless `alone` says otherwise.
PlotStyle runStyle(const PlotRun& run, PlotRole role, PlotDash alone);

/// For addLegend(): nothing to show as newest value.
inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// The snapshot to show, null when the run has none at that iteration.
const Snapshot* shownSnapshot(const PlotRun& run, int iteration);

int addLegend(PlotContent& content, const QString& name, const PlotStyle& style, double value);

/// Lines of one metric: each condition thin and their mean thick, or one line when there is one condition.
struct MetricLines {
  Metric metric;
  QString name;     ///< "Local"
  PlotStyle style;  ///< of the mean; conditions take hue and dash from it
  PlotSide side = PlotSide::Left;
  bool conditions = true;
  bool mean = true;
};
void addMetricLines(PlotContent& content, const PlotRun& run, const MetricLines& lines);

/// Points (x, metric) over all iterations, of one condition and of their mean.
std::vector<QPointF> metricPoints(const PlotRun& run, Metric metric, int condition);
std::vector<QPointF> meanPoints(const PlotRun& run, Metric metric);

/// "Cost: MDGPS mean global cost 174 at iteration 12, down from 512."
QString trendSentence(const PlotRun& run, Metric metric, const QString& what);

/// Adds a sentence, with its full stop, to the summary; nothing for an empty one.
void addSummary(PlotContent& content, const QString& sentence);

/// "MDGPS: lambda not defined".
void addNotDefined(PlotContent& content, const PlotRun& run, const QString& what);

/// All series are positive and spread over more than a factor.
bool wantsLog(const PlotContent& content, double factor);

}  // namespace gps::ui
