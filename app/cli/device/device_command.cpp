// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/device_command.h"

#include <CLI/CLI.hpp>

#include "app/cli/device/bus_queries.h"
#include "app/cli/device/calibrate.h"
#include "app/cli/device/drive.h"
#include "app/cli/device/plugin_arms.h"
#include "app/cli/device/play.h"
#include "app/cli/device/simulate.h"

namespace gps::cli {

namespace {

void addPort(CLI::App& command, DeviceOptions& options) {
  command.add_option("port", options.port, "a serial port, for example /dev/ttyUSB0, or plugin:NAME")->required();
  command.add_option("--baud", options.baud, "bits per second")->capture_default_str();
}

void addProtocol(CLI::App& command, DeviceOptions& options) {
  command.add_option("--protocol", options.protocol, "dynamixel or feetech")
      ->check(CLI::IsMember({"dynamixel", "feetech"}))
      ->capture_default_str();
}

void addJoints(CLI::App& command, DeviceOptions& options) {
  command.add_option("--joints", options.joints, "the servos, from the base on, for example XL330-M288:1,XL330-M288:2")
      ->type_name("MODEL:ID,...")
      ->delimiter(',');
}

void addArm(CLI::App& command, DeviceOptions& options) {
  addPort(command, options);
  addJoints(command, options);
  command.add_option("--setting", options.settings, "of a plugin; may be given several times")->type_name("KEY=VALUE")->expected(1)->take_all();
  command.add_option("--arm", options.armFile, "a calibrated arm's file instead of --joints and --baud")->type_name("FILE");
  command.add_option("--action", options.action, "torque, velocity or offset")
      ->check(CLI::IsMember({"torque", "velocity", "offset"}));
  command.add_option("--period", options.period, "of the control loop, in seconds")->capture_default_str();
}

}  // namespace

void addTrainingArm(CLI::App& command, DeviceOptions& options) {
  CLI::Option* const device =
      command.add_option("--device", options.port, "learn on the arm at this serial port, or plugin:NAME, instead of in simulation; Ctrl-C stops it")
          ->type_name("PORT");
  CLI::Option* const joints = command
                                  .add_option("--joints", options.joints, "with --device: the servos, from the base on")
                                  ->type_name("MODEL:ID,...")
                                  ->delimiter(',')
                                  ->needs(device);
  CLI::Option* const baud = command.add_option("--baud", options.baud, "with --device: bits per second")->needs(device);
  command.add_option("--arm", options.armFile, "with --device: a calibrated arm's file instead of --joints and --baud")
      ->type_name("FILE")
      ->needs(device)
      ->excludes(joints)
      ->excludes(baud);
  command.add_option("--setting", options.settings, "with --device plugin:NAME; may be given several times")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all()
      ->needs(device);
  command.add_option("--period", options.period, "with --device: the longest control period, in seconds")
      ->check(CLI::Range(0.001, 0.2))
      ->needs(device)
      ->capture_default_str();
  command.add_flag("--confirmed", options.confirmed, "with --device: the arm has room and is watched; nothing is asked")->needs(device);
}

CLI::App* addDeviceCommand(CLI::App& app, DeviceOptions& options) {
  CLI::App* const command = app.add_subcommand("device", "look for serial arms, try them, simulate one");
  command->require_subcommand(1);

  CLI::App* const list = command->add_subcommand("list", "list the ports an arm may hang on");
  list->add_flag("--json", options.json, "print JSON");

  CLI::App* const plugins = command->add_subcommand("plugins", "list the plugins for other arms, and their settings");
  plugins->add_flag("--json", options.json, "print JSON");

  CLI::App* const scan = command->add_subcommand("scan", "ask which servos are on a bus");
  addPort(*scan, options);
  addProtocol(*scan, options);
  scan->add_option("--last-id", options.lastId, "ask ids from 0 to this one")->check(CLI::Range(0, 252))->capture_default_str();
  scan->add_flag("--json", options.json, "print JSON");

  CLI::App* const info = command->add_subcommand("info", "show the registers of one servo");
  addPort(*info, options);
  addProtocol(*info, options);
  info->add_option("--id", options.id, "of the servo")->check(CLI::Range(0, 252))->capture_default_str();
  info->add_flag("--json", options.json, "print JSON");

  CLI::App* const calibrate =
      command->add_subcommand("calibrate", "find zero, direction and range of each joint while you move it by hand, torque off");
  addPort(*calibrate, options);
  addJoints(*calibrate, options);
  calibrate->add_option("--output", options.armFile, "where the arm is described, for --arm")->type_name("FILE")->required();
  calibrate->add_option("--name", options.armName, "of the arm, in your words")->capture_default_str();

  CLI::App* const jog = command->add_subcommand("jog", "move the arm slowly to a pose; Ctrl-C is the emergency stop");
  addArm(*jog, options);
  jog->add_option("--to", options.pose, "one angle per joint in radians, for example 0.3,-0.2")
      ->delimiter(',')
      ->required();

  CLI::App* const run = command->add_subcommand("run", "run recorded actions; Ctrl-C is the emergency stop");
  addArm(*run, options);
  run->add_option("--actions", options.actionsFile, "one action per line and period, one number per joint")
      ->type_name("FILE")
      ->required();
  run->add_option("--start", options.startPose, "where to start, one angle per joint in radians; else where it is")
      ->delimiter(',');

  CLI::App* const play = command->add_subcommand("play", "run the policy or a controller of a session; Ctrl-C is the emergency stop");
  addPort(*play, options);
  play->add_option("session", options.session, "a session file (*.gpss)")->required();
  addJoints(*play, options);
  play->add_option("--arm", options.armFile, "a calibrated arm's file instead of --joints and --baud")->type_name("FILE");
  play->add_option("--setting", options.settings, "of a plugin; may be given several times")->type_name("KEY=VALUE")->expected(1)->take_all();
  play->add_option("--period", options.period, "the longest control period, in seconds")->check(CLI::Range(0.001, 0.2))->capture_default_str();
  play->add_option("--run", options.sessionRun, "name of the run; without it the last one");
  play->add_option("--iteration", options.iteration, "without it the last one")->check(CLI::Range(1, 1000000));
  play->add_option("--condition", options.condition, "where to start; without it the first condition");
  play->add_option("--rollouts", options.rollouts, "how often")->check(CLI::Range(1, 1000))->capture_default_str();
  play->add_flag("--local", options.local, "the local controller of the condition, not the policy");
  play->add_flag("--confirmed", options.confirmed, "the arm has room and is watched; nothing is asked");

  CLI::App* const simulate = command->add_subcommand("simulate", "simulate an arm at a port of its own until Ctrl-C");
  addJoints(*simulate, options);
  simulate->add_option("--baud", options.baud, "bits per second that answers take")
      ->check(CLI::Range(9600, 4500000))
      ->capture_default_str();
  simulate->add_option("--scene", options.scene, "the servos move the links of this scene; else independent joints")
      ->type_name("SCENE");
  simulate->add_option("--name", options.name, "of the port")->capture_default_str();
  return command;
}

int device(const CLI::App& command, const DeviceOptions& options) {
  if (command.got_subcommand("list")) return listDevices(options);
  if (command.got_subcommand("plugins")) return listPlugins(options);
  if (command.got_subcommand("scan")) return scanDevice(options);
  if (command.got_subcommand("info")) return showDevice(options);
  if (command.got_subcommand("calibrate")) return calibrateDevice(options);
  if (command.got_subcommand("jog")) return jogDevice(options);
  if (command.got_subcommand("play")) return playDevice(options);
  if (command.got_subcommand("run")) return runDevice(options);
  return simulateDevice(options);
}

}  // namespace gps::cli
