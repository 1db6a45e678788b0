// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/documents/scene_document.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTimer>
#include <algorithm>

#include "app/commands/add_part.h"
#include "app/documents/task_problem.h"
#include "app/documents/write_file.h"
#include "core/algorithms/check_scene.h"
#include "core/scene/json_text.h"
#include "core/scene/scene_reader.h"

namespace gps::ui {

namespace {

constexpr int kSettleMilliseconds = 200;

/// "arm" of "folder/arm.scene.json".
QString stemOf(const QString& path) {
  QString name = QFileInfo(path).fileName();
  for (const char* ending : {".scene.json", ".json"}) {
    if (name.endsWith(QLatin1String(ending))) {
      name.chop(static_cast<qsizetype>(qstrlen(ending)));
      break;
    }
  }
  return name;
}

QByteArray markOf(const QByteArray& text) {
  return text.isEmpty() ? QByteArray() : QCryptographicHash::hash(text, QCryptographicHash::Sha1).toHex();
}

Result<QByteArray> readFile(const QString& path) {
  const Result<std::string> text = readJsonFile(path.toStdString(), JsonLimits{});
  if (!text) return text.error();
  return QByteArray::fromStdString(*text);
}

}  // namespace

SceneDocument::SceneDocument(QObject* parent) : QObject(parent), m_tree(SceneTree::object()) {
  // Programs that save in two steps leave half a file for a moment.
  const auto look = [this] { QTimer::singleShot(kSettleMilliseconds, this, &SceneDocument::lookAtDisk); };
  connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, look);
  connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, look);
}

void SceneDocument::setShippedFolder(const QString& folder) {
  m_shippedFolder = QDir(folder).canonicalPath();
}

void SceneDocument::setFileText(const QByteArray& text) {
  m_fileText = text;
  m_fileMark = markOf(text);
}

void SceneDocument::reset(SceneTree tree) {
  m_inGesture = false;
  m_gesture = {};
  m_history = EditHistory();
  m_tree = std::move(tree);
  m_scene.reset();
  interpret();
}

void SceneDocument::startWith(SceneTree tree) {
  m_path.clear();
  setFileText({});
  m_fileCanonical.clear();
  reset(std::move(tree));
  watch();
  Q_EMIT changed();
  Q_EMIT stateChanged();
}

Status SceneDocument::open(const QString& path) {
  const Result<QByteArray> text = readFile(path);
  if (!text) return text.error();
  Result<SceneTree> tree = parseSceneTree(text->toStdString(), path.toStdString());
  if (!tree) return tree.error();
  m_path = QFileInfo(path).absoluteFilePath();
  setFileText(*text);
  m_fileCanonical = sceneText(*tree);
  reset(*std::move(tree));
  watch();
  Q_EMIT changed();
  Q_EMIT stateChanged();
  return Done{};
}

Status SceneDocument::recover(const QByteArray& text, const QString& path, const QByteArray& mark) {
  Result<SceneTree> tree = parseSceneTree(text.toStdString(), "recovered work");
  if (!tree) return tree.error();
  m_path = path;
  const Result<QByteArray> file = path.isEmpty() ? Result<QByteArray>(QByteArray()) : readFile(path);
  setFileText(file ? *file : QByteArray());
  if (!mark.isEmpty() && mark != m_fileMark) {
    // Not what this work began from: it differs from the disk, also after another crash.
    m_fileText.clear();
    m_fileMark = mark;
  }
  m_fileCanonical.clear();
  reset(*std::move(tree));
  m_history.forgetClean();
  watch();
  Q_EMIT changed();
  Q_EMIT stateChanged();
  return Done{};
}

QByteArray SceneDocument::text() const {
  std::string canonical = sceneText(m_tree);
  if (!m_fileText.isEmpty() && canonical == m_fileCanonical) return m_fileText;
  return QByteArray::fromStdString(canonical);
}

void SceneDocument::interpret() {
  SceneReading reading = readSceneTree(m_tree, displayName().toStdString());
  m_readable = reading.scene.has_value();
  if (reading.scene) {
    m_scene = std::make_shared<const Scene>(*std::move(reading.scene));
    // A drag shows sixty states in a second; its end is soon enough.
    if (!m_inGesture) judge();
  } else {
    m_problems = {{Problem::Severity::Error, reading.pointer, reading.error->what, reading.error->mend}};
  }
}

