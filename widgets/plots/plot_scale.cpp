// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_scale.h"

#include <algorithm>

namespace gps::ui {

namespace {

/// 1, 2 or 5 times a power of ten, at least `raw`.
double niceStep(double raw) {
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

QString linearLabel(double value, double step) {
  if (std::abs(value) < 0.5e-6 * step) return QStringLiteral("0");
  const double size = std::abs(value);
  if (size >= 1e6 || step < 1e-4) return plotNumber(value);
  const int decimals = step >= 1.0 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  QString text = QString::number(size, 'f', decimals);
  if (size >= 1e4)
    text.insert((decimals > 0 ? text.indexOf(QLatin1Char('.')) : text.size()) - 3, QChar(0x202f));
  return value < 0.0 ? QChar(0x2212) + text : text;
}

std::vector<PlotTick> linearTicks(const PlotRange& range, bool integers, int wanted) {
  double step = niceStep(range.length() / std::max(1, wanted));
  if (integers) step = std::max(1.0, step);
  std::vector<PlotTick> ticks;
  const double slack = 1e-9 * range.length();
  for (double i = std::ceil((range.min - slack) / step); i * step <= range.max + slack; i += 1.0) {
    ticks.push_back({i * step, linearLabel(i * step, step)});
  }
  return ticks;
}

/// Ticks at whole decades, or at 1, 2 and 5 within them, or at round values where the range is a part of one.
std::vector<PlotTick> logTicks(const PlotRange& range, int wanted) {
  std::vector<PlotTick> ticks;
  const double slack = 1e-9;
  if (range.length() < 0.75) {
    const PlotRange values{std::pow(10.0, range.min), std::pow(10.0, range.max)};
    for (const PlotTick& tick : linearTicks(values, false, wanted)) {
      if (tick.position > 0.0) ticks.push_back({std::log10(tick.position), tick.label});
    }
    return ticks;
  }
  const bool parts = 3.0 * range.length() <= wanted + 1.0;
  const int stride = std::max(1, static_cast<int>(std::ceil(range.length() / std::max(1, wanted))));
  for (int decade = static_cast<int>(std::floor(range.min)); decade <= range.max + slack; ++decade) {
    if (!parts && decade % stride != 0) continue;
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1.0 && !parts) break;
      const double position = decade + std::log10(factor);
      if (position < range.min - slack || position > range.max + slack) continue;
      ticks.push_back({position, plotNumber(factor * std::pow(10.0, decade))});
    }
  }
  return ticks;
}

}  // namespace

void PlotExtent::add(double value) {
  // Written so that NaN fails both tests.
  if (!(m_log ? value > 0.0 && value < std::numeric_limits<double>::infinity() : std::abs(value) <= 1e30))
    return;
  m_min = std::min(m_min, value);
  m_max = std::max(m_max, value);
}

PlotRange niceRange(const PlotExtent& extent) {
  if (extent.empty()) return {0.0, 1.0};
  double lo = extent.min();
  double hi = extent.max();
  if (extent.log()) {
    const double pad = std::max(0.04 * (hi - lo), 0.04);
    // Thirds of a decade are close enough to 1, 2, 5 to look round.
    lo = std::floor(3.0 * (lo - pad)) / 3.0;
    hi = std::ceil(3.0 * (hi + pad)) / 3.0;
    return {lo, hi};
  }
  if (lo >= 0.0 && lo < 0.4 * hi) lo = 0.0;
  if (hi <= 0.0 && hi > 0.4 * lo) hi = 0.0;
  if (hi - lo < 1e-9 * std::max(std::abs(lo), std::abs(hi)) || hi == lo) {
    const double half = hi == 0.0 ? 1.0 : 0.5 * std::abs(hi);
    lo -= half;
    hi += half;
  }
  const double pad = 0.04 * (hi - lo);
  const double step = niceStep((hi - lo) / 8.0);
  if (lo != 0.0) lo = std::floor((lo - pad) / step) * step;
  if (hi != 0.0) hi = std::ceil((hi + pad) / step) * step;
  return {lo, hi};
}

std::vector<PlotTick> plotTicks(const PlotRange& range, bool log, bool integers, int wanted) {
  if (!(range.length() > 0.0)) return {};
  return log ? logTicks(range, wanted) : linearTicks(range, integers, wanted);
}

void decimate(std::span<const QPointF> points, const PlotRange& window, int columns, bool positive,
              std::vector<QPointF>& out) {
  out.clear();
  const auto byX = [](const QPointF& point, double x) { return point.x() < x; };
  auto first = std::lower_bound(points.begin(), points.end(), window.min, byX);
  auto last = std::lower_bound(first, points.end(), std::nextafter(window.max, window.max + 1.0), byX);
  if (first != points.begin()) --first;
  if (last != points.end()) ++last;
  const std::size_t count = static_cast<std::size_t>(last - first);
  columns = std::max(1, columns);
  if (count <= 2 * static_cast<std::size_t>(columns)) {
    out.assign(first, last);
    return;
  }

  const double from = first->x();
  const double width = ((last - 1)->x() - from) / columns;
  auto column = first;
  for (int c = 0; c < columns && column != last; ++c) {
    const double end = c + 1 == columns ? std::numeric_limits<double>::infinity() : from + (c + 1) * width;
    auto low = last;
    auto high = last;
    auto point = column;
    for (; point != last && point->x() < end; ++point) {
      if (positive ? !(point->y() > 0.0) : std::isnan(point->y())) continue;
      if (low == last || point->y() < low->y()) low = point;
      if (high == last || point->y() > high->y()) high = point;
    }
    if (low != last) {
      out.push_back(*std::min(low, high));
      if (low != high) out.push_back(*std::max(low, high));
    } else if (point != column) {
      out.push_back(*column);
    }
    column = point;
  }
}

void decimateSpans(std::span<const PlotSpan> spans, const PlotRange& window, int columns,
                   std::vector<PlotSpan>& out) {
  out.clear();
  const auto byX = [](const PlotSpan& span, double x) { return span.x < x; };
  auto first = std::lower_bound(spans.begin(), spans.end(), window.min, byX);
  auto last = std::lower_bound(first, spans.end(), std::nextafter(window.max, window.max + 1.0), byX);
  if (first != spans.begin()) --first;
  if (last != spans.end()) ++last;
  const std::size_t count = static_cast<std::size_t>(last - first);
  const std::size_t parts = std::min(count, static_cast<std::size_t>(std::max(1, columns)));
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t from = p * count / parts;
    const std::size_t to = (p + 1) * count / parts;
    // The outermost parts keep their ends, so that the outline is as long as the data.
    const std::size_t middle = p == 0 ? from : p + 1 == parts ? to - 1 : (from + to) / 2;
    PlotSpan merged{first[static_cast<std::ptrdiff_t>(middle)].x, std::numeric_limits<double>::infinity(),
                    -std::numeric_limits<double>::infinity()};
    for (std::size_t i = from; i < to; ++i) {
      const PlotSpan& span = first[static_cast<std::ptrdiff_t>(i)];
      if (!std::isfinite(span.low) || !std::isfinite(span.high)) continue;
      merged.low = std::min({merged.low, span.low, span.high});
      merged.high = std::max({merged.high, span.low, span.high});
    }
    if (merged.low <= merged.high) out.push_back(merged);
  }
}

}  // namespace gps::ui
