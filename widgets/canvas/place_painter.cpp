// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/place_painter.h"

#include <QImage>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/shape_painter.h"

namespace gps::ui {

namespace {

bool samePose(const Pose& a, const Pose& b) {
  return a.x == b.x && a.y == b.y && a.angle == b.angle;
}

bool samePose(const std::vector<Places>& places, std::size_t body) {
  return std::all_of(places.begin(), places.end(), [&](const Places& each) {
    return body >= each.poses.size() || samePose(each.poses[body], places.front().poses[body]);
  });
}

bool finite(const Pose& pose) {
  return std::isfinite(pose.x) && std::isfinite(pose.y) && std::isfinite(pose.angle);
}

/// Shapes with an area, filled up to half a pixel beyond their edge, so that neighbours leave no seam.
bool fillShapes(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map, const QPen& pen,
                const QBrush& brush) {
  bool any = false;
  painter.setPen(pen);
  painter.setBrush(brush);
  const ShapePainter shapePainter{painter, pose, map};
  for (const Shape& shape : body.shapes) {
    if (shape.sensor || std::holds_alternative<ChainShape>(shape.geometry)) continue;
    std::visit(shapePainter, shape.geometry);
    any = true;
  }
  return any;
}

QPen edgePen(const QColor& colour, double width) {
  return QPen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
}

/// Chains and sensors: lines only.
void strokeShapes(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
                  const QColor& colour) {
  painter.setPen(penOf(colour, 1.0));
  painter.setBrush(Qt::NoBrush);
  const ShapePainter shapePainter{painter, pose, map};
  for (const Shape& shape : body.shapes) {
    if (shape.sensor || std::holds_alternative<ChainShape>(shape.geometry))
      std::visit(shapePainter, shape.geometry);
  }
}

/// One outline around all shapes of the body together: the wide edge first, the insides over it.
void paintSolid(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map, const QColor& fill,
                const QColor& ink) {
  if (!finite(pose)) return;
  fillShapes(painter, body, pose, map, edgePen(ink, 3.0), Qt::NoBrush);
  fillShapes(painter, body, pose, map, edgePen(fill, 1.0), fill);
  strokeShapes(painter, body, pose, map, ink);
}

/// A transparent layer over a part of the picture: filling whole pictures for each condition would make
/// panning slow.
struct Sheet {
  QRect area;  // pixels of the canvas
  QImage image;

