// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_style.h"

#include <QPainter>
#include <algorithm>

namespace gps::ui {

QColor plotColor(const Theme& theme, const PlotStyle& style) {
  QColor color;
  switch (style.role) {
    case PlotRole::Local:
      color = theme.localCondition(style.shade);
      break;
    case PlotRole::Global:
      color = theme.globalCondition(style.shade);
      break;
    case PlotRole::Neutral:
      color = style.shades > 1
                  ? mixed(theme.arm, theme.panel, 0.5 * std::max(style.shade, 0) / (style.shades - 1))
                  : theme.arm;
      break;
  }
  // Run B keeps the hue; dashes are what tells it apart.
  if (style.run > 0) color = mixed(color, theme.text, 0.3);
  if (style.quiet) color = mixed(color, theme.panel, 0.3);
  if (style.faded) color = mixed(color, theme.panel, 0.55);
  return color;
}

QPen plotPen(const Theme& theme, const PlotStyle& style, bool few) {
  QPen pen(plotColor(theme, style));
  pen.setWidthF(few && style.thick ? 2.0 : 1.0);
  pen.setCosmetic(!few);
  pen.setJoinStyle(Qt::RoundJoin);
  pen.setCapStyle(Qt::FlatCap);
  if (style.dash == PlotDash::Dashed) pen.setDashPattern({5.0, 3.0});
  if (style.dash == PlotDash::Dotted) pen.setDashPattern({1.5, 2.5});
  return pen;
}

QBrush plotBrush(const Theme& theme, const PlotStyle& style) {
  QColor color = plotColor(theme, style);
  if (style.shape == PlotStyle::Shape::Band) color.setAlphaF(style.shades > 1 ? 0.10f : 0.15f);
  if (style.shape == PlotStyle::Shape::FilledBar && style.run > 0) color = mixed(color, theme.panel, 0.45);
  return color;
}

void drawPlotMarker(QPainter& painter, const QPointF& centre, PlotMarker marker, const QColor& color,
                    const Theme& theme) {
  if (marker == PlotMarker::None) return;
  painter.setPen(QPen(color, 1.0));
  painter.setBrush(marker == PlotMarker::Filled ? color : theme.panel);
  painter.drawEllipse(centre, 2.5, 2.5);
}

void drawPlotSample(QPainter& painter, const QRectF& rect, const PlotStyle& style, const Theme& theme) {
  const QColor color = plotColor(theme, style);
  const QPointF centre = rect.center();
  switch (style.shape) {
    case PlotStyle::Shape::Line:
      if (style.shade < 0) {
        PlotStyle one = style;
        for (one.shade = 0; one.shade < std::min(style.shades, 3); ++one.shade) {
          painter.setPen(plotPen(theme, one, true));
          const double y = centre.y() + 3.0 * (one.shade - (std::min(style.shades, 3) - 1) / 2.0);
          painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y));
        }
        break;
      }
      painter.setPen(plotPen(theme, style, true));
      painter.drawLine(QPointF(rect.left(), centre.y()), QPointF(rect.right(), centre.y()));
      drawPlotMarker(painter, centre, style.marker, color, theme);
      break;
    case PlotStyle::Shape::Band: {
      QColor fill = color;
      fill.setAlphaF(0.25f);
      painter.fillRect(rect.adjusted(0, 2, 0, -2), fill);
      break;
    }
    case PlotStyle::Shape::FilledBar:
    case PlotStyle::Shape::OutlineBar: {
      const QRectF box(centre.x() - 4.5, centre.y() - 4.5, 9.0, 9.0);
      const bool filled = style.shape == PlotStyle::Shape::FilledBar;
      painter.setPen(filled ? QPen(Qt::NoPen) : QPen(color, 1.0));
      painter.setBrush(filled ? plotBrush(theme, style) : QBrush(Qt::NoBrush));
      painter.drawRect(box);
      break;
    }
    case PlotStyle::Shape::Flag:
      drawPlotFlag(painter, centre, theme);
      break;
  }
}

void drawPlotFlag(QPainter& painter, const QPointF& at, const Theme& theme) {
  painter.setPen(QPen(theme.danger, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(at, 4.5, 4.5);
}

}  // namespace gps::ui
