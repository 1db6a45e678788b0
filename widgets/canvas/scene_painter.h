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
/// The bodies that move, and the pins of their joints.
void paintMovers(QPainter& painter, const Scene& scene, const std::vector<Pose>& poses, const ViewMap& map,
                 const BodyLook& look);
/// A length of 1, 2 or 5 times a power of ten task units that is nearest to `pixels` from below.
double roundLength(double pixels, double pixelsPerUnit);

}  // namespace gps::ui
