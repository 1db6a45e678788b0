// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/try_session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace gps::ui {

namespace {

constexpr int kFrame = 16;           // ms
constexpr double kMostAtOnce = 0.1;  // s
constexpr double kMostWork = 10.0;   // ms of a frame; the rest is for the window

constexpr std::array<int, 8> kUp{Qt::Key_Q, Qt::Key_W, Qt::Key_E, Qt::Key_R,
                                 Qt::Key_T, Qt::Key_Y, Qt::Key_U, Qt::Key_I};
constexpr std::array<int, 8> kDown{Qt::Key_A, Qt::Key_S, Qt::Key_D, Qt::Key_F,
                                   Qt::Key_G, Qt::Key_H, Qt::Key_J, Qt::Key_K};

Pose between(const Pose& a, const Pose& b, float share) {
  const float turn =
      static_cast<float>(std::remainder(static_cast<double>(b.angle - a.angle), 2.0 * std::numbers::pi));
  return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y), a.angle + share * turn};
}

bool finite(const std::vector<Pose>& poses) {
  return std::all_of(poses.begin(), poses.end(), [](const Pose& pose) {
    return std::isfinite(pose.x) && std::isfinite(pose.y) && std::isfinite(pose.angle);
  });
}

}  // namespace

TrySession::TrySession(std::shared_ptr<const Scene> scene, Condition start, QObject* parent)
    : QObject(parent), m_scene(std::move(scene)), m_start(std::move(start)) {
  m_u = Vector::Zero(static_cast<Eigen::Index>(m_scene->actuators.size()));
  m_timer.setInterval(kFrame);
  m_timer.setTimerType(Qt::PreciseTimer);
  connect(&m_timer, &QTimer::timeout, this, [this] { advance(static_cast<double>(m_clock.nsecsElapsed()) * 1e-9, kMostWork); });
  build(m_start);
}

void TrySession::build(const Condition& start) {
  m_plant = makeHandPlant(m_scene, start);
  m_plant->lookAt(m_now);
  m_before = m_now;
  m_due = 0.0;
  look();
}

void TrySession::look() {
  const double substep = m_plant->substep();
  const auto share = static_cast<float>(std::clamp(m_due / substep, 0.0, 1.0));
  m_shown.resize(m_now.size());
  for (std::size_t i = 0; i < m_now.size(); ++i) m_shown[i] = between(m_before[i], m_now[i], share);
  m_plant->coordinates(m_coordinates);
  Q_EMIT moved();
}

void TrySession::run() {
  m_clock.restart();
  m_timer.start();
}

void TrySession::halt() {
  m_timer.stop();
}

void TrySession::advance(double seconds, double most) {
  m_clock.restart();
  const double substep = m_plant->substep();
  m_due += std::clamp(seconds, 0.0, kMostAtOnce);
  while (m_due >= substep) {
    std::swap(m_before, m_now);
    m_plant->advance(m_u);
    m_plant->lookAt(m_now);
    m_due -= substep;
    m_time += substep;
    // What cannot be done in time is not made up for later.
    if (static_cast<double>(m_clock.nsecsElapsed()) * 1e-6 > most)
      m_due = std::min(m_due, 0.5 * substep);
  }
  if (!finite(m_now)) {
    startOver();
    Q_EMIT failed();
    return;
  }
  look();
}

void TrySession::startOver() {
  m_u.setZero();
  m_time = 0.0;
  build(m_start);
  for (int i = 0; i < static_cast<int>(m_u.size()); ++i) Q_EMIT actionChanged(i);
}

bool TrySession::hold(int body, const Eigen::Vector2d& local, const Eigen::Vector2d& at) {
  if (!m_plant->hold(body, local)) return false;
  m_plant->pull(at);
  return true;
}

void TrySession::pull(const Eigen::Vector2d& to) {
  m_plant->pull(to);
}

void TrySession::release() {
  m_plant->release();
}

double TrySession::actionLimit(int actuator) const {
  return m_scene->actuators[static_cast<std::size_t>(actuator)].limit.value_or(1.0);
}

void TrySession::setAction(int actuator, double value) {
  const double limit = actionLimit(actuator), wanted = std::clamp(value, -limit, limit);
  if (wanted == m_u(actuator)) return;
  m_u(actuator) = wanted;
  Q_EMIT actionChanged(actuator);
}

void TrySession::poseJoint(int joint, double value) {
  Condition there;
  there.id = m_start.id;
  std::vector<bool> carried(m_scene->bodies.size(), false);
  for (std::size_t j = 0; j < m_scene->joints.size(); ++j) {
    const Joint& each = m_scene->joints[j];
    if (each.type == Joint::Type::Distance) continue;
    carried[static_cast<std::size_t>(m_scene->body(each.bodyB) - m_scene->bodies.data())] = true;
    const double now = static_cast<int>(j) == joint ? value : m_coordinates[j];
    if (each.type == Joint::Type::Revolute) there.overrides[each.id + ".angle"] = {now};
    if (each.type == Joint::Type::Prismatic) there.overrides[each.id + ".translation"] = {now};
  }
  for (std::size_t i = 0; i < m_scene->bodies.size(); ++i) {
    const Body& body = m_scene->bodies[i];
    if (body.ghost || carried[i]) continue;
    // Also what stands still: a condition may have put it elsewhere than the file.
    there.overrides[body.id + ".position"] = {m_now[i].x, m_now[i].y};
    there.overrides[body.id + ".angle"] = {m_now[i].angle};
  }
  build(there);
}

int TrySession::upKey(int actuator) {
  return actuator < static_cast<int>(kUp.size()) ? kUp[static_cast<std::size_t>(actuator)] : 0;
}

int TrySession::downKey(int actuator) {
  return actuator < static_cast<int>(kDown.size()) ? kDown[static_cast<std::size_t>(actuator)] : 0;
}

bool TrySession::key(int key, bool down) {
  for (int i = 0; i < static_cast<int>(m_u.size()); ++i) {
    if (key != upKey(i) && key != downKey(i)) continue;
    setAction(i, !down ? 0.0 : key == upKey(i) ? actionLimit(i) : -actionLimit(i));
    return true;
  }
  return false;
}

}  // namespace gps::ui
