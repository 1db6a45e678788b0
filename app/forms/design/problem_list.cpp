// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/problem_list.h"

#include <QEvent>

#include "widgets/style/icons.h"

namespace gps::ui {

ProblemList::ProblemList(QWidget* parent) : QListWidget(parent) {
  setObjectName("design.problems");
  setAccessibleName(tr("Problems"));
  setToolTip(tr("Choose a line to see what it is about"));
  setWordWrap(true);
  setTextElideMode(Qt::ElideNone);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setIconSize({16, 16});
  setProperty("role", "lines");
  const auto request = [this](const QListWidgetItem* item) {
    const auto row = static_cast<std::size_t>(this->row(item));
    if (row < m_problems.size()) Q_EMIT culpritRequested(m_problems[row].pointer);
  };
  connect(this, &QListWidget::itemClicked, this, request);
  connect(this, &QListWidget::itemActivated, this, request);
}

void ProblemList::setProblems(const std::vector<Problem>& problems, const QStringList& owners) {
  m_problems = problems;
  m_owners = owners;
  clear();
  const Theme theme = Theme::current();
  for (const Problem& problem : problems) {
    const bool error = problem.severity == Problem::Severity::Error;
    const QString words = QString::fromStdString(problem.what + " " + problem.mend);
    const QString owner = owners.value(count());
    // Many sentences name the part already.
    const bool said = owner.isEmpty() || words.contains(owner);
    auto* item = new QListWidgetItem(said ? words : owner + ": " + words, this);
    item->setIcon(error ? icon("error", theme.danger) : icon("warning", theme.warning));
    item->setData(Qt::AccessibleTextRole, (error ? tr("Error: %1") : tr("Warning: %1")).arg(item->text()));
  }
}

void ProblemList::changeEvent(QEvent* event) {
  QListWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange)
    setProblems(std::vector<Problem>(m_problems), QStringList(m_owners));
}

}  // namespace gps::ui
