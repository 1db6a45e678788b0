// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device/simulate.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <sstream>

#include "app/cli/device/arm_description.h"
#include "app/cli/exit_code.h"
#include "app/documents/scene_folder.h"
#include "core/device/simulation/pty_server.h"
#include "core/plant/arm/scene_arm.h"
#include "core/scene/scene_reader.h"

namespace gps::cli {

namespace {

std::atomic<bool> interrupted{false};

void interrupt(int) { interrupted.store(true); }

constexpr const char* kFaults =
    "Faults, one per line on standard input:\n"
    "  mute ID | drop ID COUNT | corrupt ID COUNT | delay ID MILLISECONDS | stale ID | reboot ID\n"
    "  error ID BITS | heal ID | unplug | turn ID MILLIRADIANS (by hand, torque off)\n";

Result<JointPhysics> physicsOf(const std::string& name, std::vector<double>& starts) {
  const Result<Scene> scene = findScene(name, sceneFolder());
  if (!scene) return scene.error();
  return sceneJointPhysics(*scene, starts);
}

/// Does what a line asks for; false when it is not understood.
bool inject(PtyServer& server, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  int id = -1;
  int number = -1;
  words >> what >> id >> number;
  if (what.empty()) return true;
  if (what == "unplug") {
    server.unplug();
    return true;
  }
  bool known = false;
  server.with([&](SimulatedBus& bus) {
    SimulatedServo* servo = id >= 0 && id <= 252 ? bus.servo(static_cast<std::uint8_t>(id)) : nullptr;
    if (!servo) return;
    known = true;
    if (what == "turn") {
      const auto index = static_cast<std::size_t>(servo - bus.servos().data());
      bus.joints()[index].angle = 1e-3 * number;
      bus.joints()[index].velocity = 0.0;
      return;
    }
    if (what == "mute") servo->faults.mute = true;
    else if (what == "drop" && number > 0) servo->faults.dropReplies = number;
    else if (what == "corrupt" && number > 0) servo->faults.corruptReplies = number;
    else if (what == "delay" && number >= 0) servo->faults.delay = number * kMillisecond;
    else if (what == "stale") servo->faults.staleGoal = true;
    else if (what == "reboot") servo->reboot();
    else if (what == "error" && number >= 0) servo->set(Item::HardwareError, number);
    else if (what == "heal") {
      servo->faults = {};
      servo->set(Item::HardwareError, 0);
    } else known = false;
  });
  return known;
}

}  // namespace

int simulateDevice(const DeviceOptions& options) {
  const Result<ArmConfig> arm = armOf(options);
  if (!arm) {
    std::fprintf(stderr, "%s\n", arm.error().text().c_str());
    return kBadInput;
  }
  if (options.name.empty() || options.name.front() == '.' || options.name.find('/') != std::string::npos) {
    std::fprintf(stderr, "The name of a simulated arm must be a plain file name. (--name) Use for example `arm`.\n");
    return kBadInput;
  }
  const Result<std::string> folder = simulatedDeviceFolder();
  if (!folder) {
    std::fprintf(stderr, "%s\n", folder.error().text().c_str());
    return kRunFailed;
  }
  JointPhysics physics = independentJoints();
  std::vector<double> starts(arm->joints.size(), 0.0);
  if (!options.scene.empty()) {
    Result<JointPhysics> bodies = physicsOf(options.scene, starts);
    if (bodies && starts.size() != arm->joints.size()) {
      bodies = Error{"The scene drives " + std::to_string(starts.size()) + " joints, but the arm has " +
                         std::to_string(arm->joints.size()) + ".",
                     "--joints", "Name as many servos."};
    }
    if (!bodies) {
      std::fprintf(stderr, "%s\n", bodies.error().text().c_str());
      return kBadInput;
    }
    physics = *std::move(bodies);
  }
  std::vector<SimulatedJoint> joints;
  for (std::size_t i = 0; i < starts.size(); ++i) joints.push_back({arm->joints[i].model, arm->joints[i].id, starts[i]});
  Result<std::unique_ptr<PtyServer>> server = PtyServer::start(
      SimulatedBus(arm->protocol, joints, std::move(physics), options.baud), *folder + "/" + options.name);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().text().c_str());
    return kRunFailed;
  }
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::signal(SIGHUP, interrupt);
  std::printf("%s\n", (*server)->path().c_str());
  std::fflush(stdout);
  if (isatty(STDIN_FILENO)) std::fputs(kFaults, stderr);

  std::string pending;
  bool listening = true;
  while (!interrupted.load()) {
    pollfd input{listening ? STDIN_FILENO : -1, POLLIN, 0};
    if (poll(&input, 1, 200) <= 0 || input.revents == 0) continue;
    std::array<char, 256> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) {
      listening = false;  // nobody will inject anything; the arm goes on
      continue;
    }
    pending.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      if (!inject(**server, line)) std::fprintf(stderr, "`%s` is not a fault of this arm.\n%s", line.c_str(), kFaults);
    }
    if (pending.size() > 4096) pending.clear();  // no line is so long
  }
  return kDone;
}

}  // namespace gps::cli
