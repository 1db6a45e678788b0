// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/bench/entries.h"
#include "app/cli/exit_code.h"
#include "core/base/nearest_name.h"
#include "core/math/simd.h"

namespace gps::cli {

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> budgetOf(const BenchEntry& entry, const Figure& figure) {
  if (!entry.budget || !entry.budgetTimesBaseline) return entry.budget;
  return *entry.budget * figure.baseline.value_or(0.0);
}

bool meets(const BenchEntry& entry, const Figure& figure) {
  const std::optional<double> budget = budgetOf(entry, figure);
  return !budget || figure.value <= *budget;
}

template <class T>
Json orNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string instructionSet() {
#ifdef GPS_SIMD_AVX2
  return "AVX2 and FMA";
#else
  return "portable";
#endif
}

Json asJson(const BenchEntry& entry, const Figure& figure) {
  Json details = Json::object();
  for (const auto& [key, value] : figure.details) details[key] = value;
  return {{"name", entry.name},
          {"what", entry.what},
          {"unit", entry.unit},
          {"value", figure.value},
          {"budget", orNull(budgetOf(entry, figure))},
          {"met", meets(entry, figure)},
          {"baseline", orNull(figure.baseline)},
          {"baseline_what", entry.baseline.empty() ? Json(nullptr) : Json(entry.baseline)},
          {"details_what", entry.details.empty() ? Json(nullptr) : Json(entry.details)},
          {"details", details}};
}

std::string cell(std::optional<double> value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", *value);
  return text;
}

void printHead() {
  std::printf("%-19s %10s %-4s %10s %10s  %s\n", "figure", "value", "unit", "budget", "baseline", "");
}

void printRow(const BenchEntry& entry, const Figure& figure) {
  const std::string name(entry.name), unit(entry.unit), what(entry.what), baseline(entry.baseline);
  std::printf("%-19s %10s %-4s %10s %10s  %s\n", name.c_str(), cell(figure.value).c_str(), unit.c_str(),
              cell(budgetOf(entry, figure)).c_str(), cell(figure.baseline).c_str(),
              meets(entry, figure) ? "" : "missed");
  std::printf("    %s%s\n", what.c_str(), baseline.empty() ? "." : ("; baseline: " + baseline + ".").c_str());
  if (figure.details.empty()) return;
  std::string line = "    ms by " + std::string(entry.details) + ":";
  for (const auto& [key, value] : figure.details) line += " " + key + " " + cell(value) + ",";
  line.back() = '.';
  std::printf("%s\n", line.c_str());
}

/// The entries asked for, in the registry's order; fails with the nearest name.
Result<std::vector<BenchEntry>> chosen(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const BenchEntry& entry : benchRegistry()) known.emplace_back(entry.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Error{"There is no figure \"" + name + "\".", "--only",
                 "The nearest is " + nearestName(name, known) + "; bench --list names all."};
  }
  std::vector<BenchEntry> entries;
  for (const BenchEntry& entry : benchRegistry()) {
    const bool wanted = names.empty() || std::find(names.begin(), names.end(), entry.name) != names.end();
    if (wanted) entries.push_back(entry);
  }
  return entries;
}

int printList(const std::vector<BenchEntry>& entries, bool json) {
  Json rows = Json::array();
  for (const BenchEntry& entry : entries) {
    rows.push_back({{"name", entry.name},
                    {"what", entry.what},
                    {"unit", entry.unit},
                    {"budget", orNull(entry.budget)},
                    {"budget_times_baseline", entry.budgetTimesBaseline},
                    {"baseline_what", entry.baseline.empty() ? Json(nullptr) : Json(entry.baseline)}});
  }
  if (json) {
    std::printf("%s\n", rows.dump(2).c_str());
    return kDone;
  }
  for (const BenchEntry& entry : entries) {
    std::printf("%-19s %s\n", std::string(entry.name).c_str(), std::string(entry.what).c_str());
  }
  return kDone;
}

}  // namespace

int bench(const BenchOptions& options) {
  const Result<std::vector<BenchEntry>> entries = chosen(options.only);
  if (!entries) {
    std::fprintf(stderr, "%s\n", entries.error().text().c_str());
    return kBadInput;
  }
  if (options.list) return printList(*entries, options.json);

  const bool terminal = isatty(STDERR_FILENO) != 0;
  bool met = true;
  Json figures = Json::array();
  if (!options.json) printHead();
  for (const BenchEntry& entry : *entries) {
    const std::string name(entry.name);
    if (terminal) std::fprintf(stderr, "\r\033[Kmeasuring %s", name.c_str());
    const Result<Figure> figure = entry.measure();
    if (terminal) std::fprintf(stderr, "\r\033[K");
    if (!figure) {
      std::fprintf(stderr, "%s could not be measured: %s\n", name.c_str(), figure.error().text().c_str());
      met = false;
      continue;
    }
    met = met && meets(entry, *figure);
    if (options.json) {
      figures.push_back(asJson(entry, *figure));
    } else {
      printRow(entry, *figure);
      std::fflush(stdout);
    }
  }
  if (options.json) {
    const Json report{{"instructions", instructionSet()},
                      {"cores", std::thread::hardware_concurrency()},
                      {"clock", "processor time"},
                      {"met", met},
                      {"figures", figures}};
    std::printf("%s\n", report.dump(2).c_str());
  } else {
    std::printf("%s\nTimes are processor time of one core, medians; %s. Growth is of iterations after the first two.\n",
                met ? "All budgets are met." : "Not all budgets are met.", instructionSet().c_str());
  }
  return met ? kDone : kRunFailed;
}

}  // namespace gps::cli
