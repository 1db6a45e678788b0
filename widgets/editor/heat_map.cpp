// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/heat_map.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

constexpr double kCell = 8.0;      // pixels, of small views
constexpr double kCells = 12000.0;  // at most about so many, which bounds the time
constexpr int kBands = 12;     // steps of the scale, so that lines of equal cost are seen
constexpr int kFiner = 4;      // pixels of the picture per cell
constexpr int kTicks = 5;

/// From nothing to a strong violet, which stands for no controller, policy or goal.
QColor ramp(double share, const Theme& theme) {
  const QColor faint = theme.dark ? QColor("#4B3F78") : QColor("#D9CFF2");
  const QColor strong = theme.dark ? QColor("#D59BF6") : QColor("#7A2E9E");
  QColor colour = mixed(faint, strong, share);
  colour.setAlphaF(static_cast<float>(0.10 + 0.55 * share));
  return colour;
}

bool sameView(const ViewMap& a, const ViewMap& b) {
  return a.centre == b.centre && a.pixelsPerUnit == b.pixelsPerUnit && a.size == b.size;
}

}  // namespace

void HeatMap::setField(PlaneField field) {
  m_field = std::move(field);
  m_fresh = false;
}

QColor HeatMap::colourOf(double value, const Theme& theme) const {
  if (!(m_high > m_low) || !std::isfinite(value)) return ramp(0.0, theme);
  // By the root: costs grow with the square of a distance, and near the target is where one looks.
  const double share = std::sqrt(std::clamp((value - m_low) / (m_high - m_low), 0.0, 1.0));
  return ramp(std::min(std::floor(share * kBands), kBands - 1.0) / (kBands - 1), theme);
}

void HeatMap::evaluate(const ViewMap& map, const Theme& theme) {
  m_cell = std::max(kCell, std::sqrt(map.size.width() * map.size.height() / kCells));
  const int columns = std::max(1, static_cast<int>(std::ceil(map.size.width() / m_cell)));
  const int rows = std::max(1, static_cast<int>(std::ceil(map.size.height() / m_cell)));
  m_values.resize(static_cast<std::size_t>(columns * rows));
  m_low = INFINITY;
  m_high = -INFINITY;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const QPointF world = map.toWorld(QPointF((c + 0.5) * m_cell, (r + 0.5) * m_cell));
      const double value = m_field.value({world.x(), world.y()});
      m_values[static_cast<std::size_t>(r * columns + c)] = value;
      if (!std::isfinite(value)) continue;
      m_low = std::min(m_low, value);
      m_high = std::max(m_high, value);
    }
  }
  if (!(m_low <= m_high)) m_low = m_high = 0.0;
  // Values between the cells before they become bands: the lines of equal cost are smooth.
  QRgb bands[kBands];
  for (int k = 0; k < kBands; ++k) bands[k] = qPremultiply(ramp(static_cast<double>(k) / (kBands - 1), theme).rgba());
  const double scale = m_high > m_low ? 1.0 / (m_high - m_low) : 0.0;
  const auto at = [&](int c, int r) {
    const auto column = std::clamp(c, 0, columns - 1), row = std::clamp(r, 0, rows - 1);
    return m_values[static_cast<std::size_t>(row * columns + column)];
  };
  m_image = QImage(columns * kFiner, rows * kFiner, QImage::Format_ARGB32_Premultiplied);
  for (int y = 0; y < rows * kFiner; ++y) {
    auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
    const double v = (y + 0.5) / kFiner - 0.5;
    const int r = static_cast<int>(std::floor(v));
    for (int x = 0; x < columns * kFiner; ++x) {
      const double u = (x + 0.5) / kFiner - 0.5;
      const int c = static_cast<int>(std::floor(u));
      const double upper = at(c, r) + (u - c) * (at(c + 1, r) - at(c, r));
      const double lower = at(c, r + 1) + (u - c) * (at(c + 1, r + 1) - at(c, r + 1));
      const double share = std::sqrt(std::max((upper + (v - r) * (lower - upper) - m_low) * scale, 0.0));
      const int band = std::isfinite(share) ? std::min(static_cast<int>(share * kBands), kBands - 1) : 0;
      line[x] = bands[band];
    }
  }
  m_map = map;
  m_dark = theme.dark;
  m_fresh = true;
}

