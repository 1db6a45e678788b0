// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/arm/joint_card.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/panels/arm/lamp.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

const QString kNothing = QStringLiteral("–");

QString degrees(double radians) {
  // Never "-0.0".
  const double value = std::round(10.0 * radians * 180.0 / std::numbers::pi) / 10.0;
  return QString::number(value == 0.0 ? 0.0 : value, 'f', 1) + QStringLiteral("°");
}

QString fixed(double value, int digits, const char* unit) {
  const double scale = std::pow(10.0, digits);
  const double rounded = std::round(value * scale) / scale;
  return QString::number(rounded == 0.0 ? 0.0 : rounded, 'f', digits) + QChar(0x202f) + QString::fromUtf8(unit);
}

void say(QLabel* label, const QString& text) {
  if (label->text() != text) label->setText(text);
}

}  // namespace

/// Where the joint stands between its limits, and where it is to be.
class LimitBar : public QWidget {
 public:
  explicit LimitBar(QWidget* parent) : QWidget(parent) {
    setMinimumHeight(18);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  }
  void setJoint(const ArmJointView& joint) {
    if (joint.read == m_joint.read && joint.aimed == m_joint.aimed && joint.angle == m_joint.angle &&
        joint.target == m_joint.target && joint.lower == m_joint.lower && joint.upper == m_joint.upper) {
      return;
    }
    m_joint = joint;
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double left = 7.0, right = width() - 7.0, middle = height() / 2.0;
    const double span = m_joint.upper - m_joint.lower;
    const auto place = [&](double angle) {
      const double share = span > 0.0 ? (angle - m_joint.lower) / span : 0.5;
      return left + std::clamp(share, -0.02, 1.02) * (right - left);
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(theme.panel, theme.text, 0.12));
    painter.drawRoundedRect(QRectF(left, middle - 2, right - left, 4), 2, 2);
    // The last tenth of a radian before a limit, where commands fade.
    if (span > 0.0) {
      painter.setBrush(mixed(theme.panel, theme.warning, 0.7));
      const double fade = std::min(0.1 / span, 0.5) * (right - left);
      painter.drawRect(QRectF(left, middle - 2, fade, 4));
      painter.drawRect(QRectF(right - fade, middle - 2, fade, 4));
    }
    if (span > 0.0 && m_joint.lower < 0.0 && m_joint.upper > 0.0) {
      painter.setBrush(theme.muted);
      painter.drawRect(QRectF(place(0.0) - 0.5, middle - 5, 1, 10));
    }
    if (m_joint.aimed) {
      painter.setPen(QPen(theme.text, 1.5));
      painter.setBrush(Qt::NoBrush);
      painter.drawEllipse(QPointF(place(m_joint.target), middle), 6, 6);
    }
    if (m_joint.read) {
      const bool outside = m_joint.angle < m_joint.lower || m_joint.angle > m_joint.upper;
      painter.setPen(Qt::NoPen);
      painter.setBrush(outside ? theme.danger : theme.arm);
      painter.drawEllipse(QPointF(place(m_joint.angle), middle), 4, 4);
    }
  }

 private:
  ArmJointView m_joint;
};

