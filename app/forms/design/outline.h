// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>
#include <map>
#include <string>
#include <vector>

#include "app/commands/scene_part.h"
#include "core/scene/problems.h"

namespace gps::ui {

/// What is selected in the design view: parts, or one other place of the file (world, state, success, ...).
struct DesignSelection {
  std::vector<PartRef> parts;
  TreePath place = TreePath();  ///< when no part is selected; empty: the task itself
  bool operator==(const DesignSelection&) const = default;
};

/// The task as a tree: its lists of parts and its single objects. Selecting, ticking and renaming (F2) report;
/// nothing is changed here.
class Outline : public QTreeWidget {
  Q_OBJECT
 public:
  explicit Outline(QWidget* parent = nullptr);

  /// Shows the file; what problems are about is marked. Folded groups stay folded, what is selected and still
  /// there stays selected.
  void setTree(const SceneTree& tree, const std::vector<Problem>& problems);
  /// What cost terms are worth, by id, beside their names; `where`: the start they are worth that at. Terms that are
  /// left out show their type.
  void setTermValues(const std::map<std::string, double>& values, const QString& where);
  /// Does not report.
  void setSelected(const DesignSelection& selection);
  DesignSelection selected() const;

 Q_SIGNALS:
  void selectionMade();
  /// A tick of a condition or cost term.
  void enabledChanged(const gps::ui::PartRef& part, bool enabled);
  /// Another name was typed; the list shows the old one again at the next setTree().
  void renameWanted(const gps::ui::PartRef& part, const QString& name);

 protected:
  bool edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) override;
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QTreeWidgetItem* group(const QString& title, const TreePath& place);
  void addParts(const SceneTree& tree, PartKind kind, const QString& title);
  void markProblems(const std::vector<Problem>& problems);

  bool m_filling = false;
  DesignSelection m_wanted;
};

}  // namespace gps::ui
