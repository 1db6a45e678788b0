// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/curve_editor.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/plots/plot_scale.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr int kEveryPoint = 12;  ///< curves of more values have fewer points than values
constexpr int kFewPoints = 11;
constexpr double kReach = 9.0;  // pixels
constexpr int kLeft = 52, kRight = 12, kTop = 22, kBottom = 24;

QString number(double value) {
  return QString::number(value, 'g', 4);
}

}  // namespace

CurveEditor::CurveEditor(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMinimumHeight(sizeHint().height());
}

void CurveEditor::setCurves(std::vector<Curve> curves) {
  const bool same = curves.size() == m_curves.size() && !curves.empty() &&
                    curves.front().values.size() == m_curves.front().values.size();
  // What is under the mouse stays there until it is let go.
  if (same && m_dragging) {
    const std::size_t held = static_cast<std::size_t>(m_active);
    curves[held].values = m_curves[held].values;
  }
  m_curves = std::move(curves);
  m_active = std::clamp(m_active, 0, std::max(0, static_cast<int>(m_curves.size()) - 1));
  m_handle = std::clamp(m_handle, 0, std::max(0, static_cast<int>(handles().size()) - 1));
  if (!same) m_dragging = m_pressed = false;
  if (!m_dragging) showRange();
  setAccessibleDescription(summary());
  update();
}

void CurveEditor::setAxes(const QString& y, const QString& x) {
  m_yWords = y;
  m_xWords = x;
  update();
}

void CurveEditor::setRange(double min, double max, bool log) {
  m_min = min;
  m_max = max;
  m_log = log;
  showRange();
  update();
}

void CurveEditor::setStep(int step) {
  if (m_step == step) return;
  m_step = step;
  update();
}

void CurveEditor::setReadOnly(bool readOnly) {
  m_readOnly = readOnly;
  update();
}

void CurveEditor::setActive(int curve) {
  m_active = std::clamp(curve, 0, std::max(0, static_cast<int>(m_curves.size()) - 1));
  setAccessibleDescription(summary());
  update();
}

int CurveEditor::length() const {
  return m_curves.empty() ? 0 : static_cast<int>(m_curves.front().values.size());
}

std::vector<int> CurveEditor::handles() const {
  std::vector<int> list;
  const int n = length();
  if (n <= kEveryPoint) {
    for (int i = 0; i < n; ++i) list.push_back(i);
    return list;
  }
  for (int i = 0; i < kFewPoints; ++i)
    list.push_back(static_cast<int>(std::lround(i * (n - 1.0) / (kFewPoints - 1.0))));
  return list;
}

QRectF CurveEditor::plot() const {
  return QRectF(rect()).adjusted(kLeft, kTop, -kRight, -kBottom);
}

void CurveEditor::showRange() {
  PlotExtent extent(m_log);
  for (const Curve& curve : m_curves) {
    for (const double value : curve.values) extent.add(value);
  }
  if (extent.empty()) {
    m_low = m_log ? -1.0 : -1.0;
    m_high = 1.0;
    return;
  }
  PlotRange range = niceRange(extent);
  // Room to drag into.
  const double least = m_log ? 1.0 : std::max(1e-6, 0.2 * std::max(std::abs(range.min), std::abs(range.max)));
  const double air = std::max(0.25 * range.length(), least);
  m_low = range.min - air;
  m_high = range.max + air;
  const double floor = m_log ? std::log10(std::max(m_min, 1e-300)) : m_min;
  const double ceiling = m_log ? std::log10(m_max) : m_max;
  m_low = std::max(m_low, floor);
  m_high = std::min(m_high, ceiling);
  if (!(m_high > m_low)) m_high = m_low + 1.0;
}

double CurveEditor::toX(double index) const {
  const QRectF area = plot();
  const double n = std::max(1, length() - 1);
  return area.left() + area.width() * index / n;
}

