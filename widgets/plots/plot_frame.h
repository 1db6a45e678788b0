// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <memory>
#include <optional>
#include <vector>

#include "widgets/plots/plot_content.h"
#include "widgets/plots/plot_scale.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

/// What part of the axes is shown, in mapped units.
struct PlotWindow {
  PlotRange x, left, right;
  bool operator==(const PlotWindow&) const = default;
};

/// A sample under the cursor.
struct PlotHit {
  int series = -1;
  int point = -1;
  double distance = 0.0;  ///< pixels
};

/// Where everything of one plot stands: content, ranges, rectangle, ticks. A value; painting reads it.
struct PlotFrame {
  std::shared_ptr<const PlotContent> content = std::make_shared<const PlotContent>();
  Theme theme;
  QFont font;
  QRectF bounds;  ///< the whole chart
  QRectF area;    ///< between the axes
  PlotWindow window;
  bool logX = false;
  bool logLeft = false;
  bool logRight = false;
  std::vector<bool> shown;  ///< per legend entry
  std::vector<PlotTick> xTicks, leftTicks, rightTicks;
  std::optional<double> crosshair;  ///< value of x
  std::optional<QPointF> hover;     ///< position
  bool endLabels = false;

  bool visible(int legend) const;
  bool log(PlotSide side) const { return side == PlotSide::Left ? logLeft : logRight; }
  const PlotRange& range(PlotSide side) const { return side == PlotSide::Left ? window.left : window.right; }
  double atX(double value) const;
  double atY(double value, PlotSide side) const;
  double valueAtX(double position) const;
};

/// The window that shows everything that is visible.
PlotWindow fitWindow(const PlotFrame& frame);

/// Room for labels, then ticks. `window` and `bounds` are given.
void layOut(PlotFrame& frame);

/// Index of the point of `series` nearest to x; -1 where there is none with a value.
int nearestPoint(const PlotSeries& series, double x);
std::optional<PlotHit> hitTest(const PlotFrame& frame, const QPointF& position);

void paintGrid(QPainter& painter, const PlotFrame& frame);
/// Markers, samples that a log axis cannot show, names at line ends, events, notes, crosshair.
void paintMarks(QPainter& painter, const PlotFrame& frame);
/// The table at the cursor.
void paintReadout(QPainter& painter, const PlotFrame& frame);

}  // namespace gps::ui
