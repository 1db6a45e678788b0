// SPDX-License-Identifier: GPL-3.0-or-later
// What the canvas draws besides its items.
#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/cost_targets.h"
#include "widgets/editor/drags.h"
#include "widgets/editor/editor_canvas.h"
#include "widgets/editor/editor_overlay.h"

namespace gps::ui {

void EditorCanvas::drawBackground(QPainter* painter, const QRectF&) {
  painter->setRenderHint(QPainter::Antialiasing, false);
  painter->fillRect(viewport()->rect(), m_lens.theme.background);
  paintEditorGrid(*painter, map(), m_lens.theme);
  m_heat.paint(*painter, map(), m_lens.theme);
  painter->setRenderHint(QPainter::Antialiasing, true);
  paintGoal(*painter, false);
}

void EditorCanvas::paintGoal(QPainter& painter, bool points) const {
  if (!m_value) return;
  std::vector<Places> places;
  const auto add = [&](const Condition* condition) {
    Places each{{}, goalOf(*m_value, condition)};
    // A pose to reach lies under the bodies, a point over them.
    if (each.goal.poses.empty() == points) places.push_back(std::move(each));
  };
  for (const Condition* condition : trainedConditions(*m_value)) add(condition);
  if (places.empty()) add(nullptr);
  if (!places.empty()) paintGoals(painter, *m_value, places, 0, map(), m_lens.theme);
}

void EditorCanvas::paintSelection(QPainter& painter) const {
  painter.setBrush(Qt::NoBrush);
  painter.setPen(penOf(m_lens.theme.focus, m_selection.bodies.size() > kManyBodies ? 1.0 : 2.0));
  for (const std::string& id : m_selection.bodies) {
    const auto item = m_bodies.find(id);
    if (item == m_bodies.end()) continue;
    const Body& body = item->second->body();
    const Pose pose = poseOf(body);
    const ShapePainter shapes{painter, pose, map()};
    for (const gps::Shape& shape : body.shapes) std::visit(shapes, shape.geometry);
  }
  if (!m_selection.target) return;
  if (const std::optional<Goal> goal = draggableGoal(sceneValue()))
    painter.drawEllipse(pixelOf(*goal->point), kGoalReach + 3, kGoalReach + 3);
}

void EditorCanvas::drawForeground(QPainter* painter, const QRectF&) {
  painter->setRenderHint(QPainter::Antialiasing, true);
  painter->setFont(font());
  paintGoal(*painter, true);
  if (m_value) paintCostTargets(*painter, costTargets(*m_value), m_selection.terms, map(), m_lens.theme);
  paintSelection(*painter);
  paintHandles(*painter, *this);
  m_hand->paint(*painter);
  if (m_guide) paintGuide(*painter, *m_guide, map(), m_lens.theme);
  if (m_crosshair) paintCrosshair(*painter, pixelOf(*m_crosshair), m_lens.theme);
  const std::optional<QPointF> cursor = m_crosshair ? std::optional(pixelOf(*m_crosshair))
                                        : m_over    ? std::optional(m_mouse)
                                                    : std::nullopt;
  if (cursor) {
    const QString text = m_hand->readout();
    if (!text.isEmpty()) paintReadout(*painter, text, m_typed, *cursor, map(), m_lens.theme);
  }
  if (m_value && m_value->bodies.empty() && !m_readOnly && m_hand->readout().isEmpty() && !m_hand->busy()) {
    painter->setPen(m_lens.theme.muted);
    const QRectF above(0, kRuler, viewport()->width(), 0.5 * viewport()->height() - kRuler);
    painter->drawText(above, Qt::AlignCenter, tr("Nothing is here yet.\nPlace a robot or draw a body."));
  }
  paintRulers(*painter, map(), m_lens.theme, cursor);
  if (m_value && !m_heat.empty()) {
    std::vector<QPointF> aims;  // what the legend must not hide
    for (const CostTarget& each : costTargets(*m_value)) aims.push_back(pixelOf(each.at));
    if (const std::optional<Goal> goal = draggableGoal(*m_value)) aims.push_back(pixelOf(*goal->point));
    const QRectF room = QRectF(QPointF(0, 0), map().size).adjusted(kRuler + 8, kRuler + 8, -8, -8);
    m_heat.paintLegend(*painter, room, aims, m_lens.theme);
  }
  if (hasFocus() && m_ring) {
    painter->setBrush(Qt::NoBrush);
    painter->setPen(penOf(m_lens.theme.focus, 2.0));
    painter->drawRect(QRectF(viewport()->rect()).adjusted(1, 1, -1, -1));
  }
}

}  // namespace gps::ui
