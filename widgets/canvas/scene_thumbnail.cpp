// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QPainter>

#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/scene_painter.h"

namespace gps::ui {

QImage sceneThumbnail(const Scene& scene, const Theme& theme, QSize size, double devicePixelRatio) {
  QImage image(size * devicePixelRatio, QImage::Format_ARGB32_Premultiplied);
  image.setDevicePixelRatio(devicePixelRatio);
  image.fill(theme.background);
  const ViewMap map = ViewMap::fitting(cameraBounds(scene), size, 8.0);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);

  const std::vector<const Condition*> conditions = trainedConditions(scene);
  std::vector<Places> places;
  for (const Condition* condition : conditions)
    places.push_back({startPoses(scene, condition), goalOf(scene, condition)});
  if (places.empty()) places.push_back({startPoses(scene, nullptr), goalOf(scene)});
  paintStaticBodies(painter, scene, places, -1, map, theme);
  paintGoals(painter, scene, places, -1, map, theme);
  for (std::size_t i = places.size(); i-- > 0;) {
    const bool first = i == 0;
    // Arms that start alike would only grow darker.
    if (!first && sameMovers(scene, places[i].poses, places.front().poses)) continue;
    QColor fill = theme.localCondition(static_cast<int>(i));
    QColor outline = fill;
    fill.setAlphaF(first ? 0.45f : 0.10f);
    outline.setAlphaF(first ? 1.0f : 0.35f);
    paintMovers(painter, scene, places[i].poses, map, {fill, outline, 1.0, false});
  }
  return image;
}

}  // namespace gps::ui
