// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_builders.h"

#include <algorithm>
#include <cmath>

namespace gps::ui {

namespace {

double secondsOf(const Snapshot& snapshot) {
  double sum = 0.0;
  for (const PhaseTime& time : snapshot.report.seconds) sum += time.seconds;
  return sum;
}

std::vector<double> abscissae(const RunHistory& history, PlotAbscissa abscissa) {
  const int n = history.iterations();
  std::vector<double> xs(static_cast<std::size_t>(n));
  double seconds = 0.0;
  double before = 0.0;
  for (int i = 0; i < n; ++i) {
    double x = i + 1.0;
    if (abscissa == PlotAbscissa::Rollouts) x = history.value(Metric::Rollouts, i, 0);
    if (abscissa == PlotAbscissa::Seconds) {
      seconds += secondsOf(*history.snapshots()[static_cast<std::size_t>(i)]);
      x = seconds;
    }
    before = x >= before ? x : before;  // a missing number of rollouts must not break the order
    xs[static_cast<std::size_t>(i)] = before;
  }
  return xs;
}

}  // namespace

PlotDash PlotRun::dash(PlotDash alone) const {
  if (!paired) return alone;
  return index == 0 ? PlotDash::Solid : PlotDash::Dashed;
}

QString PlotRun::label() const {
  if (!paired) return history.label();
  return QStringLiteral("%1 %2").arg(QChar(u'A' + index)).arg(history.label());
}

std::vector<PlotRun> plotRuns(const PlotRequest& request) {
  std::vector<PlotRun> runs;
  const bool paired = request.runs.size() > 1;
  for (std::size_t i = 0; i < request.runs.size() && i < 2; ++i) {
    if (!request.runs[i]) continue;
    const RunHistory& history = *request.runs[i];
    runs.push_back({history, static_cast<int>(i), paired, abscissae(history, request.abscissa)});
  }
  return runs;
}

PlotStyle runStyle(const PlotRun& run, PlotRole role, PlotDash alone) {
  PlotStyle style;
  style.role = role;
  style.run = run.index;
  style.dash = run.dash(alone);
  return style;
}

const Snapshot* shownSnapshot(const PlotRun& run, int iteration) {
  if (iteration == 0) iteration = run.history.iterations();
  if (iteration < 1 || iteration > run.history.iterations()) return nullptr;
  return run.history.snapshots()[static_cast<std::size_t>(iteration) - 1].get();
}

int addLegend(PlotContent& content, const QString& name, const PlotStyle& style, double value) {
  PlotLegendEntry entry;
  entry.name = name;
  entry.style = style;
  if (std::isfinite(value)) entry.value = plotNumber(value);
  content.legend.push_back(std::move(entry));
  return static_cast<int>(content.legend.size()) - 1;
}

std::vector<QPointF> metricPoints(const PlotRun& run, Metric metric, int condition) {
  const int n = run.history.iterations();
  std::vector<QPointF> points;
  points.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) points.emplace_back(run.x(i), run.history.value(metric, i, condition));
  return points;
}

std::vector<QPointF> meanPoints(const PlotRun& run, Metric metric) {
  const int n = run.history.iterations();
  std::vector<QPointF> points;
  points.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) points.emplace_back(run.x(i), run.history.mean(metric, i));
  return points;
}

void addMetricLines(PlotContent& content, const PlotRun& run, const MetricLines& lines) {
  const RunHistory& history = run.history;
  if (!history.has(lines.metric)) return;
  const int M = history.conditions();
  const int last = history.iterations() - 1;
  const bool single = M <= 1;

  if (lines.conditions && !single) {
    PlotStyle style = lines.style;
    style.thick = false;
    style.marker = PlotMarker::None;
    style.shades = M;
    style.quiet = lines.mean;
    // The legend's sample stands for all of them.
    PlotStyle sample = style;
    sample.shade = -1;
    const int legend = addLegend(content, lines.name + QStringLiteral(" conditions"), sample, kNoValue);
    content.legend.back().on = !run.paired || !lines.mean;
    for (int c = 0; c < M; ++c) {
      PlotSeries series;
      style.shade = c;
      series.name = lines.name + QLatin1Char(' ') + history.conditionName(c);
      series.endLabel = history.conditionName(c);
      series.legend = legend;
      series.condition = c;
      series.side = lines.side;
      series.style = style;
      series.points = metricPoints(run, lines.metric, c);
      content.series.push_back(std::move(series));
    }
  }
  if (lines.mean || single) {
    PlotSeries series;
    series.style = lines.style;
    // "mean" only where the conditions stand beside it.
    series.name = single || !lines.conditions ? lines.name : lines.name + QStringLiteral(" mean");
    series.endLabel =
        run.paired ? QStringLiteral("%1 %2").arg(lines.name, QChar(u'A' + run.index)) : lines.name;
    series.legend = addLegend(content, series.name, series.style, history.mean(lines.metric, last));
    series.condition = single ? 0 : -1;
    series.side = lines.side;
    series.points = meanPoints(run, lines.metric);
    content.series.push_back(std::move(series));
  }
}

QString trendSentence(const PlotRun& run, Metric metric, const QString& what) {
  const RunHistory& history = run.history;
  int first = -1;
  int last = -1;
  for (int i = 0; i < history.iterations(); ++i) {
    if (std::isnan(history.mean(metric, i))) continue;
    if (first < 0) first = i;
    last = i;
  }
  if (last < 0) return {};
  const double now = history.mean(metric, last);
  QString text =
      QStringLiteral("%1 %2 %3 at iteration %4").arg(run.label(), what, plotNumber(now)).arg(last + 1);
  if (first < last) {
    const double before = history.mean(metric, first);
    const QString direction = now < before   ? QStringLiteral("down from")
                              : now > before ? QStringLiteral("up from")
                                             : QStringLiteral("as at the start:");
    text += QStringLiteral(", %1 %2").arg(direction, plotNumber(before));
  }
  return text;
}

void addSummary(PlotContent& content, const QString& sentence) {
  if (sentence.isEmpty()) return;
  if (!content.summary.isEmpty()) content.summary += QLatin1Char(' ');
  content.summary += sentence + QLatin1Char('.');
}

void addNotDefined(PlotContent& content, const PlotRun& run, const QString& what) {
  content.notes << QStringLiteral("%1: %2 not defined").arg(run.label(), what);
}

bool wantsLog(const PlotContent& content, double factor) {
  double lo = std::numeric_limits<double>::infinity();
  double hi = 0.0;
  for (const PlotSeries& series : content.series) {
    if (series.side == PlotSide::Right) continue;
    for (const QPointF& point : series.points) {
      if (std::isnan(point.y())) continue;
      if (point.y() <= 0.0) return false;
      lo = std::min(lo, point.y());
      hi = std::max(hi, point.y());
    }
  }
  return hi > factor * lo;
}

}  // namespace gps::ui
