// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_command.h"

#include <cmath>
#include <cstdio>
#include <map>

#include "app/cli/assignments.h"
#include "app/cli/device/arm_training.h"
#include "app/cli/exit_code.h"
#include "app/cli/output_file.h"
#include "app/cli/plot_export.h"
#include "app/cli/progress_line.h"
#include "app/cli/report_file.h"
#include "app/cli/run_to_end.h"
#include "app/cli/saved_runs.h"
#include "app/documents/scene_folder.h"
#include "core/base/printable.h"
#include "core/engine/run_log.h"
#include "core/engine/warning_streaks.h"
#include "core/scene/scene_reader.h"

namespace gps::cli {

namespace {

int badInput(const Error& error) {
  std::fprintf(stderr, "%s\n", printable(error.text()).c_str());
  return kBadInput;
}

Result<Parameters> parametersOf(const TrainOptions& options, const Task& task, const std::string& algorithm,
                                std::span<const Assignment> assignments, const std::optional<std::string>& seed) {
  Result<Parameters> parameters = parametersFor(task, algorithm);
  if (!parameters) return parameters;
  if (Status s = assign(*parameters, assignments, algorithm); !s) return s.error();
  if (options.iterations) {
    if (Status s = setParameter(*parameters, "run.iterations", std::to_string(*options.iterations)); !s) {
      return s.error();
    }
  }
  if (options.threads) {
    if (Status s = setParameter(*parameters, "run.threads", std::to_string(*options.threads)); !s) return s.error();
  }
  if (seed) {
    if (Status s = setParameter(*parameters, "run.seed", *seed); !s) return s.error();
  }
  return parameters;
}

std::string cell(std::optional<double> value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", *value);
  return text;
}

void printTableHead() {
  std::printf("%-12s %5s %10s %10s %9s %9s %9s %8s %8s\n", "run", "iter", "local", "global", "KL", "bound", "step",
              "success", "seconds");
}

void printTableRow(const Snapshot& snapshot) {
  const MetricTable& m = snapshot.report.metrics;
  double seconds = 0.0;
  for (const PhaseTime& time : snapshot.report.seconds) seconds += time.seconds;
  std::printf("%-12s %5d %10s %10s %9s %9s %9s %8s %8.3f\n", printable(snapshot.run).c_str(), snapshot.report.iteration,
              cell(m.mean(Metric::LocalCost)).c_str(), cell(m.mean(Metric::GlobalCost)).c_str(),
              cell(m.mean(Metric::Kl)).c_str(), cell(m.mean(Metric::KlBound)).c_str(),
              cell(m.mean(Metric::StepMult)).c_str(), cell(m.get(Metric::SuccessRate)).c_str(), seconds);
  std::fflush(stdout);
}

/// To stderr, beside the rows on stdout: who reads those reads runs, not means.
void printSummary(std::span<const AlgorithmSummary> algorithms) {
  std::fflush(stdout);
  std::fprintf(stderr, "\n%-12s %5s %10s %10s %8s %9s %9s\n", "algorithm", "seeds", "local", "global", "success",
               "rollouts", "seconds");
  for (const AlgorithmSummary& each : algorithms) {
    std::fprintf(stderr, "%-12s %5zu %10s %10s %8s %9s %9s\n", each.algorithm.c_str(), each.seeds.size(),
                 cell(each.localCost).c_str(), cell(each.globalCost).c_str(), cell(each.successRate).c_str(),
                 cell(each.rollouts).c_str(), cell(each.seconds).c_str());
  }
  std::fprintf(stderr, "Means over the seeds: costs and success of the last iteration, rollouts and seconds of a run.\n");
}

void printWarning(const std::string& run, const WarningStreak& streak) {
  std::fprintf(stderr, "%s: %s: %s\n", printable(run).c_str(), streakPlace(streak).c_str(), printable(streak.text).c_str());
}

void printOutcome(const std::string& run, const Outcome& outcome) {
  std::fprintf(stderr, "%s: Finished, %s.%s%s\n", printable(run).c_str(), solvedText(outcome).c_str(),
               outcome.likely.empty() ? "" : " ", outcome.likely.c_str());
}

/// What a failure says in a terminal: phase, place, cause, way out.
void printFailure(const std::string& run, const Failure& failure) {
  std::fprintf(stderr, "%s failed in iteration %d, phase %s: %s\n", printable(run).c_str(), failure.iteration,
               failure.phase.empty() ? "start" : failure.phase.c_str(), printable(failure.error.text()).c_str());
}

/// One set-up per algorithm and seed.
Result<std::vector<RunSetup>> setupsOfScene(const TrainOptions& options) {
  if (options.scene.empty()) {
    return Error{"There is no scene to learn.", "command line",
                 "Name a scene, or a session with --resume or --replay; `gps-studio list scenes` shows the scenes."};
  }
  if (!options.sessionRun.empty()) {
    return Error{"A scene has no run \"" + options.sessionRun + "\".", "--run", "Name a session with --resume or --replay."};
  }
  Result<Scene> scene = findScene(options.scene, sceneFolder());
  if (!scene) return scene.error();
  Result<std::shared_ptr<const Task>> task = compileTask(std::make_shared<const Scene>(*std::move(scene)));
  if (!task) return task.error();

  std::vector<std::optional<std::string>> seeds(options.seeds.begin(), options.seeds.end());
  if (seeds.empty()) seeds.push_back(std::nullopt);
  const Result<std::vector<Assignment>> assignments = parseAssignments(options.sets, options.algorithms);
  if (!assignments) return assignments.error();
  std::vector<RunSetup> setups;
  std::map<std::string, int> counts;
  for (const std::optional<std::string>& seed : seeds) {
    for (const std::string& algorithm : options.algorithms) {
      Result<Parameters> parameters = parametersOf(options, **task, algorithm, *assignments, seed);
      if (!parameters) return parameters.error();
      const std::string name = algorithm + "-" + std::to_string(++counts[algorithm]);
      setups.push_back({name, algorithm, *task, *std::move(parameters)});
    }
  }
  return setups;
}

/// From the session where there is one: it also has the past of a run that went on.
Result<Report> reportOn(const TrainOptions& options, const std::vector<RunSetup>& setups, const std::vector<RunRecord>& records) {
  constexpr const char* kProgram = "GPS Studio " GPS_STUDIO_VERSION;
  const bool resumes = !options.resumeFile.empty();
  const std::string& file = resumes ? options.resumeFile : options.sessionFile;
  if (!file.empty()) {
    const Result<SessionFile> session = SessionFile::open(file);
    Result<Report> report = session ? readReport(*session, "", std::nullopt, kProgram) : Result<Report>(session.error());
    if (report || resumes) return report;
  }
  return reportOf(setups, records, "", {{"program", kProgram}, {"command_line", options.commandLine}}, kProgram);
}

}  // namespace

int train(const TrainOptions& options) {
  const bool fromSession = !options.resumeFile.empty() || !options.replayFile.empty();
  Result<std::vector<RunSetup>> found = fromSession ? setupsOfSession(options) : setupsOfScene(options);
  if (!found) return badInput(found.error());
  std::vector<RunSetup> setups = *std::move(found);
  if (!options.metricsFile.empty()) {
    if (Status s = checkWritable(options.metricsFile, "--metrics"); !s) return badInput(s.error());
  }
  if (!options.plotsFolder.empty()) {
    if (Status s = checkPlotFolder(options.plotsFolder); !s) return badInput(s.error());
  }
  if (!options.reportFile.empty()) {
    if (Status s = checkReport(options.reportFile); !s) return badInput(s.error());
  }

  if (!setups.empty()) {
    const RunSetup& any = setups.front();
    const std::vector<std::string> algorithms = fromSession ? std::vector<std::string>{any.algorithm} : options.algorithms;
    const Result<std::vector<Assignment>> assignments = parseAssignments(options.sets, algorithms);
    if (!assignments) return badInput(assignments.error());
    for (const std::string& sentence : unreadAssignments(*assignments, algorithms, any.parameters)) {
      std::fprintf(stderr, "%s\n", sentence.c_str());
    }
  }
  std::unique_ptr<ArmTraining> arm;
  if (!options.device.port.empty() && !setups.empty()) {
    const Result<ArmConfig> config = armForTask(options.device, *setups.front().task);
    if (!config) return badInput(config.error());
    Result<std::unique_ptr<ArmTraining>> started = ArmTraining::start(options.device, *config, setups.front().task);
    if (!started) return badInput(started.error());
    arm = *std::move(started);
    if (Status tried = arm->tryCarefully(setups.front(), options.device); !tried) {
      std::fprintf(stderr, "%s\n", tried.error().text().c_str());
      return kRunFailed;
    }
    for (RunSetup& setup : setups) setup.task = arm->task();
  }
  Result<SavedRuns> saved = SavedRuns::open(options);
  if (!saved) return badInput(saved.error());
  if (arm) saved->setPlant(arm->description());

  int exitCode = kDone;
  const std::vector<RunSetup> asked = setups;  // for the report
  std::vector<RunRecord> records;
  std::vector<std::shared_ptr<const Snapshot>> last;
  if (!options.json) printTableHead();
  for (RunSetup& setup : setups) {
    const std::string name = setup.name;
    if (Status s = saved->attach(setup); !s) return badInput(s.error());
    ProgressLine line(printable(name));
    WarningStreaks warnings;
    RunOutcome outcome = runToEnd(
        std::move(setup),
        [&](const Snapshot& snapshot) {
          line.clear();
          // What is printed is safe, whatever happens next.
          saved->wait(snapshot.report.iteration);
          if (options.json) {
            std::printf("%s\n", iterationJson(snapshot).c_str());
            std::fflush(stdout);
          } else {
            printTableRow(snapshot);
            warnings.take(snapshot);
            for (const WarningStreak& streak : warnings.current()) {
              if (streak.first == streak.last) printWarning(name, streak);
            }
          }
        },
        [&](const Progress& progress) { line.show(progress); });
    line.clear();
    // Said once when they came; now, for how long.
    for (const WarningStreak& streak : warnings.all()) {
      if (streak.first < streak.last) printWarning(name, streak);
    }
    if (outcome.outcome && !options.json) printOutcome(name, *outcome.outcome);
    if (!outcome.snapshots.empty()) last.push_back(outcome.snapshots.back());
    records.push_back(std::move(outcome.snapshots));
    if (outcome.failure) {
      printFailure(name, *outcome.failure);
      exitCode = kRunFailed;
    }
    if (outcome.interrupted) {
      std::fprintf(stderr, "%s was interrupted; finished iterations are kept.\n", printable(name).c_str());
      exitCode = kRunFailed;
      break;
    }
  }
  if (arm) {
    const std::string summary = arm->summary();
    arm.reset();  // torque off before anything else
    std::fprintf(stderr, "%s Its torque is off.\n", summary.c_str());
  }
  if (const int code = saved->finish(); code != kDone) exitCode = code;
  const std::vector<AlgorithmSummary> summary = options.compares ? summarise(records) : std::vector<AlgorithmSummary>();
  if (options.json) std::printf("%s\n", summaryJson(last, summary).c_str());
  else if (!summary.empty()) printSummary(summary);

  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fprintf(stderr, "Standard output could not be written; some lines are missing.\n");
    exitCode = kRunFailed;
  }
  if (!options.metricsFile.empty()) {
    std::string csv = csvHeader();
    for (const RunRecord& record : records) {
      for (const std::shared_ptr<const Snapshot>& snapshot : record) csv += csvRows(*snapshot);
    }
    if (Status s = writeWhole(options.metricsFile, csv); !s) {
      std::fprintf(stderr, "%s\n", s.error().text().c_str());
      exitCode = kRunFailed;
    }
  }
  if (last.empty()) return exitCode;
  std::optional<Drawing> drawing;
  if (!options.plotsFolder.empty() || !options.reportFile.empty()) drawing.emplace();
  if (!options.plotsFolder.empty()) {
    Result<std::vector<std::string>> files = exportPlots(records, options.plotsFolder);
    if (!files) {
      std::fprintf(stderr, "%s\n", files.error().text().c_str());
      exitCode = kRunFailed;
    } else if (!options.json) {
      std::printf("%zu plots in %s\n", files->size(), options.plotsFolder.c_str());
    }
  }
  if (!options.reportFile.empty()) {
    Result<Report> report = reportOn(options, asked, records);
    const Status written = report ? writeReport(*std::move(report), options.reportFile) : Status(report.error());
    if (!written) {
      std::fprintf(stderr, "%s\n", written.error().text().c_str());
      exitCode = kRunFailed;
    } else if (!options.json) {
      std::printf("Report in %s\n", options.reportFile.c_str());
    }
  }
  return exitCode;
}

}  // namespace gps::cli
