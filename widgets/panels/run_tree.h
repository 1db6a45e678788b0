// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/panels/run_tree_model.h"

class QAction;
class QBoxLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QStackedLayout;
class QTreeView;

namespace gps::ui {

/// The runs of a session as a tree, with what is known of the chosen one: its name and its notes. Shows values and says
/// what the user wants: a run shown, compared, renamed, noted on.
class RunTreePanel : public QWidget {
  Q_OBJECT
 public:
  explicit RunTreePanel(QWidget* parent = nullptr);
  ~RunTreePanel() override;

  /// The chosen run stays the chosen one. Chooses run A where none is.
  void setRows(std::vector<RunTreeRow> rows);
  /// The iteration that the window's slider is at; 0: none. Offered beside the last one.
  void setScrubbed(int iteration);
  /// Why names and notes can't be changed; empty: they can.
  void setReadOnly(const QString& reason);
  /// Whether there is something to go back to; `where` names it.
  void setBack(bool possible, const QString& where);
  void choose(qint64 id);
  /// 0: none.
  qint64 chosen() const;
  /// The iteration that is asked for; 0: the last one.
  int iteration() const;
  void setIteration(int iteration);

  RunTreeModel* model() const { return m_model; }
  QTreeView* tree() const { return m_tree; }

  QSize sizeHint() const override { return {640, 220}; }
  QSize minimumSizeHint() const override { return {320, 160}; }

 Q_SIGNALS:
  /// `iteration` 0: the last one.
  void showRequested(qint64 run, int iteration);
  void compareRequested(qint64 run, int iteration);
  /// A run at this iteration beside the same one at its last.
  void compareWithLastRequested(qint64 run, int iteration);
  void backRequested();
  void renameRequested(qint64 run, const QString& name);
  void noteRequested(qint64 run, int iteration, const QString& text);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void makeActions();
  QWidget* makeList();
  QWidget* makeDetails();
  const RunTreeRow* chosenRow() const;
  const RunTreeRow* runA() const;
  void showChosen();
  void showActions();
  void openMenu(const QPoint& at);
  void commitName();
  void fitColumns();
  void fitChanged();

  RunTreeModel* m_model;
  QTreeView* m_tree;
  QStackedLayout* m_pages;
  QBoxLayout* m_parts;
  QBoxLayout* m_bar;
  QAction* m_show;
  QAction* m_compare;
  QAction* m_compareWithLast;
  QAction* m_back;
  QAction* m_rename;
  QSpinBox* m_iteration;
  QLineEdit* m_name;
  QLabel* m_notesLabel;
  QPlainTextEdit* m_notes;
  QLineEdit* m_note;
  QAction* m_addNote;
  QString m_readOnly;
  std::vector<RunTreeNote> m_notesShown;
  qint64 m_detailsOf = 0;
  int m_scrubbed = 0;
};

}  // namespace gps::ui
