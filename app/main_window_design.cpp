// SPDX-License-Identifier: GPL-3.0-or-later
// The task of the window: designing it, saving it, and learning what it has become.
#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <algorithm>

#include "app/bridge/session_keeper.h"
#include "app/commands/add_part.h"
#include "app/documents/recovery_copy.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/controller_page.h"
#include "app/forms/design/design_page.h"
#include "app/forms/design/history_panel.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/algorithms/check_scene.h"
#include "core/scene/scene_reader.h"
#include "widgets/editor/scene_editor.h"

namespace gps::ui {

void MainWindow::connectDesign() {
  m_design->setDocument(m_document.get());
  m_design->history()->setOpen(m_settings.historyShown());
  connect(m_design->history(), &HistoryPanel::openChanged, this,
          [this](bool open) { m_settings.setHistoryShown(open); });
  connect(m_document.get(), &SceneDocument::stateChanged, this, [this] {
    showTitle();
    showEditActions();
    showControls();
    showWayBack();
    // Asked while there were some, the questions say what no longer holds.
    if (!losesWork()) {
      for (const auto& [key, keeping] : std::map(m_keeping)) {
        if (key == "open" || key == "close") withdraw({qPrintable(key)});
      }
      withdraw({"gone"});
    }
  });
  connect(m_document.get(), &SceneDocument::changed, this, [this] {
    if (m_pages->currentWidget() == m_design) showControls();
  });
  connect(m_document.get(), &SceneDocument::changedOnDisk, this, [this] {
    ask("disk", tr("Another program changed %1.").arg(m_document->displayName()),
        unsaved() ? tr("Reloading replaces your changes; undo brings them back.") : QString(), tr("Reload"),
        [this] {
          if (Status done = m_document->reload(); !done)
            m_messages->post("disk", Severity::Error, done.error());
        });
  });
  connect(m_recovery.get(), &RecoveryCopy::notKept, this,
          [this](const Error& error) { m_messages->post("notKept", Severity::Warning, error); });
  connect(m_document.get(), &SceneDocument::fileGone, this, [this] {
    m_messages->post({.key = "gone",
                      .severity = Severity::Warning,
                      .what = tr("%1 was removed or renamed by another program.").arg(m_document->displayName()),
                      .where = m_document->path(),
                      .mend = tr("The task is still here. Saving writes the file anew."),
                      .action = {}});
  });
  connect(m_design, &DesignPage::selectionChanged, this, &MainWindow::showEditActions);
  connect(m_design, &DesignPage::refused, this,
          [this](const Error& error) { m_messages->post("edit", Severity::Warning, error); });
  m_design->controllers()->setRunSource([this] {
    std::vector<RunControllers> list;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
      const std::shared_ptr<const Snapshot> shown = m_workspace->shown(static_cast<int>(i));
      if (!shown || !shown->task) continue;
      RunControllers run{legend(shown->algorithm, static_cast<int>(i)) +
                             tr(", iteration %1").arg(shown->report.iteration),
                         shown->task->conditions,
                         {}};
      for (const ConditionView& view : shown->conditions) {
        if (view.controller) run.controllers.push_back(view.controller);
      }
      if (run.controllers.size() == run.conditions.size()) list.push_back(std::move(run));
    }
    return list;
  });
  connect(m_design, &DesignPage::noted, this, [this](const QString& what) {
    m_messages->post(
        {.key = "edit", .severity = Severity::Info, .what = what, .where = {}, .mend = {}, .action = {}});
  });

  WindowActions& a = m_actions;
  connect(a.newTask, &QAction::triggered, this, &MainWindow::newTask);
  connect(a.save, &QAction::triggered, this, [this] { requestSave(); });
  connect(a.saveAs, &QAction::triggered, this, [this] { chooseTaskFile(); });
  connect(a.undo, &QAction::triggered, this, [this] { m_document->undo(); });
  connect(a.redo, &QAction::triggered, this, [this] { m_document->redo(); });
  connect(a.cut, &QAction::triggered, m_design, &DesignPage::cutSelected);
  connect(a.copy, &QAction::triggered, m_design, &DesignPage::copySelected);
  connect(a.paste, &QAction::triggered, m_design, &DesignPage::paste);
  connect(a.duplicate, &QAction::triggered, m_design, &DesignPage::duplicateSelected);
  connect(a.remove, &QAction::triggered, m_design, &DesignPage::removeSelected);
  a.insert->addActions(m_design->addMenu()->actions());
  connect(a.panes, &QActionGroup::triggered, this, [this](const QAction* action) {
    m_design->focusPane(static_cast<DesignPane>(action->data().toInt()));
  });
  connect(a.design, &QAction::triggered, this, &MainWindow::showDesign);
  connect(a.learn, &QAction::triggered, this, [this] { showLearn(false); });
  showEditActions();
}

