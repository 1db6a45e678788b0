// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCharts/QChartView>
#include <vector>

#include "widgets/plots/plot_chart.h"

namespace gps::ui {

/// The chart on the screen: wheel zooms at the cursor (Shift: x only), drag zooms a box, Shift-drag pans,
/// double click fits, Backspace goes back, L toggles log y, plus and minus zoom. Feeds the chart only while
/// it is shown.
class PlotCanvas : public QChartView {
  Q_OBJECT
 public:
  explicit PlotCanvas(QWidget* parent = nullptr);

  PlotChart& plot() { return *m_plot; }
  const PlotChart& plot() const { return *m_plot; }
  /// Feeds now when visible, else at the next show.
  void changed();
  void fit();
  void toggleLog();

 Q_SIGNALS:
  void clicked(const gps::ui::PlotHit& hit, double x);
  void fed();

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void feedNow();
  void zoomTo(const PlotWindow& window);
  void zoomAt(QPointF centre, double factor, bool onlyX);
  void back();

  PlotChart* m_plot;  ///< owned by the view's scene
  std::vector<std::optional<PlotWindow>> m_past;
  QPointF m_press;
  QRectF m_box;
  PlotWindow m_panStart;
  enum class Drag { None, Waiting, Box, Pan } m_drag = Drag::None;
};

}  // namespace gps::ui
