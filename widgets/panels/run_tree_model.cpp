// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/run_tree_model.h"

#include <QBrush>
#include <QFont>
#include <QHash>
#include <QLocale>
#include <QSize>
#include <utility>

#include "widgets/panels/plain_text.h"
#include "widgets/panels/run_header.h"
#include "widgets/style/theme.h"

namespace gps::ui {

namespace {

constexpr int kRowHeight = 22;

QString number(const std::optional<double>& value) {
  return value ? shortNumber(*value) : QStringLiteral("–");
}

bool isNumber(int column) {
  return (column >= RunTreeModel::Iterations && column <= RunTreeModel::Success) || column == RunTreeModel::Seed;
}

QString percent(const std::optional<double>& share) {
  return share ? QStringLiteral("%1 %").arg(qRound(*share * 100.0)) : QStringLiteral("–");
}

}  // namespace

RunTreeModel::RunTreeModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

RunTreeModel::~RunTreeModel() = default;

bool RunTreeModel::sameShape(const std::vector<RunTreeRow>& rows) const {
  if (rows.size() != m_rows.size()) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].id != m_rows[i].id || rows[i].parent != m_rows[i].parent || rows[i].scene != m_rows[i].scene ||
        rows[i].sceneName != m_rows[i].sceneName) {
      return false;
    }
  }
  return true;
}

void RunTreeModel::setRows(std::vector<RunTreeRow> rows) {
  for (RunTreeRow& row : rows) {
    row.name = plainLine(row.name);
    row.algorithm = plainLine(row.algorithm, 40);
    row.sceneName = plainLine(row.sceneName);
    for (QString& change : row.changed) change = plainLine(change);
    row.changedShort = plainLine(row.changedShort, 400);
  }
  if (!sameShape(rows)) {
    beginResetModel();
    m_rows = std::move(rows);
    build();
    endResetModel();
    return;
  }
  std::vector<std::size_t> touched;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == m_rows[i]) continue;
    m_rows[i] = std::move(rows[i]);
    touched.push_back(i);
  }
  for (const std::size_t i : touched) {
    Node* node = m_nodes[i];
    Q_EMIT dataChanged(createIndex(node->place, 0, node), createIndex(node->place, kColumns - 1, node));
  }
}

void RunTreeModel::build() {
  m_root = std::make_unique<Node>();
  const std::size_t count = m_rows.size();
  QHash<qint64, int> known;
  for (std::size_t i = 0; i < count; ++i) known.insert(m_rows[i].id, static_cast<int>(i));
  std::vector<qint64> scenes;
  QHash<qint64, Node*> groups;
  for (const RunTreeRow& row : m_rows) {
    if (!groups.contains(row.scene)) {
      groups.insert(row.scene, nullptr);
      scenes.push_back(row.scene);
    }
  }
  if (scenes.size() > 1) {
    for (const qint64 scene : scenes) {
      auto group = std::make_unique<Node>();
      group->parent = m_root.get();
      group->place = static_cast<int>(m_root->children.size());
      groups[scene] = group.get();
      m_root->children.push_back(std::move(group));
    }
  }
  std::vector<int> depth(count, -1);  // -1: not in the tree yet
  m_nodes.assign(count, nullptr);
  const auto attach = [&](std::size_t i, Node* to) {
    auto node = std::make_unique<Node>();
    node->row = static_cast<int>(i);
    node->parent = to;
    node->place = static_cast<int>(to->children.size());
    m_nodes[i] = node.get();
    to->children.push_back(std::move(node));
  };
  const auto top = [&](std::size_t i) {
    Node* group = groups.value(m_rows[i].scene);
    return group ? group : m_root.get();
  };
  std::vector<std::size_t> chain;
  for (std::size_t start = 0; start < count; ++start) {
    // Up to a run that is in the tree, or has no parent, or closes a ring; then down again.
    chain.clear();
    std::vector<std::size_t>& path = chain;
    constexpr int kOnTheWay = -2;
    std::size_t at = start;
    while (depth[at] == -1) {
      depth[at] = kOnTheWay;
      path.push_back(at);
      const auto parent = known.constFind(m_rows[at].parent);
      // A run leaves one of the same scene.
      if (m_rows[at].parent == 0 || parent == known.constEnd() || m_rows[static_cast<std::size_t>(*parent)].scene != m_rows[at].scene)
        break;
      at = static_cast<std::size_t>(*parent);
    }
    while (!path.empty()) {
      const std::size_t i = path.back();
      path.pop_back();
      const auto found = known.constFind(m_rows[i].parent);
      const std::size_t p = found == known.constEnd() ? i : static_cast<std::size_t>(*found);
      const bool below = m_rows[i].parent != 0 && p != i && depth[p] >= 0 && m_rows[p].scene == m_rows[i].scene;
      if (!below) {
        attach(i, top(i));
        depth[i] = 0;
      } else if (depth[p] >= kDeepest) {
        attach(i, m_nodes[p]->parent);
        depth[i] = depth[p];
      } else {
        attach(i, m_nodes[p]);
        depth[i] = depth[p] + 1;
      }
    }
  }
  for (const auto& child : m_root->children) {
    if (child->row >= 0 || child->children.empty()) continue;
    const RunTreeRow& first = m_rows[static_cast<std::size_t>(child->children.front()->row)];
    child->group = first.sceneName.isEmpty() ? tr("Scene without a name") : first.sceneName;
  }
}

