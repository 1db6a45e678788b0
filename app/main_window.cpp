// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QChildEvent>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/arm/arm_control.h"
#include "app/bridge/comparison.h"
#include "app/bridge/session_keeper.h"
#include "app/bridge/session_opening.h"
#include "app/documents/recovery_copy.h"
#include "app/documents/scene_document.h"
#include "app/forms/design/design_page.h"
#include "app/forms/recent_files.h"
#include "app/forms/run_panel.h"
#include "app/forms/status_strip.h"
#include "app/forms/workspace.h"
#include "app/run_tree_control.h"
#include "app/tab_order.h"
#include "core/scene/scene_reader.h"
#include "widgets/panels/arm/arm_panel.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/panels/run_tree.h"
#include "widgets/panels/start_page.h"
#include "widgets/panels/step_panel.h"
#include "widgets/plots/plot_board.h"

namespace gps::ui {

namespace {

/// Raised when docks or toolbars change their names; an older layout is then ignored.
constexpr int kLayoutVersion = 3;
/// 33 ms per tick: plots at 10 Hz, views at 30.
constexpr int kTickMilliseconds = 33;
constexpr int kTicksPerPlot = 3;
/// Messages lie over the page, below its own row of tools.
constexpr int kMessagesTop = 44;

/// The first task or session among what is dropped; empty: none.
QString sceneFileOf(const QMimeData* data) {
  for (const QUrl& url : data->urls()) {
    const QString file = url.toLocalFile();
    if (url.isLocalFile() && (file.endsWith(".json", Qt::CaseInsensitive) || looksLikeSession(file)))
      return url.toLocalFile();
  }
  return {};
}

}  // namespace

MainWindow::MainWindow(WindowSetup setup, QWidget* parent)
    : QMainWindow(parent), m_setup(std::move(setup)), m_settings(m_setup.configFolder), m_actions(this) {
  setObjectName("window");
  m_document = std::make_unique<SceneDocument>();
  m_document->setShippedFolder(QString::fromStdString(m_setup.sceneFolder.string()));
  m_recovery = std::make_unique<RecoveryCopy>(m_document.get(), m_setup.configFolder);
  m_keeper = std::make_unique<SessionKeeper>(SessionKeeper::folderIn(m_setup.configFolder));
  setAcceptDrops(true);
  setDockNestingEnabled(true);
  makeLayout();
  connectViews();
  connectActions();
  connectDesign();
  connectSessions();
  applyChosenTheme();

  resize(1280, 800);
  const QByteArray geometry = m_settings.geometry();
  if (!geometry.isEmpty()) restoreGeometry(geometry);
  const Level level = m_settings.level();
  m_actions.levels->actions().at(static_cast<int>(level))->setChecked(true);
  m_panel->form()->setLevel(level);
  showStartPage();
  if (!m_settings.damagedFile().isEmpty()) {
    m_messages->post({.key = "settings",
                      .severity = Severity::Warning,
                      .what = tr("The settings could not be read, so the defaults hold."),
                      .where = m_settings.damagedFile(),
                      .mend = tr("Nothing needs to be done; the damaged file was set aside."),
                      .action = {}});
  }
  offerRecovery();

  m_timer.setInterval(kTickMilliseconds);
  connect(&m_timer, &QTimer::timeout, this, &MainWindow::tick);
  m_timer.start();
}

MainWindow::~MainWindow() {
  m_timer.stop();
  m_tree->keepLayout();
  // The field that has the keyboard commits when it loses it, to a document that must still be there.
  hide();
  // All are told before the first is waited for.
  for (const auto& run : m_runs) run->stop();
}

void MainWindow::makeLayout() {
  auto* centre = new QWidget(this);
  auto* column = new QVBoxLayout(centre);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_messages = new MessageBar(centre);
  m_messages->setObjectName("messages");
  m_pages = new QStackedWidget(centre);
  m_start = new StartPage(m_pages);
  m_start->setObjectName("start");
  m_workspace = new Workspace(m_pages);
  m_workspace->setObjectName("workspace");
  m_pages->addWidget(m_start);
  m_pages->addWidget(m_workspace);
  m_design = new DesignPage(m_pages);
  m_pages->addWidget(m_design);
  column->addWidget(m_pages, 1);
  m_messages->floatOver(m_pages, kMessagesTop);
  setCentralWidget(centre);

  m_panel = new RunPanel(this);
  m_parametersDock = new QDockWidget(tr("Parameters"), this);
  m_parametersDock->setObjectName("dock.parameters");
  m_parametersDock->setWidget(m_panel);
  m_parametersDock->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
  addDockWidget(Qt::RightDockWidgetArea, m_parametersDock);

  m_plots = new PlotBoard(this);
  m_plots->setObjectName("plots");
  m_plotsDock = new QDockWidget(tr("Plots"), this);
  m_plotsDock->setObjectName("dock.plots");
  m_plotsDock->setWidget(m_plots);
  m_plotsDock->setAllowedAreas(Qt::BottomDockWidgetArea | Qt::TopDockWidgetArea);
  addDockWidget(Qt::BottomDockWidgetArea, m_plotsDock);
  m_step = new StepPanel(this);
  m_stepDock = new QDockWidget(tr("Step rule"), this);
  m_stepDock->setObjectName("dock.step");
  m_stepDock->setWidget(m_step);
  m_stepDock->setAllowedAreas(Qt::BottomDockWidgetArea | Qt::TopDockWidgetArea);
  addDockWidget(Qt::BottomDockWidgetArea, m_stepDock);
  tabifyDockWidget(m_plotsDock, m_stepDock);
  m_tree = std::make_unique<RunTreeControl>(*this);
  m_runsDock = new QDockWidget(tr("Runs"), this);
  m_runsDock->setObjectName("dock.runs");
  m_runsDock->setWidget(m_tree->panel());
  addDockWidget(Qt::BottomDockWidgetArea, m_runsDock);
  tabifyDockWidget(m_stepDock, m_runsDock);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  m_arm = std::make_unique<ArmControl>(*this);
  for (QDockWidget* dock : {m_parametersDock, m_plotsDock, m_stepDock, m_runsDock, m_arm->dock()}) {
    dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    m_actions.addDockToggle(dock->toggleViewAction());
  }

  m_status = new StatusStrip(this);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->addWidget(m_status, 1);
  const QByteArray layout = m_settings.layout();
  if (!layout.isEmpty()) restoreState(layout, kLayoutVersion);
}

void MainWindow::connectViews() {
  connect(m_start, &StartPage::sceneChosen, this, [this](const QString& nameOrFile) {
    if (m_settings.recentFiles().contains(nameOrFile)) {
      openRecent(nameOrFile);
    } else {
      openWhenAllowed(nameOrFile);
    }
  });
  connect(m_start, &StartPage::removeRequested, this, &MainWindow::forgetRecent);
  connect(m_actions.recent, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
  connect(m_start, &StartPage::openRequested, this, &MainWindow::chooseSceneFile);
  connect(m_start, &StartPage::newRequested, this, &MainWindow::newTask);
  connect(m_workspace, &Workspace::iterationChosen, m_plots, &PlotBoard::setIteration);
  connect(m_workspace, &Workspace::iterationChosen, m_step, &StepPanel::setIteration);
  connect(m_workspace, &Workspace::timeStepChosen, m_plots, &PlotBoard::setTimeStep);
  connect(m_workspace, &Workspace::runActivated, this, &MainWindow::selectRun);
  connect(m_workspace, &Workspace::testsClicked, m_actions.showTests, &QAction::toggle);
  connect(m_workspace, &Workspace::conditionChosen, this, [this] { m_viewsDirty = true; });
  connect(m_plots, &PlotBoard::iterationClicked, this, [this](int iteration, int condition) {
    m_workspace->setIteration(iteration);
    m_workspace->setCondition(condition);
    m_plots->setIteration(iteration);
    m_step->setIteration(iteration);
    m_viewsDirty = true;
  });
  connect(m_plots, &PlotBoard::timeStepClicked, this, [this](double step) {
    m_workspace->setTimeStep(step);
    m_plots->setTimeStep(step);
  });
  connect(m_step, &StepPanel::ruleChosen, this,
          [this](const QString& rule) { editParameter(QStringLiteral("step.rule"), rule); });
  connect(m_step, &StepPanel::iterationClicked, m_plots, &PlotBoard::iterationClicked);
  connect(m_status, &StatusStrip::warningsRequested, this, &MainWindow::showWarnings);
  connect(m_panel, &RunPanel::runSelected, this, &MainWindow::selectRun);
  connect(m_panel->form(), &ParameterForm::edited, this, &MainWindow::editParameter);
  connect(m_panel->form(), &ParameterForm::cancelRequested, this, [this](const QString& key) {
    for (const auto& run : m_runs) {
      const auto& queued = run->progress().queued;
      const bool waits = std::any_of(queued.begin(), queued.end(), [&](const ParameterEvent& e) {
        return key == QString::fromStdString(e.key);
      });
      if (waits && (m_panel->linked() || run.get() == m_runs[static_cast<std::size_t>(m_selected)].get())) {
        run->cancelParameter(key);
      }
    }
    m_formDirty = true;  // the field goes back to the value in force
  });
  connect(m_messages, &MessageBar::actionTriggered, this, [this](const QString& key) { answer(key, false); });
  connect(m_messages, &MessageBar::keepTriggered, this, [this](const QString& key) { answer(key, true); });
  connect(m_messages, &MessageBar::dismissed, this, [this](const QString& key) {
    forgetAnswers(key);
    if (key == "close") m_closing = false;  // the answer was no
    if (key == "recover") m_recoverLater = true;
    if (key == "leftSession") m_leftSessions.clear();  // the next start offers them again
  });
}

void MainWindow::ask(const QString& key, const QString& what, const QString& mend, const QString& action,
                     std::function<void()> yes) {
  forgetAnswers(key);
  m_answers[key] = std::move(yes);
  m_messages->post(
      {.key = key, .severity = Severity::Warning, .what = what, .where = {}, .mend = mend, .action = action});
}

void MainWindow::askToKeep(const QString& key, const QString& what, const QString& mend, const QString& action,
                           std::function<void()> yes, const QString& keep, std::function<void()> keeping) {
  m_answers[key] = std::move(yes);
  m_keeping[key] = std::move(keeping);
  m_messages->post({.key = key,
                    .severity = Severity::Warning,
                    .what = what,
                    .where = {},
                    .mend = mend,
                    .action = action,
                    .keep = keep,
                    .cancels = true});
}

void MainWindow::answer(const QString& key, bool keeps) {
  auto& answers = keeps ? m_keeping : m_answers;
  const auto found = answers.find(key);
  if (found == answers.end()) return;
  const std::function<void()> chosen = std::move(found->second);
  forgetAnswers(key);
  m_messages->dismiss(key);
  chosen();
}

void MainWindow::forgetAnswers(const QString& key) {
  m_answers.erase(key);
  m_keeping.erase(key);
}

std::vector<RunSession*> MainWindow::runs() const {
  std::vector<RunSession*> list;
  for (const auto& run : m_runs) list.push_back(run.get());
  return list;
}

QString MainWindow::letter(const RunSession* run) const {
  return !m_runs.empty() && run == m_runs.front().get() ? "A" : "B";
}

RunSession* MainWindow::shownRun() const {
  if (m_runs.empty() || m_pages->currentWidget() == m_start) return nullptr;
  return m_runs[static_cast<std::size_t>(std::clamp(m_selected, 0, static_cast<int>(m_runs.size()) - 1))].get();
}

bool MainWindow::anyActive() const {
  return std::any_of(m_runs.begin(), m_runs.end(), [](const auto& run) { return run->active(); });
}

int MainWindow::discardedIterations() const {
  return m_keeper->exists() ? 0 : shownIterations();  // a session keeps them
}

int MainWindow::shownIterations() const {
  int count = 0;
  for (const auto& run : m_runs) count += run->history()->iterations();
  return count;
}

void MainWindow::watch(RunSession* run) {
  run->setPlants([this, run] { return m_arm->learning().plantFor(run); });
  connect(run, &RunSession::changed, this, [this] { m_viewsDirty = true; });
  connect(run, &RunSession::iterationFinished, this, [this] { m_plotsDirty = true; });
  connect(run, &RunSession::arraysLoaded, this, [this] { m_plotsDirty = true; });
  connect(run, &RunSession::loadFailed, this,
          [this](const Error& error) { m_messages->post("load", Severity::Warning, error); });
  connect(run, &RunSession::parametersChanged, this, [this] { m_formDirty = true; });
  connect(run, &RunSession::stateChanged, this, [this, run](RunState state) {
    showControls();
    // Asked while it ran, the question says what no longer holds.
    if (!anyActive() && m_messages->keys().contains("reset")) requestReset();
    if (state != RunState::Failed) {
      const QString key = "failure." + letter(run);
      m_messages->dismiss(key);
      forgetAnswers(key);
    }
  });
  connect(run, &RunSession::failed, this, [this, run](const Failure& failure) { showFailure(run, failure); });
  connect(run, &RunSession::replied, this, [this, run](const Reply& reply, const QString& key) {
    if (reply.accepted || key.isEmpty()) return;
    const QString reason = QString::fromStdString(reply.reason);
    if (run == m_runs[static_cast<std::size_t>(m_selected)].get()) m_panel->form()->setError(key, reason);
  });
}

void MainWindow::tick() {
  for (const auto& run : m_runs) run->drain();
  showSaving();
  if (m_viewsDirty || m_formDirty) {
    if (m_viewsDirty) {
      m_viewsDirty = m_workspace->refreshNext();
      showControls();
      showQueued();
      if (!m_runs.empty()) {
        const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
        m_status->setRun(m_runs.size() > 1 ? letter(&run) : QString(), run.progress(), run.parameters(),
                         run.history()->iterations());
        m_status->setWarnings(run.warnings());
        const int condition = m_workspace->condition();
        const auto& names = run.setup().task->conditions;
        m_status->setCondition(condition >= 0 && static_cast<std::size_t>(condition) < names.size()
                                   ? QString::fromStdString(names[static_cast<std::size_t>(condition)])
                                   : QString());
      }
    }
    if (m_formDirty) {
      m_formDirty = false;
      showForm();
      showStepRule();
      showFairness();
      // Views and fields were made anew.
      orderTabs({m_actions.toolBar, m_messages, m_workspace, m_panel, m_plots, m_step, m_tree->panel(),
                 m_arm->panel()});
    }
  }
  m_tree->tick();
  m_arm->tick();
  // One heavy piece per tick: two canvases and four plots at once would hold up a click.
  if (++m_ticks % kTicksPerPlot == 0 && m_plotsDirty) {
    m_plotsDirty = false;
    m_plotsDue = true;
    m_step->setIteration(m_workspace->iteration());
    m_step->refresh();
  }
  if (m_plotsDue && !m_viewsDirty) m_plotsDue = m_plots->refreshNext();
}

void MainWindow::refreshNow() {
  m_viewsDirty = m_formDirty = true;
  while (m_viewsDirty) tick();
  m_plotsDirty = m_plotsDue = false;
  m_plots->refresh();
  m_step->setIteration(m_workspace->iteration());
  m_step->refresh();
}

void MainWindow::showStepRule() {
  if (m_runs.empty()) {
    m_step->setHistory(nullptr);
    return;
  }
  const RunSession& run = *m_runs[static_cast<std::size_t>(m_selected)];
  m_step->setHistory(run.history());
  m_step->setRule(run.parameters().step.rule);
}

void MainWindow::runsChanged() {
  m_selected = std::clamp(m_selected, 0, std::max(0, static_cast<int>(m_runs.size()) - 1));
  const std::vector<RunSession*> list = runs();
  std::vector<std::shared_ptr<const RunHistory>> histories;
  QStringList names;
  for (const RunSession* run : list) {
    histories.push_back(run->history());
    const std::string_view label = run->algorithm().label;
    names << letter(run) + ": " + QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size()));
  }
  m_workspace->setRuns(list);
  m_plots->setRuns(std::move(histories));
  m_plots->setTimeStep(m_workspace->timeStep());
  m_plots->setIteration(m_workspace->iteration());
  m_panel->setRuns(names, m_selected);
  showTitle();
  m_viewsDirty = m_formDirty = m_plotsDirty = true;
  showControls();
}

