// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/export/report.h"

#include <algorithm>

#include "core/scene/scene_writer.h"
#include "core/session/export/export_point.h"
#include "core/session/session_fork.h"

namespace gps {

namespace {

constexpr std::size_t kMostRuns = 200;  // of one page
constexpr int kDrawnBefore = 3;  // earlier iterations that plots of one iteration show faded

std::string labelOf(const std::string& algorithm) {
  const Result<const AlgorithmEntry*> entry = findAlgorithm(algorithm);
  return entry ? std::string((*entry)->label) : algorithm;
}

void describeScene(ReportRun& run) {
  const Scene& scene = *run.task->scene;
  run.sceneName = scene.name;
  run.sceneTitle = scene.title;
  run.sceneWords = scene.text;
  std::string file = scene.name;
  std::replace(file.begin(), file.end(), '/', '_');
  run.sceneArgument = "./" + file + ".scene.json";
}

/// What cannot be taken for an option.
std::string optionWord(const std::string& option, const std::string& value) {
  return " " + option + (value.starts_with('-') ? "=" : " ") + shellWord(value);
}

std::string fileWord(const std::string& file) {
  return shellWord(file.starts_with('-') ? "./" + file : file);
}

/// Rows of a run and, before them, of the runs it left; the drawn ones are read whole.
Result<std::vector<std::shared_ptr<const Snapshot>>> readPast(const SessionFile& session, const SessionRun& run,
                                                              const std::shared_ptr<const Task>& task, int shown) {
  std::vector<std::shared_ptr<const Snapshot>> past;
  const int last = lastIteration(run);
  while (static_cast<int>(past.size()) < last) {
    const int next = static_cast<int>(past.size()) + 1;
    const Result<SessionRun> owner = ownerOf(session, run, next);
    if (!owner) return owner.error();
    Result<std::vector<SessionRow>> rows = session.rows(*owner);
    if (!rows) return rows.error();
    for (SessionRow& row : *rows) {
      const int k = row.report.iteration;
      if (k < next || k != static_cast<int>(past.size()) + 1) continue;
      if (const Result<SessionRun> made = ownerOf(session, run, k); !made || made->id != owner->id) break;
      std::shared_ptr<Snapshot> snapshot;
      if (k <= shown && k >= shown - kDrawnBefore) {
        const Result<std::shared_ptr<const Snapshot>> whole = session.snapshot(*owner, task, k);
        if (!whole) return whole.error();
        snapshot = std::make_shared<Snapshot>(**whole);
      } else {
        if (row.report.metrics.conditions() != task->conditionCount()) {
          return Error{"The session is damaged: run " + run.name + " has another number of conditions than its scene.",
                       session.file(), "Use a copy."};
        }
        snapshot = std::make_shared<Snapshot>();
        snapshot->algorithm = run.algorithm;
        snapshot->seed = run.seed;
        snapshot->task = task;
        snapshot->report = std::move(row.report);
        snapshot->events = std::move(row.events);
      }
      snapshot->run = run.name;
      past.push_back(std::move(snapshot));
    }
    if (static_cast<int>(past.size()) < next) {
      return Error{"The session is damaged: iteration " + std::to_string(next) + " of " + run.name + " is missing.",
                   session.file(), "Use a copy."};
    }
  }
  return past;
}

Result<ReportRun> readRun(const SessionFile& session, const SessionRun& run, std::optional<int> iteration) {
  ReportRun told;
  told.name = run.name;
  told.algorithm = run.algorithm;
  told.label = labelOf(run.algorithm);
  told.seed = run.seed;
  told.started = run.started;
  for (const SessionRun& other : session.runs()) {
    if (run.parent && other.id == *run.parent) told.forkedFrom = other.name;
  }
  if (run.parent) told.forkedAfter = run.parentIteration;
  Result<std::shared_ptr<const Task>> task = session.task(run);
  if (!task) return task.error();
  told.task = *std::move(task);
  describeScene(told);
  Result<std::string> text = session.sceneText(run);
  if (!text) return text.error();
  told.sceneText = *std::move(text);
  const Result<int> shown = chosenIteration(session, run, iteration);
  if (!shown) return shown.error();
  told.shown = *shown;
  auto past = readPast(session, run, told.task, told.shown);
  if (!past) return past.error();
  told.past = *std::move(past);

  const Result<Parameters> start = session.parameters(run, *told.task, 0);
  if (!start) return start.error();
  Result<std::vector<ParamField>> fields = reportParameters(*told.task, run.algorithm, *start);
  if (!fields) return fields.error();
  told.parameters = *std::move(fields);
  Result<std::vector<ParameterEvent>> events = session.events(run);
  if (!events) return events.error();
  told.events = *std::move(events);
  auto provenance = session.provenance(run);
  if (!provenance) return provenance.error();
  told.provenance = *std::move(provenance);
  auto notes = session.notes(run);
  if (!notes) return notes.error();
  told.notes = *std::move(notes);

  // What the last iteration solved is said by its rollouts.
  const int last = lastIteration(run);
  const Result<SessionRun> owner = ownerOf(session, run, last);
  if (!owner) return owner.error();
  const Result<std::shared_ptr<const Snapshot>> end = session.snapshot(*owner, told.task, last);
  if (!end) return end.error();
  const Result<Parameters> now = session.parameters(run, *told.task, last);
  if (!now) return now.error();
  told.outcome = outcomeOf((*end)->report, (*end)->conditions, *told.task, *now);
  return told;
}

/// "--set key=value" of what the scene does not suggest, and the limit of iterations.
std::string settingsOf(const ReportRun& run) {
  std::string text;
  for (const ParamField& field : run.parameters) {
    if (field.spec.key == "run.iterations") text += " --iterations " + shellWord(field.value);
  }
  for (const ParamField& field : run.parameters) {
    // The seed is named by its own option; threads never change results.
    if (field.value == field.defaultValue || field.spec.key == "run.seed" || field.spec.key == "run.threads" ||
        field.spec.key == "run.iterations") {
      continue;
    }
    text += " --set " + shellWord(field.spec.key + "=" + field.value);
  }
  return text;
}

}  // namespace

Result<std::vector<ParamField>> reportParameters(const Task& task, const std::string& algorithm, const Parameters& start) {
  const Result<Parameters> suggested = parametersFor(task, algorithm);
  if (!suggested) return suggested.error();
  return describe(start, *suggested);
}

Result<Report> readReport(const SessionFile& session, const std::string& runName, std::optional<int> iteration,
                          const std::string& program) {
  Report report;
  report.program = program;
  const std::size_t slash = session.file().find_last_of('/');
  report.session = session.file().substr(slash == std::string::npos ? 0 : slash + 1);
  std::vector<SessionRun> runs;
  if (!runName.empty() || iteration) {
    const Result<SessionRun> one = session.run(runName);
    if (!one) return one.error();
    runs = {*one};
  } else {
    for (const SessionRun& run : session.runs()) {
      if (lastIteration(run) > 0) runs.push_back(run);
    }
  }
  if (runs.empty()) return Error{"The session has no finished iteration.", session.file(), "Let a run learn first."};
  if (runs.size() > kMostRuns) {
    return Error{"The session has " + std::to_string(runs.size()) + " runs, too many for one page.", session.file(),
                 "Choose one of them with --run."};
  }
  for (const SessionRun& run : runs) {
    Result<ReportRun> one = readRun(session, run, iteration);
    if (!one) return one.error();
    report.runs.push_back(*std::move(one));
  }
  return report;
}

Result<Report> reportOf(const std::vector<RunSetup>& setups, const std::vector<std::vector<std::shared_ptr<const Snapshot>>>& records,
                        const std::string& session, const std::vector<std::pair<std::string, std::string>>& provenance,
                        const std::string& program) {
  Report report;
  report.program = program;
  const std::size_t slash = session.find_last_of('/');
  report.session = session.substr(slash == std::string::npos ? 0 : slash + 1);
  for (std::size_t i = 0; i < setups.size() && i < records.size(); ++i) {
    if (records[i].empty()) continue;
    const RunSetup& setup = setups[i];
    ReportRun run;
    run.name = setup.name;
    run.algorithm = setup.algorithm;
    run.label = labelOf(setup.algorithm);
    run.seed = setup.parameters.run.seed;
    run.task = setup.task;
    describeScene(run);
    run.sceneText = sceneText(sceneTree(*setup.task->scene, Defaults::LeftOut));
    run.past = records[i];
    run.shown = run.past.back()->report.iteration;
    Result<std::vector<ParamField>> fields = reportParameters(*setup.task, setup.algorithm, setup.parameters);
    if (!fields) return fields.error();
    run.parameters = *std::move(fields);
    Parameters now = setup.parameters;
    for (const std::shared_ptr<const Snapshot>& snapshot : run.past) {
      for (const ParameterEvent& event : snapshot->events) {
        run.events.push_back(event);
        if (Status s = setParameter(now, event.key, event.to); !s) return s.error();
      }
    }
    run.provenance = provenance;
    run.outcome = outcomeOf(run.past.back()->report, run.past.back()->conditions, *run.task, now);
    report.runs.push_back(std::move(run));
  }
  if (report.runs.empty()) return Error{"There is no finished iteration to report on.", "--report", "Let a run learn first."};
  return report;
}

std::string shellWord(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-+=.,:/@%").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') word += "'\\''";
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) word += c;
  }
  return word + "'";
}

