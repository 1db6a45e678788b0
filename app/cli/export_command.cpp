// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/export_command.h"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "app/cli/exit_code.h"
#include "app/cli/output_file.h"
#include "app/cli/plot_export.h"
#include "app/cli/report_file.h"
#include "core/base/printable.h"
#include "core/engine/run_log.h"
#include "core/session/export/c_header.h"
#include "core/session/export/export_arrays.h"
#include "core/session/export/torch_policy.h"

namespace gps::cli {

namespace {

constexpr const char* kProgram = "GPS Studio " GPS_STUDIO_VERSION;

int tell(const Error& error, int code) {
  std::fprintf(stderr, "%s\n", printable(error.text()).c_str());
  return code;
}

std::string endingOf(const std::string& file) {
  return std::filesystem::path(file).extension().string();
}

/// Whether the ending is one of those, and the file can be made.
Status checkFile(const std::string& file, const char* option, const char* what, std::initializer_list<const char*> endings) {
  if (file.empty()) return Done{};
  std::string known;
  for (const char* ending : endings) {
    if (endingOf(file) == ending) return checkWritable(file, option);
    known += (known.empty() ? "" : " or ") + std::string(ending);
  }
  return Error{std::string(what) + ", but the name ends in \"" + endingOf(file) + "\".", option,
               "Use a name that ends in " + known + "."};
}

/// Nothing for the last one, or for "all".
Result<std::optional<int>> iterationOf(const ExportOptions& options) {
  const std::string& text = options.iteration;
  if (text.empty()) return std::optional<int>();
  if (text == "all") {
    if (!options.policyFile.empty()) {
      return Error{"A policy is that of one iteration, not of all.", "--iteration", "Name a number, or leave it out for the last one."};
    }
    return std::optional<int>();
  }
  int value = 0;
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || value < 1) {
    return Error{"--iteration must be a number from 1 on, or \"all\", but is \"" + text + "\".", "--iteration",
                 "Use for example --iteration 3."};
  }
  return std::optional<int>(value);
}

/// Metrics of the runs as CSV or JSON.
Result<std::string> metricsText(const SessionFile& session, const ExportOptions& options) {
  std::vector<SessionRun> runs = session.runs();
  if (!options.run.empty()) {
    const Result<SessionRun> one = session.run(options.run);
    if (!one) return one.error();
    runs = {*one};
  }
  const bool csv = endingOf(options.metricsFile) == ".csv";
  std::string text = csv ? csvHeader() : "[";
  bool first = true;
  for (const SessionRun& run : runs) {
    const Result<std::shared_ptr<const Task>> task = session.task(run);
    if (!task) return task.error();
    Result<std::vector<SessionRow>> rows = session.rows(run);
    if (!rows) return rows.error();
    for (SessionRow& row : *rows) {
      Snapshot snapshot;
      snapshot.run = run.name;
      snapshot.algorithm = run.algorithm;
      snapshot.seed = run.seed;
      if (row.report.metrics.conditions() == (*task)->conditionCount()) snapshot.task = *task;
      snapshot.report = std::move(row.report);
      if (csv) text += csvRows(snapshot);
      else text += (first ? "\n" : ",\n") + iterationJson(snapshot);
      first = false;
    }
  }
  return text + (csv ? "" : "\n]\n");
}

/// Policy and controllers in the form that the file's ending asks for.
Result<std::string> policyText(const ExportPoint& point, const std::string& file) {
  if (endingOf(file) == ".pt") return torchPolicy(point, kProgram);
  return cHeader(point, std::filesystem::path(file).stem().string(), kProgram);
}

/// Plots and page of what was read.
Status draw(Report report, const ExportOptions& options, int iteration) {
  const Drawing drawing;
  if (!options.plotsFolder.empty()) {
    std::vector<RunRecord> records;
    std::vector<int> forkedAfter;
    for (const ReportRun& run : report.runs) {
      records.push_back(run.past);
      forkedAfter.push_back(run.forkedAfter);
    }
    if (const auto files = exportPlots(records, options.plotsFolder, iteration, forkedAfter); !files) return files.error();
  }
  return options.reportFile.empty() ? Status(Done{}) : writeReport(std::move(report), options.reportFile);
}

}  // namespace

