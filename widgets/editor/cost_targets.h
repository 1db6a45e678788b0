// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/scene/scene_edit.h"
#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

// Where cost terms want something to be.

/// One target of a term, where it is a place of the plane.
struct CostTarget {
  std::string cost;
  std::size_t point = 0;         ///< of a tip with several points
  Eigen::Vector2d at{0, 0};      ///< in the world
  double frame = 0.0;            ///< angle of the body the target is given in
};
/// Of all terms that look at a place by world coordinates or in the frame of a fixed body. Left out: targets that
/// move with the mark of the success test, and what is measured from another body.
std::vector<CostTarget> costTargets(const Scene& scene);

/// The wish that takes a target by `delta` (world); nothing where it is gone.
std::optional<CostTargetMoved> costTargetDragged(const Scene& scene, const std::string& cost, std::size_t point,
                                                 const Eigen::Vector2d& delta);

/// A diamond at each; those of `selected` strong and with their name.
void paintCostTargets(QPainter& painter, const std::vector<CostTarget>& targets,
                      const std::vector<std::string>& selected, const ViewMap& map, const Theme& theme);

}  // namespace gps::ui
