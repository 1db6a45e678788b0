// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QDockWidget>
#include <QLabel>
#include <QPushButton>

#include "app/arm/arm_control.h"
#include "tests/app/plugged_arm.h"
#include "tests/app/session_window.h"
#include "widgets/panels/arm/arm_panel.h"
#include "widgets/panels/arm/hold_button.h"

namespace gps::testing {

/// A window with the panel open, and an arm within reach.
struct ArmWindow : SessionWindow {
  explicit ArmWindow(const QString& folder) : SessionWindow(folder) { window.arm()->dock()->show(); }
  ArmLink& link() { return window.arm()->link(); }
  ArmPanel& panel() { return *window.arm()->panel(); }
  template <class Widget>
  Widget* find(const char* name) {
    return panel().findChild<Widget*>(QLatin1String(name));
  }
  QString words(const char* name) {
    auto* label = find<QLabel>(name);
    return label && label->isVisibleTo(&panel()) ? label->text() : QString();
  }
  bool is(ArmState state) {
    return QTest::qWaitFor([&] { return link().status().state == state; }, kPatience);
  }
  bool connects() {
    link().openWith("simulated", arm.config, arm.opening());
    return is(ArmState::Connected);
  }
  bool canArm() {
    return QTest::qWaitFor([&] { return find<HoldButton>("arm.arm")->isEnabled(); }, kPatience);
  }
  /// Holds the button as a user would.
  bool arms() {
    find<QCheckBox>("arm.checklist")->setChecked(true);
    if (!canArm()) return false;
    auto* button = find<HoldButton>("arm.arm");
    QTest::mousePress(button, Qt::LeftButton);
    const bool armed = is(ArmState::Armed);
    QTest::mouseRelease(button, Qt::LeftButton);
    return armed && looks(3);
  }
  /// The control loop goes on for a while, and the window looks.
  bool looks(std::uint64_t cycles) {
    const std::uint64_t from = link().status().cycles;
    return QTest::qWaitFor([&] { return link().status().cycles >= from + cycles; }, kPatience);
  }
  void click(const char* name) {
    auto* button = find<QPushButton>(name);
    QVERIFY2(button && button->isEnabled() && button->isVisibleTo(&panel()), name);
    QTest::mouseClick(button, Qt::LeftButton);
  }
  bool isClosed() {
    return QTest::qWaitFor([&] { return link().phase() == ArmLink::Phase::Closed; }, kPatience);
  }
  double angle(int joint) { return link().status().reading.joint[static_cast<std::size_t>(joint)].angle; }

  PluggedArm arm;
};

}  // namespace gps::testing
