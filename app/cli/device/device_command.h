// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace gps::cli {

/// What `gps-studio device …` was asked for.
struct DeviceOptions {
  std::string port;
  std::vector<std::string> joints{"XL330-M288:1", "XL330-M288:2"};
  std::string protocol = "dynamixel";
  std::string action;                ///< torque, velocity or offset; empty: torque where every servo has it
  int baud = 1'000'000;
  double period = 0.02;              ///< [s]
  int id = 1;
  int lastId = 20;
  bool json = false;
  std::string session;               ///< play
  std::string sessionRun;
  std::optional<int> iteration;      ///< none: the last
  std::string condition;             ///< its name; empty: the first
  bool local = false;                ///< the local controller where there is a policy
  int rollouts = 1;
  std::vector<double> pose;          ///< jog: angles [rad]
  std::string actionsFile;           ///< run
  std::vector<double> startPose;     ///< run [rad]
  std::string armFile;               ///< a calibrated arm instead of joints and baud; calibrate: what is written
  std::string armName = "Arm";       ///< calibrate
  std::vector<std::string> settings; ///< key=value, of a plugin
  std::string configFolder;          ///< with plugins; empty: the user's
  bool confirmed = false;            ///< train: the user has said that the arm may move
  std::string name = "arm";          ///< simulate
  std::string scene;                 ///< simulate: whose bodies the servos move; empty: independent joints
};

/// Adds the sub-command with its options; they are stored in `options`.
CLI::App* addDeviceCommand(CLI::App& app, DeviceOptions& options);

/// The options of `train` that name an arm.
void addTrainingArm(CLI::App& command, DeviceOptions& options);

/// Runs the parsed sub-command. Exit codes as everywhere.
int device(const CLI::App& command, const DeviceOptions& options);

}  // namespace gps::cli
