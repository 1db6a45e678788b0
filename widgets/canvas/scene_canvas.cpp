// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/scene_canvas.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/canvas/canvas_overlay.h"
#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/test_place_painter.h"
#include "widgets/canvas/trajectory_painter.h"

namespace gps::ui {

namespace {

constexpr double kReach = 6.0;  // pixels around a path that count as the path
constexpr double kMargin = 32.0;

QString countText(int count, const char* one, const char* many) {
  return QStringLiteral("%1 %2").arg(count).arg(QLatin1String(count == 1 ? one : many));
}

}  // namespace

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
    const QRectF bounds = aim == Aim::Camera && scene ? cameraBounds(*scene) : everything();
    moveTo(aim == Aim::User ? map : ViewMap::fitting(bounds, q->size(), kMargin));
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

SceneCanvas::SceneCanvas(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this)) {
  setObjectName(QStringLiteral("canvas"));
  setAccessibleName(QStringLiteral("Scene view"));
  setWhatsThis(QStringLiteral(
      "Wheel or + and -: zoom. Drag or arrow keys: pan. F or double click: fit. 0: the scene's "
      "own view. Click a path: choose its condition. Page Up, Page Down: next condition. "
      "Escape: all conditions."));
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_OpaquePaintEvent);
  m_impl->map.size = size();
}

SceneCanvas::~SceneCanvas() = default;

void SceneCanvas::setTheme(const Theme& theme) {
  m_impl->theme = theme;
  m_impl->forgetGround();
}

void SceneCanvas::setScene(std::shared_ptr<const Scene> scene) {
  if (scene == m_impl->scene) return;
  m_impl->scene = std::move(scene);
  m_impl->paths.scene = m_impl->scene.get();
  m_impl->paths.snapshot.reset();
  m_impl->paths.earlier.clear();
  m_impl->deriveFromScene();
  m_impl->aimAt(Impl::Aim::Camera);
  m_impl->describe();
}

void SceneCanvas::setSnapshot(std::shared_ptr<const Snapshot> snapshot,
                              std::vector<std::shared_ptr<const Snapshot>> earlier) {
  if (snapshot == m_impl->paths.snapshot && earlier == m_impl->paths.earlier) return;
  if (snapshot && snapshot->task && snapshot->task->scene) setScene(snapshot->task->scene);
  m_impl->paths.snapshot = std::move(snapshot);
  m_impl->paths.earlier = std::move(earlier);
  m_impl->forgetPaths();
  m_impl->describe();
}

void SceneCanvas::setLayers(const CanvasLayers& layers) {
  m_impl->paths.layers = layers;
  m_impl->forgetGround();
  m_impl->describe();
}

CanvasLayers SceneCanvas::layers() const {
  return m_impl->paths.layers;
}

void SceneCanvas::setRunning(bool running) {
  if (running == m_impl->running) return;
  m_impl->running = running;
  if (!m_impl->paths.snapshot) update();
}

void SceneCanvas::setTimeStep(double step) {
  const double next = std::isfinite(step) ? std::max(step, 0.0) : 0.0;
  if (next == m_impl->step) return;
  m_impl->step = next;
  update();
}

double SceneCanvas::timeStep() const {
  return m_impl->step;
}

void SceneCanvas::setCondition(int condition) {
  if (condition == m_impl->paths.condition) return;
  m_impl->paths.condition = std::max(condition, -1);
  m_impl->forgetGround();
  m_impl->describe();
}

int SceneCanvas::condition() const {
  return m_impl->paths.condition;
}

void SceneCanvas::fit() {
  m_impl->aimAt(Impl::Aim::All);
}

SceneCanvas::View SceneCanvas::view() const {
  return {m_impl->map.centre, m_impl->map.pixelsPerUnit};
}

void SceneCanvas::setView(const View& view) {
  m_impl->aim = Impl::Aim::User;
  m_impl->moveTo(ViewMap{view.centre, view.pixelsPerUnit, size()});
}

QSize SceneCanvas::sizeHint() const {
  return {800, 560};
}