void MainWindow::selectRun(int run) {
  if (run < 0 || run >= static_cast<int>(m_runs.size()) || run == m_selected) return;
  m_selected = run;
  QStringList names;
  for (const auto& each : m_runs) {
    const std::string_view label = each->algorithm().label;
    names << letter(each.get()) + ": " +
                 QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size()));
  }
  m_panel->setRuns(names, m_selected);
  m_viewsDirty = m_formDirty = true;
  showControls();
}

void MainWindow::showStartPage() {
  leaveWorkspace();
  const bool designed = m_pages->currentWidget() == m_design;
  showTiles();
  m_pages->setCurrentWidget(m_start);
  m_actions.toolBar->hide();
  showTitle();
  showEditActions();
  if (designed && unsaved()) {
    m_answers["back"] = [this] { showDesign(); };
    m_messages->post({.key = "back",
                      .severity = Severity::Info,
                      .what = tr("The task is kept behind this page."),
                      .where = {},
                      .mend = tr("It has changes that are not saved."),
                      .action = tr("Back to the task")});
  } else if (!m_runs.empty()) {
    // A note with a button, not a warning: nothing is lost yet.
    m_answers["back"] = [this] { showWorkspace(); };
    m_messages->post({.key = "back",
                      .severity = Severity::Info,
                      .what = anyActive() ? tr("The run goes on behind this page.")
                                          : tr("The run is kept behind this page."),
                      .where = {},
                      .mend = tr("Choosing a scene replaces it."),
                      .action = tr("Back to the run")});
  }
  showControls();
}

