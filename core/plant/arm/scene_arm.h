// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/device/simulation/joint_physics.h"
#include "core/plant/arm/arm_joints.h"

namespace gps {

/// The bodies of a scene as a simulated servo bus moves them: its own links, gravity and friction, at the bus's fine
/// steps, under whatever torques the servos give. The scene's driven joints are the servos' in their order. `starts`
/// receives their angles at the start of the first condition [rad]. Fails where the scene is no arm (actionOf).
Result<JointPhysics> sceneJointPhysics(const Scene& scene, std::vector<double>& starts);

}  // namespace gps
