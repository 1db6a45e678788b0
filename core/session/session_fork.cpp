// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_fork.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "core/base/printable.h"

namespace gps {

namespace {

/// Keeps the state after the newest iteration.
class LastState final : public IterationRecorder {
 public:
  void finished(FinishedIteration iteration) override {
    const std::lock_guard lock(m_mutex);
    m_last = std::move(iteration);
  }
  void pending(std::vector<std::pair<std::string, std::string>>) override {}
  SaveState saved() const override { return {}; }
  SaveState waitFor(int) const override { return {}; }
  FinishedIteration last() const {
    const std::lock_guard lock(m_mutex);
    return m_last;
  }

 private:
  mutable std::mutex m_mutex;
  FinishedIteration m_last{};
};

/// Makes the iterations up to this one, one by one: the limit stays what it was, since schedules depend on it.
Result<FinishedIteration> iterateTo(int iteration, RunSetup setup, const std::atomic<bool>* stop) {
  const auto recorder = std::make_shared<LastState>();
  int at = setup.resume ? setup.resume->state->iteration : 0;
  setup.recorder = recorder;
  const auto mailbox = std::make_shared<Mailbox>();
  {
    Run run(std::move(setup), mailbox);
    while (at < iteration) {
      run.step(StepUnit::Iteration);
      RunState state = RunState::Stepping;
      while (state != RunState::Paused) {
        if (stop && *stop) return Error{"Going back to the iteration was stopped.", "", ""};
        mailbox->waitFor(std::chrono::milliseconds(50));
        const Delivery delivery = mailbox->drain();
        if (!delivery.progressChanged) continue;
        if (delivery.progress.failure) return delivery.progress.failure->error;
        state = delivery.progress.state;
        if (state == RunState::Finished) return recorder->last();  // its limit was not raised: damaged
      }
      ++at;
    }
  }
  return recorder->last();
}

/// What a run started from: nothing, or the iteration where it left its parent.
Result<RunSetup> beginningOf(const SessionFile& session, const SessionRun& run, const std::atomic<bool>* stop) {
  if (!run.parent || run.parentIteration == 0) return session.replay(run);
  const Result<SessionRun> parent = ownerOf(session, run, run.parentIteration);
  if (!parent) return parent.error();
  return setupAt(session, *parent, run.parentIteration, stop);
}

}  // namespace

Result<SessionRun> ownerOf(const SessionFile& session, const SessionRun& run, int iteration) {
  SessionRun owner = run;
  // A damaged file may have a ring.
  for (std::size_t step = 0; step <= session.runs().size(); ++step) {
    if (!owner.parent || iteration > owner.parentIteration) return owner;
    const auto parent = std::find_if(session.runs().begin(), session.runs().end(),
                                     [&owner](const SessionRun& each) { return each.id == *owner.parent; });
    if (parent == session.runs().end()) break;
    owner = *parent;
  }
  return Error{"The session is damaged: the run that " + printable(run.name) + " was forked from is missing.", session.file(),
               "Use a copy."};
}

Result<RunSetup> setupAt(const SessionFile& session, const SessionRun& run, int iteration, const std::atomic<bool>* stop) {
  if (iteration < 1 || iteration > std::max(run.iterations, run.parentIteration)) {
    return Error{printable(run.name) + " has no iteration " + std::to_string(iteration) + ".", session.file(),
                 "It has the iterations 1 to " + std::to_string(std::max(run.iterations, run.parentIteration)) + "."};
  }
  const Result<SessionRun> owner = ownerOf(session, run, iteration);
  if (!owner) return owner.error();
  const Result<std::vector<int>> kept = session.states(*owner);
  if (!kept) return kept.error();
  int from = 0;
  for (const int state : *kept) {
    if (state <= iteration) from = state;
  }
  if (from == iteration) {
    Result<RunSetup> setup = session.resume(*owner, iteration);
    if (!setup) return setup;
    auto point = std::make_shared<ResumePoint>(*setup->resume);
    point->pending.clear();  // those waited in the run that is left
    setup->resume = std::move(point);
    return setup;
  }

  Result<RunSetup> setup = from > 0 ? session.resume(*owner, from) : beginningOf(session, *owner, stop);
  if (!setup) return setup;
  const Result<std::vector<ParameterEvent>> events = session.events(*owner);
  if (!events) return events.error();
  setup->replay.clear();
  for (const ParameterEvent& event : *events) {
    if (event.iteration > from && event.iteration <= iteration) setup->replay.push_back(event);
  }
  if (setup->resume) {
    auto point = std::make_shared<ResumePoint>(*setup->resume);
    point->pending.clear();
    // A run that had come to its end went on because its limit was raised, to the same value as then.
    const int begun = point->state->iteration;
    for (const ParameterEvent& event : setup->replay) {
      if (event.key == "run.iterations" && event.iteration == begun + 1) point->pending.emplace_back(event.key, event.to);
    }
    setup->resume = std::move(point);
  }
  const Result<FinishedIteration> made = iterateTo(iteration, *setup, stop);
  if (!made) return made.error();
  if (!made->state || made->state->iteration != iteration) {
    return Error{"Iteration " + std::to_string(iteration) + " of " + printable(run.name) + " could not be made again.", session.file(), ""};
  }
  Result<Parameters> now = session.parameters(*owner, *setup->task, iteration);
  if (!now) return now.error();
  Result<Parameters> start = session.parameters(*owner, *setup->task, 0);
  if (!start) return start.error();
  RunSetup result{owner->name, owner->algorithm, setup->task, *std::move(start)};
  auto point = std::make_shared<ResumePoint>();
  point->state = made->state;
  point->parameters = *std::move(now);
  point->newest = made->snapshot;
  result.resume = std::move(point);
  return result;
}

Result<RunSetup> setupAtEnd(const SessionFile& session, const SessionRun& run, const std::atomic<bool>* stop) {
  if (run.iterations > 0) return session.resume(run, run.iterations);
  const bool fork = run.parent && run.parentIteration > 0;
  Result<RunSetup> setup = fork ? setupAt(session, run, run.parentIteration, stop) : session.replay(run);
  if (!setup) return setup;
  setup->name = run.name;
  setup->replay.clear();
  auto waiting = session.pending(run);
  if (!waiting) return waiting.error();
  Parameters trial = fork ? setup->resume->parameters : setup->parameters;
  for (const auto& [key, value] : *waiting) {
    if (Status s = setParameter(trial, key, value); !s) return s.error();
  }
  if (!fork) {
    setup->parameters = std::move(trial);
    return setup;
  }
  auto point = std::make_shared<ResumePoint>(*setup->resume);
  point->pending = *std::move(waiting);
  setup->resume = std::move(point);
  return setup;
}

std::string nameOfFork(const SessionFile& session, const std::string& run) {
  const std::string stem = run.substr(0, run.find_last_of('-'));
  for (int n = 2;; ++n) {
    std::string name = stem + "-" + std::to_string(n);
    const bool taken = std::any_of(session.runs().begin(), session.runs().end(),
                                   [&name](const SessionRun& each) { return each.name == name; });
    if (!taken) return name;
  }
}

}  // namespace gps
