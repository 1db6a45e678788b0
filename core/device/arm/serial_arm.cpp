// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/arm/serial_arm.h"

#include <algorithm>
#include <cmath>

namespace gps {

namespace {

constexpr int kTries = 3;
/// Below the servo's own limit, where it would switch itself off [degree C].
constexpr int kTemperatureMargin = 5;
/// Read in turns while the loop runs, one per period and joint.
constexpr std::array kWatched{Item::TorqueEnable, Item::BusWatchdog, Item::HardwareError, Item::InputVoltage,
                              Item::Temperature};

DriverStatus failed(const BusReply& reply, int joint, Item item) {
  if (reply.result == BusResult::LinkLost) return {DriverCode::LinkLost};
  if (reply.result == BusResult::Refused) return {DriverCode::Refused, joint, static_cast<int>(item), reply.errorByte};
  return {DriverCode::NoAnswer, joint};
}

}  // namespace

SerialArm::SerialArm(ServoBus& bus, const ArmConfig& config)
    : m_bus(&bus), m_config(config), m_count(static_cast<int>(config.joints.size())) {
  for (int joint = 0; joint < m_count; ++joint) m_ids[index(joint)] = this->config(joint).id;
  const double watchdog = config.watchdog > 0.0 ? config.watchdog : std::max(0.06, 4.0 * config.period);
  m_watchdogSteps = std::clamp(static_cast<int>(std::ceil(watchdog / 0.02 - 1e-9)), 1, 127);
}

SerialArm::~SerialArm() = default;  // whoever owns bus and arm calls close(); here parts of it are already gone

DriverStatus SerialArm::get(int joint, Item item, std::int32_t& value) noexcept {
  BusReply reply;
  for (int i = 0; i < kTries && reply.result == BusResult::NoAnswer; ++i) {
    reply = m_bus->get(config(joint).id, model(joint).at(item), value);
  }
  return reply.ok() ? DriverStatus{} : failed(reply, joint, item);
}

DriverStatus SerialArm::put(int joint, Item item, std::int32_t value) noexcept {
  BusReply reply;
  for (int i = 0; i < kTries && reply.result == BusResult::NoAnswer; ++i) {
    reply = m_bus->put(config(joint).id, model(joint).at(item), value);
  }
  return reply.ok() ? DriverStatus{} : failed(reply, joint, item);
}

DriverStatus SerialArm::ensure(int joint, Item item, std::int32_t value) noexcept {
  if (!model(joint).has(item)) return {};
  if (const DriverStatus status = put(joint, item, value); !status.ok()) return status;
  std::int32_t found = 0;
  if (const DriverStatus status = get(joint, item, found); !status.ok()) return status;
  if (found != value) return {DriverCode::NotVerified, joint, static_cast<int>(item), found};
  return {};
}

DriverStatus SerialArm::ensureStored(int joint, Item item, std::int32_t value) noexcept {
  if (!model(joint).has(item)) return {};
  std::int32_t found = 0;
  if (const DriverStatus status = get(joint, item, found); !status.ok()) return status;
  return found == value ? DriverStatus{} : ensure(joint, item, value);
}

DriverStatus SerialArm::identify(int joint) noexcept {
  BusReply reply;
  int number = 0;
  for (int i = 0; i < kTries && reply.result == BusResult::NoAnswer; ++i) {
    reply = m_bus->ping(config(joint).id, number);
  }
  if (!reply.ok()) return failed(reply, joint, Item::ModelNumber);
  if (number != model(joint).number) return {DriverCode::WrongModel, joint, -1, number};
  if (wantedMode(joint) < 0) return {DriverCode::NoSuchAction, joint};
  return {};
}

DriverStatus SerialArm::judge(int joint, Item item, std::int32_t value) noexcept {
  JointHealth& health = m_health[index(joint)];
  switch (item) {
    case Item::TorqueEnable:
      return m_armed && value != 1 ? DriverStatus{DriverCode::TorqueLost, joint} : DriverStatus{};
    case Item::BusWatchdog:
      if (value == -1) return {DriverCode::WatchdogTripped, joint};
      // Its registers are as after power-up: it has started anew, so nothing that was set is left.
      return m_armed && value != m_watchdogSteps ? DriverStatus{DriverCode::TorqueLost, joint} : DriverStatus{};
    case Item::HardwareError:
      health.errorBits = value;
      return value != 0 ? DriverStatus{DriverCode::HardwareError, joint, -1, value} : DriverStatus{};
    case Item::InputVoltage: {
      health.voltage = value * model(joint).at(item).unit;
      const bool good = value >= model(joint).at(Item::MinVoltage).initial && value <= model(joint).at(Item::MaxVoltage).initial;
      return good ? DriverStatus{} : DriverStatus{DriverCode::BadVoltage, joint, -1, value};
    }
    case Item::Temperature:
      health.temperature = value;
      health.known = true;
      return value >= model(joint).at(Item::TemperatureLimit).initial - kTemperatureMargin
                 ? DriverStatus{DriverCode::TooHot, joint, -1, value}
                 : DriverStatus{};
    default: return {};
  }
}

DriverStatus SerialArm::checkHealth(int joint) noexcept {
  for (const Item item : {Item::HardwareError, Item::InputVoltage, Item::Temperature}) {
    std::int32_t value = 0;
    if (const DriverStatus status = get(joint, item, value); !status.ok()) return status;
    if (const DriverStatus status = judge(joint, item, value); !status.ok()) return status;
  }
  return {};
}

DriverStatus SerialArm::checkPeriod() noexcept {
  // Request and answers of the block, goals, and one health register; 40 % of the period stay free.
  const auto n = static_cast<std::size_t>(m_count);
  const bool dynamixel = m_config.protocol == Protocol::Dynamixel2;
  const std::size_t overhead = dynamixel ? 14 : 8;
  const std::size_t replyOverhead = dynamixel ? 11 : 6;
  const Nanos needed = m_bus->wireTime(overhead + n + overhead + 5 * n, n, n * (m_blockLength + replyOverhead)) +
                       m_bus->wireTime(overhead, 1, replyOverhead + 2) + 2 * m_bus->link().latency();
  if (static_cast<double>(needed) > 0.6e9 * m_config.period) {
    return {DriverCode::PeriodTooShort, -1, -1, static_cast<int>(needed / 1000)};
  }
  return {};
}

void SerialArm::layOutGoals() noexcept {
  const bool dynamixel = m_config.protocol == Protocol::Dynamixel2;
  m_blockAddress = dynamixel ? 126 : model(0).at(Item::PresentPosition).address;
  m_blockLength = dynamixel ? 10 : 15;
  for (int joint = 0; joint < m_count; ++joint) {
    const ServoModel& servo = model(joint);
    const JointConfig& to = config(joint);
    Item goal = Item::GoalPosition;
    std::int32_t limit = 1 << 30;
    if (action() == ActionKind::Torque && servo.has(Item::GoalCurrent)) {
      goal = Item::GoalCurrent;
      limit = std::abs(to.scale.rawCurrent(to.torqueLimit, servo.at(Item::CurrentLimit).initial));
    } else if (action() == ActionKind::Torque && servo.has(Item::GoalPwm)) {
      goal = Item::GoalPwm;
      limit = servo.at(Item::PwmLimit).initial;
    } else if (action() == ActionKind::Velocity) {
      goal = Item::GoalVelocity;
      limit = std::abs(to.scale.rawVelocity(to.velocityLimit));
      if (const Register* most = servo.find(Item::VelocityLimit)) limit = std::min(limit, most->initial);
    }
    m_goals[index(joint)] = servo.find(goal);
    const JointScale& scale = to.scale;
    switch (goal) {
      case Item::GoalCurrent: m_quantum[index(joint)] = std::abs(scale.torque(1)); break;
      case Item::GoalVelocity: m_quantum[index(joint)] = std::abs(scale.velocity(1)); break;
      case Item::GoalPwm: m_quantum[index(joint)] = servo.stallTorque * scale.gearRatio / limit; break;
      default: m_quantum[index(joint)] = kRadiansPerCount / scale.gearRatio; break;
    }
    m_goalLimit[index(joint)] = limit;
  }
}

DriverStatus SerialArm::open() noexcept {
  m_open = false;
  m_armed = false;
  m_bus->setReturnDelay(510'000);
  m_bus->setLongestWait(50 * kMillisecond);
  for (int joint = 0; joint < m_count; ++joint) {
    if (const DriverStatus status = identify(joint); !status.ok()) return status;
  }
  layOutGoals();
  for (int joint = 0; joint < m_count; ++joint) {
    // Without answers to writes nothing can be verified. A broadcast, because a servo set so does not answer.
    if (const Register* level = model(joint).find(Item::StatusReturn)) {
      const std::uint8_t all = 2;
      if (m_bus->broadcast(level->address, Bytes(&all, 1)) == BusResult::LinkLost) return {DriverCode::LinkLost};
    }
    if (const DriverStatus status = ensure(joint, Item::TorqueEnable, 0); !status.ok()) return status;
    if (const DriverStatus status = checkHealth(joint); !status.ok()) return status;
    if (const DriverStatus status = configure(joint); !status.ok()) return status;
  }
  m_bus->setReturnDelay(0);
  if (const DriverStatus status = checkPeriod(); !status.ok()) return status;
  m_bus->setLongestWait(static_cast<Nanos>(0.5e9 * m_config.period));
  m_open = true;
  m_lastRead = 0;
  return {};
}

DriverStatus SerialArm::neutralGoal(int joint) noexcept {
  const Register* goal = m_goals[index(joint)];
  std::int32_t value = 0;
  // In every mode: firmwares differ in what torque on does to a goal that lies elsewhere.
  std::int32_t present = 0;
  if (const DriverStatus status = get(joint, Item::PresentPosition, present); !status.ok()) return status;
  if (goal->item == Item::GoalPosition) value = present;
  m_goalCounts[index(joint)] = value;
  return ensure(joint, goal->item, value);
}

DriverStatus SerialArm::armJoint(int joint) noexcept {
  if (const DriverStatus status = neutralGoal(joint); !status.ok()) return status;
  if (const DriverStatus status = ensure(joint, Item::BusWatchdog, m_watchdogSteps); !status.ok()) return status;
  return ensure(joint, Item::TorqueEnable, 1);
}

DriverStatus SerialArm::arm(const std::atomic<bool>& stop) noexcept {
  if (!m_open) return {DriverCode::NotOpen};
  for (int joint = 0; joint < m_count; ++joint) {
    if (const DriverStatus status = checkHealth(joint); !status.ok()) return status;
    std::int32_t present = 0;
    if (const DriverStatus status = get(joint, Item::PresentPosition, present); !status.ok()) return status;
    const double angle = config(joint).scale.angle(present);
    if (angle < config(joint).lowerLimit || angle > config(joint).upperLimit) {
      return {DriverCode::OutsideLimits, joint};
    }
  }
  for (int joint = 0; joint < m_count; ++joint) {
    const DriverStatus status = stop.load() ? DriverStatus{DriverCode::Interrupted} : armJoint(joint);
    if (!status.ok()) {
      (void)release();
      return status;
    }
  }
  m_armed = true;
  m_lastRead = 0;
  return {};
}

DriverStatus SerialArm::watchOverOne() noexcept {
  const int joint = m_turn % m_count;
  const Item item = kWatched[static_cast<std::size_t>(m_turn / m_count) % kWatched.size()];
  m_turn = (m_turn + 1) % (m_count * static_cast<int>(kWatched.size()));
  const Register* reg = model(joint).find(item);
  std::int32_t value = 0;
  if (!reg) return {};
  const BusReply reply = m_bus->get(config(joint).id, *reg, value);
  if (reply.result == BusResult::LinkLost) return {DriverCode::LinkLost};
  return reply.ok() ? judge(joint, item, value) : DriverStatus{};  // it has its turn again within a second
}

DriverStatus SerialArm::read(ArmReading& reading) noexcept {
  if (!m_open) return {DriverCode::NotOpen};
  const auto n = static_cast<std::size_t>(m_count);
  reading.joints = m_count;
  reading.start = m_bus->link().now();
  const BusResult result = m_bus->syncRead(m_blockAddress, m_blockLength, Bytes(m_ids).first(n),
                                           std::span(m_block).first(n * m_blockLength), std::span(m_replies).first(n));
  reading.end = m_bus->link().now();
  if (result == BusResult::LinkLost) return {DriverCode::LinkLost};
  const double sinceLast = m_lastRead == 0 ? 0.0 : 1e-9 * static_cast<double>(reading.start - m_lastRead);
  m_lastRead = reading.start;
  DriverStatus status;
  for (int joint = 0; joint < m_count; ++joint) {
    const std::size_t i = index(joint);
    JointReading& now = reading.joint[i];
    if (!m_replies[i].ok()) {
      // The best guess for one period: it goes on as it went.
      now = m_last[i];
      now.angle += sinceLast * now.velocity;
      now.stale = true;
      m_last[i] = now;
      if (status.ok()) status = {DriverCode::Stale, joint};
      continue;
    }
    const Bytes block = Bytes(m_block).subspan(i * m_blockLength, m_blockLength);
    const ServoModel& servo = model(joint);
    const auto value = [&](Item item) {
      const Register& reg = servo.at(item);
      return decode(reg, block.subspan(reg.address - m_blockAddress));
    };
    const JointScale& scale = config(joint).scale;
    now.counts = value(Item::PresentPosition);
    now.angle = scale.angle(now.counts);
    now.velocity = scale.velocity(value(Item::PresentVelocity));
    now.torque = servo.has(Item::GoalCurrent) ? scale.torque(value(Item::PresentCurrent)) : 0.0;
    now.stale = false;
    m_last[i] = now;
  }
  for (int joint = 0; joint < m_count; ++joint) {
    if (!m_replies[index(joint)].alert) continue;
    std::int32_t bits = m_replies[index(joint)].errorByte;  // Feetech says which in the answer itself
    const Register& reg = model(joint).at(Item::HardwareError);
    if (m_config.protocol == Protocol::Dynamixel2 && !m_bus->get(config(joint).id, reg, bits).ok()) bits = 0;
    return {DriverCode::HardwareError, joint, -1, bits};
  }
  if (!status.ok()) return status;  // no more waiting in this period
  return watchOverOne();
}

std::int32_t SerialArm::goalCounts(int joint, double wanted, double& sent) const noexcept {
  const std::size_t i = index(joint);
  const JointConfig& to = config(joint);
  const JointScale& scale = to.scale;
  const std::int32_t limit = m_goalLimit[i];
  switch (m_goals[i]->item) {
    case Item::GoalCurrent: {
      const std::int32_t raw = scale.rawCurrent(wanted, limit);
      sent = scale.torque(raw);
      return raw;
    }
    case Item::GoalPwm: {
      // At the servo: its own sense of turning, its own speed.
      const double omega = scale.sign * m_last[i].velocity * scale.gearRatio;
      const double volts = m_health[i].voltage > 0.0 ? m_health[i].voltage : model(joint).ratedVoltage;
      const double torque = std::clamp(wanted, -to.torqueLimit, to.torqueLimit) * scale.sign / scale.gearRatio;
      const double share = pwmForTorque(model(joint), torque, omega, volts, 1.0);
      const auto raw = static_cast<std::int32_t>(std::lround(share * limit));
      sent = torqueOfPwm(model(joint), static_cast<double>(raw) / limit, omega, volts) * scale.sign * scale.gearRatio;
      return raw;
    }
    case Item::GoalVelocity: {
      const std::int32_t raw = std::clamp(scale.rawVelocity(wanted), -limit, limit);
      sent = scale.velocity(raw);
      return raw;
    }
    default: {
      const double offset = std::clamp(wanted, -m_config.largestOffset, m_config.largestOffset);
      const double goal = std::clamp(m_last[i].angle + offset, to.lowerLimit, to.upperLimit);
      const std::int32_t raw = std::clamp(scale.count(goal), model(joint).at(Item::MinPosition).initial,
                                          model(joint).at(Item::MaxPosition).initial);
      sent = scale.angle(raw) - m_last[i].angle;
      return raw;
    }
  }
}

DriverStatus SerialArm::sendGoals() noexcept {
  // One packet per register: the joints of an arm may be commanded through different ones.
  std::array<bool, kMaxArmJoints> done{};
  for (int first = 0; first < m_count; ++first) {
    if (done[index(first)]) continue;
    const Register& reg = *m_goals[index(first)];
    std::array<std::uint8_t, kMaxArmJoints> ids{};
    std::array<std::uint8_t, kMaxArmJoints * 4> data{};
    std::size_t count = 0;
    for (int joint = first; joint < m_count; ++joint) {
      if (m_goals[index(joint)]->address != reg.address) continue;
      done[index(joint)] = true;
      ids[count] = m_ids[index(joint)];
      encode(*m_goals[index(joint)], m_goalCounts[index(joint)], std::span(data).subspan(count * reg.size));
      ++count;
    }
    if (m_bus->syncWrite(reg.address, reg.size, Bytes(ids).first(count), Bytes(data).first(count * reg.size)) ==
        BusResult::LinkLost) {
      return {DriverCode::LinkLost};
    }
  }
  return {};
}

DriverStatus SerialArm::write(ArmCommand& command) noexcept {
  if (!m_open) return {DriverCode::NotOpen};
  command.clipped = 0;
  for (int joint = 0; joint < m_count; ++joint) {
    const std::size_t i = index(joint);
    m_goalCounts[i] = goalCounts(joint, command.wanted[i], command.sent[i]);
    if (std::abs(command.sent[i] - command.wanted[i]) > 1.01 * m_quantum[i]) command.clipped |= 1u << joint;
  }
  return sendGoals();
}

DriverStatus SerialArm::neutral() noexcept {
  if (!m_open) return {DriverCode::NotOpen};
  for (int joint = 0; joint < m_count; ++joint) {
    const std::size_t i = index(joint);
    m_goalCounts[i] = m_goals[i]->item == Item::GoalPosition ? m_last[i].counts : 0;
    if (m_goals[i]->item == Item::GoalPosition && m_lastRead == 0) return {};  // it still has the goal it was armed with
  }
  return sendGoals();
}

DriverStatus SerialArm::release() noexcept {
  const std::uint8_t off = 0;
  m_armed = false;
  DriverStatus first;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    first = {};
    if (m_bus->broadcast(model(0).at(Item::TorqueEnable).address, Bytes(&off, 1)) == BusResult::LinkLost) {
      return {DriverCode::LinkLost};
    }
    for (int joint = 0; joint < m_count; ++joint) {
      const Register& reg = model(joint).at(Item::TorqueEnable);
      std::int32_t value = 0;
      const BusReply reply = m_bus->get(config(joint).id, reg, value);
      if (reply.ok() && value == 0) continue;
      if (first.ok()) {
        first = reply.ok() ? DriverStatus{DriverCode::NotVerified, joint, static_cast<int>(Item::TorqueEnable), value}
                           : failed(reply, joint, Item::TorqueEnable);
      }
    }
    if (first.ok()) return first;
  }
  return first;
}

void SerialArm::close() noexcept {
  if (!m_open) return;
  (void)neutral();
  if (release().code != DriverCode::LinkLost) {
    for (int joint = 0; joint < m_count; ++joint) {
      if (const Register* reg = model(joint).find(Item::BusWatchdog)) (void)m_bus->put(config(joint).id, *reg, 0);
    }
  }
  m_open = false;
}

}  // namespace gps
