// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "core/lqr/step_rule.h"
#include "widgets/plots/run_history.h"

class QComboBox;
class QLabel;
class QTableWidget;

namespace gps::ui {

/// How a run finds its step size: the rule with its formula, what it decided in the last iterations, and what another
/// rule would have made of the same costs. Shows values and says which rule is wanted.
class StepPanel : public QWidget {
  Q_OBJECT
 public:
  explicit StepPanel(QWidget* parent = nullptr);

  /// The run that is shown; null: none.
  void setHistory(std::shared_ptr<const RunHistory> history);
  /// The iteration that is looked at: its row is marked, and listed first where it is none of the newest. 0: none.
  void setIteration(int iteration);
  /// The rule that holds now.
  void setRule(StepRule rule);
  /// The rule of the last columns.
  void setWhatIf(StepRule rule);
  StepRule whatIf() const;
  /// Fills the table when there are new iterations and the panel is visible.
  void refresh();
  QTableWidget* table() const { return m_table; }

  enum Column { Iteration, Condition, Rule, Predicted, Actual, Ratio, Raw, Clamped, Bound, OtherRaw, OtherClamped, OtherBound };

  QSize sizeHint() const override { return {640, 220}; }
  QSize minimumSizeHint() const override { return {480, 160}; }

 Q_SIGNALS:
  void ruleChosen(const QString& rule);  ///< in --set syntax
  void iterationClicked(int iteration, int condition);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void fill();
  void markIteration();

  std::shared_ptr<const RunHistory> m_history;
  unsigned m_drawn = 0;
  bool m_stale = true;
  int m_iteration = 0;
  QComboBox* m_rule;
  QComboBox* m_other;
  QLabel* m_words;
  QLabel* m_formula;
  QLabel* m_missing;  ///< why there is no row
  QTableWidget* m_table;
};

}  // namespace gps::ui
