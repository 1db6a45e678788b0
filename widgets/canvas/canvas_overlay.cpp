// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/canvas_overlay.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <functional>
#include <vector>

#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/test_place_painter.h"
#include "widgets/canvas/trajectory_painter.h"

namespace gps::ui {

namespace {

constexpr double kMargin = 12.0;
constexpr double kSample = 28.0;  // width of a legend's line sample

QFont smallFont(const QPainter& painter) {
  QFont font = painter.font();
  font.setPointSizeF(font.pointSizeF() * 0.9);
  return font;
}

void plate(QPainter& painter, const QRectF& box, const Theme& theme) {
  QColor fill = theme.panel;
  fill.setAlphaF(0.88f);
  painter.setPen(Qt::NoPen);
  painter.setBrush(fill);
  painter.drawRoundedRect(box, 6, 6);
}

QPen line(const QColor& colour, double width) {
  QPen pen(colour, width, Qt::SolidLine, Qt::FlatCap);
  pen.setCosmetic(width <= 1.0);
  return pen;
}

/// What a legend in this corner covers, in pixels squared. Each thing counts at least a little, so that thin ones do.
double coveredBy(const QRectF& box, std::span<const QRectF> things) {
  double sum = 0.0;
  for (const QRectF& thing : things) {
    const QRectF common = box.intersected(thing);
    if (!common.isEmpty()) sum += 50.0 + common.width() * common.height();
  }
  return sum;
}

QRectF inCorner(const QSizeF& size, Corner corner, const ViewMap& map, double line) {
  const bool left = corner == Corner::BottomLeft || corner == Corner::TopLeft;
  const bool top = corner == Corner::TopRight || corner == Corner::TopLeft;
  // The scale bar and the caption have the left corners first.
  const double above = corner == Corner::TopLeft ? line + 14 : 0, below = corner == Corner::BottomLeft ? line + 20 : 0;
  return QRectF(QPointF(left ? kMargin : map.size.width() - kMargin - size.width(),
                        top ? kMargin + above : map.size.height() - kMargin - below - size.height()),
                size);
}

}  // namespace

LegendPlace paintLegend(QPainter& painter, const LegendContent& content, const LegendPlace& before,
                        std::span<const QRectF> keepClear, const ViewMap& map, const Theme& theme) {
  struct Entry {
    QString text;
    std::function<void(const QRectF&)> sample;
    bool quiet = false;
  };
  std::vector<Entry> entries;
  const auto midline = [](const QRectF& box) {
    return QLineF(box.left(), box.center().y(), box.right(), box.center().y());
  };
  if (content.local) {
    entries.push_back({QStringLiteral("Local controllers"), [&](const QRectF& box) {
                         painter.setPen(line(theme.local, 2));
                         painter.drawLine(midline(box));
                         painter.setPen(Qt::NoPen);
                         painter.setBrush(theme.local);
                         painter.drawEllipse(QPointF(box.right() - 4, box.center().y()), 4, 4);
                       }});
  }
  if (content.samples) {
    entries.push_back({QStringLiteral("Samples"), [&](const QRectF& box) {
                         QColor thin = theme.local;
                         thin.setAlphaF(0.7f);
                         painter.setPen(line(thin, 1));
                         for (const int dy : {-3, 0, 3}) painter.drawLine(midline(box).translated(0, dy));
                       }});
  }
  if (content.global) {
    entries.push_back({QStringLiteral("Global policy"), [&](const QRectF& box) {
                         const QLineF middle = midline(box);
                         painter.setPen(line(theme.global, 2));
                         painter.drawLines(dashes(QPolygonF{middle.p1(), middle.p2()}, 8, 4));
                         painter.setPen(Qt::NoPen);
                         painter.setBrush(theme.global);
                         const QPointF at(box.right() - 5, box.center().y());
                         painter.drawConvexPolygon(QPolygonF{at + QPointF(0, -5.5), at + QPointF(5.5, 0),
                                                             at + QPointF(0, 5.5), at + QPointF(-5.5, 0)});
                       }});
  }
  if (content.localTubes || content.globalTubes) {
    entries.push_back({QStringLiteral("2 sigma"), [&](const QRectF& box) {
                         const QRectF band = QRectF(box.left(), box.center().y() - 5, box.width(), 10);
                         QColor warm = content.localTubes ? theme.local : theme.global;
                         QColor cool = content.globalTubes ? theme.global : theme.local;
                         warm.setAlphaF(0.25f);
                         cool.setAlphaF(0.25f);
                         painter.setPen(Qt::NoPen);
                         painter.setBrush(warm);
                         painter.drawRect(band.adjusted(0, 0, -band.width() / 2, 0));
                         painter.setBrush(cool);
                         painter.drawRect(band.adjusted(band.width() / 2, 0, 0, 0));
                       }});
  }
  if (content.ghosts) {
    entries.push_back(
        {QStringLiteral("Earlier iterations"), [&](const QRectF& box) {
           QColor warm = theme.local, cool = theme.global;
           warm.setAlphaF(0.5f);
           cool.setAlphaF(0.5f);
           const QLineF middle = midline(box);
           painter.setPen(line(content.local ? warm : cool, 1));
           painter.drawLine(middle.translated(0, -2));
           painter.setPen(line(content.global ? cool : warm, 1));
           painter.drawLines(dashes(QPolygonF{middle.p1(), middle.p2()}.translated(0, 2), 4, 4));
         }});
  }
  if (content.goal) {
    entries.push_back({QStringLiteral("Goal"), [&](const QRectF& box) {
                         const QPointF c = box.center();
                         painter.setPen(line(theme.goal, 1.5));
                         painter.setBrush(Qt::NoBrush);
                         painter.drawEllipse(c, 6, 6);
                         painter.drawLine(c - QPointF(3.5, 0), c + QPointF(3.5, 0));
                         painter.drawLine(c - QPointF(0, 3.5), c + QPointF(0, 3.5));
                       }});
  }
  if (content.tests > 0) {
    const QString count = content.tests == 1 ? QStringLiteral("1 test condition")
                                             : QStringLiteral("%1 test conditions").arg(content.tests);
    entries.push_back({content.testsShown ? count : count + QStringLiteral(", hidden"),
                       [&](const QRectF& box) { paintTestMark(painter, box.center(), 6, theme); },
                       !content.testsShown});
  }
  LegendPlace place = before;
  place.box = place.tests = QRectF();
  if (entries.empty()) return place;
  painter.save();
  painter.setFont(smallFont(painter));
  const QFontMetricsF metrics(painter.font());
  double widest = 0;
  for (const Entry& entry : entries) widest = std::max(widest, metrics.horizontalAdvance(entry.text));
  const double row = metrics.height() + 4;
  const QSizeF size(kSample + 8 + widest + 16, row * static_cast<double>(entries.size()) + 8);
  QRectF box = inCorner(size, place.corner, map, metrics.height());
  double least = coveredBy(box, keepClear);
  if (least > 0) {
    for (const Corner corner : {Corner::BottomRight, Corner::TopRight, Corner::BottomLeft, Corner::TopLeft}) {
      const QRectF other = inCorner(size, corner, map, metrics.height());
      const double covered = coveredBy(other, keepClear);
      if (covered >= least) continue;
      least = covered;
      box = other;
      place.corner = corner;
    }
  }
  const bool fits = box.width() < 0.45 * map.size.width() && box.height() < 0.45 * map.size.height();
  if (fits) {
    place.box = box;
    plate(painter, box, theme);
    double y = box.top() + 4;
    for (const Entry& entry : entries) {
      entry.sample(QRectF(box.left() + 8, y, kSample, row));
      painter.setPen(entry.quiet ? theme.muted : theme.text);
      painter.drawText(QRectF(box.left() + 16 + kSample, y, widest + 1, row),
                       Qt::AlignLeft | Qt::AlignVCenter, entry.text);
      y += row;
    }
    if (content.tests > 0) place.tests = QRectF(box.left(), box.bottom() - 4 - row, box.width(), row);
  }
  painter.restore();
  return place;
}

void paintLabels(QPainter& painter, const std::vector<ConditionLabel>& labels, const Theme& theme) {
  painter.save();
  QFont font = smallFont(painter);
  font.setBold(true);
  const QFontMetricsF metrics(font);
  for (const ConditionLabel& label : labels) {
    QPainterPath text;
    text.addText(label.at + QPointF(8, metrics.ascent() + 3), font, label.text);
    // A halo keeps the number readable on any ground.
    painter.setOpacity(label.strength);
    painter.strokePath(text, QPen(theme.background, 3.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.fillPath(text, label.colour);
  }
  painter.restore();
}

void paintScaleBar(QPainter& painter, const ViewMap& map, const Theme& theme) {
  if (map.size.width() < 160 || map.size.height() < 120) return;
  const double length = roundLength(std::min(120.0, map.size.width() / 4), map.pixelsPerUnit);
  const double pixels = length * map.pixelsPerUnit;
  painter.save();
  painter.setFont(smallFont(painter));
  const QFontMetricsF metrics(painter.font());
  const QString text = QString::number(length, 'g', 4) + QStringLiteral(" m");
  const double wide = std::max(pixels, metrics.horizontalAdvance(text));
  QRectF box(kMargin, 0, wide + 16, metrics.height() + 14);
  box.moveBottom(map.size.height() - kMargin);
  plate(painter, box, theme);
  painter.setPen(theme.text);
  painter.drawText(QRectF(box.left() + 8, box.top() + 2, wide, metrics.height()),
                   Qt::AlignLeft | Qt::AlignVCenter, text);
  const double y = std::floor(box.bottom() - 6) + 0.5, x = std::floor(box.left() + 8) + 0.5;
  painter.setPen(line(theme.text, 1.0));
  painter.drawLine(QPointF(x, y), QPointF(x + pixels, y));
  painter.drawLine(QPointF(x, y - 4), QPointF(x, y));
  painter.drawLine(QPointF(x + pixels, y - 4), QPointF(x + pixels, y));
  painter.restore();
}

void paintCaption(QPainter& painter, const QString& text, const ViewMap& map, const Theme& theme) {
  if (text.isEmpty() || map.size.width() < 200) return;
  painter.save();
  painter.setFont(smallFont(painter));
  const QFontMetricsF metrics(painter.font());
  const QString shown = metrics.elidedText(text, Qt::ElideRight, map.size.width() - 2 * kMargin - 16);
  const QRectF box(kMargin, kMargin, metrics.horizontalAdvance(shown) + 16, metrics.height() + 8);
  plate(painter, box, theme);
  painter.setPen(theme.text);
  painter.drawText(box, Qt::AlignCenter, shown);
  painter.restore();
}

void paintEmptyText(QPainter& painter, const QString& text, const ViewMap& map, const Theme& theme) {
  const QFontMetricsF metrics(painter.font());
  const double widest = std::max(80.0, std::min(map.size.width() - 2 * kMargin, 420.0)) - 32;
  const QRectF needed =
      metrics.boundingRect(QRectF(0, 0, widest, map.size.height()), Qt::AlignCenter | Qt::TextWordWrap, text);
  QRectF box(0, 0, needed.width() + 33, needed.height() + 16);
  box.moveCenter({map.size.width() / 2, map.size.height() / 2});
  plate(painter, box, theme);
  painter.setPen(theme.muted);
  painter.drawText(box.adjusted(16, 8, -16, -8), Qt::AlignCenter | Qt::TextWordWrap, text);
}

}  // namespace gps::ui
