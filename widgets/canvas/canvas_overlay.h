// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/view_map.h"

class QPainter;

namespace gps::ui {

/// What the legend has to explain: only what is on the screen.
struct LegendContent {
  bool local = false;
  bool global = false;
  bool samples = false;
  bool tubes = false;
  bool goal = false;
};

/// Lines, dashes, bands and marks with their names, in the lower right corner. Left out where the canvas is
/// small.
void paintLegend(QPainter& painter, const LegendContent& content, const ViewMap& map, const Theme& theme);

/// A bar of a round length with its unit, in the lower left corner.
void paintScaleBar(QPainter& painter, const ViewMap& map, const Theme& theme);

/// What is shown, in the upper left corner: "Iteration 3", the time.
void paintCaption(QPainter& painter, const QString& text, const ViewMap& map, const Theme& theme);

/// Says what will appear here and when.
void paintEmptyText(QPainter& painter, const QString& text, bool centred, const ViewMap& map,
                    const Theme& theme);

}  // namespace gps::ui
