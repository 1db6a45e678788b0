// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "widgets/editor/editor_canvas.h"

namespace gps::ui {

/// Box from corner to corner, circle from its centre outwards: by a drag, by two clicks, or by typed sizes.
class SpanTool : public Tool {
 public:
  enum class Form { Box, Circle };
  SpanTool(EditorCanvas& canvas, Form form) : m_canvas(canvas), m_form(form) {}
  void press(const ToolEvent& event) override;
  void move(const ToolEvent& event) override;
  void release(const ToolEvent& event) override;
  bool confirm() override;
  bool cancel() override;
  bool busy() const override { return m_from.has_value(); }
  bool placesPoints() const override { return true; }
  void type(const std::vector<double>& values) override;
  void paint(QPainter& painter) const override;
  QString readout() const override;
  QString hint() const override;

 private:
  std::optional<BodyDrawn> drawn() const;
  void finish();

  EditorCanvas& m_canvas;
  Form m_form;
  std::optional<Eigen::Vector2d> m_from;
  Eigen::Vector2d m_to{0, 0};
  QPointF m_pressedAt;
  bool m_square = false;
  std::vector<double> m_typed;
};

/// Polygon or chain, corner by corner. Enter or a double click ends it, a click on the first corner closes
/// it.
class CornersTool : public Tool {
 public:
  enum class Form { Polygon, Chain };
  CornersTool(EditorCanvas& canvas, Form form) : m_canvas(canvas), m_form(form) {}
  void press(const ToolEvent& event) override;
  void move(const ToolEvent& event) override;
  void doubleClick(const ToolEvent& event) override;
  bool confirm() override;
  bool cancel() override;
  bool busy() const override { return !m_points.empty(); }
  bool placesPoints() const override { return true; }
  void type(const std::vector<double>& values) override;
  void paint(QPainter& painter) const override;
  QString readout() const override;
  QString hint() const override;
  /// Takes the last corner back.
  bool stepBack();

 private:
  void add(const Eigen::Vector2d& point);
  void finish(bool closed);
  bool onFirst(const QPointF& pixel) const;
  bool fits(const std::vector<Eigen::Vector2d>& points) const;

  EditorCanvas& m_canvas;
  Form m_form;
  std::vector<Eigen::Vector2d> m_points;
  Eigen::Vector2d m_to{0, 0};
  std::vector<double> m_typed;
  QString m_refusal;
};

}  // namespace gps::ui
