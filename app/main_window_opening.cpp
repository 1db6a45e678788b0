// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a task: by name, by file, finished or not.
#include <QFileDialog>
#include <QFileInfo>
#include <QStackedWidget>
#include <algorithm>

#include "app/bridge/session_keeper.h"
#include "app/bridge/session_opening.h"
#include "app/commands/add_part.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_reader.h"
#include "core/scene/scene_writer.h"

namespace gps::ui {

namespace {

/// Whether it is meant as a task, though the reader may refuse it: what was saved half-way must open again to be
/// mended. Not what a newer program wrote: saving it here could lose what this one does not know.
bool isTaskInProgress(const SceneTree& tree) {
  if (!tree.is_object()) return false;
  const auto version = tree.find("version"), bodies = tree.find("bodies");
  const bool known = version == tree.end() || *version == 1;
  if (!known || bodies == tree.end() || !bodies->is_array()) return false;
  // More than any task may have: lists of them would hold up the window.
  constexpr std::size_t kMost = 2000;
  return std::all_of(tree.begin(), tree.end(),
                     [](const SceneTree& list) { return !list.is_array() || list.size() <= kMost; });
}

}  // namespace

std::shared_ptr<const Task> MainWindow::readTask(const QString& nameOrFile) {
  Result<Scene> scene = findScene(nameOrFile.toStdString(), m_setup.sceneFolder);
  if (!scene) {
    m_messages->post("scene", Severity::Error, scene.error());
    return nullptr;
  }
  Result<std::shared_ptr<const Task>> task = compileTask(std::make_shared<const Scene>(*std::move(scene)));
  if (!task) {
    m_messages->post("scene", Severity::Error, task.error());
    return nullptr;
  }
  return *std::move(task);
}

/// The file a shipped name stands for, or the file itself.
QString MainWindow::sceneFile(const QString& nameOrFile) const {
  for (const ShippedScene& shipped : shippedScenes(m_setup.sceneFolder)) {
    if (shipped.name == nameOrFile.toStdString()) return QString::fromStdString(shipped.file.string());
  }
  return nameOrFile;
}

bool MainWindow::openScene(const QString& nameOrFile) {
  std::shared_ptr<const Task> task = readTask(nameOrFile);
  return task && openTask(std::move(task), kFirstAlgorithm, sceneFile(nameOrFile));
}

bool MainWindow::openTask(std::shared_ptr<const Task> task, const std::string& algorithm, const QString& file) {
  if (const Result<Parameters> parameters = parametersFor(*task, algorithm); !parameters) {
    m_messages->post("scene", Severity::Error, parameters.error());
    return false;
  }
  endSession();
  if (file.isEmpty() || !m_document->open(file)) {
    m_document->startWith(task->scene ? sceneTree(*task->scene, Defaults::LeftOut) : emptyTask("untitled"));
  }
  m_design->select(DesignSelection());
  if (!m_document->path().isEmpty()) noteRecent(m_document->path());
  return beginRuns(std::move(task), algorithm);
}

void MainWindow::openWhenAllowed(const QString& nameOrFile) {
  if (looksLikeSession(nameOrFile)) {
    openSessionFile(nameOrFile);
    return;
  }
  // Read first: a file that can't be opened is no reason to ask for anything.
  m_design->settle();
  const std::shared_ptr<const Task> task = readTask(nameOrFile);
  const QString file = sceneFile(nameOrFile);
  if (!task) {
    if (openUnfinished(file)) m_messages->dismiss("scene");
    return;
  }
  m_messages->dismiss("scene");
  const auto open = [this, nameOrFile, file] {
    // The file may have changed while the question stood.
    if (const std::shared_ptr<const Task> newest = readTask(nameOrFile)) openTask(newest, kFirstAlgorithm, file);
  };
  if (losesWork()) {
    askAboutChanges("open", tr("and open"), open);
    return;
  }
  const int lost = discardedIterations();
  if (!anyActive() && lost == 0) {
    open();
    return;
  }
  ask("open",
      lost == 0     ? tr("A run is still going; opening another scene stops it.")
      : anyActive() ? tr("A run is still going; opening another scene discards %n iteration(s).", nullptr, lost)
                    : tr("Opening another scene discards the run and its %n iteration(s).", nullptr, lost),
      {}, tr("Open anyway"), open);
}

void MainWindow::chooseSceneFile() {
  auto* dialog =
      new QFileDialog(this, tr("Open"), m_settings.lastFolder(),
                      tr("Scenes and sessions (*.scene.json *.json *.gpss);;Scenes (*.scene.json *.json);;"
                         "Sessions (*.gpss)"));
  dialog->setObjectName("dialog.openScene");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
    m_settings.setLastFolder(QFileInfo(file).absolutePath());
    openWhenAllowed(file);
  });
  dialog->open();
}

// --- runs
// ----------------------------------------------------------------------------------------------------

bool MainWindow::openUnfinished(const QString& file) {
  SceneDocument probe;
  if (file.isEmpty() || !probe.open(file) || !(probe.readable() || isTaskInProgress(probe.tree()))) return false;
  const auto open = [this, file] {
    endSession();
    if (Status done = m_document->open(file); !done) {
      m_messages->post("scene", Severity::Error, done.error());
      return;
    }
    m_design->select(DesignSelection());
    noteRecent(m_document->path());
    showDesign();
    offerRecovery();  // the messages were cleared, and it may have been among them
  };
  const int lost = discardedIterations();
  if (!losesWork() && !anyActive() && lost == 0) {
    open();
  } else if (losesWork()) {
    askAboutChanges("open", tr("and open"), open);
  } else {
    ask("open",
        lost > 0 ? tr("Opening another task discards the run and its %n iteration(s).", nullptr, lost)
                 : tr("A run is still going; opening another task stops it."),
        {}, tr("Open anyway"), open);
  }
  return true;
}

}  // namespace gps::ui
