// SPDX-License-Identifier: GPL-3.0-or-later
// The example of a device plugin, and its documentation: an arm that exists only here, whose joints are pulled to zero
// by springs. What a real one does instead stands in the comments.
//
// A plugin is three things:
//  1. metadata (spring_arm.json.in): who it is, which interface and which compiler it was built for, and its settings.
//     The program reads it without loading the library, refuses what does not fit, and makes the form of the settings.
//  2. an ArmPlugin, whose make() turns settings into a driver. Nothing moves yet.
//  3. an ArmDriver, which the control thread calls: open, arm, then read and write once per period, release, close.
//
// It is built like any Qt plugin (add_library(... MODULE), moc) and put into build/bin/plugins/ or the folder plugins/
// of the settings. `gps-studio device plugins` shows it, `gps-studio device jog plugin:spring-arm --to 0.2,0.1` moves it.
#include <time.h>

#include <QObject>
#include <algorithm>
#include <cmath>

#include "app/plugins/arm_plugin.h"

namespace {

using gps::ArmCommand;
using gps::ArmReading;
using gps::DriverCode;
using gps::DriverStatus;

constexpr double kInertia = 0.005;  // [kg m^2]
constexpr double kDamping = 0.03;   // [N m s/rad]

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

class SpringArm final : public gps::ArmDriver {
 public:
  SpringArm(int joints, double stiffness) : m_joints(joints), m_stiffness(stiffness) {}
  ~SpringArm() override { close(); }

  int joints() const noexcept override { return m_joints; }

  /// A real driver opens its bus, checks that every joint answers and is of the kind that was asked for, switches the
  /// torque off and sets limits; it returns for example {DriverCode::NoAnswer, joint}.
  DriverStatus open() noexcept override {
    m_open = true;
    m_moved = now();
    return {};
  }

  /// Torque on, with goals that keep the arm where it is. `stop` may become true at any time: give up then.
  DriverStatus arm(const std::atomic<bool>& stop) noexcept override {
    if (!m_open) return {DriverCode::NotOpen};
    if (stop.load()) return {DriverCode::Interrupted};
    m_torque = {};
    m_on = true;
    return {};
  }

  /// No allocation, no exception, no waiting beyond half a period. A joint that did not answer is marked stale, with its
  /// angle extrapolated; a wire that is gone is LinkLost.
  DriverStatus read(ArmReading& reading) noexcept override {
    if (!m_open) return {DriverCode::NotOpen};
    reading.start = now();
    move(reading.start);
    reading.joints = m_joints;
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_joints); ++i) {
      reading.joint[i] = {.angle = m_angle[i], .velocity = m_velocity[i], .torque = m_torque[i]};
    }
    reading.end = now();
    return {};
  }

  /// The goals for one period. What is really sent, after clamping and rounding, is told in command.sent.
  DriverStatus write(ArmCommand& command) noexcept override {
    if (!m_open) return {DriverCode::NotOpen};
    move(now());
    command.clipped = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_joints); ++i) {
      command.sent[i] = std::clamp(command.wanted[i], -0.5, 0.5);
      if (command.sent[i] != command.wanted[i]) command.clipped |= 1u << i;
      m_torque[i] = m_on ? command.sent[i] : 0.0;
    }
    return {};
  }

  DriverStatus neutral() noexcept override {
    m_torque = {};
    return {};
  }

  /// Torque off, and proof of it: a real driver reads back what it wrote and says who did not confirm.
  DriverStatus release() noexcept override {
    m_torque = {};
    m_on = false;
    return {};
  }

  void close() noexcept override {
    (void)release();
    m_open = false;
  }

  const gps::JointHealth& health(int) const noexcept override { return m_health; }

 private:
  /// The arm itself: I q'' = tau - D q' - k q, in small steps up to the present.
  void move(std::int64_t to) noexcept {
    constexpr double kStep = 0.001;
    const std::int64_t most = 1000;  // after a long pause the arm has come to rest anyway
    for (std::int64_t left = std::min(most, (to - m_moved) / 1'000'000); left > 0; --left) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(m_joints); ++i) {
        const double torque = m_torque[i] - kDamping * m_velocity[i] - m_stiffness * m_angle[i];
        m_velocity[i] += kStep * torque / kInertia;
        m_angle[i] += kStep * m_velocity[i];
      }
    }
    m_moved += (to - m_moved) / 1'000'000 * 1'000'000;
  }

  int m_joints;
  double m_stiffness;
  bool m_open = false;
  bool m_on = false;
  std::int64_t m_moved = 0;
  std::array<double, gps::kMaxArmJoints> m_angle{}, m_velocity{}, m_torque{};
  gps::JointHealth m_health{.voltage = 5.0, .temperature = 25.0, .errorBits = 0, .known = true};
};

}  // namespace

class SpringArmPlugin final : public QObject, public gps::ArmPlugin {
  Q_OBJECT
  Q_PLUGIN_METADATA(IID "gps-studio.ArmPlugin" FILE "spring_arm.json")
  Q_INTERFACES(gps::ArmPlugin)

 public:
  gps::Result<gps::PluginArm> make(std::span<const double> settings, double period) override {
    if (period > 0.2) {
      return gps::Error{"The spring arm needs a control period of at most 0.2 s.", "--period", "Use a shorter one."};
    }
    gps::PluginArm arm;
    arm.joints = static_cast<int>(std::lround(settings[0]));
    for (int i = 0; i < arm.joints; ++i) {
      arm.joint[static_cast<std::size_t>(i)] = {
          .lowerLimit = -1.5, .upperLimit = 1.5, .velocityLimit = 4.0, .torqueLimit = 0.3, .stallTorque = 0.5};
    }
    arm.driver = std::make_unique<SpringArm>(arm.joints, settings[1]);
    return arm;
  }
};

#include "spring_arm.moc"
