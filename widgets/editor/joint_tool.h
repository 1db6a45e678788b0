// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "widgets/editor/editor_canvas.h"

namespace gps::ui {

/// A joint: first its anchor, then the two bodies it holds. For a slider, dragging from the anchor says along
/// which axis. A distance has an anchor on each body: two clicks.
class JointTool : public Tool {
 public:
  JointTool(EditorCanvas& canvas, Joint::Type type) : m_canvas(canvas), m_type(type) {}
  void press(const ToolEvent& event) override;
  void move(const ToolEvent& event) override;
  void release(const ToolEvent& event) override;
  bool confirm() override;
  bool cancel() override;
  bool busy() const override { return m_anchor.has_value(); }
  bool placesPoints() const override { return true; }
  void paint(QPainter& painter) const override;
  QString readout() const override;
  QString hint() const override;
  void sceneChanged() override;

 private:
  void pick(const ToolEvent& event);
  bool movable(const std::string& id) const;
  void finish(const std::string& bodyB, const Eigen::Vector2d& anchorB);
  /// The two topmost bodies at the anchor, the lower one first.
  std::vector<std::string> bodiesAtAnchor() const;

  EditorCanvas& m_canvas;
  Joint::Type m_type;
  std::optional<Eigen::Vector2d> m_anchor;
  std::string m_bodyA;
  Eigen::Vector2d m_axis{1, 0};
  bool m_aiming = false;  // the axis, while the button is down
  Eigen::Vector2d m_to{0, 0};
  PickedPart m_under;
  QString m_refusal;
};

}  // namespace gps::ui
