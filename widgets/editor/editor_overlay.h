// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>

#include "widgets/canvas/view_map.h"
#include "widgets/editor/snapping.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

inline constexpr int kRuler = 22;  // pixels, at the upper and left edge

/// Lines at every step of snapping, stronger at the ruler's numbers, and the axes through the origin.
void paintEditorGrid(QPainter& painter, const ViewMap& map, const Theme& theme);
/// Rulers in metres, with marks where the cursor is.
void paintRulers(QPainter& painter, const ViewMap& map, const Theme& theme, std::optional<QPointF> cursor);
/// Lines of text beside a pixel, kept inside the canvas. `typed`: what is being typed, shown as a field.
void paintReadout(QPainter& painter, const QString& text, const QString& typed, const QPointF& pixel,
                  const ViewMap& map, const Theme& theme);
/// A ring at what was snapped to, with its name.
void paintGuide(QPainter& painter, const SnapGuide& guide, const ViewMap& map, const Theme& theme);
/// The keyboard's place.
void paintCrosshair(QPainter& painter, const QPointF& pixel, const Theme& theme);

}  // namespace gps::ui
