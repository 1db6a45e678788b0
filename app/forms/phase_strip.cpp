// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/phase_strip.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/style/theme.h"

namespace gps::ui {

PhaseStrip::PhaseStrip(QWidget* parent)
    : QWidget(parent), m_flow(new QLabel(this)), m_sentence(new QLabel(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(12, 0, 12, 4);
  layout->setSpacing(2);
  m_flow->setObjectName("phase.flow");
  m_flow->setTextFormat(Qt::RichText);
  m_flow->setProperty("role", "small");
  m_flow->setWordWrap(true);
  m_sentence->setObjectName("phase.sentence");
  m_sentence->setTextFormat(Qt::PlainText);
  m_sentence->setWordWrap(true);
  // The canvas below must not jump when the sentence comes and goes.
  m_sentence->setMinimumHeight(m_sentence->fontMetrics().lineSpacing());
  m_sentence->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  layout->addWidget(m_flow);
  layout->addWidget(m_sentence);
}

void PhaseStrip::setPhases(const std::vector<Phase>& phases) {
  m_phases = phases;
  m_current.clear();
  show();
}

void PhaseStrip::setProgress(const Progress& progress, bool hasData) {
  QString sentence;
  std::string current;
  switch (progress.state) {
    case RunState::Idle:
      sentence = hasData ? tr("Stopped. Start goes on from the last finished iteration.")
                         : tr("Start learns until the limit; Step goes phase by phase.");
      break;
    case RunState::Paused:
      if (progress.partial) current = progress.partial->phase;
      for (const Phase& phase : m_phases) {
        if (phase.id != current) continue;
        sentence =
            tr("%1 done: %2").arg(QString::fromStdString(phase.label), QString::fromStdString(phase.help));
      }
      if (sentence.isEmpty()) {
        sentence = progress.phaseLabel.empty() || progress.iteration < 1 || progress.phaseFraction >= 1.0
                       ? tr("Paused after iteration %1.").arg(progress.iteration)
                       : tr("Paused inside this phase: %1.").arg(QString::fromStdString(progress.phaseLabel));
      }
      break;
    case RunState::Finished:
      sentence = tr("Finished. Continue raises the limit.");
      if (progress.outcome) {
        const Outcome& outcome = *progress.outcome;
        sentence = tr("Finished, %1.").arg(QString::fromStdString(solvedText(outcome)));
        if (!outcome.likely.empty()) sentence += QLatin1Char(' ') + QString::fromStdString(outcome.likely);
        else sentence += QLatin1Char(' ') + tr("Continue raises the limit.");
      }
      break;
    case RunState::Failed:
      sentence = tr("Failed; the message above says why.");
      break;
    default:
      break;
  }
  if (m_held > 0) sentence = tr("An earlier iteration, to be looked at. The slider moves the other run.");
  if (m_sentence->text() != sentence) m_sentence->setText(sentence);
  const bool first = progress.iteration <= 1;
  if (current == m_current && first == m_first) return;
  m_current = current;
  m_first = first;
  show();
}

QString PhaseStrip::sentence() const {
  return m_sentence->text();
}

void PhaseStrip::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) show();
  QWidget::changeEvent(event);
}

void PhaseStrip::show() {
  const Theme theme = Theme::fromPalette(palette());
  QStringList parts;
  QString accessible;
  for (const Phase& phase : m_phases) {
    if (phase.firstOnly && !m_first) continue;
    const QString label = QString::fromStdString(phase.label).toHtmlEscaped();
    if (phase.id == m_current) {
      parts << QString("<b><u><span style=\"color:%1\">%2</span></u></b>").arg(theme.focus.name(), label);
      accessible = tr("Phase just done: %1").arg(QString::fromStdString(phase.label));
    } else {
      parts << QString("<span style=\"color:%1\">%2</span>").arg(theme.muted.name(), label);
    }
  }
  m_flow->setText(parts.join(QString(" <span style=\"color:%1\">›</span> ").arg(theme.muted.name())));
  m_flow->setAccessibleName(accessible.isEmpty() ? tr("Phases of one iteration") : accessible);
}

}  // namespace gps::ui
