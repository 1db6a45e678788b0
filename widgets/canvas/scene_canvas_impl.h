// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/canvas/canvas_overlay.h"
#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_canvas.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/test_place_painter.h"
#include "widgets/canvas/trajectory_painter.h"

namespace gps::ui {

inline constexpr double kMargin = 32.0;  ///< pixels around what is fitted into the view

/// What the canvas holds and draws; shared by its painting and its input only.
struct SceneCanvas::Impl {
  explicit Impl(SceneCanvas* canvas) : q(canvas) {}

  SceneCanvas* q;
  Theme theme = Theme::current();
  std::shared_ptr<const Scene> scene;
  PathSource paths;
  double step = 0.0;

  // Derived from the scene once, not per frame.
  std::vector<const Condition*> conditions;
  std::vector<Places> places;  // per trained condition; at least one
  std::vector<Places> tests;   // per condition kept for testing
  bool running = false;

  /// What the camera does by itself when the canvas is resized.
  enum class Aim { Camera, All, User };
  ViewMap map;
  Aim aim = Aim::Camera;
  QRectF visited;  ///< by paths, where the camera follows them

  // Scene and paths, opaque, so that a frame starts with one copy. Null: to be painted again.
  QPixmap ground;    // grid, static bodies, goal
  QPixmap backdrop;  // ground and paths
  std::optional<LegendContent> explained;
  std::optional<std::vector<QRectF>> keepClear;  // of the legend, in pixels
  LegendPlace legendPlace;

  bool ring = false;  // a focus that came by key shows its ring; one that came by mouse does not
  QPointF pressed, dragged;
  bool dragging = false;

  void forgetGround() {
    ground = QPixmap();
    keepClear.reset();
    forgetPaths();
  }
  void forgetPaths() {
    backdrop = QPixmap();
    explained.reset();
    q->update();
  }

  int conditionCount() const {
    return paths.snapshot ? static_cast<int>(paths.snapshot->conditions.size())
                          : static_cast<int>(conditions.size());
  }

  const std::vector<Pose>& startsOf(int condition) const {
    const auto i = static_cast<std::size_t>(std::max(condition, 0));
    return places[i < places.size() ? i : 0].poses;
  }

  void deriveFromScene() {
    conditions.clear();
    places.clear();
    tests.clear();
    legendPlace = LegendPlace{};
    if (!scene) return;
    conditions = trainedConditions(*scene);
    for (const Condition* condition : conditions)
      places.push_back({startPoses(*scene, condition), goalOf(*scene, condition)});
    if (places.empty()) places.push_back({startPoses(*scene, nullptr), goalOf(*scene)});
    for (const Condition* condition : testConditions(*scene))
      tests.push_back({startPoses(*scene, condition), goalOf(*scene, condition)});
  }

  void moveTo(const ViewMap& next) {
    map = next;
    map.pixelsPerUnit = std::clamp(map.pixelsPerUnit, 1e-3, 1e6);
    map.size = q->size();
    forgetGround();
  }

  void aimAt(Aim next) {
    aim = next;
    QRectF bounds = aim == Aim::Camera && scene ? cameraBounds(*scene) : everything();
    if (aim == Aim::Camera && followsPaths()) bounds = bounds.united(visited);
    moveTo(aim == Aim::User ? map : ViewMap::fitting(bounds, q->size(), kMargin));
  }

  /// A file that says nothing about the camera leaves it to what happens: also what falls is seen.
  bool followsPaths() const {
    const Camera unset;
    return scene && scene->camera.width == unset.width && scene->camera.centre == unset.centre;
  }

  /// Paths of a new iteration widen the view, up to a few times the scene: a body that falls for ever would
  /// make everything else a dot.
  void followPaths() {
    if (aim != Aim::Camera || !followsPaths()) return;
    const QRectF base = sceneBounds(*scene);
    const double side = std::max(base.width(), base.height());
    const QRectF before = visited;
    follow(everything().intersected(base.adjusted(-side, -side, side, side)));
    if (visited != before) Q_EMIT q->pathsFollowed(visited);
  }
  void follow(const QRectF& more) {
    const QRectF next = visited.united(more);
    if (next == visited || aim != Aim::Camera || !followsPaths()) return;
    visited = next;
    aimAt(Aim::Camera);
  }

