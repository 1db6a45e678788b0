// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forms/design/outline.h"

#include <QEvent>
#include <QHeaderView>
#include <QTimer>
#include <algorithm>
#include <set>

#include "widgets/editor/editor_parts.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr int kPlaceRole = Qt::UserRole;
constexpr int kKindRole = Qt::UserRole + 1;  ///< PartKind of a part's item; groups have none
constexpr int kIdRole = Qt::UserRole + 2;
constexpr int kTypeRole = Qt::UserRole + 3;  ///< in the second column: the words for the type

QString typeText(const SceneTree& part, PartKind kind) {
  const std::string type = textAt(part, "type");
  if (kind == PartKind::Condition) {
    const bool test = part.is_object() && part.contains("test") && part["test"] == true;
    return test ? Outline::tr("test") : QString();
  }
  if (const TypeEntry* entry = findType(partTypes(kind), type))
    return QString::fromUtf8(entry->label.data(), static_cast<qsizetype>(entry->label.size()));
  if (kind == PartKind::Body && (type == "dynamic" || type == "static"))
    return type == "dynamic" ? Outline::tr("moving") : Outline::tr("fixed");
  return QString::fromStdString(type);
}

/// What the first controllers are, in a word.
QString startKind(const SceneTree& tree) {
  const TreePath kind("/initial_controller/kind");
  if (!tree.is_object() || !tree.contains(kind) || !tree.at(kind).is_string()) return QStringLiteral("lqr");
  return QString::fromStdString(tree.at(kind).get<std::string>());
}

}  // namespace

Outline::Outline(QWidget* parent) : QTreeWidget(parent) {
  setObjectName("design.outline");
  setAccessibleName(tr("Parts of the task"));
  setToolTip(tr("Parts of the task"));
  setColumnCount(2);
  setHeaderHidden(true);
  setRootIsDecorated(true);
  setIndentation(14);
  setUniformRowHeights(true);
  setProperty("role", "lines");
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  header()->setStretchLastSection(false);
  header()->setSectionResizeMode(0, QHeaderView::Stretch);
  // Long words of types are cut before names are.
  header()->setSectionResizeMode(1, QHeaderView::Fixed);
  header()->resizeSection(1, 96);
  connect(this, &QTreeWidget::itemSelectionChanged, this, [this] {
    if (!m_filling) Q_EMIT selectionMade();
  });
  // F2 or a double click; a click alone selects.
  setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
  connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
    if (m_filling || column != 0 || !item->data(0, kKindRole).isValid()) return;
    const PartRef part{static_cast<PartKind>(item->data(0, kKindRole).toInt()),
                       item->data(0, kIdRole).toString().toStdString()};
    const QString name = item->text(0).trimmed();
    if (name.toStdString() != part.id) {
      QTimer::singleShot(0, this, [this, part, name] { Q_EMIT renameWanted(part, name); });
      return;
    }
    const bool enabled = item->checkState(0) == Qt::Checked;
    // The answer fills the list anew, and this item is still in the middle of its change.
    QTimer::singleShot(0, this, [this, part, enabled] { Q_EMIT enabledChanged(part, enabled); });
  });
}

QTreeWidgetItem* Outline::group(const QString& title, const TreePath& place) {
  auto* item = new QTreeWidgetItem(this, {title});
  item->setData(0, kPlaceRole, QString::fromStdString(place.to_string()));
  QFont strong = font();
  strong.setWeight(QFont::DemiBold);
  item->setFont(0, strong);
  return item;
}

