// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPen>
#include <QRectF>

#include "widgets/plots/plot_content.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

// How a PlotStyle looks in a theme; chart, legend and read-out draw with the same functions.

QColor plotColor(const Theme& theme, const PlotStyle& style);
/// Lines of few points are as thick as the style says and scale with the display; others are one device pixel
/// wide, because wide ones cost 20 times as much.
QPen plotPen(const Theme& theme, const PlotStyle& style, bool few);
QBrush plotBrush(const Theme& theme, const PlotStyle& style);
void drawPlotMarker(QPainter& painter, const QPointF& centre, PlotMarker marker, const QColor& color,
                    const Theme& theme);
/// The red circle around a value that breaks a bound.
void drawPlotFlag(QPainter& painter, const QPointF& at, const Theme& theme);
/// Line with marker, band, bar or flag, as the legend shows it.
void drawPlotSample(QPainter& painter, const QRectF& rect, const PlotStyle& style, const Theme& theme);

}  // namespace gps::ui
