// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/device/arm/arm_config.h"
#include "core/plant/task.h"

namespace gps {

/// Which joint of an arm is which joint of a scene: the scene's driven joints, in the order of its actuators, are the
/// arm's joints from the base on.
struct ArmJoints {
  std::vector<Eigen::Index> coordinate;  ///< (arm joint) of its angle in the scene's coordinates; its speed follows
  int stride = 1;                        ///< control periods per time step of the scene

  int count() const { return static_cast<int>(coordinate.size()); }
};

/// The kind of action that the scene's actuators stand for. Fails where they are not all of one kind that arms have.
Result<ActionKind> actionOf(const Scene& scene);

/// The longest control period that divides the scene's time step and is not above `longest`  [s].
double controlPeriod(double dt, double longest = 0.02);

/// Fails where the arm cannot do what the task asks: other joints, other actions, stronger motors, starts beyond its
/// limits or in motion, parts that no joint of it measures, a time step that is no multiple of its period.
Result<ArmJoints> matchArm(const Task& task, const ArmConfig& arm);

}  // namespace gps
