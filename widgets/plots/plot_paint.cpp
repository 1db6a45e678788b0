// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFontMetricsF>
#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

#include "widgets/plots/plot_frame.h"
#include "widgets/plots/plot_style.h"

namespace gps::ui {

namespace {

constexpr double kMarkerDistance = 10.0;  ///< pixels; denser markers are thinned out

double crisp(double position) {
  return std::floor(position) + 0.5;
}

bool inside(const PlotFrame& frame, double x) {
  return x >= frame.area.left() - 0.5 && x <= frame.area.right() + 0.5;
}

void paintAxisLabels(QPainter& painter, const PlotFrame& frame) {
  const PlotContent& content = *frame.content;
  const QFontMetricsF metrics(frame.font);
  const double line = metrics.height();
  const QRectF& area = frame.area;
  painter.setPen(frame.theme.muted);
  for (const PlotTick& tick : frame.leftTicks) {
    const double y =
        area.bottom() - (tick.position - frame.window.left.min) / frame.window.left.length() * area.height();
    painter.drawText(QRectF(frame.bounds.left(), y - line / 2, area.left() - 6.0 - frame.bounds.left(), line),
                     Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
  for (const PlotTick& tick : frame.rightTicks) {
    const double y = area.bottom() -
                     (tick.position - frame.window.right.min) / frame.window.right.length() * area.height();
    painter.drawText(
        QRectF(area.right() + 6.0, y - line / 2, frame.bounds.right() - area.right() - 6.0, line),
        Qt::AlignLeft | Qt::AlignVCenter, tick.label);
  }
  // The label of x stands at its end; numbers that would touch it give way.
  const QString xTitle = content.x.title();
  const double titleLeft = frame.bounds.right() - 2.0 - metrics.horizontalAdvance(xTitle);
  const double row = area.bottom() + 3.0;
  painter.drawText(QRectF(titleLeft, row, frame.bounds.right() - titleLeft, line), Qt::AlignLeft, xTitle);
  for (const PlotTick& tick : frame.xTicks) {
    const double x =
        area.left() + (tick.position - frame.window.x.min) / frame.window.x.length() * area.width();
    const double width = metrics.horizontalAdvance(tick.label);
    if (x + width / 2 > titleLeft - 4.0) continue;
    painter.drawText(QRectF(x - width / 2, row, width + 1.0, line), Qt::AlignLeft, tick.label);
  }
  const QRectF titles(frame.bounds.left() + 2.0, frame.bounds.top(), frame.bounds.width() - 4.0, line);
  painter.drawText(titles, Qt::AlignLeft, content.left.title());
  if (content.right.used) painter.drawText(titles, Qt::AlignRight, content.right.title());
}

void paintMarkers(QPainter& painter, const PlotFrame& frame, const PlotSeries& series) {
  const QColor color = plotColor(frame.theme, series.style);
  const std::vector<QPointF>& points = series.points;
  const auto byX = [](const QPointF& point, double x) { return point.x() < x; };
  const double from = frame.valueAtX(frame.area.left() - 1.0);
  const double to = frame.valueAtX(frame.area.right() + 1.0);
  const auto first = std::lower_bound(points.begin(), points.end(), from, byX);
  const auto last = std::lower_bound(first, points.end(), to, byX);
  const std::ptrdiff_t count = last - first;
  if (count == 0) return;
  // A lone sample makes no line: it is shown as a dot.
  PlotMarker marker = series.style.marker;
  if (marker == PlotMarker::None && count == 1) marker = PlotMarker::Filled;

  const std::ptrdiff_t stride = std::max<std::ptrdiff_t>(
      1, static_cast<std::ptrdiff_t>(
             std::ceil(kMarkerDistance * static_cast<double>(count) / frame.area.width())));
  double lastFloor = -1e9;
  const bool log = frame.log(series.side);
  if (marker == PlotMarker::None && !log && series.flagged.empty()) return;
  for (auto point = first; point != last; ++point) {
    if (log && point->y() <= 0.0) {
      const double x = frame.atX(point->x());
      if (x - lastFloor < 7.0) continue;
      lastFloor = x;
      const double y = frame.area.bottom() - 1.5;
      painter.setPen(QPen(color, 1.0));
      painter.setBrush(Qt::NoBrush);
      painter.drawPolygon(QPolygonF({{x - 3.5, y - 6.0}, {x + 3.5, y - 6.0}, {x, y}}));
      continue;
    }
    // Index, not position: the same samples carry markers while the view moves.
    if (marker == PlotMarker::None || (point - points.begin()) % stride != 0) continue;
    const double y = frame.atY(point->y(), series.side);
    if (std::isnan(y) || y < frame.area.top() - 2.0 || y > frame.area.bottom() + 2.0) continue;
    drawPlotMarker(painter, QPointF(frame.atX(point->x()), y), marker, color, frame.theme);
  }

  if (!frame.visible(series.flagLegend)) return;
  double lastFlag = -1e9;
  for (const int index : series.flagged) {
    const QPointF& point = points[static_cast<std::size_t>(index)];
    const QPointF at(frame.atX(point.x()), frame.atY(point.y(), series.side));
    if (std::isnan(at.y()) || !frame.area.contains(at) || at.x() - lastFlag < 4.0) continue;
    lastFlag = at.x();
    drawPlotFlag(painter, at, frame.theme);
  }
}

void paintEndLabels(QPainter& painter, const PlotFrame& frame) {
  if (!frame.endLabels) return;
  const QFontMetricsF metrics(frame.font);
  const double line = metrics.height();
  struct Label {
    double y;
    const PlotSeries* series;
  };
  std::vector<Label> labels;
  for (const PlotSeries& series : frame.content->series) {
    if (series.endLabel.isEmpty() || !frame.visible(series.legend)) continue;
    const int last = nearestPoint(series, frame.valueAtX(frame.area.right()));
    if (last < 0) continue;
    const double y = frame.atY(series.points[static_cast<std::size_t>(last)].y(), series.side);
    if (y >= frame.area.top() && y <= frame.area.bottom()) labels.push_back({y, &series});
  }
  // Means first, from above: where there is a little room they make way for each other, conditions give up.
  std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) {
    if (a.series->style.thick != b.series->style.thick) return a.series->style.thick;
    return a.y < b.y;
  });
  std::vector<double> taken;
  const double left = frame.area.right() + 6.0;
  const auto free = [&](double at) {
    return std::none_of(taken.begin(), taken.end(), [&](double y) { return std::abs(y - at) < line - 2.0; });
  };
  for (const Label& label : labels) {
    double y = label.y;
    if (!free(y) && label.series->style.thick) y = *std::max_element(taken.begin(), taken.end()) + line - 1.0;
    if (!free(y) || std::abs(y - label.y) > 1.5 * line) continue;
    taken.push_back(y);
    const double room = frame.bounds.right() - left;
    painter.setPen(mixed(plotColor(frame.theme, label.series->style), frame.theme.text, 0.25));
    painter.drawText(QRectF(left, y - line / 2, room, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(label.series->endLabel, Qt::ElideRight, room));
  }
}

void paintEvents(QPainter& painter, const PlotFrame& frame) {
  const QFontMetricsF metrics(frame.font);
  const std::vector<PlotEvent>& events = frame.content->events;
  const QColor color = mixed(frame.theme.muted, frame.theme.panel, 0.45);
  double before = -1e9;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const double x = crisp(frame.atX(events[i].x));
    if (!inside(frame, x) || x - before < 3.0) continue;
    before = x;
    painter.setPen(QPen(color, 1.0));
    painter.drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const double top = frame.area.top();
    painter.drawPolygon(QPolygonF({{x, top}, {x + 7.0, top + 3.5}, {x, top + 7.0}}));
    const double end = i + 1 < events.size() ? frame.atX(events[i + 1].x) : frame.area.right();
    const double room = std::min(end, frame.area.right()) - x - 14.0;
    if (room < 60.0 || frame.area.width() < 380.0) continue;
    painter.setPen(frame.theme.muted);
    painter.drawText(
        QPointF(x + 11.0, top + metrics.ascent() - 1.0),
        metrics.elidedText(events[i].text.section(QLatin1Char('\n'), 0, 0), Qt::ElideRight, room));
  }
}

void paintCrosshair(QPainter& painter, const PlotFrame& frame) {
  if (!frame.crosshair) return;
  const double x = crisp(frame.atX(*frame.crosshair));
  if (std::isnan(x) || !inside(frame, x)) return;
  painter.setPen(QPen(frame.theme.focus, 1.0));
  painter.drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));
  const QFontMetricsF metrics(frame.font);
  const QString text = plotNumber(*frame.crosshair);
  const double width = metrics.horizontalAdvance(text) + 8.0;
  const double left = std::clamp(x - width / 2, frame.bounds.left(), frame.bounds.right() - width);
  // Inside, at the top: below the axis it would cover the axis' name when it follows the newest iteration.
  const QRectF pill(left, frame.area.top(), width, metrics.height() + 1.0);
  painter.setPen(Qt::NoPen);
  painter.setBrush(frame.theme.focus);
  painter.drawRoundedRect(pill, 3.0, 3.0);
  painter.setPen(frame.theme.panel);
  painter.drawText(pill, Qt::AlignCenter, text);
}

