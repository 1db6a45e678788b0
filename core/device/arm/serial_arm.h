// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/arm/arm_config.h"
#include "core/device/bus/servo_bus.h"

namespace gps {

/// What is the same for all serial arms: finding the servos, torque on and off with proof, one block read and one
/// goal write per period, health in turns. How a servo is configured is each protocol's own.
class SerialArm : public ArmDriver {
 public:
  /// `config` must have passed check(). `bus` outlives the arm.
  SerialArm(ServoBus& bus, const ArmConfig& config);
  ~SerialArm() override;

  int joints() const noexcept override { return m_count; }
  DriverStatus open() noexcept override;
  DriverStatus arm(const std::atomic<bool>& stop) noexcept override;
  DriverStatus read(ArmReading& reading) noexcept override;
  DriverStatus write(ArmCommand& command) noexcept override;
  DriverStatus neutral() noexcept override;
  DriverStatus release() noexcept override;
  void close() noexcept override;
  const JointHealth& health(int joint) const noexcept override { return m_health[index(joint)]; }

 protected:
  static std::size_t index(int joint) { return static_cast<std::size_t>(joint); }
  const JointConfig& config(int joint) const { return m_config.joints[index(joint)]; }
  const ServoModel& model(int joint) const { return *config(joint).model; }
  ServoBus& bus() { return *m_bus; }
  /// The mode in which the servo takes the configured actions; nothing when it has none.
  virtual int wantedMode(int joint) const noexcept = 0;
  /// Torque is off: compares EEPROM, writes what differs, and sets up RAM.
  virtual DriverStatus configure(int joint) noexcept = 0;

  /// Reads and writes that are tried three times, for everything but the control loop.
  DriverStatus get(int joint, Item item, std::int32_t& value) noexcept;
  DriverStatus put(int joint, Item item, std::int32_t value) noexcept;
  /// put(), then get() and compare. Registers the servo does not have are skipped.
  DriverStatus ensure(int joint, Item item, std::int32_t value) noexcept;
  /// ensure() only where the register differs, because EEPROM wears out.
  DriverStatus ensureStored(int joint, Item item, std::int32_t value) noexcept;
  ActionKind action() const { return m_config.action; }

 private:
  DriverStatus identify(int joint) noexcept;
  DriverStatus checkHealth(int joint) noexcept;
  DriverStatus checkPeriod() noexcept;
  DriverStatus neutralGoal(int joint) noexcept;
  DriverStatus armJoint(int joint) noexcept;
  void layOutGoals() noexcept;
  std::int32_t goalCounts(int joint, double wanted, double& sent) const noexcept;
  DriverStatus sendGoals() noexcept;
  DriverStatus watchOverOne() noexcept;
  DriverStatus judge(int joint, Item item, std::int32_t value) noexcept;

  ServoBus* m_bus;
  ArmConfig m_config;
  int m_count;
  bool m_open = false;
  bool m_armed = false;
  int m_watchdogSteps = 0;
  int m_turn = 0;  // whose health is read next, and which part of it

  std::array<std::uint8_t, kMaxArmJoints> m_ids{};
  std::array<const Register*, kMaxArmJoints> m_goals{};
  std::array<std::int32_t, kMaxArmJoints> m_goalCounts{};
  std::array<std::int32_t, kMaxArmJoints> m_goalLimit{};
  std::array<double, kMaxArmJoints> m_quantum{};  // what one count of the goal changes; what differs more was cut
  std::array<JointHealth, kMaxArmJoints> m_health{};
  std::array<JointReading, kMaxArmJoints> m_last{};
  std::int64_t m_lastRead = 0;
  std::uint16_t m_blockAddress = 0;
  std::size_t m_blockLength = 0;
  std::array<std::uint8_t, kMaxArmJoints * 16> m_block{};
  std::array<BusReply, kMaxArmJoints> m_replies{};
};

}  // namespace gps