JointCard::JointCard(int index, QWidget* parent) : QWidget(parent), m_index(index) {
  setObjectName(QStringLiteral("arm.joint%1").arg(index + 1));
  const auto button = [&](const char* name, const QString& text, const QString& words) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QStringLiteral("arm.jog%1.").arg(index + 1) + QLatin1String(name));
    made->setAccessibleName(words);
    made->setToolTip(words + tr(": moves slowly as long as it is held"));
    made->setAutoDefault(false);
    made->setFixedWidth(44);
    return made;
  };
  m_lamp = new LampDot(this);
  m_name = new QLabel(this);
  m_name->setObjectName(QStringLiteral("arm.joint%1.name").arg(index + 1));
  m_name->setTextFormat(Qt::PlainText);
  m_status = new QLabel(this);
  m_status->setObjectName(QStringLiteral("arm.joint%1.status").arg(index + 1));
  m_status->setTextFormat(Qt::PlainText);
  m_status->setProperty("role", "small");
  m_minus = button("minus", QStringLiteral("−"), tr("Turn joint %1 back").arg(index + 1));
  m_plus = button("plus", QStringLiteral("+"), tr("Turn joint %1 on").arg(index + 1));
  m_bar = new LimitBar(this);
  m_bar->setToolTip(tr("The dot is where the joint stands between its limits, the ring where it is to be.\n"
                       "Commands fade in the last tenth of a radian before a limit."));
  auto* head = new QHBoxLayout;
  head->setSpacing(6);
  head->addWidget(m_lamp);
  head->addWidget(m_name);
  head->addStretch();
  head->addWidget(m_status);
  auto* motion = new QHBoxLayout;
  motion->setSpacing(6);
  motion->addWidget(m_minus);
  motion->addWidget(m_bar, 1);
  motion->addWidget(m_plus);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 4, 0, 4);
  column->setSpacing(4);
  column->addLayout(head);
  column->addLayout(motion);
  m_angle = figure("angle", tr("Angle"), tr("Measured angle"));
  m_target = figure("target", tr("Target"), tr("Where the arm holds the joint, or moves it to"));
  m_velocity = figure("velocity", tr("Speed"), tr("Measured speed"));
  m_torque = figure("torque", tr("Torque"), tr("As the servo estimates it"));
  m_temperature = figure("temperature", tr("Heat"), tr("Temperature of the servo"));
  m_voltage = figure("voltage", tr("Supply"), tr("Voltage that the servo measures"));
  auto* grid = new QGridLayout;
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(0);
  int column_ = 0;
  for (QLabel* value : {m_angle, m_target, m_velocity, m_torque, m_temperature, m_voltage}) {
    auto* caption = new QLabel(value->accessibleName(), this);
    caption->setProperty("role", "small");
    caption->setToolTip(value->toolTip());
    caption->setAlignment(Qt::AlignRight);
    grid->addWidget(caption, 0, column_);
    grid->addWidget(value, 1, column_);
    grid->setColumnStretch(column_, 1);
    ++column_;
  }
  column->addLayout(grid);
}

QLabel* JointCard::figure(const char* name, const QString& caption, const QString& tip) {
  auto* value = new QLabel(kNothing, this);
  value->setObjectName(QStringLiteral("arm.joint%1.").arg(m_index + 1) + QLatin1String(name));
  value->setAccessibleName(caption);
  value->setToolTip(tip);
  value->setTextFormat(Qt::PlainText);
  value->setAlignment(Qt::AlignRight);
  return value;
}

void JointCard::setJoint(const ArmJointView& joint, bool canJog) {
  m_lamp->setLamp(joint.lamp);
  say(m_name, joint.name);
  m_name->setToolTip(joint.servo.toHtmlEscaped());
  say(m_status, joint.status.isEmpty() ? joint.servo : joint.status);
  m_bar->setJoint(joint);
  say(m_angle, joint.read ? degrees(joint.angle) : kNothing);
  say(m_target, joint.aimed ? degrees(joint.target) : kNothing);
  say(m_velocity, joint.read ? fixed(joint.velocity, 2, "rad/s") : kNothing);
  say(m_torque, joint.read ? fixed(joint.torque, 3, "N m") : kNothing);
  say(m_temperature, joint.measured ? fixed(joint.temperature, 0, "°C") : kNothing);
  say(m_voltage, joint.measured ? fixed(joint.voltage, 1, "V") : kNothing);
  m_minus->setEnabled(canJog);
  m_plus->setEnabled(canJog);
  setAccessibleName(joint.name);
  setAccessibleDescription(summary());
}

int JointCard::direction() const {
  const auto held = [](const QPushButton* button) { return button->isEnabled() && button->isVisible() && button->isDown(); };
  return (held(m_plus) ? 1 : 0) - (held(m_minus) ? 1 : 0);
}

QString JointCard::summary() const {
  return tr("%1, %2: angle %3, target %4, speed %5, torque %6, %7, %8")
      .arg(m_name->text(), m_status->text(), m_angle->text(), m_target->text(), m_velocity->text(), m_torque->text(),
           m_temperature->text(), m_voltage->text());
}

}  // namespace gps::ui
