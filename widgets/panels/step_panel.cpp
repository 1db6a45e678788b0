// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/step_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/algorithms/step_table.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr int kMostRows = 200;

struct RuleWords {
  const char* id;
  const char* label;
  const char* words;
  const char* formula;
};
constexpr RuleWords kRules[] = {
    {"classic", QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Classic"),
     QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Did the controllers do on the new models what they promised on the old ones?"),
     "ε′ = ε · pred / (2 (pred − act)),  act = J(before, old) − J(controllers, new)"},
    {"global", QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Global"),
     QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Did the policy, after its training, do what the controllers promised?"),
     "ε′ = ε · pred / (2 (pred − act)),  act = J(before, old) − J(policy, new)"},
    {"mc", QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Monte Carlo"),
     QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Did the rollouts themselves get cheaper by what was promised? Noisy, but no model can mislead it."),
     "ε′ = ε · pred / (2 (pred − act)),  act = mean cost of rollouts, before − now"},
    {"fixed", QT_TRANSLATE_NOOP("gps::ui::StepPanel", "Fixed"),
     QT_TRANSLATE_NOOP("gps::ui::StepPanel", "The step stays as it is, whatever comes of it."), "ε′ = ε"},
};
constexpr int kColumns = StepPanel::OtherBound + 1;

QString number(double value) {
  return std::isfinite(value) ? QString::number(value, 'g', 4) : QStringLiteral("–");
}

