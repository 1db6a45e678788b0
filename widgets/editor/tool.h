// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QPointF>
#include <QString>
#include <vector>

#include "core/scene/scene.h"

namespace gps::ui {

/// Where the mouse (or the keyboard's crosshair) is.
struct ToolEvent {
  QPointF pixel;
  Eigen::Vector2d world{0, 0};
  Qt::KeyboardModifiers modifiers{};
};

/// What the mouse means. A tool reads the canvas it was given and reports its edits through it; it draws only
/// what is not yet part of the scene.
class Tool {
 public:
  virtual ~Tool() = default;
  virtual void press(const ToolEvent&) {}
  virtual void move(const ToolEvent&) {}
  virtual void release(const ToolEvent&) {}
  virtual void doubleClick(const ToolEvent&) {}
  /// Enter at the place of the crosshair; true when it meant something.
  virtual bool confirm() { return false; }
  /// Drops what is half done; false when there was nothing.
  virtual bool cancel() { return false; }
  /// Whether it is in the middle of something: typed numbers then belong to it.
  virtual bool busy() const { return false; }
  /// Numbers typed meanwhile, by comma; empty: none any more. They replace what the hand says.
  virtual void type(const std::vector<double>&) {}
  /// Whether points are placed, so that the keyboard gets a crosshair.
  virtual bool placesPoints() const { return false; }
  virtual void paint(QPainter&) const {}
  /// Beside the cursor: "1.2 × 0.4 m"; empty: nothing.
  virtual QString readout() const { return {}; }
  /// What it waits for.
  virtual QString hint() const = 0;
  virtual Qt::CursorShape cursor(const ToolEvent&) const { return Qt::CrossCursor; }
  /// The scene was replaced: what is remembered of the old one may be gone.
  virtual void sceneChanged() {}
};

}  // namespace gps::ui
