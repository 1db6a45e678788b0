// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <vector>

#include "widgets/canvas/scene_canvas.h"

namespace gps::ui {

/// Lies over a canvas and lets the user show the way: press at the ring, drag, let go. What was drawn comes out as
/// places in task units with their times. Draws the demonstrated path that it is given.
class StartOverlay : public QWidget {
  Q_OBJECT
 public:
  explicit StartOverlay(SceneCanvas* canvas);

  /// Whether dragging records; otherwise the mouse belongs to the canvas.
  void setRecording(bool on);
  bool recording() const { return m_recording; }
  /// Where the traced place starts, task units.
  void setStart(const QPointF& place);
  /// The path of the scene; empty: none.
  void setPath(std::vector<QPointF> path);
  QPointF startPixel() const;

 Q_SIGNALS:
  /// Times from 0 [s], growing; at least two places, the first one the start.
  void drawn(const std::vector<double>& times, const std::vector<QPointF>& places);
  /// The drag began elsewhere than at the ring.
  void missed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  QPointF toPixel(const QPointF& place) const;
  QPointF toPlace(const QPointF& pixel) const;

  SceneCanvas* m_canvas;
  bool m_recording = false;
  bool m_dragging = false;
  QPointF m_start;
  std::vector<QPointF> m_path;
  std::vector<double> m_times;
  std::vector<QPointF> m_places;
  QElapsedTimer m_clock;
};

}  // namespace gps::ui
