// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/editor_overlay.h"

#include <QFontMetricsF>
#include <QPainter>
#include <cmath>

#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

double majorStep(const ViewMap& map) {
  return roundLength(100, map.pixelsPerUnit);
}

QFont smallFont(const QPainter& painter) {
  QFont font = painter.font();
  font.setPointSizeF(font.pointSizeF() * 0.85);
  return font;
}

void addLines(QVector<QLineF>& lines, const ViewMap& map, double step) {
  const QPointF low = map.toWorld(QPointF(0, map.size.height()));
  const QPointF high = map.toWorld(QPointF(map.size.width(), 0));
  for (double k = std::ceil(low.x() / step); k * step <= high.x(); ++k) {
    const double x = std::floor(map.toPixel(k * step, 0).x()) + 0.5;
    lines << QLineF(x, 0, x, map.size.height());
  }
  for (double k = std::ceil(low.y() / step); k * step <= high.y(); ++k) {
    const double y = std::floor(map.toPixel(0, k * step).y()) + 0.5;
    lines << QLineF(0, y, map.size.width(), y);
  }
}

}  // namespace

void paintEditorGrid(QPainter& painter, const ViewMap& map, const Theme& theme) {
  const auto draw = [&](double step, double strength) {
    QVector<QLineF> lines;
    addLines(lines, map, step);
    painter.setPen(penOf(mixed(theme.background, theme.hairline, strength), 1.0));
    painter.drawLines(lines);
  };
  draw(gridStep(map), 0.40);
  draw(majorStep(map), 1.0);
  const QPointF origin = map.toPixel(0, 0);
  painter.setPen(penOf(mixed(theme.background, theme.muted, 0.45), 1.0));
  const double x = std::floor(origin.x()) + 0.5, y = std::floor(origin.y()) + 0.5;
  painter.drawLine(QPointF(x, 0), QPointF(x, map.size.height()));
  painter.drawLine(QPointF(0, y), QPointF(map.size.width(), y));
}

void paintRulers(QPainter& painter, const ViewMap& map, const Theme& theme, std::optional<QPointF> cursor) {
  const double width = map.size.width(), height = map.size.height();
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.fillRect(QRectF(0, 0, width, kRuler), theme.background);
  painter.fillRect(QRectF(0, 0, kRuler, height), theme.background);
  painter.setPen(penOf(theme.hairline, 1.0));
  painter.drawLine(kRuler, kRuler, static_cast<int>(width), kRuler);
  painter.drawLine(kRuler, kRuler, kRuler, static_cast<int>(height));
  painter.setFont(smallFont(painter));
  const QFontMetricsF metrics(painter.font());
  const double major = majorStep(map), minor = gridStep(map);
  const int every = static_cast<int>(std::lround(major / minor));
  const QColor tick = mixed(theme.background, theme.muted, 0.5);
  const QPointF low = map.toWorld(QPointF(kRuler, height)), high = map.toWorld(QPointF(width, kRuler));
  const auto label = [major](double k) { return numberText(k * major); };
  painter.setClipRect(QRectF(kRuler, 0, width, kRuler));
  for (double k = std::ceil(low.x() / minor) - every; k * minor <= high.x(); ++k) {
    const double x = std::floor(map.toPixel(k * minor, 0).x());
    const bool strong = static_cast<long long>(std::lround(k)) % every == 0;
    painter.setPen(tick);
    painter.drawLine(QPointF(x, kRuler - (strong ? 7 : 3)), QPointF(x, kRuler - 1));
    if (!strong) continue;
    painter.setPen(theme.muted);
    painter.drawText(QPointF(x + 3, metrics.ascent() + 1), label(std::round(k / every)));
  }
  painter.setClipRect(QRectF(0, kRuler, kRuler, height));
  for (double k = std::ceil(low.y() / minor) - every; k * minor <= high.y() + every * minor; ++k) {
    const double y = std::floor(map.toPixel(0, k * minor).y());
    const bool strong = static_cast<long long>(std::lround(k)) % every == 0;
    painter.setPen(tick);
    painter.drawLine(QPointF(kRuler - (strong ? 7 : 3), y), QPointF(kRuler - 1, y));
    if (!strong) continue;
    painter.save();
    painter.translate(metrics.ascent() + 1, y - 3);
    painter.rotate(-90);
    painter.setPen(theme.muted);
    painter.drawText(QPointF(0, 0), label(std::round(k / every)));
    painter.restore();
  }
  painter.setClipping(false);
  painter.fillRect(QRectF(0, 0, kRuler, kRuler), theme.background);
  painter.setPen(theme.muted);
  painter.drawText(QRectF(0, 0, kRuler, kRuler), Qt::AlignCenter, QStringLiteral("m"));
  if (cursor) {
    painter.setPen(penOf(theme.focus, 1.0));
    painter.drawLine(QPointF(std::floor(cursor->x()), 0), QPointF(std::floor(cursor->x()), kRuler - 1));
    painter.drawLine(QPointF(0, std::floor(cursor->y())), QPointF(kRuler - 1, std::floor(cursor->y())));
  }
  painter.setRenderHint(QPainter::Antialiasing, true);
}

void paintReadout(QPainter& painter, const QString& text, const QString& typed, const QPointF& pixel,
                  const ViewMap& map, const Theme& theme) {
  const QString all = typed.isEmpty() ? text : text + QStringLiteral("\n= ") + typed + u'▏';
  const QFontMetricsF metrics(painter.font());
  const QSizeF size = metrics.size(0, all);
  QRectF box(pixel.x() + 16, pixel.y() + 16, size.width() + 16, size.height() + 8);
  if (box.right() > map.size.width() - 4) box.moveRight(pixel.x() - 16);
  if (box.bottom() > map.size.height() - 4) box.moveBottom(pixel.y() - 16);
  painter.setPen(penOf(typed.isEmpty() ? mixed(theme.hairline, theme.muted, 0.3) : theme.focus, 1.0));
  painter.setBrush(theme.panel);
  painter.drawRoundedRect(box, 6, 6);
  painter.setPen(theme.text);
  painter.drawText(box.adjusted(8, 4, -8, -4), Qt::AlignLeft | Qt::AlignVCenter, all);
}

void paintGuide(QPainter& painter, const SnapGuide& guide, const ViewMap& map, const Theme& theme) {
  const QPointF at = map.toPixel(guide.at.x(), guide.at.y());
  painter.setBrush(Qt::NoBrush);
  painter.setPen(penOf(theme.local, 1.5));
  painter.drawEllipse(at, 7, 7);
  painter.setPen(penOf(theme.local, 1.0));
  painter.drawLine(at - QPointF(12, 0), at + QPointF(12, 0));
  painter.drawLine(at - QPointF(0, 12), at + QPointF(0, 12));
  if (guide.name.isEmpty()) return;
  const QFontMetricsF metrics(painter.font());
  const QRectF box(at.x() + 10, at.y() - metrics.height() - 12, metrics.horizontalAdvance(guide.name) + 8,
                   metrics.height() + 2);
  QColor ground = theme.background;
  ground.setAlphaF(0.85f);
  painter.setPen(Qt::NoPen);
  painter.setBrush(ground);
  painter.drawRoundedRect(box, 4, 4);
  painter.setPen(theme.warning);
  painter.drawText(box, Qt::AlignCenter, guide.name);
}

void paintCrosshair(QPainter& painter, const QPointF& pixel, const Theme& theme) {
  painter.setPen(penOf(theme.focus, 1.5));
  for (const QPointF& way : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
    painter.drawLine(pixel + 3 * way, pixel + 16 * way);
}

}  // namespace gps::ui
