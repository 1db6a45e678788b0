// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "widgets/editor/drags.h"

namespace gps::ui {

/// Picks (click, Shift-click, rubber band) and drags what is picked by its body or its handles. A double
/// click picks all that hangs together by joints; a second click on the selected body switches to its
/// corners.
class SelectTool : public Tool {
 public:
  explicit SelectTool(EditorCanvas& canvas) : m_canvas(canvas) {}
  void press(const ToolEvent& event) override;
  void move(const ToolEvent& event) override;
  void release(const ToolEvent& event) override;
  void doubleClick(const ToolEvent& event) override;
  bool confirm() override;
  bool cancel() override;
  bool busy() const override { return m_drag != nullptr; }
  void type(const std::vector<double>& values) override;
  void paint(QPainter& painter) const override;
  QString readout() const override;
  QString hint() const override;
  Qt::CursorShape cursor(const ToolEvent& event) const override;
  void sceneChanged() override;

 private:
  void finish();
  void report();

  EditorCanvas& m_canvas;
  std::optional<ToolEvent> m_pressed;
  std::optional<Handle> m_handle;  // pressed on
  PickedPart m_part;               // pressed on
  bool m_wasSelected = false;
  std::unique_ptr<Drag> m_drag;
  ToolEvent m_now;
  bool m_typed = false;
  std::optional<QRectF> m_band;
};

/// Moves the view. The middle button and Space do the same with any tool.
class PanTool : public Tool {
 public:
  QString hint() const override { return QStringLiteral("Drag to move the view; the wheel zooms"); }
  Qt::CursorShape cursor(const ToolEvent&) const override { return Qt::OpenHandCursor; }
};

}  // namespace gps::ui
