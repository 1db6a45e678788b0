// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window_actions.h"

#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QCoreApplication>
#include <QKeySequence>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QProxyStyle>
#include <QToolBar>
#include <QToolButton>

#include "app/documents/settings.h"
#include "core/algorithms/algorithm.h"
#include "widgets/style/icons.h"

namespace gps::ui {

namespace {

constexpr const char* kIconProperty = "iconName";

QString tr(const char* text) {
  return QCoreApplication::translate("WindowActions", text);
}

/// Pictures of tasks are larger than the icons of other menus.
class ThumbnailMenuStyle : public QProxyStyle {
 public:
  explicit ThumbnailMenuStyle(QObject* owner) { setParent(owner); }
  int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override {
    return metric == PM_SmallIconSize ? 48 : QProxyStyle::pixelMetric(metric, option, widget);
  }
};

QActionGroup* choices(QMainWindow* window, const char* prefix,
                      const QList<std::pair<QString, QString>>& entries) {
  auto* group = new QActionGroup(window);
  for (qsizetype i = 0; i < entries.size(); ++i) {
    QAction* action = group->addAction(entries[i].second);
    action->setObjectName(QLatin1String(prefix) + entries[i].first);
    action->setCheckable(true);
    action->setData(static_cast<int>(i));
  }
  return group;
}

}  // namespace

WindowActions::WindowActions(QMainWindow* window) : m_window(window) {
  makeFileActions();
  makeEditActions();
  makeRunActions();
  makeViewActions();
  makeMenus();
  makeToolBar();
}

QAction* WindowActions::add(const char* name, const QString& text, const QString& tip,
                            const QString& iconName, const QString& shortcut) {
  auto* action = new QAction(text, m_window);
  action->setObjectName(QLatin1String(name));
  if (!shortcut.isEmpty()) action->setShortcut(QKeySequence(shortcut));
  action->setToolTip(shortcut.isEmpty() ? tip
                                        : tip + QLatin1String(" (") +
                                              action->shortcut().toString(QKeySequence::NativeText) + ")");
  action->setStatusTip(QString());
  action->setProperty(kIconProperty, iconName);
  // Shortcuts hold while a dock floats or the menu bar is hidden.
  m_window->addAction(action);
  m_all << action;
  return action;
}

QAction* WindowActions::addLayer(const char* name, const QString& text, const QString& tip,
                                 const QString& iconName) {
  QAction* action = add(name, text, tip, iconName);
  action->setCheckable(true);
  action->setChecked(true);
  return action;
}

void WindowActions::makeFileActions() {
  newTask = add("file.newTask", tr("New task"), tr("Design a task from nothing"), "add", "Ctrl+N");
  save = add("file.save", tr("Save task"), tr("Save the task to its file"), {}, "Ctrl+S");
  saveAs = add("file.saveAs", tr("Save task as…"), tr("Save the task under another name"), {}, "Ctrl+Shift+S");
  saveSessionAs = add("file.saveSessionAs", tr("Save session as…"),
                      tr("Give the session a name; it is saved there from then on, after every iteration"), {},
                      "Ctrl+Alt+S");
  openScene = add("file.openScene", tr("Open…"), tr("Open a scene or a session"), "open", "Ctrl+O");
  startPage =
      add("file.startPage", tr("Shipped scenes"), tr("Choose one of the shipped scenes"), "home", "Alt+Home");
  exportLogA =
      add("file.exportLogA", tr("Export log of run A…"),
          tr("Save one JSON line per iteration, as the train command prints them"), "export", "Ctrl+E");
  exportLogB = add("file.exportLogB", tr("Export log of run B…"),
                   tr("Save one JSON line per iteration, as the train command prints them"), "export");
  exportPlots = add("file.exportPlots", tr("Export plots…"), tr("Save every plot as PNG, SVG and PDF in a folder"),
                    "export", "Ctrl+Shift+E");
  exportArrays = add("file.exportArrays", tr("Arrays…"),
                     tr("Save states, actions, controllers and weights of the shown iteration for NumPy"));
  exportTorch = add("file.exportTorch", tr("Policy as TorchScript…"), tr("Save the policy of the shown iteration for PyTorch"));
  exportHeader = add("file.exportHeader", tr("Policy and controllers as C header…"),
                     tr("Save policy and controllers of the shown iteration as C code that needs nothing else"));
  exportReport = add("file.exportReport", tr("Report…"),
                     tr("Save one page about the selected run: verdict, scene, plots, parameters, how to make it again"));
  quit = add("file.quit", tr("Quit"), tr("Close the window"), {}, "Ctrl+Q");
}

void WindowActions::makeEditActions() {
  undo = add("edit.undo", tr("Undo"), tr("Take the last change of the task back"), {}, "Ctrl+Z");
  redo = add("edit.redo", tr("Redo"), tr("Do it again"), {}, "Ctrl+Shift+Z");
  cut = add("edit.cut", tr("Cut"), tr("Copy the selected parts and remove them"), {}, "Ctrl+X");
  copy = add("edit.copy", tr("Copy"), tr("Copy the selected parts"), {}, "Ctrl+C");
  paste = add("edit.paste", tr("Paste"), tr("Add copied parts under free names"), {}, "Ctrl+V");
  duplicate = add("edit.duplicate", tr("Duplicate"), tr("Add a copy of the selected parts"), {}, "Ctrl+J");
  remove = add("edit.remove", tr("Remove"), tr("Remove the selected parts and all that depends on them"), {}, "Del");
}

void WindowActions::makeRunActions() {
  start = add("run.start", tr("Start"), tr("Learn until the iteration limit"), "start", "F5");
  pause = add("run.pause", tr("Pause"), tr("Hold at the next safe point, within 200 ms"), "pause", "F6");
  stepPhase = add("run.stepPhase", tr("Step one phase"),
                  tr("Run to the end of the next phase and pause there"), "step", "F10");
  stepIteration = add("run.stepIteration", tr("Step one iteration"), tr("Run one whole iteration and pause"),
                      "step", "F11");
  stop = add("run.stop", tr("Stop"), tr("Discard the running iteration; finished ones stay"), "stop",
             "Shift+F5");
  reset = add("run.reset", tr("Reset"), tr("Forget all iterations and begin anew"), "reset", "Ctrl+Shift+F5");
  fork = add("run.fork", tr("Fork here"),
             tr("Begin a run beside this one that shares its past up to the iteration that is shown"), {}, "Ctrl+B");
  addRun = add("run.addSecond", tr("Add second run"),
               tr("Show another algorithm beside this one, with the same set-up and the same noise"),
               "compare", "Ctrl+D");
  removeRun =
      add("run.removeSecond", tr("Remove second run"), tr("Keep run A only"), "close", "Ctrl+Shift+D");
}

void WindowActions::makeViewActions() {
  design = add("view.design", tr("Design"), tr("Change the task"), {}, "Ctrl+1");
  learn = add("view.learn", tr("Learn"), tr("Watch the task being learned"), {}, "Ctrl+2");
  modes = new QActionGroup(m_window);
  for (QAction* mode : {design, learn}) {
    mode->setCheckable(true);
    modes->addAction(mode);
  }
  learn->setChecked(true);
  showSamples = addLayer("view.samples", tr("Rollouts"), tr("Noisy rollouts of the iteration"), "samples");
  showLocal = addLayer("view.local", tr("Local controllers"), tr("Noise-free paths of the local controllers"),
                       "local");
  showGlobal =
      addLayer("view.global", tr("Global policy"), tr("Noise-free paths of the global policy"), "global");
  showTubes =
      addLayer("view.tubes", tr("Uncertainty tubes"), tr("Two standard deviations around the paths"), "tube");
  showGhosts =
      addLayer("view.ghosts", tr("Earlier iterations"), tr("Paths of earlier iterations, faded"), "ghost");
  showGrid = addLayer("view.grid", tr("Grid"), tr("Grid behind the scene"), "grid");
  showTests = addLayer("view.tests", tr("Test conditions"), tr("Starts and goals that no run trains on"), {});
  showTests->setChecked(false);
  fit = add("view.fit", tr("Fit to view"), tr("Show the whole scene and its paths"), "fit", "Ctrl+0");
  panes = new QActionGroup(m_window);
  panes->setExclusionPolicy(QActionGroup::ExclusionPolicy::None);
  const std::pair<const char*, QString> places[] = {{"view.goToParts", tr("Parts of the task")},
                                                    {"view.goToDrawing", tr("Drawing")},
                                                    {"view.goToProperties", tr("Properties")},
                                                    {"view.goToProblems", tr("Problems")}};
  int place = 0;
  for (const auto& [name, words] : places) {
    QAction* action = add(name, words, tr("Put the keyboard there: %1").arg(words), {},
                          QStringLiteral("Alt+%1").arg(place + 1));
    action->setData(place++);
    panes->addAction(action);
  }
  themes = choices(m_window, "view.theme.",
                   {{"system", tr("Like the system")}, {"light", tr("Light")}, {"dark", tr("Dark")}});
  levels = choices(m_window, "view.level.",
                   {{"basic", tr("Basic")}, {"standard", tr("Standard")}, {"expert", tr("Expert")}});
  switchTheme = add("view.switchTheme", tr("Dark"), tr("Switch between light and dark"), "moon", "Ctrl+T");
  keys = add("help.keys", tr("Keys"), tr("List the keyboard shortcuts"), {}, "F1");
  about = add("help.about", tr("About GPS Studio"), tr("Version and licence"));
}

void WindowActions::makeMenus() {
  QMenuBar* bar = m_window->menuBar();
  QMenu* file = bar->addMenu(tr("&File"));
  file->addActions({newTask, openScene});
  recent = file->addMenu(tr("Open &recent"));
  recent->setObjectName("file.recent");
  recent->setToolTipsVisible(true);
  recent->setStyle(new ThumbnailMenuStyle(recent));
  file->addAction(startPage);
  file->addSeparator();
  file->addActions({save, saveAs});
  file->addSeparator();
  file->addActions({saveSessionAs});
  file->addSeparator();
  file->addActions({exportPlots});
  exports = file->addMenu(tr("&Export"));
  exports->setObjectName("file.export");
  exports->setToolTipsVisible(true);
  exports->addActions({exportReport, exportArrays, exportTorch, exportHeader});
  file->addSeparator();
  file->addAction(quit);

  QMenu* edit = bar->addMenu(tr("&Edit"));
  edit->addActions({undo, redo});
  edit->addSeparator();
  edit->addActions({cut, copy, paste, duplicate, remove});

  insert = bar->addMenu(tr("&Insert"));
  insert->setObjectName("insert");

  QMenu* run = bar->addMenu(tr("&Run"));
  run->addActions({start, pause, stepPhase, stepIteration, stop, reset});
  run->addSeparator();
  run->addActions({fork, addRun, removeRun});
  run->addSeparator();
  run->addActions({exportLogA, exportLogB});

  QMenu* view = bar->addMenu(tr("&View"));
  view->addActions({design, learn});
  view->addSeparator();
  view->addActions({showSamples, showLocal, showGlobal, showTubes, showGhosts, showGrid, showTests});
  view->addSeparator();
  view->addAction(fit);
  view->addMenu(tr("Go to"))->addActions(panes->actions());
  view->addMenu(tr("Theme"))->addActions(themes->actions());
  view->addMenu(tr("Parameter level"))->addActions(levels->actions());
  m_docks = view->addMenu(tr("Panels"));

  QMenu* help = bar->addMenu(tr("&Help"));
  help->addActions({keys, about});
  for (QMenu* menu : {file, edit, insert, run, view, help}) menu->setToolTipsVisible(true);
}

void WindowActions::makeToolBar() {
  toolBar = new QToolBar(tr("Run control"), m_window);
  toolBar->setObjectName("toolbar.run");
  toolBar->setMovable(false);
  toolBar->setContextMenuPolicy(Qt::PreventContextMenu);
  toolBar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  toolBar->setIconSize({20, 20});
  toolBar->addActions({design, learn});
  toolBar->addSeparator();
  toolBar->addActions({start, pause});

  m_stepMenu = add("run.step", tr("Step"), tr("Step one phase; the arrow offers a whole iteration"), "step");
  auto* stepButton = new QToolButton(toolBar);
  stepButton->setDefaultAction(m_stepMenu);
  stepButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  stepButton->setPopupMode(QToolButton::MenuButtonPopup);
  auto* menu = new QMenu(stepButton);
  menu->addActions({stepPhase, stepIteration});
  stepButton->setMenu(menu);
  QObject::connect(m_stepMenu, &QAction::triggered, stepPhase, &QAction::trigger);
  toolBar->addWidget(stepButton);
  toolBar->addActions({stop, reset});
  toolBar->addSeparator();

  algorithmLabel = new QLabel(tr("Algorithm"), toolBar);
  algorithmLabel->setProperty("role", "muted");
  algorithmLabel->setContentsMargins(8, 0, 8, 0);
  toolBar->addWidget(algorithmLabel);
  algorithm = new QComboBox(toolBar);
  algorithm->setObjectName("run.algorithm");
  algorithm->setAccessibleName(tr("Algorithm of the selected run"));
  algorithmLabel->setBuddy(algorithm);
  for (const AlgorithmEntry& entry : algorithmRegistry()) {
    algorithm->addItem(QString::fromUtf8(entry.label.data(), static_cast<qsizetype>(entry.label.size())),
                       QString::fromUtf8(entry.id.data(), static_cast<qsizetype>(entry.id.size())));
    algorithm->setItemData(algorithm->count() - 1,
                           QString::fromUtf8(entry.help.data(), static_cast<qsizetype>(entry.help.size())),
                           Qt::ToolTipRole);
  }
  toolBar->addWidget(algorithm);
  toolBar->addActions({addRun, removeRun});

  auto* space = new QWidget(toolBar);
  space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  toolBar->addWidget(space);
  toolBar->addAction(switchTheme);

  // Tests and screen readers find the buttons by the names of their actions.
  for (QAction* action : {design, learn, start, pause, stop, reset, addRun, removeRun, switchTheme}) {
    QWidget* button = toolBar->widgetForAction(action);
    button->setObjectName(action->objectName());
    button->setAccessibleName(action->text());
    button->setFocusPolicy(Qt::TabFocus);
  }
  stepButton->setObjectName("run.step");
  stepButton->setAccessibleName(tr("Step one phase"));
  stepButton->setFocusPolicy(Qt::TabFocus);
  m_window->addToolBar(Qt::TopToolBarArea, toolBar);
}

void WindowActions::addDockToggle(QAction* toggle) {
  m_docks->addAction(toggle);
}

void WindowActions::setTheme(const Theme& theme) {
  switchTheme->setText(theme.dark ? tr("Light") : tr("Dark"));
  switchTheme->setProperty(kIconProperty, theme.dark ? "sun" : "moon");
  for (QAction* action : m_all) {
    const QString name = action->property(kIconProperty).toString();
    if (!name.isEmpty()) action->setIcon(icon(name, theme));
  }
  // Menus show their check marks better than small icons.
  for (QAction* action : {showSamples, showLocal, showGlobal, showTubes, showGhosts, showGrid}) {
    action->setIconVisibleInMenu(false);
  }
}

void WindowActions::setControls(const RunControls& controls, bool retry, bool raises) {
  start->setEnabled(controls.start);
  start->setText(retry ? tr("Retry") : raises ? tr("Continue") : tr("Start"));
  pause->setEnabled(controls.pause);
  for (QAction* action : {stepPhase, stepIteration, m_stepMenu}) action->setEnabled(controls.step);
  stop->setEnabled(controls.stop);
  reset->setEnabled(controls.reset);
}

QList<std::pair<QString, QString>> WindowActions::shortcuts() const {
  QList<std::pair<QString, QString>> list;
  for (const QAction* action : m_all) {
    if (!action->shortcut().isEmpty()) {
      list.append({action->text().remove('&').remove(QChar(0x2026)),
                   action->shortcut().toString(QKeySequence::NativeText)});
    }
  }
  return list;
}

}  // namespace gps::ui