  Sheet(const QPainter& painter, const QRectF& wanted, const ViewMap& map)
      : area(wanted.intersected(QRectF(QPointF(0, 0), map.size)).toAlignedRect()) {
    if (area.isEmpty()) return;
    const double ratio = painter.device()->devicePixelRatio();
    image = QImage(area.size() * ratio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
  }
  void open(QPainter& on) {
    on.begin(&image);
    on.setRenderHint(QPainter::Antialiasing);
    on.translate(-area.topLeft());
  }
  void show(QPainter& painter, double opacity) const {
    painter.setOpacity(opacity);
    painter.drawImage(area.topLeft(), image);
    painter.setOpacity(1.0);
  }
};

QRectF pixelsOf(const Body& body, const Pose& pose, const ViewMap& map) {
  const QRectF box = bodyBounds(body, pose);
  return QRectF(map.toPixel(box.topLeft()), map.toPixel(box.bottomRight()))
      .normalized()
      .adjusted(-6, -6, 6, 6);
}

double cross(const QPointF& o, const QPointF& a, const QPointF& b) {
  return (a.x() - o.x()) * (b.y() - o.y()) - (a.y() - o.y()) * (b.x() - o.x());
}

double areaOf(const QPolygonF& polygon) {
  double twice = 0;
  for (qsizetype i = 1; i + 1 < polygon.size(); ++i) twice += cross(polygon[0], polygon[i], polygon[i + 1]);
  return std::abs(twice) / 2;
}

/// Around the shapes with an area, in pixels, and how much of it they cover (overlaps count twice).
struct Hull {
  QPolygonF corners;
  double covered = 1.0;
};

Hull hullOf(const Body& body, const Pose& pose, const ViewMap& map) {
  QPolygonF all;
  double area = 0;
  for (const Shape& shape : body.shapes) {
    if (shape.sensor) continue;
    QPolygonF corners;
    const auto add = [&](const Eigen::Vector2d& local) {
      const Eigen::Vector2d p = bodyPoint(pose, local);
      corners << map.toPixel(p.x(), p.y());
    };
    if (const auto* box = std::get_if<BoxShape>(&shape.geometry)) {
      const double c = std::cos(box->angle), s = std::sin(box->angle);
      const Eigen::Vector2d right = Eigen::Vector2d(c, s) * box->halfExtents.x();
      const Eigen::Vector2d up = Eigen::Vector2d(-s, c) * box->halfExtents.y();
      for (const auto& [x, y] : {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)})
        add(box->centre + x * right + y * up);
    } else if (const auto* polygon = std::get_if<PolygonShape>(&shape.geometry)) {
      for (const Eigen::Vector2d& vertex : polygon->vertices) add(vertex);
    } else if (const auto* circle = std::get_if<CircleShape>(&shape.geometry)) {
      constexpr int kCorners = 24;
      for (int k = 0; k < kCorners; ++k) {
        const double angle = 2 * std::numbers::pi * k / kCorners;
        add(circle->centre + circle->radius * Eigen::Vector2d(std::cos(angle), std::sin(angle)));
      }
    }
    area += areaOf(corners);
    all << corners;
  }
  std::sort(all.begin(), all.end(), [](const QPointF& a, const QPointF& b) {
    return a.x() < b.x() || (a.x() == b.x() && a.y() < b.y());
  });
  // Lower and upper chain of the sorted corners (Andrew).
  Hull hull;
  for (const bool back : {false, true}) {
    const qsizetype before = hull.corners.size();
    for (qsizetype k = 0; k < all.size(); ++k) {
      const QPointF& next = all[back ? all.size() - 1 - k : k];
      while (hull.corners.size() >= before + 2 &&
             cross(hull.corners[hull.corners.size() - 2], hull.corners.back(), next) <= 0) {
        hull.corners.removeLast();
      }
      hull.corners << next;
    }
    if (!hull.corners.isEmpty()) hull.corners.removeLast();
  }
  const double around = areaOf(hull.corners);
  hull.covered = around > 0 ? area / around : 1.0;
  return hull;
}

/// A body where it differs between conditions. Its outline is faint, since the outlines of all conditions run
/// over each other; what opens in it (a slot) is what one looks for: tinted, with a strong edge.
void paintPlace(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
                const QColor& colour, double strength) {
  if (!finite(pose)) return;
  const Hull hull = hullOf(body, pose, map);
  const bool opens = hull.covered < 0.995;
  Sheet sheet(painter, pixelsOf(body, pose, map), map);
  if (sheet.image.isNull()) return;
  QPainter on;
  sheet.open(on);
  const auto clear = [&](const QPen& pen, const auto& draw) {
    on.setCompositionMode(QPainter::CompositionMode_DestinationOut);
    on.setPen(pen);
    draw();
    on.setCompositionMode(QPainter::CompositionMode_SourceOver);
  };
  const auto insides = [&] { fillShapes(on, body, pose, map, edgePen(Qt::black, 1.0), Qt::black); };
  fillShapes(on, body, pose, map, edgePen(colour, 4.0), Qt::NoBrush);
  clear(Qt::NoPen, insides);
  strokeShapes(on, body, pose, map, colour);
  sheet.show(painter, (opens ? 0.18 : 0.85) * strength);
  if (opens) {
    clear(edgePen(Qt::black, 5.0), [&] {
      on.setBrush(Qt::NoBrush);
      on.drawPolygon(hull.corners);
    });
    sheet.show(painter, 0.95 * strength);
  }
  if (opens && hull.covered > 0.5) {
    on.setCompositionMode(QPainter::CompositionMode_Source);
    on.fillRect(sheet.area, Qt::transparent);
    on.setCompositionMode(QPainter::CompositionMode_SourceOver);
    on.setPen(Qt::NoPen);
    on.setBrush(colour);
    on.drawPolygon(hull.corners);
    clear(Qt::NoPen, insides);
    sheet.show(painter, 0.20 * strength);
  }
}

/// What a body covers in every condition, or in any.
void paintCovered(QPainter& painter, const Scene& scene, std::size_t body, const std::vector<Places>& places,
                  const ViewMap& map, QColor fill, bool every) {
  const double opacity = fill.alphaF();
  fill.setAlphaF(1.0f);
  QRectF around;
  for (const Places& each : places) {
    if (body < each.poses.size() && finite(each.poses[body]))
      around = around.united(pixelsOf(scene.bodies[body], each.poses[body], map));
  }
  Sheet covered(painter, around, map);
  if (covered.image.isNull()) return;
  bool first = true;
  for (const Places& each : places) {
    if (body >= each.poses.size() || !finite(each.poses[body])) continue;
    Sheet one(painter, around, map);
    QPainter on;
    one.open(on);
    fillShapes(on, scene.bodies[body], each.poses[body], map, edgePen(fill, 1.0), fill);
    if (!first) {
      if (every) on.setCompositionMode(QPainter::CompositionMode_DestinationIn);
      on.drawImage(covered.area.topLeft(), covered.image);
    }
    on.end();
    covered.image = one.image;
    first = false;
  }
  covered.show(painter, opacity);
}

bool sameGoal(const Goal& a, const Goal& b) {
  if (a.point.has_value() != b.point.has_value()) return false;
  if (a.point) return (*a.point - *b.point).norm() < 1e-9;
  return a.poses.size() == b.poses.size() &&
         std::equal(a.poses.begin(), a.poses.end(), b.poses.begin(),
                    [](const Pose& p, const Pose& q) { return samePose(p, q); });
}

/// Of small marks: they must not lie on each other.
double markRadius(const std::vector<int>& goals, const std::vector<Places>& places, const ViewMap& map) {
  double radius = 6.0;
  for (std::size_t i = 0; i < goals.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Goal &a = places[static_cast<std::size_t>(goals[i])].goal,
                 &b = places[static_cast<std::size_t>(goals[j])].goal;
      if (a.point && b.point && goals[i] != goals[j])
        radius = std::min(radius, 0.45 * (*a.point - *b.point).norm() * map.pixelsPerUnit);
    }
  }
  return std::max(radius, 2.0);
}

QColor staticInk(const Theme& theme) {
  return mixed(theme.panel, theme.muted, theme.dark ? 0.75 : 0.7);
}
QColor staticFill(const Theme& theme) {
  return mixed(theme.background, theme.muted, theme.dark ? 0.30 : 0.25);
}
BodyLook ghostLook(const Theme& theme) {
  QColor tint = theme.goal;
  tint.setAlphaF(0.10f);
  return {tint, theme.goal, 1.5, true};
}

}  // namespace

