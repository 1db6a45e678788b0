// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/run_log.h"

#include <nlohmann/json.hpp>

#include "core/algorithms/parameters.h"

namespace gps {

namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string numberOrNull(const std::optional<double>& value) {
  return value ? numberText(*value) : "null";
}

/// One number per condition, or null when the algorithm does not have the metric.
std::string perCondition(const MetricTable& metrics, Metric metric) {
  if (!metrics.has(metric)) return "null";
  std::string list = "[";
  for (int i = 0; i < metrics.conditions(); ++i) {
    if (i > 0) list += ",";
    list += numberOrNull(metrics.get(metric, i));
  }
  return list + "]";
}

std::optional<double> secondsOf(const IterationReport& report, std::string_view phase) {
  for (const PhaseTime& time : report.seconds) {
    if (time.phase == phase) return time.seconds;
  }
  return std::nullopt;
}

/// Text a spreadsheet cannot take for a formula, quoted for CSV.
std::string csvText(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), '\'');
  }
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '"') escaped += '"';
    escaped += c;
  }
  return escaped + "\"";
}

constexpr std::string_view kTimedPhases[] = {"sample", "dynamics", "linearise", "step_rule",
                                             "c_step", "s_step",   "dual",      "evaluate"};

}  // namespace

std::string iterationJson(const Snapshot& snapshot) {
  const IterationReport& report = snapshot.report;
  std::string line = "{\"run\":" + quoted(snapshot.run) + ",\"algorithm\":" + quoted(snapshot.algorithm) +
                     ",\"seed\":" + std::to_string(snapshot.seed) +
                     ",\"iteration\":" + std::to_string(report.iteration);
  // Order of the line's keys; labels and meaning are in the metric registry.
  for (const Metric metric : {Metric::LocalCost, Metric::GlobalCost, Metric::Kl, Metric::KlBound, Metric::Eta,
                              Metric::StepMult, Metric::LambdaNorm, Metric::Rho, Metric::EntropyLocal}) {
    line += ",\"" + std::string(metricSpec(metric).jsonKey) + "\":" + perCondition(report.metrics, metric);
  }
  for (const Metric metric : {Metric::SuccessRate, Metric::Rollouts}) {
    line += ",\"" + std::string(metricSpec(metric).jsonKey) + "\":" + numberOrNull(report.metrics.get(metric));
  }
  line += ",\"seconds\":{";
  for (const std::string_view phase : kTimedPhases) {
    line += "\"" + std::string(phase) + "\":" + numberOrNull(secondsOf(report, phase)) + ",";
  }
  double total = 0.0;
  for (const PhaseTime& time : report.seconds) total += time.seconds;
  return line + "\"total\":" + numberText(total) + "}}";
}

std::string summaryJson(std::span<const std::shared_ptr<const Snapshot>> last,
                        std::span<const AlgorithmSummary> algorithms) {
  std::string line = "{\"summary\":{\"runs\":[";
  bool first = true;
  for (const std::shared_ptr<const Snapshot>& snapshot : last) {
    const MetricTable& metrics = snapshot->report.metrics;
    line += (first ? "{" : ",{");
    first = false;
    line += "\"run\":" + quoted(snapshot->run) + ",\"algorithm\":" + quoted(snapshot->algorithm) +
            ",\"seed\":" + std::to_string(snapshot->seed) +
            ",\"iterations\":" + std::to_string(snapshot->report.iteration) +
            ",\"local_cost\":" + numberOrNull(metrics.mean(Metric::LocalCost)) +
            ",\"global_cost\":" + numberOrNull(metrics.mean(Metric::GlobalCost)) +
            ",\"success_rate\":" + numberOrNull(metrics.get(Metric::SuccessRate)) +
            ",\"rollouts\":" + numberOrNull(metrics.get(Metric::Rollouts)) + "}";
  }
  line += "]";
  for (const AlgorithmSummary& each : algorithms) {
    line += (&each == algorithms.data() ? ",\"algorithms\":[{" : ",{");
    line += "\"algorithm\":" + quoted(each.algorithm) + ",\"seeds\":[";
    for (std::size_t i = 0; i < each.seeds.size(); ++i) line += (i > 0 ? "," : "") + std::to_string(each.seeds[i]);
    line += "],\"local_cost\":" + numberOrNull(each.localCost) + ",\"global_cost\":" + numberOrNull(each.globalCost) +
            ",\"success_rate\":" + numberOrNull(each.successRate) + ",\"rollouts\":" + numberText(each.rollouts) +
            ",\"seconds\":" + numberText(each.seconds) + "}";
  }
  return line + (algorithms.empty() ? "}}" : "]}}");
}

std::string csvHeader() {
  std::string line = "run,algorithm,seed,iteration,condition";
  for (const MetricSpec& spec : metricRegistry()) line += "," + std::string(spec.key);
  for (const std::string_view phase : kTimedPhases) line += ",seconds." + std::string(phase);
  return line + "\n";
}

std::string csvRows(const Snapshot& snapshot) {
  const IterationReport& report = snapshot.report;
  std::string rows;
  for (int i = 0; i < report.metrics.conditions(); ++i) {
    const std::string condition = snapshot.task ? snapshot.task->conditions[static_cast<std::size_t>(i)]
                                                : std::to_string(i + 1);
    rows += csvText(snapshot.run) + "," + csvText(snapshot.algorithm) + "," + std::to_string(snapshot.seed) + "," +
            std::to_string(report.iteration) + "," + csvText(condition);
    for (const MetricSpec& spec : metricRegistry()) {
      const std::optional<double> value =
          report.metrics.get(spec.id, spec.per == MetricPer::Condition ? i : 0);
      rows += "," + (value ? numberText(*value) : std::string());
    }
    for (const std::string_view phase : kTimedPhases) {
      const std::optional<double> seconds = secondsOf(report, phase);
      rows += "," + (seconds ? numberText(*seconds) : std::string());
    }
    rows += "\n";
  }
  return rows;
}

}  // namespace gps
