// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "widgets/plots/run_history.h"

namespace gps::test {

struct HistoryOptions {
  std::string algorithm = "mdgps";  ///< "mdgps", "badmm" or "trajopt": which metrics exist
  QString label = QStringLiteral("MDGPS");
  int iterations = 12;
  int conditions = 4;
  bool series = true;  ///< time series, dual traces and training losses too
};

/// An iteration by formula, with the metrics that the algorithm has.
std::shared_ptr<const Snapshot> reportOf(const HistoryOptions& options, int iteration);
std::shared_ptr<ui::RunHistory> historyOf(const HistoryOptions& options = {});

}  // namespace gps::test
