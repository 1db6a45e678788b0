// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/arm_training.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "app/cli/device/arm_description.h"
#include "core/device/arm/joint_name.h"
#include "core/engine/first_trials.h"

namespace gps::cli {

Result<ArmConfig> armForTask(const DeviceOptions& options, const Task& task) {
  const Result<ActionKind> action = actionOf(*task.scene);
  if (!action) return action.error();
  DeviceOptions adapted = options;
  adapted.action = *action == ActionKind::Torque ? "torque" : "velocity";
  adapted.period = controlPeriod(task.dt, options.period);
  Result<ArmConfig> config = armOf(adapted);
  if (!config) return config;
  if (const Result<ArmJoints> match = matchArm(task, *config); !match) return match.error();
  return config;
}

Result<std::unique_ptr<ArmTraining>> ArmTraining::start(const DeviceOptions& options, const ArmConfig& config,
                                                        const std::shared_ptr<const Task>& task) {
  auto training = std::unique_ptr<ArmTraining>(new ArmTraining());
  training->m_config = config;
  DeviceOptions adapted = options;
  adapted.action.clear();
  adapted.period = config.period;
  training->m_simulated = task;
  training->m_description = namesOf(config.joints) + " at " + options.port;
  Result<std::unique_ptr<ArmSession>> session = ArmSession::start(adapted, config);
  if (!session) return session.error();
  training->m_session = *std::move(session);
  if (Status found = training->m_session->connect(); !found) return found.error();
  std::fprintf(stderr, "Arm: %s, %s, a control period of %.1f ms%s. Ctrl-C is its emergency stop.\n",
               training->m_description.c_str(), config.action == ActionKind::Torque ? "torques" : "velocities", 1e3 * config.period,
               training->m_session->thread().realTime() ? "" : " without real-time priority");
  Result<std::shared_ptr<ArmTrials>> trials = ArmTrials::make(task, training->m_session->share(), config);
  if (!trials) return trials.error();
  training->m_trials = *std::move(trials);
  training->m_task = taskOnArm(task, training->m_trials);
  return training;
}

Status ArmTraining::ask(const std::string& what, const DeviceOptions& options) const {
  if (options.confirmed) return Done{};
  std::fprintf(stderr, "%s Press Enter when the arm has room, Ctrl-C to stop. ", what.c_str());
  while (true) {
    const ArmState state = m_session->thread().status().state;
    if (state == ArmState::Stopped || state == ArmState::Fault) {
      std::fprintf(stderr, "\n");
      return m_session->wait([](const ArmStatus&) { return false; }, 0.1, "The arm");
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, 100) <= 0) continue;
    std::array<char, 256> buffer{};
    if (::read(STDIN_FILENO, buffer.data(), buffer.size()) > 0) return Done{};
    std::fprintf(stderr, "\n");
    return Error{"Nobody is there to confirm the first trials.", "standard input",
                 "Use a terminal, or add --confirmed once the arm has room and you watch it."};
  }
}

Status ArmTraining::tryCarefully(const RunSetup& setup, const DeviceOptions& options) {
  const Result<std::shared_ptr<const FirstTrials>> first = FirstTrials::make(m_simulated, setup, m_config);
  if (!first) return first.error();
  if (Status tried = climb(**first, options); !tried) return tried;
  return ask("Next: learning.", options);
}

Status ArmTraining::tryCarefully(const RolloutRequest& request, const DeviceOptions& options) {
  return climb(*FirstTrials::of(m_simulated, request, m_config), options);
}

Status ArmTraining::climb(const FirstTrials& first, const DeviceOptions& options) {
  const Result<double> fastest = first.dryRun();
  if (!fastest) return fastest.error();
  std::fprintf(stderr, "Dry run in the simulation: all joints stay within their limits, none above %.1f rad/s.\n", *fastest);
  if (Status asked = ask("The arm will be switched on.", options); !asked) return asked;
  if (Status armed = m_session->arm(); !armed) return armed;
  for (const double share : kFirstShares) {
    char percent[80];
    std::snprintf(percent, sizeof percent, "Next: one trial with %.0f %% of the actions.", 100.0 * share);
    if (Status asked = ask(percent, options); !asked) return asked;
    const Result<double> cut = first.onArm(m_trials, share, nullptr);
    if (!cut) return cut.error();
    std::fprintf(stderr, "Trial with %.0f %% of the actions: done, %.0f %% of them cut by a limit.\n", 100.0 * share, 100.0 * *cut);
  }
  return Done{};
}

std::string ArmTraining::summary() const {
  static constexpr std::array<std::pair<TrialEnd, const char*>, 4> kReasons{{{TrialEnd::NotSettled, "never came to rest"},
                                                                             {TrialEnd::LostReplies, "lost answers"},
                                                                             {TrialEnd::MissedDeadlines, "missed control periods"},
                                                                             {TrialEnd::Aborted, "were aborted"}}};
  const ArmTrialCounts counts = m_trials->counts();
  std::string text = std::to_string(counts.valid) + " trials on the arm";
  for (const auto& [end, meaning] : kReasons) {
    const int n = counts.invalid[static_cast<std::size_t>(end)];
    if (n > 0) text += "; " + std::to_string(n) + " " + meaning + " and were not learned from";
  }
  if (counts.clipped > 0) text += "; in " + std::to_string(counts.clipped) + " a limit cut more than a fifth of the actions";
  return text + ".";
}

}  // namespace gps::cli