bool MainWindow::unsaved() const {
  return m_document->isModified();
}

void MainWindow::showTitle() {
  const bool onStartPage = m_pages->currentIndex() == 0;
  if (onStartPage && m_runs.empty()) {
    setWindowTitle(tr("GPS Studio"));
    setWindowModified(false);
    return;
  }
  QString title = m_document->displayName();
  const std::shared_ptr<const Scene> scene = m_document->scene();
  if (scene && !scene->title.empty()) title = QString::fromStdString(scene->title);
  if (!m_runs.empty() && !m_runs.front()->setup().task->scene)
    title = QString::fromStdString(m_runs.front()->setup().task->name);
  const QString session = m_readOnlySession.isEmpty() && m_keeper->named() ? m_keeper->file() : m_readOnlySession;
  if (!session.isEmpty()) title += tr(" – %1").arg(QFileInfo(session).fileName());
  if (!m_readOnlySession.isEmpty()) title += tr(" (read only)");
  setWindowTitle(title + "[*]" + tr(" – GPS Studio"));
  setWindowModified(unsaved());
}

void MainWindow::showEditActions() {
  const bool designing = m_pages->currentWidget() == m_design;
  const EditHistory& history = m_document->history();
  const auto named = [](const QString& verb, const std::string& title) {
    return title.empty() ? verb : verb + ": " + QString::fromStdString(title);
  };
  WindowActions& a = m_actions;
  a.undo->setEnabled(designing && history.canUndo());
  a.redo->setEnabled(designing && history.canRedo());
  a.undo->setText(history.canUndo() ? named(tr("Undo"), history.title(history.done() - 1)) : tr("Undo"));
  a.redo->setText(history.canRedo() ? named(tr("Redo"), history.title(history.done())) : tr("Redo"));
  for (QAction* action : {a.cut, a.copy, a.duplicate, a.remove})
    action->setEnabled(designing && m_design->canCopy());
  a.paste->setEnabled(designing);
  a.insert->menuAction()->setEnabled(designing);
  a.panes->setEnabled(designing);
  const bool task = designing || !m_runs.empty();
  a.save->setEnabled(task);
  a.saveAs->setEnabled(task);
}

/// The newest rollouts of the first run, which cost terms are judged along.
RunLook MainWindow::newestRollouts() const {
  RunLook look;
  if (m_runs.empty() || m_runs.front()->history()->snapshots().empty()) return look;
  const Snapshot& newest = *m_runs.front()->history()->snapshots().back();
  look.name = tr("%1, iteration %2").arg(m_runs.front()->label()).arg(m_runs.front()->history()->iterations());
  look.scene = m_runs.front()->setup().task->scene;
  look.conditions = m_runs.front()->setup().task->conditions;
  for (const ConditionView& view : newest.conditions) look.rollouts.push_back(view.global ? view.global : view.local);
  return look;
}

void MainWindow::showDesign() {
  m_design->setLearned(newestRollouts());
  withdraw({"back", "earlier"});
  leaveWorkspace();
  m_pages->setCurrentWidget(m_design);
  m_actions.toolBar->show();
  m_actions.design->setChecked(true);
  showTitle();
  showEditActions();
  showControls();
  // Letters then choose tools, and N a robot.
  m_design->view()->setFocus();
}

std::shared_ptr<const Task> MainWindow::compileDocument() {
  const std::string name = m_document->displayName().toStdString();
  Result<CheckedScene> checked = checkSceneText(m_document->text().toStdString(), name);
  if (checked) return checked->task;
  const bool results = shownIterations() > 0;
  if (results) m_answers["task"] = [this] { showEarlierResults(); };
  m_messages->post("task", Severity::Error, checked.error(), results ? tr("See earlier results") : QString());
  return nullptr;
}

void MainWindow::dropRuns() {
  m_messages->clear();
  m_answers.clear();
  m_keeping.clear();
  m_workspace->setRuns({});
  m_runs.clear();
  m_selected = 0;
  m_learned.reset();
}

