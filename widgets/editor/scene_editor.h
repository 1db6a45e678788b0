// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "core/scene/scene_edit.h"
#include "widgets/editor/heat_map.h"
#include "widgets/style/theme.h"

class QToolButton;

namespace gps::ui {

/// What the mouse does.
enum class EditorTool {
  Select,
  Pan,
  Box,
  Circle,
  Polygon,
  Chain,
  Revolute,
  Prismatic,
  Weld,
  Distance,
  Template
};

/// Draws one task and reports how the user wishes it changed. Tools above, the drawing, numbers of the
/// selection below. It never changes a scene: every wish leaves as edited(), and the answer is setScene()
/// with a new value.
///
/// Every edited() comes between gestureBegan() and gestureEnded() (or gestureCancelled()) of its gesture. A
/// drag sends many; each is measured from the scene that was shown at gestureBegan(), so that the last one
/// applied to that scene gives the result, and the whole gesture is one step to undo. After
/// gestureCancelled() that scene is wanted back. Gesture ids grow and are never used twice. A wish that
/// cannot be granted is left unanswered (or answered with the old scene).
class SceneEditor : public QWidget {
  Q_OBJECT
 public:
  explicit SceneEditor(QWidget* parent = nullptr);
  ~SceneEditor() override;

  /// Shows a scene; cheap after an edit, since what did not change keeps its item. Null: nothing. The first
  /// scene, and one with another name, is shown whole; otherwise the view stays. What is selected and still
  /// exists stays selected.
  void setScene(std::shared_ptr<const Scene> scene);
  std::shared_ptr<const Scene> scene() const;

  /// Ids that the scene does not hold are left out. Emits selectionChanged() only when something changed.
  void setSelection(const SceneSelection& selection);
  SceneSelection selection() const;

  /// What keys do in the drawing, as (what, key).
  static QList<std::pair<QString, QString>> keys();
  void setTheme(const Theme& theme);
  void setTool(EditorTool tool);
  EditorTool tool() const;
  /// Lets the next click drop a robot (one of robotTemplates()); `links`: of the arm, 1 to 6.
  void placeTemplate(const QString& name, int links = 0);
  /// While a run uses the scene or its file cannot be read: looking, selecting and measuring work, nothing
  /// can be changed. `reason` is shown in place of hints; empty: that the drawing cannot be changed now. An
  /// open gesture is cancelled; when the answer to that is setReadOnly(false), that one counts.
  void setReadOnly(bool readOnly, const QString& reason = {});
  bool readOnly() const;
  /// Whether bodies drawn next can move.
  void setDrawsDynamic(bool dynamic);
  bool drawsDynamic() const;
  /// Snapping to the grid, to angles of 15 degrees, to vertices and anchors. Alt suspends it.
  void setSnapping(bool on);
  bool snapping() const;
  /// Where conditions start, as ghosts.
  void setGhostsShown(bool shown);
  bool ghostsShown() const;

  /// A number at every place, coloured under the scene, with a legend; an empty field: none.
  void setField(PlaneField field);
  const HeatMap& heatMap() const;
  /// A tool of somebody else at the right end of the bar; becomes a child. Shows its text where there is room.
  void addTool(QToolButton* tool);

  /// Shows all bodies, ghosts and the target.
  void fit();
  /// Pixel of the drawing (in this widget) for a point in task units, and back.
  QPointF pixelOf(const Eigen::Vector2d& world) const;
  Eigen::Vector2d worldOf(const QPointF& pixel) const;

  QSize sizeHint() const override;
  /// Text for screen readers: what is shown and selected.
  QString summary() const;

 Q_SIGNALS:
  void selectionChanged();
  void toolChanged(gps::ui::EditorTool tool);
  /// `title` names the step in the history: "Move link1".
  void gestureBegan(quint64 gesture, const QString& title);
  void edited(quint64 gesture, const gps::SceneEdit& edit);
  void gestureEnded(quint64 gesture);
  void gestureCancelled(quint64 gesture);
  /// What the tool waits for, for a status bar; empty: nothing.
  void hintChanged(const QString& hint);
  /// Where the mouse is, in task units.
  void cursorMoved(const Eigen::Vector2d& world);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace gps::ui
