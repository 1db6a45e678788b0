// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QPolygonF>
#include <QVector>
#include <memory>
#include <optional>
#include <vector>

#include "core/engine/snapshot.h"
#include "widgets/canvas/canvas_overlay.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/view_map.h"

class QPainter;

namespace gps::ui {

/// What the paths are drawn from; all of it values of finished iterations.
struct PathSource {
  const Scene* scene = nullptr;
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<std::shared_ptr<const Snapshot>> earlier;  ///< newest first
  CanvasLayers layers;
  int condition = -1;  ///< highlighted; -1: all
};

/// The path of the trace point in task units: the task's state entries, or the last moving body where the
/// task names none. Steps that are not finite are left out.
std::vector<QPointF> tracePath(const Rollout& rollout, const Snapshot& snapshot, const Scene& scene);

/// Outline of { x : (x - mean)' cov^-1 (x - mean) <= sigmas^2 } as a 24-gon of the same area as the ellipse.
/// Empty where mean or covariance is not finite or has no area.
QPolygonF deviationPolygon(const Eigen::Vector2d& mean, const Eigen::Matrix2d& cov, double sigmas);

/// Deviation polygons (task units) of the trace point's position at every step of a forward pass.
std::vector<QPolygonF> deviationPolygons(const Marginals& marginals, const TracePoint& trace, double sigmas);

/// The area those polygons sweep, as convex parts in pixels that overlap: one per step and a bridge between
/// steps.
std::vector<QPolygonF> tubeParts(const std::vector<QPolygonF>& polygons, const ViewMap& map);

/// A polyline cut into dashes: the raster engine strokes lines many times faster than a dashed polyline.
QVector<QLineF> dashes(const QPolygonF& line, double on, double off);

/// What paintTrajectories() draws something of: a layer that is on and has values that can be drawn.
LegendContent drawnPaths(const PathSource& source);

/// Where the first visible path of a condition begins, in task units.
std::optional<QPointF> pathStart(const PathSource& source, int condition);

/// Ghosts, tubes, samples, local and global paths with their marks at the end.
void paintTrajectories(QPainter& painter, const PathSource& source, const ViewMap& map, const Theme& theme);

/// The condition whose visible path passes nearest to a pixel, at most `reach` away; -1: none.
int conditionAt(const PathSource& source, const ViewMap& map, const QPointF& pixel, double reach);

/// Box around the paths, in task units; null without any.
QRectF pathBounds(const PathSource& source);

}  // namespace gps::ui
