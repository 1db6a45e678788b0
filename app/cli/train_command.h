// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/device/device_command.h"

namespace gps::cli {

/// `train` is a comparison of one algorithm and one seed; `compare` of several.
struct TrainOptions {
  std::string scene;
  std::vector<std::string> algorithms{"mdgps"};
  std::vector<std::string> seeds;      ///< empty: the scene's, else run.seed's default
  std::vector<std::string> sets;       ///< key=value, or algorithm:key=value
  std::optional<int> iterations;
  std::optional<int> threads;
  bool json = false;
  bool compares = false;               ///< ends with the means per algorithm
  std::string metricsFile;             ///< empty: none
  std::string plotsFolder;             ///< empty: none
  std::string reportFile{};            ///< .html; empty: none
  std::string sessionFile{};           ///< new session that the runs are saved to; empty: none
  std::string resumeFile{};            ///< session whose last run goes on; instead of a scene
  std::string commandLine{};           ///< for the session's provenance
  std::string replayFile{};            ///< session whose last run is repeated; instead of a scene
  std::string sessionRun{};            ///< the run of the session that is meant, instead of its last
  DeviceOptions device{};              ///< an arm to learn on; no port: simulation
  std::optional<int> forkAt{};         ///< with resumeFile: a new run goes on after this iteration
};

int train(const TrainOptions& options);

}  // namespace gps::cli
