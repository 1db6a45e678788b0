// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/start_overlay.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <cmath>
#include <optional>

#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr double kRing = 12.0;     // pixels
constexpr double kStep = 5.0;      // pixels of an arrow key; with Shift ten times that
constexpr double kKeyTime = 0.05;  // s
constexpr std::size_t kMost = 20000;

std::optional<QPointF> arrowOf(int key) {
  if (key == Qt::Key_Left) return QPointF(-1, 0);
  if (key == Qt::Key_Right) return QPointF(1, 0);
  if (key == Qt::Key_Up) return QPointF(0, -1);
  if (key == Qt::Key_Down) return QPointF(0, 1);
  return std::nullopt;
}

bool recordsKey(int key) {
  return arrowOf(key) || key == Qt::Key_Space || key == Qt::Key_Backspace || key == Qt::Key_Return ||
         key == Qt::Key_Enter || key == Qt::Key_Escape;
}

}  // namespace

StartOverlay::StartOverlay(SceneCanvas* canvas) : QWidget(canvas), m_canvas(canvas) {
  setObjectName("start.overlay");
  setAccessibleName(tr("Drawn way"));
  setAttribute(Qt::WA_TransparentForMouseEvents);
  canvas->installEventFilter(this);
  connect(canvas, &SceneCanvas::viewChanged, this, qOverload<>(&QWidget::update));
  setGeometry(canvas->rect());
}

bool StartOverlay::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) setGeometry(m_canvas->rect());
  return QWidget::eventFilter(watched, event);
}

void StartOverlay::setRecording(bool on) {
  m_recording = on;
  m_dragging = m_byKeys = false;
  setFocusPolicy(on ? Qt::StrongFocus : Qt::NoFocus);
  if (on) setFocus(Qt::OtherFocusReason);
  setAttribute(Qt::WA_TransparentForMouseEvents, !on);
  setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
  update();
}

void StartOverlay::setStart(const QPointF& place) {
  m_start = place;
  update();
}

void StartOverlay::setPath(std::vector<QPointF> path) {
  m_path = std::move(path);
  update();
}

QPointF StartOverlay::toPixel(const QPointF& place) const {
  const SceneCanvas::View view = m_canvas->view();
  return ViewMap{view.centre, view.pixelsPerUnit, QSizeF(size())}.toPixel(place);
}

QPointF StartOverlay::toPlace(const QPointF& pixel) const {
  const SceneCanvas::View view = m_canvas->view();
  return ViewMap{view.centre, view.pixelsPerUnit, QSizeF(size())}.toWorld(pixel);
}

QPointF StartOverlay::startPixel() const {
  return toPixel(m_start);
}

void StartOverlay::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const QPointF apart = event->position() - startPixel();
  if (std::hypot(apart.x(), apart.y()) > 2.0 * kRing) {
    Q_EMIT missed();
    return;
  }
  begin();
  m_dragging = true;
  m_clock.start();
}

void StartOverlay::begin() {
  m_byKeys = false;
  m_times = {0.0};
  m_places = {m_start};
  update();
}

bool StartOverlay::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride && m_recording) {
    // Also where the window has a use for them.
    const auto* key = static_cast<QKeyEvent*>(event);
    if (recordsKey(key->key()) && !(key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier))) {
      event->accept();
      return true;
    }
  }
  return QWidget::event(event);
}

void StartOverlay::keyPressEvent(QKeyEvent* event) {
  if (!m_recording || m_dragging || !recordsKey(event->key())) return QWidget::keyPressEvent(event);
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT givenUp();
  } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
    if (!m_byKeys || m_places.size() < 2) return;
    m_byKeys = false;
    Q_EMIT drawn(m_times, m_places);
  } else if (event->key() == Qt::Key_Backspace) {
    if (!m_byKeys || m_places.size() < 2) return;
    m_times.pop_back();
    m_places.pop_back();
    update();
  } else {
    const double length = event->modifiers() & Qt::ShiftModifier ? 10.0 * kStep : kStep;
    step(length * arrowOf(event->key()).value_or(QPointF()));
  }
}

void StartOverlay::step(const QPointF& by) {
  if (!m_byKeys) begin();
  m_byKeys = true;
  if (m_places.size() >= kMost) return;
  m_times.push_back(m_times.back() + kKeyTime);
  m_places.push_back(toPlace(toPixel(m_places.back()) + by));
  update();
}

void StartOverlay::mouseMoveEvent(QMouseEvent* event) {
  if (!m_dragging || m_places.size() >= kMost) return;
  const double time = static_cast<double>(m_clock.nsecsElapsed()) * 1e-9;
  if (time <= m_times.back()) return;
  m_times.push_back(time);
  m_places.push_back(toPlace(event->position()));
  update();
}

void StartOverlay::mouseReleaseEvent(QMouseEvent* event) {
  if (!m_dragging || event->button() != Qt::LeftButton) return;
  m_dragging = false;
  update();
  if (m_places.size() >= 2) Q_EMIT drawn(m_times, m_places);
}

void StartOverlay::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Theme theme = Theme::current();
  const auto draw = [&](const std::vector<QPointF>& path, const QColor& colour, Qt::PenStyle style) {
    QPolygonF line;
    for (const QPointF& place : path) line << toPixel(place);
    painter.setPen(QPen(colour, 2, style, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
  };
  if (!m_path.empty() && !drawing()) draw(m_path, theme.goal, Qt::DashLine);
  if (!m_recording) return;
  if (drawing()) draw(m_places, theme.focus, Qt::SolidLine);
  painter.setPen(QPen(theme.focus, 2));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(startPixel(), kRing, kRing);
  if (!m_byKeys) return;
  painter.setBrush(theme.focus);
  painter.drawEllipse(toPixel(m_places.back()), 4, 4);  // where the hand is
}

}  // namespace gps::ui
