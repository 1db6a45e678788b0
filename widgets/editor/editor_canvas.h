// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsView>
#include <memory>
#include <unordered_map>
#include <vector>

#include "widgets/editor/editor_items.h"
#include "widgets/editor/heat_map.h"
#include "widgets/editor/scene_editor.h"
#include "widgets/editor/snapping.h"
#include "widgets/editor/tool.h"

namespace gps::ui {

/// More bodies than this are drawn with hairlines.
inline constexpr std::size_t kManyBodies = 150;
/// Pixels around the target that are the target.
inline constexpr double kGoalReach = 9.0;

/// The drawing of the editor: items, camera, selection, gestures, and the tool in hand. Contract of the
/// signals as in SceneEditor.
class EditorCanvas : public QGraphicsView {
  Q_OBJECT
 public:
  explicit EditorCanvas(QWidget* parent = nullptr);
  ~EditorCanvas() override;

  void setScene(std::shared_ptr<const Scene> scene);
  std::shared_ptr<const Scene> value() const { return m_value; }
  void setSelection(const SceneSelection& selection);
  const SceneSelection& selection() const { return m_selection; }
  void setTheme(const Theme& theme);
  void setTool(EditorTool tool);
  EditorTool tool() const { return m_tool; }
  /// The next click says where this robot goes. `links`: of an arm.
  void placeTemplate(const QString& name, int links);
  /// `reason` stands where hints do; empty: that the drawing cannot be changed now.
  void setReadOnly(bool readOnly, const QString& reason = {});
  bool readOnly() const { return m_readOnly; }
  void setSnapping(bool on);
  bool snapping() const { return m_snapping; }
  void setGhostsShown(bool shown);
  bool ghostsShown() const { return m_ghosts; }
  void setDrawsDynamic(bool dynamic);
  bool drawsDynamic() const { return m_drawsDynamic; }
  /// Corners of the selected body instead of its frame.
  void setEditsCorners(bool corners);
  bool editsCorners() const { return m_corners; }
  /// The corner the keyboard holds, as cornersOf() counts; -1: none.
  int cornerInHand() const { return m_cornerAt; }
  void fit();
  QString summary() const;
  /// Colours the ground; an empty field takes the colours away.
  void setField(PlaneField field);
  const HeatMap& heatMap() const { return m_heat; }

  // For tools.
  const Scene& sceneValue() const;
  const Lens& lens() const { return m_lens; }
  const ViewMap& map() const { return m_lens.map; }
  QPointF pixelOf(const Eigen::Vector2d& world) const { return map().toPixel(world.x(), world.y()); }
  /// The topmost thing at a pixel.
  PickedPart partAt(const QPointF& pixel) const;
  PickedPart bodyAt(const QPointF& pixel, const std::string& leaveOut = {}) const;
  /// Everything a rectangle touches.
  SceneSelection partsIn(const QRectF& pixels) const;
  bool snaps(Qt::KeyboardModifiers modifiers) const {
    return m_snapping && !modifiers.testFlag(Qt::AltModifier);
  }
  /// The event's point, snapped unless suspended; shows the guide.
  Eigen::Vector2d snapped(const ToolEvent& event);
  void showGuide(const std::optional<SnapGuide>& guide);

  quint64 beginGesture(const QString& title);
  void edit(const SceneEdit& edit);
  void endGesture();
  void cancelGesture();
  bool inGesture() const { return m_gesture != 0; }
  /// One wish that is a gesture of its own.
  void editOnce(const QString& title, const SceneEdit& edit);
  void toolNews();  ///< hint, readout or drawing of the tool changed

  void removeSelected();
  void duplicateSelected();
  void selectAll();

 Q_SIGNALS:
  void selectionChanged();
  void toolChanged(gps::ui::EditorTool tool);
  void settingsChanged();  ///< corners, snapping, ghosts or the kind of new bodies
  void gestureBegan(quint64 gesture, const QString& title);
  void edited(quint64 gesture, const gps::SceneEdit& edit);
  void gestureEnded(quint64 gesture);
  void gestureCancelled(quint64 gesture);
  void hintChanged(const QString& hint);
  void cursorMoved(const Eigen::Vector2d& world);
  void viewChanged();
  void robotsAsked();  ///< by key: the list of robots is wanted

 protected:
  void drawBackground(QPainter* painter, const QRectF& rect) override;
  void drawForeground(QPainter* painter, const QRectF& rect) override;
  bool event(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void scrollContentsBy(int, int) override {}

 private:
  ToolEvent eventAt(const QPointF& pixel, Qt::KeyboardModifiers modifiers) const;
  void setMap(const ViewMap& map);
  void zoomAt(const QPointF& pixel, double factor);
  void syncItems(const Scene* before);
  void syncSelected();
  void describe();
  void updateCursor();
  bool arrow(QKeyEvent* event);
  void nudge(const Eigen::Vector2d& delta);
  void turnSelected(double angle);
  bool stepSelection(bool forward);
  bool typed(QKeyEvent* event);
  void placeAtCrosshair();
  bool enter();
  bool erase(bool backspace);
  bool insertCorner();
  /// The body whose corners are edited; null: none.
  const Body* corneredBody() const;
  bool escape();
  bool letter(QKeyEvent* event);
  void paintSelection(QPainter& painter) const;
  void paintGoal(QPainter& painter, bool points) const;

  QGraphicsScene m_graphics;
  Lens m_lens;
  std::shared_ptr<const Scene> m_value;
  SceneSelection m_selection;
  std::unordered_map<std::string, std::unique_ptr<BodyItem>> m_bodies;
  std::unordered_map<std::string, std::unique_ptr<JointItem>> m_joints;
  std::vector<std::unique_ptr<StartItem>> m_starts;
  std::optional<std::vector<SnapPoint>> m_snapPoints;  // of the scene shown; made when first wanted

  EditorTool m_tool = EditorTool::Select;
  std::unique_ptr<Tool> m_hand, m_retired;  // a tool may put itself away in the middle of its own event
  int m_cornerAt = -1;
  QString m_template, m_readOnlyReason;
  int m_templateLinks = 0;
  bool m_readOnly = false, m_snapping = true, m_ghosts = true, m_drawsDynamic = true, m_corners = false;
  bool m_aimed = false;  // the camera has shown a scene
  bool m_seen = false;   // at its real size

  quint64 m_gesture = 0, m_lastGesture = 0;
  quint64 m_nudge = 0;  // the gesture of arrow keys held down
  Eigen::Vector2d m_nudged{0, 0};
  std::shared_ptr<const Scene> m_base;  // when the nudge began

  QPointF m_mouse;      // last seen, pixels
  bool m_over = false;  // the mouse is over the drawing
  bool m_ring = false;  // the focus came by key
  bool m_spaceHeld = false, m_panning = false;
  QPointF m_panFrom;
  std::optional<Eigen::Vector2d> m_crosshair;  // of the keyboard, task units
  bool m_crosshairMoved = false;
  std::optional<SnapGuide> m_guide;
  HeatMap m_heat;
  QString m_typed;
};

}  // namespace gps::ui
