// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <vector>

namespace gps {

/// Whether corners make a convex polygon without straight or repeated ones, in either direction of rotation.
bool isConvexPolygon(const std::vector<Eigen::Vector2d>& vertices);

}  // namespace gps
