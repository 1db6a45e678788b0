// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/trajectory_painter.h"

#include <Eigen/Eigenvalues>
#include <QImage>
#include <QPainter>
#include <QPen>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace gps::ui {

namespace {

constexpr int kCorners = 24;
constexpr double kSigmas = 2.0;
constexpr int kOutlineEvery = 10;  // steps between the ellipses outlined inside a tube
constexpr double kFarPixels = 1e5;
constexpr double kFaint = 0.3;  // strength of conditions that are not highlighted

using WorldPath = std::vector<QPointF>;

bool finite(const QPointF& p) {
  return std::isfinite(p.x()) && std::isfinite(p.y());
}

QPen stroke(QColor colour, double alpha, double width) {
  colour.setAlphaF(static_cast<float>(alpha));
  QPen pen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
  // Bulk lines stay one device pixel wide, which is the fast case; wider ones grow with the pixel ratio.
  pen.setCosmetic(width <= 1.0);
  return pen;
}

QPolygonF toPixels(const WorldPath& path, const ViewMap& map) {
  QPolygonF line;
  line.reserve(static_cast<qsizetype>(path.size()));
  for (const QPointF& p : path) line << map.toPixel(p);
  return line;
}

/// Where there is no noise-free rollout, the mean of the forward pass stands for it.
WorldPath meanPath(const std::shared_ptr<const Rollout>& rollout,
                   const std::shared_ptr<const Marginals>& marginals, const Snapshot& snapshot,
                   const Scene& scene) {
  if (rollout) return tracePath(*rollout, snapshot, scene);
  WorldPath path;
  if (!marginals || !snapshot.task || !snapshot.task->trace) return path;
  const TracePoint& trace = *snapshot.task->trace;
  for (const Vector& mean : marginals->mean) {
    if (trace.first < 0 || mean.size() < trace.first + 2) continue;
    const QPointF p(mean(trace.first) + trace.offset.x(), mean(trace.first + 1) + trace.offset.y());
    if (finite(p)) path.push_back(p);
  }
  return path;
}

WorldPath localPath(const ConditionView& view, const Snapshot& snapshot, const Scene& scene) {
  return meanPath(view.local, view.localMarginals, snapshot, scene);
}

WorldPath globalPath(const ConditionView& view, const Snapshot& snapshot, const Scene& scene) {
  return meanPath(view.global, view.globalMarginals, snapshot, scene);
}

/// Paint order: the highlighted condition last, so that it lies on top.
std::vector<int> paintOrder(int conditions, int highlighted) {
  std::vector<int> order;
  for (int i = 0; i < conditions; ++i) {
    if (i != highlighted) order.push_back(i);
  }
  if (highlighted >= 0 && highlighted < conditions) order.push_back(highlighted);
  return order;
}

struct Tube {
  std::vector<QPolygonF> polygons;
  QColor colour;
};

void outlineTube(QPainter& painter, const Tube& tube, const ViewMap& map, double strength) {
  painter.setBrush(Qt::NoBrush);
  painter.setPen(stroke(tube.colour, 0.45 * strength, 1.0));
  for (std::size_t t = 0; t < tube.polygons.size(); t += kOutlineEvery) {
    QPolygonF outline;
    for (const QPointF& corner : tube.polygons[t]) outline << map.toPixel(corner);
    if (!outline.isEmpty()) painter.drawPolygon(outline);
  }
}

/// The tube up to where the linear model stops saying anything: wider than a third of the scene's camera, or
/// a tenth away from the path it should surround, it would only hide the scene. (A linearised policy may
/// explode where the network itself is sound.)
std::vector<QPolygonF> believable(std::vector<QPolygonF> polygons, const WorldPath& path,
                                  const Scene& scene) {
  const double wide = scene.camera.width / 3.0, far = scene.camera.width / 10.0;
  std::size_t t = 0;
  for (; t < polygons.size(); ++t) {
    const QRectF box = polygons[t].boundingRect();
    if (!(box.width() <= wide && box.height() <= wide)) break;
    const QPointF apart = t < path.size() && !polygons[t].isEmpty() ? box.center() - path[t] : QPointF();
    if (!(std::hypot(apart.x(), apart.y()) <= far)) break;
  }
  polygons.resize(t);
  return polygons;
}

/// The part of a forward pass that is drawn; empty where there is none, or no trace point.
std::vector<QPolygonF> tubeOf(const std::shared_ptr<const Marginals>& forward,
                              const std::shared_ptr<const Rollout>& rollout, const Snapshot& snapshot,
                              const Scene& scene) {
  if (!forward || !snapshot.task || !snapshot.task->trace) return {};
  return believable(deviationPolygons(*forward, *snapshot.task->trace, kSigmas),
                    rollout ? tracePath(*rollout, snapshot, scene) : WorldPath(), scene);
}

/// Fills the tubes opaque on a sheet of their own and lays the sheet over the picture: the parts of a tube
/// overlap, and one path that unites them takes twenty times as long.
void paintTubes(QPainter& painter, const std::vector<Tube>& tubes, const ViewMap& map, double strength) {
  if (tubes.empty()) return;
  const double ratio = painter.device()->devicePixelRatio();
  QImage sheet((map.size * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
  sheet.setDevicePixelRatio(ratio);
  sheet.fill(Qt::transparent);
  QPainter fill(&sheet);
  fill.setRenderHint(QPainter::Antialiasing);
  fill.setPen(Qt::NoPen);
  for (const Tube& tube : tubes) {
    fill.setBrush(tube.colour);
    for (const QPolygonF& part : tubeParts(tube.polygons, map)) fill.drawConvexPolygon(part);
  }
  fill.end();
  painter.setOpacity(0.15 * strength);
  painter.drawImage(QPointF(0, 0), sheet);
  painter.setOpacity(1.0);
  for (const Tube& tube : tubes) outlineTube(painter, tube, map, strength);
}

void paintStart(QPainter& painter, const QPointF& at, const QColor& colour, const Theme& theme,
                double strength) {
  painter.setPen(stroke(colour, strength, 1.5));
  painter.setBrush(theme.background);
  painter.drawEllipse(at, 3.0, 3.0);
}

/// Local paths end in a dot, global ones in a diamond: a second sign besides the colour.
void paintEnd(QPainter& painter, const QPointF& at, QColor colour, const Theme& theme, double strength,
              bool diamond) {
  colour.setAlphaF(static_cast<float>(strength));
  painter.setPen(stroke(theme.background, strength, 1.5));
  painter.setBrush(colour);
  if (diamond) {
    const double r = 6.5;
    painter.drawConvexPolygon(
        QPolygonF{at + QPointF(0, -r), at + QPointF(r, 0), at + QPointF(0, r), at + QPointF(-r, 0)});
  } else {
    painter.drawEllipse(at, 4.5, 4.5);
  }
}

double squaredDistance(const QPointF& p, const QPointF& a, const QPointF& b) {
  const QPointF ab = b - a, ap = p - a;
  const double length = QPointF::dotProduct(ab, ab);
  const double share = length > 0 ? std::clamp(QPointF::dotProduct(ap, ab) / length, 0.0, 1.0) : 0.0;
  const QPointF apart = ap - share * ab;
  return QPointF::dotProduct(apart, apart);
}

template <class Visit>
void visitPaths(const PathSource& source, Visit&& visit) {
  if (!source.snapshot || source.scene == nullptr) return;
  const Snapshot& snapshot = *source.snapshot;
  for (std::size_t i = 0; i < snapshot.conditions.size(); ++i) {
    const ConditionView& view = snapshot.conditions[i];
    if (source.layers.samples) {
      for (const auto& sample : view.samples) {
        if (sample) visit(static_cast<int>(i), tracePath(*sample, snapshot, *source.scene));
      }
    }
    if (source.layers.local) visit(static_cast<int>(i), localPath(view, snapshot, *source.scene));
    if (source.layers.global) visit(static_cast<int>(i), globalPath(view, snapshot, *source.scene));
  }
}

}  // namespace

WorldPath tracePath(const Rollout& rollout, const Snapshot& snapshot, const Scene& scene) {
  WorldPath path;
  if (snapshot.task && snapshot.task->trace && snapshot.task->trace->body >= 0) {
    const TracePoint& trace = *snapshot.task->trace;
    const std::size_t bodies = scene.bodies.size();
    for (std::size_t i = static_cast<std::size_t>(trace.body); i < rollout.poses.size(); i += bodies) {
      const Pose& pose = rollout.poses[i];
      const double c = std::cos(pose.angle), s = std::sin(pose.angle);
      const QPointF p(pose.x + c * trace.point.x() - s * trace.point.y(),
                      pose.y + s * trace.point.x() + c * trace.point.y());
      if (finite(p)) path.push_back(p);
    }
    return path;
  }
  if (snapshot.task && snapshot.task->trace) {
    const TracePoint& trace = *snapshot.task->trace;
    const RowMatrix& X = rollout.trajectory.X;
    if (trace.first < 0 || X.cols() < trace.first + 2) return path;
    path.reserve(static_cast<std::size_t>(X.rows()));
    for (Eigen::Index t = 0; t < X.rows(); ++t) {
      const QPointF p(X(t, trace.first) + trace.offset.x(), X(t, trace.first + 1) + trace.offset.y());
      if (finite(p)) path.push_back(p);
    }
    return path;
  }
  const std::size_t bodies = scene.bodies.size();
  for (std::size_t body = bodies; body-- > 0;) {
    if (!scene.bodies[body].dynamic) continue;
    for (std::size_t i = body; i < rollout.poses.size(); i += bodies) {
      const QPointF p(rollout.poses[i].x, rollout.poses[i].y);
      if (finite(p)) path.push_back(p);
    }
    break;
  }
  return path;
}

QPolygonF deviationPolygon(const Eigen::Vector2d& mean, const Eigen::Matrix2d& cov, double sigmas) {
  if (!mean.allFinite() || !cov.allFinite()) return {};
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> solver(cov);
  if (solver.info() != Eigen::Success || solver.eigenvalues().maxCoeff() <= 0) return {};
  const Eigen::Vector2d radii = sigmas * solver.eigenvalues().cwiseMax(0.0).cwiseSqrt();
  // A 24-gon inside the ellipse has 1.1 % less area; this puts it back.
  const double grow =
      std::sqrt(2 * std::numbers::pi / (kCorners * std::sin(2 * std::numbers::pi / kCorners)));
  const Eigen::Matrix2d root =
      solver.eigenvectors() * (grow * radii).asDiagonal() * solver.eigenvectors().transpose();
  QPolygonF polygon;
  polygon.reserve(kCorners);
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * std::numbers::pi * i / kCorners;
    const Eigen::Vector2d corner = mean + root * Eigen::Vector2d(std::cos(angle), std::sin(angle));
    polygon << QPointF(corner.x(), corner.y());
  }
  return polygon;
}

std::vector<QPolygonF> deviationPolygons(const Marginals& marginals, const TracePoint& trace, double sigmas) {
  std::vector<QPolygonF> polygons;
  for (std::size_t t = 0; t < marginals.mean.size() && t < marginals.cov.size(); ++t) {
    const Vector& mean = marginals.mean[t];
    const Matrix& cov = marginals.cov[t];
    if (trace.first < 0 || mean.size() < trace.first + 2 || cov.rows() < trace.first + 2 ||
        cov.cols() < trace.first + 2) {
      continue;
    }
    const Eigen::Vector2d at = mean.segment<2>(trace.first) + trace.offset;
    const Eigen::Matrix2d block = cov.block<2, 2>(trace.first, trace.first);
    polygons.push_back(deviationPolygon(at, block, sigmas));
  }
  return polygons;
}

std::vector<QPolygonF> tubeParts(const std::vector<QPolygonF>& polygons, const ViewMap& map) {
  std::vector<QPolygonF> parts;
  QPolygonF before;
  for (const QPolygonF& polygon : polygons) {
    QPolygonF now;
    now.reserve(polygon.size());
    for (const QPointF& corner : polygon) {
      const QPointF p = map.toPixel(corner);
      now << QPointF(std::clamp(p.x(), -kFarPixels, kFarPixels), std::clamp(p.y(), -kFarPixels, kFarPixels));
    }
    if (now.isEmpty()) continue;
    if (!before.isEmpty()) {
      // The bridge between two steps: the corners that lie farthest to either side of the direction of
      // motion.
      const QPointF from = before.boundingRect().center(), to = now.boundingRect().center();
      const QPointF side(from.y() - to.y(), to.x() - from.x());
      const auto extreme = [&side](const QPolygonF& corners) {
        const auto ends =
            std::minmax_element(corners.begin(), corners.end(), [&](const QPointF& a, const QPointF& b) {
              return QPointF::dotProduct(a, side) < QPointF::dotProduct(b, side);
            });
        return std::pair<QPointF, QPointF>(*ends.first, *ends.second);
      };
      const auto [a, b] = extreme(before);
      const auto [c, d] = extreme(now);
      parts.push_back(QPolygonF{a, b, d, c});
    }
    parts.push_back(now);
    before = std::move(now);
  }
  return parts;
}

QVector<QLineF> dashes(const QPolygonF& line, double on, double off) {
  QVector<QLineF> parts;
  double left = on;
  bool drawing = true;
  for (qsizetype i = 1; i < line.size(); ++i) {
    const QLineF edge(line[i - 1], line[i]);
    const double length = edge.length();
    // A path far outside the view is not worth a million dashes.
    if (!(length > 0) || length > kFarPixels) continue;
    double done = 0;
    while (done < length) {
      const double piece = std::min(left, length - done);
      if (drawing) parts << QLineF(edge.pointAt(done / length), edge.pointAt((done + piece) / length));
      done += piece;
      left -= piece;
      if (left <= 1e-9) {
        drawing = !drawing;
        left = drawing ? on : off;
      }
    }
  }
  return parts;
}

void paintTrajectories(QPainter& painter, const PathSource& source, const ViewMap& map, const Theme& theme) {
  if (!source.snapshot || source.scene == nullptr) return;
  const Snapshot& snapshot = *source.snapshot;
  const Scene& scene = *source.scene;
  const CanvasLayers& layers = source.layers;
  const int n = static_cast<int>(snapshot.conditions.size());
  const std::vector<int> order = paintOrder(n, source.condition);
  const auto strength = [&](int i) { return source.condition < 0 || i == source.condition ? 1.0 : kFaint; };
  const auto viewOf = [&](int i) -> const ConditionView& {
    return snapshot.conditions[static_cast<std::size_t>(i)];
  };
  painter.setBrush(Qt::NoBrush);

  if (layers.ghosts) {
    for (std::size_t k = source.earlier.size(); k-- > 0;) {
      const auto& ghost = source.earlier[k];
      if (!ghost) continue;
      const double fade = 0.55 * std::pow(0.72, static_cast<double>(k));
      for (const int i : paintOrder(static_cast<int>(ghost->conditions.size()), source.condition)) {
        const ConditionView& view = ghost->conditions[static_cast<std::size_t>(i)];
        if (layers.local) {
          painter.setPen(stroke(theme.localCondition(i), fade * strength(i), 1.0));
          painter.drawPolyline(toPixels(localPath(view, *ghost, scene), map));
        }
        if (layers.global) {
          painter.setPen(stroke(theme.globalCondition(i), fade * strength(i), 1.0));
          painter.drawLines(dashes(toPixels(globalPath(view, *ghost, scene), map), 4, 4));
        }
      }
    }
  }
  if (layers.tubes) {
    const auto tubesOf = [&](std::shared_ptr<const Marginals> ConditionView::*marginals, bool global,
                             bool strong) {
      std::vector<Tube> tubes;
      for (const int i : order) {
        if ((strength(i) == 1.0) != strong) continue;
        std::vector<QPolygonF> tube =
            tubeOf(viewOf(i).*marginals, global ? viewOf(i).global : viewOf(i).local, snapshot, scene);
        if (tube.empty()) continue;
        tubes.push_back({std::move(tube), global ? theme.globalCondition(i) : theme.localCondition(i)});
      }
      return tubes;
    };
    for (const bool strong : {false, true}) {
      const double shown = strong ? 1.0 : kFaint;
      if (layers.local)
        paintTubes(painter, tubesOf(&ConditionView::localMarginals, false, strong), map, shown);
      if (layers.global)
        paintTubes(painter, tubesOf(&ConditionView::globalMarginals, true, strong), map, shown);
    }
  }
  if (layers.samples) {
    // Exactly 1.0: any other width takes the general stroker, thirty times slower for these many points.
    for (const int i : order) {
      painter.setPen(stroke(theme.localCondition(i), (n > 4 ? 0.4 : 0.6) * strength(i), 1.0));
      for (const auto& sample : viewOf(i).samples) {
        if (sample) painter.drawPolyline(toPixels(tracePath(*sample, snapshot, scene), map));
      }
    }
  }
  for (const int i : order) {
    const QPolygonF local = layers.local ? toPixels(localPath(viewOf(i), snapshot, scene), map) : QPolygonF();
    const QPolygonF global =
        layers.global ? toPixels(globalPath(viewOf(i), snapshot, scene), map) : QPolygonF();
    const QColor warm = theme.localCondition(i), cool = theme.globalCondition(i);
    const double s = strength(i);
    painter.setBrush(Qt::NoBrush);
    if (local.size() > 1) {
      // A thin halo in the ground's colour keeps the mean apart from the samples around it.
      painter.setPen(stroke(theme.background, 0.8 * s, 4.0));
      painter.drawPolyline(local);
      painter.setPen(stroke(warm, s, 2.0));
      painter.drawPolyline(local);
    }
    if (global.size() > 1) {
      painter.setPen(stroke(theme.background, 0.8 * s, 4.0));
      painter.drawPolyline(global);
      QPen pen = stroke(cool, s, 2.0);
      pen.setCapStyle(Qt::FlatCap);
      painter.setPen(pen);
      painter.drawLines(dashes(global, 8, 5));
    }
    if (!local.isEmpty()) {
      paintStart(painter, local.first(), warm, theme, s);
      paintEnd(painter, local.last(), warm, theme, s, false);
    }
    if (!global.isEmpty()) paintEnd(painter, global.last(), cool, theme, s, true);
  }
}

LegendContent drawnPaths(const PathSource& source) {
  LegendContent drawn;
  if (!source.snapshot || source.scene == nullptr) return drawn;
  const Snapshot& snapshot = *source.snapshot;
  const CanvasLayers& layers = source.layers;
  for (const ConditionView& view : snapshot.conditions) {
    const auto tube = [&](const auto& forward, const auto& rollout) {
      const std::vector<QPolygonF> polygons = tubeOf(forward, rollout, snapshot, *source.scene);
      return std::any_of(polygons.begin(), polygons.end(), [](const QPolygonF& p) { return !p.isEmpty(); });
    };
    drawn.local = drawn.local || (layers.local && !localPath(view, snapshot, *source.scene).empty());
    drawn.global = drawn.global || (layers.global && !globalPath(view, snapshot, *source.scene).empty());
    drawn.localTubes =
        drawn.localTubes || (layers.tubes && layers.local && tube(view.localMarginals, view.local));
    drawn.globalTubes =
        drawn.globalTubes || (layers.tubes && layers.global && tube(view.globalMarginals, view.global));
    for (const auto& sample : view.samples)
      drawn.samples = drawn.samples ||
                      (layers.samples && sample && tracePath(*sample, snapshot, *source.scene).size() > 1);
  }
  if (layers.ghosts && (layers.local || layers.global)) {
    drawn.ghosts = std::any_of(source.earlier.begin(), source.earlier.end(),
                               [](const auto& ghost) { return ghost && !ghost->conditions.empty(); });
  }
  return drawn;
}

std::optional<QPointF> pathStart(const PathSource& source, int condition) {
  std::optional<QPointF> start;
  visitPaths(source, [&](int owner, const WorldPath& path) {
    if (owner == condition && !start && !path.empty()) start = path.front();
  });
  return start;
}

int conditionAt(const PathSource& source, const ViewMap& map, const QPointF& pixel, double reach) {
  double nearest = reach * reach;
  int found = -1;
  visitPaths(source, [&](int condition, const WorldPath& path) {
    const QPolygonF line = toPixels(path, map);
    for (qsizetype i = 0; i < line.size(); ++i) {
      const double distance = squaredDistance(pixel, line[std::max<qsizetype>(i - 1, 0)], line[i]);
      // Where paths coincide the highlighted condition keeps the click.
      if (distance < nearest || (distance == nearest && condition == source.condition)) {
        nearest = distance;
        found = condition;
      }
    }
  });
  return found;
}

QRectF pathBounds(const PathSource& source) {
  bool any = false;
  QPointF low, high;
  visitPaths(source, [&](int, const WorldPath& path) {
    for (const QPointF& p : path) {
      if (!any) low = high = p;
      any = true;
      low = {std::min(low.x(), p.x()), std::min(low.y(), p.y())};
      high = {std::max(high.x(), p.x()), std::max(high.y(), p.y())};
    }
  });
  return any ? QRectF(low, high) : QRectF();
}

}  // namespace gps::ui
