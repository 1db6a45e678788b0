// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/math/types.h"

namespace gps {

/// Position and angle of one body at one instant, in task units. What the canvas draws.
struct Pose {
  float x = 0.0f;
  float y = 0.0f;
  float angle = 0.0f;
};

/// What a plant knows beyond state and observation; for diagnosis, not for learning.
struct PlantReadout {
  std::vector<double>
      motorLoads;            ///< per scene joint: what its motor applied in the last substep  [N m] or [N]
  std::vector<double>
      dampingLoads;          ///< per scene joint: what its damping applied then  [N m] or [N]
  int touchingContacts = 0;  ///< pairs of shapes that touch
};

/// The thing that is controlled: Box2D world, closed-form system, real arm. A rollout does not know which.
/// One plant serves one rollout: make a fresh one for the next (a used b2World carries warm-start data).
class Plant {
 public:
  virtual ~Plant() = default;
  virtual void state(Eigen::Ref<Vector> x) const = 0;        ///< writes dX entries
  virtual void observation(Eigen::Ref<Vector> o) const = 0;  ///< writes dO entries
  /// Applies the commanded action for one control step; the actuators clamp it. Returns the number of
  /// components that were clamped.
  virtual int step(const VectorRef& u) = 0;
  /// Appends one pose per scene body (in the scene's order).
  virtual void poses(std::vector<Pose>& out) const = 0;
  virtual PlantReadout readout() const { return {}; }
  /// Writes the coordinates that PlantFactory::makeAt() takes.
  virtual void coordinates(Eigen::Ref<Vector>) const {}
};

class TrialRunner;

/// Makes plants. Immutable and shared by all workers.
class PlantFactory {
 public:
  virtual ~PlantFactory() = default;
  /// A plant at the start of `condition`, its initial state disturbed by `startNoise` (standard normal
  /// numbers, one per disturbed coordinate; may be empty when the condition has no spread).
  virtual std::unique_ptr<Plant> make(int condition, const VectorRef& startNoise) const = 0;
  virtual int startNoiseSize(int condition) const = 0;

  /// Who runs whole rollouts, where the plants keep their own time; make() is then only asked where things start and
  /// how they look. Null: rollouts step the plants.
  virtual TrialRunner* trials() const { return nullptr; }

  /// How many numbers determine where everything is and how fast it moves. Fails where a plant can only be started
  /// at its conditions.
  virtual Result<int> coordinateCount() const {
    return Error{"This plant cannot be set to an arbitrary state.", "plant",
                 "Use an algorithm that fits its dynamics to rollouts, such as trajopt or gps_ilqr."};
  }
  /// A fresh plant of `condition` with the coordinates z, which remembers nothing of how it came there (no impulses
  /// of contacts and joints). Only where coordinateCount() succeeds.
  virtual std::unique_ptr<Plant> makeAt(int, const VectorRef&) const { return nullptr; }
};

}  // namespace gps