void SceneDocument::judge() {
  m_problems = problemsOf(*m_scene);
  if (hasErrors()) return;
  const Result<std::shared_ptr<const Task>> task = learnableTask(m_scene);
  if (!task) m_problems.insert(m_problems.begin(), taskProblem(*m_scene, task.error()));
}

bool SceneDocument::hasErrors() const {
  return std::any_of(m_problems.begin(), m_problems.end(),
                     [](const Problem& problem) { return problem.severity == Problem::Severity::Error; });
}

Status SceneDocument::edit(const QString& title, const Command& command, const QString& gesture) {
  if (m_inGesture) endGesture();
  TreeEditor editor(m_tree);
  if (Status done = command(editor); !done) {
    editor.rollBack();
    return done;
  }
  SceneChange change{title.toStdString(), gesture.toStdString(), editor.take()};
  if (changesNothing(change)) return Done{};
  m_history.push(std::move(change));
  interpret();
  Q_EMIT changed();
  Q_EMIT stateChanged();
  return Done{};
}

void SceneDocument::beginGesture(const QString& title) {
  if (m_inGesture) endGesture();
  m_inGesture = true;
  m_gesture = {title.toStdString(), {}, {}};
}

Status SceneDocument::gestureEdit(const Command& command) {
  if (!m_inGesture) return Done{};
  std::vector<TreeEdit> before = std::move(m_gesture.edits);
  for (auto edit = before.rbegin(); edit != before.rend(); ++edit) revertEdit(m_tree, *edit);
  TreeEditor editor(m_tree);
  Status done = command(editor);
  if (done) {
    m_gesture.edits = editor.take();
  } else {
    // What held before the wish that could not be granted.
    editor.rollBack();
    for (const TreeEdit& edit : before) applyEdit(m_tree, edit);
    m_gesture.edits = std::move(before);
  }
  interpret();
  Q_EMIT changed();
  return done;
}

void SceneDocument::endGesture() {
  if (!m_inGesture) return;
  m_inGesture = false;
  SceneChange change = std::move(m_gesture);
  m_gesture = {};
  if (change.edits.empty()) return;
  const bool nothing = changesNothing(change);
  if (!nothing) m_history.push(std::move(change));
  if (m_readable) {
    judge();
    Q_EMIT changed();
  }
  if (!nothing) Q_EMIT stateChanged();
}

void SceneDocument::cancelGesture() {
  if (!m_inGesture) return;
  m_inGesture = false;
  const SceneChange change = std::move(m_gesture);
  m_gesture = {};
  if (change.edits.empty()) return;
  apply(change, false);
  interpret();
  Q_EMIT changed();
}

void SceneDocument::apply(const SceneChange& change, bool forward) {
  if (forward) {
    for (const TreeEdit& edit : change.edits) applyEdit(m_tree, edit);
  } else {
    for (auto edit = change.edits.rbegin(); edit != change.edits.rend(); ++edit) revertEdit(m_tree, *edit);
  }
}

void SceneDocument::undo() {
  goTo(m_history.done() > 0 ? m_history.done() - 1 : 0);
}

void SceneDocument::redo() {
  goTo(m_history.done() + 1);
}

void SceneDocument::goTo(std::size_t steps) {
  cancelGesture();
  const std::size_t before = m_history.done();
  while (m_history.done() > steps) {
    const SceneChange* change = m_history.undo();
    if (!change) break;
    apply(*change, false);
  }
  while (m_history.done() < steps) {
    const SceneChange* change = m_history.redo();
    if (!change) break;
    apply(*change, true);
  }
  if (m_history.done() == before) return;
  interpret();
  Q_EMIT changed();
  Q_EMIT stateChanged();
}

QString SceneDocument::displayName() const {
  if (!m_path.isEmpty()) return QFileInfo(m_path).fileName();
  const std::string name = textAt(m_tree, "name");
  return name.empty() ? tr("New task") : QString::fromStdString(name);
}