double CurveEditor::toY(double value) const {
  const QRectF area = plot();
  const double at = m_log ? std::log10(std::max(value, 1e-300)) : value;
  return area.bottom() - area.height() * (at - m_low) / (m_high - m_low);
}

double CurveEditor::toValue(double y) const {
  const QRectF area = plot();
  const double at = m_low + (m_high - m_low) * (area.bottom() - y) / area.height();
  return std::clamp(m_log ? std::pow(10.0, at) : at, m_min, m_max);
}

QPointF CurveEditor::pixelOf(int curve, int index) const {
  return {toX(index), toY(m_curves[static_cast<std::size_t>(curve)].values[static_cast<std::size_t>(index)])};
}

std::pair<int, int> CurveEditor::pointAt(const QPointF& pixel) const {
  std::pair<int, int> found{-1, -1};
  double nearest = kReach;
  const std::vector<int> points = handles();
  for (int c = 0; c < static_cast<int>(m_curves.size()); ++c) {
    for (const int x : points) {
      const QPointF apart = pixelOf(c, x) - pixel;
      // Where points lie on one another the active curve's is meant.
      const double distance = std::hypot(apart.x(), apart.y()) - (c == m_active ? 0.5 : 0.0);
      if (distance >= nearest) continue;
      nearest = distance;
      found = {c, x};
    }
  }
  return found;
}

std::vector<double> CurveEditor::moved(int curve, int handle, double to, const std::vector<double>& from) const {
  const std::vector<int> points = handles();
  const auto at = std::find(points.begin(), points.end(), handle);
  std::vector<double> values = from;
  if (at == points.end() || curve < 0) return values;
  const int before = at == points.begin() ? handle : *(at - 1);
  const int after = at + 1 == points.end() ? handle : *(at + 1);
  const double was = from[static_cast<std::size_t>(handle)];
  for (int x = before; x <= after; ++x) {
    double share = 1.0;
    if (x < handle) share = static_cast<double>(x - before) / (handle - before);
    if (x > handle) share = static_cast<double>(after - x) / (after - handle);
    double& value = values[static_cast<std::size_t>(x)];
    // On a log axis what follows keeps its ratio.
    if (m_log && was > 0.0) value *= std::pow(to / was, share);
    else value += share * (to - was);
    value = std::clamp(value, m_min, m_max);
  }
  values[static_cast<std::size_t>(handle)] = to;
  return values;
}

void CurveEditor::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  m_pressed = true;
  const auto [curve, x] = pointAt(event->position());
  if (curve < 0) return;
  setActive(curve);
  const std::vector<int> points = handles();
  m_handle = static_cast<int>(std::find(points.begin(), points.end(), x) - points.begin());
  if (m_readOnly) return;
  m_dragging = true;
  m_dragX = x;
  m_before = m_curves[static_cast<std::size_t>(curve)].values;
}

void CurveEditor::mouseMoveEvent(QMouseEvent* event) {
  if (!m_dragging) {
    const auto hover = pointAt(event->position());
    if (hover == m_hover) return;
    m_hover = hover;
    setCursor(hover.first >= 0 && !m_readOnly ? Qt::SizeVerCursor : Qt::ArrowCursor);
    update();
    return;
  }
  Curve& curve = m_curves[static_cast<std::size_t>(m_active)];
  curve.values = moved(m_active, m_dragX, toValue(event->position().y()), m_before);
  update();
  Q_EMIT dragged(m_active, curve.values);
}

void CurveEditor::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !m_pressed) return;
  m_pressed = false;
  if (!m_dragging) {
    const QRectF area = plot();
    const double share = (event->position().x() - area.left()) / std::max(1.0, area.width());
    if (length() > 1 && share >= 0.0 && share <= 1.0)
      Q_EMIT stepChosen(static_cast<int>(std::lround(share * (length() - 1))));
    return;
  }
  m_dragging = false;
  const std::vector<double> values = m_curves[static_cast<std::size_t>(m_active)].values;
  showRange();
  update();
  if (values != m_before) Q_EMIT edited(m_active, values);
}