RunTreeModel::Node* RunTreeModel::nodeOf(const QModelIndex& index) const {
  return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

const RunTreeRow* RunTreeModel::row(const QModelIndex& index) const {
  if (!index.isValid()) return nullptr;
  const Node* node = nodeOf(index);
  return node->row < 0 ? nullptr : &m_rows[static_cast<std::size_t>(node->row)];
}

QModelIndex RunTreeModel::indexOf(qint64 id, int column) const {
  for (std::size_t i = 0; i < m_rows.size(); ++i) {
    if (m_rows[i].id == id) return createIndex(m_nodes[i]->place, column, m_nodes[i]);
  }
  return {};
}

QModelIndex RunTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (row < 0 || column < 0 || column >= kColumns || (parent.isValid() && parent.column() != 0)) return {};
  const Node* node = nodeOf(parent);
  if (row >= static_cast<int>(node->children.size())) return {};
  return createIndex(row, column, node->children[static_cast<std::size_t>(row)].get());
}

QModelIndex RunTreeModel::parent(const QModelIndex& child) const {
  if (!child.isValid()) return {};
  Node* parent = nodeOf(child)->parent;
  if (!parent || parent == m_root.get()) return {};
  return createIndex(parent->place, 0, parent);
}

int RunTreeModel::rowCount(const QModelIndex& parent) const {
  if (parent.isValid() && parent.column() != 0) return 0;
  return static_cast<int>(nodeOf(parent)->children.size());
}

int RunTreeModel::columnCount(const QModelIndex&) const {
  return kColumns;
}

QString RunTreeModel::nameOf(qint64 id) const {
  const RunTreeRow* found = row(indexOf(id));
  return found ? found->name : QString();
}

QString RunTreeModel::text(const RunTreeRow& row, int column) const {
  switch (column) {
    case Name:
      return row.parent == 0 ? row.name : tr("%1, from iteration %2").arg(row.name, QString::number(row.parentIteration));
    case Shown: {
      if (row.state.isEmpty()) return row.shownAs;
      return row.shownAs.isEmpty() ? row.state : row.shownAs + QStringLiteral(" · ") + row.state;
    }
    case Algorithm: return row.algorithm;
    case Seed: return QString::number(row.seed);
    case Iterations: return QString::number(row.iterations);
    case LocalCost: return number(row.localCost);
    case GlobalCost: return number(row.globalCost);
    case Success: return percent(row.successRate);
    case Changed: return row.changedShort;
    case Started: return row.started.isValid() ? QLocale().toString(row.started.toLocalTime(), QLocale::ShortFormat) : QString();
    default: return {};
  }
}

