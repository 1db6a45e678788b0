// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/device/control/control_loop.h"
#include "widgets/panels/arm/arm_view.h"

namespace gps::ui {

/// What decides whether an arm may be switched on.
struct ArmCircumstances {
  const ArmConfig* config = nullptr;  ///< of the arm whose port is open; null: none is
  ArmStatus status{};
  bool hasTask = false;
  std::optional<Error> misfit{};  ///< why the task of the window is not one for this arm
  bool checklist = false;
  int speed = 10;           ///< of jogging [%]
  bool armedBefore = false;  ///< since the arm was connected
};

/// The conditions for switching an arm on, in the order in which they are shown.
std::vector<Interlock> interlocksOf(const ArmCircumstances& now);

/// Whether nothing holds back.
bool allMet(const std::vector<Interlock>& interlocks);

}  // namespace gps::ui
