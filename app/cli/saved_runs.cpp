// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/saved_runs.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "app/cli/assignments.h"
#include "app/cli/exit_code.h"
#include "core/base/printable.h"
#include "core/session/file_lock.h"
#include "core/session/session_file.h"
#include "core/session/session_fork.h"

namespace gps::cli {

namespace {

/// The changes that a command line asks of a run that goes on.
Status addChanges(const TrainOptions& options, const SessionRun& run, ResumePoint& point) {
  const Result<std::vector<Assignment>> assignments =
      parseAssignments(options.sets, std::vector<std::string>{run.algorithm});
  if (!assignments) return assignments.error();
  std::vector<std::pair<std::string, std::string>> wanted;
  for (const Assignment& assignment : *assignments) wanted.emplace_back(assignment.key, assignment.value);
  if (options.iterations) wanted.emplace_back("run.iterations", std::to_string(*options.iterations));
  if (options.threads) wanted.emplace_back("run.threads", std::to_string(*options.threads));
  Parameters trial = point.parameters;
  for (const auto& [key, value] : point.pending) {
    if (Status s = setParameter(trial, key, value); !s) return s;
  }
  for (const auto& [key, value] : wanted) {
    if (Status s = setParameter(trial, key, value); !s) return s;
    for (const ParamField& field : describe(trial, trial)) {
      if (field.spec.key != key) continue;
      if (field.spec.applies == Applies::Reset) {
        return Error{key + " can't change while a run goes on.", "--set", "Begin a new run with `gps-studio train`."};
      }
      point.pending.emplace_back(key, field.value);
    }
  }
  if (trial.run.iterations <= point.state->iteration) {
    return Error{run.name + " has " + std::to_string(point.state->iteration) + " iterations already; its limit is " +
                     std::to_string(trial.run.iterations) + ".",
                 "--iterations", "Name a larger number, for example --iterations " + std::to_string(2 * point.state->iteration) + "."};
  }
  return Done{};
}

}  // namespace

Result<std::vector<RunSetup>> setupsOfSession(const TrainOptions& options) {
  const bool resumes = !options.resumeFile.empty();
  const Result<SessionFile> session = SessionFile::open(resumes ? options.resumeFile : options.replayFile);
  if (!session) return session.error();
  const Result<SessionRun> run = session->run(options.sessionRun);
  if (!run) return run.error();
  const auto provenance = session->provenance(*run);
  if (!provenance) return provenance.error();
  std::string plant;
  for (const auto& [key, value] : *provenance) {
    if (key == "plant") plant = value;
  }
  if (!resumes) {
    if (!plant.empty()) {
      return Error{run->name + " was learned on an arm, whose trials can't be repeated.", options.replayFile,
                   "Go on with it by --resume, on an arm with --device or in simulation."};
    }
    if (run->parent) {
      return Error{run->name + " is a fork, which can't be repeated without the run it left.", options.replayFile,
                   "Repeat " + session->runs().front().name + " with --run, or go on with --resume."};
    }
    Result<RunSetup> setup = session->replay(*run);
    if (!setup) return setup.error();
    if (options.threads) {
      if (Status s = setParameter(setup->parameters, "run.threads", std::to_string(*options.threads)); !s) return s.error();
    }
    return std::vector<RunSetup>{*std::move(setup)};
  }
  if (run->iterations == 0 && !run->parent) {
    return Error{run->name + " has no finished iteration to go on from.", options.resumeFile,
                 "Repeat it with `gps-studio train --replay " + options.resumeFile + "`."};
  }
  Result<RunSetup> setup = options.forkAt ? setupAt(*session, *run, *options.forkAt) : setupAtEnd(*session, *run);
  if (!setup) {
    // Another program that writes may have dropped that state since the session was opened; then that is the reason.
    const Result<FileLock> lock = FileLock::take(options.resumeFile);
    return lock ? setup.error() : lock.error();
  }
  if (!plant.empty() && options.device.port.empty()) {
    std::fprintf(stderr, "%s was learned on an arm; without --device it goes on in simulation.\n", printable(run->name).c_str());
  }
  setup->name = options.forkAt ? nameOfFork(*session, run->name) : run->name;
  auto point = std::make_shared<ResumePoint>(*setup->resume);
  if (Status s = addChanges(options, *run, *point); !s) return s.error();
  setup->resume = std::move(point);
  return std::vector<RunSetup>{*std::move(setup)};
}

Result<SavedRuns> SavedRuns::open(const TrainOptions& options) {
  SavedRuns runs;
  runs.m_origin.program = "GPS Studio " GPS_STUDIO_VERSION;
  runs.m_origin.commandLine = options.commandLine;
  if (options.sessionFile.empty() && options.resumeFile.empty()) return runs;
  if (!options.resumeFile.empty()) {
    const Result<SessionFile> session = SessionFile::open(options.resumeFile);
    if (!session) return session.error();
    const Result<SessionRun> run = session->run(options.sessionRun);
    if (!run) return run.error();
    if (options.forkAt) {
      const Result<SessionRun> owner = ownerOf(*session, *run, *options.forkAt);
      if (!owner) return owner.error();
      runs.m_origin.parent = owner->id;
      runs.m_origin.parentIteration = *options.forkAt;
    } else {
      runs.m_resumed = run->id;
    }
  }
  Result<std::shared_ptr<SessionWriter>> writer = options.resumeFile.empty() ? SessionWriter::create(options.sessionFile)
                                                                             : SessionWriter::append(options.resumeFile);
  if (!writer) return writer.error();
  runs.m_writer = *std::move(writer);
  return runs;
}

Status SavedRuns::attach(RunSetup& setup) {
  if (!m_writer) return Done{};
  Result<std::shared_ptr<IterationRecorder>> recorder =
      m_resumed != 0 ? m_writer->resume(m_resumed, setup, m_origin) : m_writer->begin(setup, m_origin);
  if (!recorder) return recorder.error();
  m_recorder = *std::move(recorder);
  setup.recorder = m_recorder;
  return Done{};
}

void SavedRuns::wait(int iteration) {
  if (!m_recorder) return;
  const SaveState saved = m_recorder->waitFor(iteration);
  const std::string problem = saved.problem ? saved.problem->text() : std::string();
  if (problem == m_told) return;
  m_told = problem;
  if (problem.empty()) std::fprintf(stderr, "Saving goes on; nothing is missing.\n");
  else std::fprintf(stderr, "Saving failed after iteration %d; the run goes on in memory. %s\n", saved.iteration, problem.c_str());
}

int SavedRuns::finish() {
  if (!m_writer) return kDone;
  const Status saved = m_writer->flush();
  if (saved) return kDone;
  const std::string wanted = m_writer->file();
  std::fprintf(stderr, "Not everything could be saved. %s\n", saved.error().text().c_str());
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  const std::string place =
      (folder / (std::filesystem::path(wanted).stem().string() + "-" + std::to_string(getpid()) + ".gpss")).string();
  if (Status elsewhere = m_writer->saveElsewhere(place); !elsewhere) {
    std::fprintf(stderr, "Nor could it be saved in %s. %s\n", place.c_str(), elsewhere.error().text().c_str());
  } else {
    std::fprintf(stderr, "The whole session is in %s instead; %s holds what was saved before.\n", place.c_str(), wanted.c_str());
  }
  return kRunFailed;
}

}  // namespace gps::cli
