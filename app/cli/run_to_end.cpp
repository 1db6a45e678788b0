// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_to_end.h"

#include <atomic>
#include <chrono>
#include <csignal>

namespace gps::cli {

namespace {

// What a signal handler may touch.
volatile std::sig_atomic_t interruptRequested = 0;
std::atomic<void (*)()> interruptAction{nullptr};

void onInterrupt(int signal) {
  interruptRequested = 1;
  if (void (*const action)() = interruptAction.load()) action();
  std::signal(signal, SIG_DFL);
}

/// Ctrl+C, a kill, or a reader that goes away end the run instead of the program while this lives, so that
/// finished iterations are kept. A second Ctrl+C ends the program.
class InterruptGuard {
 public:
  InterruptGuard()
      : m_interrupt(std::signal(SIGINT, &onInterrupt)),
        m_terminate(std::signal(SIGTERM, &onInterrupt)),
        m_pipe(std::signal(SIGPIPE, SIG_IGN)) {}
  ~InterruptGuard() {
    std::signal(SIGINT, m_interrupt);
    std::signal(SIGTERM, m_terminate);
    std::signal(SIGPIPE, m_pipe);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*m_interrupt)(int);
  void (*m_terminate)(int);
  void (*m_pipe)(int);
};

}  // namespace

void alsoOnInterrupt(void (*action)()) {
  interruptAction.store(action);
}

RunOutcome runToEnd(RunSetup setup, const std::function<void(const Snapshot&)>& finished,
                    const std::function<void(const Progress&)>& advanced) {
  const InterruptGuard guard;
  const auto mailbox = std::make_shared<Mailbox>();
  Run run(std::move(setup), mailbox);
  run.start();
  RunOutcome outcome;
  bool begun = false;
  while (true) {
    mailbox->waitFor(std::chrono::milliseconds(66));
    Delivery delivery = mailbox->drain();
    for (std::shared_ptr<const Snapshot>& snapshot : delivery.snapshots) {
      finished(*snapshot);
      outcome.snapshots.push_back(std::move(snapshot));
    }
    const Progress& progress = delivery.progress;
    if (delivery.progressChanged) advanced(progress);
    begun = begun || progress.state != RunState::Idle;
    if (progress.state == RunState::Failed) {
      outcome.failure = progress.failure;
      return outcome;
    }
    if (progress.state == RunState::Finished || (begun && progress.state == RunState::Idle)) {
      outcome.outcome = progress.outcome;
      return outcome;
    }
    if (interruptRequested && !outcome.interrupted) {
      outcome.interrupted = true;
      run.stop();
    }
  }
}

}  // namespace gps::cli