QTableWidgetItem* cell(const QString& text, bool words = false) {
  auto* item = new QTableWidgetItem(text);
  item->setTextAlignment((words ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
  return item;
}

}  // namespace

StepPanel::StepPanel(QWidget* parent)
    : QWidget(parent),
      m_rule(new QComboBox(this)),
      m_other(new QComboBox(this)),
      m_words(new QLabel(this)),
      m_formula(new QLabel(this)),
      m_missing(new QLabel(this)),
      m_table(new QTableWidget(0, kColumns, this)) {
  setObjectName("step.panel");
  m_rule->setObjectName("step.rule");
  m_rule->setAccessibleName(tr("Step rule"));
  m_other->setObjectName("step.whatIf");
  m_other->setAccessibleName(tr("Rule to compare with"));
  m_other->setToolTip(tr("The last columns recompute every step by this rule, from the same costs and the same step "
                         "before it. The run is not touched."));
  for (const RuleWords& rule : kRules) {
    const QString help = QStringLiteral("<p>%1</p>").arg(tr(rule.words).toHtmlEscaped());
    for (QComboBox* box : {m_rule, m_other}) {
      box->addItem(tr(rule.label), QString::fromLatin1(rule.id));
      box->setItemData(box->count() - 1, help, Qt::ToolTipRole);
    }
  }
  m_rule->setToolTip(tr("Holds from the next iteration on"));
  m_other->setCurrentIndex(static_cast<int>(StepRule::Mc));
  m_words->setWordWrap(true);
  m_words->setTextFormat(Qt::PlainText);
  m_words->setObjectName("step.words");
  m_formula->setWordWrap(true);
  m_formula->setTextFormat(Qt::PlainText);
  m_formula->setProperty("role", "muted");
  m_formula->setObjectName("step.formula");
  m_table->setObjectName("step.table");
  m_table->setAccessibleName(tr("Steps of the last iterations"));
  m_table->setToolTip(tr("The newest iteration first; a click shows it"));
  m_table->verticalHeader()->hide();
  m_table->verticalHeader()->setDefaultSectionSize(24);
  m_table->setShowGrid(false);
  m_table->setAlternatingRowColors(false);
  m_table->setFrameShape(QFrame::NoFrame);
  m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->setTabKeyNavigation(false);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  m_table->horizontalHeader()->setMinimumSectionSize(56);
  m_table->horizontalHeader()->setHighlightSections(false);
  connect(m_rule, &QComboBox::activated, this,
          [this](int index) { Q_EMIT ruleChosen(m_rule->itemData(index).toString()); });
  connect(m_other, &QComboBox::currentIndexChanged, this, [this] {
    m_stale = true;
    refresh();
  });
  connect(m_table, &QTableWidget::cellClicked, this, [this](int row, int) {
    const QTableWidgetItem* item = m_table->item(row, Iteration);
    if (item) Q_EMIT iterationClicked(item->data(Qt::UserRole).toInt(), item->data(Qt::UserRole + 1).toInt());
  });

  auto* side = new QVBoxLayout;
  side->setSpacing(6);
  const auto named = [this, side](const QString& text, QWidget* field) {
    auto* label = new QLabel(text, this);
    label->setBuddy(field);
    side->addWidget(label);
    side->addWidget(field);
  };
  named(tr("Step rule"), m_rule);
  side->addWidget(m_words);
  side->addWidget(m_formula);
  named(tr("What if it were"), m_other);
  side->addStretch();
  auto* sideBox = new QWidget(this);
  sideBox->setLayout(side);
  sideBox->setFixedWidth(264);
  side->setContentsMargins(0, 0, 0, 0);
  m_missing->setObjectName("step.missing");
  m_missing->setTextFormat(Qt::PlainText);
  m_missing->setWordWrap(true);
  m_missing->setProperty("role", "muted");
  auto* list = new QVBoxLayout;
  list->setSpacing(6);
  list->addWidget(m_missing);
  list->addWidget(m_table, 1);
  auto* all = new QHBoxLayout(this);
  all->setContentsMargins(12, 8, 12, 8);
  all->setSpacing(16);
  all->addWidget(sideBox);
  all->addLayout(list, 1);
  setRule(StepRule::Classic);
  fill();
  markIteration();
}

void StepPanel::setHistory(std::shared_ptr<const RunHistory> history) {
  if (m_history == history) return;
  m_history = std::move(history);
  m_stale = true;
  refresh();
}

void StepPanel::setIteration(int iteration) {
  if (m_iteration == iteration) return;
  m_iteration = iteration;
  if (!isVisible()) {
    m_stale = true;
    return;
  }
  markIteration();
}

void StepPanel::markIteration() {
  const auto rowOf = [this] {
    for (int row = 0; row < m_table->rowCount(); ++row) {
      if (m_table->item(row, Iteration)->data(Qt::UserRole).toInt() == m_iteration) return row;
    }
    return -1;
  };
  const int last = m_history ? m_history->iterations() : 0;
  const Snapshot* snapshot =
      m_iteration >= 1 && m_iteration <= last ? m_history->snapshots()[static_cast<std::size_t>(m_iteration) - 1].get() : nullptr;
  int row = rowOf();
  if (row < 0 && snapshot && !snapshot->report.step.decisions.empty()) {
    fill();
    row = rowOf();
  }
  m_table->clearSelection();
  if (row >= 0) {
    m_table->selectRow(row);
    m_table->scrollToItem(m_table->item(row, Iteration));
  }
  QString missing;
  if (last == 0 || (last == 1 && row < 0)) {
    missing = tr("The steps stand here from the second iteration on.");
  } else if (snapshot && snapshot->report.step.costs.empty() && !snapshot->report.stepRule.empty() && m_history->isWhole(m_iteration)) {
    missing = tr("This file has no record of the step of iteration %1: an earlier version wrote it.").arg(m_iteration);
  } else if (snapshot && snapshot->report.step.decisions.empty() && m_history->isWhole(m_iteration)) {
    missing = tr("In iteration %1 there was nothing to compare: it is the first one, or followed a roll back.").arg(m_iteration);
  }
  m_missing->setText(missing);
  m_missing->setVisible(!missing.isEmpty());
}

void StepPanel::setRule(StepRule rule) {
  const int index = static_cast<int>(rule);
  if (m_rule->currentIndex() != index) m_rule->setCurrentIndex(index);
  m_words->setText(tr(kRules[index].words));
  m_formula->setText(QString::fromUtf8(kRules[index].formula));
}

void StepPanel::setWhatIf(StepRule rule) {
  m_other->setCurrentIndex(static_cast<int>(rule));
}

StepRule StepPanel::whatIf() const {
  return static_cast<StepRule>(m_other->currentIndex());
}

void StepPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
}

void StepPanel::refresh() {
  if (!isVisible()) return;
  const unsigned revision = m_history ? m_history->revision() : 0;
  if (!m_stale && revision == m_drawn) return;
  m_drawn = revision;
  m_stale = false;
  fill();
  markIteration();
}

