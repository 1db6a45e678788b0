// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QString>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "widgets/plots/plot_content.h"

namespace gps::ui {

// Axes are linear for Qt Charts: a log axis shows log10 of its values. One value <= 0 on a QLogValueAxis
// blanks the whole series, and it has no ticks within a decade.

/// An interval of an axis in mapped units (log10 of the value on log axes).
struct PlotRange {
  double min = 0.0;
  double max = 1.0;
  double length() const { return max - min; }
  bool operator==(const PlotRange&) const = default;
};

/// NaN for what a log axis cannot show.
inline double mapped(double value, bool log) {
  if (!log) return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
  return value > 0.0 && std::isfinite(value) ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
}
inline double unmapped(double position, bool log) {
  return log ? std::pow(10.0, position) : position;
}

/// Smallest and largest value seen, in mapped units; values beyond 1e30 would flatten everything else and are
/// left out.
class PlotExtent {
 public:
  explicit PlotExtent(bool log = false) : m_log(log) {}
  void add(double value);
  bool empty() const { return m_min > m_max; }
  double min() const { return mapped(m_min, m_log); }
  double max() const { return mapped(m_max, m_log); }
  bool log() const { return m_log; }

 private:
  bool m_log;
  double m_min = std::numeric_limits<double>::infinity();
  double m_max = -std::numeric_limits<double>::infinity();
};

/// The extent with air, widened to round numbers so that it does not jitter while data arrive. Near zero on a
/// linear axis it includes zero.
PlotRange niceRange(const PlotExtent& extent);

struct PlotTick {
  double position = 0.0;  ///< mapped
  QString label;
};
/// Round ticks within the range, about `wanted` of them.
std::vector<PlotTick> plotTicks(const PlotRange& range, bool log, bool integers, int wanted);

/// The points with x in `window` and one neighbour on each side, reduced to the smallest and the largest y of
/// each of `columns` equal parts in their order, so that no extreme is lost. Untouched when there are no more
/// than 2 * columns of them. `points` are sorted by x; a column without values stays one point without value
/// (a gap). With `positive`, as for a log axis, only y > 0 is a value. Nothing is mapped: that is left to the
/// few points kept.
void decimate(std::span<const QPointF> points, const PlotRange& window, int columns, bool positive,
              std::vector<QPointF>& out);

/// The same for bands and bars: of each part the smallest low and the largest high, at its middle sample;
/// spans without values are left out. An outline of extremes instead of a zigzag: filling a zigzag takes
/// seconds.
void decimateSpans(std::span<const PlotSpan> spans, const PlotRange& window, int columns,
                   std::vector<PlotSpan>& out);

}  // namespace gps::ui
