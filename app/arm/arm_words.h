// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "app/bridge/arm_link.h"
#include "core/plant/task.h"
#include "widgets/panels/arm/arm_view.h"

namespace gps::ui {

/// The arm that the form describes, with the kind of action and a control period that suit the task; null: none is
/// open, and the arm is only to be jogged. Fails with what is wrong with the form.
Result<ArmConfig> configOf(const ArmForm& form, const Task* task);

/// Lamp, state, cause, stop, joints and statistics of the link.
ArmView viewOf(const ArmLink& link);

}  // namespace gps::ui
