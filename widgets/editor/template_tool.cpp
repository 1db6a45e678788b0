// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/template_tool.h"

#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/robot_templates.h"

namespace gps::ui {

TemplateTool::TemplateTool(EditorCanvas& canvas, QString name, int links)
    : m_canvas(canvas), m_name(std::move(name)), m_links(links) {
  for (const RobotTemplate& each : robotTemplates()) {
    if (each.name == m_name) m_title = each.title;
  }
  if (m_links > 0) m_title += m_links == 1 ? QStringLiteral(" of 1 link") : QStringLiteral(" of %1 links").arg(m_links);
}

void TemplateTool::press(const ToolEvent& event) {
  const Eigen::Vector2d at = m_canvas.snapped(event);
  m_canvas.showGuide(std::nullopt);
  m_canvas.editOnce(QStringLiteral("Add %1").arg(m_title),
                    TemplateDropped{m_name.toStdString(), m_links, at});
  m_canvas.setTool(EditorTool::Select);
}

void TemplateTool::move(const ToolEvent& event) {
  m_at = m_canvas.snapped(event);
  m_canvas.toolNews();
}

void TemplateTool::paint(QPainter& painter) const {
  if (!m_at) return;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(penOf(m_canvas.lens().theme.focus, 1.5));
  painter.drawEllipse(m_canvas.pixelOf(*m_at), 8, 8);
}

QString TemplateTool::readout() const {
  return m_at ? m_title : QString();
}

QString TemplateTool::hint() const {
  return QStringLiteral("Click where the origin of %1 goes, or move the cross by arrow keys and press Enter").arg(m_title);
}

}  // namespace gps::ui
