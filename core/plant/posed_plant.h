// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/plant/plant.h"
#include "core/scene/scene.h"

namespace gps {

/// The bodies and sensors of a scene where somebody else says where its joints are, such as a measured arm. Nothing
/// moves by itself, and nothing is allocated beyond what Box2D's broad phase notes of moved bodies.
class PosedPlant {
 public:
  virtual ~PosedPlant() = default;
  /// Puts everything where the coordinates z (coordinatesOf) say.
  virtual void place(const VectorRef& z) = 0;
  virtual void state(Eigen::Ref<Vector> x) const = 0;        ///< writes dX entries
  virtual void observation(Eigen::Ref<Vector> o) const = 0;  ///< writes dO entries
  /// Appends one pose per scene body.
  virtual void poses(std::vector<Pose>& out) const = 0;
};

/// Of the scene in `condition`, which says where static bodies stand. Fails where the joints form no tree.
Result<std::unique_ptr<PosedPlant>> makePosedPlant(std::shared_ptr<const Scene> scene, const Condition& condition);

}  // namespace gps
