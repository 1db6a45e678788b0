// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/run_tree.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPlainTextEdit>
#include <QResizeEvent>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedLayout>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "widgets/panels/plain_text.h"

namespace gps::ui {

namespace {

constexpr int kDetailsWidth = 232;
/// Wider than high by this much, the details stand beside the tree.
constexpr int kWide = 760;
/// Below this the buttons take two rows.
constexpr int kBarWidth = 480;
constexpr int kChangedWidth = 120;
constexpr int kLongestName = 60;
constexpr int kLongestNote = 2000;

QToolButton* buttonOf(QAction* action, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setDefaultAction(action);
  button->setToolButtonStyle(Qt::ToolButtonTextOnly);
  button->setObjectName(action->objectName() + ".button");
  button->setAccessibleName(action->text());
  button->setFocusPolicy(Qt::TabFocus);
  return button;
}

}  // namespace

RunTreePanel::RunTreePanel(QWidget* parent) : QWidget(parent), m_model(new RunTreeModel(this)), m_tree(new QTreeView(this)) {
  setObjectName("runs.panel");
  makeActions();
  auto* empty = new QLabel(tr("Every run of this session stands here from its first start on: forks below the run they "
                              "left, with costs, changed parameters and notes. Any of them can be shown again."),
                           this);
  empty->setObjectName("runs.empty");
  empty->setTextFormat(Qt::PlainText);
  empty->setWordWrap(true);
  empty->setAlignment(Qt::AlignCenter);
  empty->setProperty("role", "muted");
  empty->setContentsMargins(24, 24, 24, 24);
  auto* full = new QWidget(this);
  m_parts = new QHBoxLayout(full);
  m_parts->setContentsMargins(12, 8, 12, 8);
  m_parts->setSpacing(12);
  m_parts->addWidget(makeList(), 1);
  m_parts->addWidget(makeDetails());
  m_pages = new QStackedLayout(this);
  m_pages->addWidget(empty);
  m_pages->addWidget(full);
  showChosen();
}

RunTreePanel::~RunTreePanel() = default;

void RunTreePanel::makeActions() {
  const auto act = [this](const char* name, const QString& text, const QKeySequence& key, auto slot) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, slot);
    m_tree->addAction(action);
    return action;
  };
  m_show = act("runs.show", tr("Show"), {}, [this] {
    if (const RunTreeRow* row = chosenRow()) Q_EMIT showRequested(row->id, iteration());
  });
  m_compare = act("runs.compare", tr("Compare with A"), QKeySequence("Ctrl+Return"), [this] {
    if (const RunTreeRow* row = chosenRow()) Q_EMIT compareRequested(row->id, iteration());
  });
  m_compareWithLast = act("runs.compareWithLast", tr("Compare with its last"), QKeySequence("Shift+Return"), [this] {
    if (const RunTreeRow* row = chosenRow()) Q_EMIT compareWithLastRequested(row->id, iteration());
  });
  m_back = act("runs.back", tr("Back"), QKeySequence("Alt+Left"), [this] { Q_EMIT backRequested(); });
  m_rename = act("runs.rename", tr("Rename"), QKeySequence("F2"), [this] {
    m_name->setFocus(Qt::ShortcutFocusReason);
    m_name->selectAll();
  });
  m_addNote = new QAction(tr("Add note"), this);
  m_addNote->setObjectName("runs.addNote");
  connect(m_addNote, &QAction::triggered, this, [this] {
    const RunTreeRow* row = chosenRow();
    const QString text = m_note->text().trimmed();
    if (!row || text.isEmpty() || !m_addNote->isEnabled()) return;
    m_note->clear();
    Q_EMIT noteRequested(row->id, iteration(), text);
  });
  setBack(false, {});
}