void MainWindow::leaveWorkspace() {
  if (m_pages->currentWidget() == m_workspace) m_settings.setLayout(saveState(kLayoutVersion));
  m_parametersDock->hide();
  m_plotsDock->hide();
  m_stepDock->hide();
  m_runsDock->hide();
  statusBar()->hide();
}

/// The window makes bars of tabs for docks in one place by itself.
void MainWindow::childEvent(QChildEvent* event) {
  QMainWindow::childEvent(event);
  if (!event->polished()) return;
  if (auto* tabs = qobject_cast<QTabBar*>(event->child())) {
    tabs->setObjectName("docks.tabs");
    tabs->setAccessibleName(tr("Panels"));
    tabs->setToolTip(tr("Which panel is shown here"));
  }
}

void MainWindow::showWorkspace() {
  m_actions.learn->setChecked(true);
  if (m_pages->currentWidget() == m_workspace) return;
  m_messages->dismiss("back");
  forgetAnswers("back");
  m_pages->setCurrentWidget(m_workspace);
  const bool showsArm = !m_arm->dock()->isHidden();
  const QByteArray layout = m_settings.layout();
  if (layout.isEmpty() || !restoreState(layout, kLayoutVersion)) {
    m_parametersDock->show();
    m_stepDock->show();
    m_runsDock->show();
    m_plotsDock->show();
    m_plotsDock->raise();
    resizeDocks({m_parametersDock}, {336}, Qt::Horizontal);
    resizeDocks({m_plotsDock}, {std::clamp(height() * 32 / 100, 256, 480)}, Qt::Vertical);
  }
  m_arm->dock()->setVisible(showsArm);  // as it is, whatever page was left
  m_actions.toolBar->show();
  statusBar()->show();
}

