// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/try_panel.h"

#include <QGridLayout>
#include <QKeySequence>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <cmath>
#include <numbers>

#include "app/forms/design/try_session.h"
#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

constexpr int kTicks = 1000;

QString idText(const std::string& id) {
  return QString::fromStdString(id);
}

QLabel* label(const QString& text, const char* role, QWidget* parent) {
  auto* made = new QLabel(parent);
  made->setTextFormat(Qt::PlainText);
  made->setText(text);
  made->setWordWrap(true);
  made->setProperty("role", role);
  return made;
}

}  // namespace

TryPanel::TryPanel(QWidget* parent) : QScrollArea(parent) {
  setObjectName("try.panel");
  setAccessibleName(tr("Try the task"));
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::NoFocus);
}

void TryPanel::setSession(TrySession* session) {
  if (m_session) m_session->disconnect(this);
  m_session = session;
  m_actuators.clear();
  m_joints.clear();
  m_time = nullptr;
  if (QWidget* old = takeWidget()) old->deleteLater();
  if (!session) return;
  m_content = new QWidget;
  auto* column = new QVBoxLayout(m_content);
  column->setContentsMargins(12, 12, 12, 12);
  column->setSpacing(6);
  column->addWidget(label(tr("Try it"), "heading", m_content));
  column->addWidget(label(tr("Drag bodies with the mouse. Nothing here changes the task."), "muted", m_content));
  auto* buttons = new QHBoxLayout;
  auto* back = new QPushButton(tr("Back to design"), m_content);
  back->setObjectName("try.leave");
  back->setToolTip(tr("Back to designing, the task as it was (Esc)"));
  auto* over = new QPushButton(tr("Start over"), m_content);
  over->setObjectName("try.startOver");
  over->setToolTip(tr("Everything back to the start, no action (Backspace)"));
  connect(back, &QPushButton::clicked, this, &TryPanel::leaveAsked);
  connect(over, &QPushButton::clicked, this, &TryPanel::startOverAsked);
  buttons->addWidget(back);
  buttons->addWidget(over);
  buttons->addStretch();
  column->addLayout(buttons);
  m_time = label(QString(), "muted", m_content);
  m_time->setObjectName("try.time");
  column->addWidget(m_time);

  const Scene& scene = session->scene();
  if (!scene.actuators.empty()) column->addWidget(label(tr("Actuators"), "heading", m_content));
  for (int i = 0; i < static_cast<int>(scene.actuators.size()); ++i) {
    const QString name = idText(scene.actuators[static_cast<std::size_t>(i)].id);
    const double limit = session->actionLimit(i);
    const QString keys = TrySession::upKey(i) == 0
                             ? QString()
                             : tr("keys %1 and %2").arg(QKeySequence(TrySession::upKey(i)).toString(),
                                                        QKeySequence(TrySession::downKey(i)).toString());
    Row row = addRow(name, "try.action." + name, keys,
                     tr("Command of %1, up to %2. The keys give the full one while they are held.")
                         .arg(name, numberText(limit)),
                     -limit, limit, i);
    connect(row.slider, &QSlider::valueChanged, this, [this, row](int tick) {
      m_session->setAction(row.index, row.low + (row.high - row.low) * tick / kTicks);
    });
    m_actuators.push_back(row);
  }
  bool any = false;
  for (int j = 0; j < static_cast<int>(scene.joints.size()); ++j) {
    const Joint& joint = scene.joints[static_cast<std::size_t>(j)];
    const bool turns = joint.type == Joint::Type::Revolute;
    if (!turns && joint.type != Joint::Type::Prismatic) continue;
    if (!std::exchange(any, true)) {
      column->addWidget(label(tr("Joints"), "heading", m_content));
      column->addWidget(label(tr("A slider puts the mechanism there, at rest, and lets go."), "muted", m_content));
    }
    double low = turns ? -std::numbers::pi : -1.0, high = -low;
    if (joint.limits) {
      low = joint.limits->x();
      high = joint.limits->y();
    }
    const QString name = idText(joint.id);
    Row row = addRow(name, "try.joint." + name, QString(), tr("Puts %1 there, at rest").arg(name), low, high, j);
    row.turns = turns;
    connect(row.slider, &QSlider::sliderPressed, this, [this] { m_session->halt(); });
    connect(row.slider, &QSlider::sliderReleased, this, [this] { m_session->run(); });
    connect(row.slider, &QSlider::valueChanged, this, [this, row](int tick) {
      m_session->poseJoint(row.index, row.low + (row.high - row.low) * tick / kTicks);
    });
    m_joints.push_back(row);
  }
  column->addStretch();
  setWidget(m_content);
  connect(session, &TrySession::moved, this, &TryPanel::showValues);
  connect(session, &TrySession::actionChanged, this, &TryPanel::showValues);
  showValues();
}

TryPanel::Row TryPanel::addRow(const QString& name, const QString& objectName, const QString& note, const QString& tip,
                               double low, double high, int index) {
  Row row;
  row.low = low;
  row.high = high;
  row.index = index;
  auto* box = new QWidget(m_content);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(8);
  grid->setVerticalSpacing(0);
  auto* title = new QLabel(name, box);
  title->setTextFormat(Qt::PlainText);
  row.value = new QLabel(box);
  row.value->setObjectName(objectName + ".value");
  row.value->setAlignment(Qt::AlignRight);
  row.slider = new QSlider(Qt::Horizontal, box);
  row.slider->setObjectName(objectName);
  row.slider->setAccessibleName(note.isEmpty() ? name : name + ", " + note);
  row.slider->setToolTip(QStringLiteral("<p>%1</p>").arg(tip.toHtmlEscaped()));
  row.slider->setRange(0, kTicks);
  title->setBuddy(row.slider);
  grid->addWidget(title, 0, 0);
  grid->addWidget(label(note, "small", box), 0, 1);
  grid->addWidget(row.value, 0, 2);
  grid->addWidget(row.slider, 1, 0, 1, 3);
  grid->setColumnStretch(1, 1);
  static_cast<QVBoxLayout*>(m_content->layout())->addWidget(box);
  return row;
}

void TryPanel::showRow(const Row& row, double value, const QString& unit) {
  const double shown = row.turns ? value * 180.0 / std::numbers::pi : value;
  const QString words = numberText(std::round(shown * 1e3) / 1e3) + unit;
  if (row.value->text() != words) row.value->setText(words);
  if (row.slider->isSliderDown()) return;
  const double share = row.high > row.low ? (value - row.low) / (row.high - row.low) : 0.0;
  const QSignalBlocker blocker(row.slider);
  row.slider->setValue(static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kTicks)));
}

void TryPanel::showValues() {
  if (!m_session || !m_time) return;
  const QString time = tr("Time %1 s").arg(m_session->time(), 0, 'f', 1);
  if (m_time->text() != time) m_time->setText(time);
  for (const Row& row : m_actuators) showRow(row, m_session->action(row.index), QString());
  for (const Row& row : m_joints) {
    double value = m_session->coordinates()[static_cast<std::size_t>(row.index)];
    // Hinges count full turns; a slider has room for one.
    if (row.turns && !m_session->scene().joints[static_cast<std::size_t>(row.index)].limits)
      value = std::remainder(value, 2.0 * std::numbers::pi);
    showRow(row, value, row.turns ? QStringLiteral("\u00B0") : QStringLiteral(" m"));
  }
}

}  // namespace gps::ui
