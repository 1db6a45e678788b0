// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <vector>

#include "widgets/canvas/scene_canvas.h"

namespace gps::ui {

/// Lies over a canvas and lets the user show the way: press at the ring, drag, let go. By keys: arrows move the hand,
/// Space waits, Backspace takes back, Enter ends; each key counts the same time, so that thinking between two of them
/// does not slow the way down. What was drawn comes out as places in task units with their times. Draws the
/// demonstrated path that it is given.
class StartOverlay : public QWidget {
  Q_OBJECT
 public:
  explicit StartOverlay(SceneCanvas* canvas);

  /// Whether dragging and keys record; otherwise both belong to the canvas.
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
  /// Escape: no way after all.
  void givenUp();

 protected:
  bool event(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  bool drawing() const { return m_dragging || m_byKeys; }
  void begin();
  /// One key's time further, `by` pixels away.
  void step(const QPointF& by);

  QPointF toPixel(const QPointF& place) const;
  QPointF toPlace(const QPointF& pixel) const;

  SceneCanvas* m_canvas;
  bool m_recording = false;
  bool m_dragging = false;
  bool m_byKeys = false;
  QPointF m_start;
  std::vector<QPointF> m_path;
  std::vector<double> m_times;
  std::vector<QPointF> m_places;
  QElapsedTimer m_clock;
};

}  // namespace gps::ui
