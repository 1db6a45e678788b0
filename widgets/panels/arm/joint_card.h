// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/panels/arm/arm_view.h"

class QLabel;
class QPushButton;

namespace gps::ui {

class LampDot;
class LimitBar;

/// One joint of the arm: what it measures, where it stands between its limits, and two buttons that move it slowly as
/// long as they are held.
class JointCard : public QWidget {
  Q_OBJECT
 public:
  /// `index` from 0; names its widgets.
  explicit JointCard(int index, QWidget* parent = nullptr);
  void setJoint(const ArmJointView& joint, bool canJog);
  /// -1 or 1 while a button is held, else 0.
  int direction() const;
  /// Everything it says, in one line.
  QString summary() const;

 private:
  QLabel* figure(const char* name, const QString& caption, const QString& tip);

  int m_index;
  LampDot* m_lamp;
  QLabel* m_name;
  QLabel* m_status;
  QPushButton* m_minus;
  QPushButton* m_plus;
  LimitBar* m_bar;
  QLabel* m_angle;
  QLabel* m_target;
  QLabel* m_velocity;
  QLabel* m_torque;
  QLabel* m_temperature;
  QLabel* m_voltage;
};

}  // namespace gps::ui