void CurveEditor::keyPressEvent(QKeyEvent* event) {
  const std::vector<int> points = handles();
  if (points.empty()) {
    QWidget::keyPressEvent(event);
    return;
  }
  const int last = static_cast<int>(points.size()) - 1;
  const int curves = static_cast<int>(m_curves.size());
  switch (event->key()) {
    case Qt::Key_Escape:
      if (!m_dragging) break;
      m_dragging = m_pressed = false;
      m_curves[static_cast<std::size_t>(m_active)].values = m_before;
      update();
      Q_EMIT dragged(m_active, m_before);
      return;
    case Qt::Key_Left:
    case Qt::Key_Right:
      m_handle = std::clamp(m_handle + (event->key() == Qt::Key_Right ? 1 : -1), 0, last);
      setAccessibleDescription(summary());
      update();
      return;
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
      setActive((m_active + (event->key() == Qt::Key_PageDown ? 1 : curves - 1)) % curves);
      return;
    case Qt::Key_Up:
    case Qt::Key_Down: {
      if (m_readOnly) return;
      const int x = points[static_cast<std::size_t>(m_handle)];
      const std::vector<double> before = m_curves[static_cast<std::size_t>(m_active)].values;
      const double notch = (event->modifiers() & Qt::ShiftModifier ? 0.2 : 0.02) * plot().height();
      const double y = toY(before[static_cast<std::size_t>(x)]) + (event->key() == Qt::Key_Up ? -notch : notch);
      const std::vector<double> values = moved(m_active, x, toValue(y), before);
      m_curves[static_cast<std::size_t>(m_active)].values = values;
      setAccessibleDescription(summary());
      update();
      if (values != before) Q_EMIT edited(m_active, values);
      return;
    }
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

void CurveEditor::leaveEvent(QEvent*) {
  m_hover = {-1, -1};
  update();
}

bool CurveEditor::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto [curve, x] = pointAt(help->pos());
    if (curve < 0) {
      QToolTip::showText(help->globalPos(), toolTip(), this);
    } else {
      const Curve& shown = m_curves[static_cast<std::size_t>(curve)];
      QToolTip::showText(help->globalPos(),
                         tr("%1 at %2: %3")
                             .arg(shown.name.toHtmlEscaped())
                             .arg(x)
                             .arg(number(shown.values[static_cast<std::size_t>(x)])),
                         this);
    }
    return true;
  }
  return QWidget::event(event);
}

QString CurveEditor::summary() const {
  if (m_curves.empty() || length() == 0) return tr("No values yet.");
  const Curve& curve = m_curves[static_cast<std::size_t>(m_active)];
  const std::vector<int> points = handles();
  const int x = points[static_cast<std::size_t>(std::min<int>(m_handle, static_cast<int>(points.size()) - 1))];
  return tr("%1: %2 values, point %3 is %4")
      .arg(curve.name)
      .arg(length())
      .arg(x)
      .arg(number(curve.values[static_cast<std::size_t>(x)]));
}

