// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace gps::cli {

struct BenchOptions {
  std::vector<std::string> only;  ///< names of figures; empty: all
  bool list = false;
  bool json = false;
};

/// Measures the program against its budgets. Exit code 1 when one is missed or a measurement fails.
int bench(const BenchOptions& options);

}  // namespace gps::cli
