// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gain_map.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr double kLean = 50.0;  // degrees, of the names of the state
constexpr double kRowHeight = 26.0, kNames = 62.0, kBelow = 22.0, kNameColumn = 84.0;

}  // namespace

GainMap::GainMap(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void GainMap::setGains(const Matrix& K, double largest) {
  const bool grown = K.rows() != m_K.rows();
  m_K = K;
  m_largest = largest > 0.0 && std::isfinite(largest) ? largest : 1.0;
  m_row = std::clamp(m_row, 0, std::max(0, static_cast<int>(K.rows()) - 1));
  m_column = std::clamp(m_column, 0, std::max(0, static_cast<int>(K.cols()) - 1));
  if (grown) setFixedHeight(sizeHint().height());
  setAccessibleDescription(readout());
  update();
}

void GainMap::setNames(const QStringList& actions, const QStringList& states) {
  m_actions = actions;
  m_states = states;
  update();
}

QSize GainMap::sizeHint() const {
  const double rows = std::clamp(static_cast<double>(m_K.rows()), 1.0, 8.0);
  return {320, static_cast<int>(kNames + rows * kRowHeight + kBelow)};
}

QRectF GainMap::map() const {
  return QRectF(rect()).adjusted(kNameColumn, kNames, -8, -kBelow);
}

QRectF GainMap::cell(int action, int state) const {
  const QRectF area = map();
  const double width = area.width() / std::max<double>(1.0, static_cast<double>(m_K.cols()));
  const double height = area.height() / std::max<double>(1.0, static_cast<double>(m_K.rows()));
  return {area.left() + state * width, area.top() + action * height, width, height};
}

QString GainMap::readout() const {
  if (m_K.size() == 0 || m_row >= m_actions.size() || m_column >= m_states.size()) return tr("No gains yet.");
  return tr("K of %1 for %2: %3").arg(m_actions[m_row], m_states[m_column]).arg(m_K(m_row, m_column), 0, 'g', 4);
}

void GainMap::pick(const QPointF& pixel) {
  const QRectF area = map();
  if (m_K.size() == 0 || !area.contains(pixel)) return;
  const int row = std::min(static_cast<int>((pixel.y() - area.top()) / area.height() * static_cast<double>(m_K.rows())),
                           static_cast<int>(m_K.rows()) - 1);
  const int column = std::min(static_cast<int>((pixel.x() - area.left()) / area.width() * static_cast<double>(m_K.cols())),
                              static_cast<int>(m_K.cols()) - 1);
  if (row == m_row && column == m_column) return;
  m_row = row;
  m_column = column;
  setAccessibleDescription(readout());
  update();
}

void GainMap::mouseMoveEvent(QMouseEvent* event) {
  pick(event->position());
}

void GainMap::mousePressEvent(QMouseEvent* event) {
  pick(event->position());
}

void GainMap::keyPressEvent(QKeyEvent* event) {
  const int rows = static_cast<int>(m_K.rows()), columns = static_cast<int>(m_K.cols());
  switch (event->key()) {
    case Qt::Key_Left:
      m_column = std::max(0, m_column - 1);
      break;
    case Qt::Key_Right:
      m_column = std::max(0, std::min(columns - 1, m_column + 1));
      break;
    case Qt::Key_Up:
      m_row = std::max(0, m_row - 1);
      break;
    case Qt::Key_Down:
      m_row = std::max(0, std::min(rows - 1, m_row + 1));
      break;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  setAccessibleDescription(readout());
  update();
}

void GainMap::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Theme theme = Theme::current();
  QFont small = font();
  small.setPointSizeF(9.0);
  painter.setFont(small);
  if (m_K.size() == 0) {
    painter.setPen(theme.muted);
    painter.drawText(rect(), Qt::AlignCenter, readout());
    return;
  }
  const QFontMetricsF metrics(small);
  const int rows = static_cast<int>(m_K.rows()), columns = static_cast<int>(m_K.cols());
  for (int a = 0; a < rows; ++a) {
    for (int i = 0; i < columns; ++i) {
      const double value = m_K(a, i);
      // The root brings small gains out beside large ones.
      const double share = std::isfinite(value) ? std::sqrt(std::min(1.0, std::abs(value) / m_largest)) : 1.0;
      const QRectF box = cell(a, i).adjusted(0.5, 0.5, -0.5, -0.5);
      painter.fillRect(box, mixed(theme.panel, value < 0.0 ? theme.global : theme.local, 0.06 + 0.84 * share));
      if (value < 0.0 && box.width() > 12 && box.height() > 12) {
        painter.setPen(share > 0.6 ? theme.panel : theme.muted);
        painter.drawText(box, Qt::AlignCenter, QString(QChar(0x2212)));
      }
    }
    const QRectF first = cell(a, 0);
    if (first.height() < 9) continue;
    painter.setPen(a == m_row ? theme.text : theme.muted);
    const QString name = a < m_actions.size() ? m_actions[a] : QString();
    painter.drawText(QRectF(4, first.top(), kNameColumn - 10, first.height()), Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(name, Qt::ElideRight, kNameColumn - 10));
  }
  // Names of the state lean over their columns; narrow columns name every n-th.
  const double width = cell(0, 0).width();
  const int every = std::max(1, static_cast<int>(std::ceil(13.0 / width)));
  for (int i = 0; i < columns; ++i) {
    const bool picked = i == m_column;
    if (!picked && (i % every != 0 || std::abs(i - m_column) < every)) continue;
    painter.save();
    const double foot = cell(0, i).center().x() + 2;
    painter.translate(foot, kNames - 5);
    painter.rotate(-kLean);
    painter.setPen(picked ? theme.text : theme.muted);
    const QString name = i < m_states.size() ? m_states[i] : QString();
    const double room = (this->width() - 4 - foot) / std::cos(kLean * std::numbers::pi / 180);
    painter.drawText(QPointF(0, 0), metrics.elidedText(name, Qt::ElideRight, std::min(70.0, room)));
    painter.restore();
  }
  painter.setPen(QPen(theme.text, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(cell(m_row, m_column).adjusted(0.5, 0.5, -0.5, -0.5));
  painter.setPen(theme.text);
  painter.drawText(QRectF(kNameColumn, height() - kBelow + 2, width * columns, kBelow - 4), Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(readout(), Qt::ElideRight, this->width() - kNameColumn - 8));
  if (hasFocus()) {
    painter.setPen(QPen(theme.focus, 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  }
}

}  // namespace gps::ui