  void moveByUser(const ViewMap& next) {
    aim = Aim::User;
    moveTo(next);
    Q_EMIT q->viewChanged();
  }

  void zoomAt(const QPointF& pixel, double factor) {
    const QPointF fixed = map.toWorld(pixel);
    ViewMap next = map;
    next.pixelsPerUnit = std::clamp(next.pixelsPerUnit * factor, 1e-3, 1e6);
    next.centre += fixed - next.toWorld(pixel);
    moveByUser(next);
  }

  QRectF everything() const {
    QRectF bounds = scene ? sceneBounds(*scene) : QRectF(-2, -1.5, 4, 3);
    PathSource all = paths;
    all.layers = CanvasLayers{};
    const QRectF covered = pathBounds(all);
    return covered.isNull() ? bounds : bounds.united(covered);
  }

  QPixmap emptyLayer() const {
    const double ratio = q->devicePixelRatioF();
    QPixmap layer(q->size() * ratio);
    layer.setDevicePixelRatio(ratio);
    layer.fill(theme.background);
    return layer;
  }

  void paintGround() {
    ground = emptyLayer();
    QPainter painter(&ground);
    if (paths.layers.grid) paintGrid(painter, map, theme);
    if (!scene) return;
    painter.setRenderHint(QPainter::Antialiasing);
    paintStaticBodies(painter, *scene, places, paths.condition, map, theme);
    paintGoals(painter, *scene, places, paths.condition, map, theme);
    if (paths.layers.tests) paintTestPlaces(painter, *scene, places, tests, map, theme);
  }

  void paintBackdrop() {
    if (ground.isNull()) paintGround();
    backdrop = ground;
    QPainter painter(&backdrop);
    painter.setRenderHint(QPainter::Antialiasing);
    paintTrajectories(painter, paths, map, theme);
  }

  std::vector<Pose> now(const std::shared_ptr<const Rollout>& rollout) const {
    if (!rollout) return {};
    return posesAt(rollout->poses, static_cast<int>(scene->bodies.size()), step);
  }

  /// Bodies of one condition: the global policy's filled cool, the local controller's outlined warm; a local
  /// one alone is filled. Of several conditions shown alike only the policy's, where there is one: two arms
  /// for each would hide the scene.
  void paintCondition(QPainter& painter, int i) const {
    const int n = conditionCount();
    const bool single = n == 1 || i == paths.condition, among = !single && paths.condition < 0;
    const float solid = single ? 1.0f : among ? 0.8f : 0.3f, tint = single ? 0.55f : among ? 0.22f : 0.08f;
    const auto look = [&](QColor colour, bool filled) {
      QColor fill = colour;
      fill.setAlphaF(tint);
      colour.setAlphaF(solid);
      return BodyLook{filled ? fill : QColor(), colour, single ? 1.5 : 1.0, false};
    };
    std::vector<Pose> local, global;
    if (paths.snapshot && static_cast<std::size_t>(i) < paths.snapshot->conditions.size()) {
      const ConditionView& view = paths.snapshot->conditions[static_cast<std::size_t>(i)];
      if (paths.layers.global) global = now(view.global);
      if (paths.layers.local && (single || global.empty())) local = now(view.local);
      if (local.empty() && global.empty()) global = now(view.global);
      if (local.empty() && global.empty()) local = now(view.local);
      if (local.empty() && global.empty() && !view.samples.empty()) local = now(view.samples.front());
    }
    if (local.empty() && global.empty()) {
      for (int before = 0; among && before < i; ++before) {
        if (sameMovers(*scene, startsOf(before), startsOf(i))) return;
      }
      paintMovers(painter, *scene, startsOf(i), map, look(theme.localCondition(i), true));
      return;
    }
    if (!global.empty()) paintMovers(painter, *scene, global, map, look(theme.globalCondition(i), true));
    if (!local.empty())
      paintMovers(painter, *scene, local, map, look(theme.localCondition(i), global.empty()));
  }

  void paintMoving(QPainter& painter) const {
    if (!scene) return;
    const int n = std::max(conditionCount(), 1);
    const int last = paths.condition >= 0 && paths.condition < n ? paths.condition : 0;
    for (int i = n - 1; i >= 0; --i) {
      if (i != last) paintCondition(painter, i);
    }
    paintCondition(painter, last);
  }