QWidget* RunTreePanel::makeList() {
  auto* list = new QWidget(this);
  m_tree->setParent(list);
  m_tree->setObjectName("runs.tree");
  m_tree->setAccessibleName(tr("Runs of the session"));
  m_tree->setToolTip(tr("Enter shows a run, Ctrl+Enter puts it beside run A"));
  m_tree->setModel(m_model);
  m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_tree->setSelectionMode(QAbstractItemView::SingleSelection);
  m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_tree->setUniformRowHeights(true);
  m_tree->setExpandsOnDoubleClick(false);
  m_tree->setFrameShape(QFrame::NoFrame);
  m_tree->setIndentation(16);
  m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
  m_tree->setTextElideMode(Qt::ElideRight);
  m_tree->setAllColumnsShowFocus(true);
  QHeaderView* header = m_tree->header();
  header->setObjectName("runs.header");
  header->setStretchLastSection(true);
  header->setMinimumSectionSize(40);
  header->setSectionsMovable(false);
  header->setSectionResizeMode(QHeaderView::Interactive);
  connect(m_tree, &QTreeView::activated, this, [this](const QModelIndex& index) {
    if (m_model->row(index) && m_show->isEnabled()) m_show->trigger();
  });
  connect(m_tree, &QTreeView::customContextMenuRequested, this, &RunTreePanel::openMenu);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] { showChosen(); });

  m_iteration = new QSpinBox(list);
  m_iteration->setObjectName("runs.iteration");
  m_iteration->setAccessibleName(tr("Iteration to show or to note on"));
  m_iteration->setToolTip(tr("The iteration to show, to compare or to note on; the last one when it is turned down to the end"));
  m_iteration->setSpecialValueText(tr("last"));
  m_iteration->setKeyboardTracking(true);
  connect(m_iteration, &QSpinBox::valueChanged, this, [this] { showActions(); });
  auto* label = new QLabel(tr("Iteration"), list);
  label->setBuddy(m_iteration);
  auto* first = new QHBoxLayout;
  first->setSpacing(6);
  first->addWidget(label);
  first->addWidget(m_iteration);
  first->addWidget(buttonOf(m_show, list));
  first->addWidget(buttonOf(m_back, list));
  first->addStretch();
  auto* second = new QHBoxLayout;
  second->setSpacing(6);
  for (QAction* action : {m_compare, m_compareWithLast}) second->addWidget(buttonOf(action, list));
  second->addStretch();
  m_bar = new QBoxLayout(QBoxLayout::LeftToRight);
  m_bar->setSpacing(6);
  m_bar->addLayout(first);
  m_bar->addLayout(second, 1);
  auto* column = new QVBoxLayout(list);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addWidget(m_tree, 1);
  column->addLayout(m_bar);
  return list;
}

QWidget* RunTreePanel::makeDetails() {
  auto* details = new QWidget(this);
  m_name = new QLineEdit(details);
  m_name->setObjectName("runs.name");
  m_name->setAccessibleName(tr("Name of the run"));
  m_name->setMaxLength(kLongestName);
  m_name->installEventFilter(this);
  connect(m_name, &QLineEdit::editingFinished, this, &RunTreePanel::commitName);
  auto* nameLabel = new QLabel(tr("Name"), details);
  nameLabel->setBuddy(m_name);
  m_notesLabel = new QLabel(tr("Notes"), details);
  m_notesLabel->setTextFormat(Qt::PlainText);
  m_notes = new QPlainTextEdit(details);
  m_notes->setObjectName("runs.notes");
  m_notes->setAccessibleName(tr("Notes on the run"));
  m_notes->setToolTip(tr("What was written beside this run; kept in the session"));
  m_notes->setReadOnly(true);
  m_notes->setTabChangesFocus(true);
  m_notesLabel->setBuddy(m_notes);
  m_note = new QLineEdit(details);
  m_note->setObjectName("runs.note");
  m_note->setAccessibleName(tr("New note"));
  m_note->setMaxLength(kLongestNote);
  connect(m_note, &QLineEdit::returnPressed, m_addNote, &QAction::trigger);
  connect(m_note, &QLineEdit::textChanged, this, [this] { showActions(); });
  auto* add = new QHBoxLayout;
  add->setSpacing(6);
  add->addWidget(m_note, 1);
  add->addWidget(buttonOf(m_addNote, details));
  auto* name = new QHBoxLayout;
  name->setSpacing(6);
  name->addWidget(nameLabel);
  name->addWidget(m_name, 1);
  auto* column = new QVBoxLayout(details);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(name);
  column->addWidget(m_notesLabel);
  column->addWidget(m_notes, 1);
  column->addLayout(add);
  return details;
}

void RunTreePanel::setRows(std::vector<RunTreeRow> rows) {
  const qint64 before = chosen();
  const std::size_t count = m_model->rows().size();
  bool rebuilt = false;
  const auto watching = connect(m_model, &QAbstractItemModel::modelReset, this, [&rebuilt] { rebuilt = true; });
  m_model->setRows(std::move(rows));
  disconnect(watching);
  m_pages->setCurrentIndex(m_model->rows().empty() ? 0 : 1);
  if (rebuilt) {
    m_tree->expandAll();
    if (count == 0) fitColumns();
    const RunTreeRow* a = runA();
    if (m_model->indexOf(before).isValid()) choose(before);
    else if (a) choose(a->id);
  }
  showChosen();
}

