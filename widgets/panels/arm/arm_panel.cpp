// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/arm/arm_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <QVBoxLayout>

#include "widgets/panels/arm/device_form.h"
#include "widgets/panels/arm/hold_button.h"
#include "widgets/panels/arm/joint_card.h"
#include "widgets/panels/arm/lamp.h"

namespace gps::ui {

namespace {

constexpr int kHoldMilliseconds = 1000;
constexpr int kEscapeMilliseconds = 1500;
constexpr int kFirstSpeed = 10;
constexpr int kLeastWidth = 388;

QLabel* words(QWidget* parent, const char* name, const char* role = nullptr) {
  auto* label = new QLabel(parent);
  label->setObjectName(QLatin1String(name));
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  if (role) label->setProperty("role", role);
  return label;
}

QLabel* heading(QWidget* parent, const QString& text) {
  auto* label = new QLabel(text, parent);
  label->setTextFormat(Qt::PlainText);
  QFont bold = label->font();
  bold.setBold(true);
  label->setFont(bold);
  return label;
}

void say(QLabel* label, const QString& text) {
  if (label->text() != text) label->setText(text);
  if (label->isHidden() == !text.isEmpty()) label->setVisible(!text.isEmpty());
}

void setRole(QWidget* widget, const char* property, const QString& value) {
  if (widget->property(property).toString() == value) return;
  widget->setProperty(property, value);
  widget->style()->unpolish(widget);
  widget->style()->polish(widget);
}

}  // namespace

ArmPanel::ArmPanel(QWidget* parent) : QWidget(parent) {
  setObjectName("arm");
  setAccessibleName(tr("Arm"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  // What stops the arm never scrolls away.
  auto* head = new QVBoxLayout;
  head->setContentsMargins(12, 8, 12, 8);
  head->setSpacing(8);
  makeHead(head);
  outer->addLayout(head);

  auto* scroll = new QScrollArea(this);
  scroll->setObjectName("arm.scroll");
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* inside = new QWidget(scroll);
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(12, 0, 12, 12);
  column->setSpacing(8);
  m_welcome = words(inside, "arm.welcome", "muted");
  m_welcome->setText(
      tr("Here a small arm of DYNAMIXEL X or Feetech servos is connected, moved joint by joint, and learned on.\n\n"
         "Nothing moves by connecting: torque comes on only when Arm is held, and every way out switches it off.\n\n"
         "No arm at hand? Run\n    gps-studio device simulate --scene desk_arm\nin a terminal; its port then appears above."));
  m_welcome->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(m_welcome);
  m_body = new QWidget(inside);
  auto* body = new QVBoxLayout(m_body);
  body->setContentsMargins(0, 0, 0, 0);
  body->setSpacing(8);
  makeArming(body);
  makeJoints(body);
  makeLearning(body);
  column->addWidget(m_body);
  column->addStretch();
  scroll->setWidget(inside);
  setMinimumWidth(kLeastWidth);  // of a joint's figures; nothing scrolls sideways
  outer->addWidget(scroll, 1);
  setView({});
}

void ArmPanel::makeHead(QVBoxLayout* column) {
  m_form = new DeviceForm(this);
  column->addWidget(m_form);
  m_lamp = new LampDot(this);
  m_state = words(this, "arm.state", "heading");
  m_state->setAccessibleName(tr("State of the arm"));
  m_state->setWordWrap(false);
  m_reset = new QPushButton(this);
  m_reset->setObjectName("arm.reset");
  m_reset->setAutoDefault(false);
  m_reset->setToolTip(tr("Look for the servos anew; their torque stays off"));
  connect(m_reset, &QPushButton::clicked, this, &ArmPanel::resetRequested);
  auto* state = new QHBoxLayout;
  state->setSpacing(8);
  state->addWidget(m_lamp);
  state->addWidget(m_state, 1);
  state->addWidget(m_reset);
  column->addLayout(state);
  m_cause = words(this, "arm.cause");
  column->addWidget(m_cause);
  m_stop = new QPushButton(tr("E-STOP"), this);
  m_stop->setObjectName("arm.stop");
  m_stop->setAccessibleName(tr("Emergency stop"));
  m_stop->setToolTip(tr("Torque off at once (Pause key anywhere, or Esc twice in this panel).\n"
                        "It is no substitute for a switch in the arm's supply."));
  m_stop->setProperty("role", "stop");
  m_stop->setAutoDefault(false);
  m_stop->setMinimumHeight(56);
  // When it goes down, not when it comes up again.
  connect(m_stop, &QPushButton::pressed, this, &ArmPanel::stopRequested);
  column->addWidget(m_stop);
  m_stopWords = words(this, "arm.stopWords", "chip");
  m_stopWords->setAlignment(Qt::AlignCenter);
  column->addWidget(m_stopWords);
}

void ArmPanel::makeArming(QVBoxLayout* column) {
  column->addWidget(heading(m_body, tr("Before arming")));
  m_lines = new QGridLayout;
  m_lines->setContentsMargins(0, 0, 0, 0);
  m_lines->setHorizontalSpacing(8);
  m_lines->setVerticalSpacing(4);
  m_lines->setColumnStretch(1, 1);
  column->addLayout(m_lines);
  m_checklist = new QCheckBox(tr("The arm has room, and I can cut its power"), m_body);
  m_checklist->setObjectName("arm.checklist");
  m_checklist->setToolTip(tr("To be ticked before each arming after a fault, a stop or a new connection"));
  column->addWidget(m_checklist);
  m_arm = new HoldButton(tr("Hold to arm"), kHoldMilliseconds, m_body);
  m_arm->setObjectName("arm.arm");
  m_arm->setAccessibleName(tr("Hold to arm"));
  connect(m_arm, &HoldButton::held, this, &ArmPanel::armRequested);
  m_disarm = new QPushButton(tr("Disarm"), m_body);
  m_disarm->setObjectName("arm.disarm");
  m_disarm->setAutoDefault(false);
  m_disarm->setToolTip(tr("Torque off; an arm under gravity sinks"));
  connect(m_disarm, &QPushButton::clicked, this, &ArmPanel::disarmRequested);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(m_arm, 2);
  row->addWidget(m_disarm, 1);
  column->addLayout(row);
}

void ArmPanel::makeJoints(QVBoxLayout* column) {
  column->addSpacing(4);
  column->addWidget(heading(m_body, tr("Joints")));
  m_speed = new QSlider(Qt::Horizontal, m_body);
  m_speed->setObjectName("arm.speed");
  m_speed->setAccessibleName(tr("Speed of jogging"));
  m_speed->setToolTip(tr("Speed at which the buttons beside a joint move it"));
  m_speed->setRange(1, 100);
  m_speed->setPageStep(10);
  m_speed->setValue(kFirstSpeed);
  m_percent = new QLabel(m_body);
  m_percent->setObjectName("arm.percent");
  m_percent->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_percent->setMinimumWidth(m_percent->fontMetrics().horizontalAdvance(QStringLiteral("100 %")));
  const auto showPercent = [this] { m_percent->setText(QStringLiteral("%1 %").arg(m_speed->value())); };
  showPercent();
  connect(m_speed, &QSlider::valueChanged, this, showPercent);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(new QLabel(tr("Speed"), m_body));
  row->addWidget(m_speed, 1);
  row->addWidget(m_percent);
  column->addLayout(row);
  m_jointColumn = new QVBoxLayout;
  m_jointColumn->setSpacing(4);
  column->addLayout(m_jointColumn);
  m_statistics = words(m_body, "arm.statistics", "small");
  m_statistics->setAccessibleName(tr("Statistics of the link"));
  m_statistics->setToolTip(tr("Late: command on the wire after half a period. Missed: after a whole one.\n"
                              "Guards: how often a command was cut, faded at a limit, turned back beyond it, or damped."));
  column->addWidget(m_statistics);
}

void ArmPanel::makeLearning(QVBoxLayout* column) {
  column->addSpacing(4);
  column->addWidget(heading(m_body, tr("Learning")));
  m_learns = new QComboBox(m_body);
  m_learns->setObjectName("arm.learns");
  m_learns->setAccessibleName(tr("Runs learn"));
  m_learns->setToolTip(tr("Where the rollouts of the next new run are made"));
  m_learns->addItems({tr("in the simulation"), tr("on the arm")});
  connect(m_learns, &QComboBox::activated, this, [this](int index) { Q_EMIT learnOnArmChosen(index == 1); });
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  auto* caption = new QLabel(tr("Runs learn"), m_body);
  caption->setBuddy(m_learns);
  row->addWidget(caption);
  row->addWidget(m_learns, 1);
  column->addLayout(row);
  m_learning = words(m_body, "arm.learning", "small");
  column->addWidget(m_learning);
  m_confirm = new QPushButton(m_body);
  m_confirm->setObjectName("arm.confirm");
  m_confirm->setProperty("role", "primary");
  m_confirm->setAutoDefault(false);
  connect(m_confirm, &QPushButton::clicked, this, &ArmPanel::confirmed);
  column->addWidget(m_confirm);
}

int ArmPanel::speed() const { return m_speed->value(); }

bool ArmPanel::checklist() const { return m_checklist->isChecked(); }

void ArmPanel::clearChecklist() { m_checklist->setChecked(false); }

std::pair<int, int> ArmPanel::jogging() const {
  for (std::size_t i = 0; i < m_joints.size(); ++i) {
    if (const int direction = m_joints[i]->direction(); direction != 0) return {static_cast<int>(i), direction};
  }
  return {-1, 0};
}

void ArmPanel::escape() {
  if (m_sinceEscape.isValid() && m_sinceEscape.elapsed() < kEscapeMilliseconds) {
    m_sinceEscape.invalidate();
    Q_EMIT stopRequested();
    return;
  }
  m_sinceEscape.start();
}

void ArmPanel::keyPressEvent(QKeyEvent* event) {
  // An Esc that nothing inside wanted.
  if (event->key() == Qt::Key_Escape && !event->isAutoRepeat()) return escape();
  QWidget::keyPressEvent(event);
}

void ArmPanel::showInterlocks(const std::vector<Interlock>& interlocks) {
  while (m_interlocks.size() < interlocks.size()) {
    Line line{new LampDot(m_body), words(m_body, "arm.interlock")};
    line.text->setObjectName("arm.interlock." + interlocks[m_interlocks.size()].key);
    const int row = static_cast<int>(m_interlocks.size());
    m_lines->addWidget(line.lamp, row, 0, Qt::AlignTop);
    m_lines->addWidget(line.text, row, 1);
    m_interlocks.push_back(line);
  }
  for (std::size_t i = 0; i < interlocks.size(); ++i) {
    const Interlock& each = interlocks[i];
    m_interlocks[i].lamp->setLamp(each.lamp);
    const QString text = each.detail.isEmpty() ? each.text : each.text + QStringLiteral(": ") + each.detail;
    if (m_interlocks[i].text->text() == text) continue;
    m_interlocks[i].text->setText(text);
    m_interlocks[i].text->setAccessibleName((each.holdsBack() ? tr("Not met: ") : tr("Met: ")) + text);
  }
}

void ArmPanel::showJoints(const ArmView& view) {
  while (m_joints.size() > view.joints.size()) {
    delete m_joints.back();
    m_joints.pop_back();
  }
  while (m_joints.size() < view.joints.size()) {
    m_joints.push_back(new JointCard(static_cast<int>(m_joints.size()), m_body));
    m_jointColumn->addWidget(m_joints.back());
    // Made late, but not last in the order of Tab.
    QWidget* before = m_joints.size() > 1 ? static_cast<QWidget*>(m_joints[m_joints.size() - 2]) : m_speed;
    const QList<QPushButton*> buttons = m_joints.back()->findChildren<QPushButton*>();
    if (m_joints.size() > 1) before = before->findChildren<QPushButton*>().back();
    for (QPushButton* button : buttons) {
      setTabOrder(before, button);
      before = button;
    }
  }
  for (std::size_t i = 0; i < view.joints.size(); ++i) m_joints[i]->setJoint(view.joints[i], view.canJog);
}

void ArmPanel::setView(const ArmView& view) {
  m_form->setOpened(view.opened, view.settled);
  m_lamp->setLamp(view.lamp);
  if (m_state->text() != view.state) m_state->setText(view.state);
  say(m_cause, view.mend.isEmpty() ? view.cause : view.cause + QLatin1Char(' ') + view.mend);
  m_reset->setVisible(!view.reset.isEmpty());
  if (m_reset->text() != view.reset) m_reset->setText(view.reset);
  say(m_stopWords, view.stopWords);
  const QString tone = view.stop == ArmView::Stop::Requested     ? QStringLiteral("wait")
                       : view.stop == ArmView::Stop::Confirmed   ? QStringLiteral("good")
                       : view.stop == ArmView::Stop::Unconfirmed ? QStringLiteral("bad")
                                                                 : QString();
  setRole(m_stopWords, "tone", tone);
  setRole(m_stopWords, "role", view.stop == ArmView::Stop::Unconfirmed ? QStringLiteral("alarm") : QStringLiteral("chip"));
  setRole(m_stop, "tone", tone);
  m_body->setVisible(view.opened);
  m_welcome->setVisible(!view.opened);
  showInterlocks(view.interlocks);
  m_arm->setEnabled(view.canArm);
  m_arm->setToolTip(view.canArm ? tr("Hold for a second: torque on, the arm holds its pose")
                                : tr("Not yet: a line above is not met"));
  m_disarm->setEnabled(view.canDisarm);
  showJoints(view);
  say(m_statistics, view.statistics);
  m_learns->setEnabled(view.canLearn || view.learnsOnArm);
  {
    const QSignalBlocker blocker(m_learns);
    m_learns->setCurrentIndex(view.learnsOnArm ? 1 : 0);
  }
  say(m_learning, view.learning);
  m_confirm->setVisible(!view.confirm.isEmpty());
  if (m_confirm->text() != view.confirm) m_confirm->setText(view.confirm);
}

}  // namespace gps::ui
