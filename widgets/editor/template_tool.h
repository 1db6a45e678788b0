// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/editor/editor_canvas.h"

namespace gps::ui {

/// Drops a ready robot where one clicks.
class TemplateTool : public Tool {
 public:
  TemplateTool(EditorCanvas& canvas, QString name, int links);
  void press(const ToolEvent& event) override;
  void move(const ToolEvent& event) override;
  bool placesPoints() const override { return true; }
  void paint(QPainter& painter) const override;
  QString readout() const override;
  QString hint() const override;

 private:
  EditorCanvas& m_canvas;
  QString m_name, m_title;
  int m_links;
  std::optional<Eigen::Vector2d> m_at;
};

}  // namespace gps::ui
