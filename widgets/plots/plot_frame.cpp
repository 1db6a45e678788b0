// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_frame.h"

#include <QFontMetricsF>
#include <algorithm>

namespace gps::ui {

namespace {

constexpr double kGap = 6.0;             ///< between a label and what it labels
constexpr double kEndLabelRoom = 420.0;  ///< narrower plots have no names at line ends

PlotExtent extentOf(const PlotFrame& frame, PlotSide side) {
  const PlotContent& content = *frame.content;
  PlotExtent extent(frame.log(side));
  for (const PlotSeries& series : content.series) {
    if (series.side != side || !frame.visible(series.legend)) continue;
    for (const QPointF& point : series.points) extent.add(point.y());
  }
  for (const PlotBand& band : content.bands) {
    if (band.side != side || !frame.visible(band.legend)) continue;
    for (const PlotSpan& span : band.spans) {
      extent.add(span.low);
      extent.add(span.high);
    }
  }
  if (side == PlotSide::Right) return extent;
  for (const PlotBars& bars : content.bars) {
    if (!frame.visible(bars.legend)) continue;
    for (const PlotSpan& span : bars.spans) {
      extent.add(span.low);
      extent.add(span.high);
    }
  }
  return extent;
}

PlotRange fitX(const PlotFrame& frame) {
  const PlotContent& content = *frame.content;
  PlotExtent extent(frame.logX);
  for (const PlotSeries& series : content.series) {
    // Sorted: the ends are the extent.
    if (series.points.empty()) continue;
    extent.add(series.points.front().x());
    extent.add(series.points.back().x());
  }
  double margin = 0.0;
  for (const PlotBars& bars : content.bars) {
    if (bars.spans.empty()) continue;
    extent.add(bars.spans.front().x);
    extent.add(bars.spans.back().x);
    margin = std::max(margin, bars.halfWidth + std::abs(bars.offset));
  }
  if (extent.empty()) return content.xKind == PlotX::Iteration ? PlotRange{0.5, 10.5} : PlotRange{0.0, 1.0};
  if (content.xKind == PlotX::Iteration && content.iterationX.empty()) {
    // Half an iteration of air on both sides in all plots, so that crosshairs of neighbours line up.
    return {0.5, std::max(extent.max(), 5.0) + 0.5};
  }
  if (content.xKind == PlotX::TimeStep) return {extent.min(), std::max(extent.max(), extent.min() + 1.0)};
  if (frame.logX) return niceRange(extent);
  const double pad = std::max({0.02 * (extent.max() - extent.min()), margin, 1e-9});
  return {extent.min() - pad, extent.max() + pad};
}

double widest(const std::vector<PlotTick>& ticks, const QFontMetricsF& metrics) {
  double width = 0.0;
  for (const PlotTick& tick : ticks) width = std::max(width, metrics.horizontalAdvance(tick.label));
  return width;
}

}  // namespace

bool PlotFrame::visible(int legend) const {
  return legend < 0 || static_cast<std::size_t>(legend) >= shown.size() ||
         shown[static_cast<std::size_t>(legend)];
}

double PlotFrame::atX(double value) const {
  return area.left() + (mapped(value, logX) - window.x.min) / window.x.length() * area.width();
}

double PlotFrame::atY(double value, PlotSide side) const {
  const PlotRange& r = range(side);
  return area.bottom() - (mapped(value, log(side)) - r.min) / r.length() * area.height();
}

double PlotFrame::valueAtX(double position) const {
  return unmapped(window.x.min + (position - area.left()) / area.width() * window.x.length(), logX);
}

PlotWindow fitWindow(const PlotFrame& frame) {
  return {fitX(frame), niceRange(extentOf(frame, PlotSide::Left)),
          niceRange(extentOf(frame, PlotSide::Right))};
}

void layOut(PlotFrame& frame) {
  const PlotContent& content = *frame.content;
  const QFontMetricsF metrics(frame.font);
  const double line = metrics.height();
  const double top = frame.bounds.top() + 1.6 * line;
  const double bottom = std::max(top + 20.0, frame.bounds.bottom() - line - kGap);
  const int rows = static_cast<int>(std::clamp((bottom - top) / 30.0, 2.0, 8.0));
  frame.leftTicks = plotTicks(frame.window.left, frame.logLeft, content.left.integers, rows);
  frame.rightTicks.clear();
  if (content.right.used) {
    frame.rightTicks = plotTicks(frame.window.right, frame.logRight, content.right.integers, rows);
  }

  const double left = frame.bounds.left() + std::max(24.0, widest(frame.leftTicks, metrics)) + kGap + 2.0;
  double right = frame.bounds.right() - 8.0;
  frame.endLabels = false;
  if (content.right.used) {
    right = frame.bounds.right() - std::max(20.0, widest(frame.rightTicks, metrics)) - kGap - 2.0;
  } else if (frame.bounds.width() > kEndLabelRoom) {
    double width = 0.0;
    for (const PlotSeries& series : content.series) {
      if (!frame.visible(series.legend)) continue;
      width = std::max(width, metrics.horizontalAdvance(series.endLabel));
    }
    frame.endLabels = width > 0.0;
    if (frame.endLabels) right -= std::min(width, 0.2 * frame.bounds.width()) + kGap;
  }
  frame.area = QRectF(QPointF(left, top), QPointF(std::max(left + 20.0, right), bottom));
  const int columns =
      static_cast<int>(std::clamp(frame.area.width() / (content.x.integers ? 45.0 : 60.0), 2.0, 16.0));
  frame.xTicks = plotTicks(frame.window.x, frame.logX, content.x.integers, columns);
}

int nearestPoint(const PlotSeries& series, double x) {
  const std::vector<QPointF>& points = series.points;
  const int n = static_cast<int>(points.size());
  if (n == 0) return -1;
  const auto at = [&points](int i) { return points[static_cast<std::size_t>(i)]; };
  const auto found = std::lower_bound(points.begin(), points.end(), x,
                                      [](const QPointF& point, double value) { return point.x() < value; });
  const int right = static_cast<int>(found - points.begin());
  // The nearest with a value: gaps are skipped on both sides.
  int low = right - 1;
  int high = right;
  while (low >= 0 && std::isnan(at(low).y())) --low;
  while (high < n && std::isnan(at(high).y())) ++high;
  if (low < 0) return high < n ? high : -1;
  if (high >= n) return low;
  return x - at(low).x() <= at(high).x() - x ? low : high;
}

std::optional<PlotHit> hitTest(const PlotFrame& frame, const QPointF& position) {
  std::optional<PlotHit> best;
  const double x = frame.valueAtX(position.x());
  const PlotContent& content = *frame.content;
  for (std::size_t s = 0; s < content.series.size(); ++s) {
    const PlotSeries& series = content.series[s];
    if (!frame.visible(series.legend)) continue;
    const int point = nearestPoint(series, x);
    if (point < 0) continue;
    const QPointF& value = series.points[static_cast<std::size_t>(point)];
    const double y = frame.atY(value.y(), series.side);
    if (std::isnan(y)) continue;
    const double distance = std::hypot(frame.atX(value.x()) - position.x(), y - position.y());
    if (!best || distance < best->distance) best = PlotHit{static_cast<int>(s), point, distance};
  }
  return best;
}

}  // namespace gps::ui
