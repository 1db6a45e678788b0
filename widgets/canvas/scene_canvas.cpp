// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas/scene_canvas.h"

#include "widgets/canvas/scene_canvas_impl.h"

namespace gps::ui {

namespace {

QString countText(int count, const char* one, const char* many) {
  return QStringLiteral("%1 %2").arg(count).arg(QLatin1String(count == 1 ? one : many));
}

}  // namespace

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
  m_impl->visited = QRectF();
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
  m_impl->followPaths();
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

void SceneCanvas::follow(const QRectF& visited) {
  m_impl->follow(visited);
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

}  // namespace gps::ui
