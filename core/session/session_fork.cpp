// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_fork.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
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

/// Iterations of one run that are made again, from a state that is kept (0: from where it began) up to one of them.
struct Leg {
  SessionRun run{};
  int from = 0;
  int to = 0;
};

/// Where the run was at the end of the leg, from where it was at its beginning.
Result<RunSetup> follow(const SessionFile& session, const Leg& leg, RunSetup setup, const std::atomic<bool>* stop) {
  const Result<std::vector<ParameterEvent>> events = session.events(leg.run);
  if (!events) return events.error();
  setup.replay.clear();
  for (const ParameterEvent& event : *events) {
    if (event.iteration > leg.from && event.iteration <= leg.to) setup.replay.push_back(event);
  }
  if (setup.resume) {
    auto point = std::make_shared<ResumePoint>(*setup.resume);
    point->pending.clear();
    // A run that had come to its end went on because its limit was raised, to the same value as then.
    const int begun = point->state->iteration;
    for (const ParameterEvent& event : setup.replay) {
      if (event.key == "run.iterations" && event.iteration == begun + 1) point->pending.emplace_back(event.key, event.to);
    }
    setup.resume = std::move(point);
  }
  const std::shared_ptr<const Task> task = setup.task;
  const Result<FinishedIteration> made = iterateTo(leg.to, std::move(setup), stop);
  if (!made) return made.error();
  if (!made->state || made->state->iteration != leg.to) {
    return Error{"Iteration " + std::to_string(leg.to) + " of " + printable(leg.run.name) + " could not be made again.", session.file(), ""};
  }
  Result<Parameters> now = session.parameters(leg.run, *task, leg.to);
  if (!now) return now.error();
  Result<Parameters> start = session.parameters(leg.run, *task, 0);
  if (!start) return start.error();
  RunSetup result{leg.run.name, leg.run.algorithm, task, *std::move(start)};
  auto point = std::make_shared<ResumePoint>();
  point->state = made->state;
  point->parameters = *std::move(now);
  point->newest = made->snapshot;
  result.resume = std::move(point);
  return result;
}

}  // namespace

Result<SessionRun> ownerOf(const SessionFile& session, const SessionRun& run, int iteration) {
  const std::vector<SessionRun>& runs = session.runs();  // in the order of their ids
  const SessionRun* owner = &run;
  // A damaged file may have a ring.
  for (std::size_t step = 0; step <= runs.size(); ++step) {
    if (!owner->parent || iteration > owner->parentIteration) return *owner;
    const auto parent = std::lower_bound(runs.begin(), runs.end(), *owner->parent,
                                         [](const SessionRun& each, std::int64_t id) { return each.id < id; });
    if (parent == runs.end() || parent->id != *owner->parent) break;
    owner = &*parent;
  }
  return Error{"The session is damaged: the run that " + printable(run.name) + " was forked from is missing.", session.file(),
               "Use a copy."};
}

Result<RunSetup> setupAt(const SessionFile& session, const SessionRun& run, int iteration, const std::atomic<bool>* stop) {
  // Back to a state that is kept, or to a beginning, then forward again: a loop, since a file may hold thousands of forks
  // of forks.
  std::vector<Leg> legs;
  std::optional<Result<RunSetup>> setup;
  SessionRun at = run;
  for (int to = iteration; !setup;) {
    if (stop && *stop) return Error{"Going back to the iteration was stopped.", session.file(), ""};
    const int last = std::max(at.iterations, at.parentIteration);
    if (to < 1 || to > last) {
      return Error{printable(at.name) + " has no iteration " + std::to_string(to) + ".", session.file(),
                   "It has the iterations 1 to " + std::to_string(last) + "."};
    }
    const Result<SessionRun> owner = ownerOf(session, at, to);
    if (!owner) return owner.error();
    const Result<std::vector<int>> kept = session.states(*owner);
    if (!kept) return kept.error();
    int from = 0;
    for (const int state : *kept) {
      if (state <= to) from = state;
    }
    if (from != to) legs.push_back({*owner, from, to});
    if (from > 0) {
      setup = session.resume(*owner, from);
    } else if (!owner->parent || owner->parentIteration == 0) {
      setup = session.replay(*owner);
    } else {
      to = owner->parentIteration;  // less than before, so this comes to an end
      at = *owner;
    }
  }
  if (!*setup) return *setup;
  if (legs.empty()) {
    auto point = std::make_shared<ResumePoint>(*(*setup)->resume);
    point->pending.clear();  // those waited in the run that is left
    (*setup)->resume = std::move(point);
  }
  for (; !legs.empty(); legs.pop_back()) {
    setup = follow(session, legs.back(), **std::move(setup), stop);
    if (!*setup) return *setup;
  }
  return *std::move(setup);
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

int ownIterations(const SessionRun& run) {
  return std::max(0, run.iterations - (run.parent ? run.parentIteration : 0));
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
