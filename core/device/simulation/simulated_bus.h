// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "core/device/protocol/dynamixel_parser.h"
#include "core/device/protocol/feetech_parser.h"
#include "core/device/simulation/simulated_servo.h"

namespace gps {

/// One servo on a simulated bus.
struct SimulatedJoint {
  const ServoModel* model = nullptr;
  std::uint8_t id = 1;
  double angle = 0.0;  ///< [rad] at the start, 0 at the servo's centre
};

/// An instruction that reached the bus. A sync write is one record per servo.
struct BusRecord {
  Nanos time = 0;
  std::uint8_t instruction = 0;
  std::uint8_t id = 0;
  std::uint16_t address = 0;
  std::vector<std::uint8_t> data{};  ///< what is written, or the parameters behind the address
};

/// Servos on one wire, all of one protocol, and the arm they move. Bytes go in and come out with the time at which
/// they are due; no clock and no port are involved, so a test can run it faster than time.
class SimulatedBus {
 public:
  SimulatedBus(Protocol protocol, const std::vector<SimulatedJoint>& joints,
               JointPhysics physics = independentJoints(), int baud = 1'000'000);

  /// Moves the arm and the servos' clocks up to `now`, in steps of a millisecond. A jump of more than a second is
  /// not caught up with.
  void advance(Nanos now);
  /// Instructions that arrive at `now`; advances first.
  void receive(Bytes bytes, Nanos now);
  /// When the next byte of an answer is due; kNever without one.
  Nanos nextOutput() const { return m_output.empty() ? kNever : m_output.front().due; }
  /// Appends the bytes that are due.
  void takeOutput(Nanos now, std::vector<std::uint8_t>& bytes);
  /// Forgets half-received instructions and answers on their way, as when the plug is pulled.
  void dropTraffic();

  SimulatedServo* servo(std::uint8_t id);
  std::vector<SimulatedServo>& servos() { return m_servos; }
  std::vector<JointState>& joints() { return m_joints; }
  /// The latest instructions, at most some ten thousand.
  const std::deque<BusRecord>& log() const { return m_log; }
  void clearLog() { m_log.clear(); }

 private:
  struct Output {
    Nanos due = 0;
    std::vector<std::uint8_t> bytes{};
  };

  void step(double dt);
  void handle(const dynamixel::Packet& packet);
  void handle(const feetech::Packet& packet);
  void answer(SimulatedServo& servo, std::uint8_t error, Bytes data);
  void record(std::uint8_t instruction, std::uint8_t id, std::uint16_t address, Bytes data);
  void send(Bytes bytes, Nanos delay);
  void syncRead(Bytes ids, std::uint16_t address, std::size_t length);
  void fastSyncRead(Bytes ids, std::uint16_t address, std::size_t length);
  void syncWrite(std::uint8_t instruction, std::uint16_t address, std::size_t length, Bytes targets);
  void readOne(SimulatedServo& servo, std::uint16_t address, std::size_t length);
  /// Servos that an id means; all of them for the broadcast id.
  template <class Each>
  void forEach(std::uint8_t id, Each&& each);

  Protocol m_protocol;
  std::vector<SimulatedServo> m_servos;
  std::vector<JointState> m_joints;
  std::vector<double> m_torques;
  JointPhysics m_physics;
  Nanos m_byteTime;
  Nanos m_now = 0;      // of the arm, in whole steps
  Nanos m_arrival = 0;  // of the bytes being handled
  Nanos m_wireFree = 0;  // when the answers so far have passed
  bool m_started = false;
  std::deque<Output> m_output;
  std::deque<BusRecord> m_log;
  dynamixel::Parser m_dynamixelParser;
  dynamixel::PacketBuilder m_dynamixelBuilder;
  feetech::Parser m_feetechParser;
  feetech::PacketBuilder m_feetechBuilder;
};

}  // namespace gps
