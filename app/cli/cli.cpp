// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <span>
#include <string>
#include <string_view>

#include "app/cli/bench_command.h"
#include "app/cli/device/device_command.h"
#include "app/cli/evaluate_command.h"
#include "app/cli/exit_code.h"
#include "app/cli/export_command.h"
#include "app/cli/list_command.h"
#include "app/cli/session_command.h"
#include "app/cli/train_command.h"
#include "app/window_options.h"
#include "core/algorithms/algorithm.h"

namespace gps::cli {

namespace {

constexpr std::array<std::string_view, 9> kCommands{"train", "compare",  "list",   "check", "bench",
                                                    "evaluate", "export", "info", "device"};

/// "mdgps, badmm or trajopt": the ids of the registry.
std::string algorithmNames() {
  const std::span<const AlgorithmEntry> all = algorithmRegistry();
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) names += i + 1 == all.size() ? " or " : ", ";
    names += all[i].id;
  }
  return names;
}

CLI::Option* addTrainingOptions(CLI::App& command, TrainOptions& options) {
  CLI::Option* scene = command.add_option("scene", options.scene, "a scene file, or the name of a shipped scene");
  command.add_option("--set", options.sets,
                     "a parameter, for one algorithm as ALGORITHM:KEY=VALUE; may be given several times")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command.add_option("--iterations", options.iterations, "iterations (run.iterations)");
  command.add_option("--threads", options.threads, "worker threads (run.threads); never changes results");
  command.add_flag("--json", options.json, "print one JSON object per finished iteration, then a summary");
  command.add_option("--metrics", options.metricsFile, "write all metrics as CSV")->type_name("FILE");
  command.add_option("--session", options.sessionFile, "save everything to a new session, after every iteration")
      ->type_name("FILE");
  command.add_option("--plots", options.plotsFolder, "write the window's plots as PNG, SVG and PDF")->type_name("DIR");
  command.add_option("--report", options.reportFile, "write one HTML page about the runs: verdict, scene, plots, parameters")
      ->type_name("FILE");
  command.footer(
      "Columns of the table, one row per finished iteration, means over the conditions:\n"
      "  local        cost of the noisy rollouts drawn at the start of the iteration\n"
      "  global       cost of the noise-free rollouts of the policy at its end; - without a policy\n"
      "  KL, bound    divergence of the C-step, and the bound it had to keep\n"
      "  step         step_mult, by which the step rule scales that bound\n"
      "  success      share of the starts whose noise-free rollout passes the scene's test, 0 to 1\n"
      "  seconds      of the iteration");
  return scene;
}

}  // namespace

bool isCommand(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h" || argument == "--version") return true;
    if (argument == "--config-dir") {
      ++i;
      continue;
    }
    if (argument.starts_with("-")) continue;
    return std::find(kCommands.begin(), kCommands.end(), argument) != kCommands.end();
  }
  return false;
}