QSize SceneCanvas::minimumSizeHint() const {
  return {160, 120};
}

QString SceneCanvas::summary() const {
  Impl& d = *m_impl;
  if (!d.scene) return QStringLiteral("No scene.");
  const auto bodies =
      std::count_if(d.scene->bodies.begin(), d.scene->bodies.end(), [](const Body& b) { return b.dynamic; });
  const QString title = QString::fromStdString(d.scene->title.empty() ? d.scene->name : d.scene->title);
  QString text = QStringLiteral("%1: %2").arg(
      title, countText(static_cast<int>(bodies), "moving body", "moving bodies"));
  text += QStringLiteral(", %1.").arg(countText(d.conditionCount(), "condition", "conditions"));
  if (!d.paths.snapshot) return text + QStringLiteral(" No iteration yet.");
  const Snapshot& snapshot = *d.paths.snapshot;
  text += QStringLiteral(" Iteration %1").arg(snapshot.report.iteration);
  if (snapshot.partial) text += QStringLiteral(", not finished");
  const QString name = d.conditionName(d.paths.condition);
  if (!name.isEmpty()) text += QStringLiteral(", ") + name;
  text += QLatin1Char('.');
  QStringList shown;
  const LegendContent content = d.legend();
  if (content.local) shown << QStringLiteral("local controllers");
  if (content.global) shown << QStringLiteral("global policy");
  if (content.samples) shown << QStringLiteral("samples");
  if (content.localTubes || content.globalTubes) shown << QStringLiteral("2 sigma tubes");
  if (d.paths.layers.ghosts && !d.paths.earlier.empty()) {
    shown << countText(static_cast<int>(d.paths.earlier.size()), "earlier iteration", "earlier iterations");
  }
  if (content.goal) shown << QStringLiteral("goal");
  if (content.testsShown && content.tests > 0) shown << countText(content.tests, "test condition", "test conditions");
  if (!shown.isEmpty()) text += QStringLiteral(" Shown: %1.").arg(shown.join(QStringLiteral(", ")));
  const MetricTable& metrics = snapshot.report.metrics;
  if (const auto local = metrics.mean(Metric::LocalCost)) {
    text += QStringLiteral(" Local cost %1.").arg(*local, 0, 'g', 4);
  }
  if (const auto global = metrics.mean(Metric::GlobalCost)) {
    text += QStringLiteral(" Global cost %1.").arg(*global, 0, 'g', 4);
  }
  return text;
}

bool SceneCanvas::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (m_impl->legendPlace.tests.contains(help->pos())) {
      QToolTip::showText(help->globalPos(),
                         QStringLiteral("Starts and goals that no run trains on. Click to show or hide them."), this);
      return true;
    }
    const int condition = conditionAt(m_impl->paths, m_impl->map, help->pos(), kReach);
    if (condition < 0) {
      QToolTip::hideText();
    } else {
      // Names come from files: shown as plain text, whatever they look like.
      const QString text = QStringLiteral("%1: %2").arg(condition + 1).arg(m_impl->conditionName(condition));
      QToolTip::showText(help->globalPos(), text.toHtmlEscaped(), this);
    }
    return true;
  }
  if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
    const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
    const bool window = reason == Qt::ActiveWindowFocusReason || reason == Qt::PopupFocusReason;
    m_impl->ring = event->type() == QEvent::FocusIn && !window && reason != Qt::MouseFocusReason;
    update();
  }
  return QWidget::event(event);
}

