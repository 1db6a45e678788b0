// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gps::cli {

/// What is to leave a session; an empty name leaves that out.
struct ExportOptions {
  std::string session{};
  std::string run{};          ///< empty: the last one; for metrics, plots and report all of them
  std::string iteration{};    ///< empty: the last one; a number; for arrays "all"
  std::string metricsFile{};  ///< .csv or .json
  std::string arraysFile{};   ///< .npz
  std::string policyFile{};   ///< .pt or .h
  std::string plotsFolder{};
  std::string reportFile{};   ///< .html
};

/// Writes parts of a session to other files, each of them whole or not at all. What can be known before is refused
/// before the first one is written.
int exportSession(const ExportOptions& options);

}  // namespace gps::cli
