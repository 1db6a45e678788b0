// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/plant/plant.h"
#include "core/scene/scene.h"

namespace gps {

/// The simulated world of a scene as one can reach into it: the same physics as a rollout's plant, substep by
/// substep, and a hand that pulls at bodies. For looking at a task, not for learning.
class HandPlant {
 public:
  virtual ~HandPlant() = default;
  /// Duration of one substep of the physics  [s].
  virtual double substep() const = 0;
  /// One substep with the action u (dU), clamped by the actuators. An actuator that sets the velocity of the
  /// body in the hand waits while its command is 0: it would hold the body against the hand.
  virtual void advance(const VectorRef& u) = 0;
  /// Replaces `out` by one pose per scene body; no memory is allocated once it is large enough.
  virtual void lookAt(std::vector<Pose>& out) const = 0;
  /// Replaces `out` by the angle [rad] or translation [m] of every scene joint; 0 for welds and rods.
  virtual void coordinates(std::vector<double>& out) const = 0;

  /// Takes hold of a dynamic body at a point of its frame; false where it does not move. Forces are bounded.
  virtual bool hold(int body, const Eigen::Vector2d& local) = 0;
  /// Where the hand pulls to.
  virtual void pull(const Eigen::Vector2d& to) = 0;
  virtual void release() = 0;
};

/// The world of a validated scene at the start of `condition`, which need not be one of the scene's.
std::unique_ptr<HandPlant> makeHandPlant(std::shared_ptr<const Scene> scene, const Condition& condition);

}  // namespace gps