std::vector<ReportCommand> reproducingCommands(const Report& report, const ReportRun& run) {
  std::vector<ReportCommand> commands;
  if (!run.forkedFrom.empty()) {
    if (report.session.empty()) return commands;
    std::string text = "gps-studio train --resume " + fileWord(report.session) + optionWord("--run", run.forkedFrom) +
                       " --at " + std::to_string(run.forkedAfter);
    std::string limit, sets;
    for (const ParamField& field : run.parameters) {
      if (field.spec.key == "run.iterations") limit = field.value;
    }
    bool later = false;
    for (const ParameterEvent& event : run.events) {
      if (event.key == "run.iterations") limit = event.to;
      else if (event.iteration == run.forkedAfter + 1) sets += " --set " + shellWord(event.key + "=" + event.to);
      else later = true;
    }
    commands.push_back({text + " --iterations " + shellWord(limit) + sets,
                        std::string("Adds a new run to the session; use a copy to leave it as it is.") +
                            (later ? " Changes of later iterations, listed above, must be made while it runs." : "")});
    return commands;
  }
  const std::string train = "gps-studio train " + shellWord(run.sceneArgument) + " --algorithm " + shellWord(run.algorithm) +
                            " --seed " + std::to_string(run.seed) + settingsOf(run);
  std::string remark =
      run.sceneIsShipped ? "" : "Save the scene's text from this report as " + run.sceneArgument + " first.";
  if (!run.events.empty()) {
    remark += std::string(remark.empty() ? "" : " ") +
              "It starts as this run did; changes made while it ran, listed above, are repeated by the session only.";
  }
  const ReportCommand fresh{train, remark};
  if (report.session.empty()) return {fresh};
  const ReportCommand replay{"gps-studio train --replay " + fileWord(report.session) + optionWord("--run", run.name),
                             "With the session, all changes made while it ran included."};
  // The exact one first.
  if (run.events.empty()) return {fresh, replay};
  return {replay, fresh};
}

}  // namespace gps