void MainWindow::showLearn(bool start) {
  m_design->settle();
  const auto go = [this, start] {
    if (start) requestStart();
  };
  if (runsAreOfThisTask()) {
    withdraw({"task", "results", "earlier"});
    showWorkspace();
    m_actions.learn->setChecked(true);
    showTitle();
    showEditActions();
    showControls();
    go();
    return;
  }
  const std::shared_ptr<const Task> task = compileDocument();
  (m_pages->currentWidget() == m_design ? m_actions.design : m_actions.learn)->setChecked(true);
  if (!task) return;
  withdraw({"task"});
  const std::string algorithm = m_runs.empty() ? kFirstAlgorithm : m_runs.front()->setup().algorithm;
  const auto begin = [this, algorithm, go] {
    // The question may have stood while the task was changed further.
    const std::shared_ptr<const Task> newest = compileDocument();
    if (newest && beginRuns(newest, algorithm)) go();
  };
  const int lost = shownIterations();
  if (lost == 0 && !anyActive()) {
    begin();
    return;
  }
  askToKeep("task", tr("The task has changed, so a new run begins."),
            m_keeper->exists() ? tr("The %n iteration(s) made so far stay in the session.", nullptr, lost)
                               : tr("The %n iteration(s) made so far are discarded then.", nullptr, lost),
            tr("New run"), begin,
            tr("See earlier results"), [this] { showEarlierResults(); });
}

void MainWindow::newTask() {
  m_design->settle();
  const auto make = [this] {
    endSession();
    m_document->startWith(emptyTask("untitled"));
    m_design->select(DesignSelection());
    showDesign();
  };
  const int lost = discardedIterations();
  if (!losesWork() && !anyActive() && lost == 0) {
    make();
    return;
  }
  if (losesWork()) return askAboutChanges("open", {}, make);
  ask("open",
      m_keeper->exists() ? tr("A run is still going; a new task stops it.")
                         : tr("A new task discards the run and its %n iteration(s).", nullptr, lost),
      {}, m_keeper->exists() ? tr("Stop it") : tr("Discard"), make);
}

bool MainWindow::saveTask() {
  m_design->settle();
  return saySaved(m_document->save());
}

bool MainWindow::saveTaskAs(const QString& path) {
  m_design->settle();
  return saySaved(m_document->saveAs(path));
}

bool MainWindow::saySaved(const Status& done) {
  if (!done) {
    m_messages->post("save", Severity::Error, done.error());
    return false;
  }
  m_messages->post({.key = "save",
                    .severity = Severity::Info,
                    .what = tr("The task was saved."),
                    .where = m_document->path(),
                    .mend = {},
                    .action = {}});
  noteRecent(m_document->path());
  return true;
}

void MainWindow::chooseTaskFile(std::function<void()> then) {
  auto* dialog = new QFileDialog(this, tr("Save task"), m_settings.lastFolder(), tr("Scenes (*.scene.json)"));
  dialog->setObjectName("dialog.saveTask");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix("scene.json");
  const QString name = m_document->path().isEmpty() ? m_document->displayName() + ".scene.json"
                                                    : QFileInfo(m_document->path()).fileName();
  dialog->selectFile(name);
  connect(dialog, &QFileDialog::fileSelected, this, [this, then](const QString& file) {
    m_settings.setLastFolder(QFileInfo(file).absolutePath());
    if (saveTaskAs(file) && then) then();
  });
  dialog->open();
}

void MainWindow::offerRecovery() {
  const std::vector<RecoveryCopy::Found> left = m_recovery->left();
  if (left.empty() || m_recoverLater) return;
  const RecoveryCopy::Found newest = left.front();
  const QString name = newest.path.isEmpty() ? tr("a new task") : QFileInfo(newest.path).fileName();
  const int lost = discardedIterations();
  QString mend = tr("The program ended before they were saved. Close this message to decide at the next start.");
  if (lost > 0) mend = tr("Restoring them discards the run and its %n iteration(s).", nullptr, lost);
  if (anyActive()) mend = tr("Stop the run first: restoring would replace it.");
  if (losesWork()) mend = tr("Save the session first: restoring would close it.");
  if (unsaved()) mend = tr("Save %1 first: restoring would replace it.").arg(m_document->displayName());
  forgetAnswers("recover");
  m_keeping["recover"] = [this, newest, lost] {
    if (losesWork() || anyActive() || discardedIterations() > lost) {
      offerRecovery();  // says what has to be done first, or what is lost by now
      return;
    }
    if (Status done = m_document->recover(newest.text, newest.path, newest.mark); !done) {
      m_messages->post("recover", Severity::Error, done.error());
      return;
    }
    endSession();
    if (m_document->differsOnDisk()) Q_EMIT m_document->changedOnDisk();
    // The old copy goes only when the new one is on the disk.
    if (m_recovery->flush()) RecoveryCopy::discard(newest);
    showDesign();
  };
  m_answers["recover"] = [this, newest] {
    RecoveryCopy::discard(newest);
    offerRecovery();  // the one before it
  };
  m_messages->post({.key = "recover",
                    .severity = Severity::Warning,
                    .what = tr("Unsaved changes of %1 were found.").arg(name),
                    .where = {},
                    .mend = mend,
                    .action = tr("Discard"),
                    .keep = tr("Restore")});
}

}  // namespace gps::ui
