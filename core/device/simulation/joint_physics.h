// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>

namespace gps {

/// One axis at the servo's horn.
struct JointState {
  double angle = 0.0;     ///< [rad], 0 where the servo reads its centre
  double velocity = 0.0;  ///< [rad/s]
};

/// Moves the joints by `dt` seconds under the servos' torques [N m], one per joint. Whatever moves an arm fits:
/// independent joints, or the bodies of a scene.
using JointPhysics = std::function<void(std::span<const double> torques, double dt, std::span<JointState> joints)>;

/// Independent joints: inertia * acceleration = torque - damping * velocity. [kg m^2], [N m s/rad]
JointPhysics independentJoints(double inertia = 0.005, double damping = 0.01);

}  // namespace gps
