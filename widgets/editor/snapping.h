// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "widgets/canvas/view_map.h"
#include "widgets/editor/editor_parts.h"

namespace gps::ui {

/// What was snapped to, to be shown.
struct SnapGuide {
  Eigen::Vector2d at{0, 0};
  QString name{};  ///< empty: the grid
};

struct Snapped {
  Eigen::Vector2d point{0, 0};
  std::optional<SnapGuide> guide{};
};

/// How far the hand may be from a point to be drawn to it, pixels.
inline constexpr double kSnapReach = 8.0;
/// Radians.
inline constexpr double kSnapTurn = 3.14159265358979323846 / 12;

/// Distance of the fine grid's lines: a round length of 8 to 20 pixels. Also the step of a nudge.
double gridStep(const ViewMap& map);
Eigen::Vector2d onGrid(const Eigen::Vector2d& point, double step);

/// To the nearest of `points` in reach, else to the grid.
Snapped snapPoint(const Eigen::Vector2d& point, const std::vector<SnapPoint>& points, const ViewMap& map);

/// Moves `own` points by `delta`, so that one of them meets one of `others` in reach; else so that
/// `reference` comes to lie on the grid. Returns the delta.
Snapped snapDelta(const Eigen::Vector2d& delta, const Eigen::Vector2d& reference,
                  const std::vector<Eigen::Vector2d>& own, const std::vector<SnapPoint>& others,
                  const ViewMap& map);

}  // namespace gps::ui
