// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps work from being lost: saving first, asking before others' work is overwritten, the way back to results.
#include <QAction>
#include <QFileInfo>
#include <QStackedWidget>
#include <algorithm>

#include "app/bridge/session_keeper.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/main_window.h"

namespace gps::ui {

namespace {

/// Whether learning both is the same: they differ at most in the words about them.
bool learnedAlike(const SceneTree& a, const SceneTree& b) {
  if (!a.is_object() || !b.is_object()) return a == b;
  const auto isWord = [](const std::string& key) { return key == "name" || key == "title" || key == "text"; };
  const auto within = [&](const SceneTree& one, const SceneTree& other) {
    for (const auto& item : one.items()) {
      if (isWord(item.key())) continue;
      const auto found = other.find(item.key());
      if (found == other.end() || *found != item.value()) return false;
    }
    return true;
  };
  return within(a, b) && within(b, a);
}

}  // namespace

void MainWindow::requestSave(std::function<void()> then) {
  m_design->settle();
  if (m_document->needsName()) {
    chooseTaskFile(std::move(then));
    return;
  }
  if (!m_document->differsOnDisk()) {
    if (saveTask() && then) then();
    return;
  }
  askToKeep(
      "overwrite",
      tr("Another program has written %1 since it was opened or saved here.").arg(m_document->displayName()),
      tr("Overwriting loses what that program wrote."), tr("Overwrite"),
      [this, then] {
        withdraw({"disk"});  // answered by this
        if (saySaved(m_document->save(true)) && then) then();
      },
      tr("Save as…"), [this, then] { chooseTaskFile(then); });
}

void MainWindow::askAboutChanges(const QString& key, const QString& where, std::function<void()> then) {
  const int nameless = m_keeper->wouldLose() ? m_keeper->iterations() : 0;
  const int lost = discardedIterations();
  const auto named = [&where](const QString& verb) { return where.isEmpty() ? verb : verb + " " + where; };
  const auto giveUp = [this, then] {
    m_givingUp = true;
    then();
    m_givingUp = false;
  };
  const QString iterations = tr("%n iteration(s)", nullptr, nameless);
  const QString session =
      m_keeper->named() ? tr("Not all of its %1 could be saved.").arg(iterations)
                        : tr("Its session with %1 has no name yet.").arg(iterations);
  if (!unsaved()) {
    askToKeep(key, m_keeper->named() ? session : tr("The session with %1 has no name yet.").arg(iterations),
              tr("A name keeps it; without one it is discarded."), named(tr("Discard")), giveUp,
              tr("Save session…"), [this, then] { keepAll(then); });
    return;
  }
  askToKeep(key, tr("%1 has changes that are not saved.").arg(m_document->displayName()),
            nameless > 0 ? session
            : lost > 0   ? tr("The run and its %n iteration(s) are discarded in any case.", nullptr, lost)
                         : QString(),
            named(tr("Discard")), giveUp, tr("Save"), [this, then] { keepAll(then); });
}

bool MainWindow::runsAreOfThisTask() const {
  return !m_runs.empty() && m_learned && learnedAlike(*m_learned, m_document->tree());
}

void MainWindow::showEarlierResults() {
  if (m_runs.empty()) return;
  showWorkspace();
  showTitle();
  showEditActions();
  showControls();
  const auto fresh = [this] {
    const std::shared_ptr<const Task> task = compileDocument();
    const std::string algorithm = m_runs.front()->setup().algorithm;
    if (task) beginRuns(task, algorithm);
  };
  m_answers["earlier"] = fresh;
  m_keeping["earlier"] = [this] { showDesign(); };
  m_messages->post({.key = "earlier",
                    .severity = Severity::Info,
                    .what = tr("These results are of the task as it was before it was changed."),
                    .where = {},
                    .mend = tr("The changes are kept. A new run learns them and discards these results."),
                    .action = tr("New run"),
                    .keep = tr("Back to Design")});
}

void MainWindow::showWayBack() {
  const QStringList keys = m_messages->keys();
  const bool same = runsAreOfThisTask();
  if (same && keys.contains("task")) {
    withdraw({"task"});
    m_answers["results"] = [this] { showLearn(false); };
    m_messages->post({.key = "results",
                      .severity = Severity::Info,
                      .what = tr("The task is again the one that was learned."),
                      .where = {},
                      .mend = {},
                      .action = tr("Back to the results")});
  }
  if (same && keys.contains("earlier")) withdraw({"earlier"});
  if (!same && keys.contains("results")) withdraw({"results"});
}

}  // namespace gps::ui
