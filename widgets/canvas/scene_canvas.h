// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "core/engine/snapshot.h"
#include "core/scene/scene.h"
#include "widgets/style/theme.h"

namespace gps::ui {

/// What the canvas shows besides the bodies.
struct CanvasLayers {
  bool samples = true;  ///< noisy rollouts of the iteration, thin, warm
  bool local = true;    ///< local controllers: mean path, warm
  bool global = true;   ///< global policy: noise-free path, cool, dashed
  bool tubes = true;    ///< 2-sigma tubes of the marginals of the trace point
  bool ghosts = true;   ///< paths of earlier iterations, faded
  bool grid = true;
  bool tests = false;   ///< starts and goals of the conditions kept for testing
};

/// Draws one run: bodies, goal, obstacles, trajectories. One QWidget painted with QPainter; layers cached as
/// images; poses come from stored rollouts, never from a live world. Shows values; reports what the user did.
class SceneCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit SceneCanvas(QWidget* parent = nullptr);
  ~SceneCanvas() override;

  void setTheme(const Theme& theme);
  /// Scene alone (no run yet): bodies at their starts of the first condition.
  void setScene(std::shared_ptr<const Scene> scene);
  /// The iteration to show; null: none yet. `earlier` are drawn as ghosts, newest first.
  void setSnapshot(std::shared_ptr<const Snapshot> snapshot,
                   std::vector<std::shared_ptr<const Snapshot>> earlier = {});
  void setLayers(const CanvasLayers& layers);
  CanvasLayers layers() const;
  /// Whether the run works: until its first iteration the caption says what will appear, not what to press.
  void setRunning(bool running);
  /// Time step shown, fractional between steps; 0 .. T-1.
  void setTimeStep(double step);
  double timeStep() const;
  /// Condition highlighted; -1: all.
  void setCondition(int condition);
  int condition() const;

  // Camera: wheel zooms at the cursor, drag pans, double click fits. Keys: + and - zoom, arrows pan, F fits,
  // 0 goes back to the scene's own camera, Page Up and Page Down walk through the conditions, Escape shows
  // all.
  /// Shows all bodies, the goal and all paths. A new scene is shown through its own camera. Until the user
  /// moves it, the camera also follows the size of the canvas.
  void fit();
  struct View {
    QPointF centre;  ///< task units
    double pixelsPerUnit = 50.0;
  };
  View view() const;
  void setView(const View& view);
  /// Widens the view of a scene that has no camera of its own, as its own paths do; see pathsFollowed().
  void follow(const QRectF& visited);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  /// Text for screen readers: what is drawn.
  QString summary() const;

 Q_SIGNALS:
  /// The scene has no camera of its own, and paths went beyond what was seen: linked canvases follow() them.
  void pathsFollowed(const QRectF& visited);
  void viewChanged();                    ///< by the user, so that linked canvases can follow
  void conditionClicked(int condition);  ///< a path was clicked, or chosen by key; -1: all
  void testsClicked();                   ///< the legend's entry of the test conditions was clicked

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// A small still picture of a scene for the start page's tiles and files.
QImage sceneThumbnail(const Scene& scene, const Theme& theme, QSize size, double devicePixelRatio);

}  // namespace gps::ui
