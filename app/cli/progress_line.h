// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/engine/snapshot.h"

namespace gps::cli {

/// One line on stderr that is drawn over itself; nothing where stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string run);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const Progress& progress);
  /// Takes the line away before something else is printed.
  void clear();

 private:
  std::string m_run;
  bool m_terminal;
  bool m_shown = false;
};

}  // namespace gps::cli
