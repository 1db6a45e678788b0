// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/base/thread_priority.h"
#include "core/engine/engine_context.h"

namespace gps {

namespace {

using Clock = std::chrono::steady_clock;

double secondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Whether a change of this parameter needs a new run once data exist.
std::optional<ParamSpec> specOf(const Parameters& parameters, std::string_view key) {
  std::optional<ParamSpec> found;
  Parameters::visit(
      parameters,
      [&](const auto&, const ParamSpec& spec) {
        if (spec.key == key) found = spec;
      },
      [](const char*) {});
  return found;
}

}  // namespace

/// Requests are decided under one mutex by whoever makes them, so replies are immediate; the engine thread alone
/// computes. `m_attention` keeps the safe points of tight loops down to one atomic load.
struct Run::Impl {
  Impl(RunSetup s, std::shared_ptr<Mailbox> m) : setup(std::move(s)), mailbox(std::move(m)) {
    const Result<const AlgorithmEntry*> entry = findAlgorithm(setup.algorithm);
    GPS_EXPECTS(entry.ok(), "a run needs a registered algorithm");
    algorithm = (*entry)->make();
    frozen = setup.parameters;
    if (setup.resume) {
      state = setup.resume->state;
      newest = setup.resume->newest;
      frozen = setup.resume->parameters;
      queued = setup.resume->pending;
      progress.iteration = state->iteration;
      // As it was when it came to its end: Start then raises the limit.
      if (state->iteration >= frozen.run.iterations) progress.state = RunState::Finished;
    }
    progress.iterations = frozen.run.iterations;
    mailbox->post(progress);
    thread = std::jthread([this] { loop(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
      stopFlag = true;
      attention = true;
    }
    wake.notify_all();
  }

  // --- requests (any thread) -------------------------------------------------------------------------------

  /// Decides one request under the lock: `decide` returns an empty string to accept, else why not.
  std::uint64_t request(const std::function<std::string()>& decide) {
    std::uint64_t id = 0;
    std::string refusal;
    {
      const std::lock_guard lock(mutex);
      id = ++lastRequest;
      refusal = decide();
      publish();
    }
    wake.notify_all();
    mailbox->post(Reply{id, refusal.empty(), refusal});
    return id;
  }

  std::string refuse(std::string_view what) const {
    return "A run that is " + std::string(runStateName(progress.state)) + " can't " + std::string(what) + ".";
  }

  /// Under the lock. Leaving a pause or an end state: the engine thread picks the new state up.
  void setState(RunState next) {
    if (progress.state == RunState::Paused && next != RunState::Paused) {
      pausedSeconds += secondsBetween(pausedSince, Clock::now());
    }
    if (next == RunState::Paused && progress.state != RunState::Paused) pausedSince = Clock::now();
    progress.state = next;
    attention = next == RunState::Pausing || next == RunState::Paused || next == RunState::Stopping || closing;
  }

  /// Under the lock.
  void publish() {
    progress.queued.clear();
    for (const auto& [key, value] : queued) {
      progress.queued.push_back({progress.iteration + 1, key, parameterText(frozen, key).value(), value});
    }
    mailbox->post(progress);
  }

  // --- engine thread ---------------------------------------------------------------------------------------

  void loop() {
    lowerOwnPriority();
    while (true) {
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return closing || wantsWork(); });
        if (closing) break;
      }
      workOn();
      recordPending();
    }
    recordPending();
  }

  /// Changes that are not part of a finished iteration: those it would have used, and those that still wait.
  void recordPending() {
    // A run that goes on has a past to come back to, whether it was started again or not.
    if (!setup.recorder || (!started && !setup.resume)) return;
    std::vector<std::pair<std::string, std::string>> changes;
    for (const ParameterEvent& event : events) changes.emplace_back(event.key, event.to);
    {
      const std::lock_guard lock(mutex);
      changes.insert(changes.end(), queued.begin(), queued.end());
    }
    setup.recorder->pending(std::move(changes));
  }

  bool wantsWork() const {
    return progress.state == RunState::Starting || progress.state == RunState::Running ||
           progress.state == RunState::Stepping || progress.state == RunState::Pausing ||
           progress.state == RunState::Stopping;
  }

  /// Iterates until paused, stopped, finished or failed.
  void workOn() {
    try {
      if (!started && !begin()) return;
      while (betweenIterations()) {
        if (!iterateOnce()) return;
      }
    } catch (const std::bad_alloc&) {
      fail(Error{"Memory ran out.", "", "Use fewer samples, conditions or a smaller network, then retry."});
    } catch (const std::exception& exception) {
      fail(Error{std::string("Internal failure: ") + exception.what(), "", "Retry from the last good iteration."});
    }
  }

