// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/snapping.h"

#include <cmath>

#include "widgets/canvas/scene_painter.h"

namespace gps::ui {

double gridStep(const ViewMap& map) {
  return roundLength(20, map.pixelsPerUnit);
}

Eigen::Vector2d onGrid(const Eigen::Vector2d& point, double step) {
  return {std::round(point.x() / step) * step, std::round(point.y() / step) * step};
}

Snapped snapPoint(const Eigen::Vector2d& point, const std::vector<SnapPoint>& points, const ViewMap& map) {
  Snapped best{onGrid(point, gridStep(map)), std::nullopt};
  double nearest = kSnapReach / map.pixelsPerUnit;
  for (const SnapPoint& each : points) {
    const double distance = (each.at - point).norm();
    if (distance >= nearest) continue;
    nearest = distance;
    best = {each.at, SnapGuide{each.at, each.name}};
  }
  return best;
}

Snapped snapDelta(const Eigen::Vector2d& delta, const Eigen::Vector2d& reference,
                  const std::vector<Eigen::Vector2d>& own, const std::vector<SnapPoint>& others,
                  const ViewMap& map) {
  Snapped best{onGrid(reference + delta, gridStep(map)) - reference, std::nullopt};
  double nearest = kSnapReach / map.pixelsPerUnit;
  for (const Eigen::Vector2d& point : own) {
    for (const SnapPoint& each : others) {
      const double distance = (each.at - point - delta).norm();
      if (distance >= nearest) continue;
      nearest = distance;
      best = {each.at - point, SnapGuide{each.at, each.name}};
    }
  }
  return best;
}

}  // namespace gps::ui
