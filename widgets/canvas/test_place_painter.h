// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/canvas/place_painter.h"

class QPainter;

namespace gps::ui {

/// Starts and goals of the conditions that are kept for testing, as dashed outlines in a quiet colour. What stands
/// there in a trained condition as well, or in an earlier one of these, is not drawn again.
void paintTestPlaces(QPainter& painter, const Scene& scene, const std::vector<Places>& trained,
                     const std::vector<Places>& tests, const ViewMap& map, const Theme& theme);

/// The mark of a goal that is kept for testing, also in the legend.
void paintTestMark(QPainter& painter, const QPointF& at, double radius, const Theme& theme);

}  // namespace gps::ui