void StepPanel::fill() {
  m_table->setHorizontalHeaderLabels({tr("Iteration"), tr("Condition"), tr("Rule"), tr("Predicted"), tr("Actual"), tr("Ratio"),
                                      tr("Raw ×"), tr("Clamped ×"), tr("Bound"), tr("What-if raw ×"),
                                      tr("What-if ×"), tr("What-if bound")});
  const char* help[] = {
      QT_TR_NOOP("Counted from 1; the first one has nothing to compare"), QT_TR_NOOP("Whose step it is"), QT_TR_NOOP("The rule that ran"),
      QT_TR_NOOP("Improvement of the cost that the last C-step promised"), QT_TR_NOOP("Improvement that came"),
      QT_TR_NOOP("Actual over predicted"), QT_TR_NOOP("pred / (2 (pred − act)), before any limit"),
      QT_TR_NOOP("The same within lqr.step_shrink and lqr.step_growth"),
      QT_TR_NOOP("kl_step · step_mult · T in nat, with step_mult within lqr.step_min and lqr.step_max"),
      QT_TR_NOOP("What the other rule makes of the same costs, before any limit"),
      QT_TR_NOOP("The multiplier that the other rule makes of the same costs, within the same limits"),
      QT_TR_NOOP("The bound that the other rule would have set")};
  for (int c = 0; c < kColumns; ++c) {
    QTableWidgetItem* head = m_table->horizontalHeaderItem(c);
    head->setToolTip(tr(help[c]));
    const bool words = c == Condition || c == Rule;
    head->setTextAlignment((words ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  m_table->setRowCount(0);
  if (!m_history) return;
  const auto& snapshots = m_history->snapshots();
  const Theme theme = Theme::current();
  std::vector<std::pair<const Snapshot*, int>> rows;
  const auto list = [&rows, &snapshots](int newest) {
    rows.clear();
    for (int k = newest; k >= 1 && static_cast<int>(rows.size()) < kMostRows; --k) {
      const Snapshot* snapshot = snapshots[static_cast<std::size_t>(k) - 1].get();
      const StepRecord& record = snapshot->report.step;
      const int conditions = record.averaged ? std::min<int>(1, static_cast<int>(record.decisions.size()))
                                             : static_cast<int>(record.decisions.size());
      for (int i = 0; i < conditions && static_cast<int>(rows.size()) < kMostRows; ++i) rows.emplace_back(snapshot, i);
    }
  };
  const int last = static_cast<int>(snapshots.size());
  list(last);
  // One that is looked at and far back begins the list.
  const auto listed = [this](const auto& each) { return each.first->report.iteration == m_iteration; };
  if (m_iteration >= 1 && m_iteration < last && std::none_of(rows.begin(), rows.end(), listed) &&
      !snapshots[static_cast<std::size_t>(m_iteration) - 1]->report.step.decisions.empty()) {
    list(m_iteration);
  }
  m_table->setRowCount(static_cast<int>(rows.size()));
  for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
    const auto [snapshot, condition] = rows[static_cast<std::size_t>(row)];
    const StepRecord& record = snapshot->report.step;
    const StepDecision& made = record.decisions[static_cast<std::size_t>(condition)];
    const int T = snapshot->task ? snapshot->task->T : 0;
    auto* iteration = cell(QString::number(snapshot->report.iteration));
    iteration->setData(Qt::UserRole, snapshot->report.iteration);
    iteration->setData(Qt::UserRole + 1, record.averaged ? -1 : condition);
    m_table->setItem(row, Iteration, iteration);
    m_table->setItem(row, Condition, cell(record.averaged ? tr("all") : m_history->conditionName(condition), true));
    m_table->setItem(row, Rule, cell(tr(kRules[static_cast<std::size_t>(record.rule)].label), true));
    m_table->setItem(row, Predicted, cell(number(made.predicted)));
    m_table->setItem(row, Actual, cell(number(made.actual)));
    m_table->setItem(row, Ratio, cell(number(made.actual / made.predicted)));
    m_table->setItem(row, Raw, cell(number(made.rawMult)));
    m_table->setItem(row, Clamped, cell(number(record.rule == StepRule::Fixed ? 1.0 : made.mult)));
    m_table->setItem(row, Bound, cell(number(boundOf(record, made.stepMult, T))));
    if (made.actual < 0.0) m_table->item(row, Actual)->setForeground(theme.danger);
    const auto imagined = decisionUnder(record, condition, whatIf());
    const bool fixed = whatIf() == StepRule::Fixed;
    m_table->setItem(row, OtherRaw, cell(imagined && !fixed ? number(imagined->rawMult) : QStringLiteral("–")));
    m_table->setItem(row, OtherClamped, cell(imagined ? number(fixed ? 1.0 : imagined->mult) : QStringLiteral("–")));
    m_table->setItem(row, OtherBound,
                     cell(imagined ? number(boundOf(record, imagined->stepMult, T)) : QStringLiteral("–")));
    for (const int column : {OtherRaw, OtherClamped, OtherBound}) m_table->item(row, column)->setForeground(theme.muted);
  }
}

}  // namespace gps::ui
