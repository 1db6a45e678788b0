// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <utility>
#include <vector>

#include "widgets/panels/arm/arm_view.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSlider;
class QVBoxLayout;

namespace gps::ui {

class DeviceForm;
class HoldButton;
class JointCard;
class LampDot;

/// The window's way to a serial arm, from the port to the emergency stop. Shows values and says what the user wants.
class ArmPanel : public QWidget {
  Q_OBJECT
 public:
  explicit ArmPanel(QWidget* parent = nullptr);

  void setView(const ArmView& view);
  DeviceForm* form() const { return m_form; }
  /// Speed of jogging in percent of the arm's, 1 to 100.
  int speed() const;
  bool checklist() const;
  void clearChecklist();
  /// The joint whose button is held and which way; {-1, 0}: none.
  std::pair<int, int> jogging() const;

  QSize sizeHint() const override { return {400, 640}; }

 Q_SIGNALS:
  void stopRequested();
  void resetRequested();
  void armRequested();
  void disarmRequested();
  void learnOnArmChosen(bool onArm);
  void confirmed();  ///< the next step of the first trials

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  /// An Esc was pressed somewhere in the panel; two in short order are the emergency stop.
  void escape();
  void makeHead(QVBoxLayout* column);
  void makeArming(QVBoxLayout* column);
  void makeJoints(QVBoxLayout* column);
  void makeLearning(QVBoxLayout* column);
  void showInterlocks(const std::vector<Interlock>& interlocks);
  void showJoints(const ArmView& view);

  struct Line {
    LampDot* lamp;
    QLabel* text;
  };

  DeviceForm* m_form;
  QLabel* m_welcome;
  LampDot* m_lamp;
  QLabel* m_state;
  QLabel* m_cause;
  QPushButton* m_reset;
  QPushButton* m_stop;
  QLabel* m_stopWords;
  QWidget* m_body;
  QGridLayout* m_lines;
  std::vector<Line> m_interlocks;
  QCheckBox* m_checklist;
  HoldButton* m_arm;
  QPushButton* m_disarm;
  QSlider* m_speed;
  QLabel* m_percent;
  QVBoxLayout* m_jointColumn;
  std::vector<JointCard*> m_joints;
  QLabel* m_statistics;
  QComboBox* m_learns;
  QLabel* m_learning;
  QPushButton* m_confirm;
  QElapsedTimer m_sinceEscape;
};

}  // namespace gps::ui