struct ReadoutRow {
  const PlotStyle* style = nullptr;
  QString name;
  QString value;
};

/// What is known at the sample nearest to the cursor, means first.
std::vector<ReadoutRow> readoutRows(const PlotFrame& frame, double x) {
  std::vector<ReadoutRow> rows;
  const PlotContent& content = *frame.content;
  const auto runPrefix = [&content](const PlotStyle& style) {
    return content.runs.size() > 1 ? QStringLiteral("%1 ").arg(QChar(u'A' + style.run)) : QString();
  };
  for (const PlotBars& bars : content.bars) {
    if (!frame.visible(bars.legend)) continue;
    const auto span = std::find_if(bars.spans.begin(), bars.spans.end(), [x](const PlotSpan& s) {
      return s.x >= x - 1e-9 * std::max(1.0, std::abs(x));
    });
    if (span == bars.spans.end() || std::abs(span->x - x) > bars.halfWidth) continue;
    if (!std::isfinite(span->high)) continue;
    rows.push_back({&bars.style, runPrefix(bars.style) + bars.name, plotNumber(span->high - span->low)});
  }
  for (const bool thick : {true, false}) {
    for (const PlotSeries& series : content.series) {
      if (series.style.thick != thick || !frame.visible(series.legend)) continue;
      const int point = nearestPoint(series, x);
      if (point < 0) continue;
      const QPointF& value = series.points[static_cast<std::size_t>(point)];
      if (std::abs(frame.atX(value.x()) - frame.atX(x)) > 3.0) continue;
      rows.push_back({&series.style, runPrefix(series.style) + series.name, plotNumber(value.y())});
    }
  }
  return rows;
}

