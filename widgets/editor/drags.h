// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "widgets/editor/editor_canvas.h"

namespace gps::ui {

/// One thing being dragged, from the scene as it was when the drag began.
class Drag {
 public:
  virtual ~Drag() = default;
  virtual QString title() const = 0;  ///< "Move link1"
  virtual void to(const ToolEvent& event) = 0;
  /// Numbers typed meanwhile instead; false: they do not fit.
  virtual bool type(const std::vector<double>&) { return false; }
  virtual std::optional<SceneEdit> edit() const = 0;
  virtual QString readout() const = 0;
};

/// What can be held on the selection; positions in pixels.
struct Handle {
  enum class Kind { Turn, Grow, Corner, NewCorner, Anchor };
  Kind kind = Kind::Grow;
  QPointF at;
  int x = 0, y = 0;         ///< of a frame: -1, 0, 1
  Corner corner{};          ///< of a corner
  std::string owner{};      ///< body or joint
  std::string condition{};  ///< of a start
  JointAnchorMoved::End end = JointAnchorMoved::End::Both;
};
/// In the order of drawing; the last ones are hit first.
std::vector<Handle> handlesOf(const EditorCanvas& canvas);
void paintHandles(QPainter& painter, const EditorCanvas& canvas);
std::optional<Handle> handleAt(const EditorCanvas& canvas, const QPointF& pixel);

std::unique_ptr<Drag> dragHandle(EditorCanvas& canvas, const Handle& handle, const ToolEvent& from);
/// Bodies of the selection, or the one start, joint or target that was grabbed.
std::unique_ptr<Drag> dragPart(EditorCanvas& canvas, const PickedPart& part, const ToolEvent& from);

}  // namespace gps::ui