  /// Numbers of the conditions where they differ: at their goals, else at their starts. Only of several, and
  /// not where they would lie on each other.
  std::vector<ConditionLabel> labels() const {
    const int n = std::min(conditionCount(), static_cast<int>(places.size()));
    if (!scene || n < 2) return {};
    const bool atGoal = distinctGoals(places).size() > 1;
    std::vector<ConditionLabel> found;
    for (int i = 0; i < n; ++i) {
      std::optional<QPointF> at;
      const Goal& goal = places[static_cast<std::size_t>(i)].goal;
      if (atGoal && goal.point) at = QPointF(goal.point->x(), goal.point->y());
      if (!atGoal && paths.snapshot) at = pathStart(paths, i);
      if (!at) return {};
      const bool strong = paths.condition < 0 || paths.condition == i;
      found.push_back(
          {map.toPixel(*at), QString::number(i + 1), theme.localCondition(i), strong ? 1.0 : 0.45});
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if ((found[i].at - found[j].at).manhattanLength() < 10.0) return {};
      }
    }
    return found;
  }

  const LegendContent& legend() {
    if (explained) return *explained;
    LegendContent content = drawnPaths(paths);
    content.goal = std::any_of(places.begin(), places.end(), [](const Places& each) {
      return each.goal.point || !each.goal.poses.empty();
    });
    content.tests = static_cast<int>(tests.size());
    content.testsShown = paths.layers.tests;
    explained = content;
    return *explained;
  }

  /// Starts of the bodies that move, and goals: what the legend must not hide.
  const std::vector<QRectF>& clearOfLegend() {
    if (keepClear) return *keepClear;
    keepClear.emplace();
    const auto pixels = [this](const QRectF& box) {
      return QRectF(map.toPixel(box.topLeft()), map.toPixel(box.bottomRight())).normalized().adjusted(-4, -4, 4, 4);
    };
    const auto add = [&](const Places& each) {
      for (std::size_t i = 0; i < scene->bodies.size() && i < each.poses.size(); ++i) {
        if (scene->bodies[i].dynamic) keepClear->push_back(pixels(bodyBounds(scene->bodies[i], each.poses[i])));
        if (scene->bodies[i].dynamic && i < each.goal.poses.size())
          keepClear->push_back(pixels(bodyBounds(scene->bodies[i], each.goal.poses[i])));
      }
      if (!each.goal.point) return;
      const QPointF at = map.toPixel(each.goal.point->x(), each.goal.point->y());
      keepClear->push_back(QRectF(at - QPointF(9, 9), QSizeF(18, 18)));
    };
    for (const Places& each : places) add(each);
    if (paths.layers.tests) {
      for (const Places& each : tests) add(each);
    }
    return *keepClear;
  }

  QString caption() const {
    // In the corner, so that it hides nothing of the scene one is about to learn.
    if (!paths.snapshot) {
      return running ? QStringLiteral("Trajectories appear here after the first iteration")
                     : QStringLiteral("Press Start: trajectories appear here after the first iteration");
    }
    const Snapshot& snapshot = *paths.snapshot;
    QString text = QStringLiteral("Iteration %1").arg(snapshot.report.iteration);
    if (snapshot.partial) text += QStringLiteral(", not finished");
    if (snapshot.task && snapshot.task->dt > 0) {
      text += QStringLiteral("   t = %1 s").arg(step * snapshot.task->dt, 0, 'f', 2);
    }
    const QString name = conditionName(paths.condition);
    if (!name.isEmpty() && conditionCount() > 1)
      text += QStringLiteral("   %1: %2").arg(paths.condition + 1).arg(name);
    return text;
  }

  QString conditionName(int condition) const {
    if (condition < 0) return {};
    const auto i = static_cast<std::size_t>(condition);
    const Task* task = paths.snapshot ? paths.snapshot->task.get() : nullptr;
    if (task != nullptr && i < task->conditions.size()) return QString::fromStdString(task->conditions[i]);
    if (i < conditions.size()) return QString::fromStdString(conditions[i]->id);
    return QStringLiteral("Condition %1").arg(condition + 1);
  }

  void describe() { q->setAccessibleDescription(q->summary()); }
};

}  // namespace gps::ui
