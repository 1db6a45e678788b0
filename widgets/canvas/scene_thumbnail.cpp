// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>

#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/scene_svg.h"

namespace gps::ui {

namespace {

/// What stands in the scene, and where it starts.
void paintStill(QPainter& painter, const Scene& scene, const ViewMap& map, const Theme& theme) {
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
}

}  // namespace

QImage sceneThumbnail(const Scene& scene, const Theme& theme, QSize size, double devicePixelRatio) {
  QImage image(size * devicePixelRatio, QImage::Format_ARGB32_Premultiplied);
  image.setDevicePixelRatio(devicePixelRatio);
  image.fill(theme.background);
  QPainter painter(&image);
  paintStill(painter, scene, ViewMap::fitting(cameraBounds(scene), size, 8.0), theme);
  return image;
}

QByteArray sceneSvg(const PathSource& paths, const Theme& theme, QSize size) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(size);
  generator.setViewBox(QRect(QPoint(0, 0), size));
  generator.setTitle(QString::fromStdString(paths.scene->name));
  QPainter painter(&generator);
  painter.fillRect(QRect(QPoint(0, 0), size), theme.background);
  const ViewMap map = ViewMap::fitting(cameraBounds(*paths.scene), size, 16.0);
  paintStill(painter, *paths.scene, map, theme);
  if (paths.snapshot) paintTrajectories(painter, paths, map, theme);
  painter.end();
  return bytes;
}

}  // namespace gps::ui
