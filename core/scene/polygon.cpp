// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scene/polygon.h"

#include <cmath>
#include <cstddef>

namespace gps {

bool isConvexPolygon(const std::vector<Eigen::Vector2d>& vertices) {
  const std::size_t count = vertices.size();
  if (count < 3) return false;
  std::size_t left = 0, right = 0;
  double turned = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const Eigen::Vector2d in = vertices[(i + 1) % count] - vertices[i];
    const Eigen::Vector2d out = vertices[(i + 2) % count] - vertices[(i + 1) % count];
    const double lengths = in.norm() * out.norm();
    if (!(lengths > 0.0)) return false;
    const double cross = in.x() * out.y() - in.y() * out.x();
    if (std::abs(cross) / lengths > 1e-6) ++(cross > 0 ? left : right);
    turned += std::atan2(cross, in.dot(out));
  }
  // A star turns to one side only as well, but more than once around.
  return (left == count || right == count) && std::abs(turned) < 7.0;
}

}  // namespace gps
