// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <string>
#include <vector>

#include "core/plant/plant.h"
#include "core/scene/scene.h"

namespace gps::ui {

/// Poses of all bodies at the start of a condition (null: as the bodies stand in the file): overrides of
/// bodies first, then joints in their order carry body B along.
std::vector<Pose> startPoses(const Scene& scene, const Condition* condition);

/// Conditions that are trained on, in the order in which a run numbers them.
std::vector<const Condition*> trainedConditions(const Scene& scene);

/// Conditions that no run trains on, in the order of the file.
std::vector<const Condition*> testConditions(const Scene& scene);

/// Whether the bodies that move stand alike.
bool sameMovers(const Scene& scene, const std::vector<Pose>& a, const std::vector<Pose>& b);

/// The pose at a fractional time step between stored ones; angles take the short way round. `poses` holds T
/// rows of `bodies`; steps outside are clamped. Empty when there are none.
std::vector<Pose> posesAt(const std::vector<Pose>& poses, int bodies, double step);

/// A point of a body's frame in task units.
Eigen::Vector2d bodyPoint(const Pose& pose, const Eigen::Vector2d& local);

/// Box around a body's shapes at a pose.
QRectF bodyBounds(const Body& body, const Pose& pose);

/// What success means, as a picture.
struct Goal {
  std::optional<Eigen::Vector2d> point;  ///< a position to reach
  double within = 0.0;                   ///< task units
  std::vector<Pose> poses;               ///< all bodies, where joint angles are the goal; may be empty
};
/// Where a target belongs to a body, the goal stands where `condition` (null: the first trained one) puts it.
Goal goalOf(const Scene& scene, const Condition* condition = nullptr);

/// Everything that stands in the scene: bodies at the starts of all trained conditions, and the goal.
QRectF sceneBounds(const Scene& scene);

/// What the scene's camera shows, without empty ground far from everything; sceneBounds() where the file
/// leaves the camera out.
QRectF cameraBounds(const Scene& scene);

}  // namespace gps::ui