void paintStaticBody(QPainter& painter, const Body& body, const Pose& pose, const ViewMap& map,
                     const Theme& theme) {
  if (body.ghost)
    paintBody(painter, body, pose, map, ghostLook(theme));
  else
    paintSolid(painter, body, pose, map, staticFill(theme), staticInk(theme));
}

void paintStaticBodies(QPainter& painter, const Scene& scene, const std::vector<Places>& places,
                       int condition, const ViewMap& map, const Theme& theme) {
  if (places.empty()) return;
  const int n = static_cast<int>(places.size());
  const std::size_t shown = condition >= 0 && condition < n ? static_cast<std::size_t>(condition) : 0;
  const QColor fill = staticFill(theme);
  for (std::size_t i = 0; i < scene.bodies.size() && i < places[shown].poses.size(); ++i) {
    const Body& body = scene.bodies[i];
    const bool alike = samePose(places, i);
    if (body.ghost) {
      for (std::size_t c = 0; c < places.size(); ++c) {
        if (c == shown || (!alike && condition < 0))
          paintBody(painter, body, places[c].poses[i], map, ghostLook(theme));
      }
    } else if (!body.dynamic && (alike || condition >= 0)) {
      for (int c = 0; c < n && !alike; ++c) {
        const Places& other = places[static_cast<std::size_t>(c)];
        if (c != condition && i < other.poses.size())
          paintPlace(painter, body, other.poses[i], map, theme.localCondition(c), 0.35);
      }
      paintStaticBody(painter, body, places[shown].poses[i], map, theme);
    } else if (!body.dynamic) {
      QColor somewhere = fill;
      somewhere.setAlphaF(0.3f);
      paintCovered(painter, scene, i, places, map, somewhere, false);
      paintCovered(painter, scene, i, places, map, fill, true);
      for (int c = n - 1; c >= 0; --c) {
        const Places& each = places[static_cast<std::size_t>(c)];
        if (i < each.poses.size())
          paintPlace(painter, body, each.poses[i], map, theme.localCondition(c), 1.0);
      }
    }
  }
}

std::vector<int> distinctGoals(const std::vector<Places>& places) {
  std::vector<int> distinct;
  for (std::size_t c = 0; c < places.size(); ++c) {
    const Goal& goal = places[c].goal;
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&](int before) {
      return sameGoal(places[static_cast<std::size_t>(before)].goal, goal);
    });
    if (!known && (goal.point || !goal.poses.empty())) distinct.push_back(static_cast<int>(c));
  }
  return distinct;
}

void paintGoals(QPainter& painter, const Scene& scene, const std::vector<Places>& places, int condition,
                const ViewMap& map, const Theme& theme) {
  std::vector<int> goals = distinctGoals(places);
  if (goals.empty()) return;
  // Also where it is the same as another's, the highlighted one is drawn, and last.
  const bool one = goals.size() == 1;
  if (!one && condition >= 0 && condition < static_cast<int>(places.size())) goals.push_back(condition);
  const double mark = markRadius(goals, places, map);
  for (const int c : goals) {
    const Goal& goal = places[static_cast<std::size_t>(c)].goal;
    const bool strong = one || c == condition;
    QColor green = theme.goal;
    green.setAlphaF(strong ? 1.0f : condition < 0 ? 0.85f : 0.4f);
    if (!goal.poses.empty()) paintMovers(painter, scene, goal.poses, map, {QColor(), green, 1.5, true});
    if (!goal.point) continue;
    const QPointF at = map.toPixel(goal.point->x(), goal.point->y());
    const double radius = strong ? std::max(goal.within * map.pixelsPerUnit, 7.0) : mark;
    QColor tint = theme.goal;
    tint.setAlphaF(strong ? 0.14f : 0.0f);
    painter.setBrush(tint);
    painter.setPen(penOf(green, 1.5));
    painter.drawEllipse(at, radius, radius);
    // The cross tells the goal from every other circle without its colour.
    painter.setPen(penOf(green, strong ? 2.0 : 1.5));
    const double arm = strong ? 5.0 : 0.6 * mark;
    painter.drawLine(at - QPointF(arm, 0), at + QPointF(arm, 0));
    painter.drawLine(at - QPointF(0, arm), at + QPointF(0, arm));
  }
}

}  // namespace gps::ui
