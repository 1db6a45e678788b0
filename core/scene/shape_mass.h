// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scene/scene.h"

namespace gps {

/// Mass [kg], first [kg m] and second moment [kg m^2] about the body's origin. They add up over shapes.
struct Moments {
  double mass = 0.0;
  Eigen::Vector2d first{0, 0};
  double second = 0.0;

  Moments& operator+=(const Moments& other);
  /// Second moment about the centre of mass; 0 without mass.
  double central() const;
};

/// Of a shape filled with its density; chains have none.
Moments momentsOf(const Shape& shape);

}  // namespace gps