int main(int argc, char** argv) {
  // A limit on the size of files makes a write fail, as a full disk does; it does not end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app("GPS Studio: design 2D robot tasks, let guided policy search learn them, see why it works.",
               "gps-studio");
  app.set_version_flag("--version", "GPS Studio " GPS_STUDIO_VERSION);
  app.footer(std::string(windowOptionsHelp()));
  std::string configDir;
  app.add_option("--config-dir", configDir, "folder of the settings")->type_name("DIR");
  app.require_subcommand(1);
  app.fallthrough();

  TrainOptions training;
  std::string algorithm = "mdgps";
  std::optional<std::string> seed;
  CLI::App* trainCommand = app.add_subcommand("train", "learn a scene in the terminal");
  CLI::Option* trainScene = addTrainingOptions(*trainCommand, training);
  CLI::Option* algorithmOption =
      trainCommand->add_option("--algorithm", algorithm, algorithmNames())->capture_default_str();
  CLI::Option* seedOption = trainCommand->add_option("--seed", seed, "seed of all random numbers (run.seed)");
  addTrainingArm(*trainCommand, training.device);
  CLI::Option* resumeOption =
      trainCommand
          ->add_option("--resume", training.resumeFile,
                       "go on with the last run of a session, to --iterations in all; --set holds from the next one on")
          ->type_name("FILE");
  CLI::Option* replayOption =
      trainCommand
          ->add_option("--replay", training.replayFile,
                       "repeat the last run of a session with the parameter changes that were made while it ran")
          ->type_name("FILE");
  trainCommand
      ->add_option("--at", training.forkAt,
                   "with --resume: fork; a new run of the session goes on after this iteration, and the old one stays")
      ->check(CLI::Range(1, 1000000))
      ->needs(resumeOption);
  trainCommand->add_option("--run", training.sessionRun, "with --resume or --replay: this run instead of the last one")
      ->type_name("NAME");
  for (CLI::Option* option : {resumeOption, replayOption}) {
    option->excludes(trainScene)->excludes(algorithmOption)->excludes(seedOption);
  }
  resumeOption->excludes(replayOption)->excludes("--session");
  replayOption->excludes("--set")->excludes("--iterations")->excludes("--device");

  TrainOptions comparison;
  comparison.algorithms.clear();
  CLI::App* compareCommand = app.add_subcommand("compare", "learn a scene with several algorithms");
  addTrainingOptions(*compareCommand, comparison)->required();
  compareCommand->add_option("--algorithms", comparison.algorithms, "for example badmm,mdgps")
      ->delimiter(',')
      ->required();
  compareCommand->add_option("--seeds", comparison.seeds, "for example 1,2,3")->delimiter(',');

  std::string what;
  bool json = false;
  CLI::App* listCommand = app.add_subcommand("list", "list what the program knows");
  listCommand->add_option("what", what, "scenes, algorithms, parameters, metrics or devices")
      ->required()
      ->check(CLI::IsMember({"scenes", "algorithms", "parameters", "metrics", "devices"}));
  listCommand->add_flag("--json", json, "print JSON");
  ListedFor listed;
  listCommand->add_option("--scene", listed.scene, "parameters: the values in force in this scene, and their source");
  listCommand->add_option("--algorithm", listed.algorithm, "parameters: those that this algorithm reads");

  std::string file;
  CLI::App* checkCommand = app.add_subcommand("check", "validate a scene or a session");
  checkCommand->add_option("file", file, "a scene file, the name of a shipped scene, or a session")->required();

  std::string session;
  std::string run;
  const auto addSession = [&](CLI::App* command) {
    command->add_option("session", session, "a session file (*.gpss)")->required();
    command->add_option("--run", run, "name of the run, for example mdgps-1; without it the last one");
    return command;
  };
  CLI::App* infoCommand = app.add_subcommand("info", "what a session holds");
  infoCommand->add_option("session", session, "a session file (*.gpss)")->required();
  infoCommand->add_flag("--json", json, "print one JSON object");

  ExportOptions exported;
  CLI::App* exportCommand = addSession(app.add_subcommand("export", "write parts of a session to other files"));
  exportCommand->add_option("--metrics", exported.metricsFile, "metrics of all iterations, as CSV or JSON by the ending")
      ->type_name("FILE");
  exportCommand->add_option("--arrays", exported.arraysFile, "states, actions, controllers and weights of an iteration, as .npz for numpy")
      ->type_name("FILE");
  exportCommand
      ->add_option("--policy", exported.policyFile, "the policy of an iteration as TorchScript (.pt), or policy and controllers as a C header (.h)")
      ->type_name("FILE");
  exportCommand->add_option("--plots", exported.plotsFolder, "the window's plots as PNG, SVG and PDF, of all runs or of --run")
      ->type_name("DIR");
  exportCommand
      ->add_option("--report", exported.reportFile,
                   "one HTML page about all runs, or about --run: verdict, scene, plots, parameters, how to make it again")
      ->type_name("FILE");
  exportCommand->add_option("--iteration", exported.iteration,
                            "this iteration of the last run, or of --run, or for arrays \"all\"; without it the last one");

  EvaluateOptions evaluated;
  CLI::App* evaluateCommand =
      addSession(app.add_subcommand("evaluate", "roll the learned policy out without noise"));
  evaluateCommand->add_option("--iteration", evaluated.iteration, "the policy after this one; without it the last one");
  evaluateCommand->add_option("--rollouts", evaluated.rollouts,
                              "rollouts per start, each from the start's spread; without it one from its middle");
  evaluateCommand->add_flag("--json", json, "print one JSON object");

  BenchOptions measuring;
  CLI::App* benchCommand = app.add_subcommand("bench", "measure this program against its budgets (two minutes)");
  benchCommand->add_option("--only", measuring.only, "names of figures, for example em_pass,gradient_step")
      ->type_name("NAME")
      ->delimiter(',');
  benchCommand->add_flag("--list", measuring.list, "list the figures without measuring them");
  benchCommand->add_flag("--json", measuring.json, "print one JSON object");

  DeviceOptions arm;
  CLI::App* deviceCommand = addDeviceCommand(app, arm);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kBadInput;
  }
  if (infoCommand->parsed()) return info(session, json);
  if (exportCommand->parsed()) {
    exported.session = session;
    exported.run = run;
    return exportSession(exported);
  }
  if (evaluateCommand->parsed()) {
    evaluated.session = session;
    evaluated.run = run;
    evaluated.json = json;
    return evaluate(evaluated);
  }
  if (trainCommand->parsed()) {
    for (int i = 0; i < argc; ++i) training.commandLine += (i > 0 ? " " : "") + std::string(argv[i]);
    training.algorithms = {algorithm};
    if (seed) training.seeds = {*seed};
    training.device.configFolder = configDir;
    return train(training);
  }
  if (compareCommand->parsed()) {
    comparison.compares = true;
    for (int i = 0; i < argc; ++i) comparison.commandLine += (i > 0 ? " " : "") + std::string(argv[i]);
    return train(comparison);
  }
  if (benchCommand->parsed()) return bench(measuring);
  arm.configFolder = configDir;
  if (deviceCommand->parsed()) return device(*deviceCommand, arm);
  if (listCommand->parsed()) return list(what, json, listed);
  return isSession(file) ? checkSession(file) : check(file);
}

}  // namespace gps::cli
