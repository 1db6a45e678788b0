// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench/stopwatch.h"

#include <time.h>

#include <algorithm>
#include <cstddef>

namespace gps::cli {

namespace {

constexpr int kRepetitions = 31;
constexpr double kShortest = 4e-3;  // s, of one repetition

double secondsOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double timeOf(const std::function<void()>& job, int calls) {
  const double before = threadSeconds();
  for (int i = 0; i < calls; ++i) job();
  return threadSeconds() - before;
}

}  // namespace

double threadSeconds() {
  return secondsOf(CLOCK_THREAD_CPUTIME_ID);
}

double programSeconds() {
  return secondsOf(CLOCK_PROCESS_CPUTIME_ID);
}

double medianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> medianSeconds(const std::vector<std::function<void()>>& jobs) {
  std::vector<int> calls;
  for (const std::function<void()>& job : jobs) {
    int count = 1;
    while (timeOf(job, count) < kShortest && count < (1 << 24)) count *= 2;
    calls.push_back(count);
  }
  std::vector<std::vector<double>> times(jobs.size());
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    for (std::size_t i = 0; i < jobs.size(); ++i) times[i].push_back(timeOf(jobs[i], calls[i]) / calls[i]);
  }
  std::vector<double> medians;
  for (std::vector<double>& ofJob : times) medians.push_back(medianOf(std::move(ofJob)));
  return medians;
}

}  // namespace gps::cli