void MainWindow::showTiles() {
  std::vector<SceneTile> tiles;
  for (const ShippedScene& shipped : shippedScenes(m_setup.sceneFolder)) {
    Result<Scene> scene = readScene(shipped.file);
    if (!scene) {
      m_messages->post("tile." + QString::fromStdString(shipped.name), Severity::Warning, scene.error());
      continue;
    }
    // The files say so in their first words; the schema has no field for it.
    const bool stress = scene->text.rfind("A stress test", 0) == 0;
    tiles.push_back({QString::fromStdString(shipped.name),
                     std::make_shared<const Scene>(*std::move(scene)),
                     {},
                     stress ? tr("Stress tests") : tr("Tasks")});
  }
  std::vector<SceneTile> all = recentTiles(m_settings.recentFiles());
  all.insert(all.end(), tiles.begin(), tiles.end());
  m_start->setScenes(all);
  if (all.empty()) return;
  if (auto* first = m_start->findChild<QWidget*>("scene." + all.front().name)) first->setFocus();
}

void MainWindow::applyChosenTheme() {
  const ThemeChoice choice = m_setup.theme.value_or(m_settings.theme());
  const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && m_setup.systemIsDark);
  const Theme theme = dark ? Theme::darkTheme() : Theme::light();
  applyTheme(*qApp, theme);
  m_actions.setTheme(theme);
  m_actions.themes->actions().at(static_cast<int>(choice))->setChecked(true);
  m_workspace->setTheme(theme);
  m_design->setTheme(theme);
  m_plots->setTheme(theme);
}