  bool begin() {
    Parameters initial;
    {
      const std::lock_guard lock(mutex);
      initial = frozen;
    }
    if (!setup.resume) {
      Result<AlgorithmState> fresh = algorithm->start(*setup.task, initial);
      if (!fresh) {
        fail(fresh.error());
        return false;
      }
      state = std::make_shared<const AlgorithmState>(*std::move(fresh));
    }
    costs = setup.task->costs;
    costChanged = true;
    started = true;
    const std::lock_guard lock(mutex);
    if (progress.state == RunState::Starting) setState(RunState::Running);
    publish();
    return true;
  }

  /// After a change of the costs those in memory are in other units.
  void forgetCosts() {
    auto changed = std::make_shared<AlgorithmState>(*state);
    costChanged = changed->skipStepRule = true;
    changed->rollback = {};
    for (ConditionState& condition : changed->conditions) condition.stageCostMin = condition.stageCostMax = {};
    state = std::move(changed);
  }

  /// Between two iterations: pauses, stops, ends, or freezes the parameters of the next one (true).
  bool betweenIterations() {
    std::unique_lock lock(mutex);
    while (true) {
      if (closing) return false;
      if (progress.state == RunState::Stopping) {
        setState(RunState::Idle);
        stopFlag = closing;
        publish();
        return false;
      }
      if (progress.state == RunState::Pausing) {
        setState(RunState::Paused);
        publish();
      }
      if (progress.state == RunState::Paused) {
        wake.wait(lock, [this] { return closing || progress.state != RunState::Paused; });
        continue;
      }
      if (progress.state != RunState::Running && progress.state != RunState::Stepping) return false;
      break;
    }
    // Changes of an iteration that was discarded stay in `events`: the next one to finish is the first to use them.
    std::vector<std::pair<std::string, std::string>> changes;
    for (const ParameterEvent& event : setup.replay) {
      if (event.iteration == state->iteration + 1) changes.emplace_back(event.key, event.to);
    }
    changes.insert(changes.end(), queued.begin(), queued.end());
    for (const auto& [key, value] : changes) {
      const Result<std::string> before = parameterText(frozen, key);
      if (!before || *before == value) continue;
      ParameterEvent event{state->iteration + 1, key, *before, value};
      if (!gps::setParameter(frozen, key, value)) continue;  // was checked when it was queued
      events.push_back(std::move(event));
      if (key.starts_with("cost.")) forgetCosts();
    }
    queued.clear();
    progress.iterations = frozen.run.iterations;
    if (state->iteration >= frozen.run.iterations) {
      setState(RunState::Finished);
      progress.phase.clear();
      progress.phaseLabel.clear();
      progress.secondsLeft = 0.0;
      if (newest) progress.outcome = outcomeOf(newest->report, newest->conditions, *setup.task, frozen);
      publish();
      return false;
    }
    progress.iteration = state->iteration + 1;
    progress.phaseFraction = 0.0;
    progress.failure.reset();
    progress.outcome.reset();
    publish();
    return true;
  }

  bool iterateOnce() {
    if (costChanged) {
      costChanged = false;
      if (setup.task->scene) {
        Result<CostPerCondition> changed = costWith(*setup.task->scene, frozen.cost.terms);
        if (!changed) {
          fail(changed.error());
          return false;
        }
        costs = *std::move(changed);
      }
    }
    if (!pool || pool->threads() != frozen.run.threads) pool = std::make_unique<RolloutPool>(frozen.run.threads);
    seconds.clear();
    const Parameters parameters = frozen;
    EngineContext context(*setup.task, costs, parameters, state->iteration + 1, *pool, stopFlag,
                          {[this] { return safePoint(); },
                           [this](std::string_view phase) { beginPhase(phase); },
                           [this](double fraction) { advance(fraction); },
                           [this](const IterationResult& partial) { return endPhase(partial); }});
    Result<IterationResult> result = algorithm->iterate(*state, context);
    {
      const std::lock_guard lock(mutex);
      if (closing) return false;
      if (stopFlag) {
        setState(RunState::Idle);
        stopFlag = false;
        progress.iteration = state->iteration;
        progress.phase.clear();
        progress.phaseLabel.clear();
        progress.partial.reset();
        publish();
        return false;
      }
    }
    if (!result) {
      fail(result.error());
      return false;
    }
    commit(*std::move(result));
    return true;
  }

  void commit(IterationResult result) {
    result.report.seconds = seconds;
    state = std::make_shared<const AlgorithmState>(std::move(result.state));
    double total = 0.0;
    for (const PhaseTime& time : seconds) total += time.seconds;
    recentSeconds.push_back(total);
    if (recentSeconds.size() > 5) recentSeconds.pop_front();

    auto snapshot = std::make_shared<Snapshot>(snapshotOf(std::move(result.report), std::move(result.views)));
    snapshot->events = std::exchange(events, {});
    newest = std::move(snapshot);
    announce();
    if (setup.recorder) setup.recorder->finished({newest, state, state->policy});
  }

