// SPDX-License-Identifier: GPL-3.0-or-later
// How well the control thread keeps time on a simulated arm behind a pseudo-terminal: gaps between goals, the way
// from a pressed stop to torque off, and the processor it takes. A measurement: run it on a quiet machine.
//   build/bin/bench_device [SECONDS]
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/device/control/control_thread.h"
#include "core/device/simulation/pty_server.h"

namespace {

using namespace gps;

constexpr double kPeriod = 0.02;
constexpr int kStops = 20;
constexpr double kStopBudget = 50.0;    // [ms], pressed to torque off
constexpr double kGapBudget = 30.0;     // [ms], 99th percentile of the time between goals
constexpr double kProcessorBudget = 10.0;  // [%] of one core, host and simulator together

double processorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

bool waitFor(ControlThread& thread, ArmState state) {
  for (int i = 0; i < 5000 && thread.status().state != state; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return thread.status().state == state;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

bool line(const char* what, double value, const char* unit, double budget) {
  std::printf("%-44s %8.3f %-3s budget %g  %s\n", what, value, unit, budget, value <= budget ? "kept" : "MISSED");
  return value <= budget;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::clamp(std::atof(argv[1]), 0.1, 3600.0) : 10.0;
  ArmConfig config;
  config.period = kPeriod;
  for (std::uint8_t id = 1; id <= 3; ++id) config.joints.push_back(jointOf(*findServoModel("XL330-M288"), id));
  std::vector<SimulatedJoint> joints;
  for (const JointConfig& joint : config.joints) joints.push_back({joint.model, joint.id, 0.0});
  auto server = PtyServer::start(SimulatedBus(config.protocol, joints), "");
  if (!server) return std::fprintf(stderr, "%s\n", server.error().text().c_str()), 1;
  auto connected = ControlThread::connect((*server)->path(), config);
  if (!connected) return std::fprintf(stderr, "%s\n", connected.error().text().c_str()), 1;
  ControlThread& thread = **connected;

  std::vector<double> stops;
  std::vector<double> gaps;
  double processor = 0.0;
  DeadlineCounters deadlines;
  for (int i = 0; i < kStops; ++i) {
    if (i > 0) thread.request({.kind = ArmRequest::Kind::Reconnect});
    if (!waitFor(thread, ArmState::Connected)) return std::fprintf(stderr, "The arm does not connect.\n"), 1;
    thread.request({.kind = ArmRequest::Kind::Arm});
    if (!waitFor(thread, ArmState::Armed)) return std::fprintf(stderr, "The arm is not armed.\n"), 1;
    (*server)->with([](SimulatedBus& bus) { bus.clearLog(); });
    const double before = processorSeconds();
    const auto from = std::chrono::steady_clock::now();
    // The stops fall at different moments of a period.
    std::this_thread::sleep_for(std::chrono::duration<double>(i == 0 ? seconds : 0.1 + 0.0017 * i));
    if (i == 0) {
      processor = (processorSeconds() - before) /
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
      deadlines = thread.status().deadlines;
    }
    timespec pressed{};
    clock_gettime(CLOCK_MONOTONIC, &pressed);
    thread.pressStop();
    const bool stopped = waitFor(thread, ArmState::Stopped);
    (*server)->with([&](SimulatedBus& bus) {
      const Nanos at = pressed.tv_sec * kSecond + pressed.tv_nsec;
      Nanos last = 0;
      for (const BusRecord& record : bus.log()) {
        const bool goal = record.instruction == 0x83 && record.id == 1;
        if (goal && record.time < at && last != 0) gaps.push_back(1e-6 * static_cast<double>(record.time - last));
        if (goal) last = record.time;
        if (record.time >= at && record.instruction == 0x03 && record.id == 254) {
          stops.push_back(1e-6 * static_cast<double>(record.time - at));
          break;
        }
      }
    });
    if (!stopped) return std::fprintf(stderr, "The stop did not stop.\n"), 1;
  }
  std::printf("period %.0f ms, 3 joints, real-time priority: %s\n", 1e3 * kPeriod, thread.realTime() ? "yes" : "no");
  bool kept = line("time between goals, median", percentile(gaps, 0.5), "ms", kGapBudget);
  kept = line("time between goals, 99th percentile", percentile(gaps, 0.99), "ms", kGapBudget) && kept;
  kept = line("pressed stop to torque off, median", percentile(stops, 0.5), "ms", kStopBudget) && kept;
  kept = line("pressed stop to torque off, longest", percentile(stops, 1.0), "ms", kStopBudget) && kept;
  kept = line("processor, host and simulator", 100.0 * processor, "%", kProcessorBudget) && kept;
  std::printf("%llu cycles, %llu late, %llu missed, %zu stops\n", static_cast<unsigned long long>(deadlines.cycles),
              static_cast<unsigned long long>(deadlines.late), static_cast<unsigned long long>(deadlines.missed),
              stops.size());
  return kept ? 0 : 1;
}
