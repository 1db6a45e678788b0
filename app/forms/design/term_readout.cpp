// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/term_readout.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/editor/editor_parts.h"

namespace gps::ui {

namespace {

QLabel* line(const char* name, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setObjectName(QLatin1String(name));
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  return label;
}

void say(QLabel* label, const QString& words) {
  label->setText(words);
  label->setVisible(!words.isEmpty());
}

}  // namespace

TermReadout::TermReadout(QWidget* parent)
    : QWidget(parent),
      m_start(line("term.start", this)),
      m_last(line("term.last", this)),
      m_run(line("term.run", this)),
      m_note(line("term.note", this)),
      m_map(new QPushButton(tr("Show its map"), this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 4, 0, 4);
  column->setSpacing(4);
  auto* title = new QLabel(tr("Weight × value"), this);
  title->setProperty("role", "muted");
  column->addWidget(title);
  column->addWidget(m_start);
  column->addWidget(m_last);
  column->addWidget(m_run);
  m_note->setProperty("role", "muted");
  column->addWidget(m_note);
  m_map->setObjectName("term.map");
  m_map->setCheckable(true);
  m_map->setToolTip(
      tr("Colours the plane by what the term costs in the last step when the thing it looks at is there"));
  column->addWidget(m_map, 0, Qt::AlignLeft);
  connect(m_map, &QPushButton::clicked, this, &TermReadout::mapToggled);
}

void TermReadout::show(const TermNumbers& numbers, bool mapShown) {
  const bool good = numbers.failure.isEmpty();
  say(m_start, good ? tr("%1 at the start of %2").arg(numberText(numbers.start), numbers.startName) : QString());
  const bool ramped = std::abs(numbers.last - numbers.start) > 1e-12 * std::abs(numbers.start);
  say(m_last, good && ramped ? tr("%1 there in the last step").arg(numberText(numbers.last)) : QString());
  say(m_run, good && numbers.run
                 ? tr("%1 per step along the last rollout (%2)").arg(numberText(*numbers.run), numbers.runName)
                 : QString());
  say(m_note, !good                      ? numbers.failure
              : numbers.place.isEmpty() ? numbers.noPlace
                                        : tr("Its map moves %1.").arg(numbers.place));
  m_map->setVisible(good && !numbers.place.isEmpty());
  const QSignalBlocker blocker(m_map);
  m_map->setChecked(mapShown);
  m_map->setText(mapShown ? tr("Hide its map") : tr("Show its map"));
  m_map->setAccessibleName(m_map->text());
}

}  // namespace gps::ui
