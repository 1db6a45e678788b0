// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <vector>

class QLabel;
class QSlider;

namespace gps::ui {

class TrySession;

/// What one can do while a task is tried out: a slider and two keys per actuator, a slider per hinge and slider
/// of the task, and the way back.
class TryPanel : public QScrollArea {
  Q_OBJECT
 public:
  explicit TryPanel(QWidget* parent = nullptr);
  /// Not owned; null: nothing is tried.
  void setSession(TrySession* session);

 Q_SIGNALS:
  void startOverAsked();
  void leaveAsked();

 private:
  struct Row {
    QSlider* slider = nullptr;
    QLabel* value = nullptr;
    double low = 0.0;
    double high = 1.0;
    int index = 0;  ///< actuator or joint
    bool turns = false;
  };
  Row addRow(const QString& name, const QString& objectName, const QString& note, const QString& tip, double low,
             double high, int index);
  void showValues();
  void showRow(const Row& row, double value, const QString& unit);

  TrySession* m_session = nullptr;
  QWidget* m_content = nullptr;
  QLabel* m_time = nullptr;
  std::vector<Row> m_actuators;
  std::vector<Row> m_joints;
};

}  // namespace gps::ui
