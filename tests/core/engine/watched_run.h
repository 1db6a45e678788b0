// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>
#include <chrono>
#include <set>

#include "core/engine/run.h"
#include "core/engine/run_log.h"

namespace gps::testing {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A run, its mailbox, and what came out so far.
struct Watched {
  explicit Watched(RunSetup setup) : mailbox(std::make_shared<Mailbox>()), run(std::move(setup), mailbox) {}

  void drain() {
    Delivery delivery = mailbox->drain();
    for (std::shared_ptr<const Snapshot>& s : delivery.snapshots) snapshots.push_back(std::move(s));
    for (Reply& r : delivery.replies) replies.push_back(std::move(r));
    if (delivery.progressChanged) {
      progress = delivery.progress;
      if (progress.partial) partialPhases.push_back(progress.partial->phase);
    }
  }
  /// Waits until one of `states` is reached. Generous: no test depends on the machine's speed.
  bool waitFor(std::set<RunState> states) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < limit) {
      mailbox->waitFor(20ms);
      drain();
      if (states.contains(progress.state)) return true;
    }
    return false;
  }
  std::string log() const {
    std::string text;
    for (const std::shared_ptr<const Snapshot>& s : snapshots) text += iterationJson(*s) + "\n";
    // Wall times are the one thing that may differ.
    static const QRegularExpression kSeconds(QStringLiteral("\"seconds\":\\{[^}]*\\}"));
    return QString::fromStdString(text).remove(kSeconds).toStdString();
  }
  const Reply& reply(std::uint64_t id) {
    drain();
    for (const Reply& r : replies) {
      if (r.request == id) return r;
    }
    static const Reply none;
    return none;
  }

  std::shared_ptr<Mailbox> mailbox;
  std::vector<std::shared_ptr<const Snapshot>> snapshots;
  std::vector<Reply> replies;
  std::vector<std::string> partialPhases;
  Progress progress;
  Run run;
};

inline RunSetup setupOf(const std::string& algorithm, std::shared_ptr<const Task> task, int iterations) {
  RunSetup setup;
  setup.name = algorithm + "-1";
  setup.algorithm = algorithm;
  setup.task = std::move(task);
  setup.parameters = *parametersFor(*setup.task, algorithm);
  setup.parameters.run.iterations = iterations;
  setup.parameters.run.seed = 3;
  setup.parameters.run.threads = 2;
  setup.parameters.policy.steps = 200;
  setup.parameters.policy.hidden = {8};
  setup.parameters.badmm.inner = 2;
  return setup;
}

}  // namespace gps::testing
