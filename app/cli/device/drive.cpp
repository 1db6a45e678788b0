// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/drive.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <functional>

#include "app/cli/device/action_file.h"
#include "app/cli/device/arm_description.h"
#include "app/cli/device/arm_session.h"
#include "app/cli/exit_code.h"
#include "core/device/control/control_thread.h"

namespace gps::cli {

namespace {

int report(const Error& error, int code) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return code;
}

std::array<double, kMaxArmJoints> poseOf(const std::vector<double>& angles) {
  std::array<double, kMaxArmJoints> pose{};
  std::copy(angles.begin(), angles.end(), pose.begin());
  return pose;
}

int checkPose(const std::vector<double>& pose, const ArmConfig& config, const char* option) {
  if (pose.size() == config.joints.size()) return kDone;
  std::fprintf(stderr, "The pose has %zu angles, but the arm has %zu joints. (%s) Give one angle per joint in radians.\n",
               pose.size(), config.joints.size(), option);
  return kBadInput;
}

void printTrial(const Trial& trial, int joints) {
  std::printf("step,time");
  for (int i = 1; i <= joints; ++i) std::printf(",angle_%d,velocity_%d,wanted_%d,sent_%d", i, i, i, i);
  std::printf("\n");
  Nanos first = 0;
  for (std::size_t k = 0; k < trial.steps.size(); ++k) {
    const TrialStep& step = trial.steps[k];
    if (!step.taken) continue;
    if (first == 0) first = step.scheduled;
    std::printf("%zu,%.6f", k, 1e-9 * static_cast<double>(step.reading.start - first));
    for (std::size_t i = 0; i < static_cast<std::size_t>(joints); ++i) {
      std::printf(",%.6f,%.6f,%.6g,%.6g", step.reading.joint[i].angle, step.reading.joint[i].velocity,
                  step.command.wanted[i], step.command.sent[i]);
    }
    std::printf("\n");
  }
}

const char* meaning(TrialEnd end) {
  switch (end) {
    case TrialEnd::Running: return "The trial did not end in time.";
    case TrialEnd::Completed: return "The trial is complete.";
    case TrialEnd::NotSettled: return "The arm did not come to rest at the start pose.";
    case TrialEnd::LostReplies: return "Too many answers of the servos were lost.";
    case TrialEnd::MissedDeadlines: return "Too many control periods were missed.";
    case TrialEnd::Aborted: return "The trial was aborted.";
    case TrialEnd::Stopped: return "The arm was stopped.";
    case TrialEnd::Fault: return "The arm had a fault.";
  }
  return "";
}

/// Actions from a file, whatever the arm does.
class RecordedPolicy : public TrialPolicy {
 public:
  explicit RecordedPolicy(std::vector<std::vector<double>> actions) : m_actions(std::move(actions)) {}
  void action(int t, const ArmReading&, std::span<double> u) noexcept override {
    const std::vector<double>& row = m_actions[static_cast<std::size_t>(t)];
    std::copy(row.begin(), row.end(), u.begin());
  }

 private:
  std::vector<std::vector<double>> m_actions;
};

}  // namespace

int jogDevice(const DeviceOptions& options) {
  const Result<ArmConfig> config = armOf(options);
  if (!config) return report(config.error(), kBadInput);
  if (const int code = checkPose(options.pose, *config, "--to"); code != kDone) return code;
  Result<std::unique_ptr<ArmSession>> session = ArmSession::start(options, *config);
  if (!session) return report(session.error(), kBadInput);
  if (const Status armed = (*session)->arm(); !armed) return report(armed.error(), kRunFailed);
  ArmRequest move{.kind = ArmRequest::Kind::Move};
  move.pose = poseOf(options.pose);
  (*session)->thread().request(move);
  const auto arrived = [&](const ArmStatus& now) {
    for (std::size_t i = 0; i < options.pose.size(); ++i) {
      const JointConfig& joint = config->joints[i];
      // Commands fade towards a limit, so an arm under load may rest a little before it.
      const double target = std::clamp(options.pose[i], joint.lowerLimit, joint.upperLimit);
      const JointReading& at = now.reading.joint[i];
      if (std::abs(at.angle - target) > 0.05 || std::abs(at.velocity) > 0.05) return false;
    }
    return true;
  };
  const Status moved = (*session)->wait(arrived, 60.0, "The motion");
  const ArmStatus end = (*session)->thread().status();
  for (std::size_t i = 0; i < config->joints.size(); ++i) {
    std::printf("joint %d: %.4f rad\n", config->joints[i].id, end.reading.joint[i].angle);
  }
  return moved ? kDone : report(moved.error(), kRunFailed);
}

int runDevice(const DeviceOptions& options) {
  const Result<ArmConfig> config = armOf(options);
  if (!config) return report(config.error(), kBadInput);
  Result<std::vector<std::vector<double>>> actions = readActions(options.actionsFile, config->joints.size());
  if (!actions) return report(actions.error(), kBadInput);
  if (!options.startPose.empty()) {
    if (const int code = checkPose(options.startPose, *config, "--start"); code != kDone) return code;
  }
  const std::size_t T = actions->size();
  const auto trial = std::make_shared<Trial>(static_cast<int>(T), std::make_unique<RecordedPolicy>(*std::move(actions)));
  Result<std::unique_ptr<ArmSession>> session = ArmSession::start(options, *config);
  if (!session) return report(session.error(), kBadInput);
  if (const Status armed = (*session)->arm(); !armed) return report(armed.error(), kRunFailed);
  trial->startPose = poseOf(options.startPose);
  if (options.startPose.empty()) {
    const ArmStatus now = (*session)->thread().status();
    for (std::size_t i = 0; i < config->joints.size(); ++i) trial->startPose[i] = now.reading.joint[i].angle;
  }
  (*session)->thread().request({.kind = ArmRequest::Kind::Run, .trial = trial});
  const Status ended = (*session)->wait([&](const ArmStatus&) { return trial->end.load() != TrialEnd::Running; },
                                        60.0 + static_cast<double>(T) * config->period, "The trial");
  (*session).reset();  // torque off before anything is printed
  printTrial(*trial, static_cast<int>(config->joints.size()));
  if (!ended) return report(ended.error(), kRunFailed);
  std::fprintf(stderr, "%s %llu of %zu periods were missed, %d answers lost.\n", meaning(trial->end.load()),
               static_cast<unsigned long long>(trial->deadlines.missed), T, trial->lostReplies);
  return trial->valid() ? kDone : kRunFailed;
}

}  // namespace gps::cli
