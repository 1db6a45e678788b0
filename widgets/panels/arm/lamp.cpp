// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/arm/lamp.h"

#include <QPainter>

#include "widgets/style/theme.h"

namespace gps::ui {

LampDot::LampDot(QWidget* parent) : QWidget(parent) {
  setFixedSize(16, 16);
  setAttribute(Qt::WA_TransparentForMouseEvents);
}

void LampDot::setLamp(Lamp lamp) {
  if (m_lamp == lamp) return;
  m_lamp = lamp;
  update();
}

void LampDot::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::current();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF circle(1.5, 1.5, 13, 13);
  const QColor ink = theme.dark ? theme.background : theme.panel;
  if (m_lamp == Lamp::Good || m_lamp == Lamp::Bad) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_lamp == Lamp::Good ? theme.goal : theme.danger);
    painter.drawEllipse(circle);
    painter.setPen(QPen(ink, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    if (m_lamp == Lamp::Good) {
      painter.drawPolyline(QPolygonF({{4.8, 8.3}, {7.1, 10.6}, {11.2, 5.8}}));
    } else {
      painter.drawLine(QPointF(5.6, 5.6), QPointF(10.4, 10.4));
      painter.drawLine(QPointF(10.4, 5.6), QPointF(5.6, 10.4));
    }
    return;
  }
  const QColor colour = m_lamp == Lamp::Wait ? theme.warning : theme.muted;
  painter.setPen(QPen(colour, 1.6));
  painter.drawEllipse(circle.adjusted(0.5, 0.5, -0.5, -0.5));
  if (m_lamp != Lamp::Wait) return;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawEllipse(circle.center(), 2.6, 2.6);
}

}  // namespace gps::ui
