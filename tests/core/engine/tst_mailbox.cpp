// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "core/engine/run.h"
#include "tests/core/engine/closed_form_task.h"
#include "tests/core/engine/watched_run.h"

using namespace gps;
using gps::testing::setupOf;

namespace {

/// Empties whichever mailbox is the present one, as the window's timer does, on a thread of its own and without rest.
class Drainer {
 public:
  Drainer() : m_thread([this](const std::stop_token& stop) { work(stop); }) {}

  void watch(std::shared_ptr<Mailbox> mailbox) {
    const std::lock_guard lock(m_mutex);
    // What the last one still holds is read, too.
    if (m_mailbox) take(*m_mailbox);
    m_mailbox = std::move(mailbox);
    m_iteration = 0;
  }
  /// Finished iterations of all mailboxes.
  int iterations() const { return m_iterations; }
  int replies() const { return m_replies; }
  bool outOfOrder() const { return m_outOfOrder; }

 private:
  void work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      {
        const std::lock_guard lock(m_mutex);
        if (m_mailbox) take(*m_mailbox);
      }
      std::this_thread::yield();
    }
  }
  void take(Mailbox& mailbox) {
    const Delivery delivery = mailbox.drain();
    for (const std::shared_ptr<const Snapshot>& snapshot : delivery.snapshots) {
      if (snapshot->report.iteration != ++m_iteration) m_outOfOrder = true;
      // Reads what the engine's threads wrote.
      if (!snapshot->report.metrics.mean(Metric::LocalCost)) m_outOfOrder = true;
      ++m_iterations;
    }
    if (delivery.progress.partial) m_phase = delivery.progress.partial->phase;
    m_replies += static_cast<int>(delivery.replies.size());
  }

  std::mutex m_mutex;
  std::shared_ptr<Mailbox> m_mailbox;
  int m_iteration = 0;
  std::string m_phase;
  std::atomic<int> m_iterations{0};
  std::atomic<int> m_replies{0};
  std::atomic<bool> m_outOfOrder{false};
  std::jthread m_thread;  // last: it uses the others
};

RunSetup cheap(const std::string& algorithm) {
  RunSetup setup = setupOf(algorithm, testing::massTask(), 100000);
  setup.parameters.policy.steps = 20;
  setup.parameters.policy.hidden = {4};
  return setup;
}

}  // namespace

/// What crosses from the engine's threads to the window.
class TestMailbox : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyPostArrivesOnceInTheOrderOfItsThread();
  void runsAreReplacedWhileAnotherThreadDrains();
};

void TestMailbox::everyPostArrivesOnceInTheOrderOfItsThread() {
  constexpr std::uint64_t kThreads = 4, kPosts = 2000;
  Mailbox mailbox;
  std::atomic<std::uint64_t> finished{0};
  std::vector<std::jthread> posters;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    posters.emplace_back([&mailbox, &finished, thread] {
      for (std::uint64_t i = 1; i <= kPosts; ++i) {
        mailbox.post(Reply{thread * kPosts + i, true, {}});
        Progress progress;
        progress.iteration = static_cast<int>(i);
        mailbox.post(progress);
      }
      ++finished;
    });
  }
  std::map<std::uint64_t, std::uint64_t> last;
  std::uint64_t count = 0;
  int newest = 0;
  bool ordered = true;
  for (bool more = true; more;) {
    more = finished < kThreads;  // looked at before the drain: what is posted after it is seen by the next one
    const Delivery delivery = mailbox.drain();
    for (const Reply& reply : delivery.replies) {
      const std::uint64_t thread = (reply.request - 1) / kPosts, number = reply.request - thread * kPosts;
      ordered = ordered && number == ++last[thread];
      ++count;
    }
    if (delivery.progressChanged) newest = delivery.progress.iteration;
  }
  QVERIFY(ordered);
  QCOMPARE(count, kThreads * kPosts);
  QCOMPARE(newest, static_cast<int>(kPosts));
}

void TestMailbox::runsAreReplacedWhileAnotherThreadDrains() {
  Drainer drainer;
  std::mt19937 random(5);
  const auto below = [&random](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::vector<std::string> algorithms;
  for (const AlgorithmEntry& entry : algorithmRegistry()) algorithms.emplace_back(entry.id);
  int requests = 0;
  for (int round = 0; round < 60; ++round) {
    const auto mailbox = std::make_shared<Mailbox>();
    drainer.watch(mailbox);
    Run run(cheap(algorithms[static_cast<std::size_t>(round) % algorithms.size()]), mailbox);
    run.start();
    ++requests;
    for (unsigned acts = below(4); acts > 0; --acts) {
      std::this_thread::sleep_for(std::chrono::microseconds(below(6000)));
      switch (below(5)) {
        case 0:
          run.pause();
          break;
        case 1:
          run.step(below(2) == 0 ? StepUnit::Phase : StepUnit::Iteration);
          break;
        case 2:
          run.stop();
          break;
        case 3:
          run.setParameter("lqr.kl_step", "0.5");
          break;
        default:
          run.start();
      }
      ++requests;
    }
    // Every tenth is left to learn; the others end wherever they are.
    const int before = drainer.iterations();
    if (round % 10 == 0) {
      // Asked again and again: in the middle of a step it is refused, and a step ends paused.
      const auto learns = [&] {
        run.start();
        ++requests;
        return drainer.iterations() > before;
      };
      QVERIFY(QTest::qWaitFor(learns, 60000));
    }
  }
  drainer.watch(nullptr);
  QVERIFY(!drainer.outOfOrder());
  QVERIFY(drainer.iterations() >= 6);
  // A request that a run no longer came to may stay without an answer, an answer never comes twice.
  QVERIFY(drainer.replies() <= requests && drainer.replies() > 0);
}

QTEST_GUILESS_MAIN(TestMailbox)
#include "tst_mailbox.moc"
