// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <algorithm>

namespace gps::ui {

/// Task units to pixels and back: y points up in the scene and down on the screen.
struct ViewMap {
  QPointF centre;  ///< task units
  double pixelsPerUnit = 50.0;
  QSizeF size;  ///< of the widget, device-independent pixels

  QPointF toPixel(double x, double y) const {
    return {(x - centre.x()) * pixelsPerUnit + size.width() / 2,
            size.height() / 2 - (y - centre.y()) * pixelsPerUnit};
  }
  QPointF toPixel(const QPointF& world) const { return toPixel(world.x(), world.y()); }
  QPointF toWorld(const QPointF& pixel) const {
    return {(pixel.x() - size.width() / 2) / pixelsPerUnit + centre.x(),
            (size.height() / 2 - pixel.y()) / pixelsPerUnit + centre.y()};
  }

  /// Shows all of `bounds` (task units) with `margin` pixels around it.
  static ViewMap fitting(const QRectF& bounds, const QSizeF& size, double margin) {
    const double width = std::max(size.width() - 2 * margin, 16.0);
    const double height = std::max(size.height() - 2 * margin, 16.0);
    const double scale =
        std::min(width / std::max(bounds.width(), 1e-6), height / std::max(bounds.height(), 1e-6));
    return {bounds.center(), std::clamp(scale, 1e-3, 1e6), size};
  }
};

}  // namespace gps::ui
