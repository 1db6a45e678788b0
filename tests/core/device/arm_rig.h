// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/device/arm/servo_arms.h"
#include "core/device/control/control_loop.h"
#include "core/device/control/control_thread.h"
#include "core/device/simulation/simulated_link.h"

namespace gps::test {

/// An arm of equal servos with ids from 1.
inline ArmConfig armOf(std::string_view model, int joints, ActionKind action = ActionKind::Torque) {
  ArmConfig config;
  const ServoModel& servo = *findServoModel(model);
  config.protocol = servo.protocol;
  config.action = action;
  for (int i = 0; i < joints; ++i) config.joints.push_back(jointOf(servo, static_cast<std::uint8_t>(i + 1)));
  return config;
}

inline std::vector<SimulatedJoint> jointsOf(const ArmConfig& config, double angle = 0.0) {
  std::vector<SimulatedJoint> joints;
  for (const JointConfig& joint : config.joints) joints.push_back({joint.model, joint.id, angle});
  return joints;
}

/// A simulated arm under a control loop, in simulated time.
struct ArmRig {
  explicit ArmRig(const ArmConfig& armConfig, double angle = 0.0)
      : config(armConfig), bus(armConfig.protocol, jointsOf(armConfig, angle)) {}

  void cycles(int count) {
    for (int i = 0; i < count; ++i) (void)loop.cycle();
  }
  void ask(ArmRequest request) {
    loop.request(std::move(request));
    cycles(1);
  }
  /// Connected and armed, holding its pose.
  bool armed() {
    if (!loop.open()) return false;
    ask({.kind = ArmRequest::Kind::Arm});
    cycles(2);
    return state() == ArmState::Armed;
  }
  ArmState state() const { return loop.status().state; }
  bool torqueIsOff() {
    for (const SimulatedServo& servo : bus.servos()) {
      if (servo.value(Item::TorqueEnable) != 0) return false;
    }
    return true;
  }
  int eepromWrites() {
    int writes = 0;
    for (const SimulatedServo& servo : bus.servos()) writes += servo.eepromWrites();
    return writes;
  }

  ArmConfig config;
  SimulatedBus bus;
  SimulatedLink link{bus};
  std::unique_ptr<ServoBus> master = makeBus(config.protocol, link, config.baud);
  std::unique_ptr<ArmDriver> driver = makeArm(*master, config);
  ControlLoop loop{*driver, link, config};
};

/// The same action at every step.
class ConstantPolicy : public TrialPolicy {
 public:
  explicit ConstantPolicy(double u) : m_u(u) {}
  void action(int, const ArmReading&, std::span<double> u) noexcept override {
    for (double& entry : u) entry = m_u;
  }

 private:
  double m_u;
};

}  // namespace gps::test
