// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/start_overlay.h"

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>
#include <cmath>

#include "widgets/canvas/view_map.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr double kRing = 12.0;  // pixels

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
  m_dragging = false;
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
  m_dragging = true;
  m_clock.start();
  m_times = {0.0};
  m_places = {m_start};
  update();
}

void StartOverlay::mouseMoveEvent(QMouseEvent* event) {
  constexpr std::size_t kMost = 20000;
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
  if (!m_path.empty() && !m_dragging) draw(m_path, theme.goal, Qt::DashLine);
  if (!m_recording) return;
  if (m_dragging) draw(m_places, theme.focus, Qt::SolidLine);
  painter.setPen(QPen(theme.focus, 2));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(startPixel(), kRing, kRing);
}

}  // namespace gps::ui
