// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/arm/arm_learning.h"
#include "app/bridge/arm_link.h"
#include "core/plant/task.h"
#include "widgets/panels/arm/arm_view.h"

class QDockWidget;

namespace gps::ui {

class ArmPanel;
class MainWindow;

/// The arm of the window: its panel, its link, and what lies between. Part of the window, which owns it. Nothing is
/// connected or armed but by the user's hand, and the window's end switches the torque off.
class ArmControl : public QObject {
  Q_OBJECT
 public:
  explicit ArmControl(MainWindow& window);
  ~ArmControl() override;

  QDockWidget* dock() const { return m_dock; }
  ArmPanel* panel() const { return m_panel; }
  ArmLink& link() { return m_link; }
  ArmLearning& learning() { return m_learning; }

  /// Asked by the window's timer, 30 times a second.
  void tick();
  /// The window closes: torque off, and waits for it.
  void letGo() { m_link.closeNow(); }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void connectArm();
  void pressStop();
  void armNow();
  void showState(ArmState state);
  void jog();
  void keepInSight();
  void judgeTask();
  bool fits() const;
  void chooseWhere(bool onArm);
  ArmView view();

  MainWindow& m_window;
  ArmPanel* m_panel;
  QDockWidget* m_dock;
  ArmLink m_link;
  ArmLearning m_learning{m_link};  ///< ends before the link does
  std::optional<Error> m_wrongForm;
  std::shared_ptr<const Task> m_task;  ///< that m_misfit is about
  std::optional<Error> m_misfit;
  bool m_judged = false;
  bool m_armedBefore = false;
  int m_ticks = 0;
  int m_vainStop = 0;  ///< ticks for which a stop without an arm is still answered
};

}  // namespace gps::ui
