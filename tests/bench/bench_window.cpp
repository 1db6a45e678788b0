// SPDX-License-Identifier: GPL-3.0-or-later
// How the window answers while two runs train at full speed: the longest stall of its event loop in 30 s, and how
// long each of 50 stops at random moments takes. Exits 1 when a budget is missed.
//   QT_QPA_PLATFORM=offscreen build/bin/bench_window [seconds] [stops]
#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <random>
#include <vector>

#include "app/main_window.h"
#include "tests/bench/counts.h"

namespace {

using gps::RunState;
using gps::ui::MainWindow;
using gps::ui::RunSession;

constexpr double kStallBudget = 50.0;  // ms
constexpr double kStopBudget = 200.0;  // ms
constexpr int kHeartbeat = 5;          // ms

void spin(int milliseconds) {
  QElapsedTimer clock;
  clock.start();
  while (clock.elapsed() < milliseconds) {
    QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
  }
}

bool openTwoRuns(MainWindow& window) {
  if (!window.openScene("two_link_arm")) return false;
  if (!window.changeAlgorithm(0, "mdgps") || !window.addSecondRun("badmm")) return false;
  for (RunSession* run : window.runs()) {
    if (!run->setParameter("run.iterations", "100000")) return false;
  }
  return true;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Gaps between beats of a timer: what a click would have waited.
int measureStalls(MainWindow& window, int seconds) {
  for (RunSession* run : window.runs()) run->start();
  spin(1000);  // both in their first iterations
  std::vector<double> gaps;
  QElapsedTimer clock;
  QTimer beat;
  beat.setTimerType(Qt::PreciseTimer);
  QObject::connect(&beat, &QTimer::timeout, &beat, [&] {
    gaps.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6 - kHeartbeat);
    clock.restart();
  });
  clock.start();
  beat.start(kHeartbeat);
  spin(seconds * 1000);
  beat.stop();
  int iterations = 0;
  for (RunSession* run : window.runs()) iterations += run->history()->iterations();
  const double worst = quantile(gaps, 1.0);
  std::printf("event loop, two runs, %d s: median delay %.2f ms, p99 %.2f ms, longest %.2f ms (budget %.0f ms), "
              "%d iterations finished\n",
              seconds, quantile(gaps, 0.5), quantile(gaps, 0.99), worst, kStallBudget, iterations);
  for (RunSession* run : window.runs()) run->stop();
  spin(500);
  return worst <= kStallBudget ? 0 : 1;
}

/// From the request until the window shows idle, while the other run goes on.
int measureStops(MainWindow& window, int stops) {
  std::mt19937 random(11);
  std::vector<double> times;
  for (int i = 0; i < stops; ++i) {
    for (RunSession* run : window.runs()) {
      if (run->state() == RunState::Idle) run->start();
    }
    spin(50 + static_cast<int>(random() % 700));
    RunSession* run = window.runs()[static_cast<std::size_t>(i % 2)];
    QElapsedTimer clock;
    clock.start();
    run->stop();
    while (run->state() != RunState::Idle && clock.elapsed() < 10000) {
      QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    }
    times.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
  }
  const double worst = quantile(times, 1.0);
  std::printf("stop, %d at random moments: median %.1f ms, p90 %.1f ms, longest %.1f ms (budget %.0f ms)\n", stops,
              quantile(times, 0.5), quantile(times, 0.9), worst, kStopBudget);
  return worst <= kStopBudget ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kUsage =
      "bench_window [SECONDS] [STOPS]: how the window answers while two runs train. Measures the longest stall of "
      "its\nevent loop in SECONDS (30) and how long each of STOPS (50) stops takes; exits with 1 when a budget is "
      "missed.\n";
  std::array<int, 2> counts{30, 50};
  if (const std::optional<int> code = gps::bench::readCounts(argc, argv, kUsage, counts)) return *code;
  QApplication app(argc, argv);
  const auto [seconds, stops] = counts;
  QTemporaryDir config;
  gps::ui::WindowSetup setup;
  setup.configFolder = config.path();
  setup.sceneFolder = GPS_SCENES;
  MainWindow window(setup);
  window.resize(1280, 800);
  window.show();
  if (!openTwoRuns(window)) {
    std::fprintf(stderr, "The runs could not be opened.\n");
    return 2;
  }
  const int stalls = measureStalls(window, seconds);
  const int late = measureStops(window, stops);
  return stalls + late > 0 ? 1 : 0;
}
