// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/calibrate.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "app/cli/device/arm_description.h"
#include "app/cli/device/arm_session.h"
#include "app/cli/exit_code.h"
#include "app/cli/output_file.h"
#include "core/device/arm/arm_file.h"
#include "core/device/arm/calibration.h"

namespace gps::cli {

namespace {

std::string utcNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// Reads the arm until the user presses Enter.
class Dialogue {
 public:
  explicit Dialogue(ArmSession& session) : m_session(&session) {}

  Status ask(const std::string& what, std::size_t joint, JointCalibration& calibration) {
    std::fprintf(stderr, "%s Then press Enter.\n", what.c_str());
    while (true) {
      const ArmStatus now = m_session->thread().status();
      if (now.state != ArmState::Connected) return m_session->wait([](const ArmStatus&) { return false; }, 0.1, "The arm");
      if (now.cycles != m_cycle && !now.reading.joint[joint].stale) {
        m_cycle = now.cycles;
        calibration.feed(now.reading.joint[joint].counts);
        if (m_terminal) std::fprintf(stderr, "\r  count %6d ", calibration.counts());
      }
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (poll(&input, 1, 10) <= 0) continue;
      char character = 0;
      const ssize_t got = ::read(STDIN_FILENO, &character, 1);
      if (got <= 0) return Error{"The calibration was not finished.", "standard input", "Answer every step with Enter."};
      if (character == '\n') return Done{};
    }
  }

 private:
  ArmSession* m_session;
  bool m_terminal = isatty(STDERR_FILENO) != 0;
  std::uint64_t m_cycle = 0;
};

Result<JointConfig> calibrated(const JointConfig& before, std::size_t index, Dialogue& dialogue) {
  JointCalibration calibration(before);
  const std::string name = "Joint " + std::to_string(index + 1) + " (" + std::string(before.model->name) + ", id " + std::to_string(before.id) + "): ";
  if (Status s = dialogue.ask(name + "move it by hand to where its angle is to be 0.", index, calibration); !s) return s.error();
  calibration.takeZero();
  while (true) {
    if (Status s = dialogue.ask(name + "turn it a little the way that is positive in the scene, counter-clockwise as drawn.", index, calibration); !s) {
      return s.error();
    }
    const Status direction = calibration.takeDirection();
    if (direction) break;
    std::fprintf(stderr, "%s\n", direction.error().text().c_str());
  }
  while (true) {
    calibration.beginRange();
    if (Status s = dialogue.ask(name + "move it slowly from one end of its range to the other.", index, calibration); !s) return s.error();
    const Status range = calibration.takeRange();
    if (range) break;
    std::fprintf(stderr, "%s\n", range.error().text().c_str());
  }
  const JointConfig& joint = calibration.joint();
  std::printf("joint %zu: zero at count %d, sign %+d, limits %.3f to %.3f rad\n", index + 1, joint.scale.zeroCount, joint.scale.sign,
              joint.lowerLimit, joint.upperLimit);
  std::fflush(stdout);
  return joint;
}

}  // namespace

int calibrateDevice(const DeviceOptions& options) {
  const auto refuse = [](const Error& error, int code) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    return code;
  };
  DeviceOptions described = options;
  described.armFile.clear();  // it is what is written
  const Result<ArmConfig> config = armOf(described);
  if (!config) return refuse(config.error(), kBadInput);
  if (Status writable = checkWritable(options.armFile, "--output"); !writable) return refuse(writable.error(), kBadInput);
  const ArmConfig open = openForCalibration(*config);
  Result<std::unique_ptr<ArmSession>> session = ArmSession::start(described, open);
  if (!session) return refuse(session.error(), kBadInput);
  if (Status found = (*session)->connect(); !found) return refuse(found.error(), kRunFailed);
  std::fprintf(stderr, "The torque is off and stays off. Hold the arm: it may fall.\n");

  ArmFile arm;
  arm.name = options.armName;
  arm.config = *config;
  Dialogue dialogue(**session);
  for (std::size_t i = 0; i < config->joints.size(); ++i) {
    Result<JointConfig> joint = calibrated(config->joints[i], i, dialogue);
    if (!joint) return refuse(joint.error(), kRunFailed);
    arm.config.joints[i] = *std::move(joint);
  }
  arm.calibrated = utcNow();
  if (Status s = writeWhole(options.armFile, toJson(arm)); !s) return refuse(s.error(), kRunFailed);
  std::printf("%s is written. Use it with --arm %s.\n", options.armFile.c_str(), options.armFile.c_str());
  return kDone;
}

}  // namespace gps::cli
