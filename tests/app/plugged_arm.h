// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTest>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "app/bridge/arm_link.h"
#include "tests/core/plant/arm_world.h"

namespace gps::testing {

/// The simulated desk arm behind a plug that a test pulls. It lives in simulated time, a few times faster than ours, so
/// that nothing depends on the machine. The bus may be looked at while no control thread runs.
class PluggedArm {
 public:
  PluggedArm() : task(deskArm()), config(deskServos(*task)), m_wire(std::make_shared<Wire>()) {
    std::vector<double> starts;
    Result<JointPhysics> physics = sceneJointPhysics(*task->scene, starts);
    if (!physics) qFatal("%s", physics.error().text().c_str());
    std::vector<SimulatedJoint> joints;
    for (std::size_t i = 0; i < config.joints.size(); ++i) {
      joints.push_back({config.joints[i].model, config.joints[i].id, starts[i]});
    }
    m_wire->bus = std::make_unique<SimulatedBus>(config.protocol, joints, *std::move(physics));
    m_wire->link = std::make_unique<SimulatedLink>(*m_wire->bus);
  }

  void unplug() { m_wire->plugged = false; }
  void plugIn() { m_wire->plugged = true; }
  SimulatedBus& bus() { return *m_wire->bus; }
  bool torqueIsOff() {
    for (const SimulatedServo& servo : bus().servos()) {
      if (servo.value(Item::TorqueEnable) != 0) return false;
    }
    return true;
  }
  /// How often it was opened.
  int openings() const { return m_wire->openings.load(); }

  gps::ui::ArmLink::Opening opening() {
    return [wire = m_wire, config = config]() -> Result<std::unique_ptr<ControlThread>> {
      ++wire->openings;
      if (!wire->plugged) return Error{"There is no port.", "test", "Plug the arm in."};
      wire->link->plugIn();
      return ControlThread::over(std::make_unique<PluggedLink>(wire), config);
    };
  }

  std::shared_ptr<const Task> task;
  ArmConfig config;

 private:
  struct Wire {
    std::unique_ptr<SimulatedBus> bus;
    std::unique_ptr<SimulatedLink> link;
    std::atomic<bool> plugged{true};
    std::atomic<int> openings{0};
  };

  class PluggedLink : public Link {
   public:
    explicit PluggedLink(std::shared_ptr<Wire> wire) : m_wire(std::move(wire)) {}
    LinkState write(Bytes bytes) noexcept override {
      return m_wire->plugged ? m_wire->link->write(bytes) : LinkState::Lost;
    }
    LinkState read(std::span<std::uint8_t> buffer, Nanos deadline, std::size_t& count) noexcept override {
      count = 0;
      return m_wire->plugged ? m_wire->link->read(buffer, deadline, count) : LinkState::Lost;
    }
    void discardInput() noexcept override { m_wire->link->discardInput(); }
    Nanos now() const noexcept override { return m_wire->link->now(); }
    void sleepUntil(Nanos time, const std::atomic<bool>& wake) noexcept override {
      m_wire->link->sleepUntil(time, wake);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // leaves the machine to others
    }

   private:
    std::shared_ptr<Wire> m_wire;
  };

  std::shared_ptr<Wire> m_wire;
};

}  // namespace gps::testing