void HeatMap::paint(QPainter& painter, const ViewMap& map, const Theme& theme) {
  if (empty()) return;
  if (!m_fresh || m_dark != theme.dark || !sameView(map, m_map)) evaluate(map, theme);
  painter.save();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, true);
  painter.drawImage(QRectF(0, 0, m_image.width() * m_cell / kFiner, m_image.height() * m_cell / kFiner), m_image);
  painter.restore();
}

void HeatMap::paintLegend(QPainter& painter, const QRectF& room, const std::vector<QPointF>& aims,
                          const Theme& theme) const {
  if (empty() || !m_fresh) return;
  painter.save();
  QFont font = painter.font();
  font.setPointSizeF(font.pointSizeF() * 0.9);
  painter.setFont(font);
  const QFontMetricsF metrics(font);
  const bool flat = !(m_high > m_low);
  const auto tickText = [this](double value) {
    // The cell at a minimum is not the minimum: 9.8e-06 of 300 says less than 0.
    return numberText(std::abs(value) < 1e-4 * (m_high - m_low) ? 0.0 : value);
  };
  double widest = 0.0;
  for (int k = 0; k < kTicks; ++k) {
    const double share = static_cast<double>(k) / (kTicks - 1);
    widest = std::max(widest, metrics.horizontalAdvance(tickText(m_low + share * share * (m_high - m_low))));
  }
  const QString title = flat ? m_field.title + QCoreApplication::translate("HeatMap", ": the same everywhere") : m_field.title;
  const double bar = 14.0, step = metrics.height() + 4;
  const double width = std::max(metrics.horizontalAdvance(title), bar + 6 + widest) + 16;
  const double height = flat ? metrics.height() * 2 + 14 : metrics.height() + 8 + step * kTicks + 6;
  const QRectF corners[] = {{room.right() - width, room.top(), width, height},
                            {room.right() - width, room.bottom() - height, width, height},
                            {room.left(), room.bottom() - height, width, height},
                            {room.left(), room.top(), width, height}};
  const auto free = [&aims](const QRectF& corner) {
    return std::none_of(aims.begin(), aims.end(), [&corner](const QPointF& aim) { return corner.contains(aim); });
  };
  const QRectF* const found = std::find_if(std::begin(corners), std::end(corners), free);
  const QRectF box = found == std::end(corners) ? corners[0] : *found;
  painter.setPen(penOf(theme.hairline, 1.0));
  painter.setBrush(theme.panel);
  painter.drawRoundedRect(box, 6, 6);
  painter.setPen(theme.text);
  painter.drawText(QPointF(box.left() + 8, box.top() + 4 + metrics.ascent()), title);
  const double first = box.top() + metrics.height() + 8;
  for (int k = 0; k < (flat ? 1 : kTicks); ++k) {
    // The scale goes by the root, so equal steps of it are unequal steps of the value; the largest is on top.
    const double share = flat ? 0.0 : 1.0 - static_cast<double>(k) / (kTicks - 1);
    const double value = m_low + share * share * (m_high - m_low);
    painter.setPen(Qt::NoPen);
    const QRectF patch(box.left() + 8, first + k * step, bar, step);
    painter.fillRect(patch, theme.background);
    painter.fillRect(patch, colourOf(value, theme));
    painter.setPen(theme.muted);
    painter.drawText(QRectF(box.left() + 8 + bar + 6, first + k * step, widest + 4, step),
                     Qt::AlignVCenter | Qt::AlignLeft, tickText(value));
  }
  painter.restore();
}

}  // namespace gps::ui