int exportSession(const ExportOptions& options) {
  if (options.metricsFile.empty() && options.arraysFile.empty() && options.policyFile.empty() &&
      options.plotsFolder.empty() && options.reportFile.empty()) {
    return tell({"There is nothing to export.", "command line",
                 "Use --metrics, --arrays, --policy or --report with a file name, or --plots with a folder."},
                kBadInput);
  }
  for (const Status& possible :
       {checkFile(options.metricsFile, "--metrics", "Metrics are written as CSV or JSON", {".csv", ".json"}),
        checkFile(options.arraysFile, "--arrays", "Arrays are written as NPZ", {".npz"}),
        checkFile(options.policyFile, "--policy", "A policy is written as TorchScript or as a C header", {".pt", ".h"})}) {
    if (!possible) return tell(possible.error(), kBadInput);
  }
  if (!options.reportFile.empty()) {
    if (Status s = checkReport(options.reportFile); !s) return tell(s.error(), kBadInput);
  }
  if (!options.plotsFolder.empty() && !canExportPlots()) return tell(exportPlots({}, {}).error(), kBadInput);
  const Result<std::optional<int>> iteration = iterationOf(options);
  if (!iteration) return tell(iteration.error(), kBadInput);
  for (const std::string& file : {options.metricsFile, options.arraysFile, options.policyFile, options.reportFile}) {
    if (Status s = checkApart(options.session, file); !s) return tell(s.error(), kBadInput);
  }
  const Result<SessionFile> session = SessionFile::open(options.session);
  if (!session) return tell(session.error(), kBadInput);
  if (!options.run.empty() || !options.iteration.empty()) {
    const Result<SessionRun> run = session->run(options.run);
    if (!run) return tell(run.error(), kBadInput);
    if (!options.iteration.empty()) {
      if (const Result<int> known = chosenIteration(*session, *run, *iteration); !known) return tell(known.error(), kBadInput);
    }
  }

  // Before anything is written: a run without policy may still have metrics.
  std::optional<std::string> policy;
  if (!options.policyFile.empty()) {
    const Result<ExportPoint> point = readExportPoint(*session, options.run, *iteration);
    if (!point) return tell(point.error(), kBadInput);
    Result<std::string> text = policyText(*point, options.policyFile);
    if (!text) return tell(text.error(), kBadInput);
    policy = *std::move(text);
  }
  std::optional<Report> report;
  if (!options.plotsFolder.empty() || !options.reportFile.empty()) {
    Result<Report> read = readReport(*session, options.run, *iteration, kProgram);
    if (!read) return tell(read.error(), kBadInput);
    report = *std::move(read);
  }
  if (!options.metricsFile.empty()) {
    const Result<std::string> text = metricsText(*session, options);
    if (!text) return tell(text.error(), kBadInput);
    if (Status s = writeWhole(options.metricsFile, *text); !s) return tell(s.error(), kRunFailed);
  }
  if (!options.arraysFile.empty()) {
    const ArrayChoice choice{options.run, *iteration, options.iteration == "all"};
    if (Status s = exportArrays(*session, choice, options.arraysFile); !s) return tell(s.error(), kRunFailed);
  }
  if (policy) {
    if (Status s = writeWhole(options.policyFile, *policy); !s) return tell(s.error(), kRunFailed);
  }
  if (!options.plotsFolder.empty()) {
    if (Status s = checkPlotFolder(options.plotsFolder); !s) return tell(s.error(), kBadInput);
  }
  if (report) {
    if (Status s = draw(*std::move(report), options, iteration->value_or(0)); !s) return tell(s.error(), kRunFailed);
  }
  return kDone;
}

}  // namespace gps::cli
