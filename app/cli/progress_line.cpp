// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace gps::cli {

ProgressLine::ProgressLine(std::string run) : m_run(std::move(run)), m_terminal(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::show(const Progress& progress) {
  if (!m_terminal) return;
  constexpr int kWidth = 24;
  const double done = progress.iteration > 0 ? progress.iteration - 1 + std::min(progress.phaseFraction, 1.0) : 0.0;
  const int filled =
      progress.iterations > 0 ? std::clamp(static_cast<int>(kWidth * done / progress.iterations), 0, kWidth) : 0;
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::string left;
  if (progress.secondsLeft > 0.0) {
    const long seconds = std::lround(progress.secondsLeft);
    char text[32];
    std::snprintf(text, sizeof text, ", %ld:%02ld left", seconds / 60, seconds % 60);
    left = text;
  }
  std::fprintf(stderr, "\r\033[K%s [%s] %d/%d %s%s", m_run.c_str(), bar.c_str(), progress.iteration,
               progress.iterations, progress.phaseLabel.c_str(), left.c_str());
  std::fflush(stderr);
  m_shown = true;
}

void ProgressLine::clear() {
  if (!m_shown) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  m_shown = false;
}

}  // namespace gps::cli