  void announce() {
    const std::lock_guard lock(mutex);
    mailbox->post(newest);
    double mean = 0.0;
    for (const double s : recentSeconds) mean += s / static_cast<double>(recentSeconds.size());
    progress.secondsPerIteration = mean;
    progress.secondsLeft = mean * std::max(0, frozen.run.iterations - state->iteration);
    progress.partial.reset();
    // Stepping by phases, too, ends here: the last phase commits its iteration.
    if (progress.state == RunState::Stepping) setState(RunState::Pausing);
    publish();
  }

  Snapshot snapshotOf(IterationReport report, std::vector<ConditionView> views) const {
    Snapshot snapshot;
    snapshot.run = setup.name;
    snapshot.algorithm = setup.algorithm;
    snapshot.seed = setup.parameters.run.seed;
    snapshot.task = setup.task;
    snapshot.report = std::move(report);
    snapshot.conditions = std::move(views);
    return snapshot;
  }

  void fail(Error error) {
    const std::lock_guard lock(mutex);
    if (closing) return;
    stopFlag = false;
    progress.failure = Failure{std::move(error), progress.phase, state->iteration + 1};
    progress.iteration = state->iteration;
    progress.partial.reset();
    setState(RunState::Failed);
    publish();
  }

  // --- safe points (engine thread and its workers) -----------------------------------------------------------

  bool safePoint() {
    if (!attention.load(std::memory_order_relaxed)) return true;
    std::unique_lock lock(mutex);
    while (true) {
      if (stopFlag) return false;
      if (progress.state == RunState::Pausing) {
        setState(RunState::Paused);
        publish();
      }
      if (progress.state != RunState::Paused) return true;
      wake.wait(lock, [this] { return stopFlag || progress.state != RunState::Paused; });
    }
  }

  void beginPhase(std::string_view phase) {
    const std::lock_guard lock(mutex);
    progress.phase = phase;
    progress.phaseLabel.clear();
    for (const Phase& known : algorithm->phases()) {
      if (known.id == phase) progress.phaseLabel = known.label;
    }
    progress.phaseFraction = 0.0;
    phaseStart = Clock::now();
    pausedSeconds = 0.0;
    publish();
  }

  void advance(double fraction) {
    const Clock::time_point now = Clock::now();
    if (secondsBetween(lastAdvance, now) < 0.02) return;
    lastAdvance = now;
    const std::lock_guard lock(mutex);
    progress.phaseFraction = fraction;
    publish();
  }

  bool endPhase(const IterationResult& partial) {
    std::unique_lock lock(mutex);
    const double spent = secondsBetween(phaseStart, Clock::now()) - pausedSeconds;
    std::string account = progress.phase;
    for (const Phase& known : algorithm->phases()) {
      if (known.id == progress.phase && !known.timedAs.empty()) account = known.timedAs;
    }
    const auto entry = std::find_if(seconds.begin(), seconds.end(),
                                    [&account](const PhaseTime& time) { return time.phase == account; });
    if (entry == seconds.end()) seconds.push_back({account, spent});
    else entry->seconds += spent;
    progress.phaseFraction = 1.0;
    const bool last = progress.phase == algorithm->phases().back().id;
    const bool stepDone = progress.state == RunState::Stepping && unit == StepUnit::Phase && !last;
    if (stepDone || progress.state == RunState::Pausing) {
      // Only a user who stops here looks at it: building it for every phase would copy reports for nothing.
      auto snapshot = std::make_shared<Snapshot>(snapshotOf(partial.report, partial.views));
      snapshot->partial = true;
      snapshot->phase = progress.phase;
      progress.partial = std::move(snapshot);
    }
    if (stepDone) setState(RunState::Pausing);
    publish();
    lock.unlock();
    return safePoint();
  }

  RunSetup setup;
  std::shared_ptr<Mailbox> mailbox;
  std::unique_ptr<Algorithm> algorithm;

  std::mutex mutex;
  std::condition_variable wake;
  // Guarded by the mutex.
  Progress progress;
  Parameters frozen;
  std::vector<std::pair<std::string, std::string>> queued;
  StepUnit unit = StepUnit::Iteration;
  std::uint64_t lastRequest = 0;
  bool closing = false;
  Clock::time_point pausedSince;
  double pausedSeconds = 0.0;
  std::atomic<bool> stopFlag{false};
  std::atomic<bool> attention{false};
  std::atomic<bool> started{false};

