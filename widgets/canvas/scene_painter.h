// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <vector>

#include "widgets/canvas/scene_geometry.h"
#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

// How the things of a scene look, shared by canvas, thumbnails and editor. Line widths are in pixels, because
// scenes differ in scale by a factor of ten. Painters come with antialiasing on.

/// How one body is drawn. An invalid colour leaves that part out.
struct BodyLook {
  QColor fill;
  QColor outline;
  double width = 1.0;
  bool dashed = false;
};

void paintGrid(QPainter& painter, const ViewMap& map, const Theme& theme);
void paintBody(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
               const BodyLook& look);
/// Bodies that do not move, and ghost bodies dashed in the goal's colour. `others`: poses at other
/// conditions' starts, outlined faintly where they differ.
void paintStaticBodies(QPainter& painter, const Scene& scene, const std::vector<Pose>& poses,
                       const std::vector<std::vector<Pose>>& others, const ViewMap& map, const Theme& theme);
/// The bodies that move, and the pins of their joints.
void paintMovers(QPainter& painter, const Scene& scene, const std::vector<Pose>& poses, const ViewMap& map,
                 const BodyLook& look);
/// Green ring of the success radius with a cross inside, or the green dashed outline of the pose to reach.
void paintGoal(QPainter& painter, const Scene& scene, const Goal& goal, const ViewMap& map,
               const Theme& theme);

/// A length of 1, 2 or 5 times a power of ten task units that is nearest to `pixels` from below.
double roundLength(double pixels, double pixelsPerUnit);

}  // namespace gps::ui
