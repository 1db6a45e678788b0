// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QPainter>

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
  std::vector<std::vector<Pose>> starts;
  for (const Condition* condition : conditions) starts.push_back(startPoses(scene, condition));
  if (starts.empty()) starts.push_back(startPoses(scene, nullptr));
  paintStaticBodies(painter, scene, starts.front(), {}, map, theme);
  paintGoal(painter, scene, goalOf(scene), map, theme);
  for (std::size_t i = starts.size(); i-- > 0;) {
    const bool first = i == 0;
    QColor fill = theme.localCondition(static_cast<int>(i), static_cast<int>(starts.size()));
    QColor outline = fill;
    fill.setAlphaF(first ? 0.45f : 0.10f);
    outline.setAlphaF(first ? 1.0f : 0.35f);
    paintMovers(painter, scene, starts[i], map, {fill, outline, 1.0, false});
  }
  return image;
}

}  // namespace gps::ui
