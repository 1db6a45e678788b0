// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <functional>
#include <memory>

#include "app/documents/edit_history.h"
#include "core/scene/problems.h"
#include "core/scene/scene.h"

namespace gps::ui {

/// A task that is being designed: the tree of its file, what the reader makes of it, what can be undone, and
/// where it is saved. Every change goes through edit() or a gesture.
class SceneDocument : public QObject {
  Q_OBJECT
 public:
  /// Changes the tree through the editor; when it fails, everything it did is taken back.
  using Command = std::function<Status(TreeEditor&)>;

  explicit SceneDocument(QObject* parent = nullptr);

  /// Files in this folder are never written: saving them asks for another name.
  void setShippedFolder(const QString& folder);

  // --- where it comes from; each forgets the history
  /// A task that has no file yet.
  void startWith(SceneTree tree);
  /// Any JSON file can be opened; what keeps it from being a task stands in problems().
  Status open(const QString& path);
  /// The unsaved work of an earlier session; counts as not saved. `path` may be empty. `mark`: fileMark() in that
  /// session; a file that holds something else by now was written by somebody, see differsOnDisk().
  Status recover(const QByteArray& text, const QString& path, const QByteArray& mark = {});

  // --- what it is
  const SceneTree& tree() const { return m_tree; }
  /// The file as it would be saved now. A file that was opened and stands unchanged keeps its own layout.
  QByteArray text() const;
  /// Of the last state that could be read; null before the first.
  std::shared_ptr<const Scene> scene() const { return m_scene; }
  /// Whether scene() is the present state.
  bool readable() const { return m_readable; }
  /// Errors first. Empty for a task that can be learned and has nothing odd. During a gesture those from before it,
  /// as long as the task reads.
  const std::vector<Problem>& problems() const { return m_problems; }
  bool hasErrors() const;

  // --- how it changes
  /// One step to undo. Steps in a row of one `gesture` that is not empty are one (a spin box).
  Status edit(const QString& title, const Command& command, const QString& gesture = {});
  /// A drag: each gestureEdit() starts anew from the state at beginGesture(), the last one counts.
  void beginGesture(const QString& title);
  Status gestureEdit(const Command& command);
  void endGesture();
  void cancelGesture();
  bool inGesture() const { return m_inGesture; }
  void undo();
  void redo();
  /// Undoes or redoes until so many steps hold.
  void goTo(std::size_t steps);
  const EditHistory& history() const { return m_history; }

  // --- where it goes
  QString path() const { return m_path; }
  /// File name, or the task's name while it has none.
  QString displayName() const;
  bool isModified() const { return !m_history.isClean(); }
  /// Whether save() needs another name first: no file yet, or a shipped one.
  bool needsName() const;
  /// Whether the file holds something else than was read from it or written to it here: somebody wrote it in
  /// the meantime. Looks at the disk.
  bool differsOnDisk() const;
  /// Tells one content of the file from another, as it was last read or written here; empty without a file.
  QByteArray fileMark() const { return m_fileMark; }
  /// Refuses to overwrite what somebody else wrote in the meantime, unless `overwrite`.
  Status save(bool overwrite = false);
  /// Whole or not at all. The name of the task becomes that of the file, when it was that of the file before.
  Status saveAs(const QString& path);
  /// Reads the file again, as one step to undo.
  Status reload();

 Q_SIGNALS:
  /// Tree, scene and problems are new.
  void changed();
  /// History, file name or clean state are.
  void stateChanged();
  /// Somebody else wrote the file.
  void changedOnDisk();
  /// Somebody removed or renamed the file; the task counts as not saved.
  void fileGone();

 private:
  void reset(SceneTree tree);
  void interpret();
  /// What is wrong or odd with a scene that reads, also what only compiling the task finds.
  void judge();
  void apply(const SceneChange& change, bool forward);
  Status write(const QString& path);
  void watch();
  void lookAtDisk();

  SceneTree m_tree;
  std::shared_ptr<const Scene> m_scene;
  bool m_readable = false;
  std::vector<Problem> m_problems;
  EditHistory m_history;

  bool m_inGesture = false;
  SceneChange m_gesture;

  QString m_shippedFolder;
  QString m_path;
  /// What the file holds, as far as is known here.
  void setFileText(const QByteArray& text);

  QByteArray m_fileText;        ///< as it lies on disk
  QByteArray m_fileMark;
  std::string m_fileCanonical;  ///< the layout sceneText() gives the same tree
  QFileSystemWatcher m_watcher;
};

}  // namespace gps::ui
