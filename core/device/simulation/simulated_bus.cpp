// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/simulation/simulated_bus.h"

#include <algorithm>
#include <utility>

#include "core/device/protocol/dynamixel_crc.h"

namespace gps {

namespace {

constexpr Nanos kStep = kMillisecond;
constexpr std::size_t kLogSize = 20000;

}  // namespace

SimulatedBus::SimulatedBus(Protocol protocol, const std::vector<SimulatedJoint>& joints, JointPhysics physics,
                           int baud)
    : m_protocol(protocol), m_physics(std::move(physics)), m_byteTime(10 * kSecond / baud) {
  for (const SimulatedJoint& joint : joints) {
    m_servos.emplace_back(*joint.model, joint.id);
    m_joints.push_back({.angle = joint.angle, .velocity = 0.0});
    m_servos.back().observe(m_joints.back(), 0.0);
  }
  m_torques.resize(m_servos.size());
}

SimulatedServo* SimulatedBus::servo(std::uint8_t id) {
  for (SimulatedServo& servo : m_servos) {
    if (servo.id() == id) return &servo;
  }
  return nullptr;
}

void SimulatedBus::step(double dt) {
  for (std::size_t i = 0; i < m_servos.size(); ++i) m_torques[i] = m_servos[i].torque(m_joints[i]);
  m_physics(m_torques, dt, m_joints);
  for (std::size_t i = 0; i < m_servos.size(); ++i) m_servos[i].observe(m_joints[i], m_torques[i]);
}

void SimulatedBus::advance(Nanos now) {
  if (!m_started) {
    m_started = true;
    m_now = now;
    for (SimulatedServo& servo : m_servos) servo.feedWatchdog(now);
  }
  if (now - m_now > kSecond) m_now = now - kSecond;
  while (m_now + kStep <= now) {
    m_now += kStep;
    step(1e-9 * static_cast<double>(kStep));
    for (SimulatedServo& servo : m_servos) servo.checkWatchdog(m_now);
  }
}

void SimulatedBus::receive(Bytes bytes, Nanos now) {
  advance(now);
  m_arrival = now;
  m_wireFree = std::max(m_wireFree, now + static_cast<Nanos>(bytes.size()) * m_byteTime);
  if (m_protocol == Protocol::Dynamixel2) {
    m_dynamixelParser.feed(bytes, [&](const dynamixel::Packet& packet) { handle(packet); });
  } else {
    m_feetechParser.feed(bytes, [&](const feetech::Packet& packet) { handle(packet); });
  }
}

void SimulatedBus::takeOutput(Nanos now, std::vector<std::uint8_t>& bytes) {
  while (!m_output.empty() && m_output.front().due <= now) {
    bytes.insert(bytes.end(), m_output.front().bytes.begin(), m_output.front().bytes.end());
    m_output.pop_front();
  }
}

void SimulatedBus::dropTraffic() {
  m_output.clear();
  m_wireFree = 0;
  m_dynamixelParser.reset();
  m_feetechParser.reset();
}

void SimulatedBus::record(std::uint8_t instruction, std::uint8_t id, std::uint16_t address, Bytes data) {
  if (m_log.size() >= kLogSize) m_log.pop_front();
  m_log.push_back({m_arrival, instruction, id, address, std::vector<std::uint8_t>(data.begin(), data.end())});
}

void SimulatedBus::send(Bytes bytes, Nanos delay) {
  m_wireFree += delay + static_cast<Nanos>(bytes.size()) * m_byteTime;
  m_output.push_back({m_wireFree, std::vector<std::uint8_t>(bytes.begin(), bytes.end())});
}

void SimulatedBus::answer(SimulatedServo& servo, std::uint8_t error, Bytes data) {
  if (servo.faults.mute) return;
  if (servo.faults.dropReplies > 0) {
    --servo.faults.dropReplies;
    return;
  }
  const Bytes built = m_protocol == Protocol::Dynamixel2
                          ? dynamixel::buildStatus(m_dynamixelBuilder, servo.id(),
                                                   static_cast<std::uint8_t>(error | (servo.alert() ? 0x80u : 0u)), data)
                          : feetech::buildAnswer(m_feetechBuilder, servo.id(),
                                                 static_cast<std::uint8_t>(servo.value(Item::HardwareError)), data);
  const Nanos returnDelay = servo.value(Item::ReturnDelay) * 2000;
  send(built, returnDelay + servo.faults.delay);
  if (servo.faults.corruptReplies > 0) {
    --servo.faults.corruptReplies;
    m_output.back().bytes[built.size() - 3] ^= 0x10u;
  }
}

template <class Each>
void SimulatedBus::forEach(std::uint8_t id, Each&& each) {
  for (SimulatedServo& servo : m_servos) {
    if (id == dynamixel::kBroadcast || servo.id() == id) each(servo);
  }
}

void SimulatedBus::readOne(SimulatedServo& servo, std::uint16_t address, std::size_t length) {
  const Bytes data = servo.read(address, length);
  if (data.empty()) {
    if (m_protocol == Protocol::Dynamixel2) answer(servo, static_cast<std::uint8_t>(dynamixel::StatusError::Access), {});
    return;  // an STS says nothing
  }
  answer(servo, 0, data);
}

void SimulatedBus::syncRead(Bytes ids, std::uint16_t address, std::size_t length) {
  for (const std::uint8_t id : ids) {
    SimulatedServo* const asked = servo(id);
    // Each servo waits for the answer of the one before it.
    if (!asked || asked->faults.mute) return;
    readOne(*asked, address, length);
  }
}

void SimulatedBus::fastSyncRead(Bytes ids, std::uint16_t address, std::size_t length) {
  const std::size_t size = dynamixel::kPrefixSize + 1 + ids.size() * (length + 4);
  std::vector<std::uint8_t> bytes{0xFF, 0xFF, 0xFD, 0x00, dynamixel::kBroadcast, 0, 0, 0x55};
  putLittleEndian(std::span(bytes).subspan(5), static_cast<std::uint32_t>(size - dynamixel::kPrefixSize), 2);
  for (const std::uint8_t id : ids) {
    SimulatedServo* const asked = servo(id);
    const Bytes data = asked ? asked->read(address, length) : Bytes();
    if (data.empty() || asked->faults.mute) return;
    bytes.push_back(asked->alert() ? 0x80u : 0u);
    bytes.push_back(id);
    bytes.insert(bytes.end(), data.begin(), data.end());
    const std::uint16_t crc = dynamixel::crc16(bytes);
    bytes.push_back(static_cast<std::uint8_t>(crc));
    bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
  }
  send(bytes, 0);
}

void SimulatedBus::syncWrite(std::uint8_t instruction, std::uint16_t address, std::size_t length, Bytes targets) {
  while (targets.size() >= length + 1) {
    const Bytes data = targets.subspan(1, length);
    record(instruction, targets[0], address, data);
    if (SimulatedServo* const target = servo(targets[0])) (void)target->write(address, data);
    targets = targets.subspan(length + 1);
  }
}

void SimulatedBus::handle(const dynamixel::Packet& packet) {
  using dynamixel::Instruction;
  using dynamixel::StatusError;
  for (SimulatedServo& servo : m_servos) servo.feedWatchdog(m_arrival);
  const auto code = static_cast<std::uint8_t>(packet.instruction);
  const Bytes params = packet.params;
  const bool answered = packet.id != dynamixel::kBroadcast;
  const auto address = static_cast<std::uint16_t>(params.size() >= 2 ? littleEndian(params, 2) : 0);
  const bool grouped = packet.instruction == Instruction::SyncRead || packet.instruction == Instruction::FastSyncRead ||
                       packet.instruction == Instruction::SyncWrite;
  const std::size_t length = params.size() >= 4 ? littleEndian(params.subspan(2), 2) : 0;
  if (packet.instruction != Instruction::SyncWrite) {
    record(code, packet.id, address, params.size() > 2 ? params.subspan(2) : Bytes());
  }
  if (grouped) {
    if (params.size() < 5 || length == 0) return;
    if (packet.instruction == Instruction::SyncRead) syncRead(params.subspan(4), address, length);
    if (packet.instruction == Instruction::FastSyncRead) fastSyncRead(params.subspan(4), address, length);
    if (packet.instruction == Instruction::SyncWrite) syncWrite(code, address, length, params.subspan(4));
    return;
  }
  forEach(packet.id, [&](SimulatedServo& servo) {
    StatusError error = StatusError::None;
    switch (packet.instruction) {
      case Instruction::Ping: {
        const std::int32_t number = servo.value(Item::ModelNumber);
        const std::array<std::uint8_t, 3> who{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8),
                                              static_cast<std::uint8_t>(servo.value(Item::FirmwareVersion))};
        answer(servo, 0, who);
        return;
      }
      case Instruction::Read:
        if (params.size() == 4 && answered) readOne(servo, address, length);
        return;
      case Instruction::Write:
        error = params.size() > 2 ? servo.write(address, params.subspan(2)) : StatusError::DataLength;
        break;
      case Instruction::Reboot: servo.reboot(); break;
      case Instruction::Action: break;
      case Instruction::Status: return;
      default: error = StatusError::Instruction; break;
    }
    if (answered) answer(servo, static_cast<std::uint8_t>(error), {});
  });
}