/// x of the sample nearest to the cursor over everything visible.
std::optional<double> nearestX(const PlotFrame& frame, double x) {
  std::optional<double> best;
  const auto consider = [&](double candidate) {
    if (!best || std::abs(candidate - x) < std::abs(*best - x)) best = candidate;
  };
  for (const PlotSeries& series : frame.content->series) {
    if (!frame.visible(series.legend)) continue;
    const int point = nearestPoint(series, x);
    if (point >= 0) consider(series.points[static_cast<std::size_t>(point)].x());
  }
  for (const PlotBars& bars : frame.content->bars) {
    if (!frame.visible(bars.legend)) continue;
    for (const PlotSpan& span : bars.spans) {
      if (std::isfinite(span.high)) consider(span.x);
    }
  }
  return best;
}

}  // namespace

void paintGrid(QPainter& painter, const PlotFrame& frame) {
  painter.save();
  painter.setFont(frame.font);
  const QRectF& area = frame.area;
  if (frame.content->isEmpty()) {
    painter.setPen(frame.theme.muted);
    const QStringList& notes = frame.content->notes;
    painter.drawText(frame.bounds.adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap,
                     notes.isEmpty() ? frame.content->empty : notes.join(QLatin1Char('\n')));
    painter.restore();
    return;
  }
  painter.setPen(QPen(frame.theme.hairline, 1.0));
  for (const PlotTick& tick : frame.leftTicks) {
    const double y = crisp(area.bottom() - (tick.position - frame.window.left.min) /
                                               frame.window.left.length() * area.height());
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
  }
  painter.setPen(QPen(mixed(frame.theme.hairline, frame.theme.muted, 0.5), 1.0));
  const double base = crisp(area.bottom());
  painter.drawLine(QPointF(area.left(), base), QPointF(area.right(), base));
  for (const PlotTick& tick : frame.xTicks) {
    const double x =
        crisp(area.left() + (tick.position - frame.window.x.min) / frame.window.x.length() * area.width());
    painter.drawLine(QPointF(x, base), QPointF(x, base + 3.0));
  }
  paintAxisLabels(painter, frame);
  painter.restore();
}

