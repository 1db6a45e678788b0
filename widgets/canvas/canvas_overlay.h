// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <span>
#include <vector>

#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/view_map.h"

class QPainter;

namespace gps::ui {

/// What the legend has to explain: only what is on the screen.
struct LegendContent {
  bool local = false;
  bool global = false;
  bool samples = false;
  bool localTubes = false;
  bool globalTubes = false;
  bool ghosts = false;
  bool goal = false;
  int tests = 0;            ///< conditions kept for testing
  bool testsShown = false;  ///< else the entry only says that they exist
};

/// The number of a condition beside what belongs to it.
struct ConditionLabel {
  QPointF at;  ///< pixels
  QString text;
  QColor colour;
  double strength = 1.0;
};
void paintLabels(QPainter& painter, const std::vector<ConditionLabel>& labels, const Theme& theme);

/// Where a legend stands; above the scale bar and below the caption on the left.
enum class Corner { BottomRight, TopRight, BottomLeft, TopLeft };

/// What paintLegend() drew where, in pixels; null: nothing.
struct LegendPlace {
  Corner corner = Corner::BottomRight;
  QRectF box{};
  QRectF tests{};  ///< its entry of the test conditions
};

/// Lines, dashes, bands and marks with their names. Stays in the corner of `before` as long as it covers nothing of
/// `keepClear` (pixels) there, else goes where it covers least. Left out where the canvas is small.
LegendPlace paintLegend(QPainter& painter, const LegendContent& content, const LegendPlace& before,
                        std::span<const QRectF> keepClear, const ViewMap& map, const Theme& theme);

/// A bar of a round length with its unit, in the lower left corner.
void paintScaleBar(QPainter& painter, const ViewMap& map, const Theme& theme);

/// What is shown, in the upper left corner: "Iteration 3", the time, or what will appear and when.
void paintCaption(QPainter& painter, const QString& text, const ViewMap& map, const Theme& theme);

/// Says in the middle of an empty canvas how to fill it.
void paintEmptyText(QPainter& painter, const QString& text, const ViewMap& map, const Theme& theme);

}  // namespace gps::ui
