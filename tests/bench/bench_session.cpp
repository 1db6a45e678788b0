// SPDX-License-Identifier: GPL-3.0-or-later
// What sessions cost: bench_session [ITERATIONS [SCENE]], 10000 of point_mass without arguments. Writes into
// the folder for temporary files and removes what it wrote.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "core/scene/scene_reader.h"
#include "core/session/session_file.h"
#include "core/session/session_writer.h"

using namespace gps;

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().text().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

/// Passes on, and measures what that costs the engine's thread.
class Measured final : public IterationRecorder {
 public:
  explicit Measured(std::shared_ptr<IterationRecorder> to) : m_to(std::move(to)) {}
  void finished(FinishedIteration iteration) override {
    last = iteration;
    const double before = threadSeconds();
    const Clock::time_point start = Clock::now();
    m_to->finished(std::move(iteration));
    busy += threadSeconds() - before;
    wall += since(start);
  }
  void pending(std::vector<std::pair<std::string, std::string>> changes) override {
    m_to->pending(std::move(changes));
  }
  SaveState saved() const override { return m_to->saved(); }
  SaveState waitFor(int iteration) const override { return m_to->waitFor(iteration); }

  FinishedIteration last;
  double busy = 0.0;
  double wall = 0.0;

 private:
  std::shared_ptr<IterationRecorder> m_to;
};

RunSetup setupOf(const std::string& scene, int iterations) {
  RunSetup setup;
  setup.name = "mdgps-1";
  setup.algorithm = "mdgps";
  setup.task = must(
      compileTask(std::make_shared<const Scene>(must(readScene(GPS_SCENES "/" + scene + ".scene.json")))));
  setup.parameters = must(parametersFor(*setup.task, setup.algorithm));
  setup.parameters.run.iterations = iterations;
  return setup;
}

/// Trains and saves. Returns the last iteration.
FinishedIteration train(const std::string& file, RunSetup setup, bool tells) {
  auto writer = must(SessionWriter::create(file));
  const auto recorder = std::make_shared<Measured>(must(writer->begin(setup, {})));
  setup.recorder = recorder;
  const int iterations = setup.parameters.run.iterations;
  const auto mailbox = std::make_shared<Mailbox>();
  const Clock::time_point start = Clock::now();
  {
    Run run(std::move(setup), mailbox);
    run.start();
    while (mailbox->drain().progress.state != RunState::Finished)
      mailbox->waitFor(std::chrono::milliseconds(20));
  }
  const double total = since(start);
  if (tells) {
    std::printf(
        "engine's thread on saving:  %.3f %% of its time working, %.2f %% with waiting (%.0f ms per "
        "iteration)\n",
        100.0 * recorder->busy / total, 100.0 * recorder->wall / total, 1e3 * total / iterations);
  }
  return recorder->last;
}

}  // namespace

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 10000;
  const std::string scene = argc > 2 ? argv[2] : "point_mass";
  if (iterations < 1) {
    std::fprintf(stderr, "bench_session [ITERATIONS [SCENE]]\n");
    return 2;
  }
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("bench_session-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string small = (folder / "small.gpss").string(), large = (folder / "large.gpss").string();

  const int trained = std::min(iterations, 50);
  train(small, setupOf("two_link_arm", trained), true);
  std::printf("two_link_arm, %d iterations: %.3f MB per iteration\n", trained,
              static_cast<double>(std::filesystem::file_size(small)) / 1e6 / trained);

  // One real iteration, again and again.
  const std::string seedFile = (folder / "seed.gpss").string();
  const FinishedIteration model = train(seedFile, setupOf(scene, 3), false);
  {
    const RunSetup setup = setupOf(scene, iterations);
    auto writer = must(SessionWriter::create(large));
    const auto recorder = must(writer->begin(setup, {}));
    const Clock::time_point start = Clock::now();
    for (int k = 1; k <= iterations; ++k) {
      auto snapshot = std::make_shared<Snapshot>(*model.snapshot);
      snapshot->report.iteration = k;
      auto state = std::make_shared<AlgorithmState>(*model.state);
      state->iteration = k;
      recorder->finished({std::move(snapshot), std::move(state), model.policy});
    }
    recorder->waitFor(iterations);
    std::printf("%s, %d iterations written: %.2f ms each\n", scene.c_str(), iterations,
                1e3 * since(start) / iterations);
  }
  std::printf("size: %.3f MB per iteration\n",
              static_cast<double>(std::filesystem::file_size(large)) / 1e6 / iterations);

  Clock::time_point start = Clock::now();
  const SessionFile session = must(SessionFile::open(large));
  const SessionRun run = must(session.run(""));
  const auto task = must(session.task(run));
  const std::vector<SessionRow> rows = must(session.rows(run));
  std::printf("open, with all metrics:     %.3f s (%zu iterations)\n", since(start), rows.size());
  double slowest = 0.0, sum = 0.0;
  constexpr int kLoads = 100;
  for (int i = 0; i < kLoads; ++i) {
    start = Clock::now();
    must(session.snapshot(run, task, 1 + static_cast<int>(static_cast<long>(i) * 7919 % iterations)));
    slowest = std::max(slowest, since(start));
    sum += since(start);
  }
  std::printf("load any iteration:         %.1f ms, slowest of %d: %.1f ms\n", 1e3 * sum / kLoads, kLoads,
              1e3 * slowest);
  start = Clock::now();
  must(session.resume(run, iterations));
  std::printf("load the state to go on:    %.1f ms\n", 1e3 * since(start));
  std::filesystem::remove_all(folder);
  return 0;
}