void paintMarks(QPainter& painter, const PlotFrame& frame) {
  if (frame.content->isEmpty()) return;
  painter.save();
  painter.setFont(frame.font);
  paintEvents(painter, frame);
  for (const PlotSeries& series : frame.content->series) {
    if (frame.visible(series.legend)) paintMarkers(painter, frame, series);
  }
  paintEndLabels(painter, frame);
  paintCrosshair(painter, frame);
  painter.restore();
}

void paintReadout(QPainter& painter, const PlotFrame& frame) {
  if (!frame.hover || frame.content->isEmpty() || !frame.area.contains(*frame.hover)) return;
  const std::optional<double> x = nearestX(frame, frame.valueAtX(frame.hover->x()));
  if (!x) return;
  std::vector<ReadoutRow> rows = readoutRows(frame, *x);
  if (rows.empty()) return;
  painter.save();
  painter.setFont(frame.font);
  const QFontMetricsF metrics(frame.font);
  const double line = metrics.height();
  QStringList head{QStringLiteral("%1 %2").arg(frame.content->x.label, plotNumber(*x))};
  for (const PlotEvent& event : frame.content->events) {
    if (std::abs(frame.atX(event.x) - frame.atX(*x)) <= 3.0) head << event.text.split(QLatin1Char('\n'));
  }

  const std::size_t room = static_cast<std::size_t>(
      std::max(1.0, (frame.bounds.height() - 12.0) / line - static_cast<double>(head.size())));
  QString more;
  if (rows.size() > room) {
    more = QStringLiteral("and %1 more").arg(rows.size() - room + 1);
    rows.resize(std::max<std::size_t>(1, room) - 1);
  }
  double names = metrics.horizontalAdvance(more);
  double values = 0.0;
  for (const ReadoutRow& row : rows) {
    names = std::max(names, metrics.horizontalAdvance(row.name));
    values = std::max(values, metrics.horizontalAdvance(row.value));
  }
  double width = 22.0 + names + 12.0 + values;
  for (const QString& text : head) width = std::max(width, metrics.horizontalAdvance(text));
  const double lines =
      static_cast<double>(head.size()) + static_cast<double>(rows.size()) + (more.isEmpty() ? 0.0 : 1.0);
  QRectF box(0.0, 0.0, width + 16.0, lines * line + 10.0);

  const double at = crisp(frame.atX(*x));
  painter.setPen(QPen(mixed(frame.theme.muted, frame.theme.panel, 0.3), 1.0, Qt::DotLine));
  painter.drawLine(QPointF(at, frame.area.top()), QPointF(at, frame.area.bottom()));
  double left = at + 12.0;
  if (left + box.width() > frame.bounds.right()) left = at - 12.0 - box.width();
  left = std::clamp(left, frame.bounds.left(),
                    std::max(frame.bounds.left(), frame.bounds.right() - box.width()));
  const double top =
      std::clamp(frame.hover->y() - box.height() / 2, frame.bounds.top() + 1.0,
                 std::max(frame.bounds.top() + 1.0, frame.bounds.bottom() - box.height() - 1.0));
  box.moveTopLeft(QPointF(crisp(left), crisp(top)));
  painter.setPen(QPen(mixed(frame.theme.hairline, frame.theme.muted, 0.4), 1.0));
  painter.setBrush(frame.theme.panel);
  painter.drawRoundedRect(box, 4.0, 4.0);

  double y = box.top() + 5.0;
  painter.setPen(frame.theme.muted);
  for (const QString& text : head) {
    painter.drawText(QPointF(box.left() + 8.0, y + metrics.ascent()), text);
    y += line;
  }
  for (const ReadoutRow& row : rows) {
    drawPlotSample(painter, QRectF(box.left() + 8.0, y + line / 2 - 5.0, 16.0, 10.0), *row.style,
                   frame.theme);
    painter.setPen(frame.theme.text);
    painter.drawText(QPointF(box.left() + 30.0, y + metrics.ascent()), row.name);
    painter.drawText(QRectF(box.left(), y, box.width() - 8.0, line), Qt::AlignRight | Qt::AlignVCenter,
                     row.value);
    y += line;
  }
  painter.setPen(frame.theme.muted);
  if (!more.isEmpty()) painter.drawText(QPointF(box.left() + 30.0, y + metrics.ascent()), more);
  painter.restore();
}

}  // namespace gps::ui
