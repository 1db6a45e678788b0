// SPDX-License-Identifier: GPL-3.0-or-later
// What saves the runs: a session without a name from the first start on, its name, its troubles, and its return.
#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QStackedWidget>
#include <algorithm>
#include <utility>

#include "app/bridge/session_keeper.h"
#include "app/bridge/session_opening.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/status_strip.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "app/run_tree_control.h"
#include "core/scene/scene_text.h"
#include "core/session/session_fork.h"
#include "core/session/session_writer.h"
#include "widgets/plots/plot_board.h"

namespace gps::ui {

namespace {

Message note(const char* key, const QString& what, const QString& where = {}, const QString& mend = {}) {
  return {.key = QLatin1String(key), .severity = Severity::Info, .what = what, .where = where, .mend = mend, .action = {}};
}

}  // namespace

void MainWindow::connectSessions() {
  connect(m_actions.saveSessionAs, &QAction::triggered, this, [this] { chooseSessionFile(); });
  connect(m_actions.fork, &QAction::triggered, this, &MainWindow::forkHere);
  connect(m_keeper.get(), &SessionKeeper::savedAs, this, [this](const QString& file) {
    withdraw({"saving"});
    m_messages->post(note("session", tr("The session is saved here from now on, after every iteration."),
                          QDir::toNativeSeparators(file)));
    noteRecent(file);
    showTitle();
    m_viewsDirty = true;
    const std::function<void()> then = std::exchange(m_afterSaving, nullptr);
    if (!losesWork()) {
      for (const auto& [key, keeping] : std::map(m_keeping)) {
        if (key == "open" || key == "close") withdraw({qPrintable(key)});  // its reason is gone
      }
    }
    if (then) then();
  });
  connect(m_keeper.get(), &SessionKeeper::refused, this, [this](const Error& error) {
    m_afterSaving = nullptr;
    m_answers["session"] = [this] { chooseSessionFile(); };
    m_messages->post("session", Severity::Error, error, tr("Save elsewhere…"));
  });
  connect(m_keeper.get(), &SessionKeeper::found, this, [this](const std::vector<LeftSession>& left) {
    m_leftSessions = left;
    offerLeftSessions();
  });
  if (m_setup.keepsSessions) m_keeper->look();
}

void MainWindow::recordRun(RunSession* run, int index) {
  // A task that was not read from a scene can't be read again either.
  if (!m_setup.keepsSessions || !run->setup().task->scene) return;
  run->setRecording([this, run, index](const RunSetup& setup, std::shared_ptr<RelayRecorder> known) {
    return m_keeper->record(setup, index == 0 ? "A" : "B", std::move(known), run->plant().name.toStdString());
  });
}

bool MainWindow::losesWork() const {
  return unsaved() || m_keeper->wouldLose();
}

void MainWindow::endSession() {
  m_tree->keepLayout();
  dropRuns();
  m_keeper->close(m_givingUp);
  m_readOnlySession.clear();
  m_savingTold.clear();
}

void MainWindow::saveSessionAs(const QString& file) {
  m_keeper->saveAs(file);
}

void MainWindow::chooseSessionFile(std::function<void()> then) {
  auto* dialog = new QFileDialog(this, tr("Save session"), m_settings.lastFolder(), tr("Sessions (*.gpss)"));
  dialog->setObjectName("dialog.saveSession");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix("gpss");
  const QString name = m_keeper->named() ? QFileInfo(m_keeper->file()).completeBaseName()
                                         : QFileInfo(m_document->displayName()).baseName();
  dialog->selectFile(name + ".gpss");
  connect(dialog, &QFileDialog::fileSelected, this, [this, then](const QString& file) {
    m_settings.setLastFolder(QFileInfo(file).absolutePath());
    m_afterSaving = then;
    saveSessionAs(file);
  });
  dialog->open();
}

void MainWindow::keepAll(std::function<void()> then) {
  if (unsaved()) {
    requestSave([this, then] { keepAll(then); });
  } else if (m_keeper->wouldLose()) {
    chooseSessionFile(std::move(then));
  } else {
    then();
  }
}

void MainWindow::showSaving() {
  QString problem;
  std::optional<SaveState> worst;
  for (const auto& run : m_runs) {
    const std::optional<SaveState> saved = run->saved();
    if (saved && saved->problem) {
      worst = saved;
      problem = QString::fromStdString(saved->problem->text());
    }
  }
  if (problem != m_savingTold) {
    const bool mended = problem.isEmpty() && m_messages->keys().contains("saving");
    m_savingTold = problem;
    if (worst) {
      m_answers["saving"] = [this] {
        m_savingTold.clear();  // said again, unless it was answered
        chooseSessionFile();
      };
      const QString since = worst->iteration > 0
                                ? tr("Iterations after %1 can't be saved and are kept in memory alone.").arg(worst->iteration)
                                : tr("The run can't be saved and is kept in memory alone.");
      Error told = *worst->problem;
      told.what = (since + " " + QString::fromStdString(told.what)).toStdString();
      m_messages->post("saving", Severity::Error, told, tr("Save elsewhere…"));
    } else {
      withdraw({"saving"});
      if (mended) {
        m_messages->post(note("session", tr("Saving goes on; nothing is missing.")));
      }
    }
  }
  if (m_runs.empty()) return;
  const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
  m_status->setSaved(run.saved(), run.history()->iterations(),
                     !m_readOnlySession.isEmpty()  ? tr("Read only: %1").arg(QDir::toNativeSeparators(m_readOnlySession))
                     : !m_keeper->exists()         ? QString()
                     : m_keeper->named()           ? QDir::toNativeSeparators(m_keeper->file())
                                                   : tr("The session has no name yet; it is kept in %1")
                                             .arg(QDir::toNativeSeparators(m_keeper->file())));
}

// --- opening
// ----------------------------------------------------------------------------------------------------

void MainWindow::openSessionFile(const QString& file) {
  m_design->settle();
  const QString path = QFileInfo(file).absoluteFilePath();
  if (m_keeper->exists() && QFileInfo(m_keeper->file()).absoluteFilePath() == path) {
    showWorkspace();
    m_messages->post(note("session", tr("This session is open already."), QDir::toNativeSeparators(path)));
    return;
  }
  m_messages->post(note("session", tr("The session is being read."), QDir::toNativeSeparators(path)));
  if (!m_opening) m_opening = std::make_unique<LatestJob>();
  m_opening->start([this, path](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    Result<OpenedSession> read = openSession(path, &stop);
    if (!read) {
      return [this, error = read.error()] { m_messages->post("session", Severity::Error, error); };
    }
    auto opened = std::make_shared<OpenedSession>(*std::move(read));
    return [this, opened] {
      m_messages->dismiss("session");
      const auto show = [this, opened] { showSession(opened); };
      if (losesWork()) {
        askAboutChanges("open", tr("and open"), show);
      } else if (anyActive()) {
        ask("open", tr("A run is still going; opening the session stops it."), {}, tr("Open anyway"), show);
      } else {
        show();
      }
    };
  });
}

void MainWindow::showSession(const std::shared_ptr<OpenedSession>& opened) {
  const Result<SceneTree> tree = parseSceneTree(opened->sceneText, opened->file.toStdString());
  if (!tree) {
    m_messages->post("session", Severity::Error, tree.error());
    return;
  }
  endSession();
  m_document->startWith(*tree);
  m_design->select(DesignSelection());
  m_learned = m_document->tree();
  const bool writable = opened->writer != nullptr;
  if (writable) {
    std::map<std::string, int> all;
    for (const SessionRun& run : opened->all) all[run.name] = ownIterations(run);
    m_keeper->takeOver(opened->file, std::move(opened->writer), std::move(all));
  } else {
    m_readOnlySession = opened->file;
  }
  for (OpenedRun& each : opened->shown) {
    const int index = static_cast<int>(m_runs.size());
    QString label = legend(each.run.algorithm, index);
    if (each.heldAt > 0) label = tr("%1 (at %2)").arg(legend(each.run.algorithm, 0)).arg(each.heldAt);
    m_runs.push_back(m_tree->sessionOf(std::move(each), opened->file, label, index));
    watch(m_runs.back().get());
  }
  if (!m_keeper->isUnnamed(opened->file)) noteRecent(opened->file);
  showWorkspace();
  runsChanged();
  tick();
  m_workspace->setFocus();
  if (opened->layout) m_tree->applyLayout(*opened->layout);
  m_tree->noteOpened();
  if (opened->readOnly) {
    Error why = *opened->readOnly;
    why.what = tr("The session is shown, but can't go on here. %1").arg(QString::fromStdString(why.what)).toStdString();
    m_answers["readOnly"] = [this, file = opened->file] { openSessionFile(file); };
    m_messages->post("readOnly", Severity::Warning, why, tr("Try again"));
  }
  offerLeftSessions();
  offerRecovery();
}

// --- forks
// ----------------------------------------------------------------------------------------------------

void MainWindow::forkHere() {
  if (m_runs.empty()) return;
  const int parent = m_selected;
  const RunSession& run = *m_runs[static_cast<std::size_t>(parent)];
  const std::optional<RunPlace> place = run.place();
  const int iteration = std::min(m_workspace->iteration(), run.history()->iterations());
  if (!place || iteration < 1) return;
  if (run.saved()->iteration < iteration) {
    m_messages->post({.key = "fork",
                      .severity = Severity::Warning,
                      .what = tr("Iteration %1 is not saved yet, so no run can begin there.").arg(iteration),
                      .where = {},
                      .mend = tr("Choose an earlier iteration, or try again in a moment."),
                      .action = {}});
    return;
  }
  const auto begin = [this, parent, place = *place, iteration] {
    m_messages->post(note("fork", tr("Going back to iteration %1.").arg(iteration)));
    if (!m_opening) m_opening = std::make_unique<LatestJob>();
    const QString file = QString::fromStdString(place.file);
    m_opening->start([this, file, run = place.run, iteration, parent](const std::atomic<bool>& stop) -> LatestJob::Deliver {
      Result<OpenedRun> made = openFork(file, run, iteration, &stop);
      if (!made) return [this, error = made.error()] { m_messages->post("fork", Severity::Error, error); };
      auto fork = std::make_shared<OpenedRun>(*std::move(made));
      return [this, fork, file, parent] { showFork(fork, file, parent); };
    });
  };
  if (m_runs.size() > 1 && m_runs[static_cast<std::size_t>(1 - parent)]->active()) {
    ask("fork", tr("The other run is still going; the fork takes its place."), tr("Its iterations stay in the session."),
        tr("Stop it and fork"), begin);
    return;
  }
  begin();
}

void MainWindow::showFork(const std::shared_ptr<OpenedRun>& fork, const QString& file, int parent) {
  m_messages->dismiss("fork");
  // The window may show something else by now.
  if (parent >= static_cast<int>(m_runs.size()) || !m_keeper->exists() || m_keeper->file() != file ||
      m_runs[static_cast<std::size_t>(parent)]->setup().algorithm != fork->run.algorithm) {
    return;
  }
  fork->setup.task = m_runs[static_cast<std::size_t>(parent)]->setup().task;  // the same, and seen to be
  if (m_runs.size() > 1) {
    m_workspace->setRuns({m_runs[static_cast<std::size_t>(parent)].get()});
    m_plots->setRuns({});
    m_runs.erase(m_runs.begin() + (1 - parent));
    withdraw({"failure.A", "failure.B"});
  }
  const int iteration = fork->run.parentIteration;
  auto run = std::make_unique<RunSession>(
      std::move(fork->setup), tr("%1 (from %2)").arg(legend(fork->run.algorithm, 0)).arg(iteration));
  auto relay = std::make_shared<RelayRecorder>(RelayRecorder::Fork{*fork->run.parent, iteration},
                                               RunPlace{file.toStdString(), fork->run.name});
  m_keeper->know(relay);
  run->takePast(fork->past, std::move(relay));
  recordRun(run.get(), 1);
  m_runs.push_back(std::move(run));
  watch(m_runs.back().get());
  m_selected = 1;
  runsChanged();
  m_messages->post(note("fork", tr("Run B shares iterations 1 to %1 with run A.").arg(iteration), {},
                        tr("Change its parameters, then continue.")));
}

void MainWindow::offerLeftSessions() {
  std::erase_if(m_leftSessions, [this](const LeftSession& each) {
    return each.file == m_keeper->file() || each.file == m_readOnlySession;
  });
  if (m_leftSessions.empty()) return withdraw({"leftSession"});
  const LeftSession& newest = m_leftSessions.front();
  const QString file = newest.file;
  const auto done = [this, file] {
    std::erase_if(m_leftSessions, [&file](const LeftSession& each) { return each.file == file; });
  };
  askToKeep("leftSession",
            tr("A session of %1 with %n iteration(s) has no name yet.", nullptr, newest.iterations).arg(newest.scene),
            tr("The program ended on %1 before it was given one.").arg(newest.ended), tr("Discard"),
            [this, file, done] {
              m_keeper->remove(file);
              done();
              offerLeftSessions();
            },
            tr("Open"),
            [this, file, done] {
              done();
              openSessionFile(file);
            });
}

}  // namespace gps::ui