QString RunTreeModel::describe(const RunTreeRow& row) const {
  QStringList lines{row.name};
  if (row.parent != 0) {
    const QString parent = nameOf(row.parent);
    lines << (parent.isEmpty() ? tr("Left a run that is missing in this file, after iteration %1").arg(row.parentIteration)
                               : tr("Left %1 after iteration %2").arg(parent, QString::number(row.parentIteration)));
  }
  if (!row.changed.isEmpty()) {
    constexpr qsizetype kMost = 12;
    lines << (row.parent != 0 ? tr("Changed since then:") : tr("Other than the defaults:")) << row.changed.mid(0, kMost);
    if (row.changed.size() > kMost) lines << tr("and %1 more").arg(row.changed.size() - kMost);
  }
  if (!row.notes.empty()) lines << tr("%n note(s)", nullptr, static_cast<int>(row.notes.size()));
  return lines.join(QLatin1Char('\n'));
}

QVariant RunTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Node* node = nodeOf(index);
  if (node->row < 0) {
    if (role == Qt::DisplayRole && index.column() == 0) return node->group;
    if (role == Qt::SizeHintRole) return QSize(0, kRowHeight);
    return {};
  }
  const RunTreeRow& row = m_rows[static_cast<std::size_t>(node->row)];
  switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case Qt::ToolTipRole: return plainToolTip(describe(row));
    case Qt::TextAlignmentRole: {
      const bool right = isNumber(index.column());
      return QVariant::fromValue(Qt::Alignment(right ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter));
    }
    case Qt::FontRole:
      if (!row.shownAs.isEmpty() && index.column() <= Shown) {
        QFont bold;
        bold.setWeight(QFont::DemiBold);
        return bold;
      }
      return {};
    case Qt::ForegroundRole: {
      const bool muted = index.column() == Changed || index.column() == Started || index.column() == Seed;
      return muted ? QVariant(QBrush(Theme::current().muted)) : QVariant();
    }
    case Qt::AccessibleTextRole: {
      const QString words = text(row, index.column());
      return words.isEmpty() ? QVariant() : headerData(index.column(), Qt::Horizontal).toString() + QLatin1Char(' ') + words;
    }
    case Qt::SizeHintRole: return QSize(0, kRowHeight);
    case kIdRole: return row.id;
    default: return {};
  }
}

QVariant RunTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(isNumber(section) ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter));
  }
  if (role == Qt::ToolTipRole) {
    const QString tips[] = {tr("A fork stands below the run it left, with the last iteration they share"),
                            tr("Where the window shows it, and what it does"),
                            tr("Parameters. A fork: against the run it left. Others: against the defaults."),
                            tr("Finished iterations, with those it shares with the run it left"),
                            tr("Mean cost of the local controllers at its last iteration"),
                            tr("Mean cost of the global policy at its last iteration"),
                            tr("Share of the starts that were solved at its last iteration"),
                            tr("What it learns with"),
                            tr("Of its noise"),
                            tr("When it began")};
    return plainToolTip(tips[section]);
  }
  if (role != Qt::DisplayRole) return {};
  const QString names[] = {tr("Run"),    tr("Shown"),  tr("Changed"),   tr("Iterations"), tr("Local"),
                           tr("Policy"), tr("Solved"), tr("Algorithm"), tr("Seed"),       tr("Started")};
  return names[section];
}

Qt::ItemFlags RunTreeModel::flags(const QModelIndex& index) const {
  if (!index.isValid()) return Qt::NoItemFlags;
  return row(index) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::ItemIsEnabled;
}

}  // namespace gps::ui
