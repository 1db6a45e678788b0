// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/status_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "widgets/panels/run_header.h"
#include "widgets/style/icons.h"

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
  m_warnings = new QToolButton(this);
  m_warnings->setObjectName("status.warnings");
  m_warnings->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_warnings->setIconSize(QSize(16, 16));
  m_warnings->setFocusPolicy(Qt::StrongFocus);
  m_warnings->setProperty("role", "tiny");
  m_warnings->hide();
  connect(m_warnings, &QToolButton::clicked, this, &StatusStrip::warningsRequested);
  tint();
  layout->addWidget(m_warnings);
  layout->addStretch(1);
  m_saved = label("status.saved", tr("Saving"), 0);
  m_condition = label("status.condition", tr("Condition"), 0);
  m_seed = label("status.seed", tr("Seed"), 0);
  for (QLabel* quiet : {m_phase, m_left, m_speed, m_saved, m_condition, m_seed}) quiet->setProperty("role", "muted");
}

void StatusStrip::setRun(const QString& run, const Progress& progress, const Parameters& parameters,
                         int finishedIterations) {
  const QString state = runStateLabel(progress.state);
  setTextIfNew(m_state, run.isEmpty() ? state : QString("%1: %2").arg(run, state));
  const bool busy = progress.state == RunState::Running || progress.state == RunState::Stepping ||
                    progress.state == RunState::Pausing || progress.state == RunState::Paused;
  setTextIfNew(m_phase, busy ? QString::fromStdString(progress.phaseLabel) : QString());
  const int limit = std::max(progress.iterations, 1);
  m_progress->setVisible(busy || finishedIterations > 0);  // an empty bar would look like a broken one
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

void StatusStrip::setSaved(const std::optional<SaveState>& saved, int iterations, const QString& place) {
  const bool trouble = saved && saved->problem;
  QString text;
  if (trouble) {
    text = saved->iteration > 0 ? tr("Not saved after iteration %1").arg(saved->iteration) : tr("Not saved");
  } else if (saved && saved->iteration > 0) {
    // What was announced a moment ago may still be on its way.
    text = tr("Saved: iteration %1").arg(std::min(saved->iteration, std::max(iterations, 1)));
  }
  setTextIfNew(m_saved, text);
  const QString tip = place.toHtmlEscaped();
  if (m_saved->toolTip() != tip) m_saved->setToolTip(tip);
  const char* role = trouble ? "error" : "muted";
  if (m_saved->property("role").toString() == QLatin1String(role)) return;
  m_saved->setProperty("role", role);
  m_saved->setStyleSheet(m_saved->styleSheet());  // looks the new role up
}

void StatusStrip::setWarnings(const WarningStreaks& warnings) {
  const std::vector<WarningStreak>& all = warnings.all();
  m_warnings->setVisible(!all.empty());
  if (all.empty()) return;
  const std::vector<WarningStreak> now = warnings.current();
  QString text, full;
  for (const WarningStreak& streak : now.empty() ? std::vector<WarningStreak>{all.back()} : now) {
    if (!full.isEmpty()) full += QLatin1Char('\n');
    full += QString::fromStdString(streakPlace(streak) + ": " + streak.text);
  }
  if (now.size() == 1) {
    const int times = now[0].last - now[0].first + 1;
    text = QString::fromStdString(now[0].text);
    // The count first: the end of a long text is cut.
    if (times > 1) text = tr("%1× %2").arg(times).arg(text);
  } else {
    text = now.empty() ? tr("Earlier warnings") : tr("%1 warnings").arg(now.size());
  }
  constexpr int kCharacters = 44;
  text = m_warnings->fontMetrics().elidedText(text, Qt::ElideRight,
                                              kCharacters * m_warnings->fontMetrics().averageCharWidth());
  if (m_warnings->text() != text) m_warnings->setText(text);
  const QString tip = tr("%1\nClick to read all.").arg(full).toHtmlEscaped().replace('\n', "<br>");
  if (m_warnings->toolTip() != tip) m_warnings->setToolTip(tip);
  if (m_warnings->accessibleName() != full) m_warnings->setAccessibleName(full);
  if (m_quiet != now.empty()) {
    m_quiet = now.empty();
    tint();
  }
}

void StatusStrip::tint() {
  const Theme theme = Theme::fromPalette(palette());
  m_warnings->setIcon(icon(QStringLiteral("warning"), m_quiet ? theme.muted : theme.warning));
}

void StatusStrip::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) tint();
  QWidget::changeEvent(event);
}

}  // namespace gps::ui
