// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

namespace gps::ui {

/// A note beside a run, as it is shown.
struct RunTreeNote {
  int iteration = 0;  ///< 0: about the whole run
  QDateTime written{};
  QString text{};
  bool operator==(const RunTreeNote&) const = default;
};

/// One run of a session as the tree shows it.
struct RunTreeRow {
  qint64 id = 0;      ///< unique; negative: not in a file yet
  qint64 parent = 0;  ///< the run it left; 0: none. May name a run that is not there.
  int parentIteration = 0;
  qint64 scene = 0;
  QString sceneName{};
  QString name{};
  QString algorithm{};  ///< "MDGPS"
  quint64 seed = 0;
  int iterations = 0;  ///< the last finished one
  std::optional<double> localCost{}, globalCost{}, successRate{};  ///< of that one
  QStringList changed{};  ///< "lqr.kl_step 1 → 0.2"
  QString changedShort{};  ///< "lqr.kl_step 0.2, …" for one line
  QDateTime started{};
  QString shownAs{};   ///< "A", "B", "B at 3" (as it was after iteration 3), or nothing
  QString state{};     ///< "Running"; nothing where no engine works on it
  std::vector<RunTreeNote> notes{};
  bool operator==(const RunTreeRow&) const = default;
};

/// Runs as a tree: forks below the run they left, all below their scene where there are several. What a damaged file
/// may hold - a parent that is missing, a ring of parents, a chain of thousands of forks - gives a tree all the same:
/// every run is in it once.
class RunTreeModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum Column { Name, Shown, Changed, Iterations, LocalCost, GlobalCost, Success, Algorithm, Seed, Started };
  static constexpr int kColumns = Started + 1;
  static constexpr int kIdRole = Qt::UserRole;
  /// Forks of forks deeper than this stand beside each other.
  static constexpr int kDeepest = 16;

  explicit RunTreeModel(QObject* parent = nullptr);
  ~RunTreeModel() override;

  /// Where only values differ, only those change.
  void setRows(std::vector<RunTreeRow> rows);
  const std::vector<RunTreeRow>& rows() const { return m_rows; }
  /// Null for a group, and for nothing.
  const RunTreeRow* row(const QModelIndex& index) const;
  QModelIndex indexOf(qint64 id, int column = 0) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

 private:
  struct Node {
    int row = -1;  ///< in m_rows; -1: a scene
    QString group{};
    Node* parent = nullptr;
    int place = 0;  ///< among its siblings
    std::vector<std::unique_ptr<Node>> children{};
  };
  bool sameShape(const std::vector<RunTreeRow>& rows) const;
  void build();
  Node* nodeOf(const QModelIndex& index) const;
  QString text(const RunTreeRow& row, int column) const;
  QString describe(const RunTreeRow& row) const;
  QString nameOf(qint64 id) const;

  std::vector<RunTreeRow> m_rows;
  std::unique_ptr<Node> m_root;
  std::vector<Node*> m_nodes;  ///< by row
};

}  // namespace gps::ui
