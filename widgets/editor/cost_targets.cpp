// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/cost_targets.h"

#include <QPainter>
#include <algorithm>

#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

constexpr double kMark = 6.0;  // pixels, half a diamond

/// Where the frame of a target stands: that of a body at the first start, else the world.
Pose frameOfTarget(const Scene& scene, const std::string& body) {
  if (body.empty()) return {};
  const std::vector<const Condition*> trained = trainedConditions(scene);
  const std::vector<Pose> poses = startPoses(scene, trained.empty() ? nullptr : trained.front());
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    if (scene.bodies[i].id == body) return poses[i];
  }
  return {};
}

bool movesWithSuccess(const Scene& scene, const CostTermSpec& cost) {
  if (!scene.success || cost.sensor.empty() || cost.sensor != scene.success->sensor) return false;
  const std::vector<double>& aim = scene.success->target;
  const bool zeros = cost.target.empty() && std::all_of(aim.begin(), aim.end(), [](double each) { return each == 0; });
  return cost.targetBody == scene.success->targetBody && (cost.target == aim || zeros) &&
         draggableGoal(scene).has_value();
}

const CostTermSpec* termOf(const Scene& scene, const std::string& id) {
  const auto found = std::find_if(scene.costs.begin(), scene.costs.end(),
                                  [&id](const CostTermSpec& cost) { return cost.id == id; });
  return found == scene.costs.end() ? nullptr : &*found;
}

}  // namespace

std::vector<CostTarget> costTargets(const Scene& scene) {
  std::vector<CostTarget> targets;
  for (const CostTermSpec& cost : scene.costs) {
    if (cost.type == "end_effector") {
      const Pose frame = frameOfTarget(scene, cost.targetBody);
      for (std::size_t i = 0; 2 * i + 1 < cost.target.size(); ++i) {
        targets.push_back({cost.id, i, bodyPoint(frame, {cost.target[2 * i], cost.target[2 * i + 1]}), frame.angle});
      }
    } else if (cost.type == "state") {
      const Sensor* sensor = scene.sensor(cost.sensor);
      const bool place = sensor && (sensor->type == Sensor::Type::BodyPosition ||
                                    sensor->type == Sensor::Type::PointPosition);
      if (!place || !sensor->relativeBody.empty() || movesWithSuccess(scene, cost)) continue;
      if (!cost.target.empty() && cost.target.size() < 2) continue;
      Eigen::Vector2d at(0, 0);
      if (cost.target.size() >= 2) at = {cost.target[0], cost.target[1]};
      if (sensor->relativeTo.size() >= 2) at += Eigen::Vector2d(sensor->relativeTo[0], sensor->relativeTo[1]);
      targets.push_back({cost.id, 0, at, 0.0});
    }
  }
  return targets;
}

std::optional<CostTargetMoved> costTargetDragged(const Scene& scene, const std::string& cost, std::size_t point,
                                                 const Eigen::Vector2d& delta) {
  const CostTermSpec* term = termOf(scene, cost);
  if (!term) return std::nullopt;
  for (const CostTarget& each : costTargets(scene)) {
    if (each.cost != cost || each.point != point) continue;
    CostTargetMoved edit{cost, term->target};
    if (edit.target.empty()) edit.target = {0, 0};
    const Eigen::Vector2d along = rotatedBy(-each.frame, delta);
    edit.target[2 * point] += along.x();
    edit.target[2 * point + 1] += along.y();
    return edit;
  }
  return std::nullopt;
}

void paintCostTargets(QPainter& painter, const std::vector<CostTarget>& targets,
                      const std::vector<std::string>& selected, const ViewMap& map, const Theme& theme) {
  for (const CostTarget& each : targets) {
    const bool strong = std::find(selected.begin(), selected.end(), each.cost) != selected.end();
    const QPointF at = map.toPixel(each.at.x(), each.at.y());
    const double half = strong ? kMark + 2 : kMark;
    const QPointF diamond[] = {at + QPointF(half, 0), at + QPointF(0, half), at - QPointF(half, 0), at - QPointF(0, half)};
    QColor fill = theme.background;
    fill.setAlphaF(0.8f);
    painter.setBrush(fill);
    painter.setPen(penOf(strong ? theme.focus : theme.goal, strong ? 2.0 : 1.5));
    painter.drawConvexPolygon(diamond, 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(strong ? theme.focus : theme.goal);
    painter.drawEllipse(at, 1.75, 1.75);
    if (!strong) continue;
    painter.setPen(theme.text);
    painter.drawText(at + QPointF(half + 4, -half), QString::fromStdString(each.cost));
  }
}

}  // namespace gps::ui
