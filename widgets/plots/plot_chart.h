// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCharts/QChart>
#include <memory>

#include "widgets/plots/plot_frame.h"

namespace gps::ui {

/// How much of the data was drawn.
struct PlotFeed {
  std::size_t given = 0;  ///< points of the visible lines and bands
  std::size_t drawn = 0;
  std::size_t filled = 0;  ///< of them in the outlines of filled areas
  int feeds = 0;           ///< times data went to the series
  int rebuilds = 0;        ///< times the series objects were made anew
};

/// Qt Charts behind values: lines, bands and bars are its series, fed decimated by replace(); grid, labels,
/// markers and read-out are painted from the same frame, because Qt's log axis and legend do not do what the
/// plots need. Needs no view: an exporter puts it into a scene of its own.
class PlotChart : public QChart {
 public:
  PlotChart();
  ~PlotChart() override;

  void setTheme(const Theme& theme);
  void setLabelFont(const QFont& font);
  /// Keeps what the user hid or showed when the structure stays.
  void setContent(std::shared_ptr<const PlotContent> content);
  void setEntryVisible(int legend, bool visible);
  bool entryVisible(int legend) const;
  void setShown(std::vector<bool> shown);

  /// Part of the axes to show; none: everything.
  void setWindow(std::optional<PlotWindow> window);
  bool zoomed() const;
  /// For files: nothing but finite numbers reaches the painter, because an SVG writes what it is given.
  void setForFile(bool forFile);
  /// Against what the content asks for; none: as it asks.
  void setLogY(std::optional<bool> log);
  void setCrosshair(std::optional<double> x);
  void setHover(std::optional<QPointF> position);

  /// Lays out for a size and hands the data to Qt Charts, if anything changed.
  void feed(QSizeF size);
  const PlotFrame& frame() const;
  PlotFeed stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
