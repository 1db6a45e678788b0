// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/plant/coordinates.h"

namespace gps {

/// Where the bodies of a scene are at coordinates, asked again and again: the same numbers as startAt(), without
/// allocating. The scene outlives it.
class ForwardKinematics {
 public:
  /// `coordinates` are those of coordinatesOf(scene). Static bodies stand where `condition` puts them.
  ForwardKinematics(const Scene& scene, const Coordinates& coordinates, const Condition& condition);

  /// One entry per body of the scene, valid until the next call. `z` has coordinates.size() numbers.
  const std::vector<BodyStart>& at(const VectorRef& z);

 private:
  struct Link {
    const Joint* joint = nullptr;
    std::size_t bodyA = 0;
    std::size_t bodyB = 0;
    Eigen::Index first = -1;  ///< of its coordinate and speed in z; -1: a weld
  };
  struct Free {
    std::size_t body = 0;
    Eigen::Index first = 0;
  };

  std::vector<BodyStart> m_model;
  std::vector<BodyStart> m_now;
  std::vector<Link> m_links;  ///< each behind the one that carries its body A
  std::vector<Free> m_free;
};

}  // namespace gps
