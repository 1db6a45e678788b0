// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/plots/plot_builders.h"

namespace gps::ui {

namespace {

/// Faded lines: one and five iterations before the shown one.
constexpr std::array<int, 2> kGhosts{5, 1};

QString iterationText(int iteration) {
  return QStringLiteral("iteration %1").arg(iteration);
}

std::vector<QPointF> lossPoints(const TrainingLog& log) {
  std::vector<QPointF> points;
  const std::size_t n = std::min(log.loss.size(), log.lossStep.size());
  for (std::size_t i = 0; i < n; ++i) points.emplace_back(log.lossStep[i], log.loss[i]);
  return points;
}

std::vector<QPointF> overTime(const Vector& values) {
  std::vector<QPointF> points;
  for (Eigen::Index t = 0; t < values.size(); ++t) points.emplace_back(static_cast<double>(t), values[t]);
  return points;
}

const Vector& quantityOf(const TimeSeries& series, ProfileQuantity quantity) {
  switch (quantity) {
    case ProfileQuantity::Kl:
      return series.kl;
    case ProfileQuantity::Rho:
      return series.rho;
    case ProfileQuantity::Lambda:
      return series.lambda;
    case ProfileQuantity::Cost:
    case ProfileQuantity::Std:
      break;
  }
  return series.costMean;
}

/// Mean over the conditions that have the quantity.
Vector meanOverConditions(const std::vector<TimeSeries>& series, ProfileQuantity quantity) {
  Vector sum;
  int count = 0;
  for (const TimeSeries& one : series) {
    const Vector& values = quantityOf(one, quantity);
    if (values.size() == 0) continue;
    if (sum.size() == 0) sum = Vector::Zero(values.size());
    if (sum.size() != values.size()) continue;
    sum += values;
    ++count;
  }
  if (count > 0) sum /= count;
  return sum;
}

/// One line per action: the deviation, as a mean over the conditions.
void addDeviations(PlotContent& content, const PlotRun& run, const Snapshot& snapshot) {
  RowMatrix sum;
  int count = 0;
  for (const TimeSeries& one : snapshot.report.series) {
    if (one.std.size() == 0) continue;
    if (sum.size() == 0) sum = RowMatrix::Zero(one.std.rows(), one.std.cols());
    if (one.std.rows() != sum.rows() || one.std.cols() != sum.cols()) continue;
    sum += one.std;
    ++count;
  }
  if (count == 0) return;
  sum /= count;
  PlotStyle style = runStyle(run, PlotRole::Local, PlotDash::Solid);
  style.shades = static_cast<int>(sum.cols());
  for (Eigen::Index u = 0; u < sum.cols(); ++u) {
    PlotSeries series;
    style.shade = static_cast<int>(u);
    const bool named = snapshot.task && static_cast<std::size_t>(u) < snapshot.task->actionNames.size();
    series.name = named ? QString::fromStdString(snapshot.task->actionNames[static_cast<std::size_t>(u)])
                        : QStringLiteral("action %1").arg(u + 1);
    series.endLabel = series.name;
    series.style = style;
    series.legend = addLegend(content, series.name, style, kNoValue);
    series.points = overTime(sum.col(u));
    content.series.push_back(std::move(series));
  }
}

void addGhosts(PlotContent& content, const PlotRun& run, int shown, ProfileQuantity quantity) {
  PlotStyle style = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
  style.faded = true;
  int legend = -1;
  for (const int back : kGhosts) {
    if (shown - back < 1) continue;
    const Snapshot* snapshot = shownSnapshot(run, shown - back);
    PlotSeries series;
    series.points = overTime(meanOverConditions(snapshot->report.series, quantity));
    if (series.points.empty()) continue;
    if (legend < 0) legend = addLegend(content, QStringLiteral("Earlier means"), style, kNoValue);
    series.name = QStringLiteral("Mean, %1").arg(iterationText(shown - back));
    series.legend = legend;
    series.style = style;
    content.series.push_back(std::move(series));
  }
}

void addConditionProfiles(PlotContent& content, const PlotRun& run, const Snapshot& snapshot,
                          ProfileQuantity quantity) {
  const std::vector<TimeSeries>& all = snapshot.report.series;
  const int M = static_cast<int>(all.size());
  PlotStyle style = runStyle(run, PlotRole::Local, PlotDash::Solid);
  style.shades = std::max(1, M);
  PlotStyle sample = style;
  sample.shade = M > 1 ? -1 : 0;
  const int legend =
      addLegend(content, M > 1 ? QStringLiteral("Conditions") : QStringLiteral("Local"), sample, kNoValue);
  for (int c = 0; c < M; ++c) {
    PlotSeries series;
    style.shade = c;
    series.name = run.history.conditionName(c);
    series.endLabel = series.name;
    series.legend = legend;
    series.condition = c;
    series.style = style;
    series.points = overTime(quantityOf(all[static_cast<std::size_t>(c)], quantity));
    content.series.push_back(std::move(series));
  }
}

QString quantityName(ProfileQuantity quantity) {
  switch (quantity) {
    case ProfileQuantity::Cost:
      return QStringLiteral("cost");
    case ProfileQuantity::Kl:
      return QStringLiteral("KL");
    case ProfileQuantity::Rho:
      return QStringLiteral("\u03c1");
    case ProfileQuantity::Lambda:
      return QStringLiteral("\u03bb");
    case ProfileQuantity::Std:
      return QStringLiteral("action deviation");
  }
  return {};
}

/// Phases keep their colour from iteration to iteration and run to run.
PlotStyle phaseStyle(const std::string& phase, const PlotRun& run) {
  struct Known {
    const char* id;
    PlotRole role;
    int shade;
  };
  static constexpr std::array<Known, 8> kKnown{{{"sample", PlotRole::Neutral, 0},
                                                {"dynamics", PlotRole::Neutral, 1},
                                                {"step_rule", PlotRole::Local, 1},
                                                {"c_step", PlotRole::Local, 0},
                                                {"dual", PlotRole::Local, 2},
                                                {"s_step", PlotRole::Global, 0},
                                                {"linearise", PlotRole::Global, 2},
                                                {"evaluate", PlotRole::Neutral, 2}}};
  PlotStyle style;
  style.shape = PlotStyle::Shape::FilledBar;
  style.run = run.index;
  style.shades = 3;
  style.shade = 2;
  for (const Known& known : kKnown) {
    if (phase != known.id) continue;
    style.role = known.role;
    style.shade = known.shade;
  }
  return style;
}

QString phaseName(const std::string& id) {
  static constexpr std::array<std::pair<const char*, const char*>, 8> kNames{
      {{"sample", "Sample"},
       {"dynamics", "Fit dynamics"},
       {"step_rule", "Step rule"},
       {"c_step", "C-step"},
       {"dual", "Dual step"},
       {"s_step", "S-step"},
       {"linearise", "Linearise policy"},
       {"evaluate", "Evaluate"}}};
  for (const auto& [known, name] : kNames) {
    if (id == known) return QString::fromLatin1(name);
  }
  return QString::fromStdString(id);
}

}  // namespace

void buildPolicyFit(const PlotRequest& request, PlotContent& content) {
  content.xKind = PlotX::Other;
  content.x = {QStringLiteral("gradient step"), QString(), false, true, true};
  content.left.label = QStringLiteral("loss");
  for (const PlotRun& run : plotRuns(request)) {
    const Snapshot* shown = shownSnapshot(run, request.iteration);
    if (!shown) continue;
    const int iteration = shown->report.iteration;
    content.detail = iterationText(iteration);
    if (shown->report.training.loss.empty()) {
      addNotDefined(content, run, QStringLiteral("policy fit"));
      continue;
    }
    PlotStyle style = runStyle(run, PlotRole::Global, PlotDash::Solid);
    PlotStyle ghost = style;
    ghost.faded = true;
    int ghostLegend = -1;
    for (const int back : kGhosts) {
      const Snapshot* earlier = iteration > back ? shownSnapshot(run, iteration - back) : nullptr;
      if (!earlier || earlier->report.training.loss.empty()) continue;
      if (ghostLegend < 0) ghostLegend = addLegend(content, QStringLiteral("Earlier"), ghost, kNoValue);
      PlotSeries series;
      series.name = QStringLiteral("Loss, %1").arg(iterationText(iteration - back));
      series.legend = ghostLegend;
      series.style = ghost;
      series.points = lossPoints(earlier->report.training);
      content.series.push_back(std::move(series));
    }
    style.thick = true;
    PlotSeries series;
    series.name = QStringLiteral("Loss");
    series.style = style;
    series.points = lossPoints(shown->report.training);
    const std::vector<double>& loss = shown->report.training.loss;
    series.legend = addLegend(content, series.name, style, loss.back());
    content.series.push_back(std::move(series));
    addSummary(content, QStringLiteral("%1 loss %2 after %3 gradient steps of iteration %4, from %5")
                            .arg(run.label(), plotNumber(loss.back()))
                            .arg(shown->report.training.steps)
                            .arg(iteration)
                            .arg(plotNumber(loss.front())));
  }
  content.left.log = wantsLog(content, 1.0);
}

void buildProfile(const PlotRequest& request, PlotContent& content) {
  content.xKind = PlotX::TimeStep;
  content.x = {QStringLiteral("time step"), QString(), false, true, true};
  const QString name = quantityName(request.profile);
  content.left.label = request.profile == ProfileQuantity::Lambda ? QStringLiteral("|\u03bb|") : name;
  if (request.profile == ProfileQuantity::Kl) content.left.unit = QStringLiteral("nat");
  for (const PlotRun& run : plotRuns(request)) {
    const Snapshot* shown = shownSnapshot(run, request.iteration);
    if (!shown) continue;
    content.detail = iterationText(shown->report.iteration);
    const std::size_t before = content.series.size();
    if (request.profile == ProfileQuantity::Std) {
      addDeviations(content, run, *shown);
    } else if (meanOverConditions(shown->report.series, request.profile).size() > 0) {
      addGhosts(content, run, shown->report.iteration, request.profile);
      addConditionProfiles(content, run, *shown, request.profile);
    }
    if (content.series.size() == before) {
      addNotDefined(content, run, name);
      continue;
    }
    const Vector mean = meanOverConditions(shown->report.series, request.profile);
    if (request.profile != ProfileQuantity::Std && mean.size() > 0) {
      Eigen::Index at = 0;
      const double largest = mean.maxCoeff(&at);
      addSummary(content, QStringLiteral("%1 mean %2 at iteration %3 is largest at time step %4 with %5")
                              .arg(run.label(), name)
                              .arg(shown->report.iteration)
                              .arg(at)
                              .arg(plotNumber(largest)));
    }
  }
  content.left.log = request.profile != ProfileQuantity::Std && wantsLog(content, 100.0);
}

void buildDualSearch(const PlotRequest& request, PlotContent& content) {
  content.xKind = PlotX::Other;
  content.x = {QStringLiteral("\u03b7"), QString(), true, false, true};
  content.left = {QStringLiteral("KL per trajectory"), QStringLiteral("nat"), true, false, true};
  content.right = {QStringLiteral("dual"), QString(), false, false, false};
  for (const PlotRun& run : plotRuns(request)) {
    const Snapshot* shown = shownSnapshot(run, request.iteration);
    if (!shown) continue;
    const int iteration = shown->report.iteration;
    const int index = iteration - 1;
    content.detail = iterationText(iteration);
    const int M = static_cast<int>(shown->report.dualTrace.size());
    PlotStyle dualStyle = runStyle(run, PlotRole::Global, PlotDash::Dashed);
    dualStyle.shades = std::max(1, M);
    int dualLegend = -1;
    PlotStyle search = runStyle(run, PlotRole::Local, PlotDash::Solid);
    search.marker = PlotMarker::Hollow;
    search.shades = std::max(1, M);
    PlotStyle accepted = search;
    accepted.marker = PlotMarker::Filled;
    PlotStyle bound = runStyle(run, PlotRole::Neutral, PlotDash::Solid);
    bound.dash = PlotDash::Dotted;
    const auto sample = [M](PlotStyle style) {
      style.shade = M > 1 ? -1 : 0;
      return style;
    };
    int searchLegend = -1;
    int acceptedLegend = -1;
    int boundLegend = -1;
    std::size_t evaluations = 0;
    for (int c = 0; c < M; ++c) {
      const std::vector<DualPoint>& trace = shown->report.dualTrace[static_cast<std::size_t>(c)];
      if (trace.empty()) continue;
      evaluations += trace.size();
      if (searchLegend < 0) {
        searchLegend = addLegend(content, QStringLiteral("Evaluations"), sample(search), kNoValue);
        acceptedLegend = addLegend(content, QStringLiteral("Accepted"), sample(accepted), kNoValue);
        boundLegend = addLegend(content, QStringLiteral("Bound \u03b5"), bound,
                                run.history.mean(Metric::KlBound, index));
      }
      PlotSeries series;
      search.shade = accepted.shade = c;
      series.name = run.history.conditionName(c);
      series.endLabel = series.name;
      series.legend = searchLegend;
      series.condition = c;
      series.style = search;
      for (const DualPoint& point : trace) series.points.emplace_back(point.eta, point.kl);
      std::stable_sort(series.points.begin(), series.points.end(),
                       [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
      const QPointF chosen(run.history.value(Metric::Eta, index, c), run.history.value(Metric::Kl, index, c));
      const double epsilon = run.history.value(Metric::KlBound, index, c);
      PlotSeries line;
      line.name = QStringLiteral("Bound ") + series.name;
      line.legend = boundLegend;
      line.condition = c;
      line.style = bound;
      line.points = {{series.points.front().x(), epsilon}, {series.points.back().x(), epsilon}};
      PlotSeries dot;
      dot.name = QStringLiteral("Accepted ") + series.name;
      dot.legend = acceptedLegend;
      dot.condition = c;
      dot.style = accepted;
      dot.points = {chosen};
      content.series.push_back(std::move(line));
      // Where the costs were noted: the dual E[cost] + eta (KL - epsilon), whose top the search looks for.
      PlotSeries dual;
      for (const DualPoint& point : trace) {
        if (point.cost) dual.points.emplace_back(point.eta, *point.cost + point.eta * (point.kl - epsilon));
      }
      if (!dual.points.empty()) {
        std::stable_sort(dual.points.begin(), dual.points.end(),
                         [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
        if (dualLegend < 0) {
          dualLegend = addLegend(content, QStringLiteral("Dual"), sample(dualStyle), kNoValue);
        }
        dualStyle.shade = c;
        dual.name = QStringLiteral("Dual ") + series.name;
        dual.legend = dualLegend;
        dual.condition = c;
        dual.side = PlotSide::Right;
        dual.style = dualStyle;
        content.series.push_back(std::move(dual));
      }
      content.series.push_back(std::move(series));
      content.series.push_back(std::move(dot));
    }
    if (evaluations == 0) {
      addNotDefined(content, run, QStringLiteral("search for \u03b7"));
      continue;
    }
    addSummary(content,
               QStringLiteral("%1 searched \u03b7 with %2 evaluations over %3 conditions at iteration %4")
                   .arg(run.label())
                   .arg(evaluations)
                   .arg(M)
                   .arg(iteration));
  }
}

void buildTime(const PlotRequest& request, PlotContent& content) {
  content.left = {QStringLiteral("time"), QStringLiteral("ms"), false, false, true};
  for (const PlotRun& run : plotRuns(request)) {
    const RunHistory& history = run.history;
    const int n = history.iterations();
    std::vector<std::string> phases;  ///< in the order of first use
    std::vector<std::vector<double>> milliseconds;
    for (int i = 0; i < n; ++i) {
      for (const PhaseTime& time : history.snapshots()[static_cast<std::size_t>(i)]->report.seconds) {
        const auto known = std::find(phases.begin(), phases.end(), time.phase);
        const std::size_t phase = static_cast<std::size_t>(known - phases.begin());
        if (known == phases.end()) {
          phases.push_back(time.phase);
          milliseconds.emplace_back(static_cast<std::size_t>(n), 0.0);
        }
        if (std::isfinite(time.seconds))
          milliseconds[phase][static_cast<std::size_t>(i)] += 1e3 * time.seconds;
      }
    }
    const double distance = n > 1 ? (run.x(n - 1) - run.x(0)) / (n - 1) : 1.0;
    std::vector<double> top(static_cast<std::size_t>(n), 0.0);
    for (std::size_t phase = 0; phase < phases.size(); ++phase) {
      PlotBars bars;
      bars.name = phaseName(phases[phase]);
      bars.style = phaseStyle(phases[phase], run);
      bars.halfWidth = (run.paired ? 0.18 : 0.34) * distance;
      bars.offset = run.paired ? (run.index == 0 ? -0.2 : 0.2) * distance : 0.0;
      bars.legend = addLegend(content, bars.name, bars.style, milliseconds[phase].back());
      for (int i = 0; i < n; ++i) {
        double& base = top[static_cast<std::size_t>(i)];
        const double share = milliseconds[phase][static_cast<std::size_t>(i)];
        bars.spans.push_back({run.x(i), base, base + share});
        base += share;
      }
      content.bars.push_back(std::move(bars));
    }
    if (n > 0 && !phases.empty()) {
      addSummary(
          content,
          QStringLiteral("%1 iteration %2 took %3 ms").arg(run.label()).arg(n).arg(plotNumber(top.back())));
    }
  }
}

}  // namespace gps::ui
