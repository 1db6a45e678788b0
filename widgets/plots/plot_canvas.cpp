// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_canvas.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace gps::ui {

namespace {

constexpr std::size_t kPast = 32;            ///< zooms that Backspace can take back
constexpr double kSmallest = 1e-9;           ///< share of the fitted range that can still fill the plot
constexpr std::size_t kSmoothPoints = 6000;  ///< above that antialiasing costs more than a frame
constexpr std::size_t kSmoothFilled = 1200;  ///< the same for the outlines of filled areas

PlotRange shifted(const PlotRange& range, double share) {
  return {range.min + share * range.length(), range.max + share * range.length()};
}

/// The part of `range` between two shares of it.
PlotRange part(const PlotRange& range, double from, double to) {
  return {range.min + from * range.length(), range.min + to * range.length()};
}

}  // namespace

PlotCanvas::PlotCanvas(QWidget* parent)
    : QChartView(new PlotChart, parent), m_plot(static_cast<PlotChart*>(chart())) {
  setFrameShape(QFrame::NoFrame);
  setRenderHint(QPainter::Antialiasing);
  setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(80, 60);
}

void PlotCanvas::changed() {
  if (isVisible()) feedNow();
}

void PlotCanvas::feedNow() {
  setBackgroundBrush(m_plot->frame().theme.panel);
  m_plot->feed(viewport()->size());
  const PlotFeed stats = m_plot->stats();
  setRenderHint(QPainter::Antialiasing, stats.drawn <= kSmoothPoints && stats.filled <= kSmoothFilled);
  Q_EMIT fed();
}

void PlotCanvas::resizeEvent(QResizeEvent* event) {
  QChartView::resizeEvent(event);
  changed();
}

void PlotCanvas::showEvent(QShowEvent* event) {
  QChartView::showEvent(event);
  feedNow();
}

void PlotCanvas::fit() {
  m_past.clear();
  m_plot->setWindow(std::nullopt);
  changed();
}

void PlotCanvas::toggleLog() {
  m_past.clear();
  m_plot->setLogY(!m_plot->frame().logLeft);
  changed();
}

void PlotCanvas::zoomTo(const PlotWindow& window) {
  m_past.push_back(m_plot->zoomed() ? std::optional(m_plot->frame().window) : std::nullopt);
  if (m_past.size() > kPast) m_past.erase(m_past.begin());
  m_plot->setWindow(window);
  changed();
}

void PlotCanvas::back() {
  if (m_past.empty()) return;
  m_plot->setWindow(m_past.back());
  m_past.pop_back();
  changed();
}

void PlotCanvas::zoomAt(QPointF centre, double factor, bool onlyX) {
  const PlotFrame& frame = m_plot->frame();
  const QRectF& area = frame.area;
  const double u = std::clamp((centre.x() - area.left()) / area.width(), 0.0, 1.0);
  const double v = std::clamp((area.bottom() - centre.y()) / area.height(), 0.0, 1.0);
  const PlotWindow& now = frame.window;
  PlotWindow next = now;
  next.x = part(now.x, u - u * factor, u + (1.0 - u) * factor);
  if (!onlyX) {
    next.left = part(now.left, v - v * factor, v + (1.0 - v) * factor);
    next.right = part(now.right, v - v * factor, v + (1.0 - v) * factor);
  }
  const PlotWindow whole = fitWindow(frame);
  if (next.x.length() < kSmallest * whole.x.length() || next.left.length() < kSmallest * whole.left.length())
    return;
  if (next.x.length() > whole.x.length() && factor > 1.0) {  // no further out than everything
    fit();
    return;
  }
  zoomTo(next);
}

void PlotCanvas::wheelEvent(QWheelEvent* event) {
  if (m_plot->frame().content->isEmpty() || event->angleDelta().y() == 0) {
    event->ignore();
    return;
  }
  const double factor = std::pow(0.8, event->angleDelta().y() / 120.0);
  zoomAt(event->position(), factor, event->modifiers().testFlag(Qt::ShiftModifier));
  event->accept();
}

void PlotCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  m_press = event->position();
  m_panStart = m_plot->frame().window;
  const bool pan = event->modifiers().testFlag(Qt::ShiftModifier);
  m_drag = pan ? Drag::Pan : Drag::Waiting;
  if (pan) m_past.push_back(m_plot->zoomed() ? std::optional(m_panStart) : std::nullopt);
}

void PlotCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  const QRectF& area = m_plot->frame().area;
  if (m_drag == Drag::Waiting && (at - m_press).manhattanLength() >= QApplication::startDragDistance()) {
    m_drag = Drag::Box;
  }
  if (m_drag == Drag::Box) {
    m_box = QRectF(m_press, at).normalized().intersected(area);
    viewport()->update();
  } else if (m_drag == Drag::Pan) {
    PlotWindow window = m_panStart;
    window.x = shifted(window.x, (m_press.x() - at.x()) / area.width());
    window.left = shifted(window.left, (at.y() - m_press.y()) / area.height());
    window.right = shifted(window.right, (at.y() - m_press.y()) / area.height());
    m_plot->setWindow(window);
    changed();
  }
  m_plot->setHover(m_drag == Drag::None || m_drag == Drag::Waiting ? std::optional(at) : std::nullopt);
}

void PlotCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const Drag drag = std::exchange(m_drag, Drag::None);
  const PlotFrame& frame = m_plot->frame();
  if (drag == Drag::Waiting) {
    if (frame.content->isEmpty() || !frame.area.adjusted(-4, -4, 4, 4).contains(event->position())) return;
    Q_EMIT clicked(hitTest(frame, event->position()).value_or(PlotHit{}),
                   frame.valueAtX(event->position().x()));
    return;
  }
  if (drag != Drag::Box) return;
  const QRectF box = std::exchange(m_box, QRectF());
  viewport()->update();
  if (box.width() < 4.0 || box.height() < 4.0) return;
  const QRectF& area = frame.area;
  const double u0 = (box.left() - area.left()) / area.width();
  const double u1 = (box.right() - area.left()) / area.width();
  const double v0 = (area.bottom() - box.bottom()) / area.height();
  const double v1 = (area.bottom() - box.top()) / area.height();
  zoomTo({part(frame.window.x, u0, u1), part(frame.window.left, v0, v1), part(frame.window.right, v0, v1)});
}

void PlotCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) fit();
}

void PlotCanvas::leaveEvent(QEvent* event) {
  m_plot->setHover(std::nullopt);
  QChartView::leaveEvent(event);
}

void PlotCanvas::keyPressEvent(QKeyEvent* event) {
  const QPointF centre = m_plot->frame().area.center();
  switch (event->key()) {
    case Qt::Key_L:
      toggleLog();
      break;
    case Qt::Key_Backspace:
      back();
      break;
    case Qt::Key_Home:
      fit();
      break;
    case Qt::Key_Plus:
      zoomAt(centre, 0.8, false);
      break;
    case Qt::Key_Minus:
      zoomAt(centre, 1.25, false);
      break;
    default:
      event->ignore();
      return;  // arrows and the rest belong to the window
  }
  event->accept();
}

void PlotCanvas::paintEvent(QPaintEvent* event) {
  QChartView::paintEvent(event);
  if (m_box.isNull() && !hasFocus()) return;
  QPainter painter(viewport());
  QColor focus = m_plot->frame().theme.focus;
  if (hasFocus()) {
    painter.setPen(QPen(focus, 1.0));
    painter.drawRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
  if (m_box.isNull()) return;
  painter.setPen(QPen(focus, 1.0));
  focus.setAlphaF(0.12f);
  painter.setBrush(focus);
  painter.drawRect(m_box);
}

}  // namespace gps::ui