void RunTreePanel::fitColumns() {
  QFont bold = m_tree->font();
  bold.setWeight(QFont::DemiBold);
  const QFontMetrics metrics(bold);  // of what is shown
  const auto wide = [&](const char* longest) { return metrics.horizontalAdvance(QLatin1String(longest)) + 18; };
  QHeaderView* header = m_tree->header();
  header->resizeSection(RunTreeModel::Name, wide("mdgps-2, from iteration 2") + 24);
  header->resizeSection(RunTreeModel::Shown, wide("A Running"));
  header->resizeSection(RunTreeModel::Algorithm, wide("Algorithm"));
  header->resizeSection(RunTreeModel::Seed, wide("Seed"));
  header->resizeSection(RunTreeModel::Iterations, wide("Iterations"));
  header->resizeSection(RunTreeModel::LocalCost, wide("0.1234"));
  header->resizeSection(RunTreeModel::GlobalCost, wide("0.1234"));
  header->resizeSection(RunTreeModel::Success, wide("Solved"));
  header->resizeSection(RunTreeModel::Started, wide("22 Nov 2026 22:48:22"));
  fitChanged();
}

void RunTreePanel::fitChanged() {
  QHeaderView* header = m_tree->header();
  int others = QFontMetrics(m_tree->font()).horizontalAdvance(QStringLiteral("22 Nov 2026 22:48:22")) + 18;
  for (int column = 0; column < RunTreeModel::Started; ++column) {
    if (column != RunTreeModel::Changed) others += header->sectionSize(column);
  }
  header->resizeSection(RunTreeModel::Changed, std::max(kChangedWidth, m_tree->viewport()->width() - others));
}

void RunTreePanel::setScrubbed(int iteration) {
  m_scrubbed = iteration;
}

void RunTreePanel::setReadOnly(const QString& reason) {
  if (m_readOnly == reason) return;
  m_readOnly = reason;
  showActions();
}

void RunTreePanel::setBack(bool possible, const QString& where) {
  m_back->setEnabled(possible);
  m_back->setToolTip(plainToolTip(possible ? tr("Show again what stood here before: %1 (Alt+Left)").arg(plainLine(where))
                                           : tr("Shows again what stood here before another run was shown")));
}

void RunTreePanel::choose(qint64 id) {
  const QModelIndex index = m_model->indexOf(id);
  if (!index.isValid()) return;
  m_tree->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  m_tree->scrollTo(index);
}

qint64 RunTreePanel::chosen() const {
  const RunTreeRow* row = chosenRow();
  return row ? row->id : 0;
}

int RunTreePanel::iteration() const {
  return m_iteration->value();
}

void RunTreePanel::setIteration(int iteration) {
  m_iteration->setValue(iteration);
}

const RunTreeRow* RunTreePanel::chosenRow() const {
  return m_model->row(m_tree->currentIndex());
}

const RunTreeRow* RunTreePanel::runA() const {
  const auto& rows = m_model->rows();
  const auto found = std::find_if(rows.begin(), rows.end(), [](const RunTreeRow& row) { return row.shownAs.startsWith('A'); });
  return found == rows.end() ? nullptr : &*found;
}

void RunTreePanel::showChosen() {
  const RunTreeRow* row = chosenRow();
  const qint64 id = row ? row->id : 0;
  {
    const QSignalBlocker blocker(m_iteration);
    m_iteration->setRange(0, row ? row->iterations : 0);
    if (id != m_detailsOf) m_iteration->setValue(0);
  }
  // What somebody types stays while a run goes on.
  if (id != m_detailsOf || !m_name->isModified()) m_name->setText(row ? row->name : QString());
  if (id != m_detailsOf) m_note->clear();
  m_detailsOf = id;
  // Putting them into words takes longer than comparing them, and this is called five times a second.
  const std::vector<RunTreeNote> written = row ? row->notes : std::vector<RunTreeNote>();
  if (written == m_notesShown) return showActions();
  QStringList notes;
  if (row) {
    for (const RunTreeNote& note : row->notes) {
      const QString when = note.written.isValid() ? QLocale().toString(note.written.toLocalTime(), QLocale::ShortFormat) : QString();
      const QString head = note.iteration > 0 ? tr("%1, iteration %2").arg(when).arg(note.iteration) : when;
      notes << head + QLatin1Char('\n') + plainLines(note.text);
    }
  }
  m_notesShown = written;
  m_notes->setPlainText(notes.join(QStringLiteral("\n\n")));
  m_notes->moveCursor(QTextCursor::End);
  showActions();
}

