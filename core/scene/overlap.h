// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Geometry>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "core/scene/scene.h"

namespace gps {

/// How deep Box2D lets bodies lie in each other, in world units.
inline constexpr double kSlop = 0.005;

/// A body where a condition starts it.
struct PlacedBody {
  const Body* body = nullptr;
  Eigen::Vector2d position{0, 0};
  double angle = 0.0;
};

/// All bodies at the positions and angles of a condition (null: of the file). Overrides of joints are not
/// followed.
std::vector<PlacedBody> placedBodies(const Scene& scene, const Condition* condition);

/// Pairs of indices, lower first, of bodies that would collide and lie in each other deeper than `allowed`
/// [task units]; at least one of the two moves. Chains, ghosts and shapes that never collide are left out,
/// and so are pairs that `wanted` refuses. The search ends with `most` pairs: n bodies in one place have n^2.
std::vector<std::pair<std::size_t, std::size_t>> overlappingPairs(
    const std::vector<PlacedBody>& bodies, double allowed,
    const std::function<bool(std::size_t, std::size_t)>& wanted = {},
    std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace gps
