// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/history_panel.h"

#include <QEvent>
#include <QListWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/documents/scene_document.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

/// Steps listed on each side of the present one.
constexpr std::size_t kAround = 100;
constexpr int kRowsSeen = 7;
constexpr int kStepRole = Qt::UserRole;

}  // namespace

HistoryPanel::HistoryPanel(QWidget* parent) : QWidget(parent) {
  setObjectName("design.historyPanel");
  m_heading = new QToolButton(this);
  m_heading->setObjectName("design.history.fold");
  m_heading->setText(tr("History"));
  m_heading->setAccessibleName(tr("History"));
  m_heading->setToolTip(tr("Show or hide the steps of editing"));
  m_heading->setCheckable(true);
  m_heading->setChecked(true);
  m_heading->setAutoRaise(true);
  m_heading->setFocusPolicy(Qt::TabFocus);
  m_heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_heading->setArrowType(Qt::DownArrow);
  m_heading->setProperty("role", "group");
  m_list = new QListWidget(this);
  m_list->setObjectName("design.history");
  m_list->setAccessibleName(tr("Steps of editing"));
  m_list->setToolTip(tr("Choose a step to go there: what came after it is undone, what came before is done"));
  m_list->setUniformItemSizes(true);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setTextElideMode(Qt::ElideRight);
  m_list->setProperty("role", "lines");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_heading);
  column->addWidget(m_list);
  connect(m_heading, &QToolButton::toggled, this, [this](bool open) {
    m_heading->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_list->setVisible(open);
    if (open) showSteps();
    Q_EMIT openChanged(open);
  });
  const auto go = [this](const QListWidgetItem* item) {
    // The answer fills the list anew, and the item is still in the middle of its click.
    QTimer::singleShot(0, this, [this, step = item->data(kStepRole).toULongLong()] {
      if (m_document) m_document->goTo(step);
    });
  };
  connect(m_list, &QListWidget::itemClicked, this, go);
  connect(m_list, &QListWidget::itemActivated, this, go);
}

void HistoryPanel::setDocument(SceneDocument* document) {
  m_document = document;
  connect(document, &SceneDocument::stateChanged, this, &HistoryPanel::showSteps);
  showSteps();
}

void HistoryPanel::setOpen(bool open) {
  m_heading->setChecked(open);
}

bool HistoryPanel::isOpen() const {
  return m_heading->isChecked();
}

void HistoryPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) showSteps();
}

void HistoryPanel::showSteps() {
  if (!m_document || !isOpen()) return;
  const EditHistory& history = m_document->history();
  const std::size_t done = history.done(), size = history.size();
  const std::size_t first = done > kAround ? done - kAround : 0;
  const std::size_t last = std::min(size, done + kAround);
  const bool filed = !m_document->path().isEmpty();
  const Theme theme = Theme::current();
  m_list->clear();
  for (std::size_t step = first; step <= last; ++step) {
    QString words = step > 0 ? QString::fromStdString(history.title(step - 1)) : tr("Beginning");
    if (step == 0 && history.forgot()) words = tr("Earlier steps are forgotten");
    if (step == first && first > 0) words = tr("%1 earlier steps: %2").arg(first).arg(words);
    if (step == last && last < size) words = tr("%1 (%2 more after it)").arg(words).arg(size - last);
    const bool saved = filed && history.clean() == step;
    auto* item = new QListWidgetItem(saved ? tr("%1 – saved").arg(words) : words, m_list);
    item->setData(kStepRole, static_cast<qulonglong>(step));
    QString state = tr("done");
    if (step == done) {
      QFont strong = m_list->font();
      strong.setWeight(QFont::DemiBold);
      item->setFont(strong);
      state = tr("here");
    } else if (step > done) {
      item->setForeground(theme.muted);
      state = tr("undone");
    }
    item->setData(Qt::AccessibleTextRole, item->text() + ", " + state);
    const QString tip = step == done  ? tr("The task is here")
                        : step < done ? tr("Undo what came after: %1").arg(words)
                                      : tr("Redo as far as: %1").arg(words);
    item->setToolTip(QStringLiteral("<p>%1</p>").arg(tip.toHtmlEscaped()));
    if (step == done) m_list->setCurrentItem(item);
  }
  // As high as its lines, up to a bound: the parts above need the room more.
  const int row = std::max(m_list->sizeHintForRow(0), 1);
  m_list->setFixedHeight(std::min(m_list->count(), kRowsSeen) * row + 2 * m_list->frameWidth() + 4);
  if (m_list->currentItem()) m_list->scrollToItem(m_list->currentItem());
}

}  // namespace gps::ui
