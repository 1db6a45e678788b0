// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <QImage>
#include <QString>
#include <functional>
#include <vector>

#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

class QPainter;

namespace gps::ui {

/// A number at every place of the plane, to be coloured under a scene.
struct PlaneField {
  QString title;                                               ///< what the numbers are, for the legend
  std::function<double(const Eigen::Vector2d& place)> value{};  ///< task units; empty: no field
};

/// A field as a picture: coloured cells in bands, and a legend of values. Made anew when field, view or theme
/// change, of some 12 000 values at most.
class HeatMap {
 public:
  void setField(PlaneField field);
  bool empty() const { return !m_field.value; }
  /// Cells under everything else.
  void paint(QPainter& painter, const ViewMap& map, const Theme& theme);
  /// Over everything else, in a corner of `room` where none of `aims` is (pixels).
  void paintLegend(QPainter& painter, const QRectF& room, const std::vector<QPointF>& aims, const Theme& theme) const;

  /// Smallest and largest value that is seen; both 0 before the first paint().
  double low() const { return m_low; }
  double high() const { return m_high; }
  /// The colour of a value, semi-transparent.
  QColor colourOf(double value, const Theme& theme) const;

 private:
  void evaluate(const ViewMap& map, const Theme& theme);

  PlaneField m_field;
  QImage m_image;
  ViewMap m_map;  ///< what the picture was made for
  bool m_dark = false;
  bool m_fresh = false;
  double m_cell = 8.0;  ///< pixels
  double m_low = 0.0;
  double m_high = 0.0;
  std::vector<double> m_values;
};

}  // namespace gps::ui
