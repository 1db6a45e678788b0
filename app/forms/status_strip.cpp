// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/status_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <algorithm>
#include <cmath>

#include "widgets/panels/run_header.h"

namespace gps::ui {

namespace {

/// Setting an equal text still costs a repaint.
void setTextIfNew(QLabel* label, const QString& text) {
  if (label->text() != text) label->setText(text);
}

}  // namespace

QString clockText(double seconds) {
  if (!(seconds >= 0.0)) return {};
  const long total = static_cast<long>(std::ceil(std::min(seconds, 359999.0)));
  const QString tail =
      QString("%1:%2").arg(total / 60 % 60, 2, 10, QChar('0')).arg(total % 60, 2, 10, QChar('0'));
  return total < 3600 ? tail : QString("%1:%2").arg(total / 3600).arg(tail);
}

StatusStrip::StatusStrip(QWidget* parent) : QWidget(parent) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 2, 12, 2);
  layout->setSpacing(16);
  const auto label = [&](const char* name, const QString& accessible, int characters) {
    auto* text = new QLabel(this);
    text->setObjectName(QLatin1String(name));
    text->setAccessibleName(accessible);
    text->setTextFormat(Qt::PlainText);
    // Wide enough for what it usually says, so that its neighbours stay where they are.
    text->setMinimumWidth(characters * text->fontMetrics().averageCharWidth());
    layout->addWidget(text);
    return text;
  };
  m_state = label("status.state", tr("State"), 12);
  m_phase = label("status.phase", tr("Phase"), 18);
  m_progress = new QProgressBar(this);
  m_progress->setObjectName("status.progress");
  m_progress->setAccessibleName(tr("Finished iterations"));
  m_progress->setToolTip(tr("Finished iterations of all, and the share of the running one"));
  m_progress->setTextVisible(false);
  m_progress->setFixedSize(160, 8);
  layout->addWidget(m_progress);
  m_left = label("status.left", tr("Time left"), 12);
  m_speed = label("status.speed", tr("Speed"), 14);
  layout->addStretch(1);
  m_condition = label("status.condition", tr("Condition"), 0);
  m_seed = label("status.seed", tr("Seed"), 0);
  for (QLabel* quiet : {m_phase, m_left, m_speed, m_condition, m_seed}) quiet->setProperty("role", "muted");
}

void StatusStrip::setRun(const QString& run, const Progress& progress, const Parameters& parameters,
                         int finishedIterations) {
  const QString state = runStateLabel(progress.state);
  setTextIfNew(m_state, run.isEmpty() ? state : QString("%1: %2").arg(run, state));
  const bool busy = progress.state == RunState::Running || progress.state == RunState::Stepping ||
                    progress.state == RunState::Pausing || progress.state == RunState::Paused;
  setTextIfNew(m_phase, busy ? QString::fromStdString(progress.phaseLabel) : QString());
  const int limit = std::max(progress.iterations, 1);
  m_progress->setRange(0, limit);
  m_progress->setValue(std::clamp(finishedIterations, 0, limit));
  m_progress->setAccessibleDescription(tr("%1 of %2").arg(finishedIterations).arg(limit));
  const QString left = busy ? clockText(progress.secondsLeft) : QString();
  setTextIfNew(m_left, left.isEmpty() ? QString() : tr("%1 left").arg(left));
  setTextIfNew(m_speed, progress.secondsPerIteration > 0.0
                            ? tr("%1 iterations/min").arg(shortNumber(60.0 / progress.secondsPerIteration))
                            : QString());
  setTextIfNew(m_seed, tr("Seed %1").arg(parameters.run.seed));
}

void StatusStrip::setCondition(const QString& condition) {
  setTextIfNew(m_condition, condition.isEmpty() ? tr("All conditions") : tr("Condition %1").arg(condition));
}

}  // namespace gps::ui