void RunTreePanel::showActions() {
  const RunTreeRow* row = chosenRow();
  const RunTreeRow* a = runA();
  const int at = iteration();
  const bool saved = row && row->id > 0;
  const auto offer = [](QAction* action, bool possible, const QString& tip) {
    action->setEnabled(possible);
    action->setToolTip(plainToolTip(tip));
  };
  const QString none = tr("Choose a run in the list");
  const QString unsaved = tr("This run is in no file yet");
  offer(m_show, saved,
        !row    ? none
        : !saved ? unsaved
                 : tr("Show this run as run A (Enter). What stands there stays in the session."));
  const bool sameScene = row && a && row->scene == a->scene;
  const bool itself = row && a && row->id == a->id;
  const bool earlier = row && at > 0 && at < row->iterations;
  offer(m_compare, saved && sameScene && (!itself || earlier),
        !row          ? none
        : !saved      ? unsaved
        : !a          ? tr("There is no run A to compare with")
        : !sameScene  ? tr("This run learned another scene than run A: their paths and costs can't be compared. Show it instead.")
        : itself && !earlier ? tr("This is run A. Choose an earlier iteration to see it beside the last one.")
        : earlier     ? tr("Put this run, as it was after iteration %1, beside run A (Ctrl+Enter)").arg(at)
                      : tr("Put this run beside run A (Ctrl+Enter)"));
  offer(m_compareWithLast, saved && earlier,
        !row       ? none
        : !saved   ? unsaved
        : !earlier ? tr("Choose an iteration before the last one")
                   : tr("Show this run, and beside it the same run as it was after iteration %1 (Shift+Enter)").arg(at));
  const bool writable = saved && m_readOnly.isEmpty();
  const QString why = !row ? none : !saved ? unsaved : m_readOnly;
  offer(m_rename, writable, writable ? tr("Give the run another name (F2)") : why);
  m_name->setEnabled(writable);
  m_name->setToolTip(plainToolTip(writable ? tr("Another name for the run; Enter takes it, Esc does not") : why));
  m_note->setEnabled(writable);
  m_note->setToolTip(plainToolTip(writable ? tr("A note on the run or, with an iteration chosen, on that one") : why));
  m_note->setPlaceholderText(!row ? QString() : at > 0 ? tr("Note on iteration %1").arg(at) : tr("Note on this run"));
  offer(m_addNote, writable && !m_note->text().trimmed().isEmpty(), writable ? tr("Keep the note in the session (Enter)") : why);
}

void RunTreePanel::openMenu(const QPoint& at) {
  const QModelIndex index = m_tree->indexAt(at);
  if (index.isValid() && m_model->row(index)) m_tree->setCurrentIndex(index);
  const RunTreeRow* row = chosenRow();
  if (!row) return;
  auto* menu = new QMenu(this);
  menu->setObjectName("runs.menu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->setToolTipsVisible(true);
  menu->addActions({m_show, m_compare, m_compareWithLast});
  if (m_scrubbed > 0 && m_scrubbed < row->iterations) {
    menu->addSeparator();
    // The same at the iteration of the window's slider.
    for (QAction* action : {m_show, m_compare, m_compareWithLast}) {
      if (row->id <= 0 || (action == m_compare && (!runA() || runA()->scene != row->scene))) continue;
      const QString words = action == m_show      ? tr("Show iteration %1")
                            : action == m_compare ? tr("Compare iteration %1 with A")
                                                  : tr("Compare iteration %1 with its last");
      menu->addAction(words.arg(m_scrubbed), this, [this, action, k = m_scrubbed] {
        m_iteration->setValue(k);
        action->trigger();
      });
    }
  }
  menu->addSeparator();
  menu->addActions({m_rename, m_back});
  menu->popup(m_tree->viewport()->mapToGlobal(at));
}

void RunTreePanel::commitName() {
  const RunTreeRow* row = chosenRow();
  if (!row || !m_name->isModified()) return;
  const QString name = m_name->text().trimmed();
  m_name->setModified(false);
  if (name.isEmpty() || name == row->name || !m_name->isEnabled()) {
    m_name->setText(row->name);
    return;
  }
  Q_EMIT renameRequested(row->id, name);
}

bool RunTreePanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_name && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    const RunTreeRow* row = chosenRow();
    m_name->setText(row ? row->name : QString());
    m_tree->setFocus(Qt::OtherFocusReason);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void RunTreePanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool wide = width() >= kWide && width() > height();
  m_parts->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
  QWidget* details = m_parts->itemAt(1)->widget();
  details->setMaximumWidth(wide ? kDetailsWidth : QWIDGETSIZE_MAX);
  details->setMinimumWidth(wide ? kDetailsWidth : 0);
  m_bar->setDirection((wide ? width() - kDetailsWidth : width()) < kBarWidth ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
  details->setMaximumHeight(wide ? QWIDGETSIZE_MAX : std::max(120, height() * 2 / 5));
  m_parts->activate();
  fitChanged();
}

void RunTreePanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::FontChange) fitColumns();
}

}  // namespace gps::ui
