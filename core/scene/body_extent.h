// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Geometry>

#include "core/scene/scene.h"

namespace gps {

/// Box along the world's axes around a body's shapes, the body standing at this place.
Eigen::AlignedBox2d bodyExtent(const Body& body, const Eigen::Vector2d& position, double angle);

/// The body where the file puts it.
inline Eigen::AlignedBox2d bodyExtent(const Body& body) {
  return bodyExtent(body, body.position, body.angle);
}

}  // namespace gps
