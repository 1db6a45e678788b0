// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPixmap>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/plant/plant.h"
#include "core/scene/scene.h"
#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// A task while it is tried out: bodies at the poses it is given, and a hand that takes hold of them. Reports what
/// hand and keys do; who simulates decides. What stands still is painted once and kept as a picture.
class TryCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit TryCanvas(QWidget* parent = nullptr);

  /// Another scene or start; the view shows all of `start`.
  void begin(std::shared_ptr<const Scene> scene, const std::vector<Pose>& start);
  /// Same scene, new poses (one per body).
  void setPoses(const std::vector<Pose>& poses);
  void setTheme(const Theme& theme);
  const ViewMap& map() const { return m_map; }
  QPointF pixelOf(const Eigen::Vector2d& world) const { return m_map.toPixel(world.x(), world.y()); }
  QSize sizeHint() const override { return {640, 480}; }

 Q_SIGNALS:
  void grabbed(int body, const Eigen::Vector2d& local, const Eigen::Vector2d& at);
  void dragged(const Eigen::Vector2d& to);
  void released();
  void keyChanged(int key, bool down);
  void startOverAsked();
  void leaveAsked();

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  int bodyAt(const QPointF& pixel) const;
  void letGo();
  void fit();
  void paintGround();

  std::shared_ptr<const Scene> m_scene;
  std::vector<Pose> m_poses;
  Theme m_theme;
  ViewMap m_map;
  QRectF m_bounds;
  QPixmap m_ground;
  bool m_zoomed = false;  ///< by the user; until then the view follows the widget's size
  int m_held = -1;
  Eigen::Vector2d m_local{0, 0};
  QPointF m_hand;
  std::optional<QPointF> m_panFrom;
  std::vector<int> m_down;  ///< keys
};

}  // namespace gps::ui
