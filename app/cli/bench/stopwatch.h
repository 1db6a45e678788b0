// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

namespace gps::cli {

/// Processor time of the calling thread, or of all threads of the program   [s]. Unlike the clock on the wall
/// it leaves out what other programs took.
double threadSeconds();
double programSeconds();

double medianOf(std::vector<double> values);

/// Seconds of one call of each job: the median of several repetitions, each as many calls as fill a few
/// milliseconds. The jobs take turns, so that a busy machine slows them alike.
std::vector<double> medianSeconds(const std::vector<std::function<void()>>& jobs);

}  // namespace gps::cli
