// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "core/device/simulation/simulated_link.h"
#include "core/plant/arm/arm_trials.h"
#include "core/plant/arm/scene_arm.h"
#include "core/scene/scene_reader.h"

namespace gps::testing {

inline std::shared_ptr<const Task> deskArm() {
  static const std::shared_ptr<const Task> kTask = [] {
    Result<Scene> scene = readScene(GPS_SCENES "/desk_arm.scene.json");
    if (!scene) qFatal("%s", scene.error().text().c_str());
    const auto task = compileTask(std::make_shared<const Scene>(*std::move(scene)));
    if (!task) qFatal("%s", task.error().text().c_str());
    return *task;
  }();
  return kTask;
}

/// The arm that the scene asks for: two XL330-M288 servos.
inline ArmConfig deskServos(const Task& task) {
  ArmConfig config;
  config.period = controlPeriod(task.dt);
  const ServoModel& servo = *findServoModel("XL330-M288");
  for (std::uint8_t id = 1; id <= 2; ++id) config.joints.push_back(jointOf(servo, id));
  return config;
}

/// The scene's bodies behind simulated servos under a control thread, in simulated time.
struct ArmWorld {
  explicit ArmWorld(std::shared_ptr<const Task> scene = deskArm()) : task(std::move(scene)), config(deskServos(*task)) {
    Result<JointPhysics> physics = sceneJointPhysics(*task->scene, starts);
    if (!physics) qFatal("%s", physics.error().text().c_str());
    std::vector<SimulatedJoint> joints;
    for (std::size_t i = 0; i < config.joints.size(); ++i) {
      joints.push_back({config.joints[i].model, config.joints[i].id, starts[i]});
    }
    bus = std::make_unique<SimulatedBus>(config.protocol, joints, *std::move(physics));
    auto made = std::make_unique<SimulatedLink>(*bus);
    link = made.get();
    pending = std::move(made);
  }
  ~ArmWorld() { stop(); }

  /// Connects, and arms unless told not to. What is to happen at some time is said before: link->at().
  bool begin(bool arms = true) {
    arm = ControlThread::over(std::move(pending), config);
    if (!waitFor(ArmState::Connected)) return false;
    if (arms) {
      arm->request({.kind = ArmRequest::Kind::Arm});
      if (!waitFor(ArmState::Armed)) return false;
      // The first cycles after it only read.
      const std::uint64_t armedAt = arm->status().cycles;
      while (arm->status().cycles < armedAt + 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    Result<std::shared_ptr<ArmTrials>> made = ArmTrials::make(task, arm, config);
    if (!made) qFatal("%s", made.error().text().c_str());
    trials = *std::move(made);
    onArm = taskOnArm(task, trials);
    return true;
  }
  bool waitFor(ArmState state) const {
    for (int ms = 0; ms < 60000; ++ms) {
      if (arm->status().state == state) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  /// Ends the control thread; the bus may be looked at afterwards.
  void stop() {
    onArm.reset();
    trials.reset();
    arm.reset();
  }

  std::shared_ptr<const Task> task;
  ArmConfig config;
  std::vector<double> starts;
  std::unique_ptr<SimulatedBus> bus;
  SimulatedLink* link = nullptr;
  std::unique_ptr<SimulatedLink> pending;
  std::shared_ptr<ControlThread> arm;
  std::shared_ptr<ArmTrials> trials;
  std::shared_ptr<const Task> onArm;
};

}  // namespace gps::testing
