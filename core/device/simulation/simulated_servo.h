// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/device/link/link.h"
#include "core/device/protocol/dynamixel_packet.h"
#include "core/device/servo/servo_model.h"
#include "core/device/simulation/joint_physics.h"

namespace gps {

/// What can go wrong with a servo and its wire.
struct ServoFaults {
  bool mute = false;              ///< takes instructions, never answers; the servos behind it in a sync read wait in vain
  int dropReplies = 0;            ///< so many answers are lost
  int corruptReplies = 0;         ///< so many answers arrive with a wrong bit
  Nanos delay = 0;                ///< every answer comes so much later
  bool staleGoal = false;         ///< torque on keeps the goal position that is in the register
  bool ignoresTorqueOff = false;
};

/// The control table and motor of one servo, without a wire.
class SimulatedServo {
 public:
  SimulatedServo(const ServoModel& model, std::uint8_t id);

  const ServoModel& model() const { return *m_model; }
  std::uint8_t id() const { return static_cast<std::uint8_t>(value(Item::Id)); }
  /// A register as it stands.
  std::int32_t value(Item item) const;
  /// Sets a register against all rules, as a fault would.
  void set(Item item, std::int32_t value);

  /// Bytes of the table; empty when the range leaves it.
  Bytes read(std::uint16_t address, std::size_t length) const;
  /// Writes by the rules of the control table.
  dynamixel::StatusError write(std::uint16_t address, Bytes data);
  /// Any instruction on the bus keeps the watchdog quiet.
  void feedWatchdog(Nanos now) { m_lastInstruction = now; }
  /// Trips the watchdog when it is due.
  void checkWatchdog(Nanos now);
  /// Registers in RAM as after power-up; EEPROM stays.
  void reboot();

  /// Torque of the motor at the horn [N m].
  double torque(const JointState& joint) const;
  /// Shows the joint in the feedback registers.
  void observe(const JointState& joint, double torque);
  bool alert() const;
  /// How often an EEPROM register was written, even with the value it had: each wears it out.
  int eepromWrites() const { return m_eepromWrites; }

  ServoFaults faults{};

 private:
  dynamixel::StatusError refusal(const Register& reg, std::int32_t value) const;
  void afterWrite(const Register& reg, std::int32_t before);
  std::int32_t presentCount(double angle) const;

  const ServoModel* m_model;
  std::vector<std::uint8_t> m_memory;
  Nanos m_lastInstruction = 0;
  int m_eepromWrites = 0;
};

}  // namespace gps