bool SceneDocument::needsName() const {
  if (m_path.isEmpty()) return true;
  return !m_shippedFolder.isEmpty() && QFileInfo(m_path).canonicalPath() == m_shippedFolder;
}

bool SceneDocument::differsOnDisk() const {
  if (m_path.isEmpty() || !QFileInfo::exists(m_path)) return false;
  const Result<QByteArray> text = readFile(m_path);
  return !text || *text != m_fileText;
}

Status SceneDocument::save(bool overwrite) {
  if (needsName()) {
    return Error{m_path.isEmpty() ? "This task has no file yet." : "Shipped scenes are not changed.",
                 displayName().toStdString(), "Save it under another name."};
  }
  if (!overwrite && differsOnDisk()) {
    return Error{"Another program has written this file since it was opened or saved here.", m_path.toStdString(),
                 "Save the task under another name to keep both."};
  }
  return write(m_path);
}

Status SceneDocument::saveAs(const QString& path) {
  const QFileInfo target(path);
  // Writing follows a link, also one whose file is gone.
  const auto shipped = [this](const QFileInfo& file) {
    return QFileInfo(file.absolutePath()).canonicalFilePath() == m_shippedFolder;
  };
  const QString real = target.exists() ? target.canonicalFilePath() : target.symLinkTarget();
  if (!m_shippedFolder.isEmpty() && (shipped(target) || (!real.isEmpty() && shipped(QFileInfo(real))))) {
    return Error{"Shipped scenes are not changed.", path.toStdString(), "Choose another folder."};
  }
  const std::string name = textAt(m_tree, "name");
  const std::string stem = stemOf(path).toStdString();
  const bool follows = m_path.isEmpty() || name == stemOf(m_path).toStdString();
  if (follows && name != stem && checkId(SceneTree::object(), PartKind::Body, stem)) {
    Status done = edit(tr("Name the task %1").arg(QString::fromStdString(stem)),
                       [&stem](TreeEditor& editor) { return editor.set(TreePath(), "name", stem); });
    if (!done) return done;
  }
  return write(target.absoluteFilePath());
}

Status SceneDocument::write(const QString& path) {
  if (m_inGesture) endGesture();
  const QByteArray content = text();
  if (Status done = writeFile(path, content); !done) return done;
  m_path = path;
  setFileText(content);
  m_fileCanonical = sceneText(m_tree);
  m_history.setClean();
  watch();
  Q_EMIT stateChanged();
  return Done{};
}

Status SceneDocument::reload() {
  const Result<QByteArray> text = readFile(m_path);
  if (!text) return text.error();
  Result<SceneTree> tree = parseSceneTree(text->toStdString(), m_path.toStdString());
  if (!tree) return tree.error();
  setFileText(*text);
  m_fileCanonical = sceneText(*tree);
  Status done =
      edit(tr("Reload from disk"), [&tree](TreeEditor& editor) { return editor.replace(TreePath(), *tree); });
  if (!done) return done;
  m_history.endGesture();
  m_history.setClean();
  watch();
  Q_EMIT stateChanged();
  return Done{};
}

void SceneDocument::watch() {
  const QStringList watched = m_watcher.files() + m_watcher.directories();
  if (!watched.isEmpty()) m_watcher.removePaths(watched);
  if (m_path.isEmpty()) return;
  // Saving replaces the file, and with it what was watched. One that is gone comes back in its folder.
  const QFileInfo file(m_path);
  if (file.exists()) {
    m_watcher.addPath(m_path);
  } else if (file.dir().exists()) {
    m_watcher.addPath(file.absolutePath());
  }
}

void SceneDocument::lookAtDisk() {
  if (m_path.isEmpty()) return;
  watch();
  if (!QFileInfo::exists(m_path)) {
    // What is here is now the only one.
    if (!m_history.clean()) return;
    m_history.forgetClean();
    Q_EMIT stateChanged();
    Q_EMIT fileGone();
    return;
  }
  const Result<QByteArray> text = readFile(m_path);
  if (!text) return;
  if (*text != m_fileText) {
    Q_EMIT changedOnDisk();
  } else if (!m_history.clean() && this->text() == m_fileText) {
    m_history.setClean();
    Q_EMIT stateChanged();
  }
}

}  // namespace gps::ui
