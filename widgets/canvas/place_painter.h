// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/canvas/scene_geometry.h"
#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

// What stands in a scene and where one wants to go, of all conditions in one picture.

/// Where everything stands at the start of one condition.
struct Places {
  std::vector<Pose> poses;
  Goal goal;
};
/// One body that does not move, as it stands: solid with one outline around all its shapes; a ghost dashed in the
/// goal's colour.
void paintStaticBody(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
                     const Theme& theme);
/// Bodies that do not move, and ghost bodies dashed in the goal's colour. Bodies that stand alike in all
/// conditions are drawn once. Of the others `condition` is drawn solid and the rest as faint outlines; with
/// -1 what all of them cover is solid, and each has an outline in its own hue, strong where the body opens (a
/// slot).
void paintStaticBodies(QPainter& painter, const Scene& scene, const std::vector<Places>& places,
                       int condition, const ViewMap& map, const Theme& theme);
/// Goals of all conditions, where they differ: green ring of the success radius with a cross inside, or the
/// green dashed outline of the pose to reach. Of several, only `condition` has its radius; the others are
/// small marks.
void paintGoals(QPainter& painter, const Scene& scene, const std::vector<Places>& places, int condition,
                const ViewMap& map, const Theme& theme);
/// Conditions whose goal is the goal of no earlier one.
std::vector<int> distinctGoals(const std::vector<Places>& places);

}  // namespace gps::ui
