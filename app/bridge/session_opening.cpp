// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/session_opening.h"

#include <algorithm>
#include <utility>

#include "core/base/printable.h"
#include "core/session/session_fork.h"
#include "core/session/session_writer.h"

namespace gps::ui {

namespace {

std::string shownAs(const SessionFile& session, const SessionRun& run) {
  const auto provenance = session.provenance(run);
  if (!provenance) return {};
  for (const auto& [key, value] : *provenance) {
    if (key == "shown_as") return value;
  }
  return {};
}

/// The last run that got anywhere, and the one that stood beside it.
std::vector<SessionRun> lastShown(const SessionFile& session) {
  const std::vector<SessionRun>& runs = session.runs();
  const SessionRun* last = nullptr;
  for (const SessionRun& run : runs) {
    // A fork may have none of its own yet.
    if (run.iterations > 0 || run.parent || !last || last->iterations == 0) last = &run;
  }
  std::vector<SessionRun> shown{*last};
  if (shownAs(session, *last) != "B") return shown;
  for (auto before = runs.rbegin(); before != runs.rend(); ++before) {
    if (before->id >= last->id || before->scene != last->scene || before->iterations == 0) continue;
    if (shownAs(session, *before) != "A") continue;
    shown.insert(shown.begin(), *before);
    break;
  }
  return shown;
}

/// So many of the newest iterations bring the record of their step rule, as many as its panel lists.
constexpr int kStepsRead = 200;

/// The iterations of a run's own up to one of them. From `stepsFrom` on with what the step rule did.
Status appendOwn(const SessionFile& session, const SessionRun& run, int upTo, const std::shared_ptr<const Task>& task,
                  int stepsFrom, std::vector<std::shared_ptr<const Snapshot>>& past) {
  Result<std::vector<SessionRow>> rows = session.rows(run);
  if (!rows) return rows.error();
  past.reserve(past.size() + rows->size());
  for (SessionRow& row : *rows) {
    if (row.report.iteration > upTo) break;
    if (row.report.iteration != static_cast<int>(past.size()) + 1) {
      return Error{"The session is damaged: iteration " + std::to_string(past.size() + 1) + " of " + printable(run.name) + " is missing.",
                   session.file(), "Use a copy."};
    }
    if (row.report.metrics.conditions() != task->conditionCount()) {
      return Error{"The session is damaged: " + printable(run.name) + " has another number of conditions than its scene.",
                   session.file(), "Use a copy."};
    }
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->run = run.name;
    snapshot->algorithm = run.algorithm;
    snapshot->seed = run.seed;
    snapshot->task = task;
    snapshot->report = std::move(row.report);
    if (snapshot->report.iteration >= stepsFrom) {
      // What is damaged there is said when the iteration is looked at.
      if (Result<StepRecord> step = session.step(run, snapshot->report.iteration, task->conditionCount()))
        snapshot->report.step = *std::move(step);
    }
    snapshot->events = std::move(row.events);
    past.push_back(std::move(snapshot));
  }
  return Done{};
}

/// The iterations of a run up to one of them, and before them those that it shares with the run it left.
Status appendPast(const SessionFile& session, const SessionRun& run, int upTo, const std::shared_ptr<const Task>& task,
                  int stepsFrom, std::vector<std::shared_ptr<const Snapshot>>& past) {
  // A file may hold thousands of forks of forks, so no function calls itself here.
  std::vector<std::pair<SessionRun, int>> owners{{run, upTo}};
  while (owners.back().first.parent && owners.back().first.parentIteration > 0) {
    const int shared = std::min(owners.back().second, owners.back().first.parentIteration);
    Result<SessionRun> owner = ownerOf(session, owners.back().first, shared);
    if (!owner) return owner.error();
    owners.emplace_back(*std::move(owner), shared);
  }
  for (auto owner = owners.rbegin(); owner != owners.rend(); ++owner) {
    if (Status s = appendOwn(session, owner->first, owner->second, task, stepsFrom, past); !s) return s;
  }
  return Done{};
}

/// With the past that belongs to its resume point.
Result<OpenedRun> withPast(const SessionFile& session, const SessionRun& run, RunSetup setup) {
  OpenedRun opened{run, std::move(setup)};
  opened.setup.replay.clear();
  if (!opened.setup.resume) return opened;
  const int last = opened.setup.resume->state->iteration;
  if (Status s = appendPast(session, run, last, opened.setup.task, last - kStepsRead, opened.past); !s) return s.error();
  if (static_cast<int>(opened.past.size()) != last) {
    return Error{"The session is damaged: iteration " + std::to_string(last) + " of " + printable(run.name) + " is missing.",
                 session.file(), "Use a copy."};
  }
  if (opened.setup.resume->newest) opened.past.back() = opened.setup.resume->newest;
  return opened;
}

Result<OpenedRun> readRun(const SessionFile& session, const SessionRun& run, const std::atomic<bool>* stop = nullptr) {
  Result<RunSetup> setup = setupAtEnd(session, run, stop);
  if (!setup) return setup.error();
  setup->name = run.name;
  return withPast(session, run, *std::move(setup));
}

/// A run as it was after an iteration that it has.
Result<OpenedRun> readHeld(const SessionFile& session, const SessionRun& run, int iteration) {
  if (iteration < 1 || iteration > std::max(run.iterations, run.parentIteration)) {
    return Error{printable(run.name) + " has no iteration " + std::to_string(iteration) + ".", session.file(),
                 "It has the iterations 1 to " + std::to_string(std::max(run.iterations, run.parentIteration)) + "."};
  }
  const Result<SessionRun> owner = ownerOf(session, run, iteration);
  if (!owner) return owner.error();
  Result<std::shared_ptr<const Task>> task = session.task(run);
  if (!task) return task.error();
  Result<Parameters> parameters = session.parameters(*owner, **task, iteration);
  if (!parameters) return parameters.error();
  OpenedRun opened{run, RunSetup{run.name, run.algorithm, *task, *std::move(parameters)}, {}, iteration};
  if (Status s = appendPast(session, run, iteration, *task, iteration - kStepsRead, opened.past); !s) return s.error();
  Result<std::shared_ptr<const Snapshot>> newest = session.snapshot(*owner, *task, iteration);
  if (!newest) return newest.error();
  if (static_cast<int>(opened.past.size()) != iteration) {
    return Error{"The session is damaged: iteration " + std::to_string(iteration) + " of " + printable(run.name) + " is missing.",
                 session.file(), "Use a copy."};
  }
  opened.past.back() = *std::move(newest);
  return opened;
}

Result<OpenedNodes> nodesOf(const SessionFile& session, const std::vector<RunNode>& nodes, const std::atomic<bool>* stop) {
  OpenedNodes opened;
  for (const RunNode& node : nodes) {
    if (stop && *stop) return Error{"Reading the run was stopped.", session.file(), ""};
    const auto run = std::find_if(session.runs().begin(), session.runs().end(),
                                  [&node](const SessionRun& each) { return each.id == node.run; });
    if (run == session.runs().end()) {
      return Error{"The run is not in the session any more.", session.file(), "Open the session again."};
    }
    Result<OpenedRun> one = node.heldAt > 0 ? readHeld(session, *run, node.heldAt) : readRun(session, *run, stop);
    if (!one) return one.error();
    if (opened.runs.empty()) {
      Result<std::string> text = session.sceneText(*run);
      if (!text) return text.error();
      opened.sceneText = *std::move(text);
    } else if (opened.runs.front().run.scene != run->scene) {
      return Error{"Runs of different scenes can't be compared.", session.file(), "Show them one after the other."};
    } else {
      one->setup.task = opened.runs.front().setup.task;  // of the same scene, and seen to be
    }
    opened.runs.push_back(*std::move(one));
  }
  return opened;
}

}  // namespace

Result<OpenedNodes> openNodes(const QString& file, const std::vector<RunNode>& nodes, const std::atomic<bool>* stop) {
  const Result<SessionFile> session = SessionFile::open(file.toStdString());
  if (!session) return session.error();
  return nodesOf(*session, nodes, stop);
}

int OpenedSession::iterations() const {
  int count = 0;
  for (const SessionRun& run : all) count += ownIterations(run);
  return count;
}

Result<OpenedSession> openSession(const QString& file, const std::atomic<bool>* stop) {
  OpenedSession opened;
  opened.file = file;
  const std::string path = file.toStdString();
  {
    // Read first: what is no session is not to be locked, and not written to.
    const Result<SessionFile> probe = SessionFile::open(path);
    if (!probe) return probe.error();
    if (probe->runs().empty()) return Error{"The session has no runs.", path, "Choose another session."};
  }
  Result<std::shared_ptr<SessionWriter>> writer = SessionWriter::append(path);
  if (writer) opened.writer = *std::move(writer);
  else opened.readOnly = writer.error();
  const Result<SessionFile> session = SessionFile::open(path);
  if (!session) return session.error();
  opened.all = session->runs();
  if (const std::optional<SessionLayout> layout = parseLayout(session->layout()); layout && layout->runs == opened.all.size()) {
    if (Result<OpenedNodes> nodes = nodesOf(*session, layout->shown, stop)) {
      opened.layout = layout;
      opened.shown = std::move(nodes->runs);
      opened.sceneText = std::move(nodes->sceneText);
      return opened;
    }
  }
  const std::vector<SessionRun> shown = lastShown(*session);
  for (const SessionRun& run : shown) {
    Result<OpenedRun> one = readRun(*session, run, stop);
    if (!one) return one.error();
    if (!opened.shown.empty()) one->setup.task = opened.shown.front().setup.task;  // of the same scene, and seen to be
    opened.shown.push_back(*std::move(one));
  }
  Result<std::string> text = session->sceneText(shown.front());
  if (!text) return text.error();
  opened.sceneText = *std::move(text);
  return opened;
}

Result<OpenedRun> openFork(const QString& file, const std::string& run, int iteration, const std::atomic<bool>* stop) {
  const Result<SessionFile> session = SessionFile::open(file.toStdString());
  if (!session) return session.error();
  const Result<SessionRun> from = session->run(run);
  if (!from) return from.error();
  Result<RunSetup> setup = setupAt(*session, *from, iteration, stop);
  if (!setup) return setup.error();
  const Result<SessionRun> owner = ownerOf(*session, *from, iteration);
  if (!owner) return owner.error();
  setup->name = nameOfFork(*session, run);
  Result<OpenedRun> opened = withPast(*session, *owner, *std::move(setup));
  if (!opened) return opened;
  opened->run.id = 0;
  opened->run.parent = owner->id;
  opened->run.parentIteration = iteration;
  opened->run.iterations = 0;
  return opened;
}

bool looksLikeSession(const QString& file) {
  // Never by looking inside: opening a file beside SQLite drops the locks it holds on it.
  return file.endsWith(".gpss", Qt::CaseInsensitive);
}

}  // namespace gps::ui
