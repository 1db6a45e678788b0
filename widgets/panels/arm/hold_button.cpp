// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/arm/hold_button.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

bool pressesButtons(const QKeyEvent& event) {
  return event.key() == Qt::Key_Space || event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter;
}

}  // namespace

HoldButton::HoldButton(const QString& text, int milliseconds, QWidget* parent)
    : QPushButton(text, parent), m_milliseconds(milliseconds) {
  setAutoDefault(false);
  m_timer.setInterval(33);
  connect(&m_timer, &QTimer::timeout, this, &HoldButton::look);
  connect(this, &QPushButton::pressed, this, &HoldButton::begin);
  connect(this, &QPushButton::released, this, &HoldButton::cancel);
}

double HoldButton::progress() const {
  if (!m_timer.isActive()) return 0.0;
  return std::min(1.0, static_cast<double>(m_since.elapsed()) / m_milliseconds);
}

void HoldButton::begin() {
  m_since.start();
  m_timer.start();
  update();
}

void HoldButton::cancel() {
  m_timer.stop();
  m_byKey = false;
  update();
}

void HoldButton::look() {
  if (!isEnabled() || !isVisible() || !isDown()) {
    cancel();
    setDown(false);
    return;
  }
  update();
  if (progress() < 1.0) return;
  cancel();
  setDown(false);
  Q_EMIT held();
}

void HoldButton::keyPressEvent(QKeyEvent* event) {
  if (!pressesButtons(*event)) return QPushButton::keyPressEvent(event);
  if (event->isAutoRepeat() || isDown()) return;
  m_byKey = true;
  setDown(true);
  begin();
}

void HoldButton::keyReleaseEvent(QKeyEvent* event) {
  if (!pressesButtons(*event)) return QPushButton::keyReleaseEvent(event);
  if (event->isAutoRepeat() || !m_byKey) return;
  cancel();
  setDown(false);
}

void HoldButton::focusOutEvent(QFocusEvent* event) {
  cancel();
  setDown(false);
  QPushButton::focusOutEvent(event);
}

void HoldButton::hideEvent(QHideEvent* event) {
  cancel();
  setDown(false);
  QPushButton::hideEvent(event);
}

void HoldButton::changeEvent(QEvent* event) {
  if (event->type() == QEvent::EnabledChange && !isEnabled()) {
    cancel();
    setDown(false);
  }
  QPushButton::changeEvent(event);
}

void HoldButton::paintEvent(QPaintEvent* event) {
  QPushButton::paintEvent(event);
  const double share = progress();
  if (share <= 0.0) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QPainterPath shape;
  shape.addRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  painter.setClipPath(shape);
  QColor fill = Theme::current().focus;
  fill.setAlphaF(0.35f);
  painter.fillRect(QRectF(0, 0, width() * share, height()), fill);
}

}  // namespace gps::ui