void MainWindow::setThemeChoice(ThemeChoice choice) {
  m_setup.theme.reset();
  m_settings.setTheme(choice);
  applyChosenTheme();
}

void MainWindow::applyLayers() {
  m_workspace->setLayers({.samples = m_actions.showSamples->isChecked(),
                          .local = m_actions.showLocal->isChecked(),
                          .global = m_actions.showGlobal->isChecked(),
                          .tubes = m_actions.showTubes->isChecked(),
                          .ghosts = m_actions.showGhosts->isChecked(),
                          .grid = m_actions.showGrid->isChecked(),
                          .tests = m_actions.showTests->isChecked()});
}

void MainWindow::closeEvent(QCloseEvent* event) {
  m_design->settle();
  // An answer holds for this once.
  if (!std::exchange(m_closing, false)) {
    const auto closeNow = [this] {
      m_closing = true;
      close();
    };
    if (losesWork()) {
      askAboutChanges("close", tr("and close"), closeNow);
      event->ignore();
      return;
    }
    if (anyActive()) {
      const bool kept = m_keeper->exists();
      ask("close",
          kept ? tr("A run is still going; closing stops it.")
               : tr("A run is still going, and closing discards %n iteration(s).", nullptr, discardedIterations()),
          kept ? tr("All finished iterations are in %1.").arg(QFileInfo(m_keeper->file()).fileName()) : QString(),
          tr("Close anyway"), [this, closeNow] {
            // There may be more to lose by now than when it was asked.
            if (losesWork()) close();
            else closeNow();
          });
      event->ignore();
      return;
    }
  }
  m_recovery->giveUp();
  m_settings.setGeometry(saveGeometry());
  if (m_pages->currentWidget() == m_workspace) m_settings.setLayout(saveState(kLayoutVersion));
  m_timer.stop();
  m_arm->letGo();
  for (const auto& run : m_runs) run->stop();
  if (m_givingUp) m_keeper->close(true);
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  // Other files too: refusing them without a word would leave the user wondering.
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QList<QUrl> urls = event->mimeData()->urls();
  if (urls.isEmpty()) return;
  event->acceptProposedAction();
  const QString file = sceneFileOf(event->mimeData());
  if (!file.isEmpty()) {
    m_messages->dismiss("drop");
    openWhenAllowed(file);
    return;
  }
  const QUrl& first = urls.front();
  m_messages->post({.key = "drop",
                    .severity = Severity::Warning,
                    .what = tr("%1 is neither a task nor a session, so it was not opened.").arg(first.fileName()),
                    .where = first.isLocalFile() ? first.toLocalFile() : first.toDisplayString(),
                    .mend = tr("Drop a file on this computer whose name ends in .scene.json or .gpss."),
                    .action = {}});
}

}  // namespace gps::ui