void CurveEditor::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Theme theme = Theme::current();
  const QRectF area = plot();
  QFont small = font();
  small.setPointSizeF(9.0);
  painter.setFont(small);
  if (m_curves.empty() || length() == 0) {
    painter.setPen(theme.muted);
    painter.drawText(rect(), Qt::AlignCenter, tr("No values yet."));
    return;
  }
  const QFontMetricsF metrics(small);
  for (const PlotTick& tick : plotTicks({m_low, m_high}, m_log, false, 4)) {
    const double y = area.bottom() - area.height() * (tick.position - m_low) / (m_high - m_low);
    if (y < area.top() - 1 || y > area.bottom() + 1) continue;
    painter.setPen(QPen(theme.hairline, 1));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    painter.setPen(theme.muted);
    painter.drawText(QRectF(0, y - 8, kLeft - 6, 16), Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
  for (const PlotTick& tick : plotTicks({0.0, std::max(1.0, length() - 1.0)}, false, true, 6)) {
    painter.setPen(theme.muted);
    painter.drawText(QRectF(toX(tick.position) - 24, area.bottom() + 3, 48, 14), Qt::AlignCenter, tick.label);
  }
  const double xWidth = metrics.horizontalAdvance(m_xWords) + 2;
  painter.drawText(QRectF(0, area.bottom() + 3, kLeft - 6, 14), Qt::AlignRight | Qt::AlignVCenter,
                   xWidth < kLeft ? m_xWords : QString());
  painter.setPen(theme.text);
  painter.drawText(QRectF(4, 2, 60, 16), Qt::AlignLeft | Qt::AlignVCenter, m_yWords);
  if (m_step >= 0 && m_step < length()) {
    painter.setPen(QPen(theme.focus, 1));
    painter.drawLine(QPointF(toX(m_step), area.top()), QPointF(toX(m_step), area.bottom()));
  }

  painter.save();
  painter.setClipRect(area.adjusted(-6, -6, 6, 6));
  const int count = static_cast<int>(m_curves.size());
  for (int order = 0; order < count; ++order) {
    // The active one on top.
    const int c = order == count - 1 ? m_active : order < m_active ? order : order + 1;
    const Curve& curve = m_curves[static_cast<std::size_t>(c)];
    QColor colour = theme.localCondition(c);
    if (c != m_active) colour = mixed(colour, theme.panel, 0.35);
    if (curve.limit > 0.0 && std::isfinite(curve.limit)) {
      painter.setPen(QPen(colour, 1, Qt::DotLine));
      for (const double sign : {1.0, -1.0}) {
        const double y = toY(sign * curve.limit);
        if (m_log && sign < 0.0) continue;
        if (y > area.top() && y < area.bottom()) painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
      }
    }
    QPolygonF line;
    for (int i = 0; i < length(); ++i) line << pixelOf(c, i);
    painter.setPen(QPen(colour, c == m_active ? 2.0 : 1.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    if (c != m_active || m_readOnly) continue;
    const std::vector<int> points = handles();
    for (std::size_t h = 0; h < points.size(); ++h) {
      const bool hot = m_hover == std::pair(c, points[h]) || (m_dragging && m_dragX == points[h]) ||
                       (hasFocus() && static_cast<int>(h) == m_handle);
      painter.setPen(QPen(hot ? theme.focus : colour, hot ? 2.0 : 1.5));
      painter.setBrush(theme.panel);
      painter.drawEllipse(pixelOf(c, points[h]), hot ? 5.0 : 4.0, hot ? 5.0 : 4.0);
    }
  }
  painter.restore();

  // Names above, in the colour of their lines; the active one strong.
  double x = kLeft;
  for (int c = 0; c < count; ++c) {
    QFont words = small;
    words.setBold(c == m_active);
    painter.setFont(words);
    const QString name = m_curves[static_cast<std::size_t>(c)].name;
    const double width = QFontMetricsF(words).horizontalAdvance(name);
    if (x + 16 + width > area.right()) break;
    painter.setPen(QPen(theme.localCondition(c), 2));
    painter.drawLine(QPointF(x, 10), QPointF(x + 11, 10));
    painter.setPen(c == m_active ? theme.text : theme.muted);
    painter.drawText(QPointF(x + 15, 14), name);
    x += 15 + width + 12;
  }
  if (m_dragging) {
    painter.setFont(small);
    painter.setPen(theme.text);
    const double value = m_curves[static_cast<std::size_t>(m_active)].values[static_cast<std::size_t>(m_dragX)];
    painter.drawText(QRectF(area.right() - 90, 2, 90, 16), Qt::AlignRight | Qt::AlignVCenter, number(value));
  }
  if (hasFocus()) {
    painter.setPen(QPen(theme.focus, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  }
}

}  // namespace gps::ui