void SceneCanvas::paintEvent(QPaintEvent*) {
  Impl& d = *m_impl;
  const QSize pixels = size() * devicePixelRatioF();
  if (d.backdrop.isNull() || d.backdrop.size() != pixels) {
    if (d.ground.size() != pixels) d.ground = QPixmap();
    d.paintBackdrop();
  }
  QPainter painter(this);
  painter.drawPixmap(0, 0, d.backdrop);
  painter.setRenderHint(QPainter::Antialiasing);
  d.paintMoving(painter);
  if (!d.scene) {
    paintEmptyText(painter, QStringLiteral("No scene. Choose one on the start page, or open a scene file."),
                   d.map, d.theme);
  } else {
    paintLabels(painter, d.labels(), d.theme);
    d.legendPlace = paintLegend(painter, d.legend(), d.legendPlace, d.clearOfLegend(), d.map, d.theme);
    paintScaleBar(painter, d.map, d.theme);
    paintCaption(painter, d.caption(), d.map, d.theme);
  }
  if (d.ring) {
    QPen ring(d.theme.focus, 2.0);
    painter.setPen(ring);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
}

void SceneCanvas::resizeEvent(QResizeEvent*) {
  m_impl->aimAt(m_impl->aim);
}

void SceneCanvas::wheelEvent(QWheelEvent* event) {
  const double notches = event->angleDelta().y() / 120.0;
  if (notches != 0) m_impl->zoomAt(event->position(), std::pow(1.2, notches));
  event->accept();
}

void SceneCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
    return QWidget::mousePressEvent(event);
  m_impl->pressed = m_impl->dragged = event->position();
  m_impl->dragging = false;
}

void SceneCanvas::mouseMoveEvent(QMouseEvent* event) {
  Impl& d = *m_impl;
  if (!(event->buttons() & (Qt::LeftButton | Qt::MiddleButton))) return QWidget::mouseMoveEvent(event);
  if (!d.dragging && (event->position() - d.pressed).manhattanLength() < QApplication::startDragDistance())
    return;
  if (!d.dragging) setCursor(Qt::ClosedHandCursor);
  d.dragging = true;
  const QPointF moved = event->position() - d.dragged;
  d.dragged = event->position();
  ViewMap next = d.map;
  next.centre += QPointF(-moved.x(), moved.y()) / d.map.pixelsPerUnit;
  d.moveByUser(next);
}

void SceneCanvas::mouseReleaseEvent(QMouseEvent* event) {
  Impl& d = *m_impl;
  unsetCursor();
  if (!d.dragging && event->button() == Qt::LeftButton) {
    if (d.legendPlace.tests.contains(event->position())) {
      Q_EMIT testsClicked();
      return;
    }
    const int clicked = conditionAt(d.paths, d.map, event->position(), kReach);
    if (clicked >= 0) Q_EMIT conditionClicked(clicked);
  }
  d.dragging = false;
}

void SceneCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  fit();
  Q_EMIT viewChanged();
}

void SceneCanvas::keyPressEvent(QKeyEvent* event) {
  Impl& d = *m_impl;
  const double pan = std::min(width(), height()) / 8.0 / d.map.pixelsPerUnit;
  const auto panBy = [&](double x, double y) {
    ViewMap next = d.map;
    next.centre += QPointF(x, y);
    d.moveByUser(next);
  };
  const auto walk = [&](int by) {
    const int n = d.conditionCount();
    if (n < 1) return;
    const int from = d.paths.condition < 0 ? (by > 0 ? -1 : n) : d.paths.condition;
    Q_EMIT conditionClicked((from + by + n) % n);
  };
  // Ctrl+0, Ctrl++ and their like belong to the window.
  if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
    return QWidget::keyPressEvent(event);
  }
  const QPointF middle(width() / 2.0, height() / 2.0);
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return d.zoomAt(middle, 1.25);
    case Qt::Key_Minus:
      return d.zoomAt(middle, 0.8);
    case Qt::Key_Left:
      return panBy(-pan, 0);
    case Qt::Key_Right:
      return panBy(pan, 0);
    case Qt::Key_Up:
      return panBy(0, pan);
    case Qt::Key_Down:
      return panBy(0, -pan);
    case Qt::Key_PageDown:
      return walk(1);
    case Qt::Key_PageUp:
      return walk(-1);
    case Qt::Key_F:
      fit();
      Q_EMIT viewChanged();
      return;
    case Qt::Key_0:
      d.aimAt(Impl::Aim::Camera);
      Q_EMIT viewChanged();
      return;
    case Qt::Key_Escape:
      if (d.paths.condition >= 0) {
        Q_EMIT conditionClicked(-1);
        return;
      }
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace gps::ui