void Outline::addParts(const SceneTree& tree, PartKind kind, const QString& title) {
  QTreeWidgetItem* parent = group(title, TreePath() / listKey(kind));
  const SceneTree& list = partsOf(tree, kind);
  parent->setText(1, list.empty() ? tr("none") : QString::number(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const QString id = QString::fromStdString(idOf(list[i]));
    auto* item = new QTreeWidgetItem(parent, {id.isEmpty() ? tr("(no name)") : id, typeText(list[i], kind)});
    item->setData(0, kPlaceRole, QString::fromStdString(pathOf(kind, i).to_string()));
    item->setData(0, kKindRole, static_cast<int>(kind));
    item->setData(0, kIdRole, id);
    item->setData(1, kTypeRole, item->text(1));
    if (!id.isEmpty()) item->setFlags(item->flags() | Qt::ItemIsEditable);
    if (kind == PartKind::Condition || kind == PartKind::Cost) {
      const bool off = list[i].is_object() && list[i].contains("enabled") && list[i]["enabled"] == false;
      item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
      item->setCheckState(0, off ? Qt::Unchecked : Qt::Checked);
      item->setToolTip(0, tr("The tick says whether it counts in the next run"));
    }
  }
}

void Outline::setTree(const SceneTree& tree, const std::vector<Problem>& problems) {
  std::set<QString> folded;
  for (int i = 0; i < topLevelItemCount(); ++i) {
    const QTreeWidgetItem* item = topLevelItem(i);
    if (item->childCount() > 0 && !item->isExpanded()) folded.insert(item->data(0, kPlaceRole).toString());
  }
  const DesignSelection before = m_wanted;
  m_filling = true;
  clear();
  group(tr("Task"), TreePath());
  group(tr("World"), TreePath("/world"));
  addParts(tree, PartKind::Body, tr("Bodies"));
  addParts(tree, PartKind::Joint, tr("Joints"));
  addParts(tree, PartKind::Actuator, tr("Actuators"));
  addParts(tree, PartKind::Sensor, tr("Sensors"));
  const auto count = [&tree](const char* key) {
    return tree.is_object() && tree.contains(key) && tree[key].is_array() ? QString::number(tree[key].size())
                                                                          : QString();
  };
  group(tr("State"), TreePath("/state"))->setText(1, count("state"));
  const QString observed = count("observation");
  group(tr("Observation"), TreePath("/observation"))
      ->setText(1, observed.isEmpty() ? tr("the state") : observed);
  addParts(tree, PartKind::Condition, tr("Conditions"));
  addParts(tree, PartKind::Cost, tr("Cost terms"));
  const auto there = [&tree](const char* key) {
    return tree.is_object() && tree.contains(key) ? QString() : tr("none");
  };
  group(tr("Success"), TreePath("/success"))->setText(1, there("success"));
  group(tr("Controllers"), TreePath("/initial_controller"))->setText(1, startKind(tree));
  group(tr("Camera"), TreePath("/camera"));
  group(tr("Suggested"), TreePath("/suggested"))->setText(1, there("suggested"));
  for (int i = 0; i < topLevelItemCount(); ++i) {
    QTreeWidgetItem* item = topLevelItem(i);
    item->setExpanded(!folded.contains(item->data(0, kPlaceRole).toString()));
    // A title alone needs no second column.
    item->setFirstColumnSpanned(item->text(1).isEmpty());
  }
  markProblems(problems);
  m_filling = false;
  setSelected(before);
}

void Outline::setTermValues(const std::map<std::string, double>& values, const QString& where) {
  m_filling = true;
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    const QVariant kind = (*it)->data(0, kKindRole);
    if (!kind.isValid() || static_cast<PartKind>(kind.toInt()) != PartKind::Cost) continue;
    const QString type = (*it)->data(1, kTypeRole).toString();
    const auto value = values.find((*it)->data(0, kIdRole).toString().toStdString());
    const bool known = value != values.end();
    (*it)->setText(1, known ? numberText(value->second) : type);
    if ((*it)->icon(1).isNull())
      (*it)->setToolTip(1, (known ? tr("%1: weight × value is %2 at the start of %3").arg(type, (*it)->text(1), where) : type)
                               .toHtmlEscaped());
  }
  m_filling = false;
}

void Outline::markProblems(const std::vector<Problem>& problems) {
  const Theme theme = Theme::current();
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    (*it)->setForeground(1, theme.muted);
    const std::string place = (*it)->data(0, kPlaceRole).toString().toStdString();
    const bool part = (*it)->data(0, kKindRole).isValid();
    for (const Problem& problem : problems) {
      const bool within = problem.pointer == place || (part && problem.pointer.rfind(place + "/", 0) == 0);
      const bool single =
          !part && !place.empty() && (*it)->childCount() == 0 && problem.pointer.rfind(place + "/", 0) == 0;
      if (!within && !single) continue;
      const bool error = problem.severity == Problem::Severity::Error;
      (*it)->setIcon(1, error ? icon("error", theme.danger) : icon("warning", theme.warning));
      (*it)->setToolTip(1, QString::fromStdString(problem.what).toHtmlEscaped());
      if (error) break;
    }
  }
}

void Outline::setSelected(const DesignSelection& selection) {
  m_wanted = selection;
  m_filling = true;
  clearSelection();
  QTreeWidgetItem* current = nullptr;
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    const QVariant kind = (*it)->data(0, kKindRole);
    bool wanted = false;
    if (kind.isValid()) {
      const PartRef part{static_cast<PartKind>(kind.toInt()),
                         (*it)->data(0, kIdRole).toString().toStdString()};
      wanted = std::find(selection.parts.begin(), selection.parts.end(), part) != selection.parts.end();
    } else if (selection.parts.empty()) {
      wanted = (*it)->data(0, kPlaceRole).toString().toStdString() == selection.place.to_string();
    }
    if (!wanted) continue;
    if (!current) current = *it;
    (*it)->setSelected(true);
  }
  if (current) {
    setCurrentItem(current, 0, QItemSelectionModel::NoUpdate);
    scrollToItem(current);
  }
  m_filling = false;
}

DesignSelection Outline::selected() const {
  DesignSelection selection;
  for (const QTreeWidgetItem* item : selectedItems()) {
    const QVariant kind = item->data(0, kKindRole);
    if (kind.isValid()) {
      selection.parts.push_back(
          {static_cast<PartKind>(kind.toInt()), item->data(0, kIdRole).toString().toStdString()});
    } else {
      selection.place = TreePath(item->data(0, kPlaceRole).toString().toStdString());
    }
  }
  return selection;
}

bool Outline::edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) {
  // The second column says what a part is; only names are typed.
  return index.column() == 0 && QTreeWidget::edit(index, trigger, event);
}

void Outline::resizeEvent(QResizeEvent* event) {
  QTreeWidget::resizeEvent(event);
  // The steps below grow with every edit; what has just been added must not slip under them.
  if (const QTreeWidgetItem* chosen = currentItem(); chosen && chosen->isSelected()) scrollToItem(chosen);
}

void Outline::changeEvent(QEvent* event) {
  QTreeWidget::changeEvent(event);
  if (event->type() != QEvent::PaletteChange) return;
  for (QTreeWidgetItemIterator it(this); *it; ++it) (*it)->setForeground(1, Theme::current().muted);
}

}  // namespace gps::ui
