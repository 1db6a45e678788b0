// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/run_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gps::ui {

namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

bool perIteration(Metric metric) {
  return metricSpec(metric).per == MetricPer::Iteration;
}

}  // namespace

RunHistory::RunHistory(QString name, QString algorithm, QString label)
    : m_name(std::move(name)),
      m_algorithm(std::move(algorithm)),
      m_label(std::move(label)),
      m_columns(kMetricCount) {}

std::size_t RunHistory::stride(Metric metric) const {
  return perIteration(metric) ? 1u : static_cast<std::size_t>(m_conditions);
}

void RunHistory::append(std::shared_ptr<const Snapshot> snapshot) {
  if (!snapshot || snapshot->partial) return;
  const int iteration = snapshot->report.iteration;
  if (iteration >= 1 && iteration <= iterations()) truncate(iteration - 1);

  const MetricTable& table = snapshot->report.metrics;
  if (table.conditions() > m_conditions) widen(table.conditions());
  const std::size_t rows = m_snapshots.size();
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    const Metric metric = static_cast<Metric>(m);
    std::vector<double>& column = m_columns[m];
    if (column.empty() && !table.has(metric)) continue;
    const std::size_t width = stride(metric);
    column.resize((rows + 1) * width, kAbsent);
    for (std::size_t c = 0; c < width; ++c) {
      const double value = table.get(metric, static_cast<int>(c)).value_or(kAbsent);
      column[rows * width + c] = std::isfinite(value) ? value : kAbsent;
    }
  }
  m_events.insert(m_events.end(), snapshot->events.begin(), snapshot->events.end());
  m_snapshots.push_back(std::move(snapshot));
  ++m_revision;
}

bool RunHistory::isWhole(int iteration) const {
  return iteration >= 1 && iteration <= iterations() &&
         !m_snapshots[static_cast<std::size_t>(iteration) - 1]->conditions.empty();
}

void RunHistory::restore(const std::shared_ptr<const Snapshot>& snapshot) {
  const int iteration = snapshot->report.iteration;
  if (iteration < 1 || iteration > iterations() || isWhole(iteration)) return;
  std::shared_ptr<const Snapshot>& place = m_snapshots[static_cast<std::size_t>(iteration) - 1];
  auto whole = std::make_shared<Snapshot>(*snapshot);
  // Files of earlier versions have no record of the step; of a run that goes on here it is still known.
  if (!place->report.step.costs.empty()) whole->report.step = place->report.step;
  whole->run = place->run;
  place = std::move(whole);
  ++m_revision;
}

void RunHistory::lighten(int iteration) {
  if (!isWhole(iteration)) return;
  std::shared_ptr<const Snapshot>& place = m_snapshots[static_cast<std::size_t>(iteration) - 1];
  auto light = std::make_shared<Snapshot>();
  light->run = place->run;
  light->algorithm = place->algorithm;
  light->seed = place->seed;
  light->task = place->task;
  light->events = place->events;
  const IterationReport& report = place->report;
  light->report.iteration = report.iteration;
  light->report.metrics = report.metrics;
  light->report.seconds = report.seconds;
  light->report.warnings = report.warnings;
  light->report.stepRule = report.stepRule;
  light->report.step = report.step;
  place = std::move(light);
}

void RunHistory::clear() {
  truncate(0);
  m_conditions = 0;
  ++m_revision;
}

void RunHistory::setStepLimits(StepLimits limits) {
  m_stepLimits = limits;
  ++m_revision;
}

void RunHistory::setForkedAt(int iteration) {
  m_forkedAt = iteration;
  ++m_revision;
}

QString RunHistory::conditionName(int condition) const {
  if (!m_snapshots.empty() && m_snapshots.back()->task) {
    const std::vector<std::string>& names = m_snapshots.back()->task->conditions;
    if (condition >= 0 && static_cast<std::size_t>(condition) < names.size()) {
      return QString::fromStdString(names[static_cast<std::size_t>(condition)]);
    }
  }
  return QStringLiteral("condition %1").arg(condition + 1);
}

bool RunHistory::has(Metric metric) const {
  return !m_columns[static_cast<std::size_t>(metric)].empty();
}

double RunHistory::value(Metric metric, int iterationIndex, int condition) const {
  if (perIteration(metric)) condition = 0;
  const std::size_t width = stride(metric);
  if (iterationIndex < 0 || condition < 0 || static_cast<std::size_t>(condition) >= width) return kAbsent;
  const std::vector<double>& column = m_columns[static_cast<std::size_t>(metric)];
  const std::size_t index =
      static_cast<std::size_t>(iterationIndex) * width + static_cast<std::size_t>(condition);
  return index < column.size() ? column[index] : kAbsent;
}

double RunHistory::mean(Metric metric, int iterationIndex) const {
  double sum = 0.0;
  int count = 0;
  const int width = static_cast<int>(stride(metric));
  for (int c = 0; c < width; ++c) {
    const double v = value(metric, iterationIndex, c);
    if (std::isnan(v)) continue;
    sum += v;
    ++count;
  }
  return count > 0 ? sum / count : kAbsent;
}

// A condition was enabled during the run: earlier iterations have no value for it.
void RunHistory::widen(int conditions) {
  const std::size_t rows = m_snapshots.size();
  const std::size_t before = static_cast<std::size_t>(m_conditions);
  const std::size_t after = static_cast<std::size_t>(conditions);
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    std::vector<double>& column = m_columns[m];
    if (perIteration(static_cast<Metric>(m)) || column.empty()) continue;
    std::vector<double> wide(rows * after, kAbsent);
    for (std::size_t r = 0; r < rows; ++r) {
      std::copy_n(column.begin() + static_cast<std::ptrdiff_t>(r * before), before,
                  wide.begin() + static_cast<std::ptrdiff_t>(r * after));
    }
    column = std::move(wide);
  }
  m_conditions = conditions;
}

void RunHistory::truncate(int iterations) {
  const std::size_t rows = static_cast<std::size_t>(iterations);
  m_snapshots.resize(rows);
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    std::vector<double>& column = m_columns[m];
    column.resize(std::min(column.size(), rows * stride(static_cast<Metric>(m))));
  }
  std::erase_if(m_events, [iterations](const ParameterEvent& event) { return event.iteration > iterations; });
}

}  // namespace gps::ui
