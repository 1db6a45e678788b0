// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/plant/start_state.h"
#include "core/scene/scene.h"

namespace gps {

/// The numbers that determine where every moving body of a scene is and how fast it moves: of a joint of the tree its
/// coordinate and its speed, of a body that hangs on no joint position, angle, velocity and angular velocity.
struct Coordinates {
  struct Entry {
    int joint = -1;  ///< index into scene.joints, or
    int body = -1;   ///< index into scene.bodies
    int size() const { return joint >= 0 ? 2 : 6; }
  };
  std::vector<Entry> entries;

  int size() const;
};

/// Fails, naming the joint, where the joints form no tree: rods, loops, joints that hold a moving body A to a static
/// body B.
Result<Coordinates> coordinatesOf(const Scene& scene);

/// Where every body is at the coordinates z; static bodies as `condition` puts them.
std::vector<BodyStart> startAt(const Scene& scene, const Coordinates& coordinates, const Condition& condition,
                               const VectorRef& z);

}  // namespace gps