  // Engine thread only.
  std::shared_ptr<const AlgorithmState> state = std::make_shared<const AlgorithmState>();
  CostPerCondition costs;
  bool costChanged = false;
  std::unique_ptr<RolloutPool> pool;
  std::shared_ptr<const Snapshot> newest;  ///< finished
  std::vector<ParameterEvent> events;
  std::vector<PhaseTime> seconds;
  std::deque<double> recentSeconds;
  Clock::time_point phaseStart;
  Clock::time_point lastAdvance;

  std::jthread thread;  // last: joins before the rest goes
};

Run::Run(RunSetup setup, std::shared_ptr<Mailbox> mailbox)
    : m_impl(std::make_unique<Impl>(std::move(setup), std::move(mailbox))) {}

Run::~Run() = default;

std::uint64_t Run::start() {
  Impl& run = *m_impl;
  return run.request([&run]() -> std::string {
    switch (run.progress.state) {
      case RunState::Idle:
        run.setState(run.started ? RunState::Running : RunState::Starting);
        return {};
      case RunState::Paused:
      case RunState::Pausing:
        run.setState(RunState::Running);
        return {};
      case RunState::Finished: {
        const int done = std::max(run.progress.iteration, run.frozen.run.iterations);
        const int limit = std::min(2 * done, 100000);
        if (limit <= done) return "The run has reached the largest iteration limit, 100000.";
        // Raised once; the same again at the next end.
        const auto waiting = std::find_if(run.queued.begin(), run.queued.end(),
                                          [](const auto& entry) { return entry.first == "run.iterations"; });
        if (waiting == run.queued.end()) run.queued.emplace_back("run.iterations", std::to_string(limit));
        run.setState(RunState::Running);
        return {};
      }
      default: return run.refuse("start");
    }
  });
}

std::uint64_t Run::pause() {
  Impl& run = *m_impl;
  return run.request([&run]() -> std::string {
    if (run.progress.state != RunState::Running && run.progress.state != RunState::Stepping) {
      return run.refuse("pause");
    }
    run.setState(RunState::Pausing);
    return {};
  });
}

std::uint64_t Run::step(StepUnit unit) {
  Impl& run = *m_impl;
  return run.request([&run, unit]() -> std::string {
    const RunState now = run.progress.state;
    if (now != RunState::Idle && now != RunState::Paused && now != RunState::Finished) return run.refuse("step");
    const bool raised = std::any_of(run.queued.begin(), run.queued.end(),
                                    [](const auto& entry) { return entry.first == "run.iterations"; });
    if (now == RunState::Finished && !raised) {
      const int done = std::max(run.progress.iteration, run.frozen.run.iterations);
      run.queued.emplace_back("run.iterations", std::to_string(std::min(done + 1, 100000)));
    }
    run.unit = unit;
    run.setState(RunState::Stepping);
    return {};
  });
}

std::uint64_t Run::stop() {
  Impl& run = *m_impl;
  return run.request([&run]() -> std::string {
    switch (run.progress.state) {
      case RunState::Idle:
      case RunState::Finished:
      case RunState::Failed: return run.refuse("stop");
      default:
        run.setState(RunState::Stopping);
        run.stopFlag = true;
        return {};
    }
  });
}

std::uint64_t Run::retry() {
  Impl& run = *m_impl;
  return run.request([&run]() -> std::string {
    if (run.progress.state != RunState::Failed) return run.refuse("retry");
    run.progress.failure.reset();
    run.setState(run.started ? RunState::Running : RunState::Starting);
    return {};
  });
}

std::uint64_t Run::setParameter(std::string key, std::string value) {
  Impl& run = *m_impl;
  return run.request([&run, &key, &value]() -> std::string {
    Parameters trial = run.frozen;
    if (Status status = gps::setParameter(trial, key, value); !status) return status.error().text();
    const RunState now = run.progress.state;
    if (!run.started && !run.setup.resume && (now == RunState::Idle || now == RunState::Failed)) {
      run.frozen = std::move(trial);
      run.setup.parameters = run.frozen;
      run.progress.iterations = run.frozen.run.iterations;
      return {};
    }
    if (specOf(run.frozen, key)->applies == Applies::Reset) return key + " needs a new run.";
    std::erase_if(run.queued, [&key](const auto& entry) { return entry.first == key; });
    if (parameterText(run.frozen, key).value() != parameterText(trial, key).value()) {
      run.queued.emplace_back(key, parameterText(trial, key).value());
    }
    return {};
  });
}

std::uint64_t Run::cancelParameter(std::string key) {
  Impl& run = *m_impl;
  return run.request([&run, &key]() -> std::string {
    if (std::erase_if(run.queued, [&key](const auto& entry) { return entry.first == key; }) == 0) {
      return key + " is not queued.";
    }
    return {};
  });
}

const RunSetup& Run::setup() const {
  return m_impl->setup;
}

std::span<const Phase> Run::phases() const {
  return m_impl->algorithm->phases();
}

}  // namespace gps
