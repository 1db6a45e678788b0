// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/device/simulation/joint_physics.h"

namespace gps {

JointPhysics independentJoints(double inertia, double damping) {
  return [inertia, damping](std::span<const double> torques, double dt, std::span<JointState> joints) {
    for (std::size_t i = 0; i < joints.size(); ++i) {
      // Damping implicitly, so that no damping makes the step unstable.
      JointState& joint = joints[i];
      joint.velocity = (joint.velocity + dt * torques[i] / inertia) / (1.0 + dt * damping / inertia);
      joint.angle += dt * joint.velocity;
    }
  };
}

}  // namespace gps
