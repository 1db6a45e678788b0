// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <limits>
#include <memory>
#include <vector>

#include "core/plant/hand_plant.h"

namespace gps::ui {

/// Physics of a task in real time, with a hand and with actuators pushed by keys and sliders. Works on a copy of
/// the scene: nothing of it leads back to the document.
class TrySession : public QObject {
  Q_OBJECT
 public:
  /// `start`: where it begins; need not be one of the scene's conditions.
  TrySession(std::shared_ptr<const Scene> scene, Condition start, QObject* parent = nullptr);

  const Scene& scene() const { return *m_scene; }
  std::shared_ptr<const Scene> sceneValue() const { return m_scene; }
  /// Between two substeps, so that motion is smooth also where these are long.
  const std::vector<Pose>& poses() const { return m_shown; }
  /// Angle [rad] or translation [m] per scene joint.
  const std::vector<double>& coordinates() const { return m_coordinates; }
  double time() const { return m_time; }  ///< simulated  [s]

  void run();   ///< in real time from now on
  void halt();  ///< time stands still
  bool running() const { return m_timer.isActive(); }
  /// Lets `seconds` of the world go by, at most 0.1 s at a time. The timer also ends after `most` milliseconds of work,
  /// however small the substeps are: a slow machine sees slow motion.
  void advance(double seconds, double most = std::numeric_limits<double>::infinity());
  void startOver();

  bool hold(int body, const Eigen::Vector2d& local, const Eigen::Vector2d& at);
  void pull(const Eigen::Vector2d& to);
  void release();

  /// Command of an actuator, clamped to its limit (1 without one).
  void setAction(int actuator, double value);
  double action(int actuator) const { return m_u(actuator); }
  double actionLimit(int actuator) const;
  /// Puts the mechanism there, at rest, all other joints and free bodies as they are; time starts anew.
  void poseJoint(int joint, double value);

  /// Keys that push an actuator up and down: Q and A, W and S, ...; 0 for the ninth and later ones.
  static int upKey(int actuator);
  static int downKey(int actuator);
  /// Full command while the key is down. False: the key drives nothing.
  bool key(int key, bool down);

 Q_SIGNALS:
  void moved();
  void actionChanged(int actuator);
  /// The world came apart (numbers that are not finite); it stands at its start again.
  void failed();

 private:
  void build(const Condition& start);
  void look();

  std::shared_ptr<const Scene> m_scene;
  Condition m_start;
  std::unique_ptr<HandPlant> m_plant;
  Vector m_u;  ///< (dU)
  std::vector<Pose> m_before, m_now, m_shown;
  std::vector<double> m_coordinates;
  double m_due = 0.0;  ///< s of the world not simulated yet, below one substep
  double m_time = 0.0;
  QTimer m_timer;
  QElapsedTimer m_clock;
};

}  // namespace gps::ui
