// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editor/try_canvas.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/canvas/place_painter.h"
#include "widgets/canvas/scene_painter.h"
#include "widgets/canvas/shape_painter.h"
#include "widgets/editor/editor_items.h"

namespace gps::ui {

namespace {
constexpr double kMargin = 48.0;  // pixels

/// Where a mechanism on a hinge that stands still can get: around the hinge as far as its links reach when they are
/// stretched. Slides count as they stand.
QRectF reachOf(const Scene& scene, const std::vector<Pose>& poses) {
  const auto indexOf = [&scene](const std::string& id) -> std::size_t {
    const Body* body = scene.body(id);
    return body ? static_cast<std::size_t>(body - scene.bodies.data()) : scene.bodies.size();
  };
  QRectF reach;
  for (const Joint& base : scene.joints) {
    const Body *a = scene.body(base.bodyA), *b = scene.body(base.bodyB);
    if (base.type != Joint::Type::Revolute || !a || !b || a->dynamic == b->dynamic) continue;
    const Body& ground = a->dynamic ? *b : *a;
    const std::size_t at = indexOf(ground.id);
    if (at >= poses.size()) continue;
    const Eigen::Vector2d hinge = bodyPoint(poses[at], a->dynamic ? base.anchorB : base.anchorA);
    struct Link {
      const Body* body;
      Eigen::Vector2d entry;  ///< in its frame
      double before;          ///< from the hinge to the entry, stretched
    };
    std::vector<Link> links{{a->dynamic ? a : b, a->dynamic ? base.anchorA : base.anchorB, 0.0}};
    std::vector<const Body*> seen{&ground, links.front().body};
    double far = 0.0;
    for (std::size_t i = 0; i < links.size(); ++i) {
      const Link link = links[i];
      const QRectF box = bodyBounds(*link.body, Pose{});
      for (const QPointF& corner : {box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()})
        far = std::max(far, link.before + (Eigen::Vector2d(corner.x(), corner.y()) - link.entry).norm());
      for (const Joint& joint : scene.joints) {
        const bool fromA = joint.bodyA == link.body->id;
        if (!fromA && joint.bodyB != link.body->id) continue;
        const Body* next = scene.body(fromA ? joint.bodyB : joint.bodyA);
        if (!next || !next->dynamic || std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
        seen.push_back(next);
        const Eigen::Vector2d& out = fromA ? joint.anchorA : joint.anchorB;
        links.push_back({next, fromA ? joint.anchorB : joint.anchorA, link.before + (out - link.entry).norm()});
      }
    }
    reach = reach.united(QRectF(hinge.x() - far, hinge.y() - far, 2 * far, 2 * far));
  }
  return reach;
}

}  // namespace

TryCanvas::TryCanvas(QWidget* parent) : QWidget(parent), m_theme(Theme::current()) {
  setObjectName(QStringLiteral("try.canvas"));
  setAccessibleName(tr("The task, moving"));
  setToolTip(tr("Drag bodies with the mouse; wheel: zoom; drag the ground: move the view"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(240, 180);
  setAttribute(Qt::WA_OpaquePaintEvent);
}

void TryCanvas::begin(std::shared_ptr<const Scene> scene, const std::vector<Pose>& start) {
  const bool same = m_scene == scene && !m_bounds.isNull();
  m_scene = std::move(scene);
  m_poses = start;
  m_held = -1;
  m_down.clear();
  if (!same) {
    m_bounds = sceneBounds(*m_scene);
    for (std::size_t i = 0; i < m_scene->bodies.size() && i < start.size(); ++i)
      m_bounds = m_bounds.united(bodyBounds(m_scene->bodies[i], start[i]));
    // Room for what swings out, and some for what falls.
    m_bounds = m_bounds.united(reachOf(*m_scene, start));
    const double room = 0.1 * std::max(m_bounds.width(), m_bounds.height());
    m_bounds.adjust(-room, -room, room, room);
    m_zoomed = false;
    fit();
  }
  m_ground = QPixmap();
  update();
}

void TryCanvas::setPoses(const std::vector<Pose>& poses) {
  m_poses = poses;
  update();
}

void TryCanvas::setTheme(const Theme& theme) {
  m_theme = theme;
  m_ground = QPixmap();
  update();
}

void TryCanvas::fit() {
  m_map = ViewMap::fitting(m_bounds.isNull() ? QRectF(-2, -1.5, 4, 3) : m_bounds, size(), kMargin);
  m_ground = QPixmap();
}

void TryCanvas::paintGround() {
  const double ratio = devicePixelRatioF();
  m_ground = QPixmap(size() * ratio);
  m_ground.setDevicePixelRatio(ratio);
  m_ground.fill(m_theme.background);
  QPainter painter(&m_ground);
  paintGrid(painter, m_map, m_theme);
  painter.setRenderHint(QPainter::Antialiasing);
  const std::vector<Places> places{{m_poses, goalOf(*m_scene)}};
  paintGoals(painter, *m_scene, places, 0, m_map, m_theme);
  paintStaticBodies(painter, *m_scene, places, 0, m_map, m_theme);
}

void TryCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (!m_scene) {
    painter.fillRect(rect(), m_theme.background);
    return;
  }
  if (m_ground.isNull()) paintGround();
  painter.drawPixmap(0, 0, m_ground);
  painter.setRenderHint(QPainter::Antialiasing);
  const BodyLook look{mixed(m_theme.background, m_theme.arm, m_theme.dark ? 0.55 : 0.45), m_theme.arm, 1.5, false};
  paintMovers(painter, *m_scene, m_poses, m_map, look);
  if (m_held < 0 || static_cast<std::size_t>(m_held) >= m_poses.size()) return;
  const Eigen::Vector2d grip = bodyPoint(m_poses[static_cast<std::size_t>(m_held)], m_local);
  const QPointF from = m_map.toPixel(grip.x(), grip.y());
  painter.setPen(penOf(m_theme.focus, 2.0));
  painter.drawLine(from, m_hand);
  painter.setBrush(m_theme.panel);
  painter.drawEllipse(from, 4, 4);
}

void TryCanvas::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_map.size = size();
  if (!m_zoomed) fit();
  m_ground = QPixmap();
}

int TryCanvas::bodyAt(const QPointF& pixel) const {
  if (!m_scene) return -1;
  for (std::size_t i = std::min(m_scene->bodies.size(), m_poses.size()); i-- > 0;) {
    const Body& body = m_scene->bodies[i];
    if (!body.dynamic || body.ghost) continue;
    if (bodyPath(body, m_poses[i], m_map, 10.0).contains(pixel)) return static_cast<int>(i);
  }
  return -1;
}

void TryCanvas::mousePressEvent(QMouseEvent* event) {
  m_hand = event->position();
  m_held = event->button() == Qt::LeftButton ? bodyAt(m_hand) : -1;
  if (m_held < 0) {
    m_panFrom = m_hand;
    return;
  }
  const QPointF world = m_map.toWorld(m_hand);
  const Pose& pose = m_poses[static_cast<std::size_t>(m_held)];
  m_local = rotatedBy(-static_cast<double>(pose.angle), Eigen::Vector2d(world.x() - pose.x, world.y() - pose.y));
  setCursor(Qt::ClosedHandCursor);
  Q_EMIT grabbed(m_held, m_local, {world.x(), world.y()});
  update();
}

void TryCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPointF before = m_hand;
  m_hand = event->position();
  if (m_held >= 0) {
    const QPointF world = m_map.toWorld(m_hand);
    Q_EMIT dragged({world.x(), world.y()});
    update();
  } else if (m_panFrom) {
    m_map.centre += m_map.toWorld(before) - m_map.toWorld(m_hand);
    m_zoomed = true;
    m_ground = QPixmap();
    update();
  } else {
    setCursor(bodyAt(m_hand) >= 0 ? Qt::OpenHandCursor : Qt::ArrowCursor);
  }
}

void TryCanvas::mouseReleaseEvent(QMouseEvent*) {
  m_panFrom.reset();
  letGo();
}

void TryCanvas::letGo() {
  if (m_held < 0) return;
  m_held = -1;
  unsetCursor();
  Q_EMIT released();
  update();
}

void TryCanvas::wheelEvent(QWheelEvent* event) {
  const QPointF fixed = m_map.toWorld(event->position());
  m_map.pixelsPerUnit = std::clamp(m_map.pixelsPerUnit * std::pow(1.0015, event->angleDelta().y()), 1e-2, 1e5);
  m_map.centre += fixed - m_map.toWorld(event->position());
  m_zoomed = true;
  m_ground = QPixmap();
  update();
  event->accept();
}

bool TryCanvas::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    // Letters drive actuators here, also where the window has a use for them.
    auto* key = static_cast<QKeyEvent*>(event);
    const bool plain = !(key->modifiers() & (Qt::ControlModifier | Qt::MetaModifier | Qt::AltModifier));
    const bool meant = !key->text().isEmpty() || key->key() == Qt::Key_Escape || key->key() == Qt::Key_Backspace;
    if (plain && meant && key->key() != Qt::Key_Tab) {
      event->accept();
      return true;
    }
  }
  return QWidget::event(event);
}

void TryCanvas::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT leaveAsked();
  } else if (event->key() == Qt::Key_Backspace) {
    Q_EMIT startOverAsked();
  } else if (event->modifiers() & (Qt::ControlModifier | Qt::MetaModifier | Qt::AltModifier)) {
    QWidget::keyPressEvent(event);
  } else if (!event->isAutoRepeat()) {
    m_down.push_back(event->key());
    Q_EMIT keyChanged(event->key(), true);
  }
}

void TryCanvas::keyReleaseEvent(QKeyEvent* event) {
  if (event->isAutoRepeat() || std::erase(m_down, event->key()) == 0) return;
  Q_EMIT keyChanged(event->key(), false);
}

void TryCanvas::focusOutEvent(QFocusEvent* event) {
  // A key that is let go elsewhere is never told here.
  for (const int key : std::exchange(m_down, {})) Q_EMIT keyChanged(key, false);
  letGo();
  QWidget::focusOutEvent(event);
}

}  // namespace gps::ui
