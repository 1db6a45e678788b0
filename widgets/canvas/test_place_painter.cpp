// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/test_place_painter.h"

#include <QPainter>
#include <algorithm>

#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

bool samePose(const Pose& a, const Pose& b) {
  return a.x == b.x && a.y == b.y && a.angle == b.angle;
}

/// Whether some condition before has this body at this pose.
bool seen(const std::vector<Places>& places, std::size_t count, std::size_t body, const Pose& pose) {
  return std::any_of(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), [&](const Places& each) {
    return body < each.poses.size() && samePose(each.poses[body], pose);
  });
}

}  // namespace

void paintTestMark(QPainter& painter, const QPointF& at, double radius, const Theme& theme) {
  painter.setPen(penOf(theme.muted, 1.5, /*dashed=*/true));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(at, radius, radius);
}

void paintTestPlaces(QPainter& painter, const Scene& scene, const std::vector<Places>& trained,
                     const std::vector<Places>& tests, const ViewMap& map, const Theme& theme) {
  const BodyLook look{QColor(), theme.muted, 1.0, true};
  for (std::size_t c = 0; c < tests.size(); ++c) {
    const Places& test = tests[c];
    for (std::size_t i = 0; i < scene.bodies.size() && i < test.poses.size(); ++i) {
      if (scene.bodies[i].ghost || seen(trained, trained.size(), i, test.poses[i]) ||
          seen(tests, c, i, test.poses[i])) {
        continue;
      }
      paintBody(painter, scene.bodies[i], test.poses[i], map, look);
    }
    if (!test.goal.point) continue;
    const QPointF at = map.toPixel(test.goal.point->x(), test.goal.point->y());
    paintTestMark(painter, at, std::max(4.0, test.goal.within * map.pixelsPerUnit), theme);
  }
}

}  // namespace gps::ui