void SimulatedBus::handle(const feetech::Packet& packet) {
  using feetech::Instruction;
  const auto instruction = static_cast<Instruction>(packet.code);
  const Bytes params = packet.params;
  const bool answered = packet.id != feetech::kBroadcast;
  const std::uint16_t address = params.empty() ? 0 : params[0];
  if (instruction != Instruction::SyncWrite) {
    record(packet.code, packet.id, address, params.size() > 1 ? params.subspan(1) : Bytes());
  }
  if (instruction == Instruction::SyncRead) {
    if (params.size() > 2) syncRead(params.subspan(2), address, params[1]);
    return;
  }
  if (instruction == Instruction::SyncWrite) {
    if (params.size() > 2 && params[1] > 0) syncWrite(packet.code, address, params[1], params.subspan(2));
    return;
  }
  forEach(packet.id, [&](SimulatedServo& servo) {
    switch (instruction) {
      case Instruction::Ping: answer(servo, 0, {}); return;
      case Instruction::Read:
        if (params.size() == 2 && answered) readOne(servo, address, params[1]);
        return;
      case Instruction::Write:
        if (params.size() > 1) (void)servo.write(address, params.subspan(1));
        break;
      case Instruction::Reboot: servo.reboot(); break;
      default: break;
    }
    if (answered) answer(servo, 0, {});
  });
}

}  // namespace gps
