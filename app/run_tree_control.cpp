// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run_tree_control.h"

#include <QAction>
#include <QStackedWidget>
#include <algorithm>
#include <utility>

#include "app/bridge/session_keeper.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/workspace.h"
#include "app/main_window.h"
#include "core/scene/scene_text.h"
#include "core/scene/scene_writer.h"
#include "core/session/session_file.h"
#include "widgets/panels/plain_text.h"
#include "widgets/panels/run_tree.h"
#include "widgets/panels/time_bar.h"
#include "widgets/plots/plot_board.h"

namespace gps::ui {

namespace {

/// 200 ms: nobody reads faster.
constexpr int kTicksPerLook = 6;
constexpr std::size_t kMostBack = 50;
constexpr qsizetype kLongestName = 60;

/// In the order of SessionLayout::kLayerNames.
std::vector<QAction*> layerActions(const WindowActions& a) {
  return {a.showSamples, a.showLocal, a.showGlobal, a.showTubes, a.showGhosts, a.showGrid, a.showTests};
}

}  // namespace

/// A look that is being made.
struct RunTreeControl::Reading {
  quint64 number = 0;
  QString file{};
  Look next{};
  bool returning = false;
  std::vector<RunNode> missing{};
  OpenedNodes opened{};
};

RunTreeControl::RunTreeControl(MainWindow& window) : QObject(nullptr), m_window(window), m_panel(new RunTreePanel(&window)) {
  connect(m_panel, &RunTreePanel::showRequested, this, &RunTreeControl::show);
  connect(m_panel, &RunTreePanel::compareRequested, this, &RunTreeControl::compare);
  connect(m_panel, &RunTreePanel::compareWithLastRequested, this, &RunTreeControl::compareWithLast);
  connect(m_panel, &RunTreePanel::backRequested, this, &RunTreeControl::back);
  connect(m_panel, &RunTreePanel::renameRequested, this, &RunTreeControl::rename);
  connect(m_panel, &RunTreePanel::noteRequested, this, &RunTreeControl::noteOn);
  SessionKeeper* keeper = m_window.m_keeper.get();
  connect(keeper, &SessionKeeper::savedAs, this, [this](const QString& file) { m_file = file; });
  connect(keeper, &SessionKeeper::edited, this, [this] {
    lookAgain();
  });
  connect(keeper, &SessionKeeper::renamed, this, [this](const QString& from, const QString& to) {
    const std::string before = from.toStdString(), name = to.toStdString();
    for (RunSession* run : m_window.runs()) {
      const std::string known = nameInSession(*run);
      if (known == before || known == name) run->rename(name);
    }
    for (RunOutline& each : m_outline) {
      if (each.run.name == before) each.run.name = name;
    }
    if (auto seen = m_seen.extract(before)) {
      seen.key() = name;
      m_seen.insert(std::move(seen));
    }
    refresh();
  });
  connect(keeper, &SessionKeeper::editRefused, this, [this](const Error& error) {
    m_window.m_messages->post("runs", Severity::Error, error);
    lookAgain();
  });
}

QString RunTreeControl::file() const {
  return m_window.m_keeper->exists() ? m_window.m_keeper->file() : m_window.m_readOnlySession;
}

// --- the list

void RunTreeControl::lookAgain() {
  m_looked.clear();
}

void RunTreeControl::follow() {
  const QString now = file();
  if (now == m_file) return;
  m_file = now;
  m_outline.clear();
  m_seen.clear();
  m_back.clear();
  m_looked.clear();
  m_opened.reset();
  m_layoutDue = false;
  m_changed = true;
  ++m_asked;  // what is being read belongs to the one before
}

void RunTreeControl::noteOpened() {
  follow();
  m_layoutDue = true;
}

void RunTreeControl::tick() {
  if (++m_ticks % kTicksPerLook != 0) return;
  follow();
  if (m_layoutDue) {
    m_opened = layout();
    m_layoutDue = !m_opened.has_value();
  }
  const std::vector<RunSession*> runs = m_window.runs();
  // A run that a session has taken, or that left the window, changes what there is to read.
  std::string looked = "runs";
  bool saved = false;
  QString drawn;
  for (const RunSession* run : runs) {
    const std::string name = nameInSession(*run);
    saved = saved || !name.empty();
    looked += '\n' + name;
    drawn += QStringLiteral("%1 %2 %3 %4\n").arg(QString::fromStdString(name)).arg(run->history()->revision())
                 .arg(static_cast<int>(run->state())).arg(run->heldAt());
  }
  if (!m_file.isEmpty() && saved && looked != m_looked) {
    m_looked = looked;
    readOutline();
  }
  if (!m_changed && drawn == m_drawn) return;
  if (!m_panel->isVisible()) {
    m_changed = true;
    return;
  }
  m_drawn = drawn;
  refresh();
}

void RunTreeControl::refresh() {
  m_changed = false;
  m_panel->setReadOnly(m_window.m_readOnlySession.isEmpty() ? QString() : tr("The session can only be read."));
  m_panel->setScrubbed(m_window.m_workspace->iteration());
  m_panel->setBack(!m_back.empty(), m_back.empty() ? QString() : nameOf(m_back.back()));
  m_panel->setRows(treeRows(m_outline, m_window.runs(), m_seen));
}

void RunTreeControl::readOutline() {
  const auto list = [this, file = m_file] {
    if (file != m_file) return;
    m_listing.start([this, file](const std::atomic<bool>& stop) -> LatestJob::Deliver {
      const Result<SessionFile> session = SessionFile::open(file.toStdString());
      if (!session) return nullptr;  // what it was stays; saving says loudly what is wrong with the file
      std::vector<RunOutline> outline = gps::outlineOf(*session, &stop);
      return [this, file, outline = std::move(outline)]() mutable {
        if (file != m_file) return;
        m_outline = std::move(outline);
        m_changed = true;
      };
    });
  };
  if (!m_window.m_keeper->exists()) return list();
  // What left the window a moment ago is on its way to the disk.
  m_window.m_keeper->settle([self = QPointer<RunTreeControl>(this), list](const Status&) {
    if (self) list();
  });
}

std::int64_t RunTreeControl::idOf(const RunSession& run) const {
  const std::string name = nameInSession(run);
  const auto found = std::find_if(m_outline.begin(), m_outline.end(),
                                  [&name](const RunOutline& each) { return each.run.name == name; });
  return name.empty() || found == m_outline.end() ? 0 : found->run.id;
}

const RunOutline* RunTreeControl::outlineOf(std::int64_t run) const {
  const auto found =
      std::find_if(m_outline.begin(), m_outline.end(), [run](const RunOutline& each) { return each.run.id == run; });
  return found == m_outline.end() ? nullptr : &*found;
}

QString RunTreeControl::nameOf(const Look& look) const {
  QStringList names;
  for (const RunNode& node : look.shown) {
    const RunOutline* found = outlineOf(node.run);
    const QString name = found ? plainLine(QString::fromStdString(found->run.name)) : tr("a run that is in no file");
    names << (node.heldAt > 0 ? tr("%1 at %2").arg(name, QString::number(node.heldAt)) : name);
  }
  return names.join(tr(" and "));
}

// --- showing

RunTreeControl::Look RunTreeControl::current() const {
  Look look;
  for (const RunSession* run : m_window.runs()) look.shown.push_back({idOf(*run), run->heldAt()});
  look.selected = m_window.m_selected;
  look.iteration = m_window.m_workspace->timeBar()->following() ? 0 : m_window.m_workspace->iteration();
  return look;
}

void RunTreeControl::refuse(const QString& what, const QString& mend) {
  m_window.m_messages->post(
      {.key = "runs", .severity = Severity::Warning, .what = what, .where = {}, .mend = mend, .action = {}});
}

void RunTreeControl::show(qint64 run, int iteration) {
  const RunOutline* wanted = outlineOf(run);
  if (!wanted) return;
  const int last = std::max(wanted->run.iterations, wanted->run.parentIteration);
  const Look now = current();
  Look next;
  next.iteration = iteration < last ? iteration : 0;
  next.shown.push_back({run, 0});
  const auto shown = std::find(now.shown.begin(), now.shown.end(), RunNode{run, 0});
  if (shown == now.shown.begin() && shown != now.shown.end()) {
    next.shown = now.shown;
    return moveTo(next);
  }
  if (shown != now.shown.end()) {
    next.shown.push_back(now.shown.front());  // they change places
  } else if (now.shown.size() > 1) {
    const RunOutline* beside = outlineOf(now.shown[1].run);
    if (beside && beside->run.scene == wanted->run.scene) next.shown.push_back(now.shown[1]);
  }
  go(std::move(next), false);
}

void RunTreeControl::compare(qint64 run, int iteration) {
  const RunOutline* wanted = outlineOf(run);
  const Look now = current();
  if (!wanted || now.shown.empty()) return;
  const int last = std::max(wanted->run.iterations, wanted->run.parentIteration);
  const RunNode node{run, iteration > 0 && iteration < last ? iteration : 0};
  if (node == now.shown.front()) {
    return refuse(tr("This is run A itself."), tr("Choose an earlier iteration to see it beside the last one."));
  }
  Look next{{now.shown.front(), node}, 1, node.heldAt > 0 ? now.iteration : 0};
  if (now.shown.size() > 1 && now.shown[1] == node) return moveTo(next);
  go(std::move(next), false);
}

void RunTreeControl::compareWithLast(qint64 run, int iteration) {
  const RunOutline* wanted = outlineOf(run);
  if (!wanted || iteration < 1 || iteration >= std::max(wanted->run.iterations, wanted->run.parentIteration)) return;
  const Look next{{{run, 0}, {run, iteration}}, 0, 0};
  if (current().shown == next.shown) return moveTo(next);
  go(next, false);
}

void RunTreeControl::back() {
  if (m_back.empty()) return;
  Look next = m_back.back();
  std::erase_if(next.shown, [this](const RunNode& node) { return !outlineOf(node.run); });
  // Runs of a strange file may share a name, by which those in the window are told apart.
  if (next.shown.size() > 1 && next.shown[0] == next.shown[1]) next.shown.pop_back();
  if (next.shown.empty()) {
    m_back.pop_back();
    m_changed = true;
    return;
  }
  next.selected = std::clamp(next.selected, 0, static_cast<int>(next.shown.size()) - 1);
  go(std::move(next), true);
}

void RunTreeControl::go(Look next, bool returning) {
  auto reading = std::make_shared<Reading>();
  reading->number = ++m_asked;
  reading->file = m_file;
  reading->next = std::move(next);
  reading->returning = returning;
  m_window.withdraw({"runs"});
  if (!m_window.m_keeper->exists()) return read(reading);
  // A run that was stopped a moment ago leaves its last iteration with the writer.
  m_window.m_keeper->settle([self = QPointer<RunTreeControl>(this), reading](const Status& settled) {
    if (!self || reading->number != self->m_asked) return;
    if (settled) self->read(reading);
    else self->m_window.m_messages->post("runs", Severity::Error, settled.error());
  });
}

void RunTreeControl::read(const std::shared_ptr<Reading>& reading) {
  const Look now = current();
  for (const RunNode& node : reading->next.shown) {
    if (std::find(now.shown.begin(), now.shown.end(), node) == now.shown.end()) reading->missing.push_back(node);
  }
  if (reading->missing.empty()) return arrange(reading, false);
  m_opening.start([this, reading](const std::atomic<bool>& stop) -> LatestJob::Deliver {
    Result<OpenedNodes> opened = openNodes(reading->file, reading->missing, &stop);
    if (!opened) {
      return [this, reading, error = opened.error()] {
        if (reading->number == m_asked) m_window.m_messages->post("runs", Severity::Error, error);
      };
    }
    return [this, reading, opened = std::make_shared<OpenedNodes>(*std::move(opened))] {
      reading->opened = std::move(*opened);
      arrange(reading, false);
    };
  });
}

bool RunTreeControl::sameScene(const std::string& text) const {
  if (m_window.m_runs.empty()) return false;
  const std::shared_ptr<const Scene> scene = m_window.m_runs.front()->setup().task->scene;
  return scene && sceneText(sceneTree(*scene, Defaults::LeftOut)) == text;
}

void RunTreeControl::arrange(const std::shared_ptr<Reading>& reading, bool confirmed) {
  if (reading->number != m_asked || reading->file != file()) return;
  // The page that was there when it was asked for may be gone.
  if (m_window.m_pages->currentWidget() != m_window.m_workspace) return;
  const Look now = current();
  for (const RunNode& node : reading->next.shown) {
    const bool there = std::find(now.shown.begin(), now.shown.end(), node) != now.shown.end();
    const bool read = std::find(reading->missing.begin(), reading->missing.end(), node) != reading->missing.end();
    if (there == read) return;  // the window shows something else by now
  }
  const bool keepsOne = reading->missing.size() < reading->next.shown.size();
  const bool otherScene = !reading->missing.empty() && !sameScene(reading->opened.sceneText);
  if (otherScene && keepsOne) {
    return refuse(tr("These runs learned different scenes, so they can't be compared."), tr("Show one of them instead."));
  }
  if (otherScene && m_window.unsaved()) {
    return refuse(tr("That run is of another scene, and %1 has changes that are not saved.").arg(m_window.m_document->displayName()),
                  tr("Save the task first."));
  }
  QStringList working;
  for (std::size_t i = 0; i < now.shown.size(); ++i) {
    const bool stays = std::find(reading->next.shown.begin(), reading->next.shown.end(), now.shown[i]) != reading->next.shown.end();
    if (!stays && m_window.m_runs[i]->active()) working << (i == 0 ? "A" : "B");
  }
  if (!working.isEmpty() && !confirmed) {
    m_window.ask("runs", tr("Run %1 is still going; showing the other one stops it.").arg(working.join(tr(" and "))),
                 tr("Its iterations stay in the session."), tr("Stop it and show"),
                 [this, reading] { arrange(reading, true); });
    return;
  }
  if (otherScene) {
    const Result<SceneTree> tree = parseSceneTree(reading->opened.sceneText, reading->file.toStdString());
    if (!tree) return m_window.m_messages->post("runs", Severity::Error, tree.error());
    m_window.m_document->startWith(*tree);
    m_window.m_design->select(DesignSelection());
    m_window.m_learned = m_window.m_document->tree();
    m_window.withdraw({"task", "earlier", "results"});
  }
  if (reading->returning) {
    if (!m_back.empty()) m_back.pop_back();
  } else if (std::any_of(now.shown.begin(), now.shown.end(), [](const RunNode& node) { return node.run != 0; })) {
    m_back.push_back(now);
    if (m_back.size() > kMostBack) m_back.erase(m_back.begin());
  }
  place(*reading);
  moveTo(reading->next);
}

void RunTreeControl::place(Reading& reading) {
  const Look now = current();
  for (const auto& run : m_window.m_runs) run->drain();  // the last that is seen of those that go
  treeRows(m_outline, m_window.runs(), m_seen);
  std::vector<std::unique_ptr<RunSession>> before = std::move(m_window.m_runs);
  m_window.m_runs.clear();
  for (const RunNode& node : reading.next.shown) {
    const int index = static_cast<int>(m_window.m_runs.size());
    const auto there = std::find(now.shown.begin(), now.shown.end(), node);
    if (there != now.shown.end()) {
      m_window.m_runs.push_back(std::move(before[static_cast<std::size_t>(there - now.shown.begin())]));
      if (RunSession& stays = *m_window.m_runs.back(); stays.readOnly().isEmpty()) m_window.recordRun(&stays, index);
      continue;
    }
    const auto read = std::find(reading.missing.begin(), reading.missing.end(), node);
    OpenedRun& opened = reading.opened.runs[static_cast<std::size_t>(read - reading.missing.begin())];
    QString label = algorithmLabel(opened.run.algorithm);
    const bool fork = opened.run.parent && opened.run.parentIteration > 0;
    if (opened.heldAt > 0) label = tr("%1 (at %2)").arg(label).arg(opened.heldAt);
    else if (fork) label = tr("%1 (from %2)").arg(label).arg(opened.run.parentIteration);
    for (const auto& other : m_window.m_runs) {
      // The same, and seen to be.
      opened.setup.task = other->setup().task;
      if (other->label() == label) label += index == 0 ? QStringLiteral(" (A)") : QStringLiteral(" (B)");
    }
    for (const auto& other : before) {
      const bool stays = other && std::any_of(reading.next.shown.begin(), reading.next.shown.end(), [&](const RunNode& each) {
        return each.run != 0 && each == RunNode{idOf(*other), other->heldAt()};
      });
      if (!stays) continue;
      opened.setup.task = other->setup().task;
      if (other->label() == label) label += index == 0 ? QStringLiteral(" (A)") : QStringLiteral(" (B)");
    }
    m_window.m_runs.push_back(sessionOf(std::move(opened), reading.file, label, index));
    m_window.watch(m_window.m_runs.back().get());
  }
  m_window.withdraw({"failure.A", "failure.B", "remove", "reset", "newRun", "algorithm", "fork", "refused", "warnings"});
  m_window.m_workspace->setRuns(m_window.runs());
  m_window.m_plots->setRuns({});
  before.clear();  // ends their engines
  m_window.m_selected = reading.next.selected;
  m_window.runsChanged();
  refresh();
}

void RunTreeControl::moveTo(const Look& look) {
  m_window.selectRun(look.selected);
  if (look.iteration > 0) {
    m_window.m_workspace->setIteration(look.iteration);
    m_window.m_plots->setIteration(look.iteration);
    m_window.m_plotsDirty = true;  // also the rows of the step rule
  } else {
    m_window.m_workspace->timeBar()->setFollowing(true);
  }
  m_window.m_viewsDirty = true;
}

std::unique_ptr<RunSession> RunTreeControl::sessionOf(OpenedRun opened, const QString& file, const QString& label, int place) {
  const bool writable = m_window.m_keeper->exists() && m_window.m_keeper->file() == file;
  auto run = std::make_unique<RunSession>(std::move(opened.setup), label);
  const RunPlace where{file.toStdString(), opened.run.name};
  const int last = static_cast<int>(opened.past.size());
  const RelayRecorder::Fork fork{opened.run.parent.value_or(0), opened.run.parent ? opened.run.parentIteration : 0};
  if (opened.heldAt > 0) {
    run->takePast(opened.past, std::make_shared<RelayRecorder>(opened.run.id, last, where, fork));
    run->setHeldAt(opened.heldAt, tr("An earlier iteration can only be looked at. Show the run to go on or to fork it."));
    return run;
  }
  if (last > 0) {
    auto relay = std::make_shared<RelayRecorder>(opened.run.id, last, where, fork);
    if (writable) m_window.m_keeper->know(relay);
    run->takePast(opened.past, std::move(relay));
  }
  if (writable) m_window.recordRun(run.get(), place);
  else run->setReadOnly(tr("The session can only be read."));
  return run;
}

// --- layout

std::optional<SessionLayout> RunTreeControl::layout() const {
  const Look now = current();
  if (now.shown.empty() || m_outline.empty()) return std::nullopt;
  SessionLayout layout{now.shown, now.selected, now.iteration, m_outline.size()};
  if (std::any_of(now.shown.begin(), now.shown.end(), [](const RunNode& node) { return node.run <= 0; })) return std::nullopt;
  layout.design = m_window.m_pages->currentWidget() == m_window.m_design;
  const std::vector<QAction*> actions = layerActions(m_window.m_actions);
  for (std::size_t i = 0; i < SessionLayout::kLayers; ++i) layout.layers[i] = actions[i]->isChecked();
  return layout;
}

void RunTreeControl::keepLayout() {
  if (!m_window.m_keeper->exists() || m_window.m_keeper->file() != m_file) return;
  const std::optional<SessionLayout> now = layout();
  if (!now || m_layoutDue || now == m_opened) return;
  m_opened = now;
  m_window.m_keeper->setLayout(layoutText(*now));
}

void RunTreeControl::applyLayout(const SessionLayout& layout) {
  const std::vector<QAction*> actions = layerActions(m_window.m_actions);
  for (std::size_t i = 0; i < SessionLayout::kLayers; ++i) actions[i]->setChecked(layout.layers[i]);
  moveTo({layout.shown, layout.selected, layout.iteration});
  if (layout.design) m_window.showDesign();
}

// --- names and notes

void RunTreeControl::rename(qint64 run, const QString& name) {
  const RunOutline* known = outlineOf(run);
  if (!known || !m_window.m_keeper->exists()) return lookAgain();
  const QString plain = plainLine(name, kLongestName);
  if (plain.isEmpty() || plain != name.trimmed()) {
    return refuse(tr("A name is one line of at most %1 signs that can be seen.").arg(kLongestName));
  }
  m_window.m_keeper->rename(run, known->run.name, plain.toStdString());
}

void RunTreeControl::noteOn(qint64 run, int iteration, const QString& text) {
  if (!m_window.m_keeper->exists()) return;
  m_window.m_keeper->note(run, iteration, plainLines(text).toStdString());
}

}  // namespace gps::ui
